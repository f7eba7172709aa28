//! Turns scored leads into CSV, NDJSON or Parquet, as section 5 of the language reference has it, and rejected rows into CSV.
//!
//! Rows come in the order in which they go out; sorting them is the executor's work. In CSV and Parquet the lists of an
//! explanation are JSON texts, in NDJSON they are arrays.

mod parquet;

use crate::batch::BatchScores;
use crate::columns::TextList;
use crate::ids::LeadId;
use crate::input::{Format, Rejected};
use crate::scores::{LeadScore, Reason};
use rayon::prelude::*;
use std::borrow::Borrow;
use std::io::{self, Write};
use std::ops::Range;

/// So many rows are written as one piece of text: about a megabyte.
const PIECE_ROWS: usize = 16_384;

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

/// The names of all columns, in their order: the eleven of a score, and the two of an explanation.
pub const COLUMN_NAMES: [&str; 13] = [
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
    "reasons",
    "missing_for_next",
];
/// How many columns a score has; those after them explain it.
const SCORE_COLUMNS: usize = 11;

/// Which columns are written, by their places among [`COLUMN_NAMES`], each at most once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns(Vec<usize>);

impl Columns {
    /// Returns the eleven columns of a score.
    pub fn of_scores() -> Columns {
        Columns((0..SCORE_COLUMNS).collect())
    }

    /// Returns all columns, those of an explanation too.
    pub fn explained() -> Columns {
        Columns((0..COLUMN_NAMES.len()).collect())
    }

    /// Returns the named columns in the order given, or what is wrong with a name.
    pub fn named(names: &[impl AsRef<str>]) -> Result<Columns, String> {
        let mut columns = Vec::new();
        for name in names.iter().map(AsRef::as_ref) {
            let Some(column) = COLUMN_NAMES.iter().position(|known| *known == name) else {
                return Err(format!("no column is named `{name}`; there are {}", COLUMN_NAMES.join(", ")));
            };
            if columns.contains(&column) {
                return Err(format!("the column `{name}` is named twice"));
            }
            columns.push(column);
        }
        if columns.is_empty() { Err("no column is named".to_owned()) } else { Ok(Columns(columns)) }
    }

    /// Returns whether any of them explains a score: then scores must be computed with explanations.
    pub fn explain(&self) -> bool {
        self.0.iter().any(|&column| column >= SCORE_COLUMNS)
    }
}

/// A value of one of the columns of a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// A lead's key.
    Id(LeadId<'a>),
    /// A name.
    Text(Option<&'a str>),
    /// Points, a count or seconds.
    Integer(Option<i64>),
}

/// Many values of one column.
pub enum Values<'a> {
    /// As they are.
    Each(Vec<Value<'a>>),
    /// Texts, none of them missing.
    Texts(TextList),
    /// Integers, none of them missing.
    Integers(Vec<i64>),
    /// Integers, or none.
    Optional(Vec<Option<i64>>),
    /// Places in a list of names; a place that the list does not have is a missing name.
    Names(Vec<&'a str>, Vec<u32>),
}

/// Rows that can be written, by their places.
pub trait ScoreRows: Sync {
    /// Returns how many there are.
    fn count(&self) -> usize;

    /// Returns a value of a row's score, by the place of its column among the eleven.
    fn value(&self, row: usize, column: usize) -> Value<'_>;

    /// Returns the values of some of the eleven columns for some rows: those of [`ScoreRows::value`], where that is done faster
    /// at once.
    fn columns(&self, rows: Range<usize>, columns: &[usize]) -> Vec<Values<'_>> {
        let values = |&column: &usize| Values::Each(rows.clone().map(|row| self.value(row, column)).collect());
        columns.iter().map(values).collect()
    }

    /// Returns where a row's points come from.
    fn reasons(&self, row: usize) -> Vec<Reason>;

    /// Returns what keeps a row's lead from the next stage.
    fn missing_for_next(&self, row: usize) -> Vec<&str>;
}

impl ScoreRows for [ScoredRow] {
    fn count(&self) -> usize {
        self.len()
    }

    fn value(&self, row: usize, column: usize) -> Value<'_> {
        let Some(ScoredRow { score, .. }) = self.get(row) else { return Value::Text(None) };
        match column {
            0 => Value::Id(score.lead_id.as_str().into()),
            1 => Value::Text(score.stage.as_deref()),
            2 => Value::Integer(Some(score.score)),
            3 => Value::Integer(Some(score.fit)),
            4 => Value::Integer(Some(score.fit_unknown)),
            5 => Value::Integer(Some(score.engagement)),
            6 => Value::Text(score.grade.as_deref()),
            7 => Value::Text(score.persona.as_deref()),
            8 => Value::Text(score.disqualified_by.as_deref()),
            9 => Value::Text(score.route.as_deref()),
            _ => Value::Integer(score.respond_within_seconds),
        }
    }

    fn reasons(&self, row: usize) -> Vec<Reason> {
        self.get(row).map_or_else(Vec::new, |row| row.reasons.clone())
    }

    fn missing_for_next(&self, row: usize) -> Vec<&str> {
        self.get(row).map_or_else(Vec::new, |row| row.missing_for_next.iter().map(String::as_str).collect())
    }
}

