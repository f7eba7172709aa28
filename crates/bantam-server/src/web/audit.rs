//! Settings: who did what, from the latest on, and all of it as CSV.

use super::access::Visitor;
use super::csv::{self, cell};
use super::frame::{Frame, render};
use super::words::{Calendar, Moment};
use crate::api::extract::FromQuery;
use crate::app::App;
use crate::people::audit::{self, ACTIONS};
use crate::people::{Origin, Person, everybody};
use crate::problem::Problem;
use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bantam_store::{AuditFilter, AuditRow};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;

/// Entries of a page.
const PAGE: usize = 100;
/// Entries that are read at once for a file, so that its length makes no difference.
const FILE_PAGE: usize = 1_000;

/// Which entries are wanted.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    actor: Option<String>,
    action: Option<String>,
    object: Option<String>,
    before: Option<u64>,
}

struct Entry {
    at: Moment,
    who: String,
    did: String,
    to: String,
    from: String,
    change: String,
}

struct Choice {
    name: &'static str,
    says: &'static str,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    frame: Frame,
    entries: Vec<Entry>,
    choices: Vec<Choice>,
    actor: String,
    object: String,
    /// The query of the next page.
    next: Option<String>,
    is_filtered: bool,
}

pub(crate) async fn show(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromQuery(wanted): FromQuery<Wanted>,
) -> Result<Response, Problem> {
    if let Some(action) = wanted.action.as_deref().filter(|action| !action.is_empty())
        && says(action).is_none()
    {
        let message = format!("`{action}` is no action that is written down");
        return Err(Problem::bad_request("invalid_value", message).at("action"));
    }
    let some = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let filter = AuditFilter { actor: some(&wanted.actor), action: some(&wanted.action), object: some(&wanted.object) };
    let (asked, before) =
        (filter.clone(), wanted.before.and_then(|before| i64::try_from(before).ok()).unwrap_or(i64::MAX));
    let (mut rows, people) = app
        .read(move |reader| {
            reader.read(|ledger| Ok((ledger.audit_before(&asked, before, PAGE + 1)?, everybody(ledger)?)))
        })
        .await?;
    let has_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| has_more).map(|last| query_of(&filter, last.id));
    let (names, calendar) = (names(people), Calendar::new(app.now(), None));
    let chosen = filter.action.as_deref();
    Ok(render(&AuditPage {
        frame: Frame::of(Some(&signed), "/settings", "Audit log"),
        entries: rows.iter().map(|row| entry(row, &names, &calendar)).collect(),
        choices: ACTIONS.iter().map(|&(name, says)| Choice { name, says, is_chosen: chosen == Some(name) }).collect(),
        is_filtered: filter != AuditFilter::default(),
        actor: filter.actor.unwrap_or_default(),
        object: filter.object.unwrap_or_default(),
        next,
    }))
}

fn query_of(filter: &AuditFilter, before: i64) -> String {
    let mut pairs = vec![("before", before.to_string())];
    let given = [("actor", &filter.actor), ("action", &filter.action), ("object", &filter.object)];
    pairs.extend(given.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))));
    serde_urlencoded::to_string(pairs).unwrap_or_default()
}

fn says(action: &str) -> Option<&'static str> {
    ACTIONS.iter().find(|(name, _)| *name == action).map(|(_, says)| *says)
}

fn names(people: Vec<Person>) -> HashMap<String, String> {
    people.into_iter().map(|person| (person.reference(), person.name().to_owned())).collect()
}

fn entry(row: &AuditRow, names: &HashMap<String, String>, calendar: &Calendar) -> Entry {
    let named = |reference: &String| names.get(reference).unwrap_or(reference).clone();
    let details = audit::details(row);
    Entry {
        at: calendar.moment(row.at),
        who: named(&row.actor),
        did: says(&row.action).unwrap_or(&row.action).to_owned(),
        to: named(&row.object),
        from: details.from,
        change: match (words(&details.old), words(&details.new)) {
            (old, new) if old.is_empty() => new,
            (old, new) if new.is_empty() => format!("{old} → nothing"),
            (old, new) => format!("{old} → {new}"),
        },
    }
}

fn words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(words).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// All of it as a file, read piece by piece while it is sent. That somebody took it is written down.
pub(crate) async fn file(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
) -> Result<Response, Problem> {
    let actor = signed.actor(&origin);
    let people = app.people();
    let noted = people.change(move |ledger, now| {
        Ok(audit::note(ledger, now, &actor, "audit.exported", "audit", (Value::Null, Value::Null))?)
    });
    noted.await?.map_err(Problem::fault)?;
    let lines = futures_util::stream::unfold(Some(0), move |after| {
        let app = app.clone();
        async move {
            let after = after?;
            let rows = app.read(move |reader| Ok(reader.read(|ledger| ledger.audit_after(after, FILE_PAGE))?)).await;
            match rows {
                Ok(rows) => {
                    let head = if after == 0 { "number,at,who,did,to,from,before,after\r\n" } else { "" };
                    let text = rows.iter().map(line).fold(head.to_owned(), |text, line| text + &line);
                    let next = rows.last().map(|last| last.id);
                    (!text.is_empty()).then_some((Ok(text), next))
                }
                // The connection is broken off, so that nobody takes a part for the whole.
                Err(problem) => Some((Err(std::io::Error::other(problem.message)), None)),
            }
        }
    });
    Ok(csv::file(Body::from_stream(lines), "audit.csv"))
}

fn line(row: &AuditRow) -> String {
    let details = audit::details(row);
    let at = Timestamp::from_microsecond(row.at).map(|at| at.to_string()).unwrap_or_default();
    let (old, new) = (words(&details.old), words(&details.new));
    let texts = [&at, &row.actor, &row.action, &row.object, &details.from, &old, &new].map(|text| cell(text));
    format!("{},{}\r\n", row.id, texts.join(","))
}
