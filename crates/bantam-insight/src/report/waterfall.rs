//! The waterfall: how many leads come to each stage, how many of them come to the next, and how long that takes.

use super::cohort::Cohort;
use super::period::Span;
use crate::history::{HandOffEnd, History, LeadRow, NO_TIME, Stage};
use crate::statistics::{Rate, quantile};
use bantam_lang::convert::MICROS_PER_DAY;

/// A rung of a waterfall.
#[derive(Clone, Debug, PartialEq)]
pub struct Rung {
    /// Its name.
    pub name: String,
    /// Leads that first came to it, or past it, in the time.
    pub entered: u64,
    /// Of these, how many have come to the next rung by now; `None` on the last.
    pub to_next: Option<Rate>,
    /// Of those, half took no longer, in days.
    pub median_days: Option<f64>,
}

/// Leads by stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Waterfall {
    /// By the definition's own stages.
    pub own: Vec<Rung>,
    /// By the standard names: inquiry, MQL (hand-off opened), SAL (accepted), SQL (opportunity), won.
    pub standard: Vec<Rung>,
    /// Leads that are disqualified now.
    pub disqualified_now: u64,
}

/// The standard names, from first to last.
const STANDARD: [&str; 5] = ["Inquiry", "MQL", "SAL", "SQL", "Won"];

pub(super) fn waterfall(cohort: &Cohort<'_>) -> Waterfall {
    let history = cohort.history;
    let leads = || 0..history.leads.len() as u32;
    let span = cohort.span.filter(|_| !cohort.is_whole);
    let own: Vec<&str> = history.stages.iter().map(String::as_str).collect();
    Waterfall {
        own: rungs(&own, span, leads().map(|lead| own_times(history, lead))),
        standard: rungs(
            &STANDARD,
            span,
            (0..).zip(&history.leads).map(|(lead, row)| standard_times(history, lead, row)),
        ),
        disqualified_now: history.leads.iter().filter(|lead| lead.stage_now == Stage::Disqualified).count() as u64,
    }
}

/// When a lead first came to each rung or past it: `None` is never, [`NO_TIME`] nobody knows when.
type Times = Vec<Option<i64>>;

fn own_times(history: &History, lead: u32) -> Times {
    let mut times = vec![None; history.stages.len()];
    for step in history.steps_of(lead) {
        let Some(rung) = step.to.rung() else { continue };
        times.iter_mut().take(rung + 1).filter(|time| time.is_none()).for_each(|time| *time = Some(step.at));
    }
    times
}

/// Of hand-offs alone: what people began by themselves is told under missed opportunities.
fn standard_times(history: &History, lead: u32, row: &LeadRow) -> Times {
    let hand_offs = history.hand_offs.get(history.hand_offs_of(lead)).unwrap_or_default();
    let known = |time: i64| Some(time).filter(|&time| time != NO_TIME);
    let won = hand_offs.iter().find(|hand_off| hand_off.end == HandOffEnd::Won);
    vec![
        Some(row.first_fact),
        hand_offs.first().map(|hand_off| hand_off.opened),
        hand_offs.iter().find_map(|hand_off| known(hand_off.accepted)).or(won.map(|won| won.ended)),
        hand_offs.iter().find_map(|hand_off| known(hand_off.opportunity)).or(won.map(|won| won.ended)),
        won.map(|won| won.ended),
    ]
}

fn rungs(names: &[&str], span: Option<Span>, leads: impl Iterator<Item = Times>) -> Vec<Rung> {
    let mut entered = vec![0_u64; names.len()];
    let mut onward: Vec<Vec<f64>> = vec![Vec::new(); names.len()];
    let mut reached = vec![0_u64; names.len()];
    for times in leads {
        for (rung, time) in times.iter().enumerate() {
            let Some(time) = time.filter(|&time| span.is_none_or(|span| span.contains(time))) else { continue };
            add(&mut entered, rung);
            let Some(&Some(next)) = times.get(rung + 1) else { continue };
            add(&mut reached, rung);
            if time != NO_TIME
                && next != NO_TIME
                && let Some(days) = onward.get_mut(rung)
            {
                days.push((next - time).max(0) as f64 / MICROS_PER_DAY as f64);
            }
        }
    }
    let count = names.len();
    let rows = names.iter().enumerate().zip(entered).zip(reached).zip(onward);
    rows.map(|((((rung, name), entered), reached), days)| Rung {
        name: (*name).to_owned(),
        entered,
        to_next: (rung + 1 < count).then(|| Rate::new(reached, entered)),
        median_days: quantile(&days, 0.5),
    })
    .collect()
}

fn add(counts: &mut [u64], place: usize) {
    if let Some(count) = counts.get_mut(place) {
        *count += 1;
    }
}
