//! Computes the points of rules, groups and sections.

use super::by_kind::Of;
use super::by_lead_kind::by_kind;
use super::frame::{Frame, Rows};
use super::kernel::Kernel;
use super::plan::{BatchPlan, BoundKind, BoundPoints, BoundRule};
use super::select::{Hit, PartitionEvents, keep_once};
use crate::columns::{MISSING_CODE, Truth};
use crate::decay::decayed;
use bantam_lang::meaning::{Decay, Limit, Section, Table, TableKeys};

/// Points of one section, for every lead of a frame.
#[derive(Default)]
pub(super) struct SectionPoints {
    /// Points of each rule after its own limit.
    pub(super) rules: Vec<Vec<i64>>,
    /// What each group's limit changed.
    pub(super) group_changes: Vec<Vec<i64>>,
    /// What the section's limit changed.
    pub(super) section_change: Vec<i64>,
    /// The section's points.
    pub(super) total: Vec<i64>,
    /// How many rules over the lead could not be decided.
    pub(super) undecided: Vec<i64>,
}

impl SectionPoints {
    /// Returns the points of leads of some kinds, where these are the points of each kind.
    pub(super) fn of_kinds(&self, kinds: &[u32]) -> SectionPoints {
        let all = |values: &[Vec<i64>]| values.iter().map(|values| by_kind(values, kinds)).collect();
        let change = &self.section_change;
        SectionPoints {
            rules: all(&self.rules),
            group_changes: all(&self.group_changes),
            section_change: if change.is_empty() { Vec::new() } else { by_kind(change, kinds) },
            total: by_kind(&self.total, kinds),
            undecided: by_kind(&self.undecided, kinds),
        }
    }

    /// Returns all that adds up to the section's points: rules, then what limits of groups and of the section changed.
    pub(super) fn sources(&self) -> impl Iterator<Item = &[i64]> {
        let all = self.rules.iter().chain(&self.group_changes).chain([&self.section_change]);
        all.map(Vec::as_slice)
    }
}

/// Computes a section. `told` gives what a rule, by its place, has earned where kinds tell all, and adds to what it could not
/// decide.
pub(super) fn compute_section(
    plan: &BatchPlan<'_>,
    frame: &Frame<'_>,
    events: &PartitionEvents,
    of: Of,
    mut told: impl FnMut(usize, &mut [i64]) -> Option<Vec<i64>>,
) -> SectionPoints {
    let (section, meaning) = match of {
        Of::Fit => (&plan.fit, &plan.meaning.fit),
        Of::Engagement => (&plan.engagement, &plan.meaning.engagement),
    };
    let mut undecided = vec![0; frame.len];
    let mut earned = |(at, rule): (usize, &BoundRule<'_>)| {
        told(at, &mut undecided).unwrap_or_else(|| earned_points(plan, frame, events, rule, &mut undecided))
    };
    let rules = section.rules.iter().enumerate().map(&mut earned).collect();
    add_up(meaning, rules, undecided)
}

/// Brings what each rule earned into the rule's limit, and adds up groups and the section within theirs.
pub(super) fn add_up(section: &Section, mut rules: Vec<Vec<i64>>, undecided: Vec<i64>) -> SectionPoints {
    let mut total = vec![0; undecided.len()];
    let mut groups = vec![total.clone(); section.groups.len()];
    for (rule, points) in section.rules.iter().zip(&mut rules) {
        if let Some(limit) = rule.limit {
            points.iter_mut().for_each(|points| *points = (*points).clamp(limit.low, limit.high));
        }
        let sum = rule.group.and_then(|group| groups.get_mut(group)).unwrap_or(&mut total);
        add(sum, points);
    }
    let mut group_changes = Vec::new();
    for (mut sum, group) in groups.into_iter().zip(&section.groups) {
        group_changes.push(bring_into(&mut sum, group.limit));
        add(&mut total, &sum);
    }
    let section_change = bring_into(&mut total, section.limit);
    SectionPoints { rules, group_changes, section_change, total, undecided }
}

