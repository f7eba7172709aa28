//! The definition that decides.

use crate::app::App;
use crate::core::DefinitionText;
use crate::keys::Scope;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::{Value, json};

/// Shows the active definition with its text.
pub(crate) async fn active(State(app): State<App>, headers: HeaderMap) -> Result<Json<Value>, Problem> {
    app.allow(&headers, Scope::Read)?;
    app.read(|reader| {
        reader.read(|ledger| {
            let none = || Problem::not_found("no definition is active");
            let fingerprint = ledger.setting("active")?.ok_or_else(none)?;
            let fingerprint = String::from_utf8_lossy(&fingerprint).into_owned();
            let body = ledger.definition(&fingerprint)?.ok_or_else(none)?;
            let text: Option<DefinitionText> = serde_json::from_slice(&body).ok();
            // What runs from a file was signed by nobody, and whoever reads it is told.
            let state = json!({"state": "active", "is_signed": false, "fingerprint": fingerprint, "definition": text});
            Ok(Json(state))
        })
    })
    .await
}
