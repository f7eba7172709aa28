//! Reads leads and events from CSV as slowly and obviously as the rest: section 2 and the fine print of section 7.

use bantam_engine::timeline::{Profile, Timeline, TimelineEvent};
use bantam_lang::convert::{convert_text, number_text, parse_number, parse_time};
use bantam_lang::meaning::{Attribute, Meaning, Type, Value};
use serde_json::Value as Json;

/// The timelines of all leads, in the order in which their ids first occur: what `score_all` takes.
pub(crate) fn read_timelines(meaning: &Meaning, leads_csv: &str, events_csv: &str) -> Vec<Timeline> {
    let mut timelines: Vec<Timeline> = Vec::new();
    for (lead_id, profile) in read_leads(meaning, leads_csv) {
        timeline_of(&mut timelines, lead_id).profiles.push(profile);
    }
    for (lead_id, event) in without_repeats(read_events(meaning, events_csv)) {
        timeline_of(&mut timelines, lead_id).events.push(event);
    }
    timelines
}

fn timeline_of(timelines: &mut Vec<Timeline>, lead_id: String) -> &mut Timeline {
    let index = timelines.iter().position(|timeline| timeline.lead_id == lead_id).unwrap_or_else(|| {
        timelines.push(Timeline { lead_id, ..Timeline::default() });
        timelines.len() - 1
    });
    &mut timelines[index]
}

/// "A lead row without an id is rejected"; "a missing `updated_at` is the earliest".
fn read_leads(meaning: &Meaning, csv: &str) -> Vec<(String, Profile)> {
    let (header, rows) = read_csv(csv);
    let mut leads = Vec::new();
    for row in rows {
        let cell = |column: &str| cell(&header, &row, column);
        let Some(lead_id) = present(meaning, &[], cell(&meaning.lead.id_column)) else { continue };
        let since = present(meaning, &[], cell("updated_at")).and_then(|text| parse_time(&text));
        let attributes = meaning.lead.attributes.iter();
        let attributes = attributes.map(|attribute| text_value(meaning, attribute, cell(&attribute.column))).collect();
        leads.push((lead_id, Profile { since, attributes }));
    }
    leads
}

/// "An event without lead, name or a valid timestamp is rejected".
fn read_events(meaning: &Meaning, csv: &str) -> Vec<(String, TimelineEvent)> {
    let (header, rows) = read_csv(csv);
    let shape = &meaning.event;
    let mut events = Vec::new();
    for row in rows {
        let reserved = |column: &str| present(meaning, &[], cell(&header, &row, column));
        let lead_id = reserved(&shape.lead_column);
        let name = reserved(&shape.name_column);
        let time = reserved(&shape.time_column).and_then(|text| parse_time(&text));
        let (Some(lead_id), Some(name), Some(time)) = (lead_id, name, time) else { continue };
        let object = cell(&header, &row, "properties").and_then(|text| serde_json::from_str::<Json>(text).ok());
        let properties = shape.properties.iter().map(|property| {
            // "where a real column exists it wins even when its cell is missing"
            if header.contains(&property.column) {
                text_value(meaning, property, cell(&header, &row, &property.column))
            } else {
                json_value(meaning, property, object.as_ref().and_then(|object| member(object, &property.column)))
            }
        });
        let event = TimelineEvent { name, time, properties: properties.collect(), id: reserved(&shape.id_column) };
        events.push((lead_id, event));
    }
    events
}

/// "Events with an equal, present `event_id` are one event: the one with the earliest timestamp counts (of equal times, the
/// first in the input)"; "the earliest row counts whole".
fn without_repeats(events: Vec<(String, TimelineEvent)>) -> Vec<(String, TimelineEvent)> {
    let mut counting = Vec::new();
    for (index, (lead_id, event)) in events.iter().enumerate() {
        let is_repeat = event.id.is_some()
            && events.iter().enumerate().any(|(other_index, (_, other))| {
                let is_before = other.time < event.time || (other.time == event.time && other_index < index);
                other.id == event.id && is_before
            });
        if !is_repeat {
            counting.push((lead_id.clone(), event.clone()));
        }
    }
    counting
}

/// Section 7, CSV: header names and rows of cells; a blank line is no row.
pub(crate) fn read_csv(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row: Vec<String> = Vec::new();
    let mut cell = String::new();
    let mut is_quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' => is_quoted = !is_quoted,
            c if is_quoted => cell.push(c),
            ',' => row.push(std::mem::take(&mut cell)),
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    row.push(cell);
    rows.push(row);
    rows.retain(|row| *row != [""]);
    let header = if rows.is_empty() { Vec::new() } else { rows.remove(0) };
    (header.iter().map(|name| name.trim().to_owned()).collect(), rows)
}

/// "an absent column", and "a short row's cells are missing".
fn cell<'a>(header: &[String], row: &'a [String], column: &str) -> Option<&'a str> {
    let index = header.iter().position(|name| name == column)?;
    row.get(index).map(String::as_str)
}

/// The trimmed text of a cell that is not missing: "empty after trimming white space", or listed in `missing`, "the global
/// list and the attribute's own".
fn present(meaning: &Meaning, own_missing: &[String], cell: Option<&str>) -> Option<String> {
    let text = cell?.trim();
    let is_listed = meaning.missing.iter().chain(own_missing).any(|entry| entry == text);
    (!text.is_empty() && !is_listed && !text.contains('\0')).then(|| text.to_owned())
}

/// A cell as a value of its type; where it is missing, the default.
fn text_value(meaning: &Meaning, attribute: &Attribute, cell: Option<&str>) -> Option<Value> {
    let value = present(meaning, &attribute.missing, cell).and_then(|text| convert_text(&text, attribute.kind));
    value.filter(|value| !is_listed_number(meaning, attribute, value)).or_else(|| attribute.default.clone())
}

/// "in a number column an entry that reads as a number matches by value"
fn is_listed_number(meaning: &Meaning, attribute: &Attribute, value: &Value) -> bool {
    let Value::Number(number) = value else { return false };
    meaning.missing.iter().chain(&attribute.missing).any(|entry| parse_number(entry) == Some(*number))
}

/// A value of `properties`: "A number given (JSON, Parquet) for a text or boolean attribute counts as its shortest decimal
/// form ..., a boolean as `true` or `false`"; "a number does not convert to a time", "arrays and objects do not convert".
fn json_value(meaning: &Meaning, property: &Attribute, json: Option<&Json>) -> Option<Value> {
    let text = match json {
        Some(Json::String(text)) => Some(text.clone()),
        Some(Json::Bool(truth)) => Some(truth.to_string()),
        Some(Json::Number(_)) if property.kind == Type::Time => None,
        // An integer "keeps all its digits"; with a fraction or an exponent it is a float.
        Some(Json::Number(number)) if number.is_f64() => number.as_f64().map(number_text),
        Some(Json::Number(number)) => Some(number.to_string()),
        Some(Json::Array(_) | Json::Object(_) | Json::Null) | None => None,
    };
    text_value(meaning, property, text.as_deref())
}

/// "the key `a.b` itself is looked for first, then `b` in `a`"
fn member<'a>(object: &'a Json, path: &str) -> Option<&'a Json> {
    let Json::Object(members) = object else { return None };
    if let Some(value) = members.get(path) {
        return Some(value);
    }
    let (outer, inner) = path.split_once('.')?;
    member(members.get(outer)?, inner)
}
