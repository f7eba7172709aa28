//! Counts what the rules of a section do: hits, points, keys of tables, what limits change.

use super::tables::{Placed, Places, text_of};
use super::{Computed, event_kernel, lead_kernel};
use crate::batch::frame::Frame;
use crate::batch::kernel::Kernel;
use crate::batch::plan::{BatchPlan, BoundKind, BoundOnce, BoundRule, BoundSection};
use crate::batch::rules::{SectionPoints, award, bring_into, event_points, lead_points};
use crate::batch::select::{Hit, keep_once};
use crate::columns::{MISSING_CODE, Truth};
use bantam_lang::meaning::Decay;
use hashbrown::HashMap;

/// How many of the values without a key are kept, the most frequent ones: a table by a free text misses most of them.
const MISSED_MAX: usize = 1_000;

/// What a section does; vectors follow the definition's order.
#[derive(Default)]
pub(crate) struct SectionTally {
    pub(crate) rules: Vec<RuleTally>,
    pub(crate) groups: Vec<LimitTally>,
    pub(crate) limit: LimitTally,
    /// Leads whose points are not 0.
    pub(crate) earning: u64,
    pub(crate) points: i64,
}

/// What one rule does.
#[derive(Default)]
pub(crate) struct RuleTally {
    /// Leads for which it applies: its condition is true, or an event counts.
    pub(crate) applies: u64,
    /// Leads with points other than 0.
    pub(crate) earning: u64,
    /// Sum of its points.
    pub(crate) points: i64,
    /// Leads for which it could not be decided.
    pub(crate) undecided: u64,
    /// Events that are selected.
    pub(crate) selected: u64,
    /// Those of them that count beside others of the same key.
    pub(crate) counting: u64,
    /// Leads, or selected events, by place in the table: keys, then no key, then no value.
    pub(crate) key_rows: Vec<u64>,
    /// Leads by place in the table.
    pub(crate) key_leads: Vec<u64>,
    /// How often each value without a key comes, by its code.
    pub(crate) missed_codes: HashMap<u32, u64>,
    /// The most frequent of them, most frequent first.
    pub(crate) missed: Vec<(String, u64)>,
    /// How many different values have no key.
    pub(crate) missed_values: u64,
    /// What its limit changes.
    pub(crate) limit: LimitTally,
}

/// What a limit changes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LimitTally {
    /// Leads it changes.
    pub(crate) leads: u64,
    /// Points it takes away.
    pub(crate) lowered: i64,
    /// Points it adds.
    pub(crate) raised: i64,
}

impl SectionTally {
    /// Looks up the texts of values without a key.
    pub(super) fn name_misses(&mut self, section: &BoundSection<'_>) {
        for (tally, rule) in self.rules.iter_mut().zip(&section.rules) {
            let codes = std::mem::take(&mut tally.missed_codes);
            tally.missed_values = codes.len() as u64;
            let mut missed: Vec<(u64, u32)> = codes.into_iter().map(|(code, count)| (count, code)).collect();
            // A code says when a text was first seen, so equal counts come in the order of the data.
            missed.sort_unstable_by_key(|&(count, code)| (std::cmp::Reverse(count), code));
            missed.truncate(MISSED_MAX);
            tally.missed = missed.into_iter().map(|(count, code)| (text_of(&rule.points, code), count)).collect();
        }
    }
}

/// Counts what a section does for the leads of a partition.
pub(super) fn section(
    plan: &BatchPlan<'_>,
    computed: &Computed<'_>,
    bound: &BoundSection<'_>,
    points: &SectionPoints,
    places: &[Option<Places>],
) -> SectionTally {
    let counts = &computed.counts;
    let of_rule = |(rule, places): (&BoundRule<'_>, &Option<Places>)| match &rule.kind {
        BoundKind::Lead(_) => lead_rule(plan, computed, rule, places.as_ref()),
        BoundKind::Events { once, decay, .. } => {
            event_rule(plan, computed, rule, once.as_ref(), *decay, places.as_ref())
        }
    };
    SectionTally {
        rules: bound.rules.iter().zip(places).map(of_rule).collect(),
        groups: points.group_changes.iter().map(|changes| limit(changes, counts)).collect(),
        limit: limit(&points.section_change, counts),
        earning: of_counting(&points.total, counts).filter(|points| *points != 0).count() as u64,
        points: of_counting(&points.total, counts).sum(),
    }
}

fn of_counting(points: &[i64], counts: &[bool]) -> impl Iterator<Item = i64> {
    points.iter().zip(counts).filter(|(_, counts)| **counts).map(|(points, _)| *points)
}

