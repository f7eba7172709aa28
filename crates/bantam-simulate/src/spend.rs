//! Turns settings into what marketing spent, a row a day and campaign.

use crate::dice::{Dice, Purpose};
use crate::settings::{DAY, Settings};
use crate::source::{SOURCES, cost};

/// What was spent on one campaign on one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spend {
    /// The day: days since 1970-01-01.
    pub date: i32,
    /// The lead source, as on the leads it brought.
    pub lead_source: &'static str,
    /// The campaign, as on the leads it brought.
    pub campaign: &'static str,
    /// Dollars, to the cent.
    pub amount: f64,
}

/// Returns what was spent on each whole day of the history, by day, then campaign.
///
/// It grows with the number of leads: each source has its cost for a lead, see the sources in `docs/simulate.md`.
pub fn spend(settings: &Settings) -> Vec<Spend> {
    let settings = settings.within_calendar();
    let leads_a_day = settings.leads as f64 * DAY as f64 / settings.length() as f64;
    let first = settings.start().div_euclid(DAY) + i64::from(settings.start().rem_euclid(DAY) > 0);
    let last = settings.as_of.div_euclid(DAY);
    let mut rows = Vec::new();
    for day in first..last {
        let dice = &mut Dice::new(settings.seed, day as u64, Purpose::Spend);
        for source in SOURCES {
            let campaigns = source.campaigns.iter().map(|(_, weight)| weight).sum::<u32>();
            for &(campaign, weight) in source.campaigns {
                let share = f64::from(source.weight) / 100.0 * f64::from(weight) / f64::from(campaigns);
                let dollars = leads_a_day * share * cost(source, settings.company) * dice.log_normal(0.97, 0.25);
                rows.push(Spend {
                    date: day as i32,
                    lead_source: source.name,
                    campaign,
                    amount: (dollars * 100.0).round() / 100.0,
                });
            }
        }
    }
    rows
}
