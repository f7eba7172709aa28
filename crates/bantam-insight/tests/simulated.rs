//! Reports over made-up companies whose truth is known.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that cannot be"
)]

use bantam_engine::input::{Input, RowKind};
use bantam_insight::history::{History, Wishes, gather, prepare};
use bantam_insight::report::{Report, ReportOptions, Spend, Verdict, report};
use bantam_insight::statistics::Rate;
use bantam_lang::convert::parse_time;
use bantam_lang::source::Source;
use bantam_lang::{CheckedDefinition, load};
use bantam_simulate::{Event, Journey, Settings, simulate, spend, write_events, write_leads};

/// Points for what the simulated company does, among them for the e-book, which says nothing of a lead.
const DEFINITION: &str = "\
bantam: 1
lead: {industry: text, employees: number, title: text, email: text, lead_source: text}
event: {reason: text, owner: text, amount: number}
fit:
  rules:
    Industry: {by: industry, points: {Software: 20, Fintech: 20, Financial Services: 15}}
    Size: {by: employees, points: {50+: 10, 200+: 20}}
    Senior: {if: 'seniority(title) in [\"VP\", \"C-Suite\", \"Director\"]', points: 15}
engagement:
  rules:
    Demo: {on: demo_requested, times: 1, points: 40}
    Price sheet: {on: price_sheet_downloaded, times: 1, points: 35}
    Contact: {on: contact_us_submitted, times: 1, points: 25}
    Trial: {on: trial_started, times: 1, points: 25}
    E-book: {on: ebook_downloaded, times: 1, points: 30}
    Webinar: {on: webinar_attended, times: 1, points: 10}
stages:
  - Inquiry
  - Ready: engagement >= 25
  - Accepted: accepted_by_sales
hand_off: Ready
";

fn definition(text: &str) -> CheckedDefinition {
    load(Source::new("d.yaml", text), &mut |_| Err("none".into())).checked.unwrap()
}

fn settings(seed: u64, leads: u64) -> Settings {
    let mut settings = Settings::new(seed, leads, 365, parse_time("2026-01-01").unwrap());
    settings.bots = false;
    settings
}

/// Returns the history of a sample under a definition. With `by_truth`, a column tells whether each lead converts.
fn history(definition: &CheckedDefinition, settings: &Settings, journeys: &[Journey], by_truth: bool) -> History {
    let mut leads = Vec::new();
    write_leads(journeys.iter().map(|journey| &journey.lead), bantam_simulate::Format::Csv, &mut leads).unwrap();
    let mut leads = String::from_utf8(leads).unwrap();
    if by_truth {
        let truths = journeys.iter().map(|journey| if journey.truth.converts { "yes" } else { "no" });
        leads = leads
            .lines()
            .zip(std::iter::once("converts").chain(truths))
            .map(|(line, truth)| format!("{line},{truth}\n"))
            .collect();
    }
    let mut events = Vec::new();
    let all: Vec<&Event> = journeys.iter().flat_map(|journey| &journey.events).collect();
    write_events(all, bantam_simulate::Format::Csv, &mut events).unwrap();
    let outcome = by_truth.then(|| ("converts".to_owned(), "yes".to_owned()));
    let prepared = prepare(&definition.meaning(), &Wishes { outcome, ..Wishes::default() });
    let mut input = Input::new(&prepared.meaning, |_| {});
    input.read_csv(RowKind::Lead, "leads.csv", leads.as_bytes(), &|_| {}).unwrap();
    input.read_csv(RowKind::Event, "events.csv", events.as_slice(), &|_| {}).unwrap();
    let data = input.finish(settings.as_of).unwrap();
    gather(&prepared, data.timelines(), settings.as_of, &|_| {})
}

fn reported(text: &str, settings: &Settings) -> Report {
    let journeys: Vec<Journey> = simulate(settings).collect();
    let history = history(&definition(text), settings, &journeys, false);
    let rows: Vec<Spend> = spend(settings)
        .iter()
        .map(|row| Spend {
            date: i64::from(row.date) * 86_400_000_000,
            amount: row.amount,
            source: Some(row.lead_source.to_owned()),
            campaign: Some(row.campaign.to_owned()),
        })
        .collect();
    report(&history, Some(&rows), &ReportOptions::default())
}

