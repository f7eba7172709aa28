//! Writes scored leads as Parquet, a batch of rows at a time.

use super::{COLUMNS, Detail, EXPLAINED_COLUMNS, ScoredRow, Value, push_missing, push_reasons, values};
use crate::scores::LeadScore;
use arrow_array::builder::{Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use std::borrow::Borrow;
use std::io::{self, Write};
use std::sync::Arc;

/// How many rows are turned into columns at a time.
const BATCH_ROWS: usize = 16_384;
/// How many rows a row group holds; about 16 MB of them are in memory while it is written.
const ROW_GROUP_ROWS: usize = 1 << 18;

enum Builder {
    Text(StringBuilder),
    Integer(Int64Builder),
}

/// The columns of a batch while it is filled.
struct Batch {
    schema: Arc<Schema>,
    builders: Vec<Builder>,
    rows: usize,
}

pub(super) fn write<R: Borrow<ScoredRow>>(
    rows: impl IntoIterator<Item = R>,
    detail: Detail,
    out: impl Write + Send,
) -> io::Result<()> {
    let mut batch = Batch::new(detail);
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .build();
    let mut writer = ArrowWriter::try_new(out, Arc::clone(&batch.schema), Some(properties)).map_err(failed)?;
    for row in rows {
        batch.push(row.borrow(), detail)?;
        if batch.rows == BATCH_ROWS {
            writer.write(&batch.finish()?).map_err(failed)?;
        }
    }
    writer.write(&batch.finish()?).map_err(failed)?;
    writer.close().map_err(failed)?;
    Ok(())
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

impl Batch {
    fn new(detail: Detail) -> Batch {
        let score = LeadScore::default();
        let mut fields = Vec::new();
        let mut builders = Vec::new();
        for (name, value) in COLUMNS.iter().zip(values(&score)) {
            let always = matches!(*name, "lead_id" | "score" | "fit" | "fit_unknown" | "engagement");
            let (data_type, builder) = match value {
                Value::Text(_) => (DataType::Utf8, Builder::Text(StringBuilder::new())),
                Value::Integer(_) => (DataType::Int64, Builder::Integer(Int64Builder::new())),
            };
            fields.push(Field::new(*name, data_type, !always));
            builders.push(builder);
        }
        if detail == Detail::Explained {
            for name in EXPLAINED_COLUMNS {
                fields.push(Field::new(name, DataType::Utf8, false));
                builders.push(Builder::Text(StringBuilder::new()));
            }
        }
        Batch { schema: Arc::new(Schema::new(fields)), builders, rows: 0 }
    }

    fn push(&mut self, row: &ScoredRow, detail: Detail) -> io::Result<()> {
        let mut builders = self.builders.iter_mut();
        for (value, builder) in values(&row.score).into_iter().zip(builders.by_ref()) {
            match (builder, value) {
                (Builder::Text(builder), Value::Text(value)) => builder.append_option(value),
                (Builder::Integer(builder), Value::Integer(value)) => builder.append_option(value),
                // Builders were made from values of the same kinds.
                (Builder::Text(builder), Value::Integer(_)) => builder.append_null(),
                (Builder::Integer(builder), Value::Text(_)) => builder.append_null(),
            }
        }
        if detail == Detail::Explained {
            for (push, builder) in [push_reasons, push_missing].into_iter().zip(builders) {
                let mut json = Vec::new();
                push(&mut json, row)?;
                if let Builder::Text(builder) = builder {
                    builder.append_value(String::from_utf8_lossy(&json));
                }
            }
        }
        self.rows += 1;
        Ok(())
    }

    fn finish(&mut self) -> io::Result<RecordBatch> {
        self.rows = 0;
        let finish = |builder: &mut Builder| -> ArrayRef {
            match builder {
                Builder::Text(builder) => Arc::new(builder.finish()),
                Builder::Integer(builder) => Arc::new(builder.finish()),
            }
        };
        let arrays = self.builders.iter_mut().map(finish).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), arrays).map_err(io::Error::other)
    }
}
