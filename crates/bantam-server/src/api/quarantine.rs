//! What was refused: kept to be looked at.

use super::extract::FromQuery;
use super::paging::{Cursor, Limit, next};
use super::values::Moment;
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// `next_cursor` of the page before.
    #[param(value_type = Option<Cursor>)]
    cursor: Option<Cursor>,
    /// How many.
    #[serde(default)]
    #[param(value_type = Option<Limit>)]
    limit: Limit,
}

/// Something that was refused.
#[derive(Serialize, ToSchema)]
pub(crate) struct Quarantined {
    id: i64,
    received_at: Moment,
    reason: String,
    field: Option<String>,
    /// What was sent.
    body: String,
}

/// A page of what was refused.
#[derive(Serialize, ToSchema)]
pub(crate) struct QuarantinePage {
    refused: Vec<Quarantined>,
    next_cursor: Option<Cursor>,
}

/// List what was refused
#[utoipa::path(get, path = "/api/quarantine", tag = "quarantine", params(PageQuery),
    responses((status = 200, description = "A page of it, oldest first", body = QuarantinePage), (status = 404, description = "There is no such thing", body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<App>,
    FromQuery(query): FromQuery<PageQuery>,
) -> Result<Json<QuarantinePage>, Problem> {
    let after = query.cursor.map(|cursor| cursor.place("quarantine")).transpose()?.unwrap_or(0);
    let limit = query.limit;
    app.read(move |reader| {
        let found = reader.quarantined(after, limit.0)?;
        let next_cursor = next("quarantine", &found, limit, |(id, _)| *id);
        let refused = found.into_iter().map(|(id, refused)| Quarantined {
            id,
            received_at: Moment(refused.received_at),
            reason: refused.reason,
            field: refused.field,
            body: String::from_utf8_lossy(&refused.body).into_owned(),
        });
        Ok(Json(QuarantinePage { refused: refused.collect(), next_cursor }))
    })
    .await
}
