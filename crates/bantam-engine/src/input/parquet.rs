//! Reads Parquet, batch by batch, only the columns that are used.
//!
//! The library that decodes the format may panic on a damaged file; here that is an error like any other. Texts are asked
//! for with their dictionaries, and each entry of a dictionary is converted once a batch, not once a row.

mod cells;
mod limits;
mod thrift;

use super::Shared;
use super::cell::{Cell, ColumnBuilder, Given};
use super::csv::{absent_column, note_optional};
use super::json::{ObjectKeys, splits};
use super::quiet;
use super::report::{InputError, Spot};
use super::rows::{PROPERTIES, Rows};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Fields, Schema};
use cells::{Cells, is_readable};
use hashbrown::HashSet;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::file::reader::ChunkReader;
use parquet::schema::types::SchemaDescriptor;
use std::fmt::Write;
use std::sync::Arc;

/// How many rows are in memory at a time.
const BATCH_ROWS: usize = 8_192;

/// Where a column of the definition comes from in a file.
enum Source {
    /// Names of fields, from the outermost in.
    Path(Vec<String>),
    /// A key in `properties`, which is a JSON text or a map.
    Properties,
    Nowhere,
}

/// Which fields of a file's rows go where.
struct Layout {
    reserved: [Option<String>; 4],
    columns: Vec<Source>,
    /// Whether `properties` is read as a column of its own: as a text, a map, or something it should not be.
    properties: bool,
    keys: ObjectKeys,
    /// The last batch's dictionary of each column.
    coded: Vec<Option<Coded>>,
}

pub(super) fn read(
    rows: &mut Rows,
    shared: &mut Shared<'_>,
    file: u32,
    source: impl ChunkReader + 'static,
    progress: &mut dyn FnMut(u64),
) -> Result<(), InputError> {
    let name = shared.files.get(file as usize).cloned().unwrap_or_default();
    let damaged = |problem: String| InputError::Parquet { file: name.clone(), problem };
    quiet::catch(|| read_batches(rows, shared, file, source, progress)).map_err(damaged)?
}

fn read_batches(
    rows: &mut Rows,
    shared: &mut Shared<'_>,
    file: u32,
    source: impl ChunkReader + 'static,
    progress: &mut dyn FnMut(u64),
) -> Result<(), InputError> {
    let name = shared.files.get(file as usize).cloned().unwrap_or_default();
    let damaged = |problem: String| InputError::Parquet { file: name.clone(), problem };
    let bytes = source.len();
    limits::check_footer(&source).map_err(damaged)?;
    let options = ArrowReaderOptions::new();
    let metadata = ArrowReaderMetadata::load(&source, options.clone()).map_err(|error| damaged(error.to_string()))?;
    let mut layout = lay_out(rows, metadata.schema(), &name)?;
    let wanted = layout.paths();
    let unused = unused_fields(metadata.schema(), &wanted);
    let leaves = leaves(metadata.parquet_schema(), &wanted);
    limits::check_columns(&source, metadata.metadata(), &leaves).map_err(damaged)?;

    let hinted = options.with_schema(ask_for_dictionaries(metadata.schema(), &wanted));
    let metadata = ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), hinted).unwrap_or(metadata);
    let total = u64::try_from(metadata.metadata().file_metadata().num_rows()).unwrap_or(0);
    let mask = ProjectionMask::leaves(metadata.parquet_schema(), leaves);
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(source, metadata)
        .with_projection(mask)
        .with_batch_size(BATCH_ROWS)
        .build()
        .map_err(|error| damaged(error.to_string()))?;
    let mut spot = Spot { file, row: 0, line: 0 };
    for batch in reader {
        let batch = batch.map_err(|error| damaged(error.to_string()))?;
        rows.check_room()?;
        read_batch(rows, shared, &mut layout, &batch, spot);
        spot.row += batch.num_rows() as u64;
        progress((u128::from(bytes) * u128::from(spot.row.min(total)) / u128::from(total.max(1))) as u64);
    }
    layout.keys.report_unused(rows);
    for field in &unused {
        rows.count_unused(field, spot.row);
    }
    progress(bytes);
    Ok(())
}

fn lay_out(rows: &mut Rows, schema: &Schema, file: &str) -> Result<Layout, InputError> {
    let fields = schema.fields();
    let headers: Vec<String> = fields.iter().map(|field| field.name().clone()).collect();
    let mut seen = HashSet::new();
    if let Some(twice) = headers.iter().find(|header| !seen.insert(header.as_str())) {
        let problem = format!("two columns are named `{twice}`");
        let help = Some("rename one or remove it: it is unclear which counts".to_owned());
        return Err(InputError::Header { file: file.to_owned(), problem, help });
    }
    let mut reserved: [Option<String>; 4] = Default::default();
    for (at, place) in reserved.iter_mut().enumerate() {
        *place = rows.reserved.get(at).cloned().flatten().filter(|name| headers.contains(name));
        if place.is_none() && rows.requires(at) {
            return Err(absent_column(file, rows.reserved_name(at), &headers));
        }
    }
    note_optional(rows, &[true, reserved[1].is_some(), true, reserved[3].is_some()]);
    let properties = fields.iter().find(|field| field.name() == PROPERTIES && rows.is_special(PROPERTIES));
    let inside = properties.and_then(|field| match field.data_type() {
        DataType::Struct(fields) => Some(fields),
        _ => None,
    });
    let is_cell = properties.is_some() && inside.is_none();
    let (mut columns, mut keys) = (Vec::new(), ObjectKeys::inside_properties());
    for column in &mut rows.columns {
        let in_struct = || {
            let path = find_path(inside?, &column.source)?;
            Some([vec![PROPERTIES.to_owned()], path].concat())
        };
        let source = match find_path(fields, &column.source).or_else(in_struct) {
            Some(path) => Source::Path(path),
            None if is_cell => Source::Properties,
            None => Source::Nowhere,
        };
        column.found |= matches!(source, Source::Path(_));
        keys.add(matches!(source, Source::Properties).then_some(column.source.as_str()));
        columns.push(source);
    }
    let coded = columns.iter().map(|_| None).collect();
    let layout = Layout { reserved, columns, properties: is_cell, keys, coded };
    for path in layout.paths() {
        let data_type = type_at(fields, &path);
        if let Some(data_type) = data_type.filter(|data_type| !is_readable(data_type)) {
            let (file, column) = (file.to_owned(), path.join("."));
            return Err(InputError::ColumnType { file, column, type_name: data_type.to_string() });
        }
    }
    Ok(layout)
}

