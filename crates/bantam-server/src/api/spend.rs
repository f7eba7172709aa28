//! What was spent on marketing: listed, and entered through the same fact that an import makes.

use super::extract::{FromBody, FromQuery};
use super::paging::{Cursor, Limit, next};
use super::values::{Moment, Name};
use crate::app::App;
use crate::intake::{LineProblem, LineReading, Reading, read_line};
use crate::keys::Caller;
use crate::problem::{Problem, ProblemBody};
use crate::tracking::{unavailable, why_not};
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use bantam_core::fact::{Fact, FactKind};
use bantam_core::{Given, Taken, read_fact};
use bantam_store::{Ledger, Seq, StoredFact};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

/// How many facts about nobody are looked at together: most of them are no spend.
const LOOKED_AT: usize = 1_000;
/// How far in the future a day may begin, in microseconds: where days begin earlier than in Greenwich it is today.
const AHEAD_MAX: i64 = 14 * 3_600_000_000;

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// `next_cursor` of the page before.
    #[param(value_type = Option<Cursor>)]
    cursor: Option<Cursor>,
    /// How many.
    #[serde(default)]
    #[param(value_type = Option<Limit>)]
    limit: Limit,
}

/// Something that was spent.
#[derive(Serialize, ToSchema)]
pub(crate) struct Spend {
    /// By what it is known again, and taken back: see `POST /api/events/{message_id}/retract`.
    message_id: String,
    date: Moment,
    amount: f64,
    /// For leads from where; none is for all.
    lead_source: Option<String>,
    campaign: Option<String>,
    /// Who says so.
    by: String,
    received_at: Moment,
    /// The number of the fact by which it no longer counts.
    retracted_by: Option<i64>,
}

/// A page of what was spent.
#[derive(Serialize, ToSchema)]
pub(crate) struct SpendPage {
    spend: Vec<Spend>,
    next_cursor: Option<Cursor>,
}

/// List what was spent
///
/// In the order in which it was entered. What was taken back is listed, too, and does not count.
#[utoipa::path(get, path = "/api/spend", tag = "spend", params(ListQuery),
    responses((status = 200, description = "A page of it", body = SpendPage), (status = 404, description = "There is no such thing", body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<App>,
    FromQuery(query): FromQuery<ListQuery>,
) -> Result<Json<SpendPage>, Problem> {
    let after = query.cursor.map(|cursor| cursor.place("spend")).transpose()?.unwrap_or(0);
    let limit = query.limit;
    app.read(move |reader| {
        let found = reader.read(|ledger| spent_after(ledger, after, limit.0))?;
        let next_cursor = next("spend", &found, limit, |(stored, _)| stored.seq);
        Ok(Json(SpendPage { spend: found.iter().filter_map(shown).collect(), next_cursor }))
    })
    .await
}

/// Returns facts that tell what was spent, after a number.
pub(crate) fn spent_after(
    ledger: &mut dyn Ledger,
    mut after: Seq,
    limit: usize,
) -> Result<Vec<(StoredFact, Fact)>, Problem> {
    let mut found = Vec::new();
    loop {
        let facts = ledger.facts_of_nobody(after, LOOKED_AT)?;
        let is_all = facts.len() < LOOKED_AT;
        for stored in facts {
            after = stored.seq;
            let Some(fact) = read_fact(&stored)? else { continue };
            if matches!(fact.kind, FactKind::Spend { .. }) {
                found.push((stored, fact));
            }
            if found.len() >= limit {
                return Ok(found);
            }
        }
        if is_all {
            return Ok(found);
        }
    }
}

fn shown((stored, fact): &(StoredFact, Fact)) -> Option<Spend> {
    let FactKind::Spend { amount, campaign, lead_source, by } = &fact.kind else { return None };
    Some(Spend {
        message_id: fact.message_id.clone(),
        date: Moment(fact.happened_at),
        amount: *amount,
        lead_source: lead_source.clone(),
        campaign: campaign.clone(),
        by: by.clone(),
        received_at: Moment(stored.received_at),
        retracted_by: stored.retracted_by,
    })
}

/// What is entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SpendRequest {
    /// The day it counts on, or a moment; not in the future.
    pub(crate) date: Moment,
    /// In the currency of the amounts of deals. Less than 0 is money that came back.
    #[schema(example = 1200.5)]
    pub(crate) amount: f64,
    /// For leads from where: as their attribute for the source has it.
    pub(crate) lead_source: Option<Name>,
    /// For which campaign.
    pub(crate) campaign: Option<Name>,
    pub(crate) by: Name,
    /// By what it is known again; made from the content where it is missing, so that the same twice is once.
    pub(crate) message_id: Option<Name>,
}

/// What became of what was entered.
#[derive(Serialize, ToSchema)]
pub(crate) struct SpendEntered {
    /// `accepted`, or `duplicate` where it was there already.
    #[schema(example = "accepted")]
    pub(crate) status: &'static str,
    /// By what it is known again, and taken back.
    message_id: String,
}

/// Enter what was spent
///
/// As a line of an import does. Sent once more it counts once.
#[utoipa::path(post, path = "/api/spend", tag = "spend", request_body = SpendRequest,
    responses((status = 200, description = "It was there already", body = SpendEntered),
        (status = 201, description = "It is entered", body = SpendEntered),
        (status = 409, description = "Something else was entered under this message id", body = ProblemBody)))]
pub(crate) async fn enter(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    FromBody(body): FromBody<SpendRequest>,
) -> Result<(StatusCode, Json<SpendEntered>), Problem> {
    let now = app.now();
    if body.date.0 > now.saturating_add(AHEAD_MAX) {
        return Err(Problem::bad_request("invalid_value", "`date` lies in the future").at("date"));
    }
    let name = |name: Option<Name>| name.map(|name| name.0);
    let line = json!({"type": "spend", "timestamp": body.date, "amount": body.amount, "by": body.by,
        "source": name(body.lead_source), "campaign": name(body.campaign), "messageId": name(body.message_id)});
    let reading = Reading { source: &caller.source, now, sent_at: None, kind: None };
    let with = LineReading { reading, is_trusted: true, answers: &[] };
    let fact = read_line(line.to_string().as_bytes(), &with).map_err(wrong)?;
    let message_id = fact.message_id.clone();
    let taken = app.recorder.take(vec![Given::new(fact)], Vec::new()).await.map_err(unavailable)?;
    match taken.first() {
        Some(Taken::Accepted { .. }) => {
            Ok((StatusCode::CREATED, Json(SpendEntered { status: "accepted", message_id })))
        }
        Some(Taken::Duplicate { .. }) => Ok((StatusCode::OK, Json(SpendEntered { status: "duplicate", message_id }))),
        Some(taken) => Err(Problem::conflict(why_not(taken))),
        None => Err(Problem::busy()),
    }
}

fn wrong(problem: LineProblem) -> Problem {
    let field = match problem.field {
        Some("messageId") => "message_id",
        Some("timestamp") => "date",
        Some("source") => "lead_source",
        other => other.unwrap_or_default(),
    };
    Problem::bad_request("invalid_value", format!("`{field}` {}", problem.reason)).at(field)
}
