//! Lays the answers of sales over a lead's stages: when hand-offs open, what becomes of them, and which deals there are.
//!
//! A hand-off opens when a lead comes to the hand-off stage, has none in progress, and was not won. After one has ended
//! otherwise, it takes a new rise from below. A later fall of the score does not close it. Its states:
//!
//! 1. *open*: until the first answer, whatever that says.
//! 2. *accepted*, then *opportunity*. A win or loss without these before implies them, as `accepted_by_sales` does.
//! 3. *won*, *lost*, *rejected* or *recycled*: ended. Of two endings the first counts.
//!
//! What sales does with a lead that this definition has not handed over is in progress all the same: somebody opened it by
//! hand. It opens no hand-off, but it may open a deal.

use super::rows::{DealEnd, HandOffEnd, NO_TIME};
use bantam_engine::live::Answer;
use bantam_lang::meaning::SalesAnswer;

/// A lead's coming to a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arrival {
    pub(super) at: i64,
    /// Whether it is the hand-off stage.
    pub(super) is_hand_off: bool,
    /// Whether it came from below that stage: from an earlier one, none, or from being disqualified.
    pub(super) from_below: bool,
}

/// A hand-off with its answers; times are [`NO_TIME`] where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Handed {
    pub(super) opened: i64,
    pub(super) first_answer: Option<Answer>,
    pub(super) accepted: i64,
    pub(super) opportunity: i64,
    pub(super) ended: i64,
    pub(super) end: HandOffEnd,
    /// The answer that ended it.
    pub(super) end_index: Option<usize>,
}

/// An opportunity; times are [`NO_TIME`] where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dealt {
    pub(super) opened: i64,
    pub(super) closed: i64,
    pub(super) end: DealEnd,
    /// The lead's last hand-off up to then.
    pub(super) hand_off: Option<usize>,
    /// The answers that opened and closed it.
    pub(super) opened_by: usize,
    pub(super) closed_by: Option<usize>,
}

/// What a lead's stages and answers come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ledger {
    pub(super) hand_offs: Vec<Handed>,
    pub(super) deals: Vec<Dealt>,
    /// Answers to nothing: no hand-off or deal was in progress, and none began with it.
    pub(super) idle_answers: u32,
    state: State,
    was_won: bool,
    /// Whether something ended before, so that it takes a rise for another hand-off.
    has_ended: bool,
}

/// What is in progress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Nothing,
    /// The last of the hand-offs.
    HandOff,
    /// What people began by themselves.
    ByHand,
}

/// Returns the hand-offs and deals of a lead. `arrivals` and `answers` are in order of time; at one instant the lead
/// comes to its stage first, then sales answers.
pub(super) fn keep_ledger(arrivals: &[Arrival], answers: &[Answer]) -> Ledger {
    let mut ledger = Ledger::default();
    let mut arrivals = arrivals.iter().peekable();
    for answer in answers {
        while let Some(arrival) = arrivals.next_if(|arrival| arrival.at <= answer.at) {
            ledger.arrive(arrival);
        }
        ledger.answer(*answer);
    }
    arrivals.for_each(|arrival| ledger.arrive(arrival));
    ledger
}

impl Ledger {
    fn arrive(&mut self, arrival: &Arrival) {
        let may_open = self.state == State::Nothing && !self.was_won && (arrival.from_below || !self.has_ended);
        if arrival.is_hand_off && may_open {
            self.state = State::HandOff;
            self.hand_offs.push(Handed {
                opened: arrival.at,
                first_answer: None,
                accepted: NO_TIME,
                opportunity: NO_TIME,
                ended: NO_TIME,
                end: HandOffEnd::Open,
                end_index: None,
            });
        }
    }

    fn answer(&mut self, answer: Answer) {
        if let (State::HandOff, Some(hand_off)) = (self.state, self.hand_offs.last_mut()) {
            hand_off.hear(answer);
        }
        let is_idle = match answer.answer {
            SalesAnswer::Accepted => self.begin(),
            SalesAnswer::Opportunity => {
                self.open_deal(answer);
                self.begin()
            }
            SalesAnswer::Rejected | SalesAnswer::Recycled => {
                let closed = self.close_deal(answer, DealEnd::Dropped);
                self.end() && !closed
            }
            SalesAnswer::Won => self.decide(answer, DealEnd::Won),
            SalesAnswer::Lost => self.decide(answer, DealEnd::Lost),
        };
        self.idle_answers += u32::from(is_idle);
    }

    /// Where nothing is in progress, it is by hand from now on. Never an idle answer.
    fn begin(&mut self) -> bool {
        if self.state == State::Nothing {
            self.state = State::ByHand;
        }
        false
    }

    /// Ends what is in progress; returns whether nothing was.
    fn end(&mut self) -> bool {
        let was_idle = self.state == State::Nothing;
        self.state = State::Nothing;
        self.has_ended = true;
        was_idle
    }

    /// Opens a deal unless one is open.
    fn open_deal(&mut self, answer: Answer) {
        if self.deals.last().is_none_or(|deal| deal.end != DealEnd::Open) {
            self.deals.push(Dealt {
                opened: answer.at,
                closed: NO_TIME,
                end: DealEnd::Open,
                hand_off: self.hand_offs.len().checked_sub(1),
                opened_by: answer.index,
                closed_by: None,
            });
        }
    }

    /// Closes the deal that is open; returns whether one was.
    fn close_deal(&mut self, answer: Answer, end: DealEnd) -> bool {
        let Some(deal) = self.deals.last_mut().filter(|deal| deal.end == DealEnd::Open) else { return false };
        deal.closed = answer.at;
        deal.end = end;
        deal.closed_by = Some(answer.index);
        true
    }

    /// Takes a win or a loss. One without an open deal is a deal of its own where something is in progress, where it is the
    /// lead's first, or where it wins what seemed lost; else it repeats what is known. Returns whether it does.
    fn decide(&mut self, answer: Answer, end: DealEnd) -> bool {
        let repeats = match self.deals.last() {
            None => false,
            Some(deal) => match deal.end {
                DealEnd::Open => false,
                DealEnd::Won => self.state == State::Nothing,
                DealEnd::Lost | DealEnd::Dropped => self.state == State::Nothing && end == DealEnd::Lost,
            },
        };
        if repeats {
            return true;
        }
        self.open_deal(answer);
        self.close_deal(answer, end);
        self.was_won |= end == DealEnd::Won;
        self.end();
        false
    }
}

impl Handed {
    fn hear(&mut self, answer: Answer) {
        self.first_answer = self.first_answer.or(Some(answer));
        let set = |time: &mut i64| {
            if *time == NO_TIME {
                *time = answer.at;
            }
        };
        if answer.answer.is_accepted() {
            set(&mut self.accepted);
        }
        if answer.answer.is_opportunity() {
            set(&mut self.opportunity);
        }
        let end = match answer.answer {
            SalesAnswer::Accepted | SalesAnswer::Opportunity => return,
            SalesAnswer::Rejected => HandOffEnd::Rejected,
            SalesAnswer::Recycled => HandOffEnd::Recycled,
            SalesAnswer::Won => HandOffEnd::Won,
            SalesAnswer::Lost => HandOffEnd::Lost,
        };
        self.ended = answer.at;
        self.end = end;
        self.end_index = Some(answer.index);
    }
}
