//! Leads: lists, one lead with where its points come from, its history, its score at any moment, its erasure.

use super::extract::{FromPath, FromQuery};
use super::paging::{Cursor, Limit};
use super::shown::{
    Decision, Fact, HandOff, Lead, LeadSummary, Scored, active_rules, attributes, facts, find_lead, hand_offs, scored,
};
use super::values::{Moment, Name};
use crate::app::App;
use crate::keys::Caller;
use crate::people::{Entry, state};
use crate::problem::{Problem, ProblemBody};
use crate::tracking::unavailable;
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use bantam_core::fact::{self, FactKind};
use bantam_core::identity::tombstone;
use bantam_core::public_id::Secret;
use bantam_core::{LeadState, Rules, read_decision};
use bantam_store::{LeadFilter, LeadOrder, LeadPlace, LeadRow, Ledger, StoreError, Subject, SubjectId, SubjectKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::{IntoParams, ToSchema};

/// Which leads, in which order.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those on this stage.
    stage: Option<String>,
    /// Only those with this grade.
    grade: Option<String>,
    /// Only those that go to this route.
    route: Option<String>,
    /// Only those whose hand-off in progress this member has.
    owner: Option<String>,
    /// Only those whose id, or an id that was merged into it, begins so.
    q: Option<String>,
    /// In which order.
    #[serde(default)]
    #[param(value_type = Option<LeadSort>)]
    sort: LeadSort,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<Cursor>)]
    cursor: Option<Cursor>,
    /// How many.
    #[serde(default)]
    #[param(value_type = Option<Limit>)]
    limit: Limit,
}

/// What leads are listed by. Of equal ones the one that was heard of last comes first.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
pub(crate) enum LeadSort {
    /// The highest score first.
    #[default]
    #[serde(rename = "score")]
    HighestScore,
    /// The lowest score first.
    #[serde(rename = "-score")]
    LowestScore,
    /// The best fit first.
    #[serde(rename = "fit")]
    Fit,
    /// The highest engagement first.
    #[serde(rename = "engagement")]
    Engagement,
    /// By id.
    #[serde(rename = "id")]
    Id,
    /// The one whose stage changed last first.
    #[serde(rename = "changed")]
    Changed,
}

impl LeadSort {
    /// Returns the order, and what the list in this order is called to its cursors.
    pub(crate) fn order(self) -> (LeadOrder, &'static str) {
        match self {
            LeadSort::HighestScore => (LeadOrder::HighestScore, "leads score"),
            LeadSort::LowestScore => (LeadOrder::LowestScore, "leads -score"),
            LeadSort::Fit => (LeadOrder::Fit, "leads fit"),
            LeadSort::Engagement => (LeadOrder::Engagement, "leads engagement"),
            LeadSort::Id => (LeadOrder::Name, "leads id"),
            LeadSort::Changed => (LeadOrder::Changed, "leads changed"),
        }
    }
}

impl LeadSort {
    /// Returns the place that a cursor of the list in this order holds.
    pub(crate) fn place(self, cursor: &Cursor) -> Result<LeadPlace, Problem> {
        Ok(match cursor.place(self.order().1)? {
            Place::Number(number, id) => LeadPlace::Number(number, id),
            Place::Name(name) => LeadPlace::Name(name),
        })
    }

    /// Returns the cursor after a lead.
    pub(crate) fn cursor_after(self, name: &str, lead: &LeadRow) -> Cursor {
        let (order, list) = self.order();
        let place = match order.place(name, lead) {
            LeadPlace::Number(number, id) => Place::Number(number, id),
            LeadPlace::Name(name) => Place::Name(name),
        };
        Cursor::new(list, &place)
    }
}

/// A place in a list of leads, as cursors hold it.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Place {
    Number(i64, SubjectId),
    Name(String),
}

/// A page of leads.
#[derive(Serialize, ToSchema)]
pub(crate) struct LeadPage {
    leads: Vec<LeadSummary>,
    next_cursor: Option<Cursor>,
}

