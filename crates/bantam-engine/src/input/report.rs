//! What reading found: places, rejected rows, counts per column, and the errors that stop it.

use std::fmt;
use std::io;

/// Whether a row is a lead's or an event's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RowKind {
    /// A row of attributes.
    Lead,
    /// A row per thing that happened.
    Event,
}

impl RowKind {
    /// Returns `lead` or `event`.
    pub fn word(self) -> &'static str {
        match self {
            RowKind::Lead => "lead",
            RowKind::Event => "event",
        }
    }
}

/// Where a row stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, as the caller named it.
    pub file: String,
    /// The row among the file's rows of data, from 1; blank lines are not counted.
    pub row: u64,
    /// The line in the file, from 1, where it has lines.
    pub line: Option<u64>,
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}, row {}", self.file, self.row)?;
        match self.line {
            Some(line) => write!(out, " (line {line})"),
            None => Ok(()),
        }
    }
}

/// A [`Place`] in little space, while files are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) file: u32,
    pub(super) row: u64,
    /// 0 where the file has no lines.
    pub(super) line: u64,
}

impl Spot {
    pub(super) fn place(self, files: &[String]) -> Place {
        let file = files.get(self.file as usize).cloned().unwrap_or_default();
        Place { file, row: self.row, line: (self.line > 0).then_some(self.line) }
    }
}

/// A row that does not count, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// What it was read as.
    pub kind: RowKind,
    /// Where it stands.
    pub place: Place,
    /// What is wrong, and what is wanted instead.
    pub reason: String,
    /// The row as it stood, cut after [`super::RAW_BYTES_MAX`] bytes; of a Parquet row the cells that were read, as JSON.
    pub raw: String,
}

/// What was found in the input for one attribute, property or optional reserved column.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnReport {
    /// Lead or event.
    pub kind: RowKind,
    /// The name conditions use; a reserved column has none.
    pub attribute: Option<String>,
    /// The column's header, or the path to it.
    pub column: String,
    /// Whether any file had it.
    pub found: bool,
    /// Rows with a value.
    pub present: u64,
    /// Rows without one.
    pub missing: u64,
    /// Rows whose value did not convert; they count as missing but are not among `missing`.
    pub failed: u64,
    /// The first value that did not convert.
    pub example: Option<(String, Place)>,
}

/// A column of the input that nothing uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusedColumn {
    /// Lead or event.
    pub kind: RowKind,
    /// Its header; a key inside `properties` is written `properties.key`.
    pub column: String,
    /// Rows that had it.
    pub rows: u64,
    /// The declared column it may be meant to be: one of similar spelling that no file had.
    pub nearest: Option<String>,
}

/// What reading found, for people.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InputReport {
    /// Names of the files, in input order.
    pub files: Vec<String>,
    /// Rows read as leads, rejected ones included.
    pub lead_rows: u64,
    /// Rows read as events, rejected ones included.
    pub event_rows: u64,
    /// Lead rows that were rejected.
    pub rejected_leads: u64,
    /// Event rows that were rejected.
    pub rejected_events: u64,
    /// Events left out because another row with the same key counts.
    pub repeats: u64,
    /// Those of them whose lead, name or properties differ from the row that counts.
    pub conflicting_repeats: u64,
    /// Keys of the first few of those.
    pub conflicting_ids: Vec<String>,
    /// Cells of `properties` that hold something other than a JSON object.
    pub bad_properties: u64,
    /// The first of them.
    pub bad_properties_example: Option<(String, Place)>,
    /// Attributes, then properties, in the definition's order, then `updated_at` and the event's key.
    pub columns: Vec<ColumnReport>,
    /// Columns that nothing uses, then keys inside `properties`, each in the order in which they were first seen.
    pub unused: Vec<UnusedColumn>,
    /// Time of the earliest event that counts at any moment.
    pub oldest_event: Option<i64>,
    /// Time of the latest event that counts at any moment.
    pub newest_event: Option<i64>,
}

impl InputReport {
    /// Returns how many rows were rejected.
    pub fn rejected(&self) -> u64 {
        self.rejected_leads + self.rejected_events
    }

    /// Returns how many values did not convert.
    pub fn failed(&self) -> u64 {
        self.columns.iter().map(|column| column.failed).sum()
    }
}

/// Two lead rows with one key in an input without `updated_at`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepeatedLead {
    /// The key.
    pub lead_id: String,
    /// The first row with it.
    pub first: Place,
    /// The row that repeats it.
    pub second: Place,
}

/// Why files could not be read.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The bytes did not come.
    #[error("cannot read {file}: {source}")]
    Read {
        /// The file.
        file: String,
        /// What happened.
        source: io::Error,
    },
    /// The first line of a CSV file, or the columns of a Parquet file, will not do.
    #[error("{file}: {problem}")]
    Header {
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
        /// The way out.
        help: Option<String>,
    },
    /// A Parquet file is damaged, truncated or too large where it must not be.
    #[error("{file} cannot be read as Parquet: {problem}")]
    Parquet {
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// A Parquet column is of a type that has no value in the language.
    #[error(
        "{file}: column `{column}` is of type {type_name}, which cannot be read; give text, a number, a boolean, a date or a timestamp"
    )]
    ColumnType {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// Its type, as Arrow names it.
        type_name: String,
    },
    /// Leads have several rows, and nothing says which is the latest.
    #[error("{}", repeated_leads(repeats, *count))]
    RepeatedLeads {
        /// The first few.
        repeats: Vec<RepeatedLead>,
        /// How many rows repeat a key.
        count: u64,
    },
    /// More rows than fit.
    #[error("more than {} {} rows; split the input", u32::MAX, kind.word())]
    TooManyRows {
        /// Of which kind.
        kind: RowKind,
    },
}

fn repeated_leads(repeats: &[RepeatedLead], count: u64) -> String {
    let Some(first) = repeats.first() else { return "a lead has two rows".into() };
    let more = if count > 1 { format!(", and {} more rows repeat a lead", count - 1) } else { String::new() };
    let RepeatedLead { lead_id, first, second } = first;
    format!("lead `{lead_id}` has two rows, {first} and {second}{more}; keep one, or add a column `updated_at`")
}

/// Returns bytes as text, cut to at most `limit` bytes where a character ends; what is not UTF-8 becomes U+FFFD.
pub(super) fn clip(bytes: &[u8], limit: usize) -> String {
    let cut = bytes.get(..limit).unwrap_or(bytes);
    let mut text = String::from_utf8_lossy(cut).into_owned();
    if cut.len() < bytes.len() && text.ends_with(char::REPLACEMENT_CHARACTER) {
        text.pop();
    }
    text
}

/// Returns the name most like `name`, if any is like it at all.
pub(super) fn nearest<'n>(name: &str, among: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let plain = |text: &str| text.to_lowercase().replace([' ', '-', '.'], "_");
    let name = plain(name);
    let mut best: Option<(f64, &str)> = None;
    for other in among {
        let likeness = strsim::jaro_winkler(&name, &plain(other));
        if likeness >= 0.8 && best.is_none_or(|(most, _)| likeness > most) {
            best = Some((likeness, other));
        }
    }
    best.map(|(_, other)| other)
}
