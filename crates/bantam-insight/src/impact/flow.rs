//! Counts the hand-offs that each definition would have opened, by route and owner.

use super::Period;
use crate::history::{History, NO_TIME};

/// Hand-offs under the old definition and the new one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HandOffs {
    /// All of the period.
    pub total: [u64; 2],
    /// How many a week that is; `None` without a period.
    pub per_week: Option<[f64; 2]>,
    /// By route, most under both together first.
    pub routes: Vec<Flow>,
    /// By owner, likewise. Who that is, answers of sales and attributes tell, where they do.
    pub owners: Vec<Flow>,
    /// Hand-offs of leads without any time, which lie in no period.
    pub undated: [u64; 2],
    /// Whether both open the same hand-offs at the same moments.
    pub is_same: bool,
}

/// Hand-offs to one route or owner.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// Which; `None` where there is none.
    pub to: Option<String>,
    /// How many under the old definition and the new one.
    pub count: [u64; 2],
    /// How many a week that is.
    pub per_week: Option<[f64; 2]>,
}

/// Counts the hand-offs of two definitions.
pub(super) fn compare(histories: [&History; 2], period: Option<Period>) -> HandOffs {
    let weeks = period.and_then(|period| period.weeks());
    let per_week = |count: [u64; 2]| weeks.map(|weeks| count.map(|count| count as f64 / weeks));
    let mut flows = HandOffs { is_same: openings(histories[0]) == openings(histories[1]), ..HandOffs::default() };
    for (side, history) in histories.into_iter().enumerate() {
        for hand_off in &history.hand_offs {
            if hand_off.opened == NO_TIME {
                bump(&mut flows.undated, side);
            }
            if !period.is_some_and(|period| period.contains(hand_off.opened)) {
                continue;
            }
            bump(&mut flows.total, side);
            add(&mut flows.routes, history.text(hand_off.route), side);
            add(&mut flows.owners, history.text(hand_off.owner), side);
        }
    }
    flows.per_week = per_week(flows.total);
    for rows in [&mut flows.routes, &mut flows.owners] {
        rows.iter_mut().for_each(|flow| flow.per_week = per_week(flow.count));
        rows.sort_by(|a, b| {
            let all = |flow: &Flow| flow.count.iter().sum::<u64>();
            all(b).cmp(&all(a)).then_with(|| a.to.cmp(&b.to))
        });
    }
    flows
}

fn openings(history: &History) -> Vec<(&str, i64)> {
    let mut openings: Vec<_> =
        history.hand_offs.iter().map(|hand_off| (history.lead_id(hand_off.lead), hand_off.opened)).collect();
    openings.sort_unstable();
    openings
}

fn add(flows: &mut Vec<Flow>, to: Option<&str>, side: usize) {
    match flows.iter_mut().find(|flow| flow.to.as_deref() == to) {
        Some(flow) => bump(&mut flow.count, side),
        None => {
            let mut count = [0; 2];
            bump(&mut count, side);
            flows.push(Flow { to: to.map(str::to_owned), count, per_week: None });
        }
    }
}

fn bump(counts: &mut [u64; 2], side: usize) {
    if let Some(count) = counts.get_mut(side) {
        *count += 1;
    }
}
