//! Turns scored leads into CSV, NDJSON or Parquet, as section 5 of the language reference has it, and rejected rows into CSV.
//!
//! Rows come in the order in which they go out; sorting them is the executor's work. In CSV and Parquet the lists of an
//! explanation are JSON texts, in NDJSON they are arrays.

mod parquet;

use crate::input::{Format, Rejected};
use crate::scores::{LeadScore, Reason};
use std::borrow::Borrow;
use std::io::{self, Write};

/// Text is handed on in pieces of about this many bytes.
const PIECE_BYTES: usize = 64 << 10;

/// A scored lead with its explanation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScoredRow {
    /// The result.
    pub score: LeadScore,
    /// Where its points come from, sorted by [`crate::scores::sort_reasons`].
    pub reasons: Vec<Reason>,
    /// What keeps it from the next stage, as written in the definition.
    pub missing_for_next: Vec<String>,
}

/// How much is written of each lead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// The eleven columns of a score.
    #[default]
    Scores,
    /// Those, `reasons` and `missing_for_next`.
    Explained,
}

/// The columns of a score, in order.
const COLUMNS: [&str; 11] = [
    "lead_id",
    "stage",
    "score",
    "fit",
    "fit_unknown",
    "engagement",
    "grade",
    "persona",
    "disqualified_by",
    "route",
    "respond_within_s",
];
/// The columns of an explanation, after those.
const EXPLAINED_COLUMNS: [&str; 2] = ["reasons", "missing_for_next"];

/// A value of one of [`COLUMNS`].
enum Value<'a> {
    Text(Option<&'a str>),
    Integer(Option<i64>),
}

fn values(score: &LeadScore) -> [Value<'_>; 11] {
    fn text(value: &Option<String>) -> Value<'_> {
        Value::Text(value.as_deref())
    }
    [
        Value::Text(Some(&score.lead_id)),
        text(&score.stage),
        Value::Integer(Some(score.score)),
        Value::Integer(Some(score.fit)),
        Value::Integer(Some(score.fit_unknown)),
        Value::Integer(Some(score.engagement)),
        text(&score.grade),
        text(&score.persona),
        text(&score.disqualified_by),
        text(&score.route),
        Value::Integer(score.respond_within_seconds),
    ]
}

/// Writes scored leads, in the order given.
pub fn write_scores<R: Borrow<ScoredRow>>(
    rows: impl IntoIterator<Item = R>,
    format: Format,
    detail: Detail,
    out: impl Write + Send,
) -> io::Result<()> {
    match format {
        Format::Csv => write_csv(rows, detail, out),
        Format::Ndjson => write_ndjson(rows, detail, out),
        Format::Parquet => parquet::write(rows, detail, out),
    }
}

fn write_csv<R: Borrow<ScoredRow>>(
    rows: impl IntoIterator<Item = R>,
    detail: Detail,
    mut out: impl Write,
) -> io::Result<()> {
    let mut text = COLUMNS.join(",").into_bytes();
    if detail == Detail::Explained {
        write!(text, ",{}", EXPLAINED_COLUMNS.join(","))?;
    }
    text.push(b'\n');
    let mut json = Vec::new();
    for row in rows {
        let row = row.borrow();
        for (at, value) in values(&row.score).into_iter().enumerate() {
            if at > 0 {
                text.push(b',');
            }
            match value {
                Value::Text(value) => push_cell(&mut text, value.unwrap_or("").as_bytes()),
                Value::Integer(Some(value)) => write!(text, "{value}")?,
                Value::Integer(None) => {}
            }
        }
        if detail == Detail::Explained {
            for push in [push_reasons, push_missing] {
                json.clear();
                push(&mut json, row)?;
                text.push(b',');
                push_cell(&mut text, &json);
            }
        }
        text.push(b'\n');
        hand_on(&mut text, PIECE_BYTES, &mut out)?;
    }
    hand_on(&mut text, 0, &mut out)?;
    out.flush()
}

