//! Leads: lists, one lead with where its points come from, its history, its score at any moment, its erasure.

use super::show::{active_rules, attributes, facts, find_lead, hand_off, scored, short, time};
use crate::app::App;
use crate::core::fact::{Fact, FactKind};
use crate::core::identity::tombstone;
use crate::core::{Given, LeadState, Refusal, Rules, Taken, read_decision};
use crate::keys::Scope;
use crate::problem::Problem;
use crate::tracking::unavailable;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use bantam_lang::convert::parse_time;
use bantam_store::LeadFilter;
use serde::Deserialize;
use serde_json::{Value, json};

/// How many rows a page has unless asked, and at most.
const PAGE: usize = 50;
const PAGE_MAX: usize = 500;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    stage: Option<String>,
    route: Option<String>,
    cursor: Option<String>,
    limit: Option<usize>,
}

type Answer = Result<Json<Value>, Problem>;

/// Lists leads, highest score first.
pub(crate) async fn list(State(app): State<App>, headers: HeaderMap, Query(query): Query<ListQuery>) -> Answer {
    app.allow(&headers, Scope::Read)?;
    let limit = query.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX);
    let after = query.cursor.as_deref().map(read_cursor).transpose()?;
    let filter = LeadFilter { stage: query.stage, route: query.route, after, limit };
    app.read(move |reader| {
        let rows = reader.leads(&filter)?;
        let full = rows.len() == limit;
        let next = rows.last().filter(|_| full).map(|(_, row)| format!("{}.{}", row.score, row.id));
        let mut leads = Vec::with_capacity(rows.len());
        for (_, row) in &rows {
            let lead = LeadState::from_row(row)?;
            leads.extend(lead.score.is_some().then(|| short(&lead)));
        }
        Ok(Json(json!({"leads": leads, "next_cursor": next})))
    })
    .await
}

fn read_cursor(cursor: &str) -> Result<(i64, i64), Problem> {
    let parts = cursor.split_once('.').and_then(|(score, id)| Some((score.parse().ok()?, id.parse().ok()?)));
    parts.ok_or_else(|| Problem::bad_request("invalid_cursor", "the cursor is not one that was given").at("cursor"))
}

/// Shows one lead as it stands now.
pub(crate) async fn show(State(app): State<App>, headers: HeaderMap, Path(id): Path<String>) -> Answer {
    app.allow(&headers, Scope::Read)?;
    let now = app.now();
    app.read(move |reader| {
        reader.read(|ledger| {
            let lead = find_lead(ledger, &id)?;
            let members = ledger.members(lead)?;
            let own_facts = facts(ledger, &members)?;
            let rules = active_rules(ledger)?;
            let mut shown = match &rules {
                Some(rules) => scored(ledger, rules, lead, now)?,
                None => None,
            }
            .unwrap_or_else(|| json!({"id": id}));
            let mut hand_offs = Vec::new();
            for member in &members {
                for row in ledger.hand_offs_of(member.id)? {
                    hand_offs.extend(serde_json::from_slice(&row.body).ok().map(|found| hand_off(&found)));
                }
            }
            if let Value::Object(entries) = &mut shown {
                let ids: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
                entries.insert("ids".into(), json!(ids));
                entries.insert("attributes".into(), json!(attributes(&own_facts)));
                entries.insert("hand_offs".into(), hand_offs.into());
            }
            Ok(Json(shown))
        })
    })
    .await
}

