//! Cuts a stream of bytes into lines, unpacked on the way, and holds no more of it than one line and one piece.

use flate2::write::MultiGzDecoder;
use std::io::{self, Write};

/// How many bytes are unpacked at once: a thousand times as many come out of the worst.
pub(super) const PART_BYTES: usize = 1024;
/// The longest line that is kept. A message may have half of that, and is told so by its reader.
const LINE_BYTES_MAX: usize = 64 * 1024;
/// What is told about longer lines.
pub(super) const TOO_LONG: &str = "the line is longer than 64 KiB";

/// Lines on their way.
pub(super) struct Lines {
    unpacked: Unpacked,
    /// Where the next line starts, and from where on its end has not been looked for.
    start: usize,
    looked: usize,
    count: u64,
    /// Whether the end of a line that is too long is still to come.
    is_skipping: bool,
}

enum Unpacked {
    Plain(Vec<u8>),
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
}

impl Lines {
    /// Returns none where it is packed in a way that is not known.
    pub(super) fn new(encoding: Option<&str>) -> Option<Lines> {
        let unpacked = match encoding.map(|name| name.trim().to_ascii_lowercase()).as_deref() {
            None | Some("" | "identity") => Unpacked::Plain(Vec::new()),
            Some("gzip" | "x-gzip") => Unpacked::Gzip(Box::new(MultiGzDecoder::new(Vec::new()))),
            Some(_) => return None,
        };
        Some(Lines { unpacked, start: 0, looked: 0, count: 0, is_skipping: false })
    }

    /// Returns how many lines there were so far.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Adds a part of at most [`PART_BYTES`].
    pub(super) fn add(&mut self, part: &[u8]) -> io::Result<()> {
        match &mut self.unpacked {
            Unpacked::Plain(bytes) => bytes.extend_from_slice(part),
            Unpacked::Gzip(decoder) => {
                decoder.write_all(part)?;
                // What was written may still be inside the decoder.
                decoder.flush()?;
            }
        }
        Ok(())
    }

    fn bytes(&mut self) -> &mut Vec<u8> {
        match &mut self.unpacked {
            Unpacked::Plain(bytes) => bytes,
            Unpacked::Gzip(decoder) => decoder.get_mut(),
        }
    }

    /// Returns the next whole line with its number, unless it is empty; without its text where it is too long.
    pub(super) fn next(&mut self) -> Option<(u64, Option<Vec<u8>>)> {
        loop {
            let (start, looked) = (self.start, self.looked);
            let bytes = self.bytes();
            let Some(end) = bytes.iter().skip(looked).position(|byte| *byte == b'\n').map(|at| looked + at) else {
                let length = bytes.len() - start;
                return self.keep_rest(length);
            };
            let line = bytes.get(start..end).unwrap_or_default().to_vec();
            (self.start, self.looked) = (end + 1, end + 1);
            if std::mem::take(&mut self.is_skipping) {
                continue;
            }
            self.count += 1;
            if line.len() > LINE_BYTES_MAX {
                return Some((self.count, None));
            }
            if !line.trim_ascii().is_empty() {
                return Some((self.count, Some(line)));
            }
        }
    }

    /// Keeps what is left of the last line; where that is too long already, only the knowledge of it.
    fn keep_rest(&mut self, length: usize) -> Option<(u64, Option<Vec<u8>>)> {
        let start = std::mem::take(&mut self.start);
        let is_too_long = length > LINE_BYTES_MAX;
        let was_skipping = self.is_skipping;
        let bytes = self.bytes();
        if is_too_long || was_skipping {
            bytes.clear();
        } else {
            bytes.drain(..start.min(bytes.len()));
        }
        self.looked = self.bytes().len();
        if is_too_long && !was_skipping {
            self.is_skipping = true;
            self.count += 1;
            return Some((self.count, None));
        }
        None
    }

    /// Says that nothing more comes: what is left is a line, too.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        if let Unpacked::Gzip(decoder) = &mut self.unpacked {
            decoder.try_finish()?;
        }
        let bytes = self.bytes();
        if !bytes.is_empty() {
            bytes.push(b'\n');
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(text: &[u8], encoding: Option<&str>, part: usize) -> Vec<(u64, Option<String>)> {
        let mut lines = Lines::new(encoding).unwrap();
        let mut found = Vec::new();
        for part in text.chunks(part) {
            lines.add(part).unwrap();
            found.extend(std::iter::from_fn(|| lines.next()));
        }
        lines.finish().unwrap();
        found.extend(std::iter::from_fn(|| lines.next()));
        let text = |line: Vec<u8>| String::from_utf8(line).unwrap();
        found.into_iter().map(|(number, line)| (number, line.map(text))).collect()
    }

    #[test]
    fn lines_come_whole_however_they_are_cut() {
        let long = "x".repeat(LINE_BYTES_MAX + 1);
        let text = format!("a\n\nb\r\n{long}\nc\n  \nd");
        let line = |number, text: &str| (number, Some(text.to_owned()));
        let expected = vec![line(1, "a"), line(3, "b\r"), (4, None), line(5, "c"), line(7, "d")];
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        let packed = encoder.finish().unwrap();
        for part in [1, 7, PART_BYTES] {
            assert_eq!(lines_of(text.as_bytes(), None, part), expected, "{part}");
            assert_eq!(lines_of(&packed, Some("gzip"), part), expected, "{part}");
        }
        assert!(Lines::new(Some("br")).is_none());
    }
}
