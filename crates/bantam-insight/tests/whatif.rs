//! The workbench: what an editor shows while somebody types.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

use bantam_engine::batch::{BatchOptions, OtherReading, score_batch};
use bantam_engine::input::{Dataset, Input, RowKind};
use bantam_insight::impact::Direction;
use bantam_insight::whatif::{WhatIf, Workbench};
use bantam_lang::CheckedDefinition;
use bantam_lang::convert::parse_time;
use bantam_lang::source::Source;

const DEFINITION: &str = "\
bantam: 1
lead: {size: number}
fit: {rules: {Size: {by: size, points: {10+: 10, 100+: 30}}}}
engagement: {rules: {Demo: {on: demo, points: 40}}}
disqualify: {Tiny: size < 2}
stages: [Inquiry, Ready: score >= 40]
hand_off: Ready
routes: [{to: sales, if: 'stage == \"Ready\"'}, {to: nurture, if: '!disqualified'}]
";
/// a: 30 + 40 = 70, b: 30, c: 10, d: 40 (size is not known), e: 0 and disqualified.
const LEADS: &str = "lead_id,size\na,200\nb,150\nc,20\nd,\ne,1\n";
const EVENTS: &str = "lead_id,event,timestamp\na,demo,2026-01-02\nd,demo,2026-01-03\n";

fn check(text: &str) -> CheckedDefinition {
    let loaded = bantam_lang::load(Source::new("d.yaml", text), &mut |_| Err("none".into()));
    loaded.checked.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics))
}

fn read(definition: &CheckedDefinition) -> (Dataset, i64) {
    let as_of = parse_time("2026-02-01").unwrap();
    let mut input = Input::new(definition, |_| {});
    input.read_csv(RowKind::Lead, "leads.csv", LEADS.as_bytes(), &|_| {}).unwrap();
    input.read_csv(RowKind::Event, "events.csv", EVENTS.as_bytes(), &|_| {}).unwrap();
    (input.finish(as_of).unwrap(), as_of)
}

fn try_out(from: &str, to: &str, first: usize) -> (WhatIf, Workbench) {
    assert!(DEFINITION.contains(from), "{from}");
    let base = check(DEFINITION);
    let (data, as_of) = read(&base);
    let mut bench = Workbench::new(&base, data, as_of);
    let whatif = bench.try_definition(&check(&DEFINITION.replacen(from, to, 1)), first).unwrap();
    (whatif, bench)
}

#[test]
fn a_lower_threshold_takes_leads_up() {
    let (whatif, bench) = try_out("score >= 40", "score >= 30", 10);
    // Places: disqualified, none, Inquiry, Ready. b goes from Inquiry to Ready, c stays.
    assert_eq!(whatif.stages, [[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 1], [0, 0, 0, 2]]);
    assert_eq!((whatif.leads, whatif.up, whatif.down, whatif.aside, whatif.other_scores), (5, 1, 0, 0, 0));
    let sales = |count| (Some("sales".to_owned()), count);
    let nurture = |count| (Some("nurture".to_owned()), count);
    assert_eq!(whatif.routes, [vec![sales(2), nurture(2), (None, 1)], vec![sales(3), nurture(1), (None, 1)]]);
    assert_eq!(whatif.moved.iter().map(|&lead| bench.lead_id(lead).unwrap()).collect::<Vec<_>>(), ["b"]);
    let [b] = whatif.first.as_slice() else { panic!("{:?}", whatif.first) };
    assert_eq!(
        (b.from.as_deref(), b.to.as_deref(), b.old_score, b.new_score),
        (Some("Inquiry"), Some("Ready"), 30, 30)
    );
}

#[test]
fn leads_that_move_are_named_highest_score_first() {
    // b: 45, c: 41; d: 1. a: 46 stays Ready.
    let (whatif, _) = try_out(
        "10+: 10, 100+: 30}}}}\nengagement: {rules: {Demo: {on: demo, points: 40}}}",
        "10+: 41, 100+: 45}}}}\nengagement: {rules: {Demo: {on: demo, points: 1}}}",
        2,
    );
    assert_eq!((whatif.up, whatif.down, whatif.other_scores, whatif.moved.len()), (2, 1, 4, 3));
    let first: Vec<_> =
        whatif.first.iter().map(|lead| (lead.lead_id.as_str(), lead.new_score, lead.direction)).collect();
    assert_eq!(first, [("b", 45, Direction::Up), ("c", 41, Direction::Up)]);
}

#[test]
fn another_ladder_is_compared_by_the_names_of_its_stages() {
    let (whatif, _) = try_out(
        "stages: [Inquiry, Ready: score >= 40]",
        "stages: [Inquiry, Known: score >= 10, Ready: score >= 40]",
        9,
    );
    // b and c, from Inquiry to Known; a and d are Ready as before, though on the third rung.
    assert_eq!((whatif.up, whatif.down), (2, 0));
    assert_eq!(whatif.stages[3], [0, 0, 0, 0, 2]);
}

#[test]
fn layout_alone_costs_and_moves_nothing() {
    let (whatif, _) = try_out("bantam: 1\n", "bantam: 1\n# words\n", 9);
    assert_eq!((whatif.computed, whatif.moved.len(), whatif.other_scores), (0, 0, 0));
}

#[test]
fn ranked_scores_and_reasons_are_those_of_scoring_anew() {
    let base = check(DEFINITION);
    let (data, as_of) = read(&base);
    let mut bench = Workbench::new(&base, data.clone(), as_of);
    let new = check(&DEFINITION.replace("points: 40", "points: 7"));
    let anew =
        score_batch(&new, &data.leads, &data.events, as_of, BatchOptions { explain: true, ..BatchOptions::default() });
    let expected: Vec<_> = anew.iter().map(|lead| lead.to_score()).collect();
    assert_eq!(bench.rank(&new).unwrap().iter().map(|lead| lead.to_score()).collect::<Vec<_>>(), expected);
    for lead in anew.iter() {
        let number = data.leads.ids.code(&lead.lead_id()).unwrap();
        assert_eq!(bench.reasons(&new, number).unwrap(), lead.reasons());
    }
}

#[test]
fn a_definition_that_reads_files_otherwise_is_refused() {
    let base = check(DEFINITION);
    let (data, as_of) = read(&base);
    let mut bench = Workbench::new(&base, data, as_of);
    let other = check(&DEFINITION.replace("{size: number}", "{size: {type: number, from: Size}}"));
    assert_eq!(bench.try_definition(&other, 1), Err(OtherReading));
}