impl ScoreRows for BatchScores<'_> {
    fn count(&self) -> usize {
        self.len()
    }

    fn value(&self, row: usize, column: usize) -> Value<'_> {
        let Some(lead) = self.get(row) else { return Value::Text(None) };
        match column {
            0 => Value::Id(lead.lead_id()),
            1 => Value::Text(lead.stage()),
            2 => Value::Integer(Some(lead.score())),
            3 => Value::Integer(Some(lead.fit())),
            4 => Value::Integer(Some(lead.fit_unknown())),
            5 => Value::Integer(Some(lead.engagement())),
            6 => Value::Text(lead.grade()),
            7 => Value::Text(lead.persona()),
            8 => Value::Text(lead.disqualified_by()),
            9 => Value::Text(lead.route()),
            _ => Value::Integer(lead.respond_within_seconds()),
        }
    }

    fn columns(&self, rows: Range<usize>, columns: &[usize]) -> Vec<Values<'_>> {
        self.values(rows, columns)
    }

    fn reasons(&self, row: usize) -> Vec<Reason> {
        self.get(row).map_or_else(Vec::new, |lead| lead.reasons())
    }

    fn missing_for_next(&self, row: usize) -> Vec<&str> {
        self.get(row).map_or_else(Vec::new, |lead| lead.missing_for_next())
    }
}

/// Writes scored leads, in the order given.
pub fn write_scores<R: ScoreRows + ?Sized>(
    rows: &R,
    format: Format,
    columns: &Columns,
    mut out: impl Write + Send,
) -> io::Result<()> {
    let Columns(columns) = columns;
    match format {
        Format::Csv => {
            let names: Vec<&str> = columns.iter().filter_map(|&column| COLUMN_NAMES.get(column).copied()).collect();
            writeln!(out, "{}", names.join(","))?;
            write_texts(rows, out, |row, text| push_csv(rows, row, columns, text))
        }
        Format::Ndjson => write_texts(rows, out, |row, text| push_ndjson(rows, row, columns, text)),
        Format::Parquet => parquet::write(rows, columns, out),
    }
}

/// Writes rows as text, many of them at a time on all cores.
fn write_texts<R: ScoreRows + ?Sized>(
    rows: &R,
    mut out: impl Write,
    push: impl Fn(usize, &mut Vec<u8>) -> io::Result<()> + Sync,
) -> io::Result<()> {
    let pieces: Vec<usize> = (0..rows.count()).step_by(PIECE_ROWS).collect();
    for together in pieces.chunks(rayon::current_num_threads()) {
        let texts = together.par_iter().map(|&start| {
            let mut text = Vec::new();
            (start..(start + PIECE_ROWS).min(rows.count())).try_for_each(|row| push(row, &mut text))?;
            Ok(text)
        });
        for text in texts.collect::<io::Result<Vec<Vec<u8>>>>()? {
            out.write_all(&text)?;
        }
    }
    out.flush()
}

fn push_csv<R: ScoreRows + ?Sized>(rows: &R, row: usize, columns: &[usize], text: &mut Vec<u8>) -> io::Result<()> {
    for (at, &column) in columns.iter().enumerate() {
        if at > 0 {
            text.push(b',');
        }
        if column >= SCORE_COLUMNS {
            let mut json = Vec::new();
            push_explanation(&mut json, rows, row, column)?;
            push_cell(text, &json);
            continue;
        }
        match rows.value(row, column) {
            Value::Id(id) => push_cell(text, id.as_bytes()),
            Value::Text(value) => push_cell(text, value.unwrap_or("").as_bytes()),
            Value::Integer(Some(value)) => write!(text, "{value}")?,
            Value::Integer(None) => {}
        }
    }
    text.push(b'\n');
    Ok(())
}

fn push_ndjson<R: ScoreRows + ?Sized>(rows: &R, row: usize, columns: &[usize], text: &mut Vec<u8>) -> io::Result<()> {
    for (at, &column) in columns.iter().enumerate() {
        let name = COLUMN_NAMES.get(column).copied().unwrap_or_default();
        write!(text, "{}\"{name}\":", if at == 0 { '{' } else { ',' })?;
        if column >= SCORE_COLUMNS {
            push_explanation(text, rows, row, column)?;
            continue;
        }
        match rows.value(row, column) {
            Value::Id(id) => push_json_text(text, &id)?,
            Value::Text(Some(value)) => push_json_text(text, value)?,
            Value::Integer(Some(value)) => write!(text, "{value}")?,
            Value::Text(None) | Value::Integer(None) => text.extend_from_slice(b"null"),
        }
    }
    text.extend_from_slice(b"}\n");
    Ok(())
}

/// Appends a column of a row's explanation as a JSON list.
fn push_explanation<R: ScoreRows + ?Sized>(json: &mut Vec<u8>, rows: &R, row: usize, column: usize) -> io::Result<()> {
    if column == SCORE_COLUMNS {
        push_reasons(json, &rows.reasons(row))
    } else {
        push_missing(json, &rows.missing_for_next(row))
    }
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
fn push_reasons(json: &mut Vec<u8>, reasons: &[Reason]) -> io::Result<()> {
    json.push(b'[');
    for (at, reason) in reasons.iter().enumerate() {
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
fn push_missing(json: &mut Vec<u8>, missing: &[&str]) -> io::Result<()> {
    json.push(b'[');
    for (at, part) in missing.iter().enumerate() {
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
