//! Impacts on made-up companies, of which the truth is known.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

use bantam_engine::input::{Dataset, Input, RowKind};
use bantam_insight::document::Document;
use bantam_insight::history::{Wishes, prepare};
use bantam_insight::impact::{Impact, ImpactOptions, Judged, Reading, Verdict, document, impact};
use bantam_insight::whatif::PaceBench;
use bantam_lang::CheckedDefinition;
use bantam_lang::convert::parse_time;
use bantam_lang::source::Source;
use bantam_simulate::{EventOrder, Format, Settings, write_sample};
use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

/// Ready after a demo or a price sheet, the two events that weigh most in the truth.
const GOOD: &str = "\
bantam: 1
name: By what tells
lead: {created_at: time, email: text}
event: {owner: text}
derive: {work_email: '!is_free_email(email)'}
fit: {rules: {Work e-mail: {by: work_email, points: {true: 10}}}}
engagement:
  rules:
    Asked for a demo: {on: demo_requested, times: 1, points: 50}
    Took a price sheet: {on: price_sheet_downloaded, times: 1, points: 50}
    Read an ebook: {on: ebook_downloaded, times: 1, points: 5}
stages: [Inquiry, Ready: engagement >= 50, Opportunity: became_opportunity]
hand_off: Ready
routes: [{to: sales}]
";

#[derive(Clone, Default)]
struct Bytes(Arc<Mutex<Vec<u8>>>);

impl Write for Bytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Leads and events of a made-up company as CSV, up to 2026-03-01.
fn sample(leads: u64) -> [Vec<u8>; 2] {
    let settings = Settings::new(7, leads, 180, parse_time("2026-03-01").unwrap());
    let mut files: HashMap<String, Bytes> = HashMap::new();
    let open = |name: &str| -> io::Result<Box<dyn Write + Send>> {
        Ok(Box::new(files.entry(name.to_owned()).or_default().clone()))
    };
    write_sample(&settings, Format::Csv, EventOrder::ByLead, open, |_| {}).unwrap();
    ["leads.csv", "events.csv"].map(|name| files[name].0.lock().unwrap().clone())
}

fn check(text: &str) -> CheckedDefinition {
    let loaded = bantam_lang::load(Source::new("d.yaml", text), &mut |_| Err("none".into()));
    loaded.checked.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics))
}

fn impact_of(old: &str, new: &str, [leads, events]: &[Vec<u8>; 2]) -> Impact {
    let as_of = parse_time("2026-03-01").unwrap();
    let definitions = [old, new].map(check);
    let prepared = definitions.each_ref().map(|each| prepare(&each.meaning(), &Wishes::default()));
    let data: [Dataset; 2] = prepared.each_ref().map(|prepared| {
        let mut input = Input::new(&prepared.meaning, |_| {});
        input.read_csv(RowKind::Lead, "leads.csv", leads.as_slice(), &|_| {}).unwrap();
        input.read_csv(RowKind::Event, "events.csv", events.as_slice(), &|_| {}).unwrap();
        input.finish(as_of).unwrap()
    });
    let judged = |side: usize| Judged::new(&definitions[side], &prepared[side], &data[side], as_of, &|_| {});
    impact(&judged(0), &judged(1), &ImpactOptions::default())
}

fn outcome_finding(document: &Document) -> &str {
    let section = document.sections.iter().find(|section| section.id == "outcomes").unwrap();
    section.finding.as_ref().unwrap().sentence()
}

