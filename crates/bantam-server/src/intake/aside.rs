//! Turns what was refused once into a fact, as if it came now for the first time.
//!
//! Times are read as they were then: a message without one happened when it was received.

use super::json;
use super::message::{MessageKind, Reading, Rejection, read_message};
use bantam_core::fact::Fact;
use bantam_store::Refused;

/// How something that was refused came: it says what its body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// By itself: a message whose kind the path said.
    Message(MessageKind),
    /// With others: a message that says what it is.
    Batch,
    /// It was understood, and could not be recorded: a fact.
    Fact,
}

impl Call {
    /// Returns its name.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Call::Message(kind) => kind.word(),
            Call::Batch => "batch",
            Call::Fact => "fact",
        }
    }

    fn of_word(word: &str) -> Call {
        match word {
            "fact" => Call::Fact,
            word => MessageKind::named(word).map_or(Call::Batch, Call::Message),
        }
    }
}

/// Reads something once more; or a message that stands for it.
pub(crate) fn read_again(refused: &Refused, corrected: Option<&str>) -> Result<Fact, Rejection> {
    let call = Call::of_word(&refused.call);
    if refused.body.is_empty() && corrected.is_none() {
        return Err(Rejection { field: "", reason: "was removed, as it was about somebody who was erased" });
    }
    if call == Call::Fact && corrected.is_none() {
        let unreadable = |_| Rejection { field: "", reason: "is no fact that can be read" };
        return serde_json::from_slice(&refused.body).map_err(unreadable);
    }
    let kind = match call {
        Call::Message(kind) => Some(kind),
        Call::Batch | Call::Fact => None,
    };
    let body = corrected.map_or(refused.body.as_slice(), str::as_bytes);
    let unreadable = |_| Rejection { field: "", reason: "is no JSON that can be read" };
    let node = json::parse(body).map_err(unreadable)?;
    let reading = Reading { source: &refused.source, now: refused.received_at, sent_at: refused.sent_at, kind };
    read_message(&node, &reading)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(call: &str, body: &str) -> Refused {
        let (source, body) = ("web".to_owned(), body.as_bytes().to_vec());
        Refused { received_at: 86_400_000_000, source, call: call.into(), body, ..Refused::default() }
    }

    #[test]
    fn r2_what_the_path_said_is_known_again() {
        let body = r#"{"userId": "ann", "event": "x"}"#;
        let fact = read_again(&refused("track", body), None).unwrap();
        assert_eq!(
            (fact.happened_at, fact.source.as_str(), fact.user.as_deref()),
            (86_400_000_000, "web", Some("ann"))
        );
        let again = read_again(&refused("fact", &String::from_utf8(fact.body()).unwrap()), None).unwrap();
        assert_eq!(again.message_id, fact.message_id);
        assert_eq!(read_again(&refused("batch", body), None).unwrap_err().field, "type");
        let corrected = r#"{"type": "track", "userId": "ann", "event": "y"}"#;
        assert_ne!(read_again(&refused("fact", "{}"), Some(corrected)).unwrap().message_id, fact.message_id);
        assert!(read_again(&refused("fact", ""), None).is_err());
        let mut late = refused("track", r#"{"userId": "ann", "event": "x", "timestamp": "1970-01-01T10:00:00Z"}"#);
        late.sent_at = Some(36_000_000_000);
        assert_eq!(read_again(&late, None).unwrap().happened_at, 86_400_000_000, "the sender's clock was off");
    }

    #[test]
    fn every_call_has_a_word_of_its_own() {
        for call in [Call::Message(MessageKind::Alias), Call::Message(MessageKind::Page), Call::Batch, Call::Fact] {
            assert_eq!(Call::of_word(call.word()), call);
        }
    }
}
