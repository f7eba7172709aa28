//! Scores one partition, and ranks the leads of all.

use super::BatchOptions;
use super::frame::{Frame, Rows, Vector};
use super::kernel::Kernel;
use super::names::grade_texts;
use super::outcome::{Outcome, compute_outcome, first_true};
use super::partition::Partition;
use super::plan::BatchPlan;
use super::rules::{SectionPoints, compute_section};
use super::select::PartitionEvents;
use super::signals::compute_signal;
use crate::columns::{EventTable, LeadTable, MISSING_CODE, MISSING_TIME, Truth};
use crate::scores::{LeadScore, Reason, SectionName, sort_reasons};
use bantam_lang::meaning::{DISQUALIFIED, Meaning, Name, SalesAnswer, Section};

/// Everything computed for the leads of a partition.
pub(super) struct Part {
    first_lead: usize,
    /// Whether a lead comes out: it has a counting row or event.
    counts: Vec<bool>,
    fit: SectionPoints,
    engagement: SectionPoints,
    persona: Vec<u32>,
    outcome: Outcome,
    /// For each lead, which parts of its next stage's condition are not true; empty unless explained.
    missing_parts: Vec<Vec<u32>>,
}

/// A partition with everything that is computed for its leads.
pub(super) struct Computed<'d> {
    pub(super) frame: Frame<'d>,
    pub(super) events: PartitionEvents,
    /// Whether a lead comes out: it has a counting row or event.
    pub(super) counts: Vec<bool>,
    pub(super) persona: Vec<u32>,
    pub(super) fit: SectionPoints,
    pub(super) engagement: SectionPoints,
    pub(super) outcome: Outcome,
}

/// Computes everything for the leads of a partition, in the order in which sections see each other.
pub(super) fn compute_partition<'d>(
    plan: &BatchPlan<'d>,
    leads: &'d LeadTable,
    events: &'d EventTable,
    as_of: i64,
    partition: Partition,
) -> Computed<'d> {
    let rows_of_their_own = leads.has_row.get(partition.leads.clone()).unwrap_or_default();
    let counts = partition.has_event.iter().zip(rows_of_their_own).map(|(event, row)| *event || *row).collect();
    let mut frame = Frame::new(leads, events, partition.leads, as_of);
    let sorted = PartitionEvents::new(plan, &frame, &partition.rows);
    set_sales(plan, &mut frame, &sorted);
    set_criteria(plan, &mut frame);
    for derived in &plan.derived {
        let vector = lead_kernel(plan, &frame).value(derived);
        frame.derived.push(vector);
    }
    for signal in &plan.signals {
        let vector = compute_signal(plan, &frame, &sorted, signal);
        frame.signals.push(vector);
    }
    let personas: Vec<_> = plan.personas.iter().map(Some).collect();
    let persona = first_true(&lead_kernel(plan, &frame), &personas);
    frame.set(Name::Persona, Vector::Text(persona_codes(plan, &persona)));
    let fit = compute_section(plan, &frame, &sorted, &plan.fit);
    let engagement = compute_section(plan, &frame, &sorted, &plan.engagement);
    set_scores(&mut frame, &fit, &engagement);
    let outcome = compute_outcome(plan, &mut frame, &fit.total, &engagement.total);
    Computed { frame, events: sorted, counts, persona, fit, engagement, outcome }
}

/// Scores the leads of a partition.
pub(super) fn score_partition(
    plan: &BatchPlan<'_>,
    leads: &LeadTable,
    events: &EventTable,
    as_of: i64,
    options: BatchOptions,
    partition: Partition,
) -> Part {
    let computed = compute_partition(plan, leads, events, as_of, partition);
    let Computed { frame, counts, persona, fit, engagement, outcome, .. } = computed;
    let missing_parts = if options.explain { missing_parts(plan, &frame, &outcome) } else { Vec::new() };
    Part { first_lead: frame.start, counts, fit, engagement, persona, outcome, missing_parts }
}

pub(super) fn lead_kernel<'k, 'a>(plan: &'k BatchPlan<'a>, frame: &'k Frame<'a>) -> Kernel<'k, 'a> {
    Kernel { frame, rows: Rows::Leads, names: &plan.names }
}

/// Two personas may have one name: conditions see the name's code in the dictionary, not the persona's index.
fn persona_codes(plan: &BatchPlan<'_>, personas: &[u32]) -> Vec<u32> {
    let dictionary = plan.names.dictionary(Name::Persona);
    let codes: Vec<u32> = plan
        .meaning
        .personas
        .iter()
        .map(|persona| dictionary.get().code(&persona.name).unwrap_or(MISSING_CODE))
        .collect();
    personas.iter().map(|&persona| codes.get(persona as usize).copied().unwrap_or(MISSING_CODE)).collect()
}

