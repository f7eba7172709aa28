//! Turns one line of an import into a fact: a message of the tracking protocol, an answer of sales, or what was spent.

use super::json::{self, Json, Node};
use super::message::{MESSAGE_BYTES_MAX, Reading, Rejection, about_nobody, read_message, with_user};
use bantam_core::fact::{Fact, FactKind, Values};
use bantam_lang::meaning::SalesAnswer;
use bantam_lang::nearest::did_you_mean;
use serde_json::value::{RawValue, to_raw_value};

/// What lines are read with.
pub(crate) struct LineReading<'r> {
    pub(crate) reading: Reading<'r>,
    /// Whether answers and spend may be told, too.
    pub(crate) is_trusted: bool,
    /// The events by which answers are known, in the order of [`SalesAnswer::ALL`].
    pub(crate) answers: &'r [String],
}

/// Why a line is no fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LineProblem {
    pub(crate) field: Option<&'static str>,
    pub(crate) reason: String,
}

impl From<Rejection> for LineProblem {
    fn from(rejection: Rejection) -> LineProblem {
        let field = Some(rejection.field).filter(|field| !field.is_empty());
        LineProblem { field, reason: rejection.reason.to_owned() }
    }
}

fn problem(field: &'static str, reason: impl Into<String>) -> LineProblem {
    LineProblem { field: Some(field), reason: reason.into() }
}

/// Reads a line.
pub(crate) fn read_line(line: &[u8], with: &LineReading<'_>) -> Result<Fact, LineProblem> {
    if line.len() > MESSAGE_BYTES_MAX {
        return Err(LineProblem { field: None, reason: "the line is larger than 32 KiB".into() });
    }
    let node = json::parse(line).map_err(|error| LineProblem {
        field: None,
        reason: format!("no JSON that can be read: {} at byte {}", error.problem, error.offset),
    })?;
    let kind = node.given("type").and_then(Node::text);
    match kind {
        Some("answer" | "spend") if !with.is_trusted => Err(problem("type", "needs a key that may manage")),
        Some("answer") => answer(&node, with),
        Some("spend") => spend(&node, with),
        _ => Ok(read_message(&node, &with.reading)?),
    }
}

/// An answer that was given elsewhere is an event that the definition takes for one: there was no hand-off here.
fn answer(node: &Node<'_>, with: &LineReading<'_>) -> Result<Fact, LineProblem> {
    let name = text(node, "answer")?.ok_or_else(|| problem("answer", "is missing"))?;
    let keys = SalesAnswer::ALL.map(SalesAnswer::key);
    let Some(place) = keys.iter().position(|key| name.eq_ignore_ascii_case(key)) else {
        let near = did_you_mean(&name, keys).map_or(String::new(), |near| format!("; {near}"));
        return Err(problem("answer", format!("is none of {}{near}", keys.join(", "))));
    };
    let event = with.answers.get(place).cloned().unwrap_or_default();
    if node.given("timestamp").is_none() {
        return Err(problem("timestamp", "is missing"));
    }
    if node.given("userId").is_none() {
        return Err(problem("userId", "is missing"));
    }
    let mut properties = Values::new();
    for field in ["by", "reason", "close_date"] {
        if let Some(value) = text(node, field)? {
            put(&mut properties, field, &value);
            // Reports know who answered by this name.
            if field == "by" {
                put(&mut properties, "owner", &value);
            }
        }
    }
    if let Some(amount) = amount(node)? {
        put(&mut properties, "amount", &amount);
    }
    let kind = FactKind::Event { name: event, properties };
    Ok(with_user(node, &with.reading, kind)?)
}

fn spend(node: &Node<'_>, with: &LineReading<'_>) -> Result<Fact, LineProblem> {
    let amount = amount(node)?.ok_or_else(|| problem("amount", "is missing"))?;
    if node.given("timestamp").is_none() {
        return Err(problem("timestamp", "is missing"));
    }
    let by = text(node, "by")?.unwrap_or_else(|| with.reading.source.to_owned());
    let kind = FactKind::Spend { amount, campaign: text(node, "campaign")?, lead_source: text(node, "source")?, by };
    // Money is spent on nobody in particular.
    Ok(about_nobody(node, &with.reading, kind)?)
}

fn text(node: &Node<'_>, field: &'static str) -> Result<Option<String>, LineProblem> {
    let Some(value) = node.given(field) else { return Ok(None) };
    let text = value.text().ok_or_else(|| problem(field, "is no text"))?.trim();
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// Returns an amount: a number, or a text that is one.
fn amount(node: &Node<'_>) -> Result<Option<f64>, LineProblem> {
    let Some(value) = node.given("amount") else { return Ok(None) };
    let number = match &value.value {
        Json::Number => value.raw.parse().ok(),
        Json::Text(text) => bantam_lang::convert::parse_number(text.trim()),
        _ => None,
    };
    number.filter(|number: &f64| number.is_finite()).map(Some).ok_or_else(|| problem("amount", "is no number"))
}

fn put(values: &mut Values, key: &str, value: &(impl serde::Serialize + ?Sized)) {
    let raw: Option<Box<RawValue>> = to_raw_value(value).ok();
    values.extend(raw.map(|raw| (key.to_owned(), raw)));
}
