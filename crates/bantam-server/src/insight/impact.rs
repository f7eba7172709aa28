//! What another definition would change for the leads in the store.

use super::cache::{Basis, blocking, turn};
use super::facts::{Timelines, active, kept};
use crate::app::App;
use crate::problem::Problem;
use bantam_core::{DefinitionText, Rules};
use bantam_engine::input::Dataset;
use bantam_engine::scores::Reason;
use bantam_insight::document::Document;
use bantam_insight::history::{Wishes, prepare};
use bantam_insight::impact::{ImpactOptions, Judged, Reading, document};
use bantam_insight::whatif::{Moved, Pace, PaceBench, WhatIf, Workbench};
use bantam_lang::CheckedDefinition;
use bantam_store::Seq;
use std::sync::{Arc, Mutex};
use tokio::runtime::Handle;

/// What is asked of an impact.
pub(crate) struct ImpactWish {
    /// The definition that is looked at.
    pub(crate) fingerprint: String,
    /// The one it is compared with; the active one unless given.
    pub(crate) against: Option<String>,
    pub(crate) options: ImpactOptions,
    pub(crate) reading: Reading,
}

/// Returns what a definition would change, as of now.
pub(crate) async fn impact(app: &App, wish: ImpactWish) -> Result<Document, Problem> {
    let ImpactWish { fingerprint, against, options, reading } = wish;
    let found = app.read(move |reader| {
        reader.read(|ledger| {
            let unknown = || Problem::not_found("there is no such definition");
            let new = kept(ledger, &fingerprint)?.ok_or_else(unknown)?;
            let (old, seq) = match against {
                None => active(ledger)?,
                Some(against) => (kept(ledger, &against)?.ok_or_else(unknown)?, ledger.last_fact()?),
            };
            Ok::<_, Problem>(([old, new], seq))
        })
    });
    let (definitions, seq) = found.await?;
    let _turn = turn(app).await?;
    let (app, handle, now) = (app.clone(), Handle::current(), app.now());
    blocking(move || compare(&app, &handle, &definitions, seq, now, &options, reading)).await
}

fn compare(
    app: &App,
    handle: &Handle,
    definitions: &[CheckedDefinition; 2],
    last: Seq,
    now: i64,
    options: &ImpactOptions,
    reading: Reading,
) -> Result<Document, Problem> {
    let prepared = definitions.each_ref().map(|definition| prepare(&definition.meaning(), &Wishes::default()));
    let [old, new] = &prepared;
    let rules = prepared.each_ref().map(|prepared| Arc::new(Rules::of(0, String::new(), prepared.meaning.clone())));
    let [old_rules, new_rules] = &rules;
    let read = |rules: &Arc<Rules>| dataset(app, handle, rules, last, now);
    let old_data = read(old_rules)?;
    let other = if old_rules.reads_as(new_rules) { None } else { Some(read(new_rules)?) };
    let new_data = other.as_ref().unwrap_or(&old_data);
    let [old_definition, new_definition] = definitions;
    let old = Judged::new(old_definition, old, &old_data, now, &|_| {});
    let new = Judged::new(new_definition, new, new_data, now, &|_| {});
    Ok(document(&bantam_insight::impact::impact(&old, &new, options), reading))
}

fn dataset(app: &App, handle: &Handle, rules: &Arc<Rules>, last: Seq, now: i64) -> Result<Dataset, Problem> {
    let mut timelines = Timelines::new(app, handle, rules.clone(), last);
    let data = Dataset::of_timelines(&rules.meaning, &mut timelines, now);
    timelines.finish()?;
    Ok(data)
}

/// The leads there are, with what the active definition makes of each, ready for others.
pub(crate) struct Bench {
    workbench: Mutex<Workbench>,
    pace: PaceBench,
}

/// How many leads are walked through time for each version. Ten thousand with 190,000 events took a third of a second on two
/// cores without all optimisation.
const WALKED: usize = 10_000;

/// What a definition that somebody types would do.
#[derive(Debug)]
pub(crate) enum Tried {
    /// It has errors.
    Faulty,
    /// It reads other columns: to be told by [`impact`], which reads everything anew.
    ReadsOthers,
    /// Who would stand where, why, and how many would be handed over.
    Found(Box<Trial>),
}

/// What is found of a definition.
#[derive(Debug)]
pub(crate) struct Trial {
    pub(crate) whatif: WhatIf,
    /// For each lead that is named, why it moves.
    pub(crate) why: Vec<Reasoned>,
    /// Hand-offs a week; `None` where one of the two definitions hands nothing over.
    pub(crate) pace: Option<Pace>,
}

/// What moves a lead: rules with the points they give now, and then.
pub(crate) type Reasoned = Vec<(String, i64, i64)>;

/// Returns what a definition would do beside the active one, at once; `first` leads that move are named.
pub(crate) async fn whatif(app: &App, text: DefinitionText, first: usize) -> Result<Tried, Problem> {
    let (definition, seq) = app.read(|reader| reader.read(active)).await?;
    let basis = Basis { fingerprint: definition.fingerprint().to_string(), seq };
    let (reading, handle) = (app.clone(), Handle::current());
    // Reports read some columns beside the definition's own; scores are the same with them.
    let prepared = prepare(&definition.meaning(), &Wishes::default());
    let base = prepared.meaning.clone();
    let bench = app.insight.bench.get(app, basis, move |now| {
        let rules = Arc::new(Rules::of(0, String::new(), prepared.meaning.clone()));
        let data = dataset(&reading, &handle, &rules, seq, now)?;
        let pace = PaceBench::new(&prepared, &data, now, WALKED);
        Ok(Bench { workbench: Mutex::new(Workbench::new(&prepared.meaning, data, now)), pace })
    });
    let bench = bench.await?;
    blocking(move || {
        let Some(version) = text.check() else { return Ok(Tried::Faulty) };
        let prepared = prepare(&version.meaning(), &Wishes::default());
        let version = &prepared.meaning;
        let pace = &bench.pace;
        let mut bench = bench.workbench.lock().map_err(|_| Problem::fault("a comparison panicked"))?;
        let Ok(found) = bench.try_definition(version, first) else { return Ok(Tried::ReadsOthers) };
        let why = |moved: &Moved| {
            let before = bench.reasons(&base, moved.lead).unwrap_or_default();
            let after = bench.reasons(version, moved.lead).unwrap_or_default();
            reasoned(&before, &after)
        };
        let why = found.first.iter().map(why).collect();
        // Whoever tries another version need not wait for this.
        drop(bench);
        Ok(Tried::Found(Box::new(Trial { whatif: found, why, pace: pace.try_definition(&prepared) })))
    })
    .await
}

/// Returns the rules that give other points than before, those that differ most first.
fn reasoned(before: &[Reason], after: &[Reason]) -> Reasoned {
    let name = |reason: &Reason| match (&reason.rule, &reason.group) {
        (Some(rule), _) => rule.clone(),
        (None, Some(group)) => format!("limit of {group}"),
        (None, None) => format!("limit of {}", reason.section.word()),
    };
    let mut all: Reasoned = before.iter().map(|reason| (name(reason), reason.points, 0)).collect();
    for reason in after {
        let name = name(reason);
        match all.iter_mut().find(|(known, ..)| *known == name) {
            Some((_, _, then)) => *then = reason.points,
            None => all.push((name, 0, reason.points)),
        }
    }
    all.retain(|(_, now, then)| now != then);
    all.sort_by_key(|(_, now, then)| std::cmp::Reverse(now.abs_diff(*then)));
    all
}