/// Adds points to sums; what would pass the end of the integers stays there.
fn add(sums: &mut [i64], points: &[i64]) {
    // The sign bit is set where two numbers of one sign have given another. Looking at all of them in the end, and not at each,
    // the processor adds several at once.
    let mut passed = 0;
    for (sum, &points) in sums.iter_mut().zip(points) {
        let added = sum.wrapping_add(points);
        passed |= (*sum ^ added) & (points ^ added);
        *sum = added;
    }
    if passed < 0 {
        for (sum, &points) in sums.iter_mut().zip(points) {
            *sum = sum.wrapping_sub(points).saturating_add(points);
        }
    }
}

/// Brings sums into a limit; returns what that changed.
pub(super) fn bring_into(sums: &mut [i64], limit: Option<Limit>) -> Vec<i64> {
    let Some(limit) = limit else { return vec![0; sums.len()] };
    let mut changes = Vec::with_capacity(sums.len());
    for sum in sums {
        let limited = (*sum).clamp(limit.low, limit.high);
        changes.push(limited - *sum);
        *sum = limited;
    }
    changes
}

/// Computes the points of a rule before its own limit; adds to `undecided` where a rule over the lead cannot be decided.
pub(super) fn earned_points(
    plan: &BatchPlan<'_>,
    frame: &Frame<'_>,
    events: &PartitionEvents,
    rule: &BoundRule<'_>,
    undecided: &mut [i64],
) -> Vec<i64> {
    match &rule.kind {
        BoundKind::Lead(condition) => {
            let kernel = Kernel { frame, rows: Rows::Leads, names: &plan.names };
            let truths = condition.as_ref().map(|condition| kernel.truths(condition));
            match (&rule.points, &truths) {
                (BoundPoints::Fixed(points), Some(truths)) => fixed_points(*points, truths, undecided),
                _ => lead_points(award(&kernel, &rule.points), truths.as_deref(), undecided),
            }
        }
        BoundKind::Events { select, once, decay } => {
            let rows = events.select(plan, frame, select);
            let kernel = Kernel { frame, rows: Rows::Events(&rows), names: &plan.names };
            let hits = rows.iter().zip(award(&kernel, &rule.points).points).map(|(&row, points)| Hit {
                lead: frame.lead_of(row),
                time: frame.time_of(row),
                worth: Some(points),
            });
            let hits = hits.collect();
            let hits = match once {
                Some(once) => keep_once(plan, frame, &rows, hits, once),
                None => hits,
            };
            event_points(frame, hits, *decay)
        }
    }
}

/// What rows earn.
pub(super) struct Award {
    pub(super) points: Vec<i64>,
    /// Whether there is a value to look the points up by; `None` where none is needed.
    pub(super) present: Option<Vec<bool>>,
}

/// Returns the points where the condition is true, else 0; counts where it is unknown. What [`lead_points`] gives, in one go.
fn fixed_points(points: i64, truths: &[Truth], undecided: &mut [i64]) -> Vec<i64> {
    let point = |(&truth, undecided): (&Truth, &mut i64)| {
        *undecided += i64::from(truth == Truth::Unknown);
        points * i64::from(truth == Truth::True)
    };
    truths.iter().zip(undecided).map(point).collect()
}

/// Keeps the points where the condition is true, or there is none; counts where it or the table's value is unknown.
pub(super) fn lead_points(award: Award, truths: Option<&[Truth]>, undecided: &mut [i64]) -> Vec<i64> {
    let Award { mut points, present } = award;
    match (truths, &present) {
        (None, None) => {}
        (None, Some(present)) => {
            for (undecided, present) in undecided.iter_mut().zip(present) {
                *undecided += i64::from(!present);
            }
        }
        (Some(truths), None) => {
            for ((points, &truth), undecided) in points.iter_mut().zip(truths).zip(undecided) {
                *points *= i64::from(truth == Truth::True);
                *undecided += i64::from(truth == Truth::Unknown);
            }
        }
        (Some(truths), Some(present)) => {
            for (((points, &truth), present), undecided) in points.iter_mut().zip(truths).zip(present).zip(undecided) {
                *undecided += i64::from(truth == Truth::Unknown || (truth == Truth::True && !present));
                *points *= i64::from(truth == Truth::True);
            }
        }
    }
    points
}

