//! The editor: the text, a form for the numbers in it, and beside both what it would do.

use super::knobs::{FIELD, Panel, panels, turned};
use super::what_if::{Impact, try_text};
use super::{NAME, active, kept_text, path};
use crate::api::definitions::{self, DraftRequest};
use crate::api::extract::{FromBody, FromQuery};
use crate::api::values::Name;
use crate::app::App;
use crate::people::Origin;
use crate::problem::Problem;
use crate::web::access::{Visitor, redirect};
use crate::web::answers::{by, refuse_others};
use crate::web::assets;
use crate::web::forms::FromForm;
use crate::web::frame::{Frame, render};
use crate::web::lead::caller;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bantam_core::DefinitionText;
use bantam_lang::keys;
use bantam_lang::source::Source;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// What the editor begins with where there is no definition.
const STARTER: &str = include_str!("../../../assets/starter.yaml");

/// From where to begin.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct From {
    from: Option<String>,
}

#[derive(Template)]
#[template(path = "definition_edit.html")]
struct Page {
    frame: Frame,
    text: String,
    /// The version whose list files go with the text.
    from: String,
    panels: Vec<Panel>,
    impact: Impact,
    editor: &'static str,
    words: Vec<&'static str>,
}

#[derive(Template)]
#[template(path = "definition_aside.html")]
struct Aside {
    panels: Vec<Panel>,
    impact: Impact,
}

/// Shows the editor.
pub(crate) async fn edit(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromQuery(From { from }): FromQuery<From>,
) -> Result<Response, Problem> {
    let base = base(&app, from).await?;
    let (from, text) = base.unwrap_or_else(|| (String::new(), starter()));
    page(&app, Frame::of(Some(&signed), "/definition", "Edit the definition"), from, text).await
}

async fn page(app: &App, frame: Frame, from: String, text: DefinitionText) -> Result<Response, Problem> {
    let panels = found_panels(&text);
    let impact = try_text(app, text.clone()).await?;
    let (editor, words) = (assets::EDITOR.path(), words());
    Ok(render(&Page { frame, text: text.text, from, panels, impact, editor, words }))
}

/// Returns the words of the language, for completion.
fn words() -> Vec<&'static str> {
    let maps = [
        keys::TOP,
        keys::ATTRIBUTE,
        keys::ACTION,
        keys::LIST,
        keys::SALES,
        keys::SIGNAL,
        keys::FIT,
        keys::FIT_RULE,
        keys::ENGAGEMENT,
        keys::ENGAGEMENT_RULE,
        keys::HAND_OFF,
        keys::GRADES,
        keys::ROUTE,
    ];
    let functions = keys::functions().map(|(name, _)| name);
    let all: BTreeSet<&str> = maps.into_iter().flatten().copied().chain(functions).collect();
    all.into_iter().collect()
}

fn starter() -> DefinitionText {
    DefinitionText { name: NAME.into(), text: STARTER.into(), lists: Vec::new() }
}

/// Returns the version to begin with, and its text: one that is named, else the active one.
async fn base(app: &App, from: Option<String>) -> Result<Option<(String, DefinitionText)>, Problem> {
    app.read(move |reader| {
        reader.read(|ledger| {
            let fingerprint = match from.filter(|from| !from.is_empty()) {
                Some(from) => Some(from),
                None => active(ledger)?,
            };
            let Some(fingerprint) = fingerprint else { return Ok(None) };
            let unknown = || Problem::not_found("there is no such definition");
            let text = kept_text(ledger, &fingerprint)?.ok_or_else(unknown)?;
            Ok(Some((fingerprint, text)))
        })
    })
    .await
}

fn found_panels(text: &DefinitionText) -> Vec<Panel> {
    let (definition, _) = bantam_lang::parse(&Source::new(NAME, &text.text));
    let Some(definition) = definition else { return Vec::new() };
    let meaning = text.check().map(|checked| checked.meaning());
    panels(&text.text, &definition, meaning.as_deref())
}

/// A text on its way: as it is typed, with the numbers of the form beside it in their places.
struct Typed {
    from: String,
    text: DefinitionText,
    is_kept: bool,
}

impl Typed {
    async fn read(app: &App, mut fields: BTreeMap<String, String>) -> Result<Typed, Problem> {
        let from = fields.remove("from").unwrap_or_default();
        let is_kept = fields.remove("do").as_deref() == Some("keep");
        // Browsers send line ends as CR LF.
        let typed = fields.remove("text").unwrap_or_default().replace("\r\n", "\n");
        let numbers: Vec<(String, String)> =
            fields.iter().filter(|(name, _)| name.starts_with(FIELD)).map(|(n, v)| (n.clone(), v.clone())).collect();
        fields.retain(|name, _| !name.starts_with(FIELD));
        refuse_others(&fields)?;
        let lists = match from.is_empty() {
            true => Vec::new(),
            false => base(app, Some(from.clone())).await?.map(|(_, base)| base.lists).unwrap_or_default(),
        };
        let text = DefinitionText { name: NAME.into(), text: turned(&typed, &numbers), lists };
        Ok(Typed { from, text, is_kept })
    }
}

/// Keeps the text as a draft, or shows what it would do.
pub(crate) async fn save(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromForm(fields): FromForm<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let typed = Typed::read(&app, fields).await?;
    let checked = typed.text.check();
    if let Some(checked) = checked.filter(|_| typed.is_kept) {
        let body = DraftRequest {
            text: typed.text.text,
            lists: typed.text.lists.into_iter().collect(),
            by: Name(by(&signed.person)),
        };
        let _ = definitions::draft(State(app), caller(&signed, &origin), FromBody(body)).await?;
        return Ok(redirect(&path(&checked.fingerprint().to_string())));
    }
    // What was typed is kept on the page, with what is wrong beside it.
    page(&app, Frame::of(Some(&signed), "/definition", "Edit the definition"), typed.from, typed.text).await
}

/// Returns what stands beside the text, while it is typed.
pub(crate) async fn try_out(
    State(app): State<App>,
    Visitor(_): Visitor,
    FromForm(fields): FromForm<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let typed = Typed::read(&app, fields).await?;
    let panels = found_panels(&typed.text);
    let impact = try_text(&app, typed.text).await?;
    Ok(render(&Aside { panels, impact }))
}
