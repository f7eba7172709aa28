//! Turns a lead and the truth about it into what sales says: accepted or rejected, opportunity, won or lost.
//!
//! 1. Marketing passes a lead on when fit, intent and touches, seen through noise, are enough.
//! 2. Sales answers after minutes to days, in office hours, or never.
//! 3. An accepted lead becomes an opportunity, goes back to nurture, or stays as it is.
//! 4. An opportunity is won where the truth says so, else lost.

use crate::clock::next_office_moment;
use crate::diary::Diary;
use crate::dice::{Dice, exp, ln};
use crate::event::Event;
use crate::firm::Region;
use crate::lead::{Kind, Lead, Truth};
use crate::person::Person;
use crate::planted;
use crate::settings::{DAY, HOUR, MINUTE, SECOND};
use crate::touches::Touch;
use crate::visits::to_micros;
use crate::words::{Name, Reason};

/// Readiness from which a lead is passed on.
const READY: f64 = 3.0;
/// Deviation of the noise through which marketing sees readiness.
const NOISE: f64 = 0.7;
/// Share of leads that are no buyers but are passed on all the same.
const MISTAKEN: f64 = 0.05;

/// Is true where marketing passes the lead on.
pub(crate) fn is_handed_off(person: &Person, touches: &[&Touch], dice: &mut Dice) -> bool {
    let readiness: f64 = touches.iter().map(|touch| touch.readiness).sum();
    let seen = person.fit + planted::INTENT * person.intent + readiness + NOISE * dice.normal();
    let mistaken = dice.chance(MISTAKEN);
    !person.silent && !person.consumer && if person.kind == Kind::Buyer { seen > READY } else { mistaken }
}

/// What the work of sales leaves on the lead's row.
#[derive(Default)]
pub(crate) struct Worked {
    /// Accepted, or at least answered, and when.
    answered_at: Option<i64>,
    accepted: bool,
    opened_at: Option<i64>,
    closes_at: i64,
}

/// Writes what sales does with a lead passed on.
pub(crate) fn work(
    person: &Person,
    touches: &[&Touch],
    truth: &Truth,
    pace: f64,
    diary: &mut Diary,
    dice: &mut Dice,
) -> Worked {
    let mut worked = Worked::default();
    if dice.chance(planted::UNANSWERED) {
        return worked;
    }
    let desk = Desk::of(person, pace, dice);
    let passed_at = hand_off_moment(touches, diary, dice);
    let delay = dice.log_normal(2.5 * desk.slowness * HOUR as f64, 1.5).clamp(2.0 * MINUTE as f64, 12.0 * DAY as f64);
    let answered_at = desk.at_work(passed_at + delay as i64, dice);
    worked.answered_at = Some(answered_at);

    if !dice.chance(acceptance(truth)) {
        desk.say(Name::SalesRejected, answered_at, Some(draw_rejection(person, dice)), 0, diary);
        if truth.converts && dice.chance(planted::SELF_SERVED) {
            desk.sell(answered_at, truth, &mut worked, diary, dice);
        }
        return worked;
    }
    worked.accepted = true;
    desk.say(Name::SalesAccepted, answered_at, None, 0, diary);
    if truth.converts || dice.chance(0.12 + 0.5 * truth.probability) {
        desk.sell(answered_at, truth, &mut worked, diary, dice);
    } else if dice.chance(0.65) {
        let at = desk.at_work(answered_at + to_micros(pace * dice.log_normal(12.0, 0.6)), dice);
        let reason = dice.pick_weighted(&[(Reason::BadTiming, 5), (Reason::Unreachable, 3), (Reason::NoBudget, 2)]);
        desk.say(Name::LeadRecycled, at, Some(reason), 0, diary);
    }
    worked
}

/// Writes the opportunity of a converting lead that nobody passed on but that found its way.
pub(crate) fn self_serve(
    person: &Person,
    truth: &Truth,
    top: i64,
    pace: f64,
    diary: &mut Diary,
    dice: &mut Dice,
) -> Worked {
    let mut worked = Worked::default();
    let desk = Desk::of(person, pace, dice);
    let asked_at = desk.at_work(top.max(diary.created_at) + HOUR, dice);
    desk.sell(asked_at, truth, &mut worked, diary, dice);
    worked
}

/// Returns the moment of the first touch that calls for sales at once, or that of a visit along the way.
fn hand_off_moment(touches: &[&Touch], diary: &Diary, dice: &mut Dice) -> i64 {
    let calls = |event: &&Event| touches.iter().any(|touch| touch.trigger && touch.name == event.name);
    let called = diary.events.iter().filter(calls).map(|event| event.timestamp).min();
    let along = dice.below(diary.events.len() as u64) as usize;
    let moment = called.or_else(|| diary.events.get(along).map(|event| event.timestamp));
    moment.unwrap_or(diary.created_at).max(diary.created_at)
}