/// Sums up events, aged.
pub(super) fn event_points(frame: &Frame<'_>, hits: Vec<Hit>, decay: Decay) -> Vec<i64> {
    let mut sums = vec![0_i64; frame.len];
    for hit in hits {
        if let (Some(sum), Some(points)) = (sums.get_mut(hit.lead), hit.worth) {
            *sum = sum.saturating_add(decayed(points, decay, frame.as_of - hit.time));
        }
    }
    sums
}

/// Returns what each row earns.
pub(super) fn award(kernel: &Kernel<'_, '_>, points: &BoundPoints<'_>) -> Award {
    let (points, present) = match points {
        BoundPoints::Fixed(points) => {
            return Award { points: vec![*points; kernel.frame.count(kernel.rows)], present: None };
        }
        BoundPoints::Text(text, table) => {
            kernel.codes(text).iter().map(|&code| (table.get(code), code != MISSING_CODE)).unzip()
        }
        BoundPoints::Number(number, table) => {
            kernel.numbers(number).iter().map(|&number| (number_points(table, number), !number.is_nan())).unzip()
        }
        BoundPoints::Truth(truth, table) => {
            kernel.truths(truth).iter().map(|&truth| (truth_points(table, truth), truth != Truth::Unknown)).unzip()
        }
    };
    Award { points, present: Some(present) }
}

fn number_points(table: &Table, number: f64) -> i64 {
    let TableKeys::Number(bounds) = &table.keys else { return 0 };
    if number.is_nan() {
        return table.missing.unwrap_or(0);
    }
    let above = bounds.partition_point(|(bound, _)| *bound <= number);
    let found = above.checked_sub(1).and_then(|index| bounds.get(index)).map(|(_, points)| *points);
    found.or(table.otherwise).unwrap_or(0)
}

fn truth_points(table: &Table, truth: Truth) -> i64 {
    let TableKeys::Boolean { yes, no } = &table.keys else { return 0 };
    let found = match truth {
        Truth::Unknown => return table.missing.unwrap_or(0),
        Truth::True => yes,
        Truth::False => no,
    };
    found.or(table.otherwise).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sums_stay_at_the_end_of_the_integers(
            pairs in prop::collection::vec((prop_oneof![-5_i64..5, any::<i64>()], prop_oneof![-5_i64..5, any::<i64>()]), 0..20),
        ) {
            let (mut sums, points): (Vec<i64>, Vec<i64>) = pairs.iter().copied().unzip();
            add(&mut sums, &points);
            let expected: Vec<i64> = pairs.iter().map(|(sum, points)| sum.saturating_add(*points)).collect();
            prop_assert_eq!(sums, expected);
        }

        #[test]
        fn fixed_points_are_those_of_any_award(points in -9_i64..9, truths in prop::collection::vec(0..3, 0..20)) {
            let truths: Vec<Truth> =
                truths.into_iter().map(|truth| [Truth::False, Truth::True, Truth::Unknown][truth as usize]).collect();
            let (mut undecided, mut expected_undecided) = (vec![1; truths.len()], vec![1; truths.len()]);
            let award = Award { points: vec![points; truths.len()], present: None };
            let expected = lead_points(award, Some(&truths), &mut expected_undecided);
            prop_assert_eq!(fixed_points(points, &truths, &mut undecided), expected);
            prop_assert_eq!(undecided, expected_undecided);
        }
    }
}
