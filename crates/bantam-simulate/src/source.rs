//! Where leads come from, what that costs and how good it is.

use crate::dice::Dice;
use crate::settings::Company;
use crate::words::Channel;

/// A lead source.
pub(crate) struct Source {
    pub(crate) name: &'static str,
    /// Share of leads, in hundredths.
    pub(crate) weight: u32,
    /// Log-odds it adds to fit.
    pub(crate) fit: f64,
    /// The channel of a lead's first visit; none where the first step is ours.
    pub(crate) channel: Option<Channel>,
    /// Campaigns with their weights, empty where the source has none.
    pub(crate) campaigns: &'static [(&'static str, u32)],
    /// What a lead from it costs a business, in dollars.
    pub(crate) cost: f64,
}

/// What a shop pays for a lead, as a part of what a business pays.
pub(crate) const SHOP_COST: f64 = 1.0 / 12.0;

/// People who found the site by themselves.
const ORGANIC: Source =
    Source { name: "organic", weight: 24, fit: 0.1, channel: Some(Channel::Organic), campaigns: &[], cost: 0.0 };

/// All sources; their weights sum to 100.
pub(crate) const SOURCES: &[Source] = &[
    ORGANIC,
    Source {
        name: "paid_search",
        weight: 18,
        fit: 0.1,
        channel: Some(Channel::PaidSearch),
        campaigns: &[("search-brand", 2), ("search-generic", 3)],
        cost: 60.0,
    },
    Source {
        name: "paid_social",
        weight: 10,
        fit: -0.4,
        channel: Some(Channel::PaidSocial),
        campaigns: &[("social-retargeting", 1), ("social-lookalike", 2)],
        cost: 75.0,
    },
    Source { name: "referral", weight: 8, fit: 0.6, channel: Some(Channel::Referral), campaigns: &[], cost: 0.0 },
    Source {
        name: crate::planted::DRIFT_SOURCE,
        weight: 14,
        fit: 0.5,
        channel: Some(Channel::Partner),
        campaigns: &[("partner-programme", 1)],
        cost: 90.0,
    },
    Source {
        name: "event",
        weight: 8,
        fit: 0.2,
        channel: None,
        campaigns: &[("trade-fair", 3), ("roadshow", 1)],
        cost: 140.0,
    },
    Source {
        name: "content_syndication",
        weight: 10,
        fit: -0.5,
        channel: Some(Channel::Referral),
        campaigns: &[("syndication-guides", 1)],
        cost: 45.0,
    },
    Source {
        name: "outbound",
        weight: 8,
        fit: -0.2,
        channel: None,
        campaigns: &[("outbound-accounts", 1)],
        cost: 30.0,
    },
];

/// Draws a source and one of its campaigns.
pub(crate) fn draw_source(dice: &mut Dice) -> (&'static Source, Option<&'static str>) {
    let mut left = dice.below(100) as u32;
    let drawn = SOURCES.iter().find(|source| {
        let found = left < source.weight;
        left = left.saturating_sub(source.weight);
        found
    });
    let drawn = drawn.unwrap_or(&ORGANIC);
    let campaign = (!drawn.campaigns.is_empty()).then(|| dice.pick_weighted(drawn.campaigns));
    (drawn, campaign)
}

/// Returns what a lead from the source costs this kind of company, in dollars.
pub(crate) fn cost(source: &Source, company: Company) -> f64 {
    match company {
        Company::B2b => source.cost,
        Company::Shop => source.cost * SHOP_COST,
    }
}
