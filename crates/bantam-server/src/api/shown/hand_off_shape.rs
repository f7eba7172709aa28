//! What a hand-off looks like to others.

use crate::api::values::Moment;
use bantam_core::hand_off::{self, HandOffState, Opened};
use serde::Serialize;
use utoipa::ToSchema;

/// One step of a hand-off.
#[derive(Serialize, ToSchema)]
pub(crate) struct Step {
    #[schema(value_type = State)]
    state: HandOffState,
    at: Moment,
    /// The number of the fact.
    fact: i64,
    by: String,
    reason: Option<String>,
    amount: Option<f64>,
    close_date: Option<String>,
}

/// Where a hand-off is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the core's own type in the document")]
pub(crate) enum State {
    Open,
    Accepted,
    Opportunity,
    Rejected,
    Recycled,
    Won,
    Lost,
}

/// A hand-off from marketing to sales.
#[derive(Serialize, ToSchema)]
pub(crate) struct HandOff {
    #[schema(example = "ho_8Zq3vVh1mJm1rIYQ0bJtqk5o7xk4T9aW")]
    id: String,
    /// The lead's id when it was opened.
    lead: String,
    opened_at: Moment,
    /// `decision` or `person`.
    opened: &'static str,
    /// Why a person opened it.
    opened_reason: Option<String>,
    opened_by: Option<String>,
    fingerprint: String,
    stage: Option<String>,
    score: i64,
    route: Option<String>,
    team: Option<String>,
    /// None where all are away or at their limit.
    owner: Option<String>,
    /// How long sales has to answer, in seconds of office time.
    respond_within_seconds: Option<i64>,
    due_at: Option<Moment>,
    escalate_to: Option<String>,
    overdue_at: Option<Moment>,
    #[schema(value_type = State)]
    state: HandOffState,
    first_answered_at: Option<Moment>,
    /// Before when the lead may not come back.
    not_before: Option<Moment>,
    steps: Vec<Step>,
    /// Whether the person was erased.
    is_erased: bool,
}

impl From<hand_off::HandOff> for HandOff {
    fn from(found: hand_off::HandOff) -> Self {
        let (opened, opened_reason, opened_by) = match found.opened {
            Opened::Decision => ("decision", None, None),
            Opened::Person { reason, by } => ("person", Some(reason), Some(by)),
        };
        let step = |step: hand_off::Step| {
            let hand_off::Step { state, at, fact, by, reason, amount, close_date } = step;
            Step { state, at: Moment(at), fact, by, reason, amount, close_date }
        };
        HandOff {
            id: found.key,
            lead: found.lead,
            opened_at: Moment(found.opened_at),
            opened,
            opened_reason,
            opened_by,
            fingerprint: found.fingerprint,
            stage: found.stage,
            score: found.score,
            route: found.route,
            team: found.team,
            owner: found.owner,
            respond_within_seconds: found.respond_within_seconds,
            due_at: found.due_at.map(Moment),
            escalate_to: found.escalate_to,
            overdue_at: found.overdue_at.map(Moment),
            state: found.state,
            first_answered_at: found.first_answered_at.map(Moment),
            not_before: found.not_before.map(Moment),
            steps: found.steps.into_iter().map(step).collect(),
            is_erased: found.is_erased,
        }
    }
}
