//! What another definition would change for the leads in the store.

use super::cache::{Basis, Compute, Looked, patience, turn};
use super::facts::{Reading, Timelines, active, kept};
use super::progress::Progress;
use crate::app::App;
use crate::problem::Problem;
use bantam_core::definitions::text_digest;
use bantam_core::{DefinitionText, Rules};
use bantam_engine::input::Dataset;
use bantam_engine::scores::Reason;
use bantam_insight::document::Document;
use bantam_insight::history::{Prepared, Wishes, prepare};
use bantam_insight::impact::{ImpactOptions, Judged, Reading as By, document};
use bantam_insight::whatif::{Moved, Pace, PaceBench, WhatIf, Workbench};
use bantam_lang::CheckedDefinition;
use bantam_lang::meaning::Meaning;
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
    pub(crate) reading: By,
}

/// Returns what a definition would change, as of about now.
pub(crate) async fn impact(app: &App, wish: ImpactWish) -> Result<Arc<Document>, Problem> {
    let (basis, compute) = comparison(app, wish).await?;
    app.insight.comparisons.get(app, &basis, compute).await
}

/// Returns the same as far as it is there.
pub(crate) async fn compared(app: &App, wish: ImpactWish) -> Result<Looked<Document>, Problem> {
    let (basis, compute) = comparison(app, wish).await?;
    app.insight.comparisons.look(app, &basis, patience(), compute).await
}

async fn comparison(app: &App, wish: ImpactWish) -> Result<(Basis, impl Fn() -> Compute<Document> + use<>), Problem> {
    let ImpactWish { fingerprint, against, options, reading: by } = wish;
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
    let fingerprints = definitions.each_ref().map(|definition| definition.fingerprint().to_string()).join(" ");
    let basis = Basis { of: format!("{fingerprints} {options:?} {by:?}"), seq };
    let (app, handle) = (app.clone(), Handle::current());
    let asked = Arc::new((definitions, options));
    let compute = move || -> Compute<Document> {
        let (app, handle, asked) = (app.clone(), handle.clone(), asked.clone());
        Box::new(move |now, progress: &Arc<Progress>| {
            let reading = Reading { app: &app, handle: &handle, last: seq, progress };
            compare(&reading, &asked.0, now, &asked.1, by)
        })
    };
    Ok((basis, compute))
}

fn compare(
    reading: &Reading<'_>,
    definitions: &[CheckedDefinition; 2],
    now: i64,
    options: &ImpactOptions,
    by: By,
) -> Result<Document, Problem> {
    let _turn = turn(reading.app, reading.handle)?;
    let prepared = definitions.each_ref().map(|definition| prepare(&definition.meaning(), &Wishes::default()));
    let [old, new] = &prepared;
    let rules = prepared.each_ref().map(|prepared| Arc::new(Rules::of(0, String::new(), prepared.meaning.clone())));
    let [old_rules, new_rules] = &rules;
    let is_one = old_rules.reads_as(new_rules);
    reading.expect(if is_one { 1 } else { 2 })?;
    let old_data = dataset(reading, old_rules, now)?;
    let other = if is_one { None } else { Some(dataset(reading, new_rules, now)?) };
    let new_data = other.as_ref().unwrap_or(&old_data);
    let [old_definition, new_definition] = definitions;
    let old = Judged::new(old_definition, old, &old_data, now, &|_| {});
    let new = Judged::new(new_definition, new, new_data, now, &|_| {});
    Ok(document(&bantam_insight::impact::impact(&old, &new, options), by))
}

fn dataset(reading: &Reading<'_>, rules: &Arc<Rules>, now: i64) -> Result<Dataset, Problem> {
    let mut timelines = Timelines::new(reading, rules.clone());
    let data = Dataset::of_timelines(&rules.meaning, &mut timelines, now);
    timelines.finish()?;
    Ok(data)
}

