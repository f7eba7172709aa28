//! Answers hand-offs that nobody of the sample files answers: the sample's sales chose their leads by their own judgement,
//! the definition chooses some more. The team looks at those within days and turns most of them down; some of the latest
//! still wait when somebody looks at the queue.

use bantam_core::fact::{Answer, Fact, FactKind};
use bantam_core::hand_off::{HandOff, HandOffState};
use bantam_core::{CoreError, Desk, Given};
use bantam_lang::meaning::SalesAnswer;
use bantam_store::{Digest, Ledger};
use std::collections::{BTreeSet, HashMap, VecDeque};

const MINUTE: i64 = 60 * 1_000_000;
/// The team has not come to what it would have answered in the last two days.
const BEHIND: i64 = 2 * 24 * 60 * MINUTE;
/// Nor has it come to so many of the latest hand-offs: something waits at any time of a week, in a small company too.
const LEFT: usize = 3;
/// After how many minutes somebody answers: some at once, some after days.
const DELAYS: [i64; 8] = [25, 100, 320, 1_300, 2_900, 4_600, 7_200, 10_000];
/// What the team says in the end, and why.
const ANSWERS: [(SalesAnswer, &str); 6] = [
    (SalesAnswer::Recycled, "no reply to three calls"),
    (SalesAnswer::Rejected, "no need"),
    (SalesAnswer::Recycled, "asked us to come back next quarter"),
    (SalesAnswer::Rejected, "wrong contact"),
    (SalesAnswer::Rejected, "no budget"),
    (SalesAnswer::Rejected, "bad data"),
];

/// What is on the desks of the team.
#[derive(Default)]
pub(super) struct Desks {
    /// When sales of the sample speaks about a lead last.
    spoken: HashMap<String, i64>,
    /// The hand-off found last.
    found: i64,
    /// Hand-offs that may have to be answered, by when they are.
    waiting: BTreeSet<(i64, i64)>,
    /// The latest hand-offs about whose leads sales of the sample says nothing more: nobody else answers them.
    unspoken: VecDeque<i64>,
}

impl Desks {
    /// Takes note that sales of the sample speaks about a lead.
    pub(super) fn hear(&mut self, lead: &str, at: i64) {
        let last = self.spoken.entry(lead.to_owned()).or_insert(at);
        *last = (*last).max(at);
    }

    /// Finds the hand-offs that were opened since the last look, and settles when the team answers those itself.
    pub(super) fn look(&mut self, ledger: &mut dyn Ledger) -> Result<(), CoreError> {
        while let Some(row) = ledger.hand_off(self.found + 1)? {
            self.found += 1;
            let Ok(hand_off) = serde_json::from_slice::<HandOff>(&row.body) else { continue };
            if hand_off.state == HandOffState::Open {
                self.settle(&hand_off);
            }
        }
        Ok(())
    }

    /// Settles when the hand-off found last is answered.
    fn settle(&mut self, hand_off: &HandOff) {
        let delay = DELAYS.get(draw(&hand_off.lead, DELAYS.len())).copied().unwrap_or_default();
        // What the sample says comes first; it may not be an answer to this hand-off.
        let spoken = self.spoken.get(&hand_off.lead).copied().unwrap_or(i64::MIN);
        self.waiting.insert((hand_off.opened_at.max(spoken) + delay * MINUTE, self.found));
        if spoken <= hand_off.opened_at {
            self.unspoken.push_back(self.found);
            if self.unspoken.len() > LEFT {
                self.unspoken.pop_front();
            }
        }
    }

    /// Returns the hand-off that is answered next and when, where that is before a moment; `until` is the end of the demo's past.
    pub(super) fn next_before(&self, end: i64, until: i64) -> Option<(i64, i64)> {
        let due = self.waiting.range(..(end.min(until - BEHIND), i64::MIN));
        due.copied().find(|(_, id)| !self.unspoken.contains(id))
    }

    /// Gives the answer that is next, by whoever has the lead, where it is still open.
    pub(super) fn answer(
        &mut self,
        desk: &mut Desk,
        ledger: &mut dyn Ledger,
        now: i64,
        next: (i64, i64),
    ) -> Result<(), CoreError> {
        let (_, id) = next;
        self.waiting.remove(&next);
        let Some(row) = ledger.hand_off(id)? else { return Ok(()) };
        let Ok(hand_off) = serde_json::from_slice::<HandOff>(&row.body) else { return Ok(()) };
        let (Some(by), HandOffState::Open) = (hand_off.owner, hand_off.state) else { return Ok(()) };
        let drawn = ANSWERS.get(draw(&format!("why {}", hand_off.lead), ANSWERS.len()));
        let Some(&(answer, reason)) = drawn else { return Ok(()) };
        let answer = Answer {
            hand_off: id,
            answer,
            by,
            reason: Some(reason.to_owned()),
            amount: None,
            close_date: None,
            not_before: None,
            qualification: Default::default(),
        };
        let fact = Fact::of_service(format!("demo-answer-{id}"), now, super::company::SOURCE, FactKind::Answer(answer));
        desk.take(ledger, now, &[Given::new(fact)]).map(drop)
    }
}

/// Returns a place of so many, the same each time.
fn draw(text: &str, of: usize) -> usize {
    let hex = Digest::of(text.as_bytes()).hex();
    let number = u64::from_str_radix(hex.get(..8).unwrap_or("0"), 16).unwrap_or_default();
    usize::try_from(number % of as u64).unwrap_or_default()
}
