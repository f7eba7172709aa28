//! Key metrics: how many leads qualify, what becomes of them, what they cost and bring.

use super::Spend;
use super::cohort::{Cohort, Cut, deals_since};
use super::speed::{Speed, speed_of};
use crate::history::{Deal, DealEnd, HandOff, HandOffEnd, NO_TIME};
use crate::statistics::{Observation, Rate, Survival, survival};
use bantam_lang::convert::MICROS_PER_SECOND;
use hashbrown::HashMap;

/// More values of a cut are put together as one.
const VALUES_MAX: usize = 20;
/// What is shown of leads without a value.
pub(super) const MISSING: &str = "(missing)";
const OTHERS: &str = "(others)";

/// The figures by which marketing and sales are measured.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyMetrics {
    /// Leads that came to be known in the time.
    pub new_leads: u64,
    /// Qualified leads: leads with a hand-off in the time.
    pub qualified: u64,
    /// Qualified leads with an opportunity by now, of all qualified leads.
    pub to_opportunity: Rate,
    /// Deals won, of those won or lost, of the deals opened in the time.
    pub win_rate: Rate,
    /// Deals won, of all deals opened in the time.
    pub won_of_all: Rate,
    /// Deals opened in the time that are open still.
    pub open_deals: u64,
    /// From hand-off to win; `None` without a hand-off that was won or has an opportunity.
    pub cycle: Option<Cycle>,
    /// Hand-offs that were accepted, of those that were answered.
    pub acceptance: Rate,
    /// How fast sales answers.
    pub speed: Speed,
    /// What was spent and won.
    pub money: Money,
}

/// How long it takes from a hand-off to a win.
#[derive(Clone, Debug, PartialEq)]
pub struct Cycle {
    /// The Kaplan-Meier estimate, in seconds, over won hand-offs and those whose opportunity is open; the latter count for as long as
    /// they have been watched. Where the data tell no opening of an opportunity, all in progress count so. Lost ones have no
    /// time to a win and are not in it.
    pub survival: Survival,
}

/// What was spent and won.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Money {
    /// What was spent in the time; `None` where nothing is known of it.
    pub spend: Option<f64>,
    /// Spend for each qualified lead.
    pub cost_per_qualified: Option<f64>,
    /// What leads qualified in the time have brought by now; `None` where no won deal names an amount.
    pub won_amount: Option<f64>,
    /// How many won deals name no amount.
    pub wins_without_amount: u64,
    /// Won amount less spend, divided by spend.
    pub return_on_investment: Option<f64>,
}

/// Returns the key metrics of a cohort.
pub(super) fn key_metrics(cohort: &Cohort<'_>, spend: Option<&[Spend]>) -> KeyMetrics {
    let within = |row: &&Spend| cohort.span.is_none_or(|span| span.contains(row.date));
    let spent = spend.map(|rows| rows.iter().filter(within).map(|row| row.amount).sum());
    metrics_with(cohort, spent)
}

fn metrics_with(cohort: &Cohort<'_>, spent: Option<f64>) -> KeyMetrics {
    let history = cohort.history;
    let qualified = cohort.qualified();
    let decided = |end: DealEnd| cohort.deals().filter(|(_, deal)| deal.end == end).count() as u64;
    let [won, lost, open] = [DealEnd::Won, DealEnd::Lost, DealEnd::Open].map(decided);
    let answered = cohort.hand_offs().filter(|(_, hand_off)| is_answered(hand_off));
    KeyMetrics {
        new_leads: cohort.new_leads.len() as u64,
        qualified: qualified.len() as u64,
        to_opportunity: qualified
            .iter()
            .map(|&(index, row)| has_opportunity(row) || deals_since(history, index, row).next().is_some())
            .collect(),
        win_rate: Rate::new(won, won + lost),
        won_of_all: Rate::new(won, cohort.deals.len() as u64),
        open_deals: open,
        cycle: cycle(cohort),
        acceptance: answered.map(|(_, hand_off)| hand_off.accepted != NO_TIME).collect(),
        speed: speed_of(history.as_of, cohort.hand_offs().map(|(_, hand_off)| hand_off)),
        money: money(cohort, &qualified, spent),
    }
}

pub(super) fn is_answered(hand_off: &HandOff) -> bool {
    hand_off.answered != NO_TIME
}

pub(super) fn has_opportunity(hand_off: &HandOff) -> bool {
    hand_off.opportunity != NO_TIME
}

fn cycle(cohort: &Cohort<'_>) -> Option<Cycle> {
    let history = cohort.history;
    // Where no opportunity is known before it ends, hand-offs in progress are all there is to watch.
    let tells_openings = history.deals.iter().any(|deal| deal.opened != deal.closed);
    let observed: Vec<Observation> =
        cohort.hand_offs().filter_map(|(_, row)| observe(row, history.as_of, tells_openings)).collect();
    survival(&observed).map(|survival| Cycle { survival })
}

