//! A version of the definition: in sentences or as a file, what differs from the active one, who signed, what comes next.

use super::what_if::{Impact, try_text};
use super::{active, checked, kept_text, path, short};
use crate::api::definitions::review_due_at;
use crate::api::extract::{FromPath, FromQuery};
use crate::app::App;
use crate::people::may_sign;
use crate::problem::Problem;
use crate::web::access::Visitor;
use crate::web::frame::{Frame, render};
use crate::web::lead::calendar;
use crate::web::marks::Names;
use crate::web::words::{Calendar, Moment, grouped};
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bantam_core::Renewal;
use bantam_core::definitions::{DefinitionState, Team, Version};
use bantam_lang::describe::{Chapter, describe};
use bantam_lang::diff::diff;
use bantam_store::Ledger;
use serde::Deserialize;

/// A version in the list of all.
pub(super) struct Row {
    pub(super) path: String,
    pub(super) fingerprint: String,
    pub(super) short: String,
    pub(super) title: String,
    pub(super) state: &'static str,
    pub(super) drafted: Moment,
    pub(super) drafted_by: String,
    /// Who signed, by team.
    pub(super) signed: Vec<SignatureLine>,
    pub(super) activated: Option<Moment>,
}

/// A team's place for a signature.
pub(super) struct SignatureLine {
    pub(super) team: &'static str,
    pub(super) by: Option<String>,
    pub(super) at: Option<Moment>,
    /// Whose signature counts no more, where nobody has signed since.
    pub(super) void: Option<String>,
    /// Whether whoever looks may sign here now.
    pub(super) can_sign: bool,
}

/// A change, in words.
pub(super) struct ChangeLine {
    pub(super) section: &'static str,
    pub(super) subject: String,
    pub(super) words: String,
    pub(super) is_quiet: bool,
}

/// What is known about a version, for its page.
struct Facts {
    row: Row,
    version: Version,
    note: Option<(String, String, Moment)>,
    moves: Option<u64>,
    effective: Option<Moment>,
    scheduled: Option<Moment>,
    review: Option<(Moment, bool)>,
    /// How many leads it has decided, of how many, where some still follow.
    renewal: Option<(u64, u64)>,
    chapters: Vec<Chapter>,
    changes: Option<Vec<ChangeLine>>,
    text: bantam_core::DefinitionText,
    is_active: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum View {
    #[default]
    Read,
    File,
}

/// How a version is shown.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shown {
    #[serde(default)]
    view: View,
}

#[derive(Template)]
#[template(path = "definition.html")]
struct Page {
    frame: Frame,
    facts: Facts,
    is_file: bool,
    impact: Option<Impact>,
    /// Nobody signed, and it decides all the same.
    is_unsigned: bool,
    can_propose: bool,
    can_activate: bool,
    path: String,
}

impl Page {
    fn told(&self, count: &u64) -> String {
        grouped(i64::try_from(*count).unwrap_or(i64::MAX))
    }
}

#[derive(Template)]
#[template(path = "definitions.html")]
struct List {
    frame: Frame,
    rows: Vec<Row>,
    heading: String,
    active: Option<String>,
    can_write: bool,
}

/// Shows all versions.
pub(crate) async fn versions(State(app): State<App>, Visitor(signed): Visitor) -> Result<Response, Problem> {
    let now = app.now();
    app.read(move |reader| {
        reader.read(|ledger| {
            let frame = Frame::of(Some(&signed), "/definition", "Definition").live();
            let active = active(ledger)?;
            let calendar = calendar(None, now);
            let names = Names::read(ledger)?;
            let mut rows = Vec::new();
            for (_, fingerprint) in ledger.definitions()? {
                if let Some(version) = Version::read(ledger, &fingerprint)? {
                    rows.push(row(ledger, &version, &calendar, &names, None)?);
                }
            }
            // What is to be done comes first: what decides, what waits for a signature, what is being written.
            let order =
                |row: &Row| ["Active", "Proposed", "Draft", "Retired"].iter().position(|word| *word == row.state);
            rows.reverse();
            rows.sort_by_key(order);
            let heading = heading(&rows);
            let active = active.map(|fingerprint| path(&fingerprint));
            let can_write = frame.is_marketing() || frame.is_sales();
            Ok(render(&List { frame, rows, heading, active, can_write }))
        })
    })
    .await
}

fn heading(rows: &[Row]) -> String {
    let of = |state: &str| rows.iter().filter(|row| row.state == state).count();
    match (rows.iter().find(|row| row.state == "Active"), of("Proposed")) {
        (None, 0) => "Nothing says yet what a qualified lead is".to_owned(),
        (None, _) => "A definition waits for its signatures".to_owned(),
        (Some(active), 0) => format!("{} decides", active.title),
        (Some(active), 1) => format!("{} decides; 1 change waits for signatures", active.title),
        (Some(active), waiting) => format!("{} decides; {waiting} changes wait for signatures", active.title),
    }
}

