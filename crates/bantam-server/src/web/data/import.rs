//! Import: a file is uploaded, its columns are settled by sight, and it is brought in as `bantam import` would.

mod mapping;
mod run;
mod upload;
mod uploads;

pub(crate) use uploads::Uploads;

use super::{KEEPERS, Tab, frame, tabs};
use crate::api::shown::active_rules;
use crate::app::App;
use crate::people::{Origin, Role, Signed, audit};
use crate::problem::Problem;
use crate::table::Kind;
use crate::web::access::{Access, Visitor, redirect};
use crate::web::csv;
use crate::web::errors::Errors;
use crate::web::forms::{FromForm, FromSearch};
use crate::web::frame::{Frame, render};
use crate::web::words::{counted, grouped};
use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use mapping::{Look, look};
use run::Outcome;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use uploads::Upload;

/// Those who may say what sales answered.
const ANSWERERS: Access = Access::Any(&[Role::Sales, Role::Admin]);
/// How many rejected rows the page shows.
const REJECTS_SHOWN: usize = 50;

/// The kinds of files: the word in the form, what it is, what each row holds, and who may bring one in.
const KINDS: [(&str, Kind, &str, &str, Access); 4] = [
    ("leads", Kind::Leads, "Leads", "an id or an address of mail, and attributes", KEEPERS),
    ("events", Kind::Events, "Events", "who, what and when", KEEPERS),
    ("answers", Kind::Answers, "Answers of sales", "who, what sales said and when", ANSWERERS),
    ("spend", Kind::Spend, "Spend", "a day and an amount", KEEPERS),
];

/// A kind of file that can be chosen.
struct Choice {
    word: &'static str,
    name: &'static str,
    holds: &'static str,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "data_import.html")]
struct UploadPage {
    frame: Frame,
    tabs: [Tab; 6],
    kinds: Vec<Choice>,
    errors: Errors,
}

/// Which kind is chosen at first.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shown {
    kind: Option<String>,
}

/// Shows the form for a file.
pub(crate) async fn show(Visitor(signed): Visitor, FromSearch(shown): FromSearch<Shown>) -> Response {
    page(&signed, shown.kind.as_deref(), Errors::default())
}

