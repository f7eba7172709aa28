//! The history of all leads under the active definition, with what was spent.

use super::cache::Basis;
use super::facts::{Timelines, active};
use crate::api::spend::spent_after;
use crate::app::App;
use crate::problem::Problem;
use bantam_core::Rules;
use bantam_core::fact::FactKind;
use bantam_insight::history::{History, Wishes, gather, prepare};
use bantam_insight::report::Spend;
use bantam_lang::CheckedDefinition;
use bantam_store::{Ledger, Seq};
use std::sync::Arc;
use tokio::runtime::Handle;

/// How much of what was spent is read together.
const SPEND_AT_ONCE: usize = 1_000;

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
}

impl App {
    /// Returns the history of all leads under the active definition, as of about now.
    pub(crate) async fn history(&self) -> Result<Arc<Told>, Problem> {
        let (definition, seq) = self.read(|reader| reader.read(active)).await?;
        if definition.meaning().hand_off.is_none() {
            let message = "the active definition says nowhere at which stage a lead passes to sales; add `hand_off`";
            return Err(Problem::conflict(message));
        }
        let basis = Basis { fingerprint: definition.fingerprint().to_string(), seq };
        let (app, handle) = (self.clone(), Handle::current());
        self.insight.history.get(self, basis, move |now| tell(&app, &handle, &definition, seq, now)).await
    }
}

fn tell(app: &App, handle: &Handle, definition: &CheckedDefinition, last: Seq, now: i64) -> Result<Told, Problem> {
    let meaning = definition.meaning();
    let prepared = prepare(&meaning, &Wishes::default());
    let fingerprint = definition.fingerprint().to_string();
    let rules = Arc::new(Rules::of(0, fingerprint.clone(), prepared.meaning.clone()));
    let mut timelines = Timelines::new(app, handle, rules, last);
    let history = gather(&prepared, &mut timelines, now, &|_| {});
    timelines.finish()?;
    let spend = handle.block_on(app.read(move |reader| reader.read(|ledger| spend(ledger, last))))?;
    Ok(Told { history, spend, definition: meaning.name.clone(), fingerprint })
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
