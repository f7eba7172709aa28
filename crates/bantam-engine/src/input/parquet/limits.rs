//! Refuses Parquet files whose parts would not fit in memory, before anything of them is unpacked.

use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::ChunkReader;

/// The largest description at the end of a file, in bytes: some 10,000 columns in 1,000 row groups.
pub(super) const FOOTER_BYTES_MAX: u64 = 64 << 20;
/// The most one column of one row group may unpack to, in bytes: row groups of a million rows stay far below.
pub(super) const COLUMN_BYTES_MAX: i64 = 1 << 30;

/// Looks at the last eight bytes: the length of the description, and `PAR1`.
pub(super) fn check_footer(source: &impl ChunkReader) -> Result<(), String> {
    let size = source.len();
    if size < 12 {
        return Err(format!("it has {size} bytes, fewer than any Parquet file"));
    }
    let tail = source.get_bytes(size - 8, 8).map_err(|error| error.to_string())?;
    let [a, b, c, d, mark @ ..] = tail.as_ref() else { return Err("it is truncated".into()) };
    if mark != b"PAR1" {
        return Err("it does not end as a Parquet file does; is it truncated, or of another format?".into());
    }
    let length = u64::from(u32::from_le_bytes([*a, *b, *c, *d]));
    if length > FOOTER_BYTES_MAX {
        return Err(format!("its description has {length} bytes, more than {FOOTER_BYTES_MAX}"));
    }
    Ok(())
}

/// Looks at the sizes that are declared for the columns that will be read.
pub(super) fn check_columns(
    _source: &impl ChunkReader,
    metadata: &ParquetMetaData,
    leaves: &[usize],
) -> Result<(), String> {
    for (number, group) in metadata.row_groups().iter().enumerate() {
        for column in leaves.iter().filter_map(|&leaf| group.columns().get(leaf)) {
            let size = column.uncompressed_size();
            if !(0..=COLUMN_BYTES_MAX).contains(&size) {
                let path = column.column_path().string();
                let number = number + 1;
                return Err(format!(
                    "column `{path}` of row group {number} unpacks to {size} bytes, more than {COLUMN_BYTES_MAX}; write smaller row groups"
                ));
            }
        }
    }
    Ok(())
}