#[test]
fn a_definition_made_worse_on_purpose_is_reported_as_worse_and_the_way_back_as_better() {
    let files = sample(20_000);
    // An ebook says nothing about who buys, but marketing passes such leads on.
    let bad = GOOD.replace("points: 50", "points: 5").replace(
        "Read an ebook: {on: ebook_downloaded, times: 1, points: 5}",
        "Read an ebook: {on: ebook_downloaded, times: 1, points: 50}",
    );
    let worse = impact_of(GOOD, &bad, &files);
    let [old, new] = worse.outcomes.quality.map(|quality| quality.group);
    let [before, after] = [old, new].map(|group| group.precision().interval().unwrap());
    assert!(after.high < before.low, "{before:?} {after:?}");
    assert_eq!(worse.outcomes.verdict.map(|(verdict, _)| verdict), Ok(Verdict::Worse));
    assert!(outcome_finding(&document(&worse, Reading::Change)).contains("worse: the intervals are apart"));

    // What each group holds adds up to what either definition hands off.
    let outcomes = &worse.outcomes;
    assert_eq!(outcomes.kept.leads() + outcomes.dropped.leads(), old.leads());
    assert_eq!(outcomes.kept.leads() + outcomes.added.leads(), new.leads());
    assert_eq!(worse.moves.stages.iter().flatten().sum::<u64>(), 20_000);

    let better = impact_of(&bad, GOOD, &files);
    assert_eq!(better.outcomes.verdict.map(|(verdict, _)| verdict), Ok(Verdict::Better));
    assert_eq!((better.moves.up, better.moves.down), (worse.moves.down, worse.moves.up));
}

#[test]
fn another_layout_is_no_change_on_any_data() {
    let files = sample(2_000);
    let same = impact_of(GOOD, &format!("# signed in spring\n{}", GOOD.replace("points: 50", "points:  50")), &files);
    assert!(same.is_none() && same.changes.is_empty());
    assert_eq!((same.outcomes.added.leads(), same.outcomes.dropped.leads()), (0, 0));
    assert!(same.hand_offs.total[0] > 0 && same.hand_offs.total[0] == same.hand_offs.total[1]);
    assert_eq!(same.outcomes.verdict.is_ok(), same.outcomes.quality[0].group.won >= 40);
}

#[test]
fn few_outcomes_give_counts_and_no_conclusion() {
    let impact = impact_of(GOOD, &GOOD.replace("engagement >= 50", "engagement >= 100"), &sample(300));
    assert!(impact.outcomes.verdict.is_err());
    let document = document(&impact, Reading::Change);
    assert!(outcome_finding(&document).starts_with("No conclusion: "));
    assert!(!document.to_markdown().contains("won of known"));
}

#[test]
fn what_an_editor_says_of_hand_offs_is_what_the_impact_says() {
    let [leads, events] = sample(600);
    let (old, new) = (
        check(GOOD),
        check(&GOOD.replace(
            "Read an ebook: {on: ebook_downloaded, times: 1, points: 5}",
            "Read an ebook: {on: ebook_downloaded, times: 1, points: 50}",
        )),
    );
    let prepared = [&old, &new].map(|definition| prepare(&definition.meaning(), &Wishes::default()));
    let as_of = parse_time("2026-03-01").unwrap();
    let mut input = Input::new(&prepared[0].meaning, |_| {});
    input.read_csv(RowKind::Lead, "leads.csv", leads.as_slice(), &|_| {}).unwrap();
    input.read_csv(RowKind::Event, "events.csv", events.as_slice(), &|_| {}).unwrap();
    let data = input.finish(as_of).unwrap();
    let judged = [&old, &new].into_iter().zip(&prepared);
    let judged: Vec<_> =
        judged.map(|(definition, prepared)| Judged::new(definition, prepared, &data, as_of, &|_| {})).collect();
    let told = impact(&judged[0], &judged[1], &ImpactOptions::default()).hand_offs.per_week.unwrap();
    let pace = |most| PaceBench::new(&prepared[0], &data, as_of, most).try_definition(&prepared[1]).unwrap();
    let all = pace(10_000);
    assert_eq!((all.per_week, all.looked_at), (told, all.leads));
    assert!(told[1] > told[0] && all.weeks > 20.0, "{told:?}");
    // A third of them tell about the same.
    let some = pace(200);
    assert!(some.looked_at < 280 && some.leads == all.leads, "{some:?}");
    for (estimate, exact) in some.per_week.into_iter().zip(told) {
        assert!((estimate - exact).abs() < exact / 2.0, "{estimate} for {exact}");
    }
    let nothing = check(&GOOD.replace("hand_off: Ready\nroutes: [{to: sales}]\n", ""));
    let bench = PaceBench::new(&prepared[0], &data, as_of, 100);
    assert_eq!(bench.try_definition(&prepare(&nothing.meaning(), &Wishes::default())), None);
}
