//! Rows as CSV and as NDJSON, in the odd ways in which such files come.

use super::facts::{Cell, Rows, json_text};
use super::random::Random;

/// RFC 4180, with or without a byte-order mark, lines ended by LF or CRLF, some rows short, some cells quoted without need.
pub(crate) fn csv(random: &mut Random, rows: &Rows) -> String {
    let end = if random.chance(25) { "\r\n" } else { "\n" };
    let mut text = String::new();
    if random.chance(20) {
        text.push('\u{feff}');
    }
    let header: Vec<String> = rows
        .header
        .iter()
        .map(|name| if random.chance(5) { csv_cell(random, &format!(" {name} ")) } else { csv_cell(random, name) })
        .collect();
    text += &(header.join(",") + end);
    for row in &rows.rows {
        let mut cells: Vec<String> = row
            .iter()
            .map(|cell| match cell {
                Cell::Missing => if random.chance(10) { "\"\"" } else { "" }.to_owned(),
                Cell::Text(text) | Cell::Object(text) => csv_cell(random, text),
            })
            .collect();
        if random.chance(15) {
            // A short row's cells are missing. Two cells stay, so that no row turns into a blank line.
            while cells.len() > 2 && cells.last().is_some_and(String::is_empty) {
                cells.pop();
            }
        }
        text += &(cells.join(",") + end);
        if random.chance(1) {
            text += end; // a blank line is skipped
        }
    }
    if random.chance(20) {
        text.truncate(text.len() - end.len()); // the last line need not be ended
    }
    text
}

fn csv_cell(random: &mut Random, text: &str) -> String {
    let must_quote = text.contains([',', '"', '\n', '\r']);
    if must_quote || random.chance(3) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// The same content, a JSON object a line; every cell is a text except `properties`.
///
/// Where `properties` may supply a value, a missing cell is written as `null` and not left out: its column exists, and wins.
pub(crate) fn ndjson(random: &mut Random, rows: &Rows) -> String {
    let has_properties = rows.header.iter().any(|name| name == "properties");
    let mut text = String::new();
    for row in &rows.rows {
        let mut entries = Vec::new();
        for (name, cell) in rows.header.iter().zip(row) {
            let value = match cell {
                Cell::Missing if has_properties || random.chance(30) => "null".to_owned(),
                Cell::Missing if random.chance(20) => "\"\"".to_owned(),
                Cell::Missing => continue,
                Cell::Text(text) => json_text(text),
                Cell::Object(object) => object.clone(),
            };
            entries.push(format!("{}: {value}", json_text(name)));
        }
        random.shuffle(&mut entries);
        text += &format!("{{{}}}\n", entries.join(", "));
    }
    text
}
