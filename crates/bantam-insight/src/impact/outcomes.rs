//! Says, where sales has answered, whether the hand-offs of the new definition are the better ones.
//!
//! A lead counts with its first hand-off of the period, judged by what became of that hand-off. Answers were given to
//! leads that were handed off in fact; what a lead would have become that never was, nobody knows, and nothing here
//! supposes it.

use super::Period;
use crate::history::{DealEnd, HandOff, HandOffEnd, History, NO_HAND_OFF, NO_TIME};
use crate::statistics::{Enough, Rate, TooFew, enough};
use hashbrown::{HashMap, HashSet};

/// What became of the hand-offs under two definitions.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcomes {
    /// Leads that both hand off, by their hand-offs under the new one.
    pub kept: Group,
    /// Leads that only the new one hands off.
    pub added: Group,
    /// Leads that only the old one hands off.
    pub dropped: Group,
    /// All that the old one hands off, and all that the new one does.
    pub quality: [Quality; 2],
    /// What that says of the new definition, with the proof that there are outcomes enough for it.
    pub verdict: Result<(Verdict, Enough), TooFew>,
}

/// Leads that were handed off, by what became of them. The first five add up to all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Won.
    pub won: u64,
    /// Lost.
    pub lost: u64,
    /// Refused by sales.
    pub rejected: u64,
    /// Given back to nurture.
    pub recycled: u64,
    /// In progress, or never answered.
    pub open: u64,
    /// Those that became an opportunity, whatever came then.
    pub opportunities: u64,
}

impl Group {
    /// Returns how many leads there are.
    pub fn leads(&self) -> u64 {
        self.won + self.lost + self.rejected + self.recycled + self.open
    }

    /// Returns how many of them ended, one way or another: the others' outcomes are not known.
    pub fn known(&self) -> u64 {
        self.leads() - self.open
    }

    /// Returns won of all that ended: a lead that sales refused or gave back was no qualified lead.
    pub fn precision(&self) -> Rate {
        Rate::new(self.won, self.known())
    }

    /// Returns opportunities of all.
    pub fn conversion(&self) -> Rate {
        Rate::new(self.opportunities, self.leads())
    }

    fn add(&mut self, hand_off: &HandOff) {
        match hand_off.end {
            HandOffEnd::Won => self.won += 1,
            HandOffEnd::Lost => self.lost += 1,
            HandOffEnd::Rejected => self.rejected += 1,
            HandOffEnd::Recycled => self.recycled += 1,
            HandOffEnd::Open => self.open += 1,
        }
        let became = hand_off.opportunity != NO_TIME || matches!(hand_off.end, HandOffEnd::Won | HandOffEnd::Lost);
        self.opportunities += u64::from(became);
    }
}

/// How good the hand-offs of one definition are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quality {
    /// What became of them.
    pub group: Group,
    /// Leads won that had a hand-off before their deal was opened, of all leads won whose deal was opened in the period.
    pub recall: Rate,
}

/// What outcomes say of the new definition, by the share of its hand-offs that ended with a win.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Its share is higher, and the intervals are apart.
    Better,
    /// Its share is lower, and the intervals are apart.
    Worse,
    /// The intervals overlap: the outcomes there are do not tell the two apart.
    NotApart,
}

/// Compares what became of the hand-offs under two definitions.
pub(super) fn compare(histories: [&History; 2], period: Option<Period>) -> Outcomes {
    let [old, new] = histories.map(|history| first_hand_offs(history, period));
    let (mut kept, mut added, mut dropped) = (Group::default(), Group::default(), Group::default());
    for (lead, hand_off) in &new {
        if old.contains_key(lead) { kept.add(hand_off) } else { added.add(hand_off) }
    }
    old.iter().filter(|(lead, _)| !new.contains_key(*lead)).for_each(|(_, hand_off)| dropped.add(hand_off));
    let [old_recall, new_recall] = histories.map(|history| recall(history, period));
    let quality = [(&old, old_recall), (&new, new_recall)].map(|(hand_offs, recall)| {
        let mut group = Group::default();
        hand_offs.values().for_each(|hand_off| group.add(hand_off));
        Quality { group, recall }
    });
    Outcomes { kept, added, dropped, quality, verdict: verdict(quality.map(|quality| quality.group)) }
}

fn verdict(groups: [Group; 2]) -> Result<(Verdict, Enough), TooFew> {
    let [old, new] = groups.map(|group| enough(group.won, group.known() - group.won));
    let proof = old.and(new)?;
    let [old, new] = groups.map(|group| group.precision().interval());
    let verdict = match (old, new) {
        (Some(old), Some(new)) if new.high < old.low => Verdict::Worse,
        (Some(old), Some(new)) if new.low > old.high => Verdict::Better,
        _ => Verdict::NotApart,
    };
    Ok((verdict, proof))
}

/// Returns each lead's first hand-off of the period; without a period all hand-offs are looked at.
fn first_hand_offs(history: &History, period: Option<Period>) -> HashMap<&str, &HandOff> {
    let mut first = HashMap::new();
    for hand_off in &history.hand_offs {
        if period.is_none_or(|period| period.contains(hand_off.opened)) {
            first.entry(history.lead_id(hand_off.lead)).or_insert(hand_off);
        }
    }
    first
}

/// Counts leads that were won, and those of them that had a hand-off before.
fn recall(history: &History, period: Option<Period>) -> Rate {
    let (mut won, mut found) = (HashSet::new(), HashSet::new());
    for deal in history.deals.iter().filter(|deal| deal.end == DealEnd::Won) {
        if period.is_none_or(|period| period.contains(deal.opened)) {
            won.insert(deal.lead);
            if deal.hand_off != NO_HAND_OFF {
                found.insert(deal.lead);
            }
        }
    }
    Rate::new(found.len() as u64, won.len() as u64)
}
