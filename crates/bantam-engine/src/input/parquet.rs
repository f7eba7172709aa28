//! Parquet.
use super::Shared;
use super::report::InputError;
use super::rows::Rows;
use parquet::file::reader::ChunkReader;

pub(super) fn read(
    _rows: &mut Rows,
    _shared: &mut Shared<'_>,
    _file: u32,
    _source: impl ChunkReader + 'static,
    _progress: &mut dyn FnMut(u64),
) -> Result<(), InputError> {
    Ok(())
}
