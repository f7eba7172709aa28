//! The definition that decides.

use crate::app::App;
use crate::core::DefinitionText;
use crate::problem::{Problem, ProblemBody};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A definition with its text.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActiveDefinition {
    #[schema(example = "active")]
    state: &'static str,
    /// Whether marketing and sales have signed it.
    is_signed: bool,
    fingerprint: String,
    definition: Option<Text>,
}

/// A definition as it was written.
#[derive(Serialize, ToSchema)]
pub(crate) struct Text {
    /// The file's name.
    name: String,
    /// The YAML.
    text: String,
    /// The list files it names, by name.
    lists: BTreeMap<String, String>,
}

impl From<DefinitionText> for Text {
    fn from(text: DefinitionText) -> Self {
        Text { name: text.name, text: text.text, lists: text.lists.into_iter().collect() }
    }
}

/// Show the active definition
#[utoipa::path(get, path = "/api/definitions", tag = "definitions",
    responses((status = 200, description = "The definition that decides", body = ActiveDefinition), (status = 404, description = "There is no such thing", body = ProblemBody)))]
pub(crate) async fn active(State(app): State<App>) -> Result<Json<ActiveDefinition>, Problem> {
    app.read(|reader| {
        reader.read(|ledger| {
            let none = || Problem::not_found("no definition is active");
            let fingerprint = ledger.setting("active")?.ok_or_else(none)?;
            let fingerprint = String::from_utf8_lossy(&fingerprint).into_owned();
            let body = ledger.definition(&fingerprint)?.ok_or_else(none)?;
            let text: Option<DefinitionText> = serde_json::from_slice(&body).ok();
            // What runs from a file was signed by nobody, and whoever reads it is told.
            let definition = text.map(Text::from);
            Ok(Json(ActiveDefinition { state: "active", is_signed: false, fingerprint, definition }))
        })
    })
    .await
}
