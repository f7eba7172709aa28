//! Least and greatest keys of leads, from the statistics that a file keeps of its row groups.

use super::super::extents::{Bounds, KeyExtent, extents};
use super::super::rows::LEAD;
use super::layout::Layout;
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::statistics::Statistics;

/// Returns which leads have rows in each row group alone; nothing where the statistics do not tell.
pub(super) fn extents_of(metadata: &ArrowReaderMetadata, layout: &Layout) -> Vec<KeyExtent> {
    let Some(key) = &layout.reserved[LEAD] else { return Vec::new() };
    let schema = metadata.parquet_schema();
    let path = std::slice::from_ref(key);
    let Some(leaf) = schema.columns().iter().position(|leaf| leaf.path().parts() == path) else { return Vec::new() };
    let groups = metadata.metadata().row_groups();
    let Ok(field) = metadata.schema().field_with_name(key) else { return Vec::new() };
    // Of other types a key is made that sorts in another way than the values do.
    let bounds = match field.data_type() {
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => {
            numbers(groups, leaf).map(Bounds::Numbers)
        }
        kind if is_text(kind) => texts(groups, leaf).map(Bounds::Texts),
        _ => None,
    };
    bounds.map(extents).unwrap_or_default()
}

fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

fn numbers(groups: &[RowGroupMetaData], leaf: usize) -> Option<Vec<(i64, i64)>> {
    let bounds = |group: &RowGroupMetaData| match group.columns().get(leaf)?.statistics()? {
        Statistics::Int32(found) => Some((i64::from(*found.min_opt()?), i64::from(*found.max_opt()?))),
        Statistics::Int64(found) => Some((*found.min_opt()?, *found.max_opt()?)),
        _ => None,
    };
    groups.iter().map(bounds).collect()
}

fn texts(groups: &[RowGroupMetaData], leaf: usize) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    let bounds = |group: &RowGroupMetaData| {
        // Old writers compared signed bytes.
        let statistics = group.columns().get(leaf)?.statistics().filter(|found| !found.is_min_max_deprecated())?;
        Some((statistics.min_bytes_opt()?.to_vec(), statistics.max_bytes_opt()?.to_vec()))
    };
    groups.iter().map(bounds).collect()
}
