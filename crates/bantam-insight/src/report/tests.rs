//! A log of seven leads, every figure of which is worked out by hand.
//!
//! A demo makes a lead ready (50 points; 10 more for Software), and its route gives a day for the answer.
//!
//! | lead | known | source | what happened |
//! |---|---|---|---|
//! | ann | 1 Jan | web, Software | demo 1 Feb, accepted 2 Feb, opportunity 10 Feb, won 3 Mar for 1,000 |
//! | bob | 5 Jan | web | demo 2 Feb, rejected 5 Feb: budget |
//! | cem | 10 Jan | fair, Software | demo 3 Feb, accepted 12 hours later, opportunity 20 Feb, lost 1 Apr |
//! | dan | 1 Feb | fair | demo 1 Mar, never answered |
//! | eve | 10 Feb | web | a page 20 Feb, opportunity without a hand-off 10 Mar, won 20 Mar for 500 |
//! | fay | 1 Mar | fair | demo 5 Mar, accepted 6 Mar, opportunity 15 Mar, open at the end |
//! | gus | 1 Mar | fair | nothing |
//!
//! The history ends on 30 June.

use super::*;
use crate::history::Wishes;
use crate::history::tests::{DEFINITION, history_until};
use crate::statistics::{Contrast, Rate};
use bantam_lang::convert::parse_time;

const LEADS: &str = "\
lead_id,created_at,lead_source,industry
ann,2026-01-01,web,Software
bob,2026-01-05,web,
cem,2026-01-10,fair,Software
dan,2026-02-01,fair,
eve,2026-02-10,web,
fay,2026-03-01,fair,
gus,2026-03-01,fair,
";
const EVENTS: &str = "\
lead_id,timestamp,event,amount,reason,owner
ann,2026-02-01,demo,,,
ann,2026-02-02,sales_accepted,,,kim
ann,2026-02-10,opportunity_opened,,,
ann,2026-03-03,opportunity_won,1000,,
bob,2026-02-02,demo,,,
bob,2026-02-05,sales_rejected,,budget,kim
cem,2026-02-03,demo,,,
cem,2026-02-03T12:00:00Z,sales_accepted,,,lee
cem,2026-02-20,opportunity_opened,,,
cem,2026-04-01,opportunity_lost,,price,
dan,2026-03-01,demo,,,
eve,2026-02-20,page_viewed,,,
eve,2026-03-10,opportunity_opened,,,lee
eve,2026-03-20,opportunity_won,500,,
fay,2026-03-05,demo,,,
fay,2026-03-06,sales_accepted,,,lee
fay,2026-03-15,opportunity_opened,,,
";

fn time(text: &str) -> i64 {
    parse_time(text).unwrap()
}

fn rate(hits: u64, n: u64) -> Rate {
    Rate::new(hits, n)
}

fn seven_leads(options: &ReportOptions) -> Report {
    let mut history = history_until("2026-06-30", DEFINITION, &Wishes::default(), LEADS, EVENTS);
    history.versions = vec![(time("2026-02-01"), "first".into()), (time("2026-03-01"), "second".into())];
    let spend = |date: &str, source: &str, amount: f64| Spend {
        date: time(date),
        amount,
        source: Some(source.to_owned()),
        campaign: None,
    };
    report(&history, Some(&[spend("2026-02-03", "web", 1000.0), spend("2026-03-03", "fair", 1500.0)]), options)
}

#[test]
fn key_metrics_of_the_whole_time() {
    let metrics = seven_leads(&ReportOptions::default()).total;
    assert_eq!((metrics.new_leads, metrics.qualified), (7, 5), "qualified: ann, bob, cem, dan, fay");
    assert_eq!(metrics.to_opportunity, rate(3, 5), "ann, cem, fay");
    assert_eq!(metrics.win_rate, rate(2, 3), "ann and eve won, cem lost");
    assert_eq!((metrics.won_of_all, metrics.open_deals), (rate(2, 4), 1), "fay's is open");
    assert_eq!(metrics.acceptance, rate(3, 4), "bob was rejected, dan not answered");
    // ann took the 30 days from 1 February to 3 March; fay has been watched for 117 days. With two at risk, ann's win
    // leaves half.
    let survival = metrics.cycle.unwrap().survival;
    assert_eq!((survival.n(), survival.ended(), survival.watched()), (2, 1, 117 * 86_400));
    assert_eq!(survival.median().time, Some(30 * 86_400));
    // 2,500 spent on five; eve's 500 were not qualified: (1,000 - 2,500) / 2,500.
    let money = metrics.money;
    assert_eq!((money.spend, money.cost_per_qualified, money.won_amount), (Some(2500.0), Some(500.0), Some(1000.0)));
    assert_eq!(money.return_on_investment, Some(-0.6));
}

