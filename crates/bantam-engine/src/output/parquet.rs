//! Writes scored leads as Parquet, the columns of a row group on all cores.

use super::{COLUMN_NAMES, SCORE_COLUMNS, ScoreRows, Value, Values, push_explanation};
use crate::columns::TextList;
use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Int32Array, Int64Array, StringArray};
use arrow_buffer::{Buffer, OffsetBuffer};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowWriterOptions, compute_leaves};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

/// How many rows a row group holds; about 10 MB of them are in memory while it is written.
const ROW_GROUP_ROWS: usize = 1 << 17;

/// The columns whose values are few: names of the definition.
const NAMES: [usize; 5] = [1, 6, 7, 8, 9];
/// The columns that are always there.
const ALWAYS: [usize; 5] = [0, 2, 3, 4, 5];

pub(super) fn write<R: ScoreRows + ?Sized>(rows: &R, columns: &[usize], out: impl Write + Send) -> io::Result<()> {
    let schema = Arc::new(schema(columns));
    let of_scores: Vec<usize> = columns.iter().copied().filter(|&column| column < SCORE_COLUMNS).collect();
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        // Every id is another: a dictionary would be given up half way, and in the order of scores each row group has ids of
        // the whole range.
        .set_column_dictionary_enabled(ColumnPath::from(COLUMN_NAMES[0]), false)
        .set_column_statistics_enabled(ColumnPath::from(COLUMN_NAMES[0]), EnabledStatistics::None)
        .build();
    // Names come as dictionaries, which is nothing that readers of the file need to know.
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let writer = ArrowWriter::try_new_with_options(out, Arc::clone(&schema), options).map_err(failed)?;
    let (mut writer, factory) = writer.into_serialized_writer().map_err(failed)?;
    let groups: Vec<(usize, usize)> = (0..rows.count()).step_by(ROW_GROUP_ROWS).enumerate().collect();
    for together in groups.chunks(rayon::current_num_threads()) {
        let encode_group = |&(number, start): &(usize, usize)| -> io::Result<Vec<ArrowColumnChunk>> {
            let range = start..(start + ROW_GROUP_ROWS).min(rows.count());
            let writers = factory.create_column_writers(number).map_err(failed)?;
            let mut values = rows.columns(range.clone(), &of_scores).into_iter();
            let values = columns.iter().map(|&column| {
                let of_score = if column < SCORE_COLUMNS { values.next().map(Column::Score) } else { None };
                (column, of_score.unwrap_or_else(|| Column::Explained(range.clone())))
            });
            let columns: Vec<_> = schema.fields().iter().zip(writers).zip(values).collect();
            let encoded = columns
                .into_par_iter()
                .map(|((field, writer), (column, values))| encode(rows, field, column, writer, values));
            encoded.collect()
        };
        for chunks in together.par_iter().map(encode_group).collect::<io::Result<Vec<_>>>()? {
            let mut group = writer.next_row_group().map_err(failed)?;
            for chunk in chunks {
                chunk.append_to_row_group(&mut group).map_err(failed)?;
            }
            group.close().map_err(failed)?;
        }
    }
    writer.close().map_err(failed)?;
    Ok(())
}

fn schema(columns: &[usize]) -> Schema {
    let name = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let field = |&column: &usize| {
        let data_type = match column {
            0 | SCORE_COLUMNS.. => DataType::Utf8,
            column if NAMES.contains(&column) => name.clone(),
            _ => DataType::Int64,
        };
        let is_optional = column < SCORE_COLUMNS && !ALWAYS.contains(&column);
        Field::new(COLUMN_NAMES.get(column).copied().unwrap_or_default(), data_type, is_optional)
    };
    Schema::new(columns.iter().map(field).collect::<Vec<_>>())
}

/// A column of a row group.
enum Column<'r> {
    Score(Values<'r>),
    /// One of an explanation, for some rows.
    Explained(Range<usize>),
}

/// Encodes one column of a row group.
fn encode<R: ScoreRows + ?Sized>(
    rows: &R,
    field: &Field,
    column: usize,
    mut writer: ArrowColumnWriter,
    values: Column<'_>,
) -> io::Result<ArrowColumnChunk> {
    let array = match values {
        Column::Score(values) => array(column, values)?,
        Column::Explained(range) => explained_array(rows, column, range)?,
    };
    for leaf in compute_leaves(field, &array).map_err(failed)? {
        writer.write(&leaf).map_err(failed)?;
    }
    writer.close().map_err(failed)
}

fn array(column: usize, values: Values<'_>) -> io::Result<ArrayRef> {
    Ok(match values {
        Values::Texts(texts) => texts_array(texts)?,
        Values::Integers(integers) => Arc::new(Int64Array::from(integers)),
        Values::Optional(integers) => Arc::new(Int64Array::from(integers)),
        Values::Names(names, places) => names_array(names, &places)?,
        Values::Each(values) => each_array(column, &values),
    })
}

fn texts_array(texts: TextList) -> io::Result<ArrayRef> {
    let (text, ends) = texts.into_parts().ok_or_else(|| io::Error::other("a row group has 2 GiB of ids"))?;
    let offsets = OffsetBuffer::new(std::iter::once(0).chain(ends).collect());
    Ok(Arc::new(StringArray::try_new(offsets, Buffer::from(text.into_bytes()), None).map_err(io::Error::other)?))
}

fn explained_array<R: ScoreRows + ?Sized>(rows: &R, column: usize, range: Range<usize>) -> io::Result<ArrayRef> {
    let json = |row| -> io::Result<String> {
        let mut json = Vec::new();
        push_explanation(&mut json, rows, row, column)?;
        String::from_utf8(json).map_err(io::Error::other)
    };
    Ok(Arc::new(StringArray::from(range.map(json).collect::<io::Result<Vec<String>>>()?)))
}

fn names_array(names: Vec<&str>, places: &[u32]) -> io::Result<ArrayRef> {
    let key = |&place: &u32| i32::try_from(place).ok().filter(|&key| (key as usize) < names.len());
    let keys: Int32Array = places.iter().map(key).collect();
    let array = DictionaryArray::try_new(keys, Arc::new(StringArray::from_iter_values(&names)));
    Ok(Arc::new(array.map_err(io::Error::other)?))
}

fn each_array(column: usize, values: &[Value<'_>]) -> ArrayRef {
    let text = |value: &Value<'_>| match value {
        Value::Id(id) => Some(id.to_string()),
        Value::Text(text) => text.map(str::to_owned),
        Value::Integer(_) => None,
    };
    let integer = |value: &Value<'_>| if let Value::Integer(integer) = value { *integer } else { None };
    if column == 0 {
        return Arc::new(StringArray::from_iter_values(values.iter().map(|value| text(value).unwrap_or_default())));
    }
    if !NAMES.contains(&column) {
        return Arc::new(values.iter().map(integer).collect::<Int64Array>());
    }
    let mut builder = StringDictionaryBuilder::<Int32Type>::new();
    values.iter().for_each(|value| builder.append_option(text(value)));
    Arc::new(builder.finish())
}

/// Gives back the error of the stream where there was one, so that callers can tell a closed pipe.
fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(inner) => io::Error::other(inner),
        },
        other => io::Error::other(other),
    }
}
