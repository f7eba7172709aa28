//! Turns a person's interest, which rises and falls in waves, into visits, touches and e-mails.

use crate::clock::weekday;
use crate::diary::{Diary, Taste, draw_path, price};
use crate::dice::{Dice, exp, logistic};
use crate::event::Event;
use crate::lead::Kind;
use crate::person::Person;
use crate::settings::{DAY, HOUR, MINUTE, SECOND};
use crate::touches::Touch;
use crate::words::{Channel, Form, Name, Section};

/// The most visits one lead makes; the log-normal draw would reach it once in millions of leads.
const VISITS_MAX: f64 = 200.0;
/// The most e-mails one lead is sent.
const MAILS_MAX: u32 = 8;

/// The day of webinars, counted from Monday, 0.
const THURSDAY: i64 = 3;

/// A time of heightened interest.
struct Wave {
    top: i64,
    width: f64,
}

/// A lead's waves of interest, the one that decides first.
pub(crate) struct Interest {
    waves: Vec<Wave>,
    /// How many days interest typically lasts.
    days: f64,
}

impl Interest {
    /// Draws one to four waves over the time the lead's interest lasts.
    pub(crate) fn draw(created_at: i64, days: f64, dice: &mut Dice) -> Self {
        let count = 1 + dice.run(0.4, 3);
        let waves = (0..count)
            .map(|_| {
                let after = dice.log_normal(0.35 * days, 0.9).min(5.0 * days);
                let width = days * dice.between(0.04, 0.25);
                Wave { top: created_at + to_micros(after), width: to_micros(width) as f64 }
            })
            .collect();
        Self { waves, days }
    }

    /// Returns when the deciding wave is at its top.
    pub(crate) fn top(&self) -> i64 {
        self.waves.first().map_or(0, |wave| wave.top)
    }

    /// Returns the place in the deciding wave, as many widths from its top.
    fn moment(&self, place: f64) -> i64 {
        self.waves.first().map_or(0, |wave| wave.top + (wave.width * place) as i64)
    }

    fn draw_moment(&self, dice: &mut Dice) -> i64 {
        let index = dice.below(self.waves.len() as u64) as usize;
        let place = dice.normal();
        self.waves.get(index).map_or(0, |wave| wave.top + (wave.width * place) as i64)
    }
}

/// Writes a person's whole journey, also what lies past the end of the history, into the diary.
pub(crate) fn live(person: &Person, touches: &[&Touch], interest: &Interest, diary: &mut Diary, dice: &mut Dice) {
    let habit = Habit::of(person);
    arrive(person, &habit, diary, dice);
    let median = habit.visits * exp(0.3 * person.intent);
    let visits = dice.log_normal(median, 0.95).min(VISITS_MAX) as u32;
    for _ in 0..visits {
        let at = person_moment(person, interest.draw_moment(dice), dice);
        diary.visit(at, dice.pick_weighted(CHANNELS), habit.taste, habit.stay, dice);
    }
    for touch in touches {
        let at = person_moment(person, interest.moment(touch.place + 0.2 * dice.normal()), dice);
        do_touch(touch, &habit, at, diary, dice);
    }
    if person.lead.consent {
        read_mails(person, &habit, interest.days, diary, dice);
    }
}

/// How a person uses the site.
struct Habit {
    taste: Taste,
    /// Probability of one more page in a visit.
    stay: f64,
    /// Median number of visits.
    visits: f64,
}

impl Habit {
    fn of(person: &Person) -> Self {
        let taste = match person.kind {
            Kind::JobSeeker => JOB_SEEKER,
            _ if person.consumer => CONSUMER,
            Kind::Student => STUDENT,
            Kind::Competitor => COMPETITOR,
            _ if person.intent > 0.7 => KEEN_BUYER,
            _ => BUYER,
        };
        Self { taste, stay: 0.56, visits: if person.consumer { 2.2 } else { 2.6 } }
    }
}

/// Writes the first visit, which ends in the form that makes the lead known; trade fairs and lists have none.
fn arrive(person: &Person, habit: &Habit, diary: &mut Diary, dice: &mut Dice) {
    let Some(channel) = person.source.channel else { return };
    let form = if person.consumer {
        Form::Account
    } else {
        dice.pick_weighted(&[(Form::Newsletter, 5), (Form::Download, 3), (Form::Contact, 1)])
    };
    let left = diary.visit(diary.created_at, channel, habit.taste, habit.stay, dice);
    diary.act(Name::FormSubmitted, left + 15 * SECOND + dice.below(MINUTE as u64) as i64, Some(form), channel);
}

