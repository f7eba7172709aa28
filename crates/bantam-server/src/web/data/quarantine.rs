//! Quarantine: what was refused, why, and what is put right and taken once more.

use super::{Tab, frame, is_keeper, tabs};
use crate::api::extract::{FromBody, FromPath, FromQuery};
use crate::api::leads::ByQuery;
use crate::api::quarantine::{self as api, Replay, ReplayAll};
use crate::app::App;
use crate::problem::Problem;
use crate::web::access::{Visitor, redirect};
use crate::web::errors::Errors;
use crate::web::forms::{FromForm, FromSearch};
use crate::web::frame::{Frame, render};
use crate::web::lead::name;
use crate::web::words::{Calendar, Moment, Notice, counted};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bantam_store::{QuarantineFilter, Refused};
use serde::Deserialize;

/// How many a page shows.
const ROWS: usize = 50;

/// Which ones are shown.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shown {
    reason: Option<String>,
    source: Option<String>,
    /// Only those before this number.
    before: Option<i64>,
    /// What became of those that were taken once more: how many were taken, and how many refused again.
    taken: Option<i64>,
    refused: Option<i64>,
    done: Option<Done>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Done {
    Taken,
    Removed,
}

/// Something that was refused.
struct Row {
    id: i64,
    why: String,
    reason: String,
    source: String,
    call: String,
    received: Moment,
    body: String,
}

impl Row {
    fn new((id, refused): (i64, Refused), calendar: &Calendar) -> Row {
        Row {
            id,
            why: why(&refused),
            body: String::from_utf8_lossy(&refused.body).into_owned(),
            received: calendar.moment(refused.received_at),
            reason: refused.reason,
            source: refused.source,
            call: refused.call,
        }
    }

    /// Returns the list of all that are like this one in a field.
    fn like_this(&self, field: &str) -> String {
        let value = if field == "reason" { &self.reason } else { &self.source };
        format!("/data/quarantine?{}", serde_urlencoded::to_string([(field, value)]).unwrap_or_default())
    }

    /// Returns the beginning of what was sent.
    fn beginning(&self) -> String {
        let cut: String = self.body.chars().take(160).collect();
        if cut.len() < self.body.len() { format!("{cut}\u{2026}") } else { cut }
    }
}

/// Returns why something was refused, as a sentence.
pub(super) fn why(refused: &Refused) -> String {
    match refused.field.as_deref() {
        Some(field) if !field.is_empty() => format!("{field} {}", refused.reason),
        _ => refused.reason.clone(),
    }
}

#[derive(Template)]
#[template(path = "data_quarantine.html")]
struct ListPage {
    frame: Frame,
    tabs: [Tab; 6],
    rows: Vec<Row>,
    earlier: Option<String>,
    shown: Shown,
    is_keeper: bool,
    is_filtered: bool,
}

/// Lists what was refused.
pub(crate) async fn list(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromSearch(shown): FromSearch<Shown>,
) -> Result<Response, Problem> {
    let calendar = Calendar::new(app.now(), None);
    let filter = QuarantineFilter {
        reason: shown.reason.clone(),
        source: shown.source.clone(),
        newest_first: true,
        after: shown.before,
        limit: ROWS,
    };
    let found = app.read(move |reader| Ok(reader.read(|ledger| ledger.quarantined(&filter))?)).await?;
    let rows: Vec<Row> = found.into_iter().map(|found| Row::new(found, &calendar)).collect();
    let earlier = rows.last().filter(|_| rows.len() == ROWS).map(|last| {
        let before = last.id.to_string();
        let pairs =
            [("reason", shown.reason.as_deref()), ("source", shown.source.as_deref()), ("before", Some(&*before))];
        let pairs: Vec<_> = pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        format!("/data/quarantine?{}", serde_urlencoded::to_string(pairs).unwrap_or_default())
    });
    Ok(render(&ListPage {
        frame: frame(&signed, "Quarantine").with_notice(notice(&shown)),
        tabs: tabs("/data/quarantine"),
        rows,
        earlier,
        is_keeper: is_keeper(&signed),
        is_filtered: shown.reason.is_some() || shown.source.is_some(),
        shown,
    }))
}

