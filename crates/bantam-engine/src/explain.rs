//! Turns a lead's score into an [`Explanation`]: where every point comes from, and what is missing for more.
//!
//! It is put together from the very computation that gives the score, so the two cannot disagree.

mod events;
mod reasons;
mod stages;
mod undecided;

pub use events::{Contribution, DecayState, DropReason, DroppedEvent, EventPoints};
pub use stages::{PartTruth, StageTruth};
pub use undecided::Undecided;

use crate::evaluate::Scalar;
use crate::live::{Facts, Forgetful, Lead, Limited, Plan, RulePlan, Scored, SectionResult, Unwatched};
use crate::scores::{LeadScore, Reason, SectionName, sort_reasons};
use crate::timeline::Timeline;
use bantam_lang::meaning::{Section, Value};

/// Where a lead's score comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The score itself.
    pub score: LeadScore,
    /// What gave or took points, most first; their points sum to the score.
    pub reasons: Vec<Reason>,
    /// The parts of the next stage's condition that are not true, as written.
    pub missing_for_next: Vec<String>,
    /// All rules in the order of the definition, those of fit first.
    pub rules: Vec<RulePoints>,
    /// All groups in the order of the definition, those of fit first.
    pub groups: Vec<GroupPoints>,
    /// Fit.
    pub fit: LimitedPoints,
    /// Engagement.
    pub engagement: LimitedPoints,
    /// The rules of fit that could not be decided: as many as `fit_unknown` says.
    pub undecided: Vec<Undecided>,
    /// Computed attributes in order.
    pub derived: Vec<NamedValue>,
    /// Signals in order.
    pub signals: Vec<NamedValue>,
    /// All stages in order, whether the lead stands on them or not.
    pub stages: Vec<StageTruth>,
}

/// Points and what a limit made of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitedPoints {
    /// Before the limit.
    pub before_limit: i64,
    /// After it.
    pub points: i64,
}

/// What a rule gave.
#[derive(Clone, Debug, PartialEq)]
pub struct RulePoints {
    /// Fit or engagement.
    pub section: SectionName,
    /// The rule's name.
    pub rule: String,
    /// Its group's name.
    pub group: Option<String>,
    /// What it gave.
    pub points: LimitedPoints,
    /// For a rule about events, which gave what.
    pub events: Option<EventPoints>,
}

/// What a group gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupPoints {
    /// Fit or engagement.
    pub section: SectionName,
    /// The group's name.
    pub group: String,
    /// The sum of its rules.
    pub points: LimitedPoints,
}

/// A name with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedValue {
    /// The name.
    pub name: String,
    /// `None` is missing.
    pub value: Option<Value>,
}

impl From<Limited> for LimitedPoints {
    fn from(limited: Limited) -> Self {
        LimitedPoints { before_limit: limited.before, points: limited.after }
    }
}

/// Returns where the score of a lead at `as_of` comes from; `None` where [`crate::live::score_lead`] gives none.
pub fn explain_lead(plan: &Plan, timeline: &Timeline, as_of: i64) -> Option<Explanation> {
    let facts = Facts::index(plan, timeline, as_of, as_of, &Unwatched);
    let scored = Lead::at(plan, timeline, &facts, as_of, &Unwatched)?.scored(&mut Forgetful);
    let meaning = &plan.meaning;
    let (mut reasons, mut rules, mut groups) = (Vec::new(), Vec::new(), Vec::new());
    for (name, section, plans, result) in [
        (SectionName::Fit, &meaning.fit, &plan.fit, &scored.fit),
        (SectionName::Engagement, &meaning.engagement, &plan.engagement, &scored.engagement),
    ] {
        reasons::push_reasons(name, section, result, &mut reasons);
        rules.extend(explain_rules(name, section, plans, result, &scored.lead));
        groups.extend(explain_groups(name, section, result));
    }
    sort_reasons(&mut reasons);
    let names = |names: &mut dyn Iterator<Item = &String>, values: &[Option<Scalar<'_>>]| -> Vec<NamedValue> {
        let value = |(name, value): (&String, &Option<Scalar<'_>>)| NamedValue {
            name: name.clone(),
            value: value.clone().map(Value::from),
        };
        names.zip(values).map(value).collect()
    };
    Some(Explanation {
        score: scored.score(timeline),
        reasons,
        missing_for_next: stages::missing_for_next(&scored),
        rules,
        groups,
        fit: scored.fit.total.into(),
        engagement: scored.engagement.total.into(),
        undecided: undecided_rules(&scored),
        derived: names(&mut meaning.derived.iter().map(|derived| &derived.name), &scored.lead.derived),
        signals: names(&mut meaning.signals.iter().map(|signal| &signal.name), &scored.lead.signals),
        stages: stages::stage_truths(&scored.lead),
    })
}

fn explain_rules<'e>(
    name: SectionName,
    section: &'e Section,
    plans: &'e [RulePlan],
    result: &'e SectionResult,
    lead: &'e Lead<'e, 'e, Unwatched>,
) -> impl Iterator<Item = RulePoints> + 'e {
    section.rules.iter().zip(plans).zip(&result.rules).map(move |((rule, plan), result)| RulePoints {
        section: name,
        rule: rule.name.clone(),
        group: reasons::group_name(section, rule),
        points: result.points.into(),
        events: events::event_points(rule, plan, lead),
    })
}

fn explain_groups(name: SectionName, section: &Section, result: &SectionResult) -> impl Iterator<Item = GroupPoints> {
    section.groups.iter().zip(&result.groups).map(move |(group, points)| GroupPoints {
        section: name,
        group: group.name.clone(),
        points: (*points).into(),
    })
}

fn undecided_rules(scored: &Scored<'_, '_, Unwatched>) -> Vec<Undecided> {
    let section = &scored.lead.plan.meaning.fit;
    let rules = section.rules.iter().zip(&scored.fit.rules);
    rules
        .filter(|(_, result)| result.undecided)
        .map(|(rule, _)| undecided::undecided(rule, reasons::group_name(section, rule), &scored.lead))
        .collect()
}
