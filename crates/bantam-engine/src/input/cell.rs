//! Turns what a file gives for one cell into a value of a column's type, a missing value or a failure.

mod given;
mod missing;
mod places;
mod recent;

use super::report::{ColumnReport, RowKind, Spot};
use crate::classes::Classes;
use crate::columns::{Column, Dictionary, MISSING_CODE, MISSING_NUMBER, MISSING_TIME, TextColumn, Truth};
use bantam_lang::convert::{is_clean_text, parse_boolean, parse_number, parse_time};
use bantam_lang::meaning::{Attribute, Type};
pub(super) use given::{Given, trim};
use missing::MissingTexts;
pub(super) use recent::RecentTexts;

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
    /// The kinds of text, where a text stands for all of its kind.
    pub(super) classes: Option<Classes>,
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
            classes: None,
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
            classes: self.classes.as_ref().map(Classes::blank),
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
        let usual = match given {
            Given::Text(text) => self.push_usual(text),
            Given::Digits("-0") => false,
            Given::Digits(digits) => !matches!(self.values, Column::Time(_)) && self.push_usual(digits),
            _ => false,
        };
        if !usual {
            let cell = self.convert(given);
            self.append(cell, given, spot);
        }
    }

    /// Appends a text as it stands, not trimmed, where it is beyond doubt what it means; returns whether it is.
    #[inline]
    fn push_usual(&mut self, text: &str) -> bool {
        match &mut self.values {
            Column::Text(column) => {
                // What was a value before is one again: neither missing nor to be trimmed.
                let Some(code) = self.recent.find(text, &column.dictionary) else { return false };
                column.codes.push(code);
            }
            Column::Number(values) if !self.missing_texts.has_numbers() && !self.missing_texts.may_have(text) => {
                let Some(number) = parse_number(text) else { return false };
                values.push(positive_zero(number));
            }
            Column::Time(values) if !self.missing_texts.may_have(text) => {
                let Some(time) = parse_time(text) else { return false };
                values.push(time);
            }
            _ => return false,
        }
        self.present += 1;
        true
    }

    /// Appends a text that most likely has not come before and will not come again.
    pub(super) fn push_single(&mut self, text: &str, spot: Spot) {
        let cell = self.convert_unnoted(trim(text));
        self.append(cell, Given::Text(text), spot);
    }

    /// Returns whether truths can be appended as they are: both mean themselves.
    pub(super) fn takes_truths(&self) -> bool {
        let may_be_missing = ["true", "false"].iter().any(|word| self.missing_texts.may_have(word));
        matches!(self.values, Column::Boolean(_)) && !may_be_missing
    }

    /// Returns the time of a column of times that a text means beyond doubt.
    #[inline]
    pub(super) fn usual_time(&self, given: Given<'_>) -> Option<i64> {
        match given {
            Given::Text(text) if !self.missing_texts.may_have(text) => parse_time(text),
            _ => None,
        }
    }

    /// Appends a time to a column of times.
    #[inline]
    pub(super) fn push_time(&mut self, time: i64) {
        if let Column::Time(values) = &mut self.values {
            values.push(time);
            self.present += 1;
        }
    }

    /// Takes out the values of a column of times, so that more can be put behind them.
    pub(super) fn take_times(&mut self) -> Vec<i64> {
        if let Column::Time(times) = &mut self.values { std::mem::take(times) } else { Vec::new() }
    }

    /// Brings the values of a column of times back, of which `more` are new.
    pub(super) fn give_times(&mut self, times: Vec<i64>, more: usize) {
        self.values = Column::Time(times);
        self.count(more, 0);
    }

    /// Makes room for more rows.
    pub(super) fn reserve(&mut self, rows: usize) {
        match &mut self.values {
            Column::Text(column) => column.codes.reserve(rows),
            Column::Number(values) => values.reserve(rows),
            Column::Boolean(values) => values.reserve(rows),
            Column::Time(values) => values.reserve(rows),
        }
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
            Given::Text(text) => self.convert_text(trim(text)),
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

    /// Returns whether a trimmed text means "no value" here.
    #[inline]
    pub(super) fn is_missing(&self, text: &str) -> bool {
        self.missing_texts.has(text)
    }

    /// Returns whether a text that begins with a byte means "no value" here.
    pub(super) fn has_missing_text_from(&self, byte: u8) -> bool {
        self.missing_texts.has_text_from(byte)
    }

    fn convert_text(&mut self, text: &str) -> Cell {
        let cell = self.convert_unnoted(text);
        if let Cell::Code(code) = cell {
            self.recent.note(text, code);
        }
        cell
    }

    fn convert_unnoted(&mut self, text: &str) -> Cell {
        if self.missing_texts.has(text) {
            return Cell::Missing;
        }
        let converted = match &mut self.values {
            Column::Text(column) => {
                is_clean_text(text).then(|| Cell::Code(code(text, &mut column.dictionary, &mut self.classes)))
            }
            Column::Number(_) => parse_number(text).map(|number| self.convert_number(number)),
            Column::Boolean(_) => parse_boolean(text).map(Cell::Truth),
            Column::Time(_) => parse_time(text).map(Cell::Time),
        };
        converted.unwrap_or(Cell::Failed)
    }

    fn convert_number(&self, number: f64) -> Cell {
        if self.missing_texts.has_number(number) { Cell::Missing } else { Cell::Number(positive_zero(number)) }
    }

    /// Counts values that were appended to `values` as they are.
    pub(super) fn count(&mut self, present: usize, missing: usize) {
        self.present += present as u64;
        self.missing += missing as u64;
    }

    /// Appends rows without a value.
    pub(super) fn push_missing(&mut self, rows: usize) {
        self.missing += rows as u64;
        self.values.push_missing(rows);
    }

    /// Counts rows of a column that the file does not have. Their values are not there until another file has it.
    pub(super) fn lack(&mut self, rows: usize) {
        self.missing += rows as u64;
    }

    /// Returns whether no number means "no value".
    pub(super) fn takes_all_numbers(&self) -> bool {
        !self.missing_texts.has_numbers()
    }

    /// Appends the rows of a later piece to a column that files need not have: `count` rows behind `before`, of which the spots
    /// are moved to where the piece stands. Without a file that has it, there are no values.
    pub(super) fn append_optional(
        &mut self,
        mut piece: ColumnBuilder,
        (before, count): (usize, usize),
        place: impl Fn(Spot) -> Spot,
    ) {
        self.append_counts(&mut piece, place);
        if self.found || self.present > 0 {
            self.values.push_missing(before - before.min(self.values.len()));
            self.append_values(piece.values);
            self.values.push_missing(before + count - self.values.len().min(before + count));
        }
    }

    /// Appends the values of a later piece.
    pub(super) fn append_values(&mut self, more: Column) {
        if self.values.is_empty() {
            self.values = more;
            return;
        }
        match (&mut self.values, more) {
            (Column::Text(column), Column::Text(more)) => append_texts(column, &more),
            (Column::Number(values), Column::Number(more)) => values.extend(more),
            (Column::Boolean(values), Column::Boolean(more)) => values.extend(more),
            (Column::Time(values), Column::Time(more)) => values.extend(more),
            // Both were made for one attribute.
            _ => {}
        }
    }

    /// Takes over what there is to say about a later piece.
    pub(super) fn append_counts(&mut self, piece: &mut ColumnBuilder, place: impl Fn(Spot) -> Spot) {
        self.found |= piece.found;
        self.present += piece.present;
        self.missing += piece.missing;
        self.failed += piece.failed;
        if self.example.is_none() {
            self.example = piece.example.take().map(|(shown, spot)| (shown, place(spot)));
        }
    }

    /// Returns the codes of other texts as they are here, among kinds where a text stands for all of its kind.
    pub(super) fn carry(&mut self, texts: &TextColumn) -> Vec<u32> {
        let mut codes = Vec::with_capacity(texts.codes.len());
        if let Column::Text(column) = &mut self.values {
            let (dictionary, classes) = (&mut column.dictionary, &mut self.classes);
            carry(&mut codes, texts, |text| code(text, dictionary, classes));
        }
        codes
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

/// Returns a number, 0 for the only other zero: -0 equals 0 in the language, and one of them is enough in a column.
fn positive_zero(number: f64) -> f64 {
    if number == 0.0 { 0.0 } else { number }
}

/// Returns the code of a text, of the text that stands for its kind where it has one.
fn code(text: &str, dictionary: &mut Dictionary, classes: &mut Option<Classes>) -> u32 {
    match classes {
        Some(classes) => classes.code(text, dictionary),
        None => dictionary.intern(text),
    }
}

/// Appends texts.
pub(super) fn append_texts(column: &mut TextColumn, more: &TextColumn) {
    carry(&mut column.codes, more, |text| column.dictionary.intern(text));
}

/// Appends the codes of texts; each entry of their dictionary that a row has is looked up once.
fn carry(codes: &mut Vec<u32>, texts: &TextColumn, mut code: impl FnMut(&str) -> u32) {
    const NOT_YET: u32 = MISSING_CODE - 1;
    let mut carried = vec![NOT_YET; texts.dictionary.len()];
    codes.reserve(texts.codes.len());
    for &of_entry in &texts.codes {
        codes.push(match carried.get_mut(of_entry as usize) {
            None => MISSING_CODE,
            Some(carried) => {
                if *carried == NOT_YET {
                    *carried = code(texts.dictionary.get(of_entry).unwrap_or_default());
                }
                *carried
            }
        });
    }
}
