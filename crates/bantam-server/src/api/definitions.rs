//! Definitions: written down, looked at before anybody signs, proposed, signed, made active.

mod shapes;

use super::extract::{FromBody, FromPath};
use super::values::{Moment, Name, Note};
use crate::app::App;
use crate::keys::Caller;
use crate::people::Entry;
use crate::problem::{Problem, ProblemBody};
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use bantam_core::definitions::{DefinitionRefusal, Version};
use bantam_core::fact::{Fact, FactKind};
use bantam_core::preview::Preview;
use bantam_core::{DefinitionText, Refusal, Rules, Taken};
use bantam_lang::source::Source;
use serde::Deserialize;
use serde_json::json;
use shapes::{Finding, ShownPreview, ShownText, ShownVersion, Versions};
pub(crate) use shapes::{SigningTeam, review_due_at};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What the name of a person begins with at a signature.
const PERSON: &str = "person:";
/// How many leads are looked at in one snapshot of the store, so that none stays open for long.
const LEADS_AT_ONCE: usize = 2_000;

/// List definitions
///
/// With how far leads are with the active one.
#[utoipa::path(get, path = "/api/definitions", tag = "definitions",
    responses((status = 200, description = "All of them", body = Versions)))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<Versions>, Problem> {
    let now = app.now();
    app.read(move |reader| reader.read(|ledger| Versions::read(ledger, now).map(Json))).await
}

/// Show a definition with its text
#[utoipa::path(get, path = "/api/definitions/{fingerprint}", tag = "definitions", params(("fingerprint" = String, Path, description = "The definition")),
    responses((status = 200, description = "The definition", body = ShownText),
        (status = 404, description = "There is no such definition", body = ProblemBody)))]
pub(crate) async fn show(
    State(app): State<App>,
    FromPath(fingerprint): FromPath<String>,
) -> Result<Json<ShownText>, Problem> {
    let now = app.now();
    app.read(move |reader| reader.read(|ledger| ShownText::read(ledger, &fingerprint, now).map(Json))).await
}

/// A definition to write down.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftRequest {
    /// The YAML.
    pub(crate) text: String,
    /// The files it names, by name.
    #[serde(default)]
    pub(crate) lists: BTreeMap<String, String>,
    pub(crate) by: Name,
}

/// Write a definition down
///
/// When it has no errors.
#[utoipa::path(post, path = "/api/definitions", tag = "definitions", request_body = DraftRequest,
    responses((status = 201, description = "It is kept", body = ShownText)))]
pub(crate) async fn draft(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    FromBody(body): FromBody<DraftRequest>,
) -> Result<(StatusCode, Json<ShownText>), Problem> {
    let DraftRequest { text, lists, by } = body;
    let text = DefinitionText { name: "definition.yaml".into(), text, lists: lists.into_iter().collect() };
    let (fingerprint, warnings) = check(&text)?;
    let kind = FactKind::Draft { fingerprint: fingerprint.clone(), text, by: by.0 };
    let entry = Entry::new("definition.drafted", fingerprint.clone());
    take(&app, &caller, &format!("draft-{fingerprint}"), kind, entry).await?;
    let now = app.now();
    let shown = app.read(move |reader| reader.read(|ledger| ShownText::read(ledger, &fingerprint, now))).await?;
    Ok((StatusCode::CREATED, Json(shown.with(warnings))))
}

/// Returns the fingerprint of a definition without errors, with what is worth a second look.
pub(super) fn check(text: &DefinitionText) -> Result<(String, Vec<Finding>), Problem> {
    let mut read = |name: &str| {
        let found = text.lists.iter().find(|(known, _)| known == name);
        found.map(|(_, content)| content.clone()).ok_or_else(|| "it is not among `lists`".to_owned())
    };
    let loaded = bantam_lang::load(Source::new(&text.name, &text.text), &mut read);
    let findings: Vec<Finding> = loaded.diagnostics.iter().map(|found| Finding::new(found, &loaded.source)).collect();
    match loaded.checked {
        Some(checked) => Ok((checked.fingerprint().to_string(), findings)),
        None => {
            let message = "the definition has errors; nothing was kept";
            let problem = Problem::bad_request("invalid_definition", message).at("text");
            Err(problem.with(json!({"findings": findings})))
        }
    }
}