/// Returns how many seconds a hand-off took to its win, or has taken so far.
fn observe(hand_off: &HandOff, as_of: i64, tells_openings: bool) -> Option<Observation> {
    let seconds = |until: i64| ((until - hand_off.opened).max(0) / MICROS_PER_SECOND) as u64;
    match hand_off.end {
        _ if hand_off.opened == NO_TIME => None,
        HandOffEnd::Won if hand_off.ended != NO_TIME => {
            Some(Observation { duration: seconds(hand_off.ended), ended: true })
        }
        HandOffEnd::Open if has_opportunity(hand_off) || !tells_openings => {
            Some(Observation { duration: seconds(as_of), ended: false })
        }
        _ => None,
    }
}

fn money(cohort: &Cohort<'_>, qualified: &[(usize, &HandOff)], spend: Option<f64>) -> Money {
    let won: Vec<&Deal> = qualified
        .iter()
        .flat_map(|&(index, row)| deals_since(cohort.history, index, row))
        .filter(|deal| deal.end == DealEnd::Won)
        .collect();
    let amounts: Vec<f64> = won.iter().map(|deal| deal.amount).filter(|amount| !amount.is_nan()).collect();
    let won_amount = (!amounts.is_empty() || won.is_empty()).then(|| amounts.iter().sum());
    let ratio = |amount: f64, by: f64| (by > 0.0).then(|| amount / by);
    Money {
        spend,
        cost_per_qualified: spend.and_then(|spend| ratio(spend, qualified.len() as f64)),
        won_amount,
        wins_without_amount: (won.len() - amounts.len()) as u64,
        return_on_investment: spend.and_then(|spend| ratio(won_amount? - spend, spend)),
    }
}

/// Returns the metrics of each value of a cut, most new leads and qualified leads first; rare values together, last.
pub(super) fn by_cut(cohort: &Cohort<'_>, spend: Option<&[Spend]>, cut: &Cut) -> (String, Vec<(String, KeyMetrics)>) {
    let history = cohort.history;
    let mut groups: HashMap<String, Cohort<'_>> = HashMap::new();
    let blank = || Cohort {
        history,
        span: cohort.span,
        is_whole: cohort.is_whole,
        hand_offs: Vec::new(),
        deals: Vec::new(),
        new_leads: Vec::new(),
    };
    let label = |value: Option<String>| value.unwrap_or_else(|| MISSING.to_owned());
    // Most leads never come to sales: they have no route and no owner, and say nothing under such a cut.
    let has_leads = !matches!(cut, Cut::Route | Cut::Owner);
    for &lead in cohort.new_leads.iter().filter(|_| has_leads) {
        groups.entry(label(cut.of_lead(history, lead))).or_insert_with(blank).new_leads.push(lead);
    }
    for (index, hand_off) in cohort.hand_offs() {
        groups.entry(label(cut.of_hand_off(history, hand_off))).or_insert_with(blank).hand_offs.push(index);
    }
    for (index, deal) in cohort.deals() {
        groups.entry(label(cut.of_deal(history, deal))).or_insert_with(blank).deals.push(index);
    }
    let spent_on = |value: &str| spend_of(cohort, spend?, cut, value);
    let mut groups: Vec<(String, Cohort<'_>)> = groups.into_iter().collect();
    groups.sort_by(|(a_name, a), (b_name, b)| {
        let size = |cohort: &Cohort<'_>| cohort.hand_offs.len() + cohort.deals.len() + cohort.new_leads.len();
        size(b).cmp(&size(a)).then_with(|| a_name.cmp(b_name))
    });
    let rare = groups.split_off(groups.len().min(VALUES_MAX));
    let mut rows: Vec<_> =
        groups.iter().map(|(name, group)| (name.clone(), metrics_with(group, spent_on(name)))).collect();
    if !rare.is_empty() {
        let mut others = blank();
        for (_, group) in rare {
            others.hand_offs.extend(group.hand_offs);
            others.deals.extend(group.deals);
            others.new_leads.extend(group.new_leads);
        }
        // Qualified leads are told apart by neighbouring rows.
        others.hand_offs.sort_unstable();
        rows.push((OTHERS.to_owned(), metrics_with(&others, None)));
    }
    (cut.name().to_owned(), rows)
}

/// Returns what was spent on a source or campaign, or while a version decided; `None` for other cuts, since spend says nothing of them.
fn spend_of(cohort: &Cohort<'_>, rows: &[Spend], cut: &Cut, value: &str) -> Option<f64> {
    let history = cohort.history;
    let told = |row: &Spend| match cut {
        Cut::Version => history.version_at(row.date).map(str::to_owned),
        Cut::Source => row.source.clone(),
        Cut::Campaign => row.campaign.clone(),
        _ => None,
    };
    if !rows.iter().any(|row| told(row).is_some()) {
        return None;
    }
    let within = |row: &&Spend| cohort.span.is_none_or(|span| span.contains(row.date));
    let of_value = rows.iter().filter(within).filter(|row| told(row).as_deref() == Some(value));
    Some(of_value.map(|row| row.amount).sum())
}