fn page(signed: &Signed, chosen: Option<&str>, errors: Errors) -> Response {
    let mut kinds: Vec<Choice> = KINDS
        .into_iter()
        .filter(|(.., who)| who.admits(Some(signed)))
        .map(|(word, _, name, holds, _)| Choice { word, name, holds, is_chosen: chosen == Some(word) })
        .collect();
    if let Some(first) = kinds.first_mut().filter(|_| chosen.is_none()) {
        first.is_chosen = true;
    }
    let is_wrong = !errors.is_empty();
    let mut response =
        render(&UploadPage { frame: frame(signed, "Import"), tabs: tabs("/data/import"), kinds, errors });
    if is_wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

/// Takes a file, and goes on to its columns.
pub(crate) async fn upload(
    State(app): State<App>,
    Visitor(signed): Visitor,
    sent: upload::Sent,
) -> Result<Response, Problem> {
    let upload::Sent { kind: word, name, bytes } = sent;
    let Some((_, kind, .., who)) = KINDS.into_iter().find(|(known, ..)| *known == word) else {
        return Ok(page(&signed, None, Errors::one("kind", "say what the file holds")));
    };
    if !who.admits(Some(&signed)) {
        let message = "your roles do not allow to bring in such files";
        return Err(Problem::new(StatusCode::FORBIDDEN, "role", message));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(page(&signed, Some(&word), Errors::one("file", "choose a file, or paste its rows below")));
    }
    let name = if name.is_empty() { "what was pasted".to_owned() } else { name };
    let upload = Upload { kind, name, bytes: Arc::new(bytes), outcome: None };
    if let Err(problem) = looked_at(&app, &upload, BTreeMap::new()).await {
        return match problem.status.is_client_error() {
            true => Ok(page(&signed, Some(&word), Errors::one("file", &problem.message))),
            false => Err(problem),
        };
    }
    match app.uploads.keep(&signed.person.id, upload) {
        true => Ok(redirect("/data/import/columns")),
        false => Err(Problem::busy()),
    }
}

async fn looked_at(app: &App, upload: &Upload, chosen: BTreeMap<String, String>) -> Result<Look, Problem> {
    let (kind, bytes) = (upload.kind, upload.bytes.clone());
    app.read(move |reader| {
        let rules = reader.read(active_rules)?;
        look(kind, &bytes, rules.as_deref(), &chosen)
    })
    .await
}

#[derive(Template)]
#[template(path = "data_columns.html")]
struct ColumnsPage {
    frame: Frame,
    tabs: [Tab; 6],
    heading: String,
    look: Look,
    noun: &'static str,
    errors: Errors,
    /// What all rows are, where no column tells the event.
    event: String,
    is_events: bool,
}

/// Shows what the columns of the file are.
pub(crate) async fn columns(State(app): State<App>, Visitor(signed): Visitor) -> Result<Response, Problem> {
    match app.uploads.of(&signed.person.id).filter(|upload| upload.outcome.is_none()) {
        Some(upload) => columns_page(&app, &signed, &upload, BTreeMap::new(), Errors::default()).await,
        None => Ok(redirect("/data/import")),
    }
}

async fn columns_page(
    app: &App,
    signed: &Signed,
    upload: &Upload,
    chosen: BTreeMap<String, String>,
    errors: Errors,
) -> Result<Response, Problem> {
    let event = chosen.get("event").cloned().unwrap_or_default();
    let look = looked_at(app, upload, chosen).await?;
    let rows = counted(i64::try_from(look.rows).unwrap_or(i64::MAX), "row");
    let is_wrong = !errors.is_empty();
    let mut response = render(&ColumnsPage {
        frame: frame(signed, "Columns"),
        tabs: tabs("/data/import"),
        heading: format!("{rows} in {}: what is each column?", upload.name),
        look,
        noun: upload.kind.noun(),
        errors,
        event,
        is_events: upload.kind == Kind::Events,
    });
    if is_wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// Brings the file in.
pub(crate) async fn run(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromForm(chosen): FromForm<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let Some(upload) = app.uploads.of(&signed.person.id).filter(|upload| upload.outcome.is_none()) else {
        let message = "the file is no longer here; upload it again: what was taken of it is known and counts once";
        return Err(Problem::conflict(message));
    };
    let rules = app.read(|reader| reader.read(active_rules)).await?;
    // It goes on to its end also when nobody waits for the answer any more.
    let (task_app, task_upload, wishes) = (app.clone(), upload.clone(), chosen.clone());
    let running = tokio::spawn(async move { run::run(&task_app, &task_upload, rules, wishes).await });
    let outcome = match running.await.map_err(|_| Problem::fault("an import panicked"))? {
        Ok(outcome) => outcome,
        Err(problem) if problem.field.as_deref() == Some("columns") => {
            let errors = Errors::one("columns", &problem.message);
            return columns_page(&app, &signed, &upload, chosen, errors).await;
        }
        Err(problem) => return Err(problem),
    };
    note(&app, &signed, &origin, &upload, &outcome).await?;
    let done = Upload { bytes: Arc::default(), outcome: Some(Arc::new(outcome)), ..upload };
    app.uploads.keep(&signed.person.id, done);
    Ok(redirect("/data/import/result"))
}

async fn note(app: &App, signed: &Signed, origin: &Origin, upload: &Upload, outcome: &Outcome) -> Result<(), Problem> {
    let actor = signed.actor(origin);
    let word = KINDS.into_iter().find(|(_, kind, ..)| *kind == upload.kind).map_or("", |(word, ..)| word);
    let change =
        json!({"kind": word, "rows": outcome.rows, "accepted": outcome.accepted, "rejected": outcome.rejected});
    let people = app.people();
    let noted = people.change(move |ledger, now| {
        Ok(audit::note(ledger, now, &actor, "data.imported", "data", (Value::Null, change))?)
    });
    noted.await?.map_err(Problem::fault)
}

#[derive(Template)]
#[template(path = "data_imported.html")]
struct ResultPage {
    frame: Frame,
    tabs: [Tab; 6],
    heading: String,
    outcome: Arc<Outcome>,
    /// How many of the rejected rows are not in the file of them.
    unnamed: u64,
    has_more: bool,
}

impl ResultPage {
    fn shown(&self) -> impl Iterator<Item = &run::Reject> {
        self.outcome.rejects.iter().take(REJECTS_SHOWN)
    }
}

/// Shows what became of the file.
pub(crate) async fn result(State(app): State<App>, Visitor(signed): Visitor) -> Response {
    let Some((upload, outcome)) = done(&app, &signed) else { return redirect("/data/import") };
    let number = |count: u64| grouped(i64::try_from(count).unwrap_or(i64::MAX));
    let Outcome { rows, accepted, duplicate, rejected, left_out, rejects } = &*outcome;
    let deleted = if *left_out > 0 { format!(", {} left out as deleted", number(*left_out)) } else { String::new() };
    let heading = format!(
        "{} of {}: {} new, {} there before, {} rejected{deleted}",
        counted(i64::try_from(*rows).unwrap_or(i64::MAX), "row"),
        upload.name,
        number(*accepted),
        number(*duplicate),
        number(*rejected)
    );
    let unnamed = rejected.saturating_sub(rejects.len() as u64);
    let has_more = rejects.len() > REJECTS_SHOWN;
    let (frame, tabs) = (frame(&signed, "Imported"), tabs("/data/import"));
    render(&ResultPage { frame, tabs, heading, outcome, unnamed, has_more })
}

fn done(app: &App, signed: &Signed) -> Option<(Upload, Arc<Outcome>)> {
    let upload = app.uploads.of(&signed.person.id)?;
    let outcome = upload.outcome.clone()?;
    Some((upload, outcome))
}

/// Gives out the rejected rows with the reasons.
pub(crate) async fn rejects(State(app): State<App>, Visitor(signed): Visitor) -> Response {
    let Some((_, outcome)) = done(&app, &signed) else { return redirect("/data/import") };
    let lines = outcome.rejects.iter().map(|one| csv::line([&*one.row.to_string(), &one.reason, &one.content]));
    csv::file(Body::from(lines.fold("row,reason,content\r\n".to_owned(), |text, line| text + &line)), "rejects.csv")
}
