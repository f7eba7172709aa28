//! Counts what another definition would change for the leads there are, before anybody signs it.

use super::CoreError;
use super::lead::LeadState;
use super::rebuild::lead_timeline;
use super::rules::Rules;
use bantam_engine::live::score_lead;
use bantam_store::{Ledger, SubjectId};
use serde::Serialize;
use std::collections::BTreeMap;

/// How many of the leads that move are named.
const NAMED_MAX: usize = 50;

/// A lead that another definition would move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Move {
    /// Its id.
    pub lead: String,
    /// Its stage now.
    pub from: Option<String>,
    /// Its stage then.
    pub to: Option<String>,
    /// Its score now.
    pub score_now: i64,
    /// Its score then.
    pub score_then: i64,
}

/// What another definition would change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// Leads that were looked at.
    pub leads: u64,
    /// Leads that would change stage.
    pub moves: u64,
    /// Leads that would come up to the hand-off stage, and have no hand-off in progress.
    pub hand_offs: u64,
    /// How many would go from where to where; no stage is an empty text.
    pub ways: BTreeMap<String, BTreeMap<String, u64>>,
    /// Some of those that move.
    pub named: Vec<Move>,
}

impl Preview {
    /// Looks at up to `limit` leads after a number, as of `now`; returns the number to go on from, `None` at the end.
    /// `active` decides at present.
    pub fn look_at(
        &mut self,
        ledger: &mut dyn Ledger,
        active: Option<&Rules>,
        proposed: &Rules,
        after: SubjectId,
        limit: usize,
        now: i64,
    ) -> Result<Option<SubjectId>, CoreError> {
        let ids = ledger.leads_after(after, limit)?;
        let is_kept = active.is_some_and(|active| proposed.follows(active));
        for &id in &ids {
            let Some(row) = ledger.lead(id)? else { continue };
            let lead = LeadState::from_row(&row)?;
            if lead.is_muted {
                continue;
            }
            let is_kept = is_kept && active.is_some_and(|active| active.number == lead.definition);
            let then = match is_kept {
                true => score_lead(&proposed.plan, &lead.history.timeline, now),
                false => score_lead(&proposed.plan, &lead_timeline(ledger, proposed, id)?, now),
            };
            let Some(then) = then else { continue };
            self.leads += 1;
            let from = lead.score.as_ref().and_then(|score| score.stage.clone());
            if from == then.stage {
                continue;
            }
            let hand_off = proposed.meaning.hand_off.as_ref();
            let stands_there = hand_off.is_some_and(|own| proposed.rung(then.stage.as_deref()) == Some(own.stage));
            let is_free = lead.standing.clocks.is_empty() && !lead.standing.is_won;
            self.hand_offs += u64::from(stands_there && is_free);
            let score_now = lead.score.as_ref().map_or(0, |score| score.score);
            self.count(Move { lead: lead.name, from, to: then.stage, score_now, score_then: then.score });
        }
        Ok(ids.last().copied().filter(|_| ids.len() == limit))
    }

    fn count(&mut self, moved: Move) {
        self.moves += 1;
        let [from, to] = [&moved.from, &moved.to].map(|stage| stage.clone().unwrap_or_default());
        *self.ways.entry(from).or_default().entry(to).or_default() += 1;
        if self.named.len() < NAMED_MAX {
            self.named.push(moved);
        }
    }
}
