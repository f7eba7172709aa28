//! How the leads of the last quarter differ from earlier ones.

use super::cohort::Cohort;
use super::journeys::{Bin, bins};
use super::period::Span;
use crate::history::History;
use crate::statistics::{Cuts, Drift, QUANTILE_BINS, drift, text_bins};
use bantam_engine::columns::Column;
use bantam_lang::convert::MICROS_PER_DAY;

/// A quarter of a year.
pub(super) const QUARTER_DAYS: i64 = 91;

/// Leads that came to be known in a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The time.
    pub span: Span,
    /// How many they are.
    pub leads: u64,
}

/// How far an attribute or a score has moved.
#[derive(Clone, Debug, PartialEq)]
pub struct DriftRow {
    /// The attribute's name, or `fit`, `engagement` or `score` (at the age of thirty days).
    pub name: String,
    /// How far; `None` where one of the windows has no leads.
    pub drift: Option<Drift>,
    /// The values that moved most, each with its share before and now.
    pub moved: Vec<(String, f64, f64)>,
}

/// How the leads of the last quarter differ from earlier ones.
#[derive(Clone, Debug, PartialEq)]
pub struct DriftReport {
    /// The leads that later ones are compared to.
    pub base: Option<Window>,
    /// The leads of the last quarter.
    pub now: Option<Window>,
    /// Attributes and scores, those that moved farthest first.
    pub rows: Vec<DriftRow>,
}

/// What is shown of leads without a value.
const MISSING: &str = "(missing)";
/// How many values that moved are told.
const MOVED_MAX: usize = 3;

pub(super) fn drift_of(cohort: &Cohort<'_>, made_on: Option<Span>) -> DriftReport {
    let Some((base, now)) = windows(cohort, made_on) else {
        return DriftReport { base: None, now: None, rows: Vec::new() };
    };
    let history = cohort.history;
    let leads = |span: Span| -> Vec<u32> {
        (0..).zip(&history.leads).filter(|(_, row)| span.contains(row.first_fact)).map(|(lead, _)| lead).collect()
    };
    let (before, later) = (leads(base), leads(now));
    let mut rows: Vec<DriftRow> = (0..history.attributes.len())
        .filter_map(|attribute| attribute_row(history, attribute, &before, &later))
        .collect();
    rows.extend(score_rows(history, &before, &later));
    let index = |row: &DriftRow| row.drift.as_ref().map_or(-1.0, |drift| drift.index);
    rows.sort_by(|a, b| index(b).total_cmp(&index(a)));
    DriftReport {
        base: Some(Window { span: base, leads: before.len() as u64 }),
        now: Some(Window { span: now, leads: later.len() as u64 }),
        rows,
    }
}

/// Returns the base and the last quarter, where facts have times: the base is the quarter before unless another is given.
pub(super) fn windows(cohort: &Cohort<'_>, made_on: Option<Span>) -> Option<(Span, Span)> {
    let end = cohort.span?.to;
    let quarter = QUARTER_DAYS * MICROS_PER_DAY;
    let now = Span { from: end - quarter, to: end };
    Some((made_on.unwrap_or(Span { from: end - 2 * quarter, to: end - quarter }), now))
}

fn attribute_row(history: &History, attribute: usize, before: &[u32], later: &[u32]) -> Option<DriftRow> {
    let (name, _) = history.attributes.get(attribute)?;
    let column = history.values.get(attribute)?;
    // Computed attributes are kept for some leads only, and follow the declared ones anyway.
    if column.is_empty() || is_computed(history, attribute) {
        return None;
    }
    let counts: Vec<(String, (u64, u64))> = match column {
        Column::Number(numbers) => number_counts(numbers, before, later),
        Column::Text(_) | Column::Boolean(_) => {
            let (labels, of) = bins(history, attribute, before, &[before, later].concat())?;
            let mut counts = vec![(0_u64, 0_u64); labels.len()];
            for (place, bin) in of.into_iter().enumerate() {
                let Some((base, now)) = counts.get_mut(bin) else { continue };
                *(if place < before.len() { base } else { now }) += 1;
            }
            let label = |bin: &'_ Bin| if bin.is_missing { None } else { Some(bin.label.clone()) };
            let texts: Vec<Option<String>> = labels.iter().map(label).collect();
            let found = text_bins(
                texts.iter().map(Option::as_deref).zip(counts.iter().map(|(base, _)| *base)),
                texts.iter().map(Option::as_deref).zip(counts.iter().map(|(_, now)| *now)),
            );
            found.iter().map(|bin| (text_label(bin), bin.counts())).collect()
        }
        // Time goes on; that it does is no drift.
        Column::Time(_) => return None,
    };
    // A column that no file has says nothing.
    let is_told = counts.iter().any(|(label, (base, now))| label != MISSING && base + now > 0);
    is_told.then(|| row(name.clone(), &counts))
}

