//! Turns the segments of flat columns into rows, many at a time.

use super::super::cell::{Cell, ColumnBuilder, Given};
use super::super::report::Spot;
use super::cells::{TIMES, single};
use super::flat::{Cells, CheckedTexts, DAMAGED, FlatColumn, FlatType, NOT_UTF8, Next, PlainTexts, Segment};
use crate::columns::{Column, MISSING_CODE, MISSING_NUMBER, MISSING_TIME, Truth};
use bantam_lang::convert::MICROS_PER_DAY;

/// A column of the definition with where it comes from.
pub(super) struct FlatValues {
    pub(super) column: FlatColumn,
    /// The entries of the dictionary, converted.
    entries: Vec<Cell>,
    /// The same as values of the column's type, where all of them are.
    pub(super) converted: Converted,
    /// The dictionary's own bytes, for a value that does not convert.
    plain: Vec<u8>,
}

/// Entries of a dictionary, ready to be put into a column.
pub(super) enum Converted {
    Codes(Vec<u32>),
    Numbers(Vec<f64>),
    Times(Vec<i64>),
    /// Some entry is no value, or there is none.
    Nothing,
}

impl Converted {
    fn of(entries: &[Cell]) -> Converted {
        let code = |entry: &Cell| if let Cell::Code(code) = entry { Some(*code) } else { None };
        let number = |entry: &Cell| if let Cell::Number(number) = entry { Some(*number) } else { None };
        let time = |entry: &Cell| if let Cell::Time(time) = entry { Some(*time) } else { None };
        match entries.first() {
            Some(Cell::Code(_)) => entries.iter().map(code).collect::<Option<_>>().map(Converted::Codes),
            Some(Cell::Number(_)) => entries.iter().map(number).collect::<Option<_>>().map(Converted::Numbers),
            Some(Cell::Time(_)) => entries.iter().map(time).collect::<Option<_>>().map(Converted::Times),
            _ => None,
        }
        .unwrap_or(Converted::Nothing)
    }
}

/// The value of a plain cell.
pub(super) fn given<'v>(kind: FlatType, bytes: &'v [u8]) -> Option<Given<'v>> {
    let four = || bytes.first_chunk().copied();
    let eight = || bytes.first_chunk().copied();
    let time = |micros: Option<i64>| match micros {
        Some(micros) if TIMES.contains(&micros) => Given::Time(micros),
        _ => Given::Other("a time outside the years 1 to 9999"),
    };
    Some(match kind {
        FlatType::Text => Given::Text(std::str::from_utf8(bytes).ok()?),
        FlatType::Int32 => Given::Whole(i32::from_le_bytes(four()?).into()),
        FlatType::Int64 => Given::Whole(i64::from_le_bytes(eight()?).into()),
        FlatType::Float32 => single(f32::from_le_bytes(four()?)),
        FlatType::Float64 => Given::Number(f64::from_le_bytes(eight()?)),
        FlatType::Boolean => Given::Boolean(bytes.first()? == &1),
        FlatType::Days => time(i64::from(i32::from_le_bytes(four()?)).checked_mul(MICROS_PER_DAY)),
        FlatType::Millis | FlatType::Micros | FlatType::Nanos => time(micros(kind, i64::from_le_bytes(eight()?))),
    })
}

/// Returns a time in microseconds, whatever it is counted in.
pub(super) fn micros(kind: FlatType, value: i64) -> Option<i64> {
    match kind {
        FlatType::Millis => value.checked_mul(1_000),
        FlatType::Nanos => Some(value.div_euclid(1_000)),
        _ => Some(value),
    }
}

/// Calls `each` with every plain value of a dictionary.
pub(super) fn for_each_entry(
    kind: FlatType,
    count: usize,
    bytes: &[u8],
    mut each: impl FnMut(&[u8]) -> Result<(), String>,
) -> Result<(), String> {
    const SHORT: &str = "a dictionary ends before its last entry";
    match kind.size() {
        Some(size) => bytes.get(..count * size).ok_or(SHORT)?.chunks_exact(size).try_for_each(each),
        None => {
            let mut texts = PlainTexts { rest: bytes };
            (0..count).try_for_each(|_| each(texts.next().ok_or(SHORT)?))
        }
    }
}

impl FlatValues {
    pub(super) fn new(column: FlatColumn) -> FlatValues {
        FlatValues { column, entries: Vec::new(), converted: Converted::Nothing, plain: Vec::new() }
    }

