//! The history of all leads under the active definition, with what was spent.

use super::cache::{Basis, Compute, Looked, turn};
use super::erased::Erased;
use super::facts::{Reading, Timelines, active, kept};
use super::progress::Progress;
use crate::api::spend::spent_after;
use crate::app::App;
use crate::problem::Problem;
use bantam_core::definitions::Version;
use bantam_core::fact::FactKind;
use bantam_core::{Rules, read_fact};
use bantam_insight::history::{History, Wishes, gather, prepare};
use bantam_insight::report::Spend;
use bantam_lang::CheckedDefinition;
use bantam_store::{Ledger, Seq};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;
use tokio::runtime::Handle;

/// How much of what was spent is read together.
const SPEND_AT_ONCE: usize = 1_000;

/// How many facts about nobody are read together.
const FACTS_AT_ONCE: usize = 1_000;
/// How much of a fingerprint tells versions apart.
const SHORT: usize = 8;

/// What there is to report on.
pub(crate) struct Told {
    /// All leads, up to its own moment.
    pub(crate) history: History,
    /// What was spent; `None` where nothing was entered.
    pub(crate) spend: Option<Vec<Spend>>,
    /// The definition's name, where it has one.
    pub(crate) definition: Option<String>,
    /// The definition's fingerprint.
    pub(crate) fingerprint: String,
    /// The last fact that is in it.
    pub(super) last: Seq,
}

impl App {
    /// Returns the history of all leads under the active definition, as of about now.
    pub(crate) async fn history(&self) -> Result<Arc<Told>, Problem> {
        let (basis, compute) = self.history_work().await?;
        self.insight.history.get(self, &basis, compute).await
    }

    /// Returns the same as far as it is there.
    pub(super) async fn look_at_history(&self, until: Instant) -> Result<Looked<Told>, Problem> {
        let (basis, compute) = self.history_work().await?;
        self.insight.history.look(self, &basis, until, compute).await
    }

    async fn history_work(&self) -> Result<(Basis, impl Fn() -> Compute<Told> + use<>), Problem> {
        let (definition, seq) = self.read(|reader| reader.read(active)).await?;
        if definition.meaning().hand_off.is_none() {
            let message = "the active definition says nowhere at which stage a lead passes to sales; add `hand_off`";
            return Err(Problem::conflict(message));
        }
        let basis = Basis { of: definition.fingerprint().to_string(), seq };
        let (app, handle, definition) = (self.clone(), Handle::current(), Arc::new(definition));
        let compute = move || -> Compute<Told> {
            let (app, handle, definition) = (app.clone(), handle.clone(), definition.clone());
            Box::new(move |now, progress: &Arc<Progress>| {
                let reading = Reading { app: &app, handle: &handle, last: seq, progress };
                tell(&reading, &definition, now)
            })
        };
        Ok((basis, compute))
    }
}

fn tell(reading: &Reading<'_>, definition: &CheckedDefinition, now: i64) -> Result<Told, Problem> {
    let Reading { app, handle, last, .. } = *reading;
    let _turn = turn(app, handle)?;
    reading.expect(1)?;
    let meaning = definition.meaning();
    let prepared = prepare(&meaning, &Wishes::default());
    let fingerprint = definition.fingerprint().to_string();
    let rules = Arc::new(Rules::of(0, fingerprint.clone(), prepared.meaning.clone()));
    let mut timelines = Timelines::new(reading, rules);
    let mut history = gather(&prepared, &mut timelines, now, &|_| {});
    timelines.finish()?;
    history.versions = handle.block_on(app.read(move |reader| reader.read(|ledger| versions(ledger, last))))?;
    history.add_erased(&prepared, erased(app, handle)?.into_remains());
    let spend = handle.block_on(app.read(move |reader| reader.read(|ledger| spend(ledger, last))))?;
    Ok(Told { history, spend, definition: meaning.name.clone(), fingerprint, last })
}

/// Returns what is left of people who were erased.
fn erased(app: &App, handle: &Handle) -> Result<Erased, Problem> {
    let (mut erased, mut next) = (Erased::default(), Some(0));
    while let Some(after) = next {
        let mut so_far = erased;
        let read = app.read(move |reader| reader.read(|ledger| so_far.read(ledger, after).map(|next| (so_far, next))));
        (erased, next) = handle.block_on(read)?;
    }
    Ok(erased)
}

/// Returns from when on which version of the definition decided, up to a fact.
fn versions(ledger: &mut dyn Ledger, last: Seq) -> Result<Vec<(i64, String)>, Problem> {
    let (mut moments, mut after) = (BTreeSet::new(), 0);
    loop {
        let facts = ledger.facts_of_nobody(after, FACTS_AT_ONCE)?;
        for stored in &facts {
            after = stored.seq;
            let fact = read_fact(stored)?.filter(|_| stored.seq <= last);
            if let Some(FactKind::Activation { fingerprint } | FactKind::SignedActivation { fingerprint, .. }) =
                fact.map(|fact| fact.kind)
            {
                moments.insert((stored.received_at, fingerprint));
            }
        }
        if facts.len() < FACTS_AT_ONCE {
            break;
        }
    }
    let mut names = BTreeMap::new();
    for (_, fingerprint) in ledger.definitions()? {
        let begun = Version::read(ledger, &fingerprint)?.and_then(|version| version.activated_at);
        // One that was to become active later did so without a fact.
        moments.extend(begun.map(|at| (at, fingerprint.clone())));
        let title = kept(ledger, &fingerprint)?.and_then(|definition| definition.meaning().name.clone());
        let short: String = fingerprint.chars().take(SHORT).collect();
        names.insert(fingerprint, title.map_or(short.clone(), |title| format!("{title} {short}")));
    }
    let named = |(at, fingerprint): (i64, String)| Some((at, names.get(&fingerprint)?.clone()));
    Ok(moments.into_iter().filter_map(named).collect())
}

/// Returns what was spent, up to a fact.
fn spend(ledger: &mut dyn Ledger, last: Seq) -> Result<Option<Vec<Spend>>, Problem> {
    let (mut spent, mut after) = (Vec::new(), 0);
    loop {
        let found = spent_after(ledger, after, SPEND_AT_ONCE)?;
        let is_all = found.len() < SPEND_AT_ONCE;
        for (stored, fact) in found {
            after = stored.seq;
            let is_known = stored.seq <= last && stored.retracted_by.is_none_or(|by| by > last);
            if let (true, FactKind::Spend { amount, campaign, lead_source, .. }) = (is_known, fact.kind) {
                spent.push(Spend { date: fact.happened_at, amount, source: lead_source, campaign });
            }
        }
        if is_all {
            return Ok(Some(spent).filter(|spent| !spent.is_empty()));
        }
    }
}
