//! The calls of the tracking protocol, as the document tells them. `tracking.rs` answers them.

use super::extract::FromPath;
use crate::app::App;
use crate::intake::{BATCH_MAX, Endpoint, MessageKind};
use crate::problem::Problem;
use crate::tracking::{Taking, take};
use axum::Json;
use axum::extract::{Request, State};
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa::openapi::schema::{AnyOfBuilder, ArrayBuilder, SchemaType};
use utoipa::openapi::{ObjectBuilder, Ref, RefOr, Schema};

/// The kind of a message, in full or by its first letter.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Call {
    Identify,
    I,
    Track,
    T,
    Page,
    P,
    Screen,
    S,
    Group,
    G,
    Alias,
    A,
}

impl Call {
    fn kind(self) -> MessageKind {
        match self {
            Call::Identify | Call::I => MessageKind::Identify,
            Call::Track | Call::T => MessageKind::Track,
            Call::Page | Call::P => MessageKind::Page,
            Call::Screen | Call::S => MessageKind::Screen,
            Call::Group | Call::G => MessageKind::Group,
            Call::Alias | Call::A => MessageKind::Alias,
        }
    }
}

/// A message. Fields that are not named here are kept, too.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what `intake` reads, in the document")]
#[schema(as = TrackingMessage, example = json!({"userId": "u-1042", "event": "demo_requested", "properties": {"plan": "team"}, "messageId": "m-1"}))]
pub(crate) struct Message {
    /// Who it is about.
    #[serde(rename = "userId")]
    user_id: Option<serde_json::Value>,
    /// Who it is about, as long as nobody knows the name.
    #[serde(rename = "anonymousId")]
    anonymous_id: Option<serde_json::Value>,
    /// By what it is known again; made from the content where it is missing.
    #[serde(rename = "messageId")]
    message_id: Option<serde_json::Value>,
    /// What happened, for `track`.
    event: Option<serde_json::Value>,
    /// How it happened, for `track`, `page` and `screen`.
    properties: Option<serde_json::Value>,
    /// Attributes, for `identify` and `group`.
    traits: Option<serde_json::Value>,
    /// The other id, for `alias`.
    #[serde(rename = "previousId")]
    previous_id: Option<serde_json::Value>,
    /// The account, for `group`.
    #[serde(rename = "groupId")]
    group_id: Option<serde_json::Value>,
    /// When it happened, by the sender's clock.
    timestamp: Option<serde_json::Value>,
    /// When it was sent, by the sender's clock.
    #[serde(rename = "sentAt")]
    sent_at: Option<serde_json::Value>,
    /// Page, campaign, session.
    context: Option<serde_json::Value>,
    /// The key, where it does not stand in the header.
    #[serde(rename = "writeKey")]
    write_key: Option<serde_json::Value>,
    #[serde(flatten)]
    others: BTreeMap<String, serde_json::Value>,
}

/// Messages that are sent together.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what `intake` reads, in the document")]
pub(crate) struct Batch {
    /// Each with its `type`. Of what is wrong with one of them the answer tells; the others are taken.
    #[schema(schema_with = messages)]
    batch: Vec<Message>,
    #[serde(rename = "sentAt")]
    sent_at: Option<serde_json::Value>,
    /// The key, where it does not stand in the header.
    #[serde(rename = "writeKey")]
    write_key: Option<serde_json::Value>,
}

/// Returns what a batch holds: messages, but anything is looked at.
fn messages() -> Schema {
    let message = RefOr::Ref(Ref::from_schema_name(Message::name()));
    let anything = RefOr::T(Schema::Object(ObjectBuilder::new().schema_type(SchemaType::AnyValue).build()));
    let either = AnyOfBuilder::new().item(message).item(anything).build();
    let list = ArrayBuilder::new().items(RefOr::T(Schema::AnyOf(either))).max_items(Some(BATCH_MAX));
    Schema::Array(list.build())
}

/// Send one message
///
/// As the SDKs of Segment send it. The body may be packed with gzip, deflate, br or zstd, and of any type.
#[utoipa::path(post, path = "/v1/{call}", tag = "tracking", request_body = Message,
    params(("call" = Call, Path, description = "The kind of the message")),
    responses((status = 200, description = "It was taken, or was there already", body = Taking)))]
pub(crate) async fn call(
    State(app): State<App>,
    FromPath(call): FromPath<Call>,
    request: Request,
) -> Result<Json<Taking>, Problem> {
    take(&app, Endpoint::Single(call.kind()), request).await
}

/// Send messages together
///
/// Good ones are kept, bad ones are told of and put into quarantine.
#[utoipa::path(post, path = "/v1/batch", tag = "tracking", request_body = Batch,
    responses((status = 200, description = "What became of each", body = Taking)))]
pub(crate) async fn batch(State(app): State<App>, request: Request) -> Result<Json<Taking>, Problem> {
    take(&app, Endpoint::Batch, request).await
}

/// Send messages together, by the short path
#[utoipa::path(post, path = "/v1/b", tag = "tracking", request_body = Batch,
    responses((status = 200, description = "What became of each", body = Taking)))]
pub(crate) async fn short_batch(State(app): State<App>, request: Request) -> Result<Json<Taking>, Problem> {
    take(&app, Endpoint::Batch, request).await
}
