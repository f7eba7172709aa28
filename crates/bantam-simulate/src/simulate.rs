//! Turns settings into journeys, one lead after another, each from its own draws alone.

use crate::diary::{Diary, deliver};
use crate::dice::{Dice, Purpose};
use crate::dirt::soil;
use crate::lead::{Journey, Kind};
use crate::person::draw_person;
use crate::settings::Settings;
use crate::touches::draw_touches;
use crate::truth::draw_truth;
use crate::visits::{Interest, live};
use crate::{machines, orders, planted, sales};

/// Days a typical interest lasts in a long history; sales is as much faster in a short one.
const USUAL_DAYS: f64 = 60.0;

/// Returns the journeys of leads 1, 2, 3 ... of the settings, made one at a time.
///
/// `as_of` is moved into the years 1000 to 9000 if it lies outside.
pub fn simulate(settings: &Settings) -> impl Iterator<Item = Journey> + use<> {
    let settings = settings.within_calendar();
    (0..settings.leads).map(move |index| simulate_lead(&settings, index + 1))
}

fn simulate_lead(settings: &Settings, number: u64) -> Journey {
    let person = draw_person(settings, number);
    let dice = &mut Dice::new(settings.seed, number, Purpose::Journey);
    let interest = Interest::draw(person.lead.created_at, settings.interest_days(), dice);
    let touches = draw_touches(&person, dice);
    let mut truth = draw_truth(&person, &touches, dice);

    let mut diary = Diary::new(person.lead.created_at);
    if person.kind == Kind::Bot {
        machines::crawl(&mut diary, &mut Dice::new(settings.seed, number, Purpose::Machines));
    } else if !person.silent {
        live(&person, &touches, &interest, &mut diary, dice);
    }

    let dice = &mut Dice::new(settings.seed, number, Purpose::Sales);
    let pace = settings.interest_days() / USUAL_DAYS;
    truth.handed_off = sales::is_handed_off(&person, &touches, dice);
    let worked = if truth.handed_off {
        sales::work(&person, &touches, &truth, pace, &mut diary, dice)
    } else if !truth.converts {
        sales::Worked::default()
    } else if person.consumer {
        orders::order(interest.top(), settings.interest_days(), &mut diary, dice);
        sales::Worked::default()
    } else if dice.chance(planted::SELF_SERVED) {
        sales::self_serve(&person, &truth, interest.top(), pace, &mut diary, dice)
    } else {
        sales::Worked::default()
    };

    let mut lead = person.lead;
    sales::fill_in(&mut lead, &truth, &worked, settings.as_of, dice);
    if settings.bots && !person.consumer {
        machines::scan_mails(&mut diary, &mut Dice::new(settings.seed, number, Purpose::Machines));
    }
    if settings.dirty {
        soil(&mut lead, &mut Dice::new(settings.seed, number, Purpose::Dirt));
    }
    let events =
        deliver(number, diary.events, settings.as_of, &mut Dice::new(settings.seed, number, Purpose::Delivery));
    Journey { lead, events, truth }
}
