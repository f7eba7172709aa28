//! Writes rows as Parquet: gathers a batch of typed columns, then encodes it.
//!
//! Text is dictionary-encoded by the encoder, except where it never repeats.

use std::io::Write;
use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use super::text::write_id;
use crate::error::Error;
use crate::rows::{Cell, Column, ColumnKind, Row};

/// Rows gathered before they are encoded: some 2 MB of events.
const BATCH_ROWS: usize = 16 * 1024;
/// Rows of a row group: some 8 MB encoded, all that is held in memory.
const GROUP_ROWS: usize = 256 * 1024;

/// A Parquet file being written.
pub(crate) struct ParquetTable<W: Write + Send> {
    writer: ArrowWriter<W>,
    schema: SchemaRef,
    columns: Vec<Builder>,
    rows: usize,
    /// An id being spelt.
    id: Vec<u8>,
}

impl<W: Write + Send> ParquetTable<W> {
    pub(super) fn begin(columns: &'static [Column], output: W) -> Result<Self, Error> {
        let fields: Vec<Field> =
            columns.iter().map(|column| Field::new(column.name, data_type(column.kind), true)).collect();
        let schema = Arc::new(Schema::new(fields));
        let mut properties = WriterProperties::builder()
            .set_created_by("bantam-simulate".to_owned())
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
            .set_max_row_group_row_count(Some(GROUP_ROWS));
        for column in columns.iter().filter(|column| matches!(column.kind, ColumnKind::UniqueText | ColumnKind::Time)) {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(column.name), false);
        }
        Ok(Self {
            writer: ArrowWriter::try_new(output, schema.clone(), Some(properties.build()))?,
            schema,
            columns: columns.iter().map(|column| Builder::new(column.kind)).collect(),
            rows: 0,
            id: Vec::new(),
        })
    }

    pub(super) fn write<T: Row>(&mut self, row: &T) -> Result<(), Error> {
        let (mut columns, id) = (self.columns.iter_mut(), &mut self.id);
        row.cells(|cell| {
            if let Some(column) = columns.next() {
                column.push(cell, id);
            }
        });
        self.rows += 1;
        if self.rows == BATCH_ROWS { self.encode() } else { Ok(()) }
    }

    pub(super) fn finish(mut self) -> Result<(), Error> {
        self.encode()?;
        self.writer.close()?;
        Ok(())
    }

    fn encode(&mut self) -> Result<(), Error> {
        let arrays = self.columns.iter_mut().map(Builder::finish).collect();
        let batch = RecordBatch::try_new(self.schema.clone(), arrays)?;
        self.rows = 0;
        Ok(self.writer.write(&batch)?)
    }
}

fn data_type(kind: ColumnKind) -> DataType {
    match kind {
        ColumnKind::Text | ColumnKind::UniqueText => DataType::Utf8,
        ColumnKind::Whole => DataType::Int64,
        ColumnKind::Number => DataType::Float64,
        ColumnKind::Boolean => DataType::Boolean,
        ColumnKind::Date => DataType::Date32,
        ColumnKind::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
    }
}

/// A column of the batch being gathered.
enum Builder {
    Text(StringBuilder),
    Whole(Int64Builder),
    Number(Float64Builder),
    Boolean(BooleanBuilder),
    Date(Date32Builder),
    Time(TimestampMicrosecondBuilder),
}

impl Builder {
    fn new(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::Text | ColumnKind::UniqueText => Self::Text(StringBuilder::new()),
            ColumnKind::Whole => Self::Whole(Int64Builder::new()),
            ColumnKind::Number => Self::Number(Float64Builder::new()),
            ColumnKind::Boolean => Self::Boolean(BooleanBuilder::new()),
            ColumnKind::Date => Self::Date(Date32Builder::new()),
            ColumnKind::Time => Self::Time(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
        }
    }

    /// Adds a cell; one that does not suit the column's type, as text among numbers, is missing.
    fn push(&mut self, cell: Cell<'_>, id: &mut Vec<u8>) {
        match (self, cell) {
            (Self::Text(column), Cell::Text(text)) => column.append_value(text),
            (Self::Text(column), cell) => column.append_option(spell_id(cell, id)),
            (Self::Whole(column), Cell::Whole(number)) => column.append_option(i64::try_from(number).ok()),
            (Self::Whole(column), _) => column.append_null(),
            (Self::Number(column), Cell::Number(number)) => column.append_value(number),
            (Self::Number(column), _) => column.append_null(),
            (Self::Boolean(column), Cell::Boolean(value)) => column.append_value(value),
            (Self::Boolean(column), _) => column.append_null(),
            (Self::Date(column), Cell::Date(day)) => column.append_value(day),
            (Self::Date(column), _) => column.append_null(),
            (Self::Time(column), Cell::Time(time)) => column.append_value(time),
            (Self::Time(column), _) => column.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(column) => Arc::new(column.finish()),
            Self::Whole(column) => Arc::new(column.finish()),
            Self::Number(column) => Arc::new(column.finish()),
            Self::Boolean(column) => Arc::new(column.finish()),
            Self::Date(column) => Arc::new(column.finish()),
            Self::Time(column) => Arc::new(column.finish()),
        }
    }
}

fn spell_id<'a>(cell: Cell<'_>, id: &'a mut Vec<u8>) -> Option<&'a str> {
    id.clear();
    match cell {
        Cell::Lead(lead) => write_id(b'L', lead.0, None, id),
        Cell::Event(event) => write_id(b'E', event.lead, Some((u64::from(event.number), 3)), id),
        Cell::Session(session) => write_id(b'S', session.lead, Some((u64::from(session.number), 2)), id),
        _ => return None,
    }
    str::from_utf8(id).ok()
}
