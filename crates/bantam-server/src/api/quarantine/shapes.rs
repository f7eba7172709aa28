//! What was refused, and what became of it when it was taken once more, in JSON.

use crate::api::paging::{Cursor, Limit};
use crate::api::values::{Moment, Name};
use bantam_store::Refused;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which page of what was refused.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only what was refused for this reason.
    pub(super) reason: Option<String>,
    /// Only what came from this source.
    pub(super) source: Option<String>,
    /// In which order.
    #[serde(default)]
    #[param(value_type = Option<QuarantineSort>)]
    pub(super) sort: QuarantineSort,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<Cursor>)]
    pub(super) cursor: Option<Cursor>,
    /// How many.
    #[serde(default)]
    #[param(value_type = Option<Limit>)]
    pub(super) limit: Limit,
}

/// In which order what was refused is listed.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
pub(crate) enum QuarantineSort {
    /// The oldest first.
    #[default]
    #[serde(rename = "received")]
    Oldest,
    /// The newest first.
    #[serde(rename = "-received")]
    Newest,
}

/// Something that was refused.
#[derive(Serialize, ToSchema)]
pub(crate) struct Quarantined {
    pub(super) id: i64,
    pub(super) received_at: Moment,
    /// What facts sent with the key are said to come from.
    #[schema(example = "web")]
    pub(super) source: String,
    /// How it came: `batch`, or the kind of a message that was sent alone, such as `track`; `fact` where it was understood
    /// and could not be recorded, so that the body is the fact.
    #[schema(example = "batch")]
    pub(super) call: String,
    /// When it was sent by the sender's clock, where it said so.
    pub(super) sent_at: Option<Moment>,
    #[schema(example = "is missing")]
    pub(super) reason: String,
    #[schema(example = "event")]
    pub(super) field: Option<String>,
    /// What was sent.
    pub(super) body: String,
}

impl From<(i64, Refused)> for Quarantined {
    fn from((id, refused): (i64, Refused)) -> Self {
        Quarantined {
            id,
            received_at: Moment(refused.received_at),
            source: refused.source,
            call: refused.call,
            sent_at: refused.sent_at.map(Moment),
            reason: refused.reason,
            field: refused.field,
            body: String::from_utf8_lossy(&refused.body).into_owned(),
        }
    }
}

/// A page of what was refused.
#[derive(Serialize, ToSchema)]
pub(crate) struct QuarantinePage {
    pub(super) refused: Vec<Quarantined>,
    pub(super) next_cursor: Option<Cursor>,
}

/// Take something once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Replay {
    /// Who says so.
    pub(crate) by: Name,
    /// A message of the tracking protocol that stands for it: with its `type`, unless it came by a call that says it.
    #[schema(value_type = Option<std::collections::BTreeMap<String, serde_json::Value>>,
        example = json!({"type": "track", "userId": "u-1042", "event": "demo_requested", "messageId": "m-1"}))]
    pub(crate) message: Option<serde_json::Value>,
}

/// What became of something that was taken once more.
#[derive(Serialize, ToSchema)]
pub(crate) struct Replayed {
    pub(super) status: ReplayedStatus,
    /// By what it is known again.
    pub(super) message_id: String,
}

/// Whether it was new.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ReplayedStatus {
    /// It counts from now on.
    Accepted,
    /// It was there already.
    Duplicate,
}

/// Take everything once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplayAll {
    /// Who says so.
    pub(crate) by: Name,
    /// Only what was refused for this reason.
    #[schema(example = "is missing")]
    pub(crate) reason: Option<String>,
    /// Only what came from this source.
    #[schema(example = "web")]
    pub(crate) source: Option<String>,
    /// `next_cursor` of the call before.
    pub(crate) cursor: Option<Cursor>,
}

/// What became of what was taken once more.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReplayedAll {
    pub(crate) accepted: usize,
    pub(crate) duplicate: usize,
    pub(crate) refused: usize,
    /// What was refused again, and why.
    pub(super) rejections: Vec<NotReplayed>,
    pub(super) next_cursor: Option<Cursor>,
}

/// Something that was refused again.
#[derive(Serialize, ToSchema)]
pub(crate) struct NotReplayed {
    pub(super) id: i64,
    pub(super) field: Option<String>,
    pub(super) reason: &'static str,
}
