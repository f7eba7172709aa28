//! Which fields of a Parquet file's rows go where.

use super::super::csv::{absent_column, note_optional};
use super::super::json::{ObjectKeys, splits};
use super::super::report::InputError;
use super::super::rows::{PROPERTIES, Rows};
use super::cells::is_readable;
use arrow_schema::{DataType, Field, Fields, Schema};
use hashbrown::HashSet;
use parquet::schema::types::SchemaDescriptor;
use std::sync::Arc;

/// Where a column of the definition comes from in a file.
#[derive(Clone)]
pub(super) enum Source {
    /// Names of fields, from the outermost in.
    Path(Vec<String>),
    /// A key in `properties`, which is a JSON text or a map.
    Properties,
    Nowhere,
}

/// Which fields of a file's rows go where.
#[derive(Clone)]
pub(super) struct Layout {
    pub(super) reserved: [Option<String>; 4],
    pub(super) columns: Vec<Source>,
    /// Whether `properties` is read as a column of its own: as a text, a map, or something it should not be.
    pub(super) properties: bool,
    pub(super) keys: ObjectKeys,
}

/// Lays a file out against the columns that are wanted; notes which of them it has.
pub(super) fn lay_out(rows: &mut Rows, schema: &Schema, file: &str) -> Result<Layout, InputError> {
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
    let layout = Layout { reserved, columns, properties: is_cell, keys };
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
    pub(super) fn paths(&self) -> Vec<Vec<String>> {
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

/// Returns the type of the field at a path.
pub(super) fn type_at<'f>(fields: &'f Fields, path: &[String]) -> Option<&'f DataType> {
    let (first, rest) = path.split_first()?;
    match field_named(fields, first)?.data_type() {
        data_type if rest.is_empty() => Some(data_type),
        DataType::Struct(inner) => type_at(inner, rest),
        _ => None,
    }
}

/// Returns the numbers of the leaf columns at or below the given paths.
pub(super) fn leaves(schema: &SchemaDescriptor, wanted: &[Vec<String>]) -> Vec<usize> {
    let is_wanted = |parts: &[String]| wanted.iter().any(|path| parts.starts_with(path));
    (0..).zip(schema.columns()).filter(|(_, leaf)| is_wanted(leaf.path().parts())).map(|(number, _)| number).collect()
}

/// Returns the fields that nothing uses.
pub(super) fn unused_fields(schema: &Schema, wanted: &[Vec<String>]) -> Vec<String> {
    let is_used =
        |name: &str| name == PROPERTIES || wanted.iter().any(|path| path.first().is_some_and(|first| first == name));
    schema.fields().iter().map(|field| field.name()).filter(|name| !is_used(name)).cloned().collect()
}

/// Asks for the texts that are read as dictionaries.
///
/// Beside being faster it keeps small files small: a long text that stands once in a file and in a million rows stands once
/// in memory too. What remains has 32-bit offsets, so that a batch of a column does not pass 2 GiB.
pub(super) fn ask_for_dictionaries(schema: &Schema, wanted: &[Vec<String>]) -> Arc<Schema> {
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
