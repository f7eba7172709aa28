//! Fills the store of the demo with the company's past quarter as if the service had run all along: people, a team and a
//! definition that both teams signed come first, then every fact at its own time. The recorder's clock is set to the
//! end of the stretch that is taken, so hand-offs and decisions are as old as what they follow from.

use super::desk::Desks;
use super::people::{Everybody, by_owner};
use crate::commands::serve::store_failure;
use crate::failure::Failure;
use bantam_core::assignment::{Member, Team};
use bantam_core::definitions::{Team as SigningTeam, text_digest};
use bantam_core::fact::{Fact, FactKind};
use bantam_core::{CoreError, DefinitionText, Desk, Given, Rules};
use bantam_lang::convert::parse_time;
use bantam_server::people::audit::{Actor, Who, note};
use bantam_server::{Clock, Imported, Importer, Recorder, Unavailable};
use bantam_store::{Ledger, Location, Store};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const MINUTE: i64 = 60 * 1_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// How exactly the past is taken: a transaction for each of these stretches in which something happened.
const STRETCH: i64 = HOUR;
/// The last days are what people look at: they are taken more exactly.
const RECENT: i64 = 3 * DAY;
const RECENT_STRETCH: i64 = 5 * MINUTE;
/// When the change that waits for its signatures was written down.
const DRAFTED_BEFORE: i64 = 26 * HOUR;
/// At most one of so many facts may not be taken.
const REJECTED_PART_MAX: u64 = 50;
/// Who hands leads over is what routes call the team.
const SALES: &str = "sales";
/// Where these facts are said to come from.
pub(super) const SOURCE: &str = "demo";

/// Numbered lines that are taken together, and the moment at which they are.
type Stretch = (i64, Vec<(u64, Vec<u8>)>);

/// What the store is filled with.
pub(super) struct Company {
    /// Facts as lines of an import, in any order.
    pub(super) lines: Vec<Vec<u8>>,
    /// What decides.
    pub(super) definition: DefinitionText,
    /// What somebody would like to decide.
    pub(super) draft: DefinitionText,
    /// When history begins and ends.
    pub(super) from: i64,
    pub(super) until: i64,
}

/// Fills a new store.
pub(super) fn fill(path: &Path, company: Company, everybody: &Everybody) -> Result<(), Failure> {
    let store = Store::open(&Location::from(path.to_owned()), "bantam demo").map_err(store_failure)?;
    // Everything is there before the first fact.
    let time = Arc::new(AtomicI64::new(company.from - HOUR));
    let hand = time.clone();
    let clock: Clock = Arc::new(move || hand.load(Ordering::Relaxed));
    let device = |error: CoreError| Failure::device(error.to_string());
    let (recorder, thread) = Recorder::start(store, clock.clone()).map_err(device)?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Failure::device(error.to_string()))?;
    let filled = runtime.block_on(fill_all(&recorder, &clock, &time, company, everybody));
    drop((runtime, recorder));
    thread.join().map_err(|_| Failure::device("the store failed"))?;
    filled
}

async fn fill_all(
    recorder: &Recorder,
    clock: &Clock,
    time: &AtomicI64,
    company: Company,
    everybody: &Everybody,
) -> Result<(), Failure> {
    let failed = |_: Unavailable| Failure::device("the store of the demo takes nothing");
    let people = everybody.clone();
    let people = recorder.work(move |_, ledger, now| Ok(people.add(ledger, now))).await.map_err(failed)??;
    let team = Team { name: SALES.to_owned(), members: people.sales().into_iter().map(member).collect() };
    let (mia, sam) = (people.marketing().to_owned(), people.first_of_sales().to_owned());
    let begin = recorder.work(move |desk, ledger, now| {
        take(desk, ledger, now, "team", FactKind::Team(team))?;
        agree(desk, ledger, now, &company.definition, &mia, &sam)
    });
    begin.await.map_err(failed)?;
    let importer = Importer::new(recorder.clone(), clock.clone(), SOURCE, true).await.map_err(failed)?;
    let (all, mut rejected) = (company.lines.len() as u64, 0);
    let mut draft = Some((company.draft, people.marketing().to_owned()));
    let mut desks = Desks::default();
    let stretches = stretches(company.lines, &people, company.from, company.until, &mut desks);
    // What follows after the last fact is answered, too.
    for (end, lines) in stretches.into_iter().chain([(company.until, Vec::new())]) {
        while let Some(next) = desks.next_before(end, company.until) {
            time.fetch_max(next.0, Ordering::Relaxed);
            let answer = recorder.work(move |desk, ledger, now| {
                desks.answer(desk, ledger, now, next)?;
                Ok(desks)
            });
            desks = answer.await.map_err(failed)?;
        }
        if end > company.until - DRAFTED_BEFORE
            && let Some((text, by)) = draft.take()
        {
            time.fetch_max(company.until - DRAFTED_BEFORE, Ordering::Relaxed);
            let written = recorder.work(move |desk, ledger, now| write_down(desk, ledger, now, &text, &by));
            written.await.map_err(failed)?;
        }
        time.fetch_max(end, Ordering::Relaxed);
        let mut imported = Imported::default();
        importer.take(&lines, &mut imported).await.map_err(failed)?;
        rejected += imported.rejected;
        let look = recorder.work(move |_, ledger, _| {
            desks.look(ledger)?;
            Ok(desks)
        });
        desks = look.await.map_err(failed)?;
    }
    // Of what was sent twice some came with another text the second time; the first stands.
    match rejected.saturating_mul(REJECTED_PART_MAX) > all {
        true => Err(Failure::ours(format!("{rejected} of {all} facts of the demo were not taken"))),
        false => Ok(()),
    }
}

