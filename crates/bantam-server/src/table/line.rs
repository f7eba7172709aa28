//! Turns a row into a line of an import, as `POST /v1/import` takes it.

use super::columns::{Columns, Kind, Part, Use, Wishes};
use super::known;
use super::rows::Row;
use bantam_core::fact::{IMPORTED, IMPORTED_DIGITS};
use bantam_lang::convert::parse_time;
use bantam_store::Digest;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// How rows of one file become lines.
pub struct Lines<'l> {
    /// What they are.
    pub kind: Kind,
    /// What they are said to come from.
    pub source: &'l str,
    /// The event of all rows.
    pub event: Option<String>,
    /// How often a row was there that says the same: rows that are alike are as many facts, and the same ones next time.
    /// `None` where whoever takes the lines tells them apart, by [`numbered_twin`].
    pub seen: Option<HashMap<[u8; 16], u32>>,
}

/// What a row is.
pub enum Made {
    /// A line of an import.
    Line(Line),
    /// It says that the lead or event is deleted.
    LeftOut,
}

/// A line, and by what lines are put in order and twins are known.
pub struct Line {
    /// The line as `POST /v1/import` takes it.
    pub text: Vec<u8>,
    /// The same for all lines of a lead.
    pub lead: [u8; LEAD_BYTES],
    /// What its id was made of; all zeros where the row has an id of its own.
    pub content: [u8; 16],
}

/// How many bytes of a lead's digest begin the ids of its rows, so that they stand together in the store's index of ids.
const LEAD_BYTES: usize = 6;

/// Returns a line once more, with the id of the `count`th row that says the same.
pub fn numbered_twin(line: &[u8], count: u32) -> Vec<u8> {
    let Ok(Value::Object(mut entries)) = serde_json::from_slice(line) else { return line.to_vec() };
    if let Some(Value::String(id)) = entries.get_mut("messageId") {
        id.push_str(&format!("-{count}"));
    }
    Value::Object(entries).to_string().into_bytes()
}

impl Lines<'_> {
    /// Returns the line that a row is, or why it is none.
    pub fn make(&mut self, row: &Row, columns: &mut Columns, wishes: &Wishes<'_>) -> Result<Made, String> {
        let (mut parts, mut values) = (HashMap::new(), Map::new());
        for (column, value) in &row.cells {
            match columns.of(self.kind, column, wishes) {
                Use::Part(part) => {
                    if let Some(text) = text_of(value) {
                        parts.insert(part, text);
                    }
                }
                Use::Value(name, is_time) => {
                    let is_empty = matches!(value, Value::Null) || value.as_str() == Some("");
                    match value.as_str().filter(|_| is_time).and_then(read_time) {
                        Some(time) => drop(values.insert(name, time.into())),
                        // A lead's empty cell says that nothing is known any more; an event's says nothing.
                        None if is_empty && self.kind == Kind::Leads => drop(values.entry(name).or_insert(Value::Null)),
                        None if is_empty => {}
                        None => drop(values.insert(name, value.clone())),
                    }
                }
                Use::LeftOut => {}
            }
        }
        if parts.get(&Part::Deleted).is_some_and(|text| text.eq_ignore_ascii_case("true") || text == "1") {
            return Ok(Made::LeftOut);
        }
        let mut line = self.content(&parts, values, columns)?;
        let lead = parts.get(&Part::Lead).map_or([0; LEAD_BYTES], |lead| first_bytes(Digest::of(lead.as_bytes())));
        let mut content = [0; 16];
        let id = match parts.get(&Part::Id) {
            Some(id) => format!("{}:{id}", self.source),
            None => {
                content = Digest::of(format!("{}\0{line}", self.source).as_bytes()).0;
                self.id_of(lead, content)
            }
        };
        if let Value::Object(entries) = &mut line {
            entries.insert("messageId".into(), id.into());
        }
        Ok(Made::Line(Line { text: line.to_string().into_bytes(), lead, content }))
    }

    fn content(
        &self,
        parts: &HashMap<Part, String>,
        values: Map<String, Value>,
        columns: &Columns,
    ) -> Result<Value, String> {
        let part = |part: Part| parts.get(&part).map(String::as_str);
        let time = match part(Part::Time) {
            Some(text) => {
                Some(read_time(text).ok_or_else(|| format!("`{text}` is no time; write 2026-01-31T09:00:00Z"))?)
            }
            None => None,
        };
        let needed = |what: Part| part(what).ok_or_else(|| format!("it has no {}", what.name()));
        let needed_time = || time.clone().ok_or_else(|| "it has no time".to_owned());
        Ok(match self.kind {
            Kind::Leads => {
                let mut line = json!({"type": "identify", "userId": needed(Part::Lead)?, "traits": values});
                if let (Value::Object(entries), Some(time)) = (&mut line, time) {
                    entries.insert("timestamp".into(), time.into());
                }
                line
            }
            Kind::Events => {
                let name = match (&self.event, part(Part::Name)) {
                    (Some(event), _) => event,
                    (None, Some(name)) => known::event_name(columns.program, name).unwrap_or(name),
                    (None, None) => return Err("it has no event".into()),
                };
                json!({"type": "track", "userId": needed(Part::Lead)?, "event": name, "properties": values, "timestamp": needed_time()?})
            }
            Kind::Answers => {
                let text = needed(Part::Answer)?;
                let answer = known::answer(text).ok_or_else(|| {
                    format!("`{text}` is no answer; known are accepted, rejected, recycled, opportunity, won, lost")
                })?;
                // A deal that was closed was closed on its close date.
                let close_date = part(Part::CloseDate).map(|text| read_time(text).unwrap_or_else(|| text.to_owned()));
                let time = time.clone().or_else(|| close_date.clone()).ok_or("it has no time")?;
                json!({
                    "type": "answer", "userId": needed(Part::Lead)?, "answer": answer.key(), "timestamp": time,
                    "by": part(Part::By), "reason": part(Part::Reason), "amount": part(Part::Amount).map(plain_number),
                    "close_date": close_date,
                })
            }
            Kind::Spend => json!({
                "type": "spend", "amount": plain_number(needed(Part::Amount)?), "timestamp": needed_time()?,
                "campaign": part(Part::Campaign), "source": part(Part::Source), "by": part(Part::By),
            }),
        })
    }

    /// Returns the id of a row that has none: its lead, what it says, and how often that was said before.
    fn id_of(&mut self, lead: [u8; LEAD_BYTES], content: [u8; 16]) -> String {
        let count = self.seen.as_mut().map_or(1, |seen| {
            let count = seen.entry(content).or_default();
            *count += 1;
            *count
        });
        let mut id = IMPORTED.to_owned();
        for byte in lead.iter().chain(&content).take(IMPORTED_DIGITS / 2) {
            id.push_str(&format!("{byte:02x}"));
        }
        if count > 1 {
            id.push_str(&format!("-{count}"));
        }
        id
    }
}