/// Sets `sales_status` and what follows from it: the latest answer, of equal times the later in their order.
fn set_sales(plan: &BatchPlan<'_>, frame: &mut Frame<'_>, events: &PartitionEvents) {
    let mut best = vec![(MISSING_TIME, MISSING_CODE); frame.len];
    for (index, set) in plan.sales.iter().enumerate() {
        for (best, time) in best.iter_mut().zip(events.latest(frame, set)) {
            if time != MISSING_TIME && time >= best.0 {
                *best = (time, index as u32);
            }
        }
    }
    let flag = |is: fn(SalesAnswer) -> bool| -> Vec<Truth> {
        best.iter()
            .map(|(_, code)| SalesAnswer::ALL.get(*code as usize).is_some_and(|answer| is(*answer)).into())
            .collect()
    };
    let (accepted, opportunity) = (flag(SalesAnswer::is_accepted), flag(SalesAnswer::is_opportunity));
    frame.set(Name::SalesStatus, Vector::Text(best.into_iter().map(|(_, code)| code).collect()));
    frame.set(Name::AcceptedBySales, Vector::Boolean(accepted));
    frame.set(Name::BecameOpportunity, Vector::Boolean(opportunity));
}

fn set_criteria(plan: &BatchPlan<'_>, frame: &mut Frame<'_>) {
    let mut met = vec![0.0; frame.len];
    for &criterion in &plan.meaning.criteria {
        for (met, truth) in met.iter_mut().zip(frame.truths(Name::Attribute(criterion), Rows::Leads).iter()) {
            *met += f64::from(u8::from(*truth == Truth::True));
        }
    }
    frame.set(Name::CriteriaMet, Vector::Number(met));
}

fn set_scores(frame: &mut Frame<'_>, fit: &SectionPoints, engagement: &SectionPoints) {
    let numbers = |points: &[i64]| Vector::Number(points.iter().map(|&points| points as f64).collect());
    let score: Vec<i64> = fit.total.iter().zip(&engagement.total).map(|(fit, engagement)| fit + engagement).collect();
    frame.set(Name::Fit, numbers(&fit.total));
    frame.set(Name::FitUnknown, numbers(&fit.undecided));
    frame.set(Name::Engagement, numbers(&engagement.total));
    frame.set(Name::Score, numbers(&score));
}

fn missing_parts(plan: &BatchPlan<'_>, frame: &Frame<'_>, outcome: &Outcome) -> Vec<Vec<u32>> {
    let kernel = lead_kernel(plan, frame);
    let mut missing = vec![Vec::new(); frame.len];
    for (stage, parts) in plan.stage_parts.iter().enumerate() {
        for (index, part) in parts.iter().enumerate() {
            let truths = kernel.truths(part);
            for ((missing, next), truth) in missing.iter_mut().zip(&outcome.next_stage).zip(truths.iter()) {
                if *next == stage as u32 && *truth != Truth::True {
                    missing.push(index as u32);
                }
            }
        }
    }
    missing
}

/// The scores of all leads, ranked: highest score first, then by lead id.
pub struct BatchScores<'a> {
    meaning: &'a Meaning,
    leads: &'a LeadTable,
    grades: Vec<String>,
    parts: Vec<Part>,
    /// Part and place in it, in rank order.
    order: Vec<(u32, u32)>,
    options: BatchOptions,
}

/// One ranked lead; its texts are names of the definition.
#[derive(Clone, Copy)]
pub struct ScoredLead<'s> {
    scores: &'s BatchScores<'s>,
    part: &'s Part,
    place: usize,
}

impl<'a> BatchScores<'a> {
    pub(super) fn rank(meaning: &'a Meaning, leads: &'a LeadTable, parts: Vec<Part>, options: BatchOptions) -> Self {
        let mut keyed: Vec<(i64, &str, u32, u32)> = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let totals = part.fit.total.iter().zip(&part.engagement.total);
            for (place, ((fit, engagement), counts)) in totals.zip(&part.counts).enumerate() {
                if *counts {
                    let id = leads.ids.get((part.first_lead + place) as u32).unwrap_or("");
                    keyed.push((-(fit + engagement), id, index as u32, place as u32));
                }
            }
        }
        keyed.sort_unstable();
        let order = keyed.into_iter().map(|(_, _, part, place)| (part, place)).collect();
        BatchScores { meaning, leads, grades: grade_texts(&meaning.grades), parts, order, options }
    }

    /// Returns the number of leads.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Returns whether there are no leads.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Returns the leads in rank order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = ScoredLead<'_>> {
        self.order.iter().map(|&(part, place)| self.lead(part, place))
    }

    #[expect(clippy::indexing_slicing, reason = "the order is made from the parts' own indexes")]
    fn lead(&self, part: u32, place: u32) -> ScoredLead<'_> {
        ScoredLead { scores: self, part: &self.parts[part as usize], place: place as usize }
    }
}