impl Layout {
    /// Returns the paths of all fields that are read.
    fn paths(&self) -> Vec<Vec<String>> {
        let reserved = self.reserved.iter().flatten().map(|name| vec![name.clone()]);
        let columns = self.columns.iter().filter_map(|source| match source {
            Source::Path(path) => Some(path.clone()),
            _ => None,
        });
        let properties = self.properties.then(|| vec![PROPERTIES.to_owned()]);
        reserved.chain(columns).chain(properties).collect()
    }
}

/// Finds a path in nested fields: the name itself, else the rest of it in a struct under a shorter name.
fn find_path(fields: &Fields, path: &str) -> Option<Vec<String>> {
    if field_named(fields, path).is_some() {
        return Some(vec![path.to_owned()]);
    }
    splits(path).find_map(|(first, rest)| {
        let DataType::Struct(inner) = field_named(fields, first)?.data_type() else { return None };
        Some([vec![first.to_owned()], find_path(inner, rest)?].concat())
    })
}

/// Returns the field of a name, of equal names the last.
fn field_named<'f>(fields: &'f Fields, name: &str) -> Option<&'f Field> {
    fields.iter().rfind(|field| field.name() == name).map(AsRef::as_ref)
}

fn type_at<'f>(fields: &'f Fields, path: &[String]) -> Option<&'f DataType> {
    let (first, rest) = path.split_first()?;
    match field_named(fields, first)?.data_type() {
        data_type if rest.is_empty() => Some(data_type),
        DataType::Struct(inner) => type_at(inner, rest),
        _ => None,
    }
}

/// Returns the numbers of the leaf columns at or below the given paths.
fn leaves(schema: &SchemaDescriptor, wanted: &[Vec<String>]) -> Vec<usize> {
    let is_wanted = |parts: &[String]| wanted.iter().any(|path| parts.starts_with(path));
    (0..).zip(schema.columns()).filter(|(_, leaf)| is_wanted(leaf.path().parts())).map(|(number, _)| number).collect()
}

fn unused_fields(schema: &Schema, wanted: &[Vec<String>]) -> Vec<String> {
    let is_used =
        |name: &str| name == PROPERTIES || wanted.iter().any(|path| path.first().is_some_and(|first| first == name));
    schema.fields().iter().map(|field| field.name()).filter(|name| !is_used(name)).cloned().collect()
}

/// Asks for the texts that are read as dictionaries.
///
/// Beside being faster it keeps small files small: a long text that stands once in a file and in a million rows stands once
/// in memory too. What remains has 32-bit offsets, so that a batch of a column does not pass 2 GiB.
fn ask_for_dictionaries(schema: &Schema, wanted: &[Vec<String>]) -> Arc<Schema> {
    let paths: Vec<&[String]> = wanted.iter().map(Vec::as_slice).collect();
    Arc::new(Schema::new_with_metadata(coded_fields(schema.fields(), &paths), schema.metadata().clone()))
}

fn coded_fields(fields: &Fields, wanted: &[&[String]]) -> Fields {
    let coded = |field: &Arc<Field>| {
        let below: Vec<&[String]> = wanted
            .iter()
            .filter_map(|path| path.split_first().filter(|(first, _)| *first == field.name()).map(|(_, rest)| rest))
            .collect();
        let data_type = match field.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View if !below.is_empty() => {
                DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
            }
            DataType::LargeBinary if !below.is_empty() => DataType::Binary,
            DataType::Struct(inner) => DataType::Struct(coded_fields(inner, &below)),
            other => other.clone(),
        };
        Arc::new(field.as_ref().clone().with_data_type(data_type))
    };
    fields.iter().map(coded).collect()
}

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

/// Reads the rows of a batch that starts after the row of `before`.
fn read_batch(rows: &mut Rows, shared: &mut Shared<'_>, layout: &mut Layout, batch: &RecordBatch, before: Spot) {
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

    let kept = admit_rows(rows, shared, layout, batch, &reserved, before);
    let sources = layout.columns.iter().zip(&columns).zip(&mut layout.coded);
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
    shared: &mut Shared<'_>,
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
        match rows.admit(&mut shared.ids, [next(), next(), next(), next()], at(before, row)) {
            Ok(()) => kept.push(row),
            Err(reason) => {
                rows.count_rejected();
                shared.reject(rows.kind, at(before, row), reason, raw_row(layout, batch, row).as_bytes());
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