fn limit(changes: &[i64], counts: &[bool]) -> LimitTally {
    let mut tally = LimitTally::default();
    for change in of_counting(changes, counts).filter(|change| *change != 0) {
        tally.leads += 1;
        tally.lowered += (-change).max(0);
        tally.raised += change.max(0);
    }
    tally
}

/// Brings points into the rule's limit and counts them.
fn count_points(rule: &BoundRule<'_>, mut points: Vec<i64>, counts: &[bool]) -> RuleTally {
    let changes = bring_into(&mut points, rule.limit);
    RuleTally {
        earning: of_counting(&points, counts).filter(|points| *points != 0).count() as u64,
        points: of_counting(&points, counts).sum(),
        limit: limit(&changes, counts),
        ..RuleTally::default()
    }
}

fn lead_rule(
    plan: &BatchPlan<'_>,
    computed: &Computed<'_>,
    rule: &BoundRule<'_>,
    places: Option<&Places>,
) -> RuleTally {
    let (frame, counts) = (&computed.frame, &computed.counts);
    let kernel = lead_kernel(plan, frame);
    let truths = match &rule.kind {
        BoundKind::Lead(Some(condition)) => kernel.truths(condition).into_owned(),
        _ => vec![Truth::True; frame.len],
    };
    let holds: Vec<bool> = truths.iter().zip(counts).map(|(truth, counts)| *counts && *truth == Truth::True).collect();
    let mut undecided = vec![0; frame.len];
    let points = lead_points(award(&kernel, &rule.points), Some(&truths), &mut undecided);
    let mut tally = count_points(rule, points, counts);
    tally.applies = holds.iter().filter(|holds| **holds).count() as u64;
    tally.undecided = of_counting(&undecided, counts).sum::<i64>() as u64;
    if let Some(places) = places {
        let placed = places.of_rows(&kernel, &rule.points);
        let placed: Vec<Placed> =
            placed.into_iter().zip(&holds).filter(|(_, holds)| **holds).map(|(placed, _)| placed).collect();
        count_places(&mut tally, places, &placed);
        tally.key_leads = tally.key_rows.clone();
    }
    tally
}

fn event_rule(
    plan: &BatchPlan<'_>,
    computed: &Computed<'_>,
    rule: &BoundRule<'_>,
    once: Option<&BoundOnce<'_>>,
    decay: Decay,
    places: Option<&Places>,
) -> RuleTally {
    let (frame, counts) = (&computed.frame, &computed.counts);
    let BoundKind::Events { select, .. } = &rule.kind else { return RuleTally::default() };
    let rows = computed.events.select(plan, frame, select);
    let kernel = event_kernel(plan, frame, &rows);
    let points = award(&kernel, &rule.points).points;
    let hit = |(&row, points)| Hit { lead: frame.lead_of(row), time: frame.time_of(row), worth: Some(points) };
    let hits: Vec<Hit> = rows.iter().zip(points).map(hit).collect();
    let hits = match once {
        Some(once) => keep_once(plan, frame, &rows, hits, once),
        None => hits,
    };
    let (counting, applies) = (hits.len() as u64, leads_of(frame, &hits));
    let mut tally = count_points(rule, event_points(frame, hits, decay), counts);
    (tally.selected, tally.counting, tally.applies) = (rows.len() as u64, counting, applies);
    if let Some(places) = places {
        count_event_places(&mut tally, &kernel, rule, places, &rows);
    }
    tally
}

fn leads_of(frame: &Frame<'_>, hits: &[Hit]) -> u64 {
    let mut seen = vec![false; frame.len];
    for hit in hits {
        if let Some(seen) = seen.get_mut(hit.lead) {
            *seen = true;
        }
    }
    seen.into_iter().filter(|seen| *seen).count() as u64
}

fn count_event_places(
    tally: &mut RuleTally,
    kernel: &Kernel<'_, '_>,
    rule: &BoundRule<'_>,
    places: &Places,
    rows: &[u32],
) {
    let placed = places.of_rows(kernel, &rule.points);
    count_places(tally, places, &placed);
    let mut leads: Vec<(u32, usize)> =
        placed.iter().zip(rows).map(|(placed, &row)| (placed.place, kernel.frame.lead_of(row))).collect();
    leads.sort_unstable();
    leads.dedup();
    tally.key_leads = vec![0; places.keys + 2];
    for (place, _) in leads {
        if let Some(count) = tally.key_leads.get_mut(place as usize) {
            *count += 1;
        }
    }
}

fn count_places(tally: &mut RuleTally, places: &Places, placed: &[Placed]) {
    tally.key_rows = vec![0; places.keys + 2];
    for &Placed { place, code } in placed {
        if let Some(count) = tally.key_rows.get_mut(place as usize) {
            *count += 1;
        }
        if place == places.no_key() && code != MISSING_CODE {
            *tally.missed_codes.entry(code).or_default() += 1;
        }
    }
}
