//! What webhooks look like in JSON.

use crate::api::values::Moment;
use crate::webhooks::endpoint::Kind;
use serde::Serialize;
use utoipa::ToSchema;

/// An endpoint that is told, without its secrets.
#[derive(Serialize, ToSchema)]
pub(crate) struct Webhook {
    pub(super) id: i64,
    #[schema(value_type = WebhookKind)]
    pub(super) kind: Kind,
    pub(super) url: String,
    pub(super) types: Vec<String>,
    pub(super) description: String,
    pub(super) rate: u32,
    pub(super) source: Option<String>,
    /// `enabled`, `failing` or `disabled`.
    pub(super) state: &'static str,
    pub(super) created_at: Moment,
    pub(super) disabled_at: Option<Moment>,
    pub(super) disabled_because: Option<String>,
    pub(super) failing_since: Option<Moment>,
    /// Until when messages are signed with the secret before, too.
    pub(super) old_secret_until: Option<Moment>,
    /// How many deliveries wait for their turn.
    pub(super) waiting: i64,
    /// How many were given up.
    pub(super) parked: i64,
    /// What messages are signed with; shown when it is made and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) secret: Option<String>,
}

/// All endpoints.
#[derive(Serialize, ToSchema)]
pub(crate) struct Webhooks {
    pub(super) webhooks: Vec<Webhook>,
}

/// In what form messages are sent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the queue's own type in the document")]
pub(super) enum WebhookKind {
    Standard,
    Slack,
    Email,
}
