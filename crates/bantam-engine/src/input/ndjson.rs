//! Reads NDJSON: one object a line. What is wrong with a line rejects that line.

use super::cell::Given;
use super::json::{ObjectKeys, RowKeys, Shapes, given, push_json};
use super::pieces::read_pieces;
use super::report::{InputError, Spot};
use super::rows::{LEAD, PROPERTIES, RESERVED, Rows};
use super::stretch::{Stretch, take_rows};
use super::window::{BLOCK_BYTES, Block, Spares, Window};
use super::{File, Piece, Settle};
use memchr::{memchr, memchr_iter, memrchr};
use std::io::Read;
use std::ops::Range;

/// Where the values of a file's rows stand.
#[derive(Clone)]
struct Layout {
    row: ObjectKeys,
    inside: ObjectKeys,
    reserved: [Option<usize>; RESERVED],
    properties: Option<usize>,
    /// Whether rows may be read as others before them were.
    has_shapes: bool,
}

pub(crate) fn read(
    rows: Rows,
    file: &File<'_>,
    source: impl Read + Send,
    settle: &mut Settle<'_>,
) -> Result<(), InputError> {
    read_in_blocks(rows, file, source, BLOCK_BYTES, settle)
}

/// Reads blocks of lines on all cores.
pub(super) fn read_in_blocks(
    rows: Rows,
    file: &File<'_>,
    source: impl Read + Send,
    block_bytes: usize,
    settle: &mut Settle<'_>,
) -> Result<(), InputError> {
    let spares = Spares::default();
    let mut window = Window::new(source, block_bytes, &spares);
    let next_block = || {
        let block = window.next_block(|bytes, _| memrchr(b'\n', bytes).map_or(0, |at| at + 1));
        block.map_err(|source| InputError::Read { file: file.name.to_owned(), source }).transpose()
    };
    let layout = lay_out(&rows);
    let read = |block: Block| {
        let (mut rows, mut layout) = (rows.blank(), layout.clone());
        let lines = read_block(&mut rows, &mut layout, file, &block);
        layout.row.report_unused(&mut rows);
        layout.inside.report_unused(&mut rows);
        (file.progress)(block.consumed);
        spares.put(block);
        rows.end_piece();
        file.tap(&mut rows)?;
        Ok(Piece { rows, lines: Some(lines) })
    };
    read_pieces(std::iter::from_fn(next_block), read, settle)
}

/// One block while it is read.
struct Reading<'b> {
    rows: &'b mut Rows,
    layout: &'b mut Layout,
    block: &'b Block,
    /// All of it, where it is UTF-8.
    text: Option<&'b str>,
    shapes: Shapes,
    /// Rows of known shapes that are not yet in `rows`.
    stretch: Stretch,
    /// The line that was read last.
    spot: Spot,
}

/// Reads the rows of a block; returns how many lines it has.
fn read_block(rows: &mut Rows, layout: &mut Layout, file: &File<'_>, block: &Block) -> u64 {
    let bytes = block.bytes();
    rows.reserve(memchr_iter(b'\n', bytes).count());
    let stretch = Stretch::new(rows.columns.len());
    let spot = Spot { file: file.number, row: 0, line: 0 };
    let text = std::str::from_utf8(bytes).ok();
    let mut reading = Reading { rows, layout, block, text, shapes: Shapes::default(), stretch, spot };
    let mut start = 0;
    while start < bytes.len() {
        start = reading.read_alike(start).unwrap_or_else(|| reading.read_line(start));
    }
    reading.settle();
    reading.end()
}

