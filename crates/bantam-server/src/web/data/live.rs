//! Live events: what came in lately, how each was read, and what listens to it.

use super::{Tab, frame, tabs};
use crate::api::extract::FromQuery;
use crate::api::shown::active_rules;
use crate::app::App;
use crate::problem::Problem;
use crate::web::access::Visitor;
use crate::web::changes;
use crate::web::frame::{Frame, render};
use crate::web::lead::calendar;
use crate::web::lead::story::{answer_words, flag_words, listed};
use crate::web::marks::{Names, lead_path};
use crate::web::words::{Calendar, Moment, amount};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bantam_core::fact::{Fact, FactKind};
use bantam_core::{Rules, read_fact};
use bantam_lang::meaning::{EventSet, Meaning, RuleKind, SignalKind};
use bantam_store::{Ledger, QuarantineFilter, StoredFact};
use serde::Deserialize;
use std::collections::HashMap;

/// How many facts a page shows.
const ROWS: usize = 60;
/// How many refused ones stand beside.
const REFUSED: usize = 8;

/// Where the page begins.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shown {
    /// Only what came before this number.
    before: Option<i64>,
}

/// Something that came in.
struct Row {
    number: i64,
    who: String,
    path: Option<String>,
    what: String,
    detail: String,
    /// How it was read.
    kind: &'static str,
    notes: Vec<String>,
    listeners: Vec<String>,
    source: String,
    received: Moment,
    /// When it happened, where that was not when it came.
    happened: Option<Moment>,
}

/// Something that was refused.
struct Refused {
    path: String,
    reason: String,
    source: String,
    received: Moment,
}

#[derive(Template)]
#[template(path = "data_live.html")]
struct Page {
    frame: Frame,
    tabs: [Tab; 6],
    rows: Vec<Row>,
    refused: Vec<Refused>,
    earlier: Option<i64>,
    is_latest: bool,
    version: i64,
}

/// Shows what came in.
pub(crate) async fn show(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromQuery(shown): FromQuery<Shown>,
) -> Result<Response, Problem> {
    let now = app.now();
    app.read(move |reader| {
        reader.read(|ledger| {
            let rules = active_rules(ledger)?;
            let calendar = calendar(rules.as_deref(), now);
            let names = Names::read(ledger)?;
            let stored = ledger.facts_before(shown.before.unwrap_or(i64::MAX), ROWS)?;
            let mut listening = Listening::default();
            let mut rows = Vec::with_capacity(stored.len());
            for stored in &stored {
                rows.extend(Row::read(ledger, rules.as_deref(), stored, &calendar, &names, &mut listening)?);
            }
            let frame = frame(&signed, "Live events");
            Ok(render(&Page {
                frame: if shown.before.is_none() { frame.live() } else { frame },
                tabs: tabs("/data"),
                earlier: stored.last().filter(|last| last.seq > 1).map(|last| last.seq),
                is_latest: shown.before.is_none(),
                rows,
                refused: refused(ledger, &calendar)?,
                version: changes::version(ledger)?,
            }))
        })
    })
    .await
}

fn refused(ledger: &mut dyn Ledger, calendar: &Calendar) -> Result<Vec<Refused>, Problem> {
    let filter = QuarantineFilter { newest_first: true, limit: REFUSED, ..QuarantineFilter::default() };
    let one = |(id, refused): (i64, bantam_store::Refused)| Refused {
        path: format!("/data/quarantine/{id}"),
        reason: super::quarantine::why(&refused),
        source: refused.source,
        received: calendar.moment(refused.received_at),
    };
    Ok(ledger.quarantined(&filter)?.into_iter().map(one).collect())
}

/// What listens to events, by their names; looked up once for each.
type Listening = HashMap<String, Vec<String>>;

