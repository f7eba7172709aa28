//! Random leads and events for a definition, as rows of cells.

use super::random::Random;
use super::shape::{Field, World};
use super::times::{self, NO_TIMES, SECOND};
use super::words::{BOOLEANS, NUMBERS, texts_of};
use bantam_lang::meaning::Type;

/// One cell of a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Missing,
    Text(String),
    /// The text of a JSON object.
    Object(String),
}

/// A header and its rows, all of one length.
pub(crate) struct Rows {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<Cell>>,
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

/// The ids of leads, distinct also when trimmed.
fn lead_ids(random: &mut Random) -> Vec<String> {
    let count = random.between(8, 30);
    let mut ids: Vec<String> = (0..count).map(|number| format!("L{number:03}")).collect();
    ids.extend(["007", "1e3", "ü-1", "😀", "～", "a b", "Zed, \"Z\""].map(String::from));
    ids
}

/// Rows of leads: with `updated_at` several of a lead, without it one.
pub(crate) fn leads(random: &mut Random, world: &World, as_of: i64) -> (Rows, Vec<String>) {
    let ids = lead_ids(random);
    let has_updated_at = random.chance(40);
    let mut header = vec![world.id_column.clone()];
    // An absent column is a missing value in every row.
    let columns: Vec<&Field> = world.attributes.iter().filter(|_| !random.chance(5)).collect();
    header.extend(columns.iter().map(|field| field.column.clone()));
    header.push("extra".into());
    if has_updated_at {
        header.push("updated_at".into());
    }
    let mut rows = Vec::new();
    for id in &ids {
        let count = if has_updated_at { random.between(0, 4) } else { i64::from(random.chance(90)) };
        let mut updates: Vec<i64> = Vec::new();
        for _ in 0..count {
            let mut row = vec![padded(random, id)];
            row.extend(columns.iter().map(|field| cell(random, field, as_of)));
            row.push(text("x"));
            if has_updated_at {
                let time = times::event_time(random, as_of, &[86_400], &updates);
                updates.push(time);
                row.push(updated_at(random, time));
            }
            rows.push(row);
        }
    }
    if random.chance(30) {
        // A row without an id is rejected.
        let mut row = vec![Cell::Missing; header.len()];
        row[0] = if random.chance(50) { text("  ") } else { Cell::Missing };
        row[1] = text("nobody's");
        rows.push(row);
    }
    if has_updated_at {
        random.shuffle(&mut rows);
    }
    (Rows { header, rows }, ids)
}

fn updated_at(random: &mut Random, time: i64) -> Cell {
    match random.below(10) {
        0 => Cell::Missing,
        1 => text(random.word(&NO_TIMES)),
        _ => Cell::Text(times::written(random, time)),
    }
}

fn padded(random: &mut Random, value: &str) -> Cell {
    match random.below(12) {
        0 => Cell::Text(format!(" {value} ")),
        1 => Cell::Text(format!("{value}\t")),
        2 => Cell::Text(format!("\u{a0}{value}\u{2003}")),
        _ => text(value),
    }
}

/// A value of an attribute or a property, now and then one that does not convert.
fn cell(random: &mut Random, field: &Field, as_of: i64) -> Cell {
    if random.chance(15) {
        return Cell::Missing;
    }
    match field.kind {
        Type::Text => padded_text(random, field),
        Type::Number => text(random.word(&NUMBERS)),
        Type::Boolean => text(random.word(&BOOLEANS)),
        Type::Time if random.chance(15) => text(random.word(&NO_TIMES)),
        Type::Time => {
            let time = times::event_time(random, as_of, &[7 * 86_400, 30 * 86_400], &[]);
            Cell::Text(times::written(random, time))
        }
    }
}

fn padded_text(random: &mut Random, field: &Field) -> Cell {
    let value = random.word(texts_of(&field.name));
    padded(random, value)
}

/// Where an event's properties come from.
#[derive(Clone, Copy, PartialEq)]
enum Supply {
    Columns,
    Properties,
    /// Some have a column, which wins over `properties` even where its cell is missing.
    Both,
}

/// Rows of events in no order, with repeats, rejected ones and ones after *as of*.
pub(crate) fn events(random: &mut Random, world: &World, ids: &[String], as_of: i64) -> Rows {
    let supply = *random.pick(&[Supply::Columns, Supply::Columns, Supply::Properties, Supply::Both]);
    let columns: Vec<&Field> = world
        .properties
        .iter()
        .filter(|_| supply == Supply::Columns || (supply == Supply::Both && random.chance(50)))
        .collect();
    let has_id = random.chance(80);
    let [lead, name, time, id] = world.event_columns.clone();
    let mut header = vec![lead, name, time];
    header.extend(columns.iter().map(|field| field.column.clone()));
    if supply != Supply::Columns {
        header.push("properties".into());
    }
    if has_id {
        header.push(id);
    }
    let mut used_ids: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    for lead in ids.iter().map(String::as_str).chain(["L-x", "L-y"]) {
        let mut earlier = Vec::new();
        // Few kinds of events a lead, so that counts and sequences come about.
        let common: Vec<String> = world.common.iter().filter(|name| world.own_names.contains(name)).cloned().collect();
        let mut names = random.some(&common, 1, 4);
        names.extend(random.some(&world.own_names, 0, 2));
        for _ in 0..random.between(0, 16) {
            let time = times::event_time(random, as_of, &world.durations, &earlier);
            earlier.push(time);
            let mut row = reserved(random, lead, &names, time);
            row.extend(columns.iter().map(|field| cell(random, field, as_of)));
            if supply != Supply::Columns {
                row.push(properties(random, world));
            }
            if has_id {
                row.push(event_id(random, &mut used_ids));
            }
            rows.push(row);
        }
    }
    random.shuffle(&mut rows);
    Rows { header, rows }
}

/// Lead, name and time; three in a hundred rows are rejected for one of them.
fn reserved(random: &mut Random, lead: &str, names: &[String], time: i64) -> Vec<Cell> {
    let name = random.pick(names).clone();
    let mut cells = vec![padded(random, lead), padded(random, &name), Cell::Text(times::written(random, time))];
    match random.below(100) {
        0 => cells[0] = Cell::Missing,
        1 => cells[1] = text(" "),
        2 => cells[2] = text(random.word(&NO_TIMES)),
        _ => {}
    }
    cells
}

/// Half of the events have an id, and some of those one that was used before: a repeat, however different the rest.
fn event_id(random: &mut Random, used: &mut Vec<String>) -> Cell {
    if random.chance(50) {
        return Cell::Missing;
    }
    if !used.is_empty() && random.chance(25) {
        let id = random.pick(used).clone();
        return padded(random, &id);
    }
    let id = format!("e{}", used.len());
    used.push(id.clone());
    Cell::Text(id)
}

/// A JSON object with some of the properties, or something that is none.
fn properties(random: &mut Random, world: &World) -> Cell {
    match random.below(20) {
        0 => return Cell::Missing,
        1 => return text(random.word(&["7", "[]", "\"text\"", "{bad", "null"])),
        _ => {}
    }
    let mut entries = Vec::new();
    for field in &world.properties {
        if !random.chance(80) {
            continue;
        }
        let value = json_value(random, field);
        match field.column.split_once('.') {
            Some((outer, inner)) if random.chance(75) => {
                entries.push(format!("{}: {{{}: {value}}}", json_text(outer), json_text(inner)));
            }
            _ => entries.push(format!("{}: {value}", json_text(&field.column))),
        }
        if random.chance(4) {
            // Of equal keys the last counts.
            let value = json_value(random, field);
            entries.push(format!("{}: {value}", json_text(&field.column)));
        }
    }
    if random.chance(10) {
        // The reserved values never come from here.
        entries.push("\"event\": \"page_viewed\", \"timestamp\": \"2026-01-01\", \"lead_id\": \"L000\"".into());
    }
    Cell::Object(format!("{{{}}}", entries.join(", ")))
}

fn json_value(random: &mut Random, field: &Field) -> String {
    let odd =
        ["null", "true", "false", "12", "12.5", "-0", "1e2", "[12]", "{\"a\": 1}", "\"\"", "12345678901234567890"];
    if random.chance(20) {
        return random.word(&odd).to_string();
    }
    match field.kind {
        Type::Number if random.chance(60) => {
            random.word(&["0", "-1", "-1.0", "3.5", "99.5", "0.0005", "4.9995", "250", "1e308"]).to_string()
        }
        Type::Number => json_text(random.word(&NUMBERS)),
        Type::Boolean => json_text(random.word(&BOOLEANS)),
        Type::Text => json_text(random.word(texts_of(&field.name))),
        Type::Time => format!("\"{}\"", times::written(random, SECOND)),
    }
}

/// A text in JSON.
pub(crate) fn json_text(text: &str) -> String {
    let mut written = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => written.extend(['\\', c]),
            c if c < ' ' => written.push_str(&format!("\\u{:04x}", c as u32)),
            c => written.push(c),
        }
    }
    written + "\""
}
