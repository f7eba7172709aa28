//! Of which leads sales thinks worse, or better, than before: what a source turning bad looks like.
//!
//! Answers come within days, while opportunities and wins take months; so it is rejections that tell early.

use super::cohort::Cohort;
use super::journeys::bins;
use super::metrics::is_answered;
use super::period::Span;
use super::rules::FIND_MAX;
use crate::history::HandOffEnd;
use crate::statistics::{Contrast, Lift, Rate, enough, lifts};

/// Values that fewer hand-offs have, before and now, are not looked at.
const HAND_OFFS_MIN: u64 = 10;

/// How often hand-offs with a value are refused, before and now.
#[derive(Clone, Debug, PartialEq)]
pub struct TurnedRow {
    /// The attribute.
    pub attribute: String,
    /// Its value.
    pub value: String,
    /// Rejected or recycled, of those answered: `group` in the second half of the time, `rest` in the first.
    pub refused: Contrast,
    /// How many times as often as before.
    pub lift: Lift,
}

/// Of which leads sales thinks otherwise than before.
#[derive(Clone, Debug, PartialEq)]
pub struct TurnedReport {
    /// The first and the second half of the time; `None` where facts have no times.
    pub spans: Option<(Span, Span)>,
    /// Values that are refused more often, or less, than before, by more than chance makes; surest first.
    pub rows: Vec<TurnedRow>,
    /// How many values were looked at; `None` where there are too few answers for a conclusion.
    pub tried: Option<u64>,
}

pub(super) fn turned(cohort: &Cohort<'_>) -> TurnedReport {
    let history = cohort.history;
    let spans = halves(cohort);
    let Some((before, now)) = spans else { return TurnedReport { spans, rows: Vec::new(), tried: None } };
    let refused = |end: HandOffEnd| matches!(end, HandOffEnd::Rejected | HandOffEnd::Recycled);
    let answered: Vec<(u32, bool, bool)> = history
        .hand_offs
        .iter()
        .filter(|row| is_answered(row) && (before.contains(row.opened) || now.contains(row.opened)))
        .map(|row| (row.lead, now.contains(row.opened), refused(row.end)))
        .collect();
    let bad = answered.iter().filter(|(_, _, refused)| *refused).count() as u64;
    let Ok(enough) = enough(answered.len() as u64 - bad, bad) else {
        return TurnedReport { spans, rows: Vec::new(), tried: None };
    };
    let leads: Vec<u32> = answered.iter().map(|&(lead, _, _)| lead).collect();
    let mut tried: Vec<(String, String, Contrast)> = Vec::new();
    for (place, (name, _)) in history.attributes.iter().enumerate() {
        let Some((labels, of)) = bins(history, place, &leads, &leads) else { continue };
        let mut counts = vec![[0_u64; 4]; labels.len()];
        for (bin, &(_, is_now, is_refused)) in of.iter().zip(&answered) {
            if let Some([now_hits, now_n, then_hits, then_n]) = counts.get_mut(*bin) {
                let (hits, n) = if is_now { (now_hits, now_n) } else { (then_hits, then_n) };
                *hits += u64::from(is_refused);
                *n += 1;
            }
        }
        for (bin, [now_hits, now_n, then_hits, then_n]) in labels.into_iter().zip(counts) {
            if now_n.min(then_n) >= HAND_OFFS_MIN {
                let contrast = Contrast { group: Rate::new(now_hits, now_n), rest: Rate::new(then_hits, then_n) };
                tried.push((name.clone(), bin.label, contrast));
            }
        }
    }
    let contrasts: Vec<Contrast> = tried.iter().map(|(_, _, contrast)| *contrast).collect();
    let found = lifts(enough, &contrasts);
    let count = tried.len() as u64;
    let mut rows: Vec<TurnedRow> = tried
        .into_iter()
        .zip(found)
        .filter_map(|((attribute, value, refused), lift)| Some(TurnedRow { attribute, value, refused, lift: lift? }))
        .filter(|row| row.lift.adjusted_p <= FIND_MAX)
        .collect();
    rows.sort_by(|a, b| a.lift.adjusted_p.total_cmp(&b.lift.adjusted_p));
    TurnedReport { spans, rows, tried: Some(count) }
}

/// The last half of the time, and the first: quarters alone hold too few answers of one source.
fn halves(cohort: &Cohort<'_>) -> Option<(Span, Span)> {
    let span = cohort.span?;
    let middle = span.from + (span.to - span.from) / 2;
    Some((Span { from: span.from, to: middle }, Span { from: middle, to: span.to }))
}
