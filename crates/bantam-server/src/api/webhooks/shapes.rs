//! What webhooks look like in JSON.

use crate::api::values::Moment;
use crate::webhooks::endpoint::Kind;
use serde::Serialize;
use utoipa::ToSchema;

/// An endpoint that is told, without its secrets.
#[derive(Serialize, ToSchema)]
pub(crate) struct Webhook {
    pub(crate) id: i64,
    #[schema(value_type = WebhookKind)]
    pub(crate) kind: Kind,
    pub(crate) url: String,
    pub(crate) types: Vec<String>,
    pub(crate) description: String,
    pub(crate) rate: u32,
    pub(crate) source: Option<String>,
    /// `enabled`, `failing` or `disabled`.
    pub(crate) state: &'static str,
    pub(crate) created_at: Moment,
    pub(crate) disabled_at: Option<Moment>,
    pub(crate) disabled_because: Option<String>,
    pub(crate) failing_since: Option<Moment>,
    /// Until when messages are signed with the secret before, too.
    pub(crate) old_secret_until: Option<Moment>,
    /// How many deliveries wait for their turn.
    pub(crate) waiting: i64,
    /// How many were given up.
    pub(crate) parked: i64,
    /// What messages are signed with; shown when it is made and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) secret: Option<String>,
}

/// All endpoints.
#[derive(Serialize, ToSchema)]
pub(crate) struct Webhooks {
    pub(crate) webhooks: Vec<Webhook>,
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
