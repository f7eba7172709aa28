//! Turns the body of a tracking request into facts.

mod aside;
mod import;
mod json;
mod message;
mod unpack;

pub(crate) use aside::{Call, read_again};
use bantam_core::fact::Fact;
use bantam_lang::convert::parse_time;
use bantam_store::Refused;
pub(crate) use import::{LineProblem, LineReading, read_line};
pub(crate) use json::JsonError;
use json::{Json, Node};
pub(crate) use message::{MessageKind, Reading, Rejection};
pub(crate) use unpack::{DECODED_BYTES_MAX, ENCODED_BYTES_MAX, UnpackError, unpack};

/// The most messages in a batch.
pub(crate) const BATCH_MAX: usize = 5_000;

/// What a path is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Single(MessageKind),
    Batch,
}

/// A body that was read.
pub(crate) struct Body<'b> {
    root: Node<'b>,
}

/// Why a whole body cannot be taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BodyError {
    Json(JsonError),
    NoObject,
    NoBatch,
    TooMany { got: usize },
}

/// A message that cannot be taken, or the fact it is.
pub(crate) struct Read {
    pub(crate) fact: Result<Fact, Rejection>,
    /// What is put aside where it cannot.
    pub(crate) aside: Option<Refused>,
}

impl<'b> Body<'b> {
    pub(crate) fn parse(bytes: &'b [u8]) -> Result<Body<'b>, BodyError> {
        let root = json::parse(bytes).map_err(BodyError::Json)?;
        if root.entries().is_none() {
            return Err(BodyError::NoObject);
        }
        Ok(Body { root })
    }

    /// Returns the key that came in the body.
    pub(crate) fn write_key(&self) -> Option<&str> {
        self.root.given("writeKey").and_then(Node::text)
    }

    /// Reads the messages.
    pub(crate) fn messages(
        &self,
        endpoint: Endpoint,
        source: &str,
        now: i64,
        sent_at: Option<&str>,
    ) -> Result<Vec<Read>, BodyError> {
        // Of a batch whose time cannot be read each message is refused, and kept: to refuse the whole would lose it.
        let sent_at = match self.root.given("sentAt") {
            Some(node) => node.text().and_then(|text| parse_time(text.trim())).map(Some).ok_or(()),
            None => Ok(sent_at.and_then(|text| parse_time(text.trim()))),
        };
        let (messages, kind) = match endpoint {
            Endpoint::Single(kind) => (std::slice::from_ref(&self.root), Some(kind)),
            Endpoint::Batch => match self.root.given("batch").map(|batch| &batch.value) {
                Some(Json::Array(messages)) => (messages.as_slice(), None),
                _ => return Err(BodyError::NoBatch),
            },
        };
        if messages.len() > BATCH_MAX {
            return Err(BodyError::TooMany { got: messages.len() });
        }
        let read = |node: &Node<'_>| {
            let fact = match sent_at {
                Ok(sent_at) => message::read_message(node, &message::Reading { source, now, sent_at, kind }),
                Err(()) => Err(Rejection { field: "sentAt", reason: "is no time" }),
            };
            let aside = fact.as_ref().err().map(|rejection| Refused {
                received_at: now,
                source: source.to_owned(),
                call: kind.map_or(Call::Batch, Call::Message).word().to_owned(),
                sent_at: sent_at.ok().flatten(),
                reason: rejection.reason.to_owned(),
                field: Some(rejection.field.to_owned()),
                body: node.raw.as_bytes().to_vec(),
            });
            Read { fact, aside }
        };
        Ok(messages.iter().map(read).collect())
    }
}
