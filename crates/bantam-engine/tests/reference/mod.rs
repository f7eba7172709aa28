//! The reference evaluator: turns a [`Meaning`] and one lead's [`Timeline`] into its score, slowly and obviously.
//!
//! It is the oracle of the tests. Every function stands beside the sentence of the language reference that it implements, in
//! other words than the executors use: nothing is shared, indexed or sorted to be fast, and no evaluation code of the
//! engine is called. Read in the order of the `mod` lines.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test helper: it stops at the first thing that cannot be, and not every test file uses all of it"
)]

pub(crate) mod scope;

pub(crate) mod expressions;

pub(crate) mod functions;

pub(crate) mod selecting;

pub(crate) mod signals;

pub(crate) mod rules;

pub(crate) mod ladders;

pub(crate) mod reasons;

pub(crate) mod reading;

pub(crate) mod building;

pub(crate) mod check;

use bantam_engine::scores::{LeadScore, Reason};
use bantam_engine::timeline::Timeline;
use bantam_lang::meaning::{DISQUALIFIED, Meaning};

/// The result for one lead, with its explanation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Evaluated {
    /// The columns of section 5.
    pub(crate) score: LeadScore,
    /// Where the points come from, in the order of section 5.
    pub(crate) reasons: Vec<Reason>,
    /// What keeps the lead from the next stage.
    pub(crate) missing_for_next: Vec<String>,
}

/// Section 5: "One row per lead, highest `score` first, then `lead_id` ascending (by code points)."
pub(crate) fn score_all(meaning: &Meaning, timelines: &[Timeline], as_of: i64) -> Vec<Evaluated> {
    let mut rows: Vec<Evaluated> = timelines.iter().filter_map(|timeline| score(meaning, timeline, as_of)).collect();
    rows.sort_by(|a, b| {
        let (a, b) = (&a.score, &b.score);
        b.score.cmp(&a.score).then_with(|| a.lead_id.chars().cmp(b.lead_id.chars()))
    });
    rows
}

/// Computes everything about one lead in the order in which the sections see each other (section 3, "Names in scope").
///
/// `None` is section 7's "A row per lead comes out for leads with a counting lead row or a counting event at or before
/// *T*": this lead has neither.
pub(crate) fn score(meaning: &Meaning, timeline: &Timeline, as_of: i64) -> Option<Evaluated> {
    let mut lead = scope::Lead::begin(meaning, timeline, as_of)?;
    lead.criteria_met = Some(scope::criteria_met(&lead));
    let answer = scope::sales_answer(&lead);
    lead.sales_status = Some(answer.map(|answer| answer.key().to_owned()));
    lead.accepted_by_sales = Some(answer.is_some_and(|answer| answer.is_accepted()));
    lead.became_opportunity = Some(answer.is_some_and(|answer| answer.is_opportunity()));
    for derived in &meaning.derived {
        let value = expressions::value(&derived.expr, &lead, None);
        lead.derived.push(value);
    }
    // "Derived attributes and signals' own `if` do not see signals": all are computed before any is in scope.
    lead.signals = meaning.signals.iter().map(|signal| signals::value(signal, &lead)).collect();
    lead.persona = Some(ladders::first_true(&meaning.personas, &lead));

    let fit = rules::evaluate(&meaning.fit, &lead);
    let engagement = rules::evaluate(&meaning.engagement, &lead);
    let fit_unknown = rules::undecided(&meaning.fit, &lead);
    lead.totals = Some(scope::Totals { fit: fit.points, fit_unknown, engagement: engagement.points });

    let disqualified_by = ladders::first_true(&meaning.disqualify, &lead);
    let standing = ladders::standing(meaning, &lead);
    let stage = match (&disqualified_by, standing) {
        (Some(_), _) => Some(DISQUALIFIED.to_owned()),
        (None, Some(index)) => Some(meaning.stages[index].name.clone()),
        (None, None) => None,
    };
    let missing_for_next =
        if disqualified_by.is_some() { Vec::new() } else { ladders::missing_for_next(meaning, standing, &lead) };
    let grade = ladders::grade(&meaning.grades, fit.points, engagement.points);
    lead.verdict =
        Some(scope::Verdict { stage: stage.clone(), grade: grade.clone(), disqualified: disqualified_by.is_some() });
    let route = ladders::route(meaning, &lead);

    Some(Evaluated {
        score: LeadScore {
            lead_id: timeline.lead_id.clone(),
            stage,
            score: fit.points + engagement.points,
            fit: fit.points,
            fit_unknown,
            engagement: engagement.points,
            grade,
            persona: lead.persona.clone().flatten(),
            disqualified_by,
            route: route.map(|route| route.to.clone()),
            respond_within_seconds: route.and_then(|route| route.respond_within_seconds),
        },
        reasons: reasons::reasons(meaning, &fit, &engagement),
        missing_for_next,
    })
}