/// Shows the facts and the decisions about a lead.
pub(crate) async fn history(State(app): State<App>, headers: HeaderMap, Path(id): Path<String>) -> Answer {
    app.allow(&headers, Scope::Read)?;
    app.read(move |reader| {
        reader.read(|ledger| {
            let lead = find_lead(ledger, &id)?;
            let members = ledger.members(lead)?;
            let mut told = Vec::new();
            for (stored, fact) in facts(ledger, &members)? {
                told.push(json!({
                    "seq": stored.seq, "received_at": time(stored.received_at), "happened_at": time(fact.happened_at),
                    "message_id": fact.message_id, "retracted_by": stored.retracted_by, "flags": fact.flags,
                    "kind": fact.kind,
                }));
            }
            let mut decisions = Vec::new();
            for member in &members {
                for entry in ledger.decisions_of(member.id)? {
                    let decision = read_decision(&entry)?;
                    let as_of = time(decision.as_of);
                    let mut shown = serde_json::to_value(decision).unwrap_or_default();
                    if let Value::Object(entries) = &mut shown {
                        entries.insert("as_of".into(), as_of);
                    }
                    decisions.push(shown);
                }
            }
            Ok(Json(json!({"id": id, "facts": told, "decisions": decisions})))
        })
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScoreQuery {
    as_of: Option<String>,
    definition: Option<String>,
}

/// Scores a lead at any moment, by any definition that was ever kept.
pub(crate) async fn score(
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(query): Query<ScoreQuery>,
) -> Answer {
    app.allow(&headers, Scope::Read)?;
    let as_of = match &query.as_of {
        None => app.now(),
        Some(text) => {
            let no_time = || Problem::bad_request("invalid_time", "`as_of` is no time").at("as_of");
            parse_time(text).ok_or_else(no_time)?
        }
    };
    app.read(move |reader| {
        reader.read(|ledger| {
            let lead = find_lead(ledger, &id)?;
            let rules = match &query.definition {
                Some(fingerprint) => Rules::kept(ledger, fingerprint)?.map(Into::into),
                None => active_rules(ledger)?,
            };
            let rules = rules.ok_or_else(|| Problem::not_found("there is no such definition"))?;
            let shown = scored(ledger, &rules, lead, as_of)?;
            Ok(Json(shown.unwrap_or_else(|| json!({"id": id, "as_of": time(as_of), "stage": null, "scores": null}))))
        })
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reason {
    reason: String,
    by: String,
}

/// Lets an event never have been.
pub(crate) async fn retract(
    State(app): State<App>,
    headers: HeaderMap,
    Path(message_id): Path<String>,
    Json(body): Json<Reason>,
) -> Answer {
    let source = app.allow(&headers, Scope::Manage)?;
    let now = app.now();
    let kind = FactKind::Retraction { message_id: message_id.clone(), reason: body.reason, by: body.by };
    // Retracting twice is one retraction.
    let fact = Fact::of_service(format!("retract-{message_id}"), now, &source, kind);
    let taken = app.recorder.take(vec![Given::new(fact)], Vec::new()).await.map_err(unavailable)?;
    match taken.first() {
        Some(Taken::Refused(Refusal::NoSuchMessage)) => Err(Problem::not_found("there is no such event")),
        Some(Taken::Accepted { .. } | Taken::Duplicate { .. }) => Ok(Json(json!({"retracted": message_id}))),
        _ => Err(Problem::bad_request("refused", "the event could not be retracted")),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ByQuery {
    by: String,
}

/// Erases a lead, with all ids that are one with it.
pub(crate) async fn erase(
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(query): Query<ByQuery>,
) -> Result<StatusCode, Problem> {
    let source = app.allow(&headers, Scope::Manage)?;
    let is_erased = app.recorder.work(move |desk, ledger, now| {
        if !desk.prepare_erasure(ledger, &id)? {
            return Ok(false);
        }
        let mark = tombstone(&id);
        let kind = FactKind::Erasure { tombstone: mark.clone(), by: query.by };
        desk.take(ledger, now, &[Given::new(Fact::of_service(format!("erase-{mark}"), now, &source, kind))])?;
        Ok(true)
    });
    match is_erased.await.map_err(unavailable)? {
        true => {
            app.recorder.checkpoint().await.map_err(unavailable)?;
            Ok(StatusCode::NO_CONTENT)
        }
        false => Err(Problem::not_found("there is no such lead")),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageQuery {
    cursor: Option<i64>,
    limit: Option<usize>,
}

/// Lists what was refused.
pub(crate) async fn quarantine(State(app): State<App>, headers: HeaderMap, Query(query): Query<PageQuery>) -> Answer {
    app.allow(&headers, Scope::Read)?;
    let limit = query.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX);
    app.read(move |reader| {
        let found = reader.quarantined(query.cursor.unwrap_or(0), limit)?;
        let next = found.last().filter(|_| found.len() == limit).map(|(id, _)| *id);
        let shown: Vec<Value> = found
            .iter()
            .map(|(id, refused)| {
                let body = String::from_utf8_lossy(&refused.body);
                json!({
                    "id": id, "received_at": time(refused.received_at), "reason": refused.reason,
                    "field": refused.field, "body": body,
                })
            })
            .collect();
        Ok(Json(json!({"refused": shown, "next_cursor": next})))
    })
    .await
}
