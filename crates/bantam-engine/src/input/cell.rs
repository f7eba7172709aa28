//! Turns what a file gives for one cell into a value of a column's type, a missing value or a failure.

mod recent;

use super::report::{ColumnReport, RowKind, Spot, clip};
use crate::columns::{Column, MISSING_CODE, MISSING_NUMBER, MISSING_TIME, TextColumn, Truth};
use bantam_lang::convert::{is_clean_text, number_text, parse_boolean, parse_number, parse_time};
use bantam_lang::meaning::{Attribute, Type};
pub(super) use recent::RecentTexts;
use std::borrow::Cow;

/// How much of a value that does not convert is kept as an example, in bytes.
const EXAMPLE_BYTES_MAX: usize = 200;

/// What a file gives for a cell, before it is known what it should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Given<'a> {
    /// No cell, or null.
    Missing,
    /// A text as it stands, not trimmed.
    Text(&'a str),
    /// A JSON integer; all digits count.
    Digits(&'a str),
    /// A whole number.
    Whole(i128),
    /// A number with a fraction or an exponent; may be NaN or infinite.
    Number(f64),
    /// A truth.
    Boolean(bool),
    /// An instant in microseconds.
    Time(i64),
    /// Something that converts to nothing, as it would be shown: an array, an object, a text that is not Unicode.
    Other(&'a str),
    /// A number too large for any type.
    Overflow(&'a str),
}

impl<'a> Given<'a> {
    /// Returns the text it counts as, where it counts as one.
    pub(super) fn as_text(self) -> Option<Cow<'a, str>> {
        match self {
            Given::Text(text) => Some(Cow::Borrowed(trim(text))),
            Given::Digits(digits) => Some(Cow::Borrowed(if digits == "-0" { "0" } else { digits })),
            Given::Whole(number) => Some(Cow::Owned(number.to_string())),
            Given::Number(number) if number.is_finite() => Some(Cow::Owned(number_text(number))),
            Given::Boolean(value) => Some(Cow::Borrowed(if value { "true" } else { "false" })),
            _ => None,
        }
    }

    /// Returns it as it would be shown to people.
    pub(super) fn shown(self) -> String {
        match self {
            Given::Missing => String::new(),
            Given::Text(text) | Given::Other(text) | Given::Overflow(text) => clip(text.as_bytes(), EXAMPLE_BYTES_MAX),
            Given::Time(micros) => {
                jiff::Timestamp::from_microsecond(micros).map_or_else(|_| micros.to_string(), |time| time.to_string())
            }
            other => other.as_text().map(Cow::into_owned).unwrap_or_else(|| format!("{other:?}")),
        }
    }
}

/// A cell of a column, converted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell {
    Missing,
    Failed,
    Code(u32),
    Number(f64),
    Truth(bool),
    Time(i64),
}

/// Texts that mean "no value" in one column.
#[derive(Clone, Debug, Default)]
pub(super) struct MissingTexts {
    texts: Vec<String>,
    /// Bit n is set where a text of n bytes is listed, bit 63 for 63 and more: most cells need no further look.
    lengths: u64,
    /// Entries that read as a number, for number columns.
    numbers: Vec<f64>,
}

impl MissingTexts {
    pub(super) fn new(lists: [&[String]; 2]) -> MissingTexts {
        let mut texts: Vec<String> = lists.iter().copied().flatten().map(|text| text.trim().to_owned()).collect();
        texts.sort();
        texts.dedup();
        let lengths = texts.iter().fold(0, |bits, text| bits | length_bit(text));
        let numbers = texts.iter().filter_map(|text| parse_number(text)).collect();
        MissingTexts { texts, lengths, numbers }
    }

    /// Returns whether a trimmed text means "no value".
    #[inline]
    pub(super) fn has(&self, text: &str) -> bool {
        text.is_empty()
            || (self.lengths & length_bit(text) != 0
                && self.texts.binary_search_by(|listed| listed.as_str().cmp(text)).is_ok())
    }

    fn has_number(&self, number: f64) -> bool {
        self.numbers.contains(&number)
    }
}

/// Returns a text without white space at its ends.
#[inline]
pub(super) fn trim(text: &str) -> &str {
    // Most begin and end with a visible character of ASCII; only what does not is looked at closely.
    match text.as_bytes() {
        [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim(),
    }
}

fn length_bit(text: &str) -> u64 {
    1 << text.len().min(63)
}

/// One column while it is filled, with what there is to say about it.
#[derive(Clone, Debug)]
pub(super) struct ColumnBuilder {
    /// The attribute's name; reserved columns have none.
    pub(super) attribute: Option<String>,
    /// Header or path.
    pub(super) source: String,
    pub(super) values: Column,
    /// Whether any file had it.
    pub(super) found: bool,
    missing_texts: MissingTexts,
    /// Texts that have been found to be values of this column, as they stood in the file.
    recent: RecentTexts,
    present: u64,
    missing: u64,
    failed: u64,
    example: Option<(String, Spot)>,
}

impl ColumnBuilder {
    pub(super) fn new(attribute: &Attribute, global_missing: &[String]) -> ColumnBuilder {
        let mut column = ColumnBuilder::reserved(&attribute.column, attribute.kind, global_missing);
        column.attribute = Some(attribute.name.clone());
        column.missing_texts = MissingTexts::new([global_missing, &attribute.missing]);
        column
    }

    pub(super) fn reserved(source: &str, kind: Type, global_missing: &[String]) -> ColumnBuilder {
        ColumnBuilder {
            attribute: None,
            source: source.to_owned(),
            values: Column::new(kind),
            found: false,
            missing_texts: MissingTexts::new([global_missing, &[]]),
            recent: RecentTexts::default(),
            present: 0,
            missing: 0,
            failed: 0,
            example: None,
        }
    }

    /// Returns a builder for the same column without values.
    pub(super) fn blank(&self) -> ColumnBuilder {
        ColumnBuilder {
            attribute: self.attribute.clone(),
            source: self.source.clone(),
            values: self.values.blank(),
            found: self.found,
            missing_texts: self.missing_texts.clone(),
            recent: RecentTexts::default(),
            present: 0,
            missing: 0,
            failed: 0,
            example: None,
        }
    }

    /// Appends what a file gives.
    #[inline]
    pub(super) fn push(&mut self, given: Given<'_>, spot: Spot) {
        let cell = self.convert(given);
        self.append(cell, given, spot);
    }

    /// Appends a converted cell; `given` is what it was converted from.
    #[inline]
    pub(super) fn append(&mut self, cell: Cell, given: Given<'_>, spot: Spot) {
        match cell {
            Cell::Missing => self.missing += 1,
            Cell::Failed => {
                self.failed += 1;
                if self.example.is_none() {
                    self.example = Some((given.shown(), spot));
                }
            }
            _ => self.present += 1,
        }
        match (&mut self.values, cell) {
            (Column::Text(column), Cell::Code(code)) => column.codes.push(code),
            (Column::Text(column), _) => column.codes.push(MISSING_CODE),
            (Column::Number(values), Cell::Number(number)) => values.push(number),
            (Column::Number(values), _) => values.push(MISSING_NUMBER),
            (Column::Boolean(values), Cell::Truth(truth)) => values.push(Truth::from(truth)),
            (Column::Boolean(values), _) => values.push(Truth::Unknown),
            (Column::Time(values), Cell::Time(time)) => values.push(time),
            (Column::Time(values), _) => values.push(MISSING_TIME),
        }
    }

    /// Converts what a file gives. A text that is present is interned at once, so what is converted should be appended.
    #[inline]
    pub(super) fn convert(&mut self, given: Given<'_>) -> Cell {
        match given {
            Given::Missing => Cell::Missing,
            Given::Text(text) => self.convert_written(text),
            Given::Time(time) => match self.values {
                Column::Time(_) => Cell::Time(time),
                _ => Cell::Failed,
            },
            Given::Number(number) if !number.is_finite() => Cell::Missing,
            Given::Number(number) if matches!(self.values, Column::Number(_)) => self.convert_number(number),
            Given::Whole(number) if matches!(self.values, Column::Number(_)) => self.convert_number(number as f64),
            // A number is no time, even one that would read as a date.
            Given::Digits(_) | Given::Whole(_) | Given::Number(_) if matches!(self.values, Column::Time(_)) => {
                Cell::Failed
            }
            other => match other.as_text() {
                Some(text) => self.convert_text(&text),
                None => Cell::Failed,
            },
        }
    }

    /// Converts a text as it stands, not trimmed.
    #[inline]
    fn convert_written(&mut self, text: &str) -> Cell {
        if let Column::Text(column) = &self.values {
            if text.is_empty() {
                return Cell::Missing;
            }
            // What was a value before is one again: neither missing nor to be trimmed.
            if let Some(code) = self.recent.find(text, &column.dictionary) {
                return Cell::Code(code);
            }
        }
        self.convert_text(trim(text))
    }

    /// Returns whether a trimmed text means "no value" here.
    #[inline]
    pub(super) fn is_missing(&self, text: &str) -> bool {
        self.missing_texts.has(text)
    }

    fn convert_text(&mut self, text: &str) -> Cell {
        if self.missing_texts.has(text) {
            return Cell::Missing;
        }
        let converted = match &mut self.values {
            Column::Text(column) => is_clean_text(text).then(|| {
                let code = column.dictionary.intern(text);
                self.recent.note(text, code);
                Cell::Code(code)
            }),
            Column::Number(_) => parse_number(text).map(|number| self.convert_number(number)),
            Column::Boolean(_) => parse_boolean(text).map(Cell::Truth),
            Column::Time(_) => parse_time(text).map(Cell::Time),
        };
        converted.unwrap_or(Cell::Failed)
    }

    fn convert_number(&self, number: f64) -> Cell {
        if self.missing_texts.has_number(number) {
            Cell::Missing
        } else {
            // The only other zero: -0 equals 0 in the language, and one of them is enough in a column.
            Cell::Number(if number == 0.0 { 0.0 } else { number })
        }
    }

    /// Appends the rows of a later piece; its spots are moved to where the piece stands.
    pub(super) fn append_piece(&mut self, piece: ColumnBuilder, place: impl Fn(Spot) -> Spot) {
        self.found |= piece.found;
        self.present += piece.present;
        self.missing += piece.missing;
        self.failed += piece.failed;
        if self.example.is_none() {
            self.example = piece.example.map(|(shown, spot)| (shown, place(spot)));
        }
        append_values(&mut self.values, piece.values);
    }

    pub(super) fn report(&self, kind: RowKind, files: &[String]) -> ColumnReport {
        ColumnReport {
            kind,
            attribute: self.attribute.clone(),
            column: self.source.clone(),
            found: self.found,
            present: self.present,
            missing: self.missing,
            failed: self.failed,
            example: self.example.as_ref().map(|(value, spot)| (value.clone(), spot.place(files))),
        }
    }
}

/// Appends values to a column of the same type.
fn append_values(values: &mut Column, more: Column) {
    if values.is_empty() {
        *values = more;
        return;
    }
    match (values, more) {
        (Column::Text(column), Column::Text(more)) => append_texts(column, &more),
        (Column::Number(values), Column::Number(more)) => values.extend(more),
        (Column::Boolean(values), Column::Boolean(more)) => values.extend(more),
        (Column::Time(values), Column::Time(more)) => values.extend(more),
        // Both were made for one attribute.
        _ => {}
    }
}

/// Appends texts; each entry of the other dictionary that a row has is looked up once.
pub(super) fn append_texts(column: &mut TextColumn, more: &TextColumn) {
    const NOT_YET: u32 = MISSING_CODE - 1;
    let mut carried = vec![NOT_YET; more.dictionary.len()];
    column.codes.reserve(more.codes.len());
    for &code in &more.codes {
        let code = match carried.get_mut(code as usize) {
            None => MISSING_CODE,
            Some(carried) => {
                if *carried == NOT_YET {
                    *carried = column.dictionary.intern(more.dictionary.get(code).unwrap_or_default());
                }
                *carried
            }
        };
        column.codes.push(code);
    }
}