impl Row {
    fn read(
        ledger: &mut dyn Ledger,
        rules: Option<&Rules>,
        stored: &StoredFact,
        calendar: &Calendar,
        names: &Names,
        listening: &mut Listening,
    ) -> Result<Option<Row>, Problem> {
        let lead = match stored.subject {
            Some(subject) => ledger.subject_by_id(subject)?.and_then(|subject| subject.lead),
            None => None,
        };
        let lead = lead.map(|lead| ledger.subject_by_id(lead)).transpose()?.flatten().filter(|lead| !lead.erased);
        let mut row = Row {
            number: stored.seq,
            who: lead.as_ref().map(|lead| lead.name.clone()).unwrap_or_default(),
            path: lead.map(|lead| lead_path(&lead.name)),
            what: "Erased".into(),
            detail: String::new(),
            kind: "erased",
            notes: Vec::new(),
            listeners: Vec::new(),
            source: String::new(),
            received: calendar.moment(stored.received_at),
            happened: None,
        };
        let Some(fact) = read_fact(stored)? else { return Ok(Some(row)) };
        // These came from nowhere: the service writes down how it goes on.
        if matches!(fact.kind, FactKind::Renewal { .. }) {
            return Ok(None);
        }
        if row.who.is_empty() {
            row.who = match (&fact.user, &fact.anonymous) {
                (Some(user), _) => user.clone(),
                (None, Some(visitor)) => format!("visitor {visitor}"),
                (None, None) => String::new(),
            };
        }
        (row.kind, row.what, row.detail) = told(&fact, names);
        row.notes = fact.flags.iter().map(|flag| flag_words(*flag).to_owned()).collect();
        if stored.retracted_by.is_some() {
            row.notes.push("taken back".into());
        }
        if let (Some(rules), FactKind::Event { name, .. }) = (rules, &fact.kind) {
            let known = listening.entry(name.clone()).or_insert_with(|| listeners(&rules.meaning, name));
            row.listeners.clone_from(known);
        }
        let is_apart = fact.happened_at.abs_diff(stored.received_at) > 60_000_000;
        row.happened = is_apart.then(|| calendar.moment(fact.happened_at));
        row.source = names.of(&fact.source);
        Ok(Some(row))
    }
}

/// Returns how a fact was read, what it says in short, and more of it.
fn told(fact: &Fact, names: &Names) -> (&'static str, String, String) {
    match &fact.kind {
        FactKind::Event { name, properties } => ("event", name.clone(), listed(properties)),
        FactKind::Profile { traits, .. } => ("attributes", "Attributes".into(), listed(traits)),
        FactKind::Qualification { answers, .. } => ("qualification", "Qualification".into(), listed(answers)),
        FactKind::Alias { previous, .. } => ("merge", format!("One person with {previous}"), String::new()),
        FactKind::Retraction { reason, .. } => ("taken back", "Something was taken back".into(), reason.clone()),
        FactKind::Answer(answer) => ("answer", answer_words(answer.answer).into(), names.of(&answer.by)),
        FactKind::Opening { by, .. } => ("hand-off", "Handed over by hand".into(), names.of(by)),
        FactKind::Spend { amount: spent, campaign, .. } => {
            ("spend", format!("Spent {}", amount(*spent)), campaign.clone().unwrap_or_default())
        }
        FactKind::DoNotScore { on, .. } => {
            let says = if *on { "Must not be scored" } else { "May be scored again" };
            ("flag", says.into(), String::new())
        }
        FactKind::Erasure { .. } => ("erasure", "Somebody was erased".into(), String::new()),
        FactKind::Team(team) => ("team", format!("The team {}", team.name), String::new()),
        FactKind::Draft { .. } => ("definition", "A definition was drafted".into(), String::new()),
        FactKind::Proposal { .. } => ("definition", "A definition was proposed".into(), String::new()),
        FactKind::Signature { .. } => ("definition", "A definition was signed".into(), String::new()),
        FactKind::SignaturesVoided { .. } => {
            ("definition", "Signatures lost their role and are void".into(), String::new())
        }
        FactKind::SignedActivation { .. } | FactKind::Activation { .. } => {
            ("definition", "A definition was activated".into(), String::new())
        }
        FactKind::Renewal { .. } => ("definition", "Leads were decided anew".into(), String::new()),
    }
}

/// Returns what listens to an event: rules and signals, by their names.
fn listeners(meaning: &Meaning, event: &str) -> Vec<String> {
    let holds = |set: &EventSet| {
        let mut actions = set.actions.iter().filter_map(|&action| meaning.actions.get(action));
        set.names.iter().any(|name| name == event) || actions.any(|action| action.on.iter().any(|name| name == event))
    };
    let rules = meaning.fit.rules.iter().chain(&meaning.engagement.rules);
    let rules = rules.filter(|rule| matches!(&rule.kind, RuleKind::Events { select, .. } if holds(&select.events)));
    let signals = meaning.signals.iter().filter(|signal| match &signal.kind {
        SignalKind::Count { select, .. } | SignalKind::Sum { select, .. } => holds(&select.events),
        SignalKind::First(select) | SignalKind::Last(select) => holds(&select.events),
        SignalKind::Sequence { steps, .. } => steps.iter().any(holds),
    });
    let mut found: Vec<String> = rules.map(|rule| rule.name.clone()).collect();
    found.extend(signals.map(|signal| signal.name.replace('_', " ")));
    if meaning.sales.iter().any(holds) {
        found.push("the answers of sales".into());
    }
    found
}