/// List leads
#[utoipa::path(get, path = "/api/leads", tag = "leads", params(ListQuery),
    responses((status = 200, description = "A page of leads", body = LeadPage), (status = 404, description = "There is no such thing", body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<App>,
    FromQuery(query): FromQuery<ListQuery>,
) -> Result<Json<LeadPage>, Problem> {
    let sort = query.sort;
    let after = query.cursor.map(|cursor| sort.place(&cursor)).transpose()?;
    let limit = query.limit;
    let filter = LeadFilter {
        stage: query.stage,
        grade: query.grade,
        route: query.route,
        owner: query.owner,
        prefix: query.q.filter(|prefix| !prefix.is_empty()),
        order: sort.order().0,
        after,
        limit: limit.0,
    };
    app.read(move |reader| {
        let rows = reader.leads(&filter)?;
        // Where nothing decides there is no score to list, on no page.
        let decides = reader.read(|ledger| ledger.setting("active"))?.is_some();
        let last = rows.last().filter(|_| decides && rows.len() >= limit.0);
        let next_cursor = last.map(|(name, row)| sort.cursor_after(name, row));
        let mut leads = Vec::with_capacity(rows.len());
        for (_, row) in &rows {
            let lead = LeadState::from_row(row)?;
            leads.extend(lead.score.is_some().then(|| LeadSummary::from(&lead)));
        }
        Ok(Json(LeadPage { leads, next_cursor }))
    })
    .await
}

/// Show a lead
///
/// With where its points come from, what it lacks for the next stage, its attributes and hand-offs, as of now. Ids that
/// were merged into it lead here, too.
#[utoipa::path(get, path = "/api/leads/{id}", tag = "leads", params(("id" = String, Path, description = "Any id it is known by")),
    responses((status = 200, description = "The lead", body = Lead), (status = 404, description = "There is no such thing", body = ProblemBody)))]
pub(crate) async fn show(State(app): State<App>, FromPath(id): FromPath<String>) -> Result<Json<Lead>, Problem> {
    let now = app.now();
    app.read(move |reader| {
        reader.read(|ledger| {
            let lead = find_lead(ledger, &id)?;
            let members = ledger.members(lead.id)?;
            let rules = active_rules(ledger)?;
            let row = ledger.lead(lead.id)?;
            let do_not_score = row.map(|row| LeadState::from_row(&row)).transpose()?.is_some_and(|lead| lead.is_muted);
            let scoring = rules.as_deref().filter(|_| !do_not_score);
            Ok(Json(Lead {
                scored: scored(ledger, scoring, &lead, now)?,
                ids: ids(&members),
                attributes: attributes(&facts(ledger, &members)?),
                do_not_score,
                hand_offs: hand_offs(ledger, &members)?.into_iter().map(HandOff::from).collect(),
            }))
        })
    })
    .await
}

/// Returns the ids that subjects are known by. After an alias one stands for a visitor and for a user.
fn ids(members: &[Subject]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let names = members.iter().map(|member| member.name.as_str());
    names.filter(|name| seen.insert(*name)).map(str::to_owned).collect()
}

/// What is known about a lead, in the order in which it was learned.
#[derive(Serialize, ToSchema)]
pub(crate) struct History {
    /// The id that the lead goes by now.
    id: String,
    facts: Vec<Fact>,
    decisions: Vec<Decision>,
}

/// Show a lead's facts and decisions
///
/// The message id of a fact is what takes it back: see `POST /api/events/{message_id}/retract`.
#[utoipa::path(get, path = "/api/leads/{id}/history", tag = "leads", params(("id" = String, Path, description = "Any id it is known by")),
    responses((status = 200, description = "The history", body = History), (status = 404, description = "There is no such thing", body = ProblemBody)))]