fn notice(shown: &Shown) -> Option<Notice> {
    let text = match (shown.done, shown.taken) {
        (Some(Done::Taken), _) => "It was taken and counts from now on.".to_owned(),
        (Some(Done::Removed), _) => "It was removed.".to_owned(),
        (None, Some(taken)) => {
            let refused = shown.refused.filter(|refused| *refused > 0);
            let refused = refused.map(|count| format!(", {count} refused again")).unwrap_or_default();
            format!("{} taken{refused}.", counted(taken, "message"))
        }
        (None, None) => return None,
    };
    Some(Notice { text, undo: None, is_bad: false })
}

#[derive(Template)]
#[template(path = "data_refused.html")]
struct OnePage {
    frame: Frame,
    tabs: [Tab; 6],
    row: Row,
    errors: Errors,
    /// What the field holds: what was sent, or what was typed last.
    typed: String,
    /// Whether it can be corrected: what could not be recorded is no message any more.
    is_message: bool,
    is_keeper: bool,
}

/// Shows something that was refused.
pub(crate) async fn show(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromPath(id): FromPath<i64>,
) -> Result<Response, Problem> {
    let page = OnePage::read(&app, frame(&signed, "Refused"), id, is_keeper(&signed)).await?;
    Ok(render(&page))
}

impl OnePage {
    async fn read(app: &App, frame: Frame, id: i64, is_keeper: bool) -> Result<OnePage, Problem> {
        let found = app.read(move |reader| Ok(reader.read(|ledger| ledger.find_quarantined(id))?)).await?;
        let nothing = || Problem::not_found("nothing of that number was refused, or it is no longer here");
        let row = Row::new((id, found.ok_or_else(nothing)?), &Calendar::new(app.now(), None));
        Ok(OnePage {
            frame,
            tabs: tabs("/data/quarantine"),
            errors: Errors::default(),
            typed: pretty(&row.body),
            is_message: row.call != "fact",
            row,
            is_keeper,
        })
    }
}

/// Returns JSON with lines of its own, and anything else as it is.
fn pretty(body: &str) -> String {
    let value: Option<serde_json::Value> = serde_json::from_str(body).ok();
    value.and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or_else(|| body.to_owned())
}

/// What was put right.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Correction {
    message: Option<String>,
}

/// Takes something once more: as it is, or corrected.
pub(crate) async fn replay(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromPath(id): FromPath<i64>,
    FromForm(form): FromForm<Correction>,
) -> Result<Response, Problem> {
    let parsed = form.message.as_deref().map(serde_json::from_str::<serde_json::Value>).transpose();
    let replayed = match parsed {
        Ok(message) => {
            let body = Replay { by: name(&signed.person), message };
            api::replay(State(app.clone()), FromPath(id), FromBody(body)).await.map(drop)
        }
        Err(error) => {
            let message = format!("that is no JSON: line {}, column {}", error.line(), error.column());
            Err(Problem::bad_request("invalid_json", message))
        }
    };
    match replayed {
        Ok(()) => Ok(redirect("/data/quarantine?done=taken")),
        Err(problem) if problem.status.is_server_error() || problem.status == StatusCode::NOT_FOUND => Err(problem),
        Err(problem) => {
            let page = OnePage::read(&app, frame(&signed, "Refused again"), id, true).await?;
            let typed = form.message.unwrap_or_else(|| page.typed.clone());
            let errors = Errors::one("message", &problem.message);
            let mut response = render(&OnePage { errors, typed, ..page });
            *response.status_mut() = problem.status;
            Ok(response.into_response())
        }
    }
}

/// Which ones are taken once more.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct All {
    reason: Option<String>,
    source: Option<String>,
}

/// Takes all of them once more, up to as many as one call takes.
pub(crate) async fn replay_all(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromForm(form): FromForm<All>,
) -> Result<Response, Problem> {
    let body = ReplayAll { by: name(&signed.person), reason: form.reason, source: form.source, cursor: None };
    let done = api::replay_all(State(app), FromBody(body)).await?.0;
    Ok(redirect(&format!("/data/quarantine?taken={}&refused={}", done.accepted + done.duplicate, done.refused)))
}

/// Nothing but the token.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// Removes something.
pub(crate) async fn remove(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromPath(id): FromPath<i64>,
    FromForm(Nothing {}): FromForm<Nothing>,
) -> Result<Response, Problem> {
    let _ = api::remove(State(app), FromPath(id), FromQuery(ByQuery { by: name(&signed.person) })).await?;
    Ok(redirect("/data/quarantine?done=removed"))
}