fn write_ndjson<R: Borrow<ScoredRow>>(
    rows: impl IntoIterator<Item = R>,
    detail: Detail,
    mut out: impl Write,
) -> io::Result<()> {
    let mut text = Vec::new();
    for row in rows {
        let row = row.borrow();
        for ((at, name), value) in COLUMNS.iter().enumerate().zip(values(&row.score)) {
            write!(text, "{}\"{name}\":", if at == 0 { '{' } else { ',' })?;
            match value {
                Value::Text(Some(value)) => push_json_text(&mut text, value)?,
                Value::Integer(Some(value)) => write!(text, "{value}")?,
                Value::Text(None) | Value::Integer(None) => text.extend_from_slice(b"null"),
            }
        }
        if detail == Detail::Explained {
            text.extend_from_slice(b",\"reasons\":");
            push_reasons(&mut text, row)?;
            text.extend_from_slice(b",\"missing_for_next\":");
            push_missing(&mut text, row)?;
        }
        text.extend_from_slice(b"}\n");
        hand_on(&mut text, PIECE_BYTES, &mut out)?;
    }
    hand_on(&mut text, 0, &mut out)?;
    out.flush()
}

/// Hands text on where it is longer than `least`.
fn hand_on(text: &mut Vec<u8>, least: usize, out: &mut impl Write) -> io::Result<()> {
    if text.len() > least {
        out.write_all(text)?;
        text.clear();
    }
    Ok(())
}

/// Appends a CSV cell, in quotes where it must be.
fn push_cell(text: &mut Vec<u8>, cell: &[u8]) {
    if !cell.iter().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n')) {
        text.extend_from_slice(cell);
        return;
    }
    text.push(b'"');
    for piece in cell.split_inclusive(|&byte| byte == b'"') {
        text.extend_from_slice(piece);
        if piece.ends_with(b"\"") {
            text.push(b'"');
        }
    }
    text.push(b'"');
}

/// Appends the reasons as a JSON list.
fn push_reasons(json: &mut Vec<u8>, row: &ScoredRow) -> io::Result<()> {
    json.push(b'[');
    for (at, reason) in row.reasons.iter().enumerate() {
        write!(json, "{}{{\"section\":\"{}\",\"rule\":", if at > 0 { "," } else { "" }, reason.section.word())?;
        push_name(json, reason.rule.as_deref())?;
        json.extend_from_slice(b",\"group\":");
        push_name(json, reason.group.as_deref())?;
        write!(json, ",\"points\":{}}}", reason.points)?;
    }
    json.push(b']');
    Ok(())
}

/// Appends what is missing for the next stage as a JSON list.
fn push_missing(json: &mut Vec<u8>, row: &ScoredRow) -> io::Result<()> {
    json.push(b'[');
    for (at, part) in row.missing_for_next.iter().enumerate() {
        if at > 0 {
            json.push(b',');
        }
        push_json_text(json, part)?;
    }
    json.push(b']');
    Ok(())
}

fn push_name(json: &mut Vec<u8>, name: Option<&str>) -> io::Result<()> {
    match name {
        Some(name) => push_json_text(json, name),
        None => json.write_all(b"null"),
    }
}

fn push_json_text(json: &mut Vec<u8>, text: &str) -> io::Result<()> {
    serde_json::to_writer(json, text).map_err(io::Error::from)
}

/// Writes rejected rows as CSV: `file,row,line,kind,reason,raw`.
pub fn write_rejects<R: Borrow<Rejected>>(rows: impl IntoIterator<Item = R>, mut out: impl Write) -> io::Result<()> {
    write_rejects_header(&mut out)?;
    for row in rows {
        write_reject(row.borrow(), &mut out)?;
    }
    out.flush()
}

/// Writes the first line of a file of rejected rows, for callers that write row by row while reading.
pub fn write_rejects_header(mut out: impl Write) -> io::Result<()> {
    out.write_all(b"file,row,line,kind,reason,raw\n")
}

/// Writes one rejected row after [`write_rejects_header`].
pub fn write_reject(row: &Rejected, mut out: impl Write) -> io::Result<()> {
    let mut text = Vec::with_capacity(row.raw.len() + 256);
    push_cell(&mut text, row.place.file.as_bytes());
    write!(text, ",{},", row.place.row)?;
    if let Some(line) = row.place.line {
        write!(text, "{line}")?;
    }
    write!(text, ",{},", row.kind.word())?;
    push_cell(&mut text, row.reason.as_bytes());
    text.push(b',');
    push_cell(&mut text, row.raw.as_bytes());
    text.push(b'\n');
    out.write_all(&text)
}

#[cfg(test)]
mod tests;