fn member(name: &str) -> Member {
    Member { name: name.to_owned(), capacity: 1, limit: None, away: None }
}

/// Cuts lines into stretches of time, each with its end, in order.
fn stretches(
    lines: Vec<Vec<u8>>,
    people: &super::people::Known,
    from: i64,
    until: i64,
    desks: &mut Desks,
) -> Vec<Stretch> {
    let mut dated: Vec<(i64, Vec<u8>)> = lines.into_iter().map(|line| dated(&line, people, from, desks)).collect();
    dated.sort_by_key(|(at, _)| *at);
    let mut stretches: Vec<Stretch> = Vec::new();
    for (at, line) in dated {
        let stretch = if at >= until - RECENT { RECENT_STRETCH } else { STRETCH };
        let end = at.div_euclid(stretch).saturating_add(1).saturating_mul(stretch).min(until).max(at);
        match stretches.last_mut().filter(|(last, lines)| *last == end && lines.len() < bantam_server::GROUP_LINES_MAX)
        {
            Some((_, lines)) => lines.push((lines.len() as u64 + 1, line)),
            None => stretches.push((end, vec![(1, line)])),
        }
    }
    stretches
}

/// Returns a line with its time. What a salesperson of the sample said, somebody of the team said.
fn dated(line: &[u8], people: &super::people::Known, from: i64, desks: &mut Desks) -> (i64, Vec<u8>) {
    let mut value: Value = serde_json::from_slice(line).unwrap_or_default();
    let at = value.get("timestamp").and_then(Value::as_str).and_then(parse_time).unwrap_or(from);
    let owner = value.pointer("/properties/owner").and_then(Value::as_str).and_then(by_owner);
    let Some(by) = owner.and_then(|place| people.sales().get(place).map(|by| (*by).to_owned())) else {
        return (at, line.to_vec());
    };
    if let Some(lead) = value.get("userId").and_then(Value::as_str) {
        desks.hear(lead, at);
    }
    if let Some(Value::Object(properties)) = value.get_mut("properties") {
        properties.insert("by".to_owned(), json!(by));
    }
    (at, value.to_string().into_bytes())
}

/// Lets both teams sign a definition, and lets it become active.
fn agree(
    desk: &mut Desk,
    ledger: &mut dyn Ledger,
    now: i64,
    text: &DefinitionText,
    marketing: &str,
    sales: &str,
) -> Result<(), CoreError> {
    let fingerprint = write_down(desk, ledger, now, text, marketing)?;
    let why = Some("As agreed between marketing and sales.".to_owned());
    let propose = FactKind::Proposal {
        fingerprint: fingerprint.clone(),
        by: marketing.into(),
        note: why,
        moves: 0,
        effective_at: None,
    };
    let sign = |team: SigningTeam, by: &str| FactKind::Signature {
        fingerprint: fingerprint.clone(),
        text: text_digest(text),
        team,
        by: by.to_owned(),
    };
    let activate = FactKind::SignedActivation { fingerprint: fingerprint.clone(), by: sales.into(), moves: 0 };
    let steps = [
        ("definition.proposed", marketing, propose),
        ("definition.signed", marketing, sign(SigningTeam::Marketing, marketing)),
        ("definition.signed", sales, sign(SigningTeam::Sales, sales)),
        ("definition.activated", sales, activate),
    ];
    for (action, by, step) in steps {
        take(desk, ledger, now, action, step)?;
        note(ledger, now, &person(by), action, &fingerprint, (Value::Null, Value::Null))?;
    }
    Ok(())
}

/// Writes a definition down; returns its fingerprint.
fn write_down(
    desk: &mut Desk,
    ledger: &mut dyn Ledger,
    now: i64,
    text: &DefinitionText,
    by: &str,
) -> Result<String, CoreError> {
    let fingerprint = Rules::load(0, text).map(|rules| rules.fingerprint).unwrap_or_default();
    let draft = FactKind::Draft { fingerprint: fingerprint.clone(), text: text.clone(), by: by.to_owned() };
    take(desk, ledger, now, "definition.drafted", draft)?;
    note(ledger, now, &person(by), "definition.drafted", &fingerprint, (Value::Null, Value::Null))?;
    Ok(fingerprint)
}

fn take(desk: &mut Desk, ledger: &mut dyn Ledger, now: i64, what: &str, kind: FactKind) -> Result<(), CoreError> {
    let mut fact = Fact::of_service(String::new(), now, SOURCE, kind);
    fact.message_id = format!("demo-{what}-{}", fact.content().hex());
    desk.take(ledger, now, &[Given::new(fact)]).map(drop)
}

fn person(reference: &str) -> Actor {
    let id = reference.trim_start_matches("person:").to_owned();
    Actor { who: Who::Person(id), address: String::new() }
}