fn is_computed(history: &History, attribute: usize) -> bool {
    attribute >= history.declared_attributes
}

fn text_label(bin: &crate::statistics::TextBin<'_>) -> String {
    use crate::statistics::TextBin;
    match bin {
        TextBin::Text(text, _) => (*text).to_owned(),
        TextBin::Other(_) => "(others)".to_owned(),
        TextBin::Missing(_) => MISSING.to_owned(),
    }
}

fn number_counts(numbers: &[f64], before: &[u32], later: &[u32]) -> Vec<(String, (u64, u64))> {
    let value = |lead: &u32| numbers.get(*lead as usize).copied().filter(|number| !number.is_nan());
    counted(before.iter().map(value), later.iter().map(value))
}

fn counted(
    before: impl Iterator<Item = Option<f64>> + Clone,
    later: impl Iterator<Item = Option<f64>>,
) -> Vec<(String, (u64, u64))> {
    let cuts = Cuts::of(before.clone(), QUANTILE_BINS);
    let bounds = cuts.values();
    let text = bantam_lang::convert::number_text;
    let label = |place: usize| match (place.checked_sub(1).and_then(|below| bounds.get(below)), bounds.get(place)) {
        _ if place > bounds.len() => MISSING.to_owned(),
        (Some(&from), Some(&to)) => format!("above {} up to {}", text(from), text(to)),
        (None, Some(&to)) => format!("up to {}", text(to)),
        (Some(&from), None) => format!("above {}", text(from)),
        (None, None) => "(any)".to_owned(),
    };
    let pairs = cuts.count(before).into_iter().zip(cuts.count(later));
    pairs.enumerate().map(|(place, pair)| (label(place), pair)).collect()
}

/// One of the sums of fit and engagement.
type PartOf = fn((i32, i32)) -> i32;

fn score_rows(history: &History, before: &[u32], later: &[u32]) -> impl Iterator<Item = DriftRow> {
    let scores = |leads: &[u32], of: PartOf| -> Vec<Option<f64>> {
        let rows = leads.iter().filter_map(|&lead| history.leads.get(lead as usize));
        // Younger leads have no score at that age, which is not a missing one.
        rows.filter_map(|row| row.at_age).map(|points| Some(f64::from(of(points)))).collect()
    };
    let parts: [(&str, PartOf); 3] = [
        ("score", |(fit, engagement)| fit + engagement),
        ("fit", |(fit, _)| fit),
        ("engagement", |(_, engagement)| engagement),
    ];
    parts.into_iter().map(move |(name, of)| {
        let counts = counted(scores(before, of).into_iter(), scores(later, of).into_iter());
        row(name.to_owned(), &counts)
    })
}

fn row(name: String, counts: &[(String, (u64, u64))]) -> DriftRow {
    let pairs: Vec<(u64, u64)> = counts.iter().map(|(_, pair)| *pair).collect();
    let drift = drift(&pairs);
    let (base_n, now_n) = drift.as_ref().map_or((1, 1), |drift| (drift.base_n, drift.now_n));
    let mut moved: Vec<(String, f64, f64)> = counts
        .iter()
        .map(|(label, (base, now))| (label.clone(), *base as f64 / base_n as f64, *now as f64 / now_n as f64))
        .collect();
    moved.sort_by(|a, b| (b.2 - b.1).abs().total_cmp(&(a.2 - a.1).abs()));
    moved.truncate(MOVED_MAX);
    moved.retain(|(_, before, now)| before != now);
    DriftRow { name, drift, moved }
}
