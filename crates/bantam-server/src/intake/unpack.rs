//! Unpacks bodies, and stops where they grow too large.

use std::io::{self, Read};

/// The largest body as it is sent, in bytes.
pub(crate) const ENCODED_BYTES_MAX: usize = 1 << 20;
/// The largest body unpacked, in bytes.
pub(crate) const DECODED_BYTES_MAX: usize = 2 << 20;
/// The largest window that a zstd frame may ask for, as a power of two: 8 MiB, what its usual levels use.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;
const BROTLI_BUFFER_BYTES: usize = 8 * 1024;

/// Why a body cannot be unpacked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum UnpackError {
    /// It is packed in a way that is not known, or more than once.
    Encoding,
    /// It is too large unpacked.
    TooLarge,
    /// It is damaged.
    Damaged,
}

/// Unpacks a body that was packed as the header says; gzip is recognised without one, too.
pub(crate) fn unpack(body: Vec<u8>, encoding: Option<&str>) -> Result<Vec<u8>, UnpackError> {
    let bytes = body.as_slice();
    match encoding.map(|name| name.trim().to_ascii_lowercase()).as_deref() {
        None | Some("" | "identity") if bytes.starts_with(&[0x1f, 0x8b]) => {
            read(flate2::read::MultiGzDecoder::new(bytes))
        }
        None | Some("" | "identity") if bytes.len() > DECODED_BYTES_MAX => Err(UnpackError::TooLarge),
        None | Some("" | "identity") => Ok(body),
        Some("gzip" | "x-gzip") => read(flate2::read::MultiGzDecoder::new(bytes)),
        Some("deflate") => read(flate2::read::ZlibDecoder::new(bytes)),
        Some("br") => read(brotli::Decompressor::new(bytes, BROTLI_BUFFER_BYTES)),
        Some("zstd") => {
            let mut decoder = zstd::stream::read::Decoder::new(bytes).map_err(|_| UnpackError::Damaged)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(|_| UnpackError::Damaged)?;
            read(decoder)
        }
        Some(_) => Err(UnpackError::Encoding),
    }
}

fn read(packed: impl Read) -> Result<Vec<u8>, UnpackError> {
    let mut unpacked = Vec::new();
    let read: io::Result<usize> = packed.take(DECODED_BYTES_MAX as u64 + 1).read_to_end(&mut unpacked);
    match read {
        Ok(_) if unpacked.len() > DECODED_BYTES_MAX => Err(UnpackError::TooLarge),
        Ok(_) => Ok(unpacked),
        Err(_) => Err(UnpackError::Damaged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn packed(encoding: &str, bytes: &[u8]) -> Vec<u8> {
        let level = flate2::Compression::default();
        match encoding {
            "gzip" => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }
            "deflate" => {
                let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }
            "br" => {
                let mut out = Vec::new();
                brotli::CompressorWriter::new(&mut out, 4096, 5, 20).write_all(bytes).unwrap();
                out
            }
            _ => zstd::encode_all(bytes, 3).unwrap(),
        }
    }

    #[test]
    fn ing_03_bombs_end_at_the_limit_whatever_they_are_packed_with() {
        let bomb = vec![b' '; 64 << 20];
        for encoding in ["gzip", "deflate", "br", "zstd"] {
            assert_eq!(unpack(packed(encoding, b"{}"), Some(encoding)), Ok(b"{}".to_vec()), "{encoding}");
            assert_eq!(unpack(packed(encoding, &bomb), Some(encoding)), Err(UnpackError::TooLarge), "{encoding}");
            let mut cut = packed(encoding, &bomb[..1000]);
            cut.truncate(cut.len() / 2);
            assert_eq!(unpack(cut, Some(encoding)), Err(UnpackError::Damaged), "{encoding}");
        }
        // Frames that hold nothing are passed over within the limit on what was sent.
        let skippable = [&0x184d_2a50_u32.to_le_bytes()[..], &4_u32.to_le_bytes(), b"none"].concat();
        let frames = [skippable.repeat(1000), packed("zstd", b"{}")].concat();
        assert_eq!(unpack(frames, Some("zstd")), Ok(b"{}".to_vec()));
        assert_eq!(unpack(packed("gzip", b"{}"), None), Ok(b"{}".to_vec()));
        for encoding in ["gzip, gzip", "compress", "snappy"] {
            assert_eq!(unpack(b"{}".to_vec(), Some(encoding)), Err(UnpackError::Encoding), "{encoding}");
        }
    }
}
