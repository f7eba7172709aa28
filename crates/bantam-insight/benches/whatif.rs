//! Measures what a change of a definition costs that somebody tries out on many leads, beside scoring them anew.
//!
//! `cargo xtask bench whatif` runs it on generated files. Each change is tried in turn, so that none finds what the one
//! before it computed. After the first round every lead's score, stage, grade and route is compared with that of scoring
//! anew; a difference ends the measurement. Prints a JSON object.
//!
//! Without `--bench`, which `cargo bench` gives, nothing is measured: tests never wait for it.

#![expect(clippy::print_stdout, reason = "figures are what a benchmark prints")]

use bantam_engine::batch::{BatchOptions, score_batch};
use bantam_engine::input::{Dataset, Input, RowKind};
use bantam_insight::whatif::Workbench;
use bantam_lang::CheckedDefinition;
use bantam_lang::convert::parse_time;
use bantam_lang::source::Source;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;
use std::{array, env};

/// The moment of the measurements of batch scoring.
const AS_OF: &str = "2025-12-17";
/// How many leads that move are named: what an editor shows.
const NAMED: usize = 50;
/// Changes: what is changed, the text of the definition, and what stands there instead.
const CHANGES: [(&str, &str, &str); 8] = [
    ("a stage's threshold", "Sales-ready: score >= 90", "Sales-ready: score >= 85"),
    ("all stages' thresholds", "score >= 30\n  - Qualified: score >= 60", "score >= 25\n  - Qualified: fit >= 50"),
    ("a section's limit", "  halve_every: 30d\n  rules:", "  halve_every: 30d\n  range: [0, 60]\n  rules:"),
    ("a rule's cap", "within: 90d, cap: 30}", "within: 90d, cap: 20}"),
    ("an event rule's points", "\"/pricing\"), points: 5,", "\"/pricing\"), points: 7,"),
    ("an event rule's window", "points: 1, within: 90d", "points: 1, within: 45d"),
    ("a lead rule's condition", "employees < 1000, points: 20", "employees < 2000, points: 20"),
    ("the half-life of seven rules", "halve_every: 30d", "halve_every: 45d"),
];

fn main() -> Result<(), String> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let [definition, leads, events, rounds] =
        ["--definition", "--leads", "--events", "--rounds"].map(|name| option(&arguments, name));
    let rounds: usize = rounds?.parse().map_err(|error| format!("--rounds: {error}"))?;
    let text = fs::read_to_string(definition?).map_err(|error| error.to_string())?;
    let base = check(&text)?;
    let as_of = parse_time(AS_OF).ok_or("no time")?;
    let data = read(&base, [leads?.into(), events?.into()], as_of)?;
    let events = data.events.len();

    let start = Instant::now();
    let mut bench = Workbench::new(&base, data.clone(), as_of);
    let built = start.elapsed().as_secs_f64();
    let versions = CHANGES.map(|(_, from, to)| version(&text, from, to));
    let mut millis: [Vec<f64>; CHANGES.len()] = array::from_fn(|_| Vec::new());
    let mut anew = Vec::new();
    for round in 0..=rounds {
        for (version, millis) in versions.iter().zip(&mut millis) {
            let version = version.as_ref().map_err(Clone::clone)?;
            let start = Instant::now();
            let whatif = bench.try_definition(version, NAMED).map_err(|error| error.to_string())?;
            let took = start.elapsed().as_secs_f64() * 1_000.0;
            black_box(&whatif);
            if round == 0 {
                compare(&mut bench, version, &data, as_of)?;
            } else {
                millis.push(took);
            }
        }
        let start = Instant::now();
        black_box(score_batch(&base, &data.leads, &data.events, as_of, BatchOptions::default()).len());
        anew.push(start.elapsed().as_secs_f64() * 1_000.0);
    }
    let changes: Vec<Value> =
        CHANGES.iter().zip(millis).map(|((name, ..), millis)| json!({"change": name, "ms": median(millis)})).collect();
    let ids = data.leads.ids.len();
    println!(
        "{}",
        json!({"leads": ids, "events": events, "built_s": built, "anew_ms": median(anew), "changes": changes})
    );
    Ok(())
}

fn option(arguments: &[String], name: &str) -> Result<String, String> {
    let at = arguments.iter().position(|argument| argument == name);
    at.and_then(|at| arguments.get(at + 1)).cloned().ok_or_else(|| format!("{name} is missing"))
}

fn check(text: &str) -> Result<CheckedDefinition, String> {
    let loaded = bantam_lang::load(Source::new("definition.yaml", text), &mut |_| Err("there are no lists".into()));
    loaded.checked.ok_or_else(|| format!("the definition has errors: {:?}", loaded.diagnostics))
}

fn version(text: &str, from: &str, to: &str) -> Result<CheckedDefinition, String> {
    if text.matches(from).count() != 1 {
        return Err(format!("`{from}` does not stand in the definition exactly once"));
    }
    check(&text.replace(from, to))
}

fn read(definition: &CheckedDefinition, files: [PathBuf; 2], as_of: i64) -> Result<Dataset, String> {
    let mut input = Input::new(definition, |_| {});
    for (kind, path) in [RowKind::Lead, RowKind::Event].into_iter().zip(files) {
        let file = File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        input.read_parquet(kind, "file", file, &|_| {}).map_err(|error| error.to_string())?;
    }
    input.finish(as_of).map_err(|error| error.to_string())
}

/// Compares every lead with scoring anew.
fn compare(bench: &mut Workbench, version: &CheckedDefinition, data: &Dataset, as_of: i64) -> Result<(), String> {
    let anew = score_batch(version, &data.leads, &data.events, as_of, BatchOptions::default());
    let tried = bench.rank(version).map_err(|error| error.to_string())?;
    let differs = anew.iter().zip(tried.iter()).find(|(anew, tried)| anew.to_score() != tried.to_score());
    match differs {
        Some((anew, _)) => Err(format!("{} is scored otherwise", anew.lead_id())),
        None if anew.len() != tried.len() => Err(format!("{} leads instead of {}", tried.len(), anew.len())),
        None => Ok(()),
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = values.get(middle).copied().unwrap_or_default();
    if values.len() % 2 == 1 {
        upper
    } else {
        (upper + values.get(middle.wrapping_sub(1)).copied().unwrap_or(upper)) / 2.0
    }
}