    /// Appends the next `count` rows to a column; the first of them stands at `first`.
    pub(super) fn read(&mut self, count: usize, first: Spot, builder: &mut ColumnBuilder) -> Result<(), String> {
        let mut done = 0;
        while done < count {
            if let Next::Dictionary(entries, bytes) = self.column.next()? {
                self.convert_entries(entries, &bytes, builder)?;
                continue;
            }
            let kind = self.column.kind;
            let segment = self.column.segment(count - done)?;
            let spot = Spot { row: first.row + done as u64, ..first };
            done += segment.rows;
            let passed = match segment.values {
                Cells::Indexes(indexes) if extend(&segment, indexes, &self.converted, builder)? => 0,
                Cells::Indexes(indexes) => {
                    push_entries(&segment, indexes, (kind, &self.entries, &self.plain), spot, builder)?
                }
                Cells::Truths(truths) => push_truths(&segment, truths, spot, builder)?,
                Cells::Plain(bytes) if extend_plain(&segment, kind, bytes, builder) => 0,
                Cells::Plain(bytes) if kind == FlatType::Text => push_texts(&segment, bytes, spot, builder)?,
                Cells::Plain(bytes) => push_plain(&segment, kind, bytes, spot, builder)?,
            };
            self.column.pass(passed);
        }
        Ok(())
    }

    pub(super) fn convert_entries(
        &mut self,
        count: usize,
        bytes: &[u8],
        builder: &mut ColumnBuilder,
    ) -> Result<(), String> {
        let kind = self.column.kind;
        let entries = &mut self.entries;
        entries.clear();
        for_each_entry(kind, count, bytes, |bytes| {
            entries.push(builder.convert(given(kind, bytes).ok_or(NOT_UTF8)?));
            Ok(())
        })?;
        self.converted = Converted::of(entries);
        self.plain.clear();
        if entries.iter().any(|entry| matches!(entry, Cell::Failed)) {
            self.plain.extend_from_slice(bytes);
        }
        Ok(())
    }
}

/// Calls `each` with the value of every row, `None` where it is null.
fn for_each_row<T: Copy>(segment: &Segment<'_>, values: &[T], mut each: impl FnMut(Option<T>)) {
    match segment.valid {
        None => values.iter().for_each(|&value| each(Some(value))),
        Some(valid) => {
            let mut values = values.iter();
            valid.iter().for_each(|&valid| each(if valid { values.next().copied() } else { None }));
        }
    }
}

fn count(segment: &Segment<'_>, present: usize, builder: &mut ColumnBuilder) {
    builder.count(present, segment.rows - present);
}

/// Appends entries of a dictionary that are all values. Returns whether the type was one for which that is done here.
pub(super) fn extend(
    segment: &Segment<'_>,
    indexes: &[u32],
    entries: &Converted,
    builder: &mut ColumnBuilder,
) -> Result<bool, String> {
    let is_known = |count: usize| indexes.iter().max().is_none_or(|&most| (most as usize) < count);
    let known = match (&mut builder.values, entries) {
        (Column::Text(column), Converted::Codes(codes)) => {
            extend_by(segment, indexes, codes, MISSING_CODE, &mut column.codes);
            is_known(codes.len())
        }
        (Column::Number(values), Converted::Numbers(numbers)) => {
            extend_by(segment, indexes, numbers, MISSING_NUMBER, values);
            is_known(numbers.len())
        }
        (Column::Time(values), Converted::Times(times)) => {
            extend_by(segment, indexes, times, MISSING_TIME, values);
            is_known(times.len())
        }
        _ => return Ok(false),
    };
    if !known {
        return Err("a row has an entry that its dictionary lacks".to_owned());
    }
    count(segment, indexes.len(), builder);
    Ok(true)
}

fn extend_by<T: Copy>(segment: &Segment<'_>, indexes: &[u32], entries: &[T], missing: T, values: &mut Vec<T>) {
    let entry = |index: u32| entries.get(index as usize).copied().unwrap_or(missing);
    let Some(valid) = segment.valid else {
        values.extend(indexes.iter().map(|&index| entry(index)));
        return;
    };
    let mut at = 0;
    values.extend(valid.iter().map(|&valid| {
        let index = indexes.get(at).copied().unwrap_or(u32::MAX);
        at += usize::from(valid);
        if valid { entry(index) } else { missing }
    }));
}

