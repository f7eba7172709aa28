//! Under-qualifying: hand-offs that wasted time of sales, why, and by which rules.

use super::cohort::{Cohort, Known, Success, known};
use super::metrics::is_answered;
use crate::history::{HandOffEnd, RuleName};
use crate::statistics::{Contrast, Lift, Rate, lifts};
use hashbrown::{HashMap, HashSet};

/// A find is what has at most this, adjusted for everything that was tried.
pub(super) const FIND_MAX: f64 = 0.05;

/// Why hand-offs were rejected or recycled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReasonRow {
    /// As sales gave it; `None` where it gave none.
    pub reason: Option<String>,
    /// How many were rejected with it.
    pub rejected: u64,
    /// How many were recycled with it.
    pub recycled: u64,
}

/// What outcomes say of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Hand-offs to which it gives points do worse than the rest.
    Worse,
    /// They do better.
    Better,
    /// They do not differ by more than chance makes.
    Alike,
    /// There are too few outcomes to say.
    TooFew,
}

/// What became of the hand-offs to which a rule gave points.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleRow {
    /// The rule.
    pub rule: RuleName,
    /// Whether it gave points, or took them, or both.
    pub gives: bool,
    /// See `gives`.
    pub takes: bool,
    /// Hand-offs that sales refused or gave back, of those answered: with points of the rule, and all the rest.
    pub refused: Contrast,
    /// Hand-offs that converted, of those where it is known: with points of the rule, and all the rest.
    pub converted: Contrast,
    /// How many times as often they are refused; `None` where there are too few outcomes.
    pub refused_lift: Option<Lift>,
    /// How many times as often they convert.
    pub converted_lift: Option<Lift>,
    /// What that says.
    pub verdict: Verdict,
}

/// Hand-offs that wasted time of sales.
#[derive(Clone, Debug, PartialEq)]
pub struct RulesReport {
    /// Rejected or recycled, of all answered hand-offs.
    pub refused: Rate,
    /// Why, commonest first.
    pub reasons: Vec<ReasonRow>,
    /// Rules that gave or took points of any hand-off, worst first.
    pub rules: Vec<RuleRow>,
    /// What converting means here.
    pub success: Success,
    /// How many converted, and how many did not.
    pub known: Known,
}

pub(super) fn rules(cohort: &Cohort<'_>) -> RulesReport {
    let refused = |end: HandOffEnd| matches!(end, HandOffEnd::Rejected | HandOffEnd::Recycled);
    let answered: Vec<(usize, bool)> =
        cohort.hand_offs().filter(|(_, row)| is_answered(row)).map(|(index, row)| (index, refused(row.end))).collect();
    let (success, tried) = cohort.tried();
    let known = known(&tried);
    let converted: Vec<(usize, bool)> =
        tried.iter().filter_map(|tried| Some((tried.hand_off?, tried.success))).collect();
    RulesReport {
        refused: answered.iter().map(|&(_, refused)| refused).collect(),
        reasons: reasons(cohort),
        rules: rows(cohort, &answered, &converted, known),
        success,
        known,
    }
}

fn reasons(cohort: &Cohort<'_>) -> Vec<ReasonRow> {
    let mut counts: HashMap<u32, [u64; 2]> = HashMap::new();
    for (_, hand_off) in cohort.hand_offs() {
        let place = match hand_off.end {
            HandOffEnd::Rejected => 0,
            HandOffEnd::Recycled => 1,
            _ => continue,
        };
        counts.entry(hand_off.reason).or_default().get_mut(place).into_iter().for_each(|count| *count += 1);
    }
    let text = |code: u32| cohort.history.text(code).map(str::to_owned);
    let mut rows: Vec<ReasonRow> = counts
        .into_iter()
        .map(|(code, [rejected, recycled])| ReasonRow { reason: text(code), rejected, recycled })
        .collect();
    rows.sort_by(|a, b| {
        (b.rejected + b.recycled).cmp(&(a.rejected + a.recycled)).then_with(|| a.reason.cmp(&b.reason))
    });
    rows
}

/// The hand-offs to which each rule gave points, and those from which it took some.
#[derive(Default)]
struct Touched {
    hand_offs: HashSet<usize>,
    gives: bool,
    takes: bool,
}

fn rows(cohort: &Cohort<'_>, answered: &[(usize, bool)], converted: &[(usize, bool)], known: Known) -> Vec<RuleRow> {
    let history = cohort.history;
    let mut touched: Vec<Touched> = history.rules.iter().map(|_| Touched::default()).collect();
    for (index, _) in cohort.hand_offs() {
        for &(rule, points) in history.evidence(index) {
            if let Some(touched) = touched.get_mut(usize::from(rule)) {
                touched.hand_offs.insert(index);
                touched.gives |= points > 0;
                touched.takes |= points < 0;
            }
        }
    }
    let contrast = |touched: &Touched, of: &[(usize, bool)]| {
        let all: Rate = of.iter().map(|&(_, hit)| hit).collect();
        let group: Rate =
            of.iter().filter(|(index, _)| touched.hand_offs.contains(index)).map(|&(_, hit)| hit).collect();
        Contrast { group, rest: all.without(group) }
    };
    let used: Vec<(&RuleName, &Touched)> =
        history.rules.iter().zip(&touched).filter(|(_, touched)| !touched.hand_offs.is_empty()).collect();
    let contrasts: Vec<Contrast> =
        used.iter().flat_map(|(_, touched)| [contrast(touched, answered), contrast(touched, converted)]).collect();
    let found = known.enough().map(|enough| lifts(enough, &contrasts)).unwrap_or_default();
    let lift = |place: usize| found.get(place).copied().flatten();
    let pairs = contrasts.chunks_exact(2).enumerate();
    let mut rows: Vec<RuleRow> = used
        .iter()
        .zip(pairs)
        .filter_map(|((rule, touched), (place, pair))| {
            let [refused, converted] = *pair else { return None };
            let (refused_lift, converted_lift) = (lift(2 * place), lift(2 * place + 1));
            Some(RuleRow {
                rule: (*rule).clone(),
                gives: touched.gives,
                takes: touched.takes,
                refused,
                converted,
                refused_lift,
                converted_lift,
                verdict: if known.enough().is_ok() { judge(refused_lift, converted_lift) } else { Verdict::TooFew },
            })
        })
        .collect();
    rows.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| share(a).total_cmp(&share(b))));
    rows
}

/// Conversion decides where both say something: it is what a hand-off is for.
fn judge(refused: Option<Lift>, converted: Option<Lift>) -> Verdict {
    let found = |lift: Option<Lift>| lift.filter(|lift| lift.adjusted_p <= FIND_MAX).map(|lift| lift.ratio > 1.0);
    match (found(converted), found(refused)) {
        (Some(true), _) | (None, Some(false)) => Verdict::Better,
        (Some(false), _) | (None, Some(true)) => Verdict::Worse,
        (None, None) => Verdict::Alike,
    }
}

fn order(row: &RuleRow) -> u8 {
    match row.verdict {
        Verdict::Worse => 0,
        Verdict::Better => 2,
        Verdict::Alike | Verdict::TooFew => 1,
    }
}

fn share(row: &RuleRow) -> f64 {
    row.converted.group.share().unwrap_or(f64::INFINITY)
}