/// The leads there are, with what the active definition makes of each, ready for others.
pub(crate) struct Bench {
    workbench: Mutex<Workbench>,
    pace: PaceBench,
    /// The moment it is as of.
    as_of: i64,
    /// The last fact that is in it.
    last: Seq,
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

/// Returns what a definition would do beside the active one; `first` leads that move are named.
pub(crate) async fn whatif(app: &App, text: DefinitionText, first: usize) -> Result<Arc<Tried>, Problem> {
    let base = Base::read(app).await?;
    let bench = app.insight.bench.get(app, &base.basis, || base.compute(app)).await?;
    let (basis, compute) = trying(&base, bench, text, first);
    app.insight.trials.get(app, &basis, compute).await
}

/// Returns the same as far as it is there.
pub(crate) async fn tried(app: &App, text: DefinitionText, first: usize) -> Result<Looked<Tried>, Problem> {
    let (until, base) = (patience(), Base::read(app).await?);
    let (bench, newer) = match app.insight.bench.look(app, &base.basis, until, || base.compute(app)).await? {
        Looked::Found(bench, newer) => (bench, newer),
        Looked::Working(progress) => return Ok(Looked::Working(progress)),
    };
    let (basis, compute) = trying(&base, bench, text, first);
    Ok(app.insight.trials.look(app, &basis, until, compute).await?.newer(newer))
}

/// What others are compared with: the active definition.
struct Base {
    basis: Basis,
    // Reports read some columns beside the definition's own; scores are the same with them.
    prepared: Arc<Prepared>,
}

impl Base {
    async fn read(app: &App) -> Result<Base, Problem> {
        let (definition, seq) = app.read(|reader| reader.read(active)).await?;
        let basis = Basis { of: definition.fingerprint().to_string(), seq };
        Ok(Base { basis, prepared: Arc::new(prepare(&definition.meaning(), &Wishes::default())) })
    }

    fn compute(&self, app: &App) -> Compute<Bench> {
        let (app, handle, prepared, last) = (app.clone(), Handle::current(), self.prepared.clone(), self.basis.seq);
        Box::new(move |now, progress: &Arc<Progress>| {
            let reading = Reading { app: &app, handle: &handle, last, progress };
            let _turn = turn(&app, &handle)?;
            reading.expect(1)?;
            let rules = Arc::new(Rules::of(0, String::new(), prepared.meaning.clone()));
            let data = dataset(&reading, &rules, now)?;
            let pace = PaceBench::new(&prepared, &data, now, WALKED);
            let workbench = Mutex::new(Workbench::new(&prepared.meaning, data, now));
            Ok(Bench { workbench, pace, as_of: now, last })
        })
    }
}

/// Returns by what a trial is known, and what makes it.
fn trying(
    base: &Base,
    bench: Arc<Bench>,
    text: DefinitionText,
    first: usize,
) -> (Basis, impl Fn() -> Compute<Tried> + use<>) {
    let of = format!("{} {} {} {first} {}", base.basis.of, bench.last, bench.as_of, text_digest(&text));
    let basis = Basis { of, seq: bench.last };
    let (meaning, text) = (base.prepared.meaning.clone(), Arc::new(text));
    let compute = move || -> Compute<Tried> {
        let (bench, meaning, text) = (bench.clone(), meaning.clone(), text.clone());
        Box::new(move |_, _| try_out(&bench, &meaning, &text, first))
    };
    (basis, compute)
}

fn try_out(bench: &Bench, base: &Arc<Meaning>, text: &DefinitionText, first: usize) -> Result<Tried, Problem> {
    let Some(version) = text.check() else { return Ok(Tried::Faulty) };
    let prepared = prepare(&version.meaning(), &Wishes::default());
    let version = &prepared.meaning;
    let pace = &bench.pace;
    let mut bench = bench.workbench.lock().map_err(|_| Problem::fault("a comparison panicked"))?;
    let Ok(found) = bench.try_definition(version, first) else { return Ok(Tried::ReadsOthers) };
    let why = |moved: &Moved| {
        let before = bench.reasons(base, moved.lead).unwrap_or_default();
        let after = bench.reasons(version, moved.lead).unwrap_or_default();
        reasoned(&before, &after)
    };
    let why = found.first.iter().map(why).collect();
    // Whoever tries another version need not wait for this.
    drop(bench);
    Ok(Tried::Found(Box::new(Trial { whatif: found, why, pace: pace.try_definition(&prepared) })))
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