#[test]
fn answers_are_as_fast_as_they_are() {
    // Half a day, one, one and three: the median is a day; nine tenths of the way lie 0.7 between one and three days.
    // cem, ann and fay were in time, bob late, dan is overdue still.
    let speed = seven_leads(&ReportOptions::default()).speed.total;
    assert_eq!((speed.hand_offs, speed.answered), (5, 4));
    assert_eq!((speed.median_seconds, speed.ninetieth_seconds.map(f64::round)), (Some(86_400.0), Some(207_360.0)));
    assert_eq!((speed.within, speed.ever_overdue, speed.overdue_now), (rate(3, 5), rate(2, 5), 1));
    let owners = seven_leads(&ReportOptions::default()).speed.owners;
    let answered: Vec<_> = owners.iter().map(|(owner, speed)| (owner.as_str(), speed.answered)).collect();
    assert_eq!(answered, [("kim", 2), ("lee", 2)]);
}

#[test]
fn parts_of_the_time_have_figures_of_their_own() {
    let parts = seven_leads(&ReportOptions::default()).parts;
    let [january, february, march, ..] = parts.as_slice() else { panic!("{parts:?}") };
    assert_eq!((january.1.new_leads, january.1.qualified, january.1.to_opportunity.share()), (3, 0, None));
    assert_eq!((february.1.new_leads, february.1.qualified, february.1.to_opportunity), (2, 3, rate(2, 3)));
    assert_eq!(february.1.money.cost_per_qualified.map(f64::round), Some(333.0));
    // Opened in March: eve's, won, and fay's, open.
    assert_eq!((march.1.win_rate, march.1.won_of_all, march.1.open_deals), (rate(1, 1), rate(1, 2), 1));
    // A time cut out of the whole is the same as that part of it.
    let only = ReportOptions { from: Some(time("2026-02-01")), to: Some(time("2026-03-01")), ..Default::default() };
    assert_eq!(seven_leads(&only).total, february.1);
}

#[test]
fn cuts_divide_leads_hand_offs_deals_and_spend() {
    let options = ReportOptions { cuts: vec![Cut::Source, Cut::Owner, Cut::Version], ..Default::default() };
    let cuts = seven_leads(&options).cuts;
    let rows = |cut: usize| -> Vec<(&str, u64, u64, Rate, Option<f64>)> {
        let row = |(name, metrics): &'_ (String, KeyMetrics)| {
            (metrics.new_leads, metrics.qualified, metrics.win_rate, metrics.money.spend, name.clone())
        };
        cuts[cut].1.iter().map(|pair| (pair.0.as_str(), row(pair).0, row(pair).1, row(pair).2, row(pair).3)).collect()
    };
    assert_eq!(rows(0), [("fair", 4, 3, rate(0, 1), Some(1500.0)), ("web", 3, 2, rate(2, 2), Some(1000.0))]);
    // Deals are the owner's who is named first on them; nobody has dan.
    assert_eq!(
        rows(1),
        [("lee", 0, 2, rate(1, 2), None), ("kim", 0, 2, rate(1, 1), None), ("(missing)", 0, 1, rate(0, 0), None)]
    );
    // The first decided from February on, the second from March on: leads as they came, hand-offs and deals as they opened.
    assert_eq!(
        rows(2),
        [
            ("first", 2, 3, rate(1, 2), Some(1000.0)),
            ("second", 2, 2, rate(1, 1), Some(1500.0)),
            ("(missing)", 3, 0, rate(0, 0), Some(0.0))
        ]
    );
}

#[test]
fn the_waterfall_counts_each_lead_on_each_rung_once() {
    let waterfall = seven_leads(&ReportOptions::default()).waterfall;
    let shown = |rungs: &[Rung]| -> Vec<(String, u64, Option<Rate>, Option<f64>)> {
        rungs.iter().map(|rung| (rung.name.clone(), rung.entered, rung.to_next, rung.median_days)).collect()
    };
    // To Ready: ann 31 days, bob 28, cem 24, dan 28, fay 4; eve passes it with her opportunity after 28.
    // To Accepted: ann 1, cem 0.5, fay 1, eve 0. To Opportunity: ann 8, cem 16.5, fay 9, eve 0.
    assert_eq!(
        shown(&waterfall.own),
        [
            ("Inquiry".into(), 7, Some(rate(6, 7)), Some(28.0)),
            ("Ready".into(), 6, Some(rate(4, 6)), Some(0.75)),
            ("Accepted".into(), 4, Some(rate(4, 4)), Some(8.5)),
            ("Opportunity".into(), 4, None, None),
        ]
    );
    // By the standard names only hand-offs count: eve is an inquiry and nothing more. ann won 21 days after her opportunity.
    assert_eq!(
        shown(&waterfall.standard),
        [
            ("Inquiry".into(), 7, Some(rate(5, 7)), Some(28.0)),
            ("MQL".into(), 5, Some(rate(3, 5)), Some(1.0)),
            ("SAL".into(), 3, Some(rate(3, 3)), Some(9.0)),
            ("SQL".into(), 3, Some(rate(1, 3)), Some(21.0)),
            ("Won".into(), 1, None, None),
        ]
    );
}

