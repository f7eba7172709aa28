//! Turns who a lead is and what it does into its true chance to convert.

use crate::dice::{Dice, logistic};
use crate::lead::{Kind, Truth};
use crate::person::Person;
use crate::planted;
use crate::touches::Touch;

/// Computes the chance to convert and draws once whether the lead does.
pub(crate) fn draw_truth(person: &Person, touches: &[&Touch], dice: &mut Dice) -> Truth {
    let lift: f64 = touches.iter().map(|touch| touch.lift).sum();
    let probability = probability(person, lift);
    Truth {
        lead_id: person.lead.lead_id,
        converts: dice.chance(probability),
        probability,
        kind: person.kind,
        driver: driver(person, touches),
        fit: to_millionth(person.fit),
        intent: to_millionth(person.intent),
        touches: to_millionth(lift),
        drifted: person.drifted,
        handed_off: false,
    }
}

fn probability(person: &Person, lift: f64) -> f64 {
    if person.kind != Kind::Buyer || person.silent {
        return 0.0;
    }
    if person.drifted {
        return planted::DRIFT_PROBABILITY;
    }
    let base = if person.consumer { planted::BASE_SHOP } else { planted::BASE };
    to_millionth(logistic(base + person.fit + planted::INTENT * person.intent + lift))
}

/// Names what weighed most.
fn driver(person: &Person, touches: &[&Touch]) -> &'static str {
    if person.kind != Kind::Buyer {
        return person.kind.text();
    }
    if person.silent {
        return "silent";
    }
    if person.drifted {
        return planted::DRIFT_SOURCE;
    }
    let mut weightiest = ("fit", person.fit);
    let others = touches.iter().map(|touch| (touch.name.text(), touch.lift));
    for (name, weight) in std::iter::once(("intent", planted::INTENT * person.intent)).chain(others) {
        if weight.abs() > weightiest.1.abs() {
            weightiest = (name, weight);
        }
    }
    weightiest.0
}

/// Rounds to six digits after the point, so that what is written is exactly what was drawn with; never to -0.
fn to_millionth(x: f64) -> f64 {
    (x * 1e6).round() / 1e6 + 0.0
}
