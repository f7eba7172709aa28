//! Turns one message of the tracking protocol into a fact.

use super::json::{Json, Node};
use bantam_core::fact::{Fact, FactKind, Flag, Values};
use bantam_core::identity::is_placeholder;
use bantam_lang::convert::parse_time;
use serde_json::value::RawValue;

const MINUTE: i64 = 60_000_000;
/// A sender's clock may be off by less than this, and a message may come from that far in the future.
const SKEW_MAX: i64 = 5 * MINUTE;
/// Older messages are flagged.
const OLD: i64 = 365 * 24 * 60 * MINUTE;
/// The longest id or name, in bytes; SDKs send uuids and addresses.
const NAME_BYTES_MAX: usize = 512;
/// The longest message, in bytes: what the SDKs themselves hold to.
pub(crate) const MESSAGE_BYTES_MAX: usize = 32 * 1024;

/// The kinds of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MessageKind {
    Identify,
    Track,
    Page,
    Screen,
    Group,
    Alias,
}

impl MessageKind {
    /// Returns its name.
    pub(crate) fn word(self) -> &'static str {
        match self {
            MessageKind::Identify => "identify",
            MessageKind::Track => "track",
            MessageKind::Page => "page",
            MessageKind::Screen => "screen",
            MessageKind::Group => "group",
            MessageKind::Alias => "alias",
        }
    }

    /// Returns the kind by its name in a path or in `type`, in full or by its first letter.
    pub(crate) fn named(name: &str) -> Option<MessageKind> {
        Some(match name {
            "identify" | "i" => MessageKind::Identify,
            "track" | "t" => MessageKind::Track,
            "page" | "p" => MessageKind::Page,
            "screen" | "s" => MessageKind::Screen,
            "group" | "g" => MessageKind::Group,
            "alias" | "a" => MessageKind::Alias,
            _ => return None,
        })
    }
}

/// Why a message cannot be a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rejection {
    /// The field, from the message on.
    pub(crate) field: &'static str,
    pub(crate) reason: &'static str,
}

/// What a message is read with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading<'r> {
    /// Where it comes from.
    pub(crate) source: &'r str,
    /// Now, in microseconds since 1970-01-01T00:00Z.
    pub(crate) now: i64,
    /// When the batch was sent, by the sender's clock.
    pub(crate) sent_at: Option<i64>,
    /// What the path says it is.
    pub(crate) kind: Option<MessageKind>,
}

/// Reads one message.
pub(crate) fn read_message(message: &Node<'_>, reading: &Reading<'_>) -> Result<Fact, Rejection> {
    let reject = |field, reason| Err(Rejection { field, reason });
    if message.entries().is_none() {
        return reject("", "is no object");
    }
    if message.raw.len() > MESSAGE_BYTES_MAX {
        return reject("", "is larger than 32 KiB");
    }
    let kind = match (reading.kind, message.given("type").map(|kind| kind.text().and_then(MessageKind::named))) {
        (Some(kind), _) | (None, Some(Some(kind))) => kind,
        (None, Some(None)) => return reject("type", "is none of identify, track, page, screen, group, alias"),
        (None, None) => return reject("type", "is missing"),
    };
    let mut flags = Vec::new();
    let (user, anonymous) = identities(message, &mut flags)?;
    let kind = kind_of(kind, message, &user, &anonymous)?;
    if matches!(&kind, FactKind::Alias { previous, .. } if is_placeholder(previous)) {
        flags.push(Flag::IdentityIgnored);
    }
    fact_of(message, reading, kind, (user, anonymous), flags)
}

/// Makes a fact of what a message says, about the user it names.
pub(super) fn with_user(message: &Node<'_>, reading: &Reading<'_>, kind: FactKind) -> Result<Fact, Rejection> {
    let mut flags = Vec::new();
    let ids = identities(message, &mut flags)?;
    fact_of(message, reading, kind, ids, flags)
}

/// Makes a fact of what a message says, about nobody.
pub(super) fn about_nobody(message: &Node<'_>, reading: &Reading<'_>, kind: FactKind) -> Result<Fact, Rejection> {
    fact_of(message, reading, kind, (None, None), Vec::new())
}