/// A band's leads convert each with a known chance of its own, so the mean of these is what its rate estimates. Chances
/// that differ spread less than equal ones: the intervals cover at least as often as they say.
#[test]
fn intervals_of_bands_cover_the_truth() {
    let definition = definition(DEFINITION);
    let mut covered = Rate::default();
    for seed in 1..=40 {
        let settings = settings(seed, 500);
        let journeys: Vec<Journey> = simulate(&settings).collect();
        let history = history(&definition, &settings, &journeys, true);
        let bands = report(&history, None, &ReportOptions::default()).calibration.bands;
        let score = |lead: usize| i64::from(history.leads[lead].fit) + i64::from(history.leads[lead].engagement);
        let found = bands.iter().map(|band| {
            let members = (0..journeys.len()).filter(|&lead| (band.from..=band.to).contains(&score(lead)));
            let chances: Vec<f64> = members.map(|lead| journeys[lead].truth.probability).collect();
            assert_eq!(chances.len() as u64, band.rate.n());
            let truth = chances.iter().sum::<f64>() / chances.len() as f64;
            band.rate.interval().unwrap().contains(truth)
        });
        let found: Rate = found.collect();
        covered = Rate::new(covered.hits() + found.hits(), covered.n() + found.n());
    }
    let share = covered.share().unwrap();
    assert!(covered.n() > 200 && (0.93..1.0).contains(&share), "{covered:?}: {share}");
}

#[test]
fn a_bad_rule_is_named_and_good_ones_are_not() {
    let report = reported(DEFINITION, &settings(7, 20_000));
    let verdict = |rule: &str| report.rules.rules.iter().find(|row| row.rule.rule == rule).unwrap().verdict;
    assert_eq!(verdict("E-book"), Verdict::Worse);
    // Of leads that were passed on, one without a demo has something else that speaks for it: a demo lifts less among
    // them than among all. A price sheet lifts all the same.
    assert_eq!(verdict("Price sheet"), Verdict::Better);
    assert!(report.rules.rules.iter().all(|row| row.rule.rule == "E-book" || row.verdict != Verdict::Worse));
    let worst = &report.rules.rules[0];
    assert_eq!(worst.rule.rule, "E-book", "the worst comes first");
    assert!(worst.converted_lift.unwrap().interval.high < 1.0);
}

#[test]
fn a_source_that_turned_bad_is_found() {
    let turned = reported(DEFINITION, &settings(7, 20_000)).turned;
    let first = &turned.rows[0];
    assert_eq!((first.attribute.as_str(), first.value.as_str()), ("lead_source", "partner"));
    assert!(first.lift.ratio > 1.0);
    let mut calm = settings(7, 20_000);
    calm.drift = false;
    let turned = reported(DEFINITION, &calm).turned;
    assert!(!turned.rows.iter().any(|row| row.value == "partner"), "{:?}", turned.rows);
}

#[test]
fn a_definition_made_worse_is_reported_as_worse() {
    let good = reported(DEFINITION, &settings(3, 20_000));
    // Everything that says something gives nothing, and what says nothing hands off.
    let worse = DEFINITION
        .replace("times: 1, points: 40", "times: 1, points: 1")
        .replace("times: 1, points: 35", "times: 1, points: 1")
        .replace("times: 1, points: 25", "times: 1, points: 1");
    let bad = reported(&worse, &settings(3, 20_000));
    let precision = |report: &Report| report.threshold.own_precision.interval().unwrap();
    assert!(precision(&bad).high < precision(&good).low, "{:?} {:?}", precision(&bad), precision(&good));
    assert!(bad.missed.wins.share() > good.missed.wins.share());
}

#[test]
fn a_moved_population_is_found_and_an_unmoved_one_is_not() {
    // From the middle of October on every other lead is a student of a small school.
    let settings = settings(5, 8_000);
    let mut journeys: Vec<Journey> = simulate(&settings).collect();
    let moved = |report: &Report| -> Vec<String> {
        let rows = report.drift.rows.iter();
        rows.filter(|row| {
            row.drift.as_ref().is_some_and(|drift| drift.verdict != bantam_insight::statistics::DriftVerdict::Stable)
        })
        .map(|row| row.name.clone())
        .collect()
    };
    let of = |journeys: &[Journey]| {
        report(&history(&definition(DEFINITION), &settings, journeys, false), None, &ReportOptions::default())
    };
    assert_eq!(moved(&of(&journeys)), Vec::<String>::new());
    let turn = parse_time("2025-10-15").unwrap();
    for (index, journey) in journeys.iter_mut().enumerate() {
        if index % 2 == 0 && journey.lead.created_at >= turn {
            journey.lead.industry = Some("Education".into());
        }
    }
    let after = moved(&of(&journeys));
    assert!(after.contains(&"industry".to_owned()), "{after:?}");
    assert!(!after.contains(&"lead_source".to_owned()), "{after:?}");
}