impl Reading<'_> {
    /// Reads lines of known shapes until the stretch is full or another line comes; returns where that starts, and `None` where
    /// the first line is another.
    fn read_alike(&mut self, start: usize) -> Option<usize> {
        self.text?;
        let bytes = self.block.bytes();
        let mut at = self.shapes.read(bytes, start, &mut self.stretch)?;
        while !self.stretch.is_full()
            && let Some(next) = self.shapes.read(bytes, at, &mut self.stretch)
        {
            at = next;
        }
        self.settle();
        Some(at)
    }

    /// Appends the rows of the stretch.
    fn settle(&mut self) {
        let count = self.stretch.len();
        let Some(text) = self.text.filter(|_| count > 0) else { return };
        self.stretch.first = Spot { row: self.spot.row + 1, line: self.spot.line + 1, ..self.spot };
        let admit = |reading: &mut Self, range| reading.rows.admit_stretch(text, &reading.stretch, range);
        take_rows(self, count, admit, |reading, row| {
            reading.shapes.forget_row(reading.stretch.shape(row));
            let line = reading.stretch.line(row);
            reading.read_row(line, reading.stretch.spot(row));
        });
        self.spot.row += count as u64;
        self.spot.line += count as u64;
        self.stretch.clear();
    }

    /// Reads the line that starts at a place; returns where the next one starts.
    fn read_line(&mut self, start: usize) -> usize {
        let rest = self.block.bytes().get(start..).unwrap_or_default();
        let length = if self.block.too_long { rest.len() } else { memchr(b'\n', rest).unwrap_or(rest.len()) };
        let line = rest.get(..length).unwrap_or_default();
        self.spot.line += 1;
        if !line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')) {
            self.spot.row += 1;
            if self.read_row(start..start + length, self.spot) && self.layout.has_shapes {
                let Layout { row, inside, reserved, properties, .. } = &*self.layout;
                let keys = RowKeys { row, inside, reserved: *reserved, properties: *properties };
                self.shapes.learn(keys, self.block.bytes(), start..start + length);
            }
        }
        start + length + 1
    }

    /// Reads one row in full, or rejects it; returns whether it counts.
    fn read_row(&mut self, range: Range<usize>, spot: Spot) -> bool {
        let line = self.block.bytes().get(range.clone()).unwrap_or_default();
        let outcome = match self.text.and_then(|text| text.get(range)) {
            _ if self.block.too_long => Err("the line is longer than 16 MiB".to_owned()),
            Some(line) => read_row(self.rows, self.layout, line, spot),
            None => text_of(line).and_then(|line| read_row(self.rows, self.layout, line, spot)),
        };
        match outcome {
            Ok(()) => true,
            Err(reason) => {
                self.rows.reject(spot, reason, line);
                false
            }
        }
    }

    /// Counts what was read; returns how many lines there are.
    fn end(self) -> u64 {
        let Layout { row, inside, .. } = self.layout;
        self.shapes.count(row, inside);
        self.rows.seen = self.spot.row;
        self.spot.line
    }
}

/// Returns a line as text, or why it is none.
fn text_of(line: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(line)
        .map_err(|error| format!("the line is not UTF-8 (at byte {} of it)", error.valid_up_to() + 1))
}

fn lay_out(rows: &Rows) -> Layout {
    let (mut row, mut inside) = (ObjectKeys::of_rows(), ObjectKeys::inside_properties());
    for column in &rows.columns {
        row.add(Some(&column.source));
        inside.add(Some(&column.source));
    }
    let reserved = std::array::from_fn(|at| rows.reserved.get(at)?.as_deref().map(|name| row.slot(name)));
    let properties = rows.is_special(PROPERTIES).then(|| row.slot(PROPERTIES));
    // An object that is spelled like a missing text is none; such a definition has its rows read one by one.
    let has_shapes = properties.is_none() || !rows.has_missing_text_from(b'{');
    Layout { row, inside, reserved, properties, has_shapes }
}

fn read_row(rows: &mut Rows, layout: &mut Layout, line: &str, spot: Spot) -> Result<(), String> {
    layout.row.read(line).map_err(|problem| format!("the line is no JSON object: {problem}"))?;
    let (row, plain) = (&layout.row, layout.row.is_plain());
    let value = |slot: Option<usize>| slot.and_then(|slot| row.value(line, slot));
    let [lead, time, name, id] = layout.reserved;
    let raw = [value(lead), value(time), value(name), value(id)];
    let mut scratch: [String; 4] = Default::default();
    let mut spelled =
        raw.iter().zip(&mut scratch).map(|(raw, scratch)| raw.map_or(Given::Missing, |raw| given(raw, plain, scratch)));
    let mut next = || spelled.next().unwrap_or(Given::Missing);
    rows.admit([next(), next(), next(), next()], spot)?;
    let [_, time, _, id] = raw;
    rows.time.found |= time.is_some();
    rows.id.found |= id.is_some();

    let mut spelled = String::new();
    let object = match value(layout.properties) {
        Some(raw) if raw.starts_with('{') => layout.inside.read_properties_text(raw, rows, spot),
        Some(raw) => match given(raw, plain, &mut spelled) {
            Given::Missing => None,
            Given::Text(text) => layout.inside.read_properties_text(text.trim(), rows, spot),
            other => {
                rows.count_bad_properties(other.shown(), spot);
                None
            }
        },
        None => None,
    };
    for (at, column) in rows.columns.iter_mut().enumerate() {
        match layout.row.find(line, at) {
            Some(raw) => push_json(column, raw, plain, spot),
            None => layout.inside.push_found(object, at, column, spot),
        }
    }
    Ok(())
}

const _: () = assert!(LEAD == 0, "reserved values are offered in this order");