pub(crate) async fn history(State(app): State<App>, FromPath(id): FromPath<String>) -> Result<Json<History>, Problem> {
    app.read(move |reader| {
        reader.read(|ledger| {
            let lead = find_lead(ledger, &id)?;
            let members = ledger.members(lead.id)?;
            let secret = Secret::of(ledger)?;
            let told = facts(ledger, &members)?.iter().map(|(stored, fact)| Fact::of(stored, fact, &secret)).collect();
            let mut decisions = Vec::new();
            for member in &members {
                for entry in ledger.decisions_of(member.id)? {
                    decisions.push((entry.id, Decision::from(read_decision(&entry)?)));
                }
            }
            decisions.sort_by_key(|(id, _)| *id);
            let decisions = decisions.into_iter().map(|(_, decision)| decision).collect();
            Ok(Json(History { id: lead.name, facts: told, decisions }))
        })
    })
    .await
}

/// When, and by which definition.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ScoreQuery {
    /// The moment; now unless given.
    #[param(value_type = Option<Moment>)]
    as_of: Option<Moment>,
    /// The fingerprint of any definition that was ever kept; the active one unless given.
    definition: Option<String>,
}

/// Score a lead at any moment
#[utoipa::path(get, path = "/api/leads/{id}/score", tag = "leads", params(("id" = String, Path, description = "Any id it is known by"), ScoreQuery),
    responses((status = 200, description = "What it was worth", body = Scored), (status = 404, description = "There is no such thing", body = ProblemBody)))]
pub(crate) async fn score(
    State(app): State<App>,
    FromPath(id): FromPath<String>,
    FromQuery(query): FromQuery<ScoreQuery>,
) -> Result<Json<Scored>, Problem> {
    let as_of = query.as_of.map_or_else(|| app.now(), |moment| moment.0);
    app.read(move |reader| {
        reader.read(|ledger| {
            let lead = find_lead(ledger, &id)?;
            let rules = match &query.definition {
                Some(fingerprint) => Rules::kept(ledger, fingerprint)?.map(Into::into),
                None => active_rules(ledger)?,
            };
            let rules = rules.ok_or_else(|| Problem::not_found("there is no such definition"))?;
            Ok(Json(scored(ledger, Some(&rules), &lead, as_of)?))
        })
    })
    .await
}

/// Who asks for it.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ByQuery {
    /// Who says so.
    #[param(value_type = Name)]
    pub(crate) by: Name,
}

/// Erase a lead
///
/// With all ids that are one with it. Counts of past reports stay; whatever is sent about it later is refused.
#[utoipa::path(delete, path = "/api/leads/{id}", tag = "leads", params(("id" = String, Path, description = "Any id it is known by"), ByQuery),
    responses((status = 204, description = "Nothing is left of it"), (status = 404, description = "There is no such thing", body = ProblemBody)))]
pub(crate) async fn erase(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    FromPath(id): FromPath<String>,
    FromQuery(query): FromQuery<ByQuery>,
) -> Result<StatusCode, Problem> {
    let erased = app.recorder.work(move |desk, ledger, now| {
        if !desk.prepare_erasure(ledger, &id)? {
            return Ok(None);
        }
        let mark = tombstone(&id);
        let marks = marks_of(ledger, &id)?;
        let kind = FactKind::Erasure { tombstone: mark.clone(), by: query.by.0 };
        let fact = fact::Fact::of_service(format!("erase-{mark}"), now, &caller.source, kind);
        let entry = Entry::of_lead("lead.erased", &id);
        state(desk, ledger, now, &caller.actor(), fact, entry)?;
        Ok(Some(marks))
    });
    match erased.await.map_err(unavailable)? {
        Some(marks) => {
            app.note_erased(&marks)?;
            app.recorder.checkpoint().await.map_err(unavailable)?;
            app.insight.forget();
            Ok(StatusCode::NO_CONTENT)
        }
        None => Err(Problem::not_found("there is no such lead")),
    }
}

/// Returns what will be left of the ids that are one with a lead's.
fn marks_of(ledger: &mut dyn Ledger, id: &str) -> Result<Vec<String>, StoreError> {
    let lead = ledger.find_subject(SubjectKind::User, id)?.and_then(|subject| subject.lead);
    let members = lead.map(|lead| ledger.members(lead)).transpose()?;
    Ok(members.unwrap_or_default().iter().map(|member| tombstone(&member.name)).collect())
}
