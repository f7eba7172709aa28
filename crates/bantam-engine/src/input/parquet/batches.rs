//! Reads the record batches that the library makes of a row group: any type, any encoding, row by row.
//!
//! Texts come with their dictionaries, and each entry of a dictionary is converted once a batch, not once a row.

use super::super::cell::{Cell, ColumnBuilder, Given};
use super::super::report::Spot;
use super::super::rows::{PROPERTIES, Rows};
use super::cells::{self, Cells};
use super::layout::{Layout, Source};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use std::fmt::Write;
use std::sync::Arc;

/// Returns the array at a path, and `None` where it is not in the batch.
fn array_at(batch: &RecordBatch, path: &[String]) -> Option<ArrayRef> {
    let (first, rest) = path.split_first()?;
    let mut array = Arc::clone(batch.column_by_name(first)?);
    for name in rest {
        let inner = array.as_struct_opt()?;
        let at = inner.fields().iter().rposition(|field| field.name() == name)?;
        array = Arc::clone(inner.columns().get(at)?);
    }
    Some(array)
}

/// The last batch's dictionary of each column.
#[derive(Default)]
pub(super) struct Dictionaries(Vec<Option<Coded>>);

/// Reads the rows of a batch that starts after the row of `before`.
pub(super) fn read_batch(
    rows: &mut Rows,
    layout: &mut Layout,
    dictionaries: &mut Dictionaries,
    batch: &RecordBatch,
    before: Spot,
) {
    let find = |path: &[String]| array_at(batch, path);
    let reserved = layout.reserved.each_ref().map(|name| find(&[name.clone()?]));
    let columns: Vec<Option<ArrayRef>> = layout
        .columns
        .iter()
        .map(|source| match source {
            Source::Path(path) => find(path),
            _ => None,
        })
        .collect();
    let properties = if layout.properties { find(&[PROPERTIES.to_owned()]) } else { None };

    let kept = admit_rows(rows, layout, batch, &reserved, before);
    dictionaries.0.resize_with(columns.len(), || None);
    let sources = layout.columns.iter().zip(&columns).zip(&mut dictionaries.0);
    for (((source, array), last), column) in sources.zip(&mut rows.columns) {
        match (source, array) {
            (Source::Properties, _) => {}
            (_, Some(array)) => push_array(column, array.as_ref(), &kept, before, last),
            (_, None) => kept.iter().for_each(|&row| column.push(Given::Missing, at(before, row))),
        }
    }
    if let Some(properties) = properties {
        push_properties(rows, layout, properties.as_ref(), &kept, before);
    }
}

fn at(before: Spot, row: usize) -> Spot {
    Spot { row: before.row + row as u64 + 1, ..before }
}

/// Offers every row's reserved values, rejects what must be, and returns the others.
fn admit_rows(
    rows: &mut Rows,
    layout: &Layout,
    batch: &RecordBatch,
    reserved: &[Option<ArrayRef>; 4],
    before: Spot,
) -> Vec<usize> {
    let cells = reserved.each_ref().map(|array| array.as_deref().map_or(Cells::Null, Cells::new));
    let mut scratch: [String; 4] = Default::default();
    let mut kept = Vec::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        rows.seen += 1;
        let mut all = cells.iter().zip(&mut scratch).map(|(cells, scratch)| cells.given(row, scratch));
        let mut next = || all.next().unwrap_or(Given::Missing);
        match rows.admit([next(), next(), next(), next()], at(before, row)) {
            Ok(()) => kept.push(row),
            Err(reason) => {
                rows.reject(at(before, row), reason, raw_row(layout, batch, row).as_bytes());
            }
        }
    }
    kept
}

/// A dictionary with the entries that have been converted so far. Batches of one row group share theirs.
struct Coded {
    values: ArrayRef,
    converted: Vec<Option<Cell>>,
}

impl Coded {
    /// Returns the one of the last batch where its dictionary is the same one.
    fn of(values: &ArrayRef, last: Option<Coded>) -> Coded {
        match last {
            Some(last) if last.values.to_data().ptr_eq(&values.to_data()) => last,
            _ => Coded { values: Arc::clone(values), converted: vec![None; values.len()] },
        }
    }
}

/// Appends the kept rows of an array to a column.
fn push_array(column: &mut ColumnBuilder, array: &dyn Array, kept: &[usize], before: Spot, last: &mut Option<Coded>) {
    let mut scratch = String::new();
    if let Some(coded) = array.as_any_dictionary_opt().filter(|coded| !coded.values().is_empty()) {
        let mut known = Coded::of(coded.values(), last.take());
        let keys = coded.normalized_keys();
        let values = Cells::new(coded.values().as_ref());
        for &row in kept {
            let spot = at(before, row);
            let key = keys.get(row).copied().filter(|_| array.is_valid(row));
            let Some((key, slot)) = key.and_then(|key| Some((key, known.converted.get_mut(key)?))) else {
                column.push(Given::Missing, spot);
                continue;
            };
            match *slot {
                // Only the first failure is shown, and it was appended when it was converted.
                Some(cell) => column.append(cell, Given::Missing, spot),
                None => {
                    let given = values.given(key, &mut scratch);
                    let cell = column.convert(given);
                    *slot = Some(cell);
                    column.append(cell, given, spot);
                }
            }
        }
        *last = Some(known);
        return;
    }
    let cells = Cells::new(array);
    for &row in kept {
        column.push(cells.given(row, &mut scratch), at(before, row));
    }
}

/// Appends what `properties` gives to the columns that have no field of their own.
fn push_properties(rows: &mut Rows, layout: &mut Layout, array: &dyn Array, kept: &[usize], before: Spot) {
    let cells = Cells::new(array);
    let (mut scratch, mut inner) = (String::new(), String::new());
    for &row in kept {
        let spot = at(before, row);
        let object = match cells.given(row, &mut scratch) {
            Given::Missing => None,
            Given::Text(text) => layout.keys.read_properties_text(text.trim(), rows, spot),
            _ if matches!(array.data_type(), DataType::Map(..)) => None,
            other => {
                rows.count_bad_properties(other.shown(), spot);
                None
            }
        };
        let map = array.as_map_opt().filter(|map| map.is_valid(row)).map(|map| map.value(row));
        for (number, (column, source)) in rows.columns.iter_mut().zip(&layout.columns).enumerate() {
            match (source, &map) {
                (Source::Properties, None) => layout.keys.push_found(object, number, column, spot),
                (Source::Properties, Some(entries)) => {
                    let value = cells::map_value(entries, &column.source);
                    column.found |= value.is_some();
                    match value {
                        Some((values, at)) => column.push(Cells::new(values).given(at, &mut inner), spot),
                        None => column.push(Given::Missing, spot),
                    }
                }
                _ => {}
            }
        }
    }
}

/// Shows the cells of a row that are read.
fn raw_row(layout: &Layout, batch: &RecordBatch, row: usize) -> String {
    let (mut text, mut scratch) = (String::from("{"), String::new());
    for path in layout.paths() {
        let Some(array) = array_at(batch, &path) else { continue };
        let comma = if text.len() > 1 { "," } else { "" };
        let given = match Cells::new(array.as_ref()).given(row, &mut scratch) {
            Given::Missing => serde_json::Value::Null,
            given => serde_json::Value::from(given.shown()),
        };
        // Writing to a text does not fail.
        let _ = write!(text, "{comma}{}:{given}", serde_json::Value::from(path.join(".")));
    }
    text.push('}');
    text
}
