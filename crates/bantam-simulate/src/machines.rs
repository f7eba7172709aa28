//! Adds what machines do: crawlers that pose as leads, and scanners that click on every link in an e-mail.

use crate::diary::{Diary, Taste, draw_path};
use crate::dice::Dice;
use crate::event::Event;
use crate::planted;
use crate::settings::{HOUR, SECOND};
use crate::visits::mail;
use crate::words::{Channel, Form, Name, Section};

/// Writes the journey of a lead that is a machine: a form, then one to three bursts of hundreds of pages within minutes.
pub(crate) fn crawl(diary: &mut Diary, dice: &mut Dice) {
    let mut now = diary.created_at;
    diary.begin_visit();
    diary.push(by_machine(Event {
        form: Some(Form::Contact),
        ..diary.in_visit(Name::FormSubmitted, now, Channel::Direct)
    }));
    for _ in 0..=dice.run(0.4, 2) {
        for _ in 0..100 + dice.below(300) {
            now += 80_000 + dice.below(1_500_000) as i64;
            let path = Some(draw_path(EVERYTHING, dice));
            diary.push(by_machine(Event { path, ..diary.in_visit(Name::PageViewed, now, Channel::Direct) }));
        }
        now += HOUR + dice.below(72 * HOUR as u64) as i64;
        diary.begin_visit();
    }
}

/// Adds the clicks of mail scanners, each within two seconds of delivery.
pub(crate) fn scan_mails(diary: &mut Diary, dice: &mut Dice) {
    let delivered: Vec<i64> =
        diary.events.iter().filter(|event| event.name == Name::EmailDelivered).map(|event| event.timestamp).collect();
    for at in delivered {
        if dice.chance(planted::SCANNED_MAILS) {
            let clicked = at + 50_000 + dice.below(2 * SECOND as u64 - 50_000) as i64;
            diary.push(by_machine(mail(Name::EmailClicked, clicked)));
        }
    }
}

fn by_machine(event: Event) -> Event {
    Event { machine: true, ..event }
}

const EVERYTHING: Taste = &[
    (Section::Home, 1),
    (Section::Product, 6),
    (Section::Pricing, 3),
    (Section::Blog, 24),
    (Section::Docs, 16),
    (Section::Customers, 8),
    (Section::Careers, 6),
];