/// Count what a definition would change
///
/// For the leads there are.
#[utoipa::path(get, path = "/api/definitions/{fingerprint}/preview", tag = "definitions", params(("fingerprint" = String, Path, description = "The definition")),
    responses((status = 200, description = "What it would change", body = ShownPreview),
        (status = 404, description = "There is no such definition", body = ProblemBody)))]
pub(crate) async fn preview(
    State(app): State<App>,
    FromPath(fingerprint): FromPath<String>,
) -> Result<Json<ShownPreview>, Problem> {
    count_moves(&app, fingerprint).await.map(ShownPreview::from).map(Json)
}

async fn count_moves(app: &App, fingerprint: String) -> Result<Preview, Problem> {
    let now = app.now();
    let rules = app.read(move |reader| {
        reader.read(|ledger| {
            let unknown = || Problem::not_found("there is no such definition");
            let proposed = Rules::kept(ledger, &fingerprint)?.ok_or_else(unknown)?;
            let active = Rules::active(ledger)?;
            Ok::<_, Problem>((active, proposed))
        })
    });
    let rules = std::sync::Arc::new(rules.await?);
    let (mut preview, mut after) = (Preview::default(), Some(0));
    while let Some(from) = after {
        let (rules, mut so_far) = (rules.clone(), preview);
        let look = app.read(move |reader| {
            reader.read(|ledger| {
                let (active, proposed) = &*rules;
                let next = so_far.look_at(ledger, active.as_ref(), proposed, from, LEADS_AT_ONCE, now)?;
                Ok::<_, Problem>((so_far, next))
            })
        });
        (preview, after) = look.await?;
    }
    Ok(preview)
}

/// Why, and from when on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProposalRequest {
    pub(crate) by: Name,
    pub(crate) note: Option<Note>,
    /// From when on it is to be active; as soon as it is signed where it is not given.
    pub(crate) effective_at: Option<Moment>,
}

/// Propose a definition
///
/// With how many leads would change stage.
#[utoipa::path(post, path = "/api/definitions/{fingerprint}/propose", tag = "definitions", request_body = ProposalRequest, params(("fingerprint" = String, Path, description = "The definition")),
    responses((status = 200, description = "Where it is now", body = ShownVersion),
        (status = 404, description = "There is no such definition", body = ProblemBody),
        (status = 409, description = "It does not fit how things stand", body = ProblemBody)))]
pub(crate) async fn propose(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    FromPath(fingerprint): FromPath<String>,
    FromBody(body): FromBody<ProposalRequest>,
) -> Result<Json<ShownVersion>, Problem> {
    let moves = count_moves(&app, fingerprint.clone()).await?.moves;
    let effective_at = body.effective_at.map(|moment| moment.0);
    let note = body.note.map(|note| note.0);
    let kind = FactKind::Proposal { fingerprint: fingerprint.clone(), by: body.by.0, note, moves, effective_at };
    let entry = Entry::new("definition.proposed", fingerprint.clone()).with(json!({"moves": moves}));
    step(&app, &caller, "proposal", fingerprint, kind, entry).await
}

/// Who signs what, for whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignatureRequest {
    pub(crate) by: Name,
    pub(crate) team: SigningTeam,
    /// The digest of the text that was read, as `text_digest` shows it.
    pub(crate) text_digest: String,
}

/// Sign a definition
///
/// For a team, and the very text that was read.
#[utoipa::path(post, path = "/api/definitions/{fingerprint}/sign", tag = "definitions", request_body = SignatureRequest, params(("fingerprint" = String, Path, description = "The definition")),
    responses((status = 200, description = "Where it is now", body = ShownVersion),
        (status = 404, description = "There is no such definition", body = ProblemBody),
        (status = 409, description = "It does not fit how things stand", body = ProblemBody)))]
pub(crate) async fn sign(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    FromPath(fingerprint): FromPath<String>,
    FromBody(body): FromBody<SignatureRequest>,
) -> Result<Json<ShownVersion>, Problem> {
    let SignatureRequest { by, team, text_digest: text } = body;
    if caller.person.is_none() && by.0.starts_with(PERSON) {
        let message = "people sign on the page of the definition; a program signs by a name of its own";
        return Err(Problem::bad_request("invalid_value", message).at("by"));
    }
    let entry = Entry::new("definition.signed", fingerprint.clone()).with(json!({"team": team, "text": &text}));
    let kind = FactKind::Signature { fingerprint: fingerprint.clone(), text, team: team.into(), by: by.0 };
    step(&app, &caller, "signature", fingerprint, kind, entry).await
}

