//! What another definition would change for the leads in the store.

use super::cache::{Basis, blocking, turn};
use super::facts::{Timelines, active, kept};
use crate::app::App;
use crate::core::{DefinitionText, Rules};
use crate::problem::Problem;
use bantam_engine::input::Dataset;
use bantam_insight::document::Document;
use bantam_insight::history::{Wishes, prepare};
use bantam_insight::impact::{ImpactOptions, Judged, Reading, document};
use bantam_insight::whatif::{WhatIf, Workbench};
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
pub(crate) struct Bench(Mutex<Workbench>);

/// What a definition that somebody types would do.
#[derive(Debug)]
pub(crate) enum Tried {
    /// It has errors.
    Faulty,
    /// It reads other columns: to be told by [`impact`], which reads everything anew.
    ReadsOthers,
    /// Who would stand where.
    Found(Box<WhatIf>),
}

/// Returns what a definition would do beside the active one, at once; `first` leads that move are named.
pub(crate) async fn whatif(app: &App, text: DefinitionText, first: usize) -> Result<Tried, Problem> {
    let (definition, seq) = app.read(|reader| reader.read(active)).await?;
    let basis = Basis { fingerprint: definition.fingerprint().to_string(), seq };
    let (reading, handle) = (app.clone(), Handle::current());
    let bench = app.insight.bench.get(app, basis, move |now| {
        let meaning = definition.meaning();
        let rules = Arc::new(Rules::of(0, String::new(), meaning.clone()));
        let data = dataset(&reading, &handle, &rules, seq, now)?;
        Ok(Bench(Mutex::new(Workbench::new(&meaning, data, now))))
    });
    let bench = bench.await?;
    blocking(move || {
        let Some(version) = text.check() else { return Ok(Tried::Faulty) };
        let mut bench = bench.0.lock().map_err(|_| Problem::fault("a comparison panicked"))?;
        let found = bench.try_definition(&version.meaning(), first);
        Ok(found.map_or(Tried::ReadsOthers, |found| Tried::Found(Box::new(found))))
    })
    .await
}
