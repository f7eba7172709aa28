//! Measures scoring one lead at a time: by [`score_lead`], and the same rules by the `cel` crate.
//!
//! `cargo xtask bench live` runs it. Leads come in turn, so that no branch predictor learns one of them. Every lead's score
//! must be the same on both sides, else there are no figures. The leads are written to a file, with their scores, for whoever
//! is measured in another language. Prints a JSON object: microseconds per lead, by what scored it.
//!
//! Without `--bench`, which `cargo bench` gives, nothing is measured: tests never wait for it.

#![expect(clippy::print_stdout, reason = "figures are what a benchmark prints")]

#[path = "live/by_cel.rs"]
mod by_cel;
#[path = "live/workload.rs"]
mod workload;

use bantam_engine::live::{Plan, compile, score_lead};
use bantam_engine::timeline::Timeline;
use bantam_lang::meaning::{Attribute, Meaning, Value};
use bantam_lang::source::Source;
use by_cel::CelRules;
use serde_json::json;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use std::{env, fs};
use workload::{AS_OF, ATTRIBUTES, PROPERTIES, make_leads};

/// How long one side is measured before it is the other's turn.
const TURN: Duration = Duration::from_millis(250);

/// What must be equal whoever computes it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Points {
    pub(crate) fit: i64,
    pub(crate) engagement: i64,
    pub(crate) stage: &'static str,
}

fn main() -> Result<(), String> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let options = Options::read(&arguments)?;
    let plan = read_plan()?;
    let rules = CelRules::compile()?;
    let leads = make_leads(options.leads, options.events);
    compare(&plan, &rules, &leads)?;
    write_leads(&plan, &leads, &options.data.join("leads.json"))?;
    let (mut live, mut cel) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        let score = |lead: &Timeline| drop(black_box(score_lead(&plan, black_box(lead), AS_OF)));
        measure(&leads, score, &mut live);
        measure(&leads, |lead| drop(black_box(rules.score(black_box(lead)))), &mut cel);
    }
    println!("{}", json!({ "score_lead": median(live), "cel": median(cel) }));
    Ok(())
}

/// What to measure.
struct Options {
    leads: usize,
    events: usize,
    rounds: usize,
    /// Where the leads are written.
    data: PathBuf,
}

impl Options {
    fn read(arguments: &[String]) -> Result<Self, String> {
        let after = |name: &str| arguments.iter().skip_while(|argument| *argument != name).nth(1);
        let number = |name: &str| {
            let text = after(name).ok_or_else(|| format!("`{name}` is missing"))?;
            text.parse().ok().filter(|&number: &usize| number > 0).ok_or_else(|| format!("{name} {text}: not a number"))
        };
        Ok(Options {
            leads: number("--leads")?,
            events: number("--events")?,
            rounds: number("--rounds")?,
            data: after("--data").ok_or("`--data` is missing")?.into(),
        })
    }
}

/// Reads the definition, whose attributes must be those of the workload.
fn read_plan() -> Result<Plan, String> {
    let text = include_str!("../../../benches/batch/definition.yaml");
    let loaded = bantam_lang::load(Source::new("definition.yaml", text), &mut |list| Err(format!("no list {list}")));
    let meaning = loaded.checked.ok_or("the definition has errors")?.meaning();
    let Meaning { lead, event, .. } = &*meaning;
    let is_made = |attributes: &[Attribute], made: &[&str]| attributes.iter().map(|attribute| &attribute.name).eq(made);
    if !is_made(&lead.attributes, &ATTRIBUTES) || !is_made(&event.properties, &PROPERTIES) {
        return Err("the workload does not make what the definition declares".to_owned());
    }
    Ok(compile(meaning))
}

/// Compares the scores of all leads.
fn compare(plan: &Plan, rules: &CelRules, leads: &[Timeline]) -> Result<(), String> {
    for lead in leads {
        let ours = score_lead(plan, lead, AS_OF).ok_or_else(|| format!("{}: no score", lead.lead_id))?;
        let theirs = rules.score(lead)?;
        if (ours.fit, ours.engagement, ours.stage.as_deref()) != (theirs.fit, theirs.engagement, Some(theirs.stage)) {
            return Err(format!("{}: bantam gives {ours:?}, cel gives {theirs:?}", lead.lead_id));
        }
    }
    Ok(())
}

/// Writes the leads with their scores.
fn write_leads(plan: &Plan, leads: &[Timeline], path: &PathBuf) -> Result<(), String> {
    let leads: Vec<serde_json::Value> = leads.iter().map(|lead| lead_json(plan, lead)).collect();
    let text = json!({ "as_of": AS_OF, "leads": leads }).to_string();
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn lead_json(plan: &Plan, lead: &Timeline) -> serde_json::Value {
    let score = score_lead(plan, lead, AS_OF).unwrap_or_default();
    let attributes = lead.profiles.last().map_or(&[][..], |row| &row.attributes);
    let event = |event: &bantam_engine::timeline::TimelineEvent| {
        let properties = values_json(&PROPERTIES, &event.properties);
        json!({ "name": event.name, "time": event.time, "properties": properties })
    };
    json!({
        "id": lead.lead_id,
        "attributes": values_json(&ATTRIBUTES, attributes),
        "events": lead.events.iter().map(event).collect::<Vec<_>>(),
        "score": { "fit": score.fit, "engagement": score.engagement, "stage": score.stage },
    })
}

/// Values by name; what is missing is null.
fn values_json(names: &[&str], values: &[Option<Value>]) -> serde_json::Value {
    let value = |value: &Option<Value>| match value {
        None => serde_json::Value::Null,
        Some(Value::Text(text)) => json!(text),
        Some(Value::Number(number)) => json!(number),
        Some(Value::Boolean(truth)) => json!(truth),
        Some(Value::Time(time)) => json!(time),
    };
    names.iter().zip(values).map(|(name, of_lead)| ((*name).to_owned(), value(of_lead))).collect()
}

/// Scores all leads in turn until the time is up, and adds how long a lead took on each pass over them, in microseconds.
/// The first pass is not counted.
fn measure(leads: &[Timeline], score: impl Fn(&Timeline), passes: &mut Vec<f64>) {
    leads.iter().for_each(&score);
    let start = Instant::now();
    while start.elapsed() < TURN {
        let pass = Instant::now();
        leads.iter().for_each(&score);
        passes.push(pass.elapsed().as_secs_f64() * 1e6 / leads.len() as f64);
    }
}

fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied()
}