/// Who lets it become active.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActivationRequest {
    pub(crate) by: Name,
    /// The number of leads that move, as the proposal says: whoever activates has seen it.
    pub(crate) confirmed_moves: u64,
}

/// Let a definition become active
///
/// One that both teams signed.
#[utoipa::path(post, path = "/api/definitions/{fingerprint}/activate", tag = "definitions", request_body = ActivationRequest, params(("fingerprint" = String, Path, description = "The definition")),
    responses((status = 200, description = "Where it is now", body = ShownVersion),
        (status = 404, description = "There is no such definition", body = ProblemBody),
        (status = 409, description = "It does not fit how things stand", body = ProblemBody)))]
pub(crate) async fn activate(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    FromPath(fingerprint): FromPath<String>,
    FromBody(body): FromBody<ActivationRequest>,
) -> Result<Json<ShownVersion>, Problem> {
    let ActivationRequest { by, confirmed_moves: moves } = body;
    let kind = FactKind::SignedActivation { fingerprint: fingerprint.clone(), by: by.0, moves };
    let entry = Entry::new("definition.activated", fingerprint.clone()).with(json!({"moves": moves}));
    step(&app, &caller, "activation", fingerprint, kind, entry).await
}

/// Takes a step, and shows where the definition is after it.
async fn step(
    app: &App,
    caller: &Caller,
    name: &str,
    fingerprint: String,
    kind: FactKind,
    entry: Entry,
) -> Result<Json<ShownVersion>, Problem> {
    take(app, caller, &format!("{name}-{fingerprint}"), kind, entry).await?;
    let now = app.now();
    app.read(move |reader| reader.read(|ledger| ShownVersion::read(ledger, &fingerprint, now).map(Json))).await
}

async fn take(app: &App, caller: &Caller, message_id: &str, kind: FactKind, entry: Entry) -> Result<(), Problem> {
    let now = app.now();
    let mut fact = Fact::of_service(String::new(), now, &caller.source, kind);
    // Two people may do two things in one moment; the same thing twice is once.
    fact.message_id = format!("{message_id}-{now}-{}", fact.content().hex());
    match app.state(caller, fact, entry).await? {
        Taken::Refused(Refusal::Definition(refusal)) => Err(refused(refusal)),
        Taken::Refused(_) => Err(Problem::not_found("there is no such definition")),
        _ => Ok(()),
    }
}

fn refused(refusal: DefinitionRefusal) -> Problem {
    let conflict = |code, message: &str| Problem::new(StatusCode::CONFLICT, code, message);
    match refusal {
        DefinitionRefusal::NotKnown => Problem::not_found("there is no such definition"),
        DefinitionRefusal::Active => conflict("active", "the definition is the active one already"),
        DefinitionRefusal::NotProposed => conflict("not_proposed", "the definition has to be proposed first"),
        DefinitionRefusal::OtherText { text } => {
            let message = "the text was changed after it was read; read it again";
            conflict("other_text", message).at("text_digest").with(json!({"text_digest": text}))
        }
        DefinitionRefusal::Signed { by } => {
            conflict("signed", "the team has signed already").at("team").with(json!({"by": by}))
        }
        DefinitionRefusal::NoRole { team } => {
            let message = "only somebody with the role of that team signs for it";
            Problem::new(StatusCode::FORBIDDEN, "role", message).at("team").with(json!({"team": team}))
        }
        DefinitionRefusal::BothTeams { team } => {
            let message = "the same person signed for the other team; nobody signs for both";
            conflict("both_teams", message).at("by").with(json!({"team": team}))
        }
        DefinitionRefusal::Unsigned { missing } => {
            conflict("unsigned", "both teams have to sign first").with(json!({"missing": missing}))
        }
        DefinitionRefusal::Unconfirmed { moves } => {
            let message = format!("{moves} leads would change stage; say so in `confirmed_moves` to confirm it");
            conflict("unconfirmed", &message).at("confirmed_moves").with(json!({"moves": moves}))
        }
    }
}

/// Returns where a version is, for what shows more of it.
fn version(ledger: &mut dyn bantam_store::Ledger, fingerprint: &str) -> Result<Version, Problem> {
    Version::read(ledger, fingerprint)?.ok_or_else(|| Problem::not_found("there is no such definition"))
}