/// Appends entries of a dictionary one by one.
fn push_entries(
    segment: &Segment<'_>,
    indexes: &[u32],
    (kind, entries, plain): (FlatType, &[Cell], &[u8]),
    first: Spot,
    builder: &mut ColumnBuilder,
) -> Result<usize, String> {
    let mut row = first;
    let mut is_wrong = false;
    for_each_row(segment, indexes, |index| {
        match index.map(|index| (index, entries.get(index as usize))) {
            None => builder.append(Cell::Missing, Given::Missing, row),
            Some((index, Some(Cell::Failed))) => {
                // Only the first value that fails is shown, so its bytes may be looked for from the start.
                let mut at = 0;
                let shown = for_each_entry(kind, entries.len(), plain, |bytes| {
                    if at == index {
                        builder.append(Cell::Failed, given(kind, bytes).unwrap_or(Given::Missing), row);
                    }
                    at += 1;
                    Ok(())
                });
                is_wrong |= shown.is_err();
            }
            Some((_, Some(cell))) => builder.append(*cell, Given::Missing, row),
            Some((_, None)) => is_wrong = true,
        }
        row.row += 1;
    });
    if is_wrong { Err("a row has an entry that its dictionary lacks".to_owned()) } else { Ok(0) }
}

fn push_truths(
    segment: &Segment<'_>,
    truths: &[u32],
    first: Spot,
    builder: &mut ColumnBuilder,
) -> Result<usize, String> {
    let takes_all = builder.takes_truths();
    if let Column::Boolean(values) = &mut builder.values
        && takes_all
    {
        for_each_row(segment, truths, |truth| {
            values.push(truth.map_or(Truth::Unknown, |truth| Truth::from(truth == 1)))
        });
        count(segment, truths.len(), builder);
        return Ok(0);
    }
    let mut row = first;
    for_each_row(segment, truths, |truth| {
        builder.push(truth.map_or(Given::Missing, |truth| Given::Boolean(truth == 1)), row);
        row.row += 1;
    });
    Ok(0)
}

/// Appends plain values of a type that needs no look at each. Returns whether it was one.
fn extend_plain(segment: &Segment<'_>, kind: FlatType, bytes: &[u8], builder: &mut ColumnBuilder) -> bool {
    let takes_all = builder.takes_all_numbers();
    match (kind, &mut builder.values) {
        (FlatType::Int32, Column::Number(values)) if takes_all => {
            let words = bytes.as_chunks().0;
            for_each_row(segment, words, |word| {
                values.push(word.map_or(MISSING_NUMBER, |word| i32::from_le_bytes(word).into()))
            });
            count(segment, words.len(), builder);
            true
        }
        (FlatType::Int64, Column::Number(values)) if takes_all => {
            let words = bytes.as_chunks().0;
            for_each_row(segment, words, |word| {
                values.push(word.map_or(MISSING_NUMBER, |word| i64::from_le_bytes(word) as f64))
            });
            count(segment, words.len(), builder);
            true
        }
        _ => false,
    }
}

/// Appends plain values of a fixed size one by one.
fn push_plain(
    segment: &Segment<'_>,
    kind: FlatType,
    bytes: &[u8],
    first: Spot,
    builder: &mut ColumnBuilder,
) -> Result<usize, String> {
    let mut cells = bytes.chunks_exact(kind.size().unwrap_or(1));
    for at in 0..segment.rows {
        let given =
            if segment.has(at) { given(kind, cells.next().ok_or(DAMAGED)?).ok_or(DAMAGED)? } else { Given::Missing };
        builder.push(given, Spot { row: first.row + at as u64, ..first });
    }
    Ok(0)
}

/// Appends plain texts one by one; returns how many bytes they took.
fn push_texts(segment: &Segment<'_>, bytes: &[u8], first: Spot, builder: &mut ColumnBuilder) -> Result<usize, String> {
    let present = (0..segment.rows).filter(|&at| segment.has(at)).count();
    let mut texts = CheckedTexts::first(bytes, present).ok_or(DAMAGED)?;
    for at in 0..segment.rows {
        let spot = Spot { row: first.row + at as u64, ..first };
        if !segment.has(at) {
            builder.push(Given::Missing, spot);
            continue;
        }
        // Texts that repeat are written as a dictionary.
        builder.push_single(texts.next()?, spot);
    }
    Ok(texts.byte_count())
}