/// Returns the probability that sales accepts.
fn acceptance(truth: &Truth) -> f64 {
    match (truth.kind, truth.converts) {
        (Kind::Buyer, true) => 0.97,
        (Kind::Buyer, false) => (0.5 + 1.5 * truth.probability - if truth.drifted { 0.35 } else { 0.0 }).min(0.9),
        _ => 0.04,
    }
}

fn draw_rejection(person: &Person, dice: &mut Dice) -> Reason {
    let telling = match person.kind {
        Kind::Student => Some(Reason::Student),
        Kind::Competitor => Some(Reason::Competitor),
        Kind::JobSeeker => Some(Reason::JobSeeker),
        Kind::Bot => Some(Reason::Unreachable),
        Kind::Buyer if person.drifted => Some(Reason::NotAFit),
        Kind::Buyer if person.employees < 10 => Some(Reason::TooSmall),
        Kind::Buyer => None,
    };
    let usual = dice.pick_weighted(&[
        (Reason::NotInterested, 30),
        (Reason::NoBudget, 25),
        (Reason::WrongContact, 20),
        (Reason::Unreachable, 15),
        (Reason::BadTiming, 10),
    ]);
    telling.filter(|_| dice.chance(0.85)).unwrap_or(usual)
}

/// The desk of a salesperson, with a lead on it.
struct Desk<'a> {
    person: &'a Person,
    owner: u8,
    slowness: f64,
    /// How long things take there, as a part of what they take in a long history.
    pace: f64,
}

impl<'a> Desk<'a> {
    /// Draws someone of the lead's territory.
    fn of(person: &'a Person, pace: f64, dice: &mut Dice) -> Self {
        let (owner, slowness) = match person.country.region {
            Region::NorthAmerica => dice.pick(&[(1, 0.6), (2, 1.6)]),
            Region::Emea => dice.pick(&[(3, 0.8), (4, 1.2)]),
            Region::Apac => (5, 1.5),
            Region::Latam => (6, 1.0),
        };
        Self { person, owner, slowness, pace }
    }

    fn at_work(&self, moment: i64, dice: &mut Dice) -> i64 {
        next_office_moment(moment, self.person.country.offset_hours, dice)
    }

    fn say(&self, name: Name, at: i64, reason: Option<Reason>, money: u32, diary: &mut Diary) {
        diary.push(Event { reason, money, owner: self.owner, ..Event::new(name, at) });
    }

    /// Writes an opportunity and its end.
    fn sell(&self, from: i64, truth: &Truth, worked: &mut Worked, diary: &mut Diary, dice: &mut Dice) {
        let opened_at = self.at_work(from + to_micros(self.pace * dice.log_normal(6.0, 0.7)).max(MINUTE), dice);
        let closes_at = self.at_work(opened_at + to_micros(self.pace * dice.log_normal(32.0, 0.6)).max(MINUTE), dice);
        let size = exp(0.45 * ln(self.person.employees.max(1) as f64));
        let amount = draw_amount(dice.log_normal(1_000.0 * size, 0.5));
        worked.opened_at = Some(opened_at);
        worked.closes_at = closes_at + dice.below((10.0 * self.pace * DAY as f64) as u64) as i64;
        self.say(Name::OpportunityOpened, opened_at, None, amount, diary);
        if truth.converts {
            self.say(
                Name::OpportunityWon,
                closes_at,
                None,
                draw_amount(f64::from(amount) / 100.0 * dice.between(0.75, 1.05)),
                diary,
            );
        } else {
            let reason = dice.pick_weighted(&[
                (Reason::NoDecision, 35),
                (Reason::LostToCompetitor, 25),
                (Reason::NoBudget, 20),
                (Reason::Price, 20),
            ]);
            self.say(Name::OpportunityLost, closes_at, Some(reason), 0, diary);
        }
    }
}

/// Rounds dollars to hundreds, and returns cents.
fn draw_amount(dollars: f64) -> u32 {
    ((dollars / 100.0).round().clamp(1.0, 200_000.0) as u32) * 10_000
}

/// Fills in what sales, or now and then a form, has found out about the lead by the end of the history.
pub(crate) fn fill_in(lead: &mut Lead, truth: &Truth, worked: &Worked, as_of: i64, dice: &mut Dice) {
    let answered = worked.answered_at.is_some_and(|at| at + SECOND <= as_of);
    let opened = worked.opened_at.is_some_and(|at| at <= as_of);
    let (known, yes) = match (answered || opened, worked.accepted || opened) {
        (true, true) if truth.converts => (0.9, 0.85),
        (true, true) => (0.75, 0.5),
        (true, false) => (0.3, 0.25),
        _ => (0.03, 0.4),
    };
    for criterion in [&mut lead.budget, &mut lead.authority, &mut lead.need, &mut lead.timeline] {
        let (is_known, value) = (dice.chance(known), dice.chance(yes));
        *criterion = is_known.then_some(value);
    }
    lead.expected_close_date = opened.then(|| worked.closes_at.div_euclid(DAY) as i32);
}