/// Writes one touch, with the visit it is part of.
fn do_touch(touch: &Touch, habit: &Habit, at: i64, diary: &mut Diary, dice: &mut Dice) {
    let channel = dice.pick_weighted(CHANNELS);
    let left =
        diary.visit(at, channel, habit.taste, habit.stay, dice) + 10 * SECOND + dice.below(2 * MINUTE as u64) as i64;
    match touch.name {
        Name::WebinarAttended => {
            diary.act(Name::WebinarRegistered, left, Some(Form::Webinar), channel);
            let latecomer = dice.below(6 * MINUTE as u64) as i64;
            diary.push(mail(Name::WebinarAttended, next_webinar(left) + latecomer));
        }
        Name::ProductAdded => fill_cart(left, channel, diary, dice),
        name => diary.act(name, left, touch.form, channel),
    }
    if touch.name == Name::EbookDownloaded && dice.chance(0.25) {
        diary.act(Name::WebinarRegistered, left + 3 * MINUTE, Some(Form::Webinar), channel);
    }
}

/// Returns when the next webinar begins: on Thursdays at 15:00 UTC, but not today.
fn next_webinar(after: i64) -> i64 {
    let today = after.div_euclid(DAY);
    (today + 1 + (THURSDAY - weekday(today + 1)).rem_euclid(7)) * DAY + 15 * HOUR
}

/// Puts one to five products into the cart.
fn fill_cart(at: i64, channel: Channel, diary: &mut Diary, dice: &mut Dice) {
    let mut now = at;
    for _ in 0..=dice.run(0.5, 4) {
        let path = draw_path(&[(Section::Catalogue, 1)], dice);
        diary.push(Event { path: Some(path), money: price(path), ..diary.in_visit(Name::ProductAdded, now, channel) });
        now += 20 * SECOND + dice.below(3 * MINUTE as u64) as i64;
    }
}

/// Writes the e-mails the lead is sent until it unsubscribes, and what it does with them.
fn read_mails(person: &Person, habit: &Habit, days: f64, diary: &mut Diary, dice: &mut Dice) {
    let mut sent = diary.created_at;
    let open = logistic(-0.9 + 0.4 * person.intent);
    for _ in 0..1 + dice.run(0.6, MAILS_MAX - 1) {
        sent = person.rhythm.settle(sent + to_micros(days * dice.between(0.1, 0.4)), dice).max(sent + HOUR);
        diary.push(mail(Name::EmailDelivered, sent));
        if !dice.chance(open) {
            continue;
        }
        let opened = sent + to_micros(dice.log_normal(0.1, 1.4).clamp(0.001, 9.0));
        diary.push(mail(Name::EmailOpened, opened));
        if dice.chance(0.02) {
            diary.push(mail(Name::EmailUnsubscribed, opened + MINUTE));
            return;
        }
        if dice.chance(0.25) {
            let clicked = opened + 4 * SECOND + dice.below(2 * MINUTE as u64) as i64;
            diary.push(mail(Name::EmailClicked, clicked));
            diary.visit(clicked + SECOND, Channel::Email, habit.taste, habit.stay, dice);
        }
    }
}

/// Returns an event that came about by e-mail.
pub(crate) fn mail(name: Name, at: i64) -> Event {
    Event { channel: Some(Channel::Email), ..Event::new(name, at) }
}

/// Moves a moment to a likely hour of this person's day, after the lead came to be known.
fn person_moment(person: &Person, moment: i64, dice: &mut Dice) -> i64 {
    let created_at = person.lead.created_at;
    let settled = person.rhythm.settle(moment.max(created_at), dice);
    if settled > created_at { settled } else { created_at + 20 * MINUTE + dice.below(5 * HOUR as u64) as i64 }
}

pub(crate) fn to_micros(days: f64) -> i64 {
    (days * DAY as f64) as i64
}

const CHANNELS: &[(Channel, u32)] = &[
    (Channel::Direct, 5),
    (Channel::Organic, 5),
    (Channel::PaidSearch, 2),
    (Channel::PaidSocial, 1),
    (Channel::Referral, 1),
];

const BUYER: Taste = &[
    (Section::Home, 20),
    (Section::Product, 24),
    (Section::Pricing, 8),
    (Section::Blog, 28),
    (Section::Docs, 12),
    (Section::Customers, 8),
];
const KEEN_BUYER: Taste = &[
    (Section::Home, 15),
    (Section::Product, 26),
    (Section::Pricing, 18),
    (Section::Blog, 16),
    (Section::Docs, 13),
    (Section::Customers, 12),
];
const JOB_SEEKER: Taste = &[(Section::Careers, 60), (Section::Home, 15), (Section::Blog, 15), (Section::Product, 10)];
const STUDENT: Taste = &[(Section::Blog, 50), (Section::Docs, 35), (Section::Home, 10), (Section::Product, 5)];
const COMPETITOR: Taste = &[
    (Section::Pricing, 30),
    (Section::Product, 30),
    (Section::Docs, 20),
    (Section::Customers, 12),
    (Section::Home, 8),
];
const CONSUMER: Taste =
    &[(Section::Home, 18), (Section::Catalogue, 62), (Section::Blog, 8), (Section::Checkout, 4), (Section::Pricing, 1)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webinars_are_on_thursdays_after_today() {
        for hour in 0..500 {
            let webinar = next_webinar(hour * HOUR);
            assert_eq!(weekday(webinar.div_euclid(DAY)), THURSDAY);
            assert!((15 * HOUR..=8 * DAY).contains(&(webinar - hour * HOUR)));
        }
    }
}
