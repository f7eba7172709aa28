//! What webhooks look like in JSON.

use super::connector_shape::{ConnectorChange, ConnectorShape};
use crate::api::values::{Moment, whole_or_none};
use crate::webhooks::endpoint::Kind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who is to be told what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWebhook {
    /// Where to; an address of mail for mails, the host of My Domain for Salesforce, nothing for HubSpot.
    #[serde(default)]
    #[schema(example = "https://crm.example.com/bantam")]
    pub(crate) url: String,
    /// In what form: `standard` is JSON that is signed.
    #[serde(default = "standard")]
    #[schema(value_type = WebhookKind)]
    pub(crate) kind: Kind,
    /// Which types of messages; all that fit the form unless given.
    #[schema(min_items = 1)]
    pub(crate) types: Option<Vec<String>>,
    /// What people call it.
    #[serde(default)]
    pub(crate) description: String,
    /// How many messages a second it gets at most.
    #[serde(default, deserialize_with = "whole_or_none")]
    #[schema(minimum = 1, maximum = 500)]
    pub(crate) rate: Option<u32>,
    /// The source of facts that is this same receiver: it is not told what it said itself.
    pub(crate) source: Option<String>,
    /// What a CRM knows the service by: the access token of HubSpot, the consumer secret of Salesforce. Never shown.
    pub(crate) secret: Option<String>,
    /// How a CRM is written to.
    pub(crate) connector: Option<ConnectorChange>,
}

fn standard() -> Kind {
    Kind::Standard
}

/// What is to be another than before; the rest stays.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookChange {
    pub(crate) url: Option<String>,
    #[schema(min_items = 1)]
    pub(crate) types: Option<Vec<String>>,
    pub(crate) description: Option<String>,
    #[serde(default, deserialize_with = "whole_or_none")]
    #[schema(minimum = 1, maximum = 500)]
    pub(crate) rate: Option<u32>,
    /// An empty one is none.
    pub(crate) source: Option<String>,
    /// Another secret of a CRM. Where the one before was refused, all that waits follows.
    pub(crate) secret: Option<String>,
    /// How a CRM is written to.
    pub(crate) connector: Option<ConnectorChange>,
}

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
    /// How a CRM is written to, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) connector: Option<ConnectorShape>,
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
    Hubspot,
    Salesforce,
}
