//! Writes the orders of a shop's converting consumers.

use crate::diary::{Diary, draw_path, price};
use crate::dice::Dice;
use crate::event::Event;
use crate::settings::{MINUTE, SECOND};
use crate::visits::to_micros;
use crate::words::{Channel, Name, Section};

/// The most further orders one consumer makes.
const MORE_ORDERS_MAX: u32 = 6;

/// Writes the first order, soon after the top of interest, and perhaps more.
pub(crate) fn order(top: i64, days: f64, diary: &mut Diary, dice: &mut Dice) {
    let mut at = top.max(diary.created_at) + to_micros(days * dice.between(0.01, 0.1));
    for _ in 0..=dice.run(0.35, MORE_ORDERS_MAX) {
        check_out(at, diary, dice);
        at += to_micros(days * dice.log_normal(0.6, 0.7).max(0.05));
    }
}

/// Writes the visit of one order: products, the till, the order with the sum of their prices.
fn check_out(at: i64, diary: &mut Diary, dice: &mut Dice) {
    diary.begin_visit();
    let mut now = at;
    let mut sum = 0;
    for _ in 0..=dice.run(0.45, 4) {
        let path = draw_path(&[(Section::Catalogue, 1)], dice);
        sum += price(path);
        diary.push(Event {
            path: Some(path),
            money: price(path),
            ..diary.in_visit(Name::ProductAdded, now, Channel::Direct)
        });
        now += 20 * SECOND + dice.below(3 * MINUTE as u64) as i64;
    }
    let till = draw_path(&[(Section::Checkout, 1)], dice);
    diary.push(Event { path: Some(till), ..diary.in_visit(Name::PageViewed, now, Channel::Direct) });
    now += 30 * SECOND + dice.below(4 * MINUTE as u64) as i64;
    diary.push(Event { money: sum, ..diary.in_visit(Name::OrderCompleted, now, Channel::Direct) });
}