impl<'s> ScoredLead<'s> {
    #[expect(clippy::indexing_slicing, reason = "every vector of a part holds a value per lead of it")]
    fn at<T: Copy>(&self, values: &[T]) -> T {
        values[self.place]
    }

    /// Returns the lead's key.
    pub fn lead_id(&self) -> &'s str {
        self.scores.leads.ids.get((self.part.first_lead + self.place) as u32).unwrap_or("")
    }

    /// Returns the stage, or `Disqualified`.
    pub fn stage(&self) -> Option<&'s str> {
        let stages = &self.scores.meaning.stages;
        match self.at(&self.part.outcome.stage) as usize {
            code if code == stages.len() => Some(DISQUALIFIED),
            code => stages.get(code).map(|stage| stage.name.as_str()),
        }
    }

    /// Returns fit and engagement together.
    pub fn score(&self) -> i64 {
        self.fit() + self.engagement()
    }

    /// Returns the points of fit.
    pub fn fit(&self) -> i64 {
        self.at(&self.part.fit.total)
    }

    /// Returns how many fit rules could not be decided.
    pub fn fit_unknown(&self) -> i64 {
        self.at(&self.part.fit.undecided)
    }

    /// Returns the points of engagement.
    pub fn engagement(&self) -> i64 {
        self.at(&self.part.engagement.total)
    }

    /// Returns the grade.
    pub fn grade(&self) -> Option<&'s str> {
        self.scores.grades.get(self.at(&self.part.outcome.grade) as usize).map(String::as_str)
    }

    /// Returns the persona.
    pub fn persona(&self) -> Option<&'s str> {
        self.scores.meaning.personas.get(self.at(&self.part.persona) as usize).map(|persona| persona.name.as_str())
    }

    /// Returns the disqualifier that hit first.
    pub fn disqualified_by(&self) -> Option<&'s str> {
        let index = self.at(&self.part.outcome.disqualified_by) as usize;
        self.scores.meaning.disqualify.get(index).map(|each| each.name.as_str())
    }

    fn taken(&self) -> Option<&'s bantam_lang::meaning::Route> {
        self.scores.meaning.routes.get(self.at(&self.part.outcome.route) as usize)
    }

    /// Returns where the lead goes.
    pub fn route(&self) -> Option<&'s str> {
        self.taken().map(|route| route.to.as_str())
    }

    /// Returns the time to answer, in seconds.
    pub fn respond_within_seconds(&self) -> Option<i64> {
        self.taken().and_then(|route| route.respond_within_seconds)
    }

    /// Returns all of it as one value.
    pub fn to_score(&self) -> LeadScore {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        LeadScore {
            lead_id: self.lead_id().to_owned(),
            stage: owned(self.stage()),
            score: self.score(),
            fit: self.fit(),
            fit_unknown: self.fit_unknown(),
            engagement: self.engagement(),
            grade: owned(self.grade()),
            persona: owned(self.persona()),
            disqualified_by: owned(self.disqualified_by()),
            route: owned(self.route()),
            respond_within_seconds: self.respond_within_seconds(),
        }
    }

    /// Returns where every point comes from; the reasons sum to the score.
    pub fn reasons(&self) -> Vec<Reason> {
        let meaning = self.scores.meaning;
        let mut reasons = Vec::new();
        self.section_reasons(SectionName::Fit, &meaning.fit, &self.part.fit, &mut reasons);
        self.section_reasons(SectionName::Engagement, &meaning.engagement, &self.part.engagement, &mut reasons);
        sort_reasons(&mut reasons);
        reasons
    }

    fn section_reasons(&self, section: SectionName, meaning: &Section, points: &SectionPoints, out: &mut Vec<Reason>) {
        let mut push = |rule: Option<&str>, group: Option<&str>, points: i64| {
            if points != 0 {
                out.push(Reason { section, rule: rule.map(str::to_owned), group: group.map(str::to_owned), points });
            }
        };
        let group_name = |index: usize| meaning.groups.get(index).map(|group| group.name.as_str());
        for (rule, points) in meaning.rules.iter().zip(&points.rules) {
            push(Some(&rule.name), rule.group.and_then(group_name), self.at(points));
        }
        for (index, changes) in points.group_changes.iter().enumerate() {
            push(None, group_name(index), self.at(changes));
        }
        push(None, None, self.at(&points.section_change));
    }

    /// Returns the parts of the next stage's condition that are not true, as written. Empty unless scored with `explain`.
    pub fn missing_for_next(&self) -> Vec<&'s str> {
        let next = self.scores.meaning.stages.get(self.at(&self.part.outcome.next_stage) as usize);
        let (Some(stage), Some(missing)) = (next, self.part.missing_parts.get(self.place)) else { return Vec::new() };
        missing.iter().filter_map(|&index| stage.parts.get(index as usize).map(|(text, _)| text.as_str())).collect()
    }

    /// Returns whether explanations were asked for.
    pub fn is_explained(&self) -> bool {
        self.scores.options.explain
    }
}