fn fact_of(
    message: &Node<'_>,
    reading: &Reading<'_>,
    kind: FactKind,
    (user, anonymous): (Option<String>, Option<String>),
    mut flags: Vec<Flag>,
) -> Result<Fact, Rejection> {
    let (given_at, sent_at, happened_at) = times(message, reading, &mut flags)?;
    let message_id = name_of(message, "messageId")?;
    let mut fact = Fact {
        message_id: String::new(),
        happened_at,
        given_at,
        sent_at,
        source: reading.source.to_owned(),
        user,
        anonymous,
        flags,
        kind,
    };
    fact.message_id = message_id.unwrap_or_else(|| derived_id(&fact));
    Ok(fact)
}

/// A message without an id is known again by where it came from and what it says.
fn derived_id(fact: &Fact) -> String {
    let digest = bantam_store::Digest::of(&[fact.source.as_bytes(), b"\0", &fact.content().0].concat());
    digest.0.iter().fold(String::from("derived-"), |id, byte| id + &format!("{byte:02x}"))
}

/// Returns the text of an id or a name, trimmed; a number counts as its digits.
fn name_of(message: &Node<'_>, field: &'static str) -> Result<Option<String>, Rejection> {
    let Some(node) = message.given(field) else { return Ok(None) };
    let text = match &node.value {
        Json::Text(text) => text.trim(),
        Json::Number => node.raw,
        _ => return Err(Rejection { field, reason: "is no text" }),
    };
    if text.len() > NAME_BYTES_MAX {
        return Err(Rejection { field, reason: "is longer than 512 bytes" });
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn identities(message: &Node<'_>, flags: &mut Vec<Flag>) -> Result<(Option<String>, Option<String>), Rejection> {
    let mut ids = [name_of(message, "userId")?, name_of(message, "anonymousId")?];
    if ids.iter().all(Option::is_none) {
        let shown = message.given("userId").or_else(|| message.given("anonymousId"));
        if shown.is_none() {
            return Err(Rejection { field: "userId", reason: "is missing, and so is anonymousId" });
        }
        flags.push(Flag::IdentityIgnored);
    }
    for id in &mut ids {
        if id.as_deref().is_some_and(is_placeholder) {
            *id = None;
            flags.push(Flag::IdentityIgnored);
        }
    }
    flags.dedup();
    let [user, anonymous] = ids;
    Ok((user, anonymous))
}

/// Returns when it happened and was sent by the sender's clock, and when it happened by ours.
fn times(
    message: &Node<'_>,
    reading: &Reading<'_>,
    flags: &mut Vec<Flag>,
) -> Result<(Option<i64>, Option<i64>, i64), Rejection> {
    let field = if message.given("timestamp").is_some() { "timestamp" } else { "originalTimestamp" };
    let given_at = time_of(message, field)?;
    let sent_at = time_of(message, "sentAt")?.or(reading.sent_at);
    let Some(given) = given_at else { return Ok((None, sent_at, reading.now)) };
    let skew = sent_at.map_or(0, |sent| reading.now.saturating_sub(sent));
    let mut happened_at = given;
    if skew.saturating_abs() >= SKEW_MAX {
        // Whole steps, so that messages that were sent together, and sent again later, keep their order and distances.
        let steps = skew.saturating_add(skew.signum() * SKEW_MAX / 2) / SKEW_MAX;
        happened_at = happened_at.saturating_add(steps * SKEW_MAX);
        flags.push(Flag::Shifted);
    }
    if happened_at > reading.now.saturating_add(SKEW_MAX) {
        happened_at = reading.now;
        flags.push(Flag::Clamped);
    }
    if happened_at < reading.now.saturating_sub(OLD) {
        flags.push(Flag::VeryOld);
    }
    Ok((given_at, sent_at, happened_at))
}

fn time_of(message: &Node<'_>, field: &'static str) -> Result<Option<i64>, Rejection> {
    let Some(node) = message.given(field) else { return Ok(None) };
    let time = node.text().and_then(|text| parse_time(text.trim()));
    time.map(Some).ok_or(Rejection { field, reason: "is no time" })
}

fn kind_of(
    kind: MessageKind,
    message: &Node<'_>,
    user: &Option<String>,
    anonymous: &Option<String>,
) -> Result<FactKind, Rejection> {
    let object = |field: &'static str| match message.given(field) {
        Some(node) if node.entries().is_none() => Err(Rejection { field, reason: "is no object" }),
        found => Ok(found),
    };
    let context = object("context")?;
    Ok(match kind {
        MessageKind::Identify => {
            let traits = object("traits")?.or_else(|| context?.given("traits"));
            FactKind::Profile { traits: flattened("", traits), links: user.is_some() && anonymous.is_some() }
        }
        MessageKind::Group => {
            let mut traits = flattened("account.", object("traits")?);
            let id = name_of(message, "groupId")?.ok_or(Rejection { field: "groupId", reason: "is missing" })?;
            put_text(&mut traits, "account_id", &id);
            FactKind::Profile { traits, links: false }
        }
        MessageKind::Alias => {
            let previous = name_of(message, "previousId")?;
            if user.is_none() {
                return Err(Rejection { field: "userId", reason: "is missing or a placeholder" });
            }
            let previous = previous.ok_or(Rejection { field: "previousId", reason: "is missing" })?;
            FactKind::Alias { previous, by: None, reason: None }
        }
        MessageKind::Track => {
            let name = name_of(message, "event")?.ok_or(Rejection { field: "event", reason: "is missing" })?;
            let mut properties = flattened("", object("properties")?);
            put_context(&mut properties, context);
            FactKind::Event { name, properties }
        }
        MessageKind::Page | MessageKind::Screen => {
            let mut properties = flattened("", object("properties")?);
            for field in ["name", "category"] {
                put(&mut properties, field, message.given(field));
            }
            let page = context.and_then(|context| context.given("page"));
            for field in ["name", "path", "url", "title", "referrer"] {
                put(&mut properties, field, page.and_then(|page| page.given(field)));
            }
            put_context(&mut properties, context);
            let name = if kind == MessageKind::Page { "page_viewed" } else { "screen_viewed" };
            FactKind::Event { name: name.to_owned(), properties }
        }
    })
}

/// The session and the campaign, where the properties do not have them.
fn put_context(properties: &mut Values, context: Option<&Node<'_>>) {
    let Some(context) = context else { return };
    put(properties, "session_id", context.given("sessionId"));
    for (key, raw) in flattened("campaign.", context.given("campaign")) {
        properties.entry(key).or_insert(raw);
    }
}

fn put(values: &mut Values, key: &str, node: Option<&Node<'_>>) {
    if let Some(raw) = node.and_then(raw_of) {
        values.entry(key.to_owned()).or_insert(raw);
    }
}

fn put_text(values: &mut Values, key: &str, text: &str) {
    if let Ok(raw) = serde_json::value::to_raw_value(text) {
        values.insert(key.to_owned(), raw);
    }
}

fn raw_of(node: &Node<'_>) -> Option<Box<RawValue>> {
    RawValue::from_string(node.raw.to_owned()).ok()
}

/// Returns the values of an object by name, those of nested objects under names joined with dots. Where two ways lead to
/// one name, the one with the longer first part counts, as in files.
fn flattened(prefix: &str, object: Option<&Node<'_>>) -> Values {
    let mut found: Vec<(String, Vec<usize>, &Node<'_>)> = Vec::new();
    if let Some(entries) = object.and_then(Node::entries) {
        collect(prefix, &[], entries, &mut found);
    }
    found.sort_by(|a, b| b.1.cmp(&a.1));
    let mut values = Values::new();
    for (name, _, node) in found {
        put(&mut values, &name, Some(node));
    }
    values
}

fn collect<'n, 't>(
    prefix: &str,
    lengths: &[usize],
    entries: &'n [(std::borrow::Cow<'t, str>, Node<'t>)],
    found: &mut Vec<(String, Vec<usize>, &'n Node<'t>)>,
) {
    for (key, node) in entries {
        let name = format!("{prefix}{key}");
        let lengths = [lengths, &[key.len()]].concat();
        match node.entries() {
            Some(inner) if !inner.is_empty() => collect(&format!("{name}."), &lengths, inner, found),
            _ => found.push((name, lengths, node)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::json::parse;
    use super::*;

    const NOW: &str = "2026-11-21T12:00:00Z";

    fn read(text: &str) -> Result<Fact, Rejection> {
        let now = parse_time(NOW).unwrap();
        let reading = Reading { source: "web", now, sent_at: None, kind: None };
        read_message(&parse(text.as_bytes()).unwrap(), &reading)
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let shown = match read(text) {
            Ok(fact) => serde_json::to_string(&fact.kind).unwrap(),
            Err(rejection) => format!("{} {}", rejection.field, rejection.reason),
        };
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn messages_become_facts() {
        check(
            r#"{"type":"identify","userId":"u1","anonymousId":"a","traits":{"email":"a@b.co","company":{"name":"Acme"}}}"#,
            r#"{"profile":{"traits":{"company.name":"Acme","email":"a@b.co"},"links":true}}"#,
        );
        check(
            r#"{"type":"identify","userId":7,"context":{"traits":{"company":{"name":"b"},"company.name":"a"}}}"#,
            r#"{"profile":{"traits":{"company.name":"a"},"links":false}}"#,
        );
        check(
            r#"{"type":"page","anonymousId":"a","name":"Home","properties":{"path":"/x"},"context":{"page":{"path":"/y","title":"T"},"sessionId":17,"campaign":{"name":"q"}}}"#,
            r#"{"event":{"name":"page_viewed","properties":{"campaign.name":"q","name":"Home","path":"/x","session_id":17,"title":"T"}}}"#,
        );
        check(
            r#"{"type":"group","userId":"u","groupId":"g1","traits":{"employees":50}}"#,
            r#"{"profile":{"traits":{"account.employees":50,"account_id":"g1"},"links":false}}"#,
        );
        check(r#"{"type":"alias","userId":"u","previousId":"a"}"#, r#"{"alias":{"previous":"a"}}"#);
    }

    #[test]
    fn ing_10_what_is_missing_or_wrong_is_named() {
        check(r#"{"type":"track","event":"x"}"#, "userId is missing, and so is anonymousId");
        check(
            r#"{"type":"track","userId":null,"anonymousId":null,"event":"x"}"#,
            "userId is missing, and so is anonymousId",
        );
        check(r#"{"type":"track","userId":"u","event":" "}"#, "event is missing");
        check(r#"{"type":"track","userId":"u","event":["x"]}"#, "event is no text");
        check(r#"{"type":"track","userId":"u","event":"x","properties":[]}"#, "properties is no object");
        check(r#"{"type":"buy","userId":"u"}"#, "type is none of identify, track, page, screen, group, alias");
        check(r#"{"userId":"u"}"#, "type is missing");
        check(r#"{"type":"track","userId":"u","event":"x","timestamp":"soon"}"#, "timestamp is no time");
        check("7", " is no object");
    }

    #[test]
    fn idn_03_a_placeholder_is_kept_without_an_identity() {
        let fact = read(r#"{"type":"track","userId":"[object Object]","event":"x"}"#).unwrap();
        assert_eq!((fact.user, fact.anonymous, fact.flags), (None, None, vec![Flag::IdentityIgnored]));
    }

    #[test]
    fn ing_11_a_clock_that_is_off_shifts_in_steps_of_five_minutes() {
        let happened = |timestamp: &str, sent_at: &str| {
            let text = format!(
                r#"{{"type":"track","userId":"u","event":"x","timestamp":"{timestamp}","sentAt":"{sent_at}"}}"#
            );
            let fact = read(&text).unwrap();
            (jiff::Timestamp::from_microsecond(fact.happened_at).unwrap().to_string(), fact.flags)
        };
        let at = |text: &str, flags: &[Flag]| (text.to_owned(), flags.to_vec());
        assert_eq!(happened("2026-11-21T11:00:01Z", "2026-11-21T11:55:01Z"), at("2026-11-21T11:00:01Z", &[]));
        let shifted = happened("2026-11-21T09:00:01Z", "2026-11-21T10:01:00Z");
        assert_eq!(shifted, at("2026-11-21T11:00:01Z", &[Flag::Shifted]));
        let ahead = happened("2026-11-21T14:00:01Z", "2026-11-21T14:00:01Z");
        assert_eq!(ahead, at("2026-11-21T12:00:01Z", &[Flag::Shifted]));
        let clamped = happened("2026-11-21T12:30:00Z", "2026-11-21T12:00:00Z");
        assert_eq!(clamped, at("2026-11-21T12:00:00Z", &[Flag::Clamped]));
        let old = happened("2020-01-01T00:00:00Z", "2026-11-21T12:00:00Z");
        assert_eq!(old, at("2020-01-01T00:00:00Z", &[Flag::VeryOld]));
    }

    #[test]
    fn ing_09_without_an_id_one_is_made_from_the_content() {
        let id = |text: &str| read(text).unwrap().message_id;
        let first = id(r#"{"type":"track","userId":"u","event":"x","properties":{"a":1,"b":2}}"#);
        assert_eq!(
            first,
            id(
                r#"{"event":"x","properties":{"b":2,"a":1},"userId":"u","type":"track","sentAt":"2026-11-21T12:00:00Z"}"#
            )
        );
        assert_ne!(first, id(r#"{"type":"track","userId":"u","event":"y","properties":{"a":1,"b":2}}"#));
    }
}