fn first_bytes<const N: usize>(digest: Digest) -> [u8; N] {
    let mut first = [0; N];
    first.iter_mut().zip(digest.0).for_each(|(to, from)| *to = from);
    first
}

/// Returns a cell as text; none where it is empty.
fn text_of(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// Returns an amount without a currency's sign and without commas between thousands.
fn plain_number(text: &str) -> String {
    text.trim_start_matches(['$', '€', '£']).replace(',', "").trim().to_owned()
}

/// Returns a time as the service reads it. Beside its own forms these are known: a month, hours of one digit, `UTC`, an
/// offset without a colon, and milliseconds since 1970.
pub(super) fn read_time(text: &str) -> Option<String> {
    let text = text.trim();
    if parse_time(text).is_some() {
        return Some(text.to_owned());
    }
    if text.len() == 13 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(
            jiff::Timestamp::from_microsecond(text.parse::<i64>().ok()?.checked_mul(1_000)?).ok()?.to_string(),
        );
    }
    let text = text.strip_suffix(" UTC").unwrap_or(text);
    let mut candidate = text.to_owned();
    if text.len() == 7 {
        candidate.push_str("-01");
    }
    // `2020-12-30 3:15:52`
    if text.get(10..11).is_some_and(|separator| separator == " " || separator == "T") && text.get(12..13) == Some(":") {
        candidate.insert(11, '0');
    }
    // `+0000`
    let sign = candidate.len().checked_sub(5)?;
    if candidate.len() > 16 && candidate.get(sign..=sign).is_some_and(|sign| sign == "+" || sign == "-") {
        candidate.insert(candidate.len() - 2, ':');
    }
    parse_time(&candidate).map(|_| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_programs_write_them() {
        let cases = [
            ("2020-12-30 3:15:52", "2020-12-30 03:15:52"),
            ("2020-05-15 22:18:25 UTC", "2020-05-15 22:18:25"),
            ("2026-01-31T09:00:00.000+0000", "2026-01-31T09:00:00.000+00:00"),
            ("2026-01", "2026-01-01"),
            ("1577836800000", "2020-01-01T00:00:00Z"),
            ("2026-01-31", "2026-01-31"),
        ];
        for (text, read) in cases {
            assert_eq!(read_time(text).as_deref(), Some(read), "{text}");
        }
        for text in ["", "soon", "1/2/2026", "2026-13", "31.01.2026"] {
            assert_eq!(read_time(text), None, "{text}");
        }
    }
}
