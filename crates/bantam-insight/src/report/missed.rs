//! Over-qualifying: opportunities of leads that the definition had not handed over, and what they lacked.

use super::cohort::Cohort;
use crate::history::{Deal, DealEnd, NO_HAND_OFF};
use crate::statistics::Rate;
use hashbrown::HashMap;

/// How many opportunities lacked something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacked {
    /// A condition of a stage as written, or what disqualified the lead.
    pub what: String,
    /// Opportunities that lacked it.
    pub opportunities: u64,
    /// Of these, won ones.
    pub wins: u64,
}

/// Opportunities that the definition missed.
#[derive(Clone, Debug, PartialEq)]
pub struct MissedReport {
    /// Opportunities without a hand-off before, of all.
    pub opportunities: Rate,
    /// Wins without a hand-off before, of all.
    pub wins: Rate,
    /// What these wins are worth; `None` where none names an amount.
    pub amount: Option<f64>,
    /// What they lacked, most wins first. One that lacked several things is in several rows.
    pub lacked: Vec<Lacked>,
}

pub(super) fn missed(cohort: &Cohort<'_>) -> MissedReport {
    let history = cohort.history;
    let is_missed = |deal: &Deal| deal.hand_off == NO_HAND_OFF;
    let won = || cohort.deals().filter(|(_, deal)| deal.end == DealEnd::Won);
    let amounts: Vec<f64> = won()
        .filter(|(_, deal)| is_missed(deal))
        .map(|(_, deal)| deal.amount)
        .filter(|amount| !amount.is_nan())
        .collect();
    let mut counts: HashMap<u32, [u64; 2]> = HashMap::new();
    for (index, deal) in cohort.deals().filter(|(_, deal)| is_missed(deal)) {
        for &code in history.lacked(index) {
            let [opportunities, wins] = counts.entry(code).or_default();
            *opportunities += 1;
            *wins += u64::from(deal.end == DealEnd::Won);
        }
    }
    let text = |code: u32| history.text(code).unwrap_or_default().to_owned();
    let mut lacked: Vec<Lacked> = counts
        .into_iter()
        .map(|(code, [opportunities, wins])| Lacked { what: text(code), opportunities, wins })
        .collect();
    lacked.sort_by(|a, b| (b.wins, b.opportunities).cmp(&(a.wins, a.opportunities)).then_with(|| a.what.cmp(&b.what)));
    MissedReport {
        opportunities: cohort.deals().map(|(_, deal)| is_missed(deal)).collect(),
        wins: won().map(|(_, deal)| is_missed(deal)).collect(),
        amount: (!amounts.is_empty()).then(|| amounts.iter().sum()),
        lacked,
    }
}