#[test]
fn wasted_and_missed_leads_are_told() {
    let report = seven_leads(&ReportOptions::default());
    assert_eq!(report.rules.refused, rate(1, 4));
    assert_eq!(report.rules.reasons, [ReasonRow { reason: Some("budget".into()), rejected: 1, recycled: 0 }]);
    let industry = report.rules.rules.iter().find(|row| row.rule.rule == "Industry").unwrap();
    // With Software: ann and cem, both opportunities. The rest that is known: bob, refused, and fay, an opportunity.
    assert_eq!(industry.refused, Contrast { group: rate(0, 2), rest: rate(1, 2) });
    assert_eq!(industry.converted, Contrast { group: rate(2, 2), rest: rate(1, 2) });
    assert_eq!((industry.verdict, industry.converted_lift), (Verdict::TooFew, None), "four outcomes say nothing");
    // eve's is one of four opportunities and one of two wins.
    assert_eq!(
        (report.missed.opportunities, report.missed.wins, report.missed.amount),
        (rate(1, 4), rate(1, 2), Some(500.0))
    );
    assert_eq!(report.missed.lacked, [Lacked { what: "engagement >= 40".into(), opportunities: 1, wins: 1 }]);
}

#[test]
fn bands_and_thresholds_count_what_is_known() {
    let options = ReportOptions {
        cost_per_hand_off: Some(10.0),
        value_per_win: Some(100.0),
        capacity_a_week: Some(0.1),
        ..Default::default()
    };
    let report = seven_leads(&options);
    let bands: Vec<_> =
        report.calibration.bands.iter().map(|band| (band.from, band.to, band.rate, band.falls)).collect();
    assert_eq!(bands, [(50, 50, rate(1, 2), false), (60, 60, rate(2, 2), false)], "bob and fay; ann and cem");
    assert_eq!((report.calibration.success, report.calibration.areas[0]), (Success::Opportunity, None));
    let row = |threshold: i64| report.threshold.rows.iter().find(|row| row.threshold == threshold).unwrap();
    // At 50: ann won, bob and cem lost, dan and fay open; eve won, and never had 50. 100 - 3 x 10; at 60, 100 - 2 x 10.
    assert_eq!(
        (row(50).leads, row(50).precision, row(50).recall, row(50).net_value),
        (5, rate(1, 3), rate(1, 2), Some(70.0))
    );
    assert_eq!(
        (row(60).leads, row(60).precision, row(60).recall, row(60).net_value),
        (2, rate(1, 2), rate(1, 2), Some(80.0))
    );
    assert_eq!(row(0).leads, 7);
    // 180 days are 25.7 weeks: 0.1 a week are 2.57 leads, which the first threshold above 50 keeps within.
    assert_eq!(row(60).leads_a_week.map(|leads| (leads * 1000.0).round()), Some(78.0));
    assert_eq!(report.threshold.at_capacity.map(|place| report.threshold.rows[place].threshold), Some(55));
    assert_eq!(report.threshold.best, None, "two wins are too few to say where it is best");
    assert_eq!((report.threshold.own_precision, report.threshold.own_recall), (rate(1, 3), rate(1, 2)));
}

#[test]
fn journeys_and_drift_stay_silent_on_few_leads() {
    let report = seven_leads(&ReportOptions::default());
    assert_eq!((report.journeys.known.won, report.journeys.known.lost), (1, 2), "eve had no hand-off");
    assert!(report.journeys.traits.is_empty() && report.journeys.events.is_empty());
    // All three were handed off with their first touch.
    let days = report.journeys.days.map(|days| days.map(|[_, median, _]| median.round()));
    assert_eq!(days, [Some(0.0), Some(0.0)]);
    assert_eq!(report.journeys.ways[0].touches, ["demo"]);
    assert_eq!(report.turned.tried, None);
}

#[test]
fn without_leads_nothing_is_claimed() {
    let history = history_until("2026-06-30", DEFINITION, &Wishes::default(), "lead_id\n", "lead_id,timestamp,event\n");
    let report = report(&history, None, &ReportOptions::default());
    assert_eq!(report.span, None);
    assert_eq!((report.total.to_opportunity.share(), report.total.money.cost_per_qualified), (None, None));
    assert!(report.threshold.rows.is_empty() && report.calibration.bands.is_empty() && report.parts.is_empty());
}