/// Shows a version.
pub(crate) async fn show(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromPath(fingerprint): FromPath<String>,
    FromQuery(shown): FromQuery<Shown>,
) -> Result<Response, Problem> {
    let now = app.now();
    let person = signed.person.clone();
    let facts = app.read(move |reader| reader.read(|ledger| Facts::read(ledger, &fingerprint, &person, now))).await?;
    let impact = match facts.is_active {
        true => None,
        false => Some(try_text(&app, facts.text.clone()).await?),
    };
    let frame = Frame::of(Some(&signed), "/definition", facts.row.title.clone()).live();
    let state = facts.version.state;
    let is_author = frame.is_marketing() || frame.is_sales();
    let page = Page {
        is_file: shown.view == View::File,
        is_unsigned: facts.is_active && !facts.version.missing().is_empty(),
        can_propose: is_author && matches!(state, DefinitionState::Draft | DefinitionState::Retired),
        can_activate: is_author
            && facts.version.proposal.is_some()
            && facts.version.missing().is_empty()
            && facts.version.scheduled_at.is_none()
            && state != DefinitionState::Active,
        path: path(&facts.version.fingerprint),
        frame,
        impact,
        facts,
    };
    Ok(render(&page))
}

/// Gives out the file.
pub(crate) async fn text(
    State(app): State<App>,
    Visitor(_): Visitor,
    FromPath(fingerprint): FromPath<String>,
) -> Result<Response, Problem> {
    let found = app.read(move |reader| reader.read(|ledger| kept_text(ledger, &fingerprint))).await?;
    let text = found.ok_or_else(|| Problem::not_found("there is no such definition"))?.text;
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/yaml; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"definition.yaml\""));
    Ok(response)
}

/// Returns a version for a list.
pub(super) fn row(
    ledger: &mut dyn Ledger,
    version: &Version,
    calendar: &Calendar,
    names: &Names,
    person: Option<&crate::people::Person>,
) -> Result<Row, Problem> {
    let checked = checked(ledger, &version.fingerprint)?;
    let name = checked.and_then(|checked| checked.meaning().name.clone());
    let line = |team: Team| {
        let found = version.valid_signatures().find(|signature| signature.team == team);
        let void = version.signatures.iter().rfind(|signature| signature.team == team && found.is_none());
        SignatureLine {
            team: match team {
                Team::Marketing => "Marketing",
                Team::Sales => "Sales",
            },
            by: found.map(|signature| names.of(&signature.by)),
            at: found.map(|signature| calendar.moment(signature.at)),
            void: void.map(|signature| names.of(&signature.by)),
            can_sign: found.is_none()
                && version.state == DefinitionState::Proposed
                && person.is_some_and(|person| {
                    may_sign(person, team)
                        && version.refuse_signature(team, &person.reference(), &version.text).is_none()
                }),
        }
    };
    Ok(Row {
        path: path(&version.fingerprint),
        fingerprint: version.fingerprint.clone(),
        short: short(&version.fingerprint),
        title: name.unwrap_or_else(|| "The definition".into()),
        state: state_word(version.state),
        drafted: calendar.moment(version.drafted_at),
        drafted_by: if version.drafted_by.is_empty() { "a file".into() } else { names.of(&version.drafted_by) },
        signed: Team::ALL.map(line).into(),
        activated: version.activated_at.map(|at| calendar.moment(at)),
    })
}

fn state_word(state: DefinitionState) -> &'static str {
    match state {
        DefinitionState::Draft => "Draft",
        DefinitionState::Proposed => "Proposed",
        DefinitionState::Active => "Active",
        DefinitionState::Retired => "Retired",
    }
}

impl Facts {
    fn read(
        ledger: &mut dyn Ledger,
        fingerprint: &str,
        person: &crate::people::Person,
        now: i64,
    ) -> Result<Facts, Problem> {
        let unknown = || Problem::not_found("there is no such definition");
        let version = Version::read(ledger, fingerprint)?.ok_or_else(unknown)?;
        let text = kept_text(ledger, fingerprint)?.ok_or_else(unknown)?;
        let definition = text.check().ok_or_else(|| Problem::conflict("this definition has errors by now"))?;
        let calendar = calendar(None, now);
        let names = Names::read(ledger)?;
        let active = active(ledger)?;
        let is_active = active.as_deref() == Some(fingerprint);
        let before = match active.filter(|_| !is_active) {
            Some(active) => checked(ledger, &active)?,
            None => None,
        };
        let row = row(ledger, &version, &calendar, &names, Some(person))?;
        let proposal = version.proposal.as_ref();
        let review = review_due_at(ledger, &version)?.map(|due| (calendar.moment(due), due <= now));
        let renewal = Renewal::read(ledger)?.filter(|_| is_active);
        let renewal = renewal.map(|renewal| (renewal.done, renewal.of()));
        Ok(Facts {
            row,
            note: proposal.map(|proposal| {
                (names.of(&proposal.by), proposal.note.clone().unwrap_or_default(), calendar.moment(proposal.at))
            }),
            moves: proposal.map(|proposal| proposal.moves),
            effective: proposal.and_then(|proposal| proposal.effective_at).map(|at| calendar.moment(at)),
            scheduled: version.scheduled_at.map(|at| calendar.moment(at)),
            review,
            renewal,
            chapters: describe(&definition.meaning()),
            changes: before.map(|before| changes(&before, &definition)),
            text,
            is_active,
            version,
        })
    }
}

/// Returns what differs between two definitions, in words.
pub(super) fn changes(old: &bantam_lang::CheckedDefinition, new: &bantam_lang::CheckedDefinition) -> Vec<ChangeLine> {
    let line = |change: bantam_lang::diff::Change| ChangeLine {
        section: change.section,
        // The subject stands in front of the words already.
        words: change
            .words
            .strip_prefix(&format!("{}: ", change.subject))
            .unwrap_or(&change.words)
            .replace(" -> ", " \u{2192} "),
        subject: change.subject,
        is_quiet: !change.affects_scores,
    };
    diff(old, new).into_iter().map(line).collect()
}
