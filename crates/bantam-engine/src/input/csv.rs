//! Reads CSV: records out of bytes, strictly as RFC 4180 has them, and rows out of records.
//!
//! A record that is wrong is rejected alone. Reading resumes at the next line after the place where the mistake shows; a
//! quote that never closes rejects the line it opens on, and reading resumes at the next line.

mod lines;
mod records;
mod scan;

use super::cell::Given;
use super::json::ObjectKeys;
use super::pieces::read_pieces;
use super::report::{InputError, Spot, nearest};
use super::rows::{PROPERTIES, RESERVED, Rows};
use super::stretch::{Stretch, take_rows};
use super::window::{BLOCK_BYTES, Block, Spares, Window};
use super::{COLUMNS_MAX, File, Piece, Settle};
use hashbrown::HashSet;
use lines::Targets;
use records::{Record, Records};
use std::io::Read;

const TOO_LONG: &str = "the row is longer than 16 MiB";

/// Which cells of a file's records go where.
#[derive(Clone)]
struct Layout {
    width: usize,
    reserved: [Option<usize>; RESERVED],
    columns: Vec<Option<usize>>,
    properties: Option<usize>,
    /// Keys looked up in `properties`, for columns without a cell of their own.
    keys: ObjectKeys,
}

pub(crate) fn read(
    rows: Rows,
    file: &File<'_>,
    source: impl Read + Send,
    settle: &mut Settle<'_>,
) -> Result<(), InputError> {
    read_in_blocks(rows, file, source, BLOCK_BYTES, settle)
}

/// Reads blocks of records on all cores.
pub(super) fn read_in_blocks(
    mut rows: Rows,
    file: &File<'_>,
    source: impl Read + Send,
    block_bytes: usize,
    settle: &mut Settle<'_>,
) -> Result<(), InputError> {
    let spares = Spares::default();
    let mut window = Window::new(source, block_bytes, &spares);
    let mut next_block = || {
        let block = window.next_block(scan::last_end);
        block.map_err(|source| InputError::Read { file: file.name.to_owned(), source }).transpose()
    };
    let (headers, lines, first) = read_header(&mut next_block, &rows, file.name)?;
    let layout = lay_out(&mut rows, &headers, file.name)?;
    let unused = || headers.iter().enumerate().filter(|(at, header)| !header.is_empty() && !layout.uses(*at));
    for (_, header) in unused() {
        rows.count_unused(header, 0);
    }
    let blank = rows.blank();
    // What is true of the file as a whole is settled once, whether it has rows or not.
    settle(Piece { rows, lines: Some(lines) })?;
    let read = |block: Block| {
        let (mut rows, mut layout) = (blank.blank(), layout.clone());
        let lines = read_block(&mut rows, &mut layout, file, &block);
        for (_, header) in unused() {
            rows.count_unused(header, rows.seen);
        }
        layout.keys.report_unused(&mut rows);
        (file.progress)(block.consumed);
        spares.put(block);
        rows.end_piece();
        file.tap(&mut rows)?;
        Ok(Piece { rows, lines: Some(lines) })
    };
    read_pieces(std::iter::once(Ok(first)).chain(std::iter::from_fn(next_block)), read, settle)
}

/// Reads the rows of a block; returns how many lines it has.
fn read_block(rows: &mut Rows, layout: &mut Layout, file: &File<'_>, block: &Block) -> u64 {
    let mut spot = Spot { file: file.number, row: 0, line: 1 };
    if block.too_long {
        rows.seen = 1;
        rows.reject(Spot { row: 1, ..spot }, TOO_LONG.to_owned(), block.bytes());
        return 1;
    }
    let mut records = Records::new(block.bytes());
    rows.reserve(records.lines_ahead());
    let mut stretch = Stretch::new(rows.columns.len());
    let targets = layout.targets();
    loop {
        if let Some(targets) = &targets {
            spot = read_alike(rows, layout, &mut records, targets, &mut stretch, spot);
        }
        let Some((line, record)) = records.next(layout.width) else { break };
        spot = Spot { row: spot.row + 1, line, ..spot };
        read_record(rows, layout, &record, spot);
    }
    rows.seen = spot.row;
    records.lines()
}

/// Reads plain lines until there is another one; returns the place of the last row.
fn read_alike(
    rows: &mut Rows,
    layout: &mut Layout,
    records: &mut Records<'_>,
    targets: &Targets,
    stretch: &mut Stretch,
    mut spot: Spot,
) -> Spot {
    while let Some(text) = records.take_lines(targets, stretch) {
        let count = stretch.len();
        stretch.first = Spot { row: spot.row + 1, line: records.lines() + 1 - count as u64, ..spot };
        take_rows(
            rows,
            count,
            |rows, range| rows.admit_stretch(text, stretch, range),
            |rows, row| {
                let line = text.get(stretch.line(row)).unwrap_or_default();
                if let Some((_, record)) = Records::new(line.as_bytes()).next(layout.width) {
                    read_record(rows, layout, &record, stretch.spot(row));
                }
            },
        );
        spot.row += count as u64;
        stretch.clear();
    }
    spot
}

/// Reads one record, or rejects it.
fn read_record(rows: &mut Rows, layout: &mut Layout, record: &Record<'_>, spot: Spot) {
    let outcome = match record {
        Record::Good { cells, raw: _ } => read_row(rows, layout, cells, spot),
        Record::Bad { reason, raw: _ } => Err(reason.clone()),
    };
    if let Err(reason) = outcome {
        rows.reject(spot, reason, record.raw());
    }
}

/// Reads the header; returns it with the number of lines up to its end and the block that goes on after it.
fn read_header(
    next_block: &mut impl FnMut() -> Option<Result<Block, InputError>>,
    rows: &Rows,
    file: &str,
) -> Result<(Vec<String>, u64, Block), InputError> {
    let problem = |problem: String, help: Option<String>| InputError::Header { file: file.to_owned(), problem, help };
    let wanted = || Some(format!("the first line names the columns, `{}` among them", rows.reserved_name(0)));
    let no_header = |reason: &str| problem(format!("the first line is no header: {reason}"), wanted());
    let (mut lines, mut consumed) = (0, 0);
    loop {
        let mut block = next_block().ok_or_else(|| problem("the file is empty".into(), wanted()))??;
        if block.too_long {
            return Err(no_header(TOO_LONG));
        }
        let mut records = Records::new(block.bytes());
        let headers: Option<Vec<String>> = match records.next(COLUMNS_MAX).map(|(_, record)| record) {
            None => None,
            Some(Record::Bad { reason, raw }) if raw.starts_with(b"\xFF\xFE") || raw.starts_with(b"\xFE\xFF") => {
                return Err(problem(format!("the file is UTF-16 ({reason})"), Some("save it as CSV UTF-8".into())));
            }
            Some(Record::Bad { reason, .. }) => return Err(no_header(&reason)),
            Some(Record::Good { cells, .. }) if cells.len() > COLUMNS_MAX => {
                return Err(problem(format!("the header has more than {COLUMNS_MAX} columns"), None));
            }
            Some(Record::Good { cells, .. }) => {
                Some((0..cells.len()).map(|at| cells.get(at).unwrap_or_default().trim().to_owned()).collect())
            }
        };
        lines += records.lines();
        let taken = records.taken();
        block.skip(taken);
        consumed += block.consumed;
        if let Some(headers) = headers {
            check_headers(&headers).map_err(|(text, help)| problem(text, Some(help)))?;
            block.consumed = consumed;
            return Ok((headers, lines, block));
        }
    }
}

fn check_headers(headers: &[String]) -> Result<(), (String, String)> {
    let twice = {
        let mut seen = HashSet::new();
        headers.iter().find(|header| !seen.insert(header.as_str()))
    };
    match twice.map(String::as_str) {
        None => Ok(()),
        Some("") => Err(("two columns have no name".into(), "give each a name, or remove them".into())),
        Some(twice) => Err((
            format!("two columns are named `{twice}`"),
            "rename one or remove it: it is unclear which counts".into(),
        )),
    }
}

/// Returns the error for a file without a column it cannot do without.
pub(super) fn absent_column(file: &str, column: &str, headers: &[String]) -> InputError {
    let shown: Vec<String> = headers.iter().take(50).map(|header| format!("`{header}`")).collect();
    let help = nearest(column, headers.iter().map(String::as_str))
        .map(|near| format!("is it `{near}`? Then say so in the definition with `from: {near}`"));
    InputError::Header {
        file: file.to_owned(),
        problem: format!("there is no column `{column}`; the columns are {}", shown.join(", ")),
        help,
    }
}

fn lay_out(rows: &mut Rows, headers: &[String], file: &str) -> Result<Layout, InputError> {
    let find = |wanted: &str| headers.iter().position(|header| header == wanted);
    let reserved: [Option<usize>; 4] =
        std::array::from_fn(|at| rows.reserved.get(at).and_then(Option::as_deref).and_then(find));
    for (at, place) in reserved.iter().enumerate() {
        if place.is_none() && rows.requires(at) {
            return Err(absent_column(file, rows.reserved_name(at), headers));
        }
    }
    note_optional(rows, &reserved.map(|place| place.is_some()));
    let columns: Vec<Option<usize>> = rows.columns.iter().map(|column| find(&column.source)).collect();
    let properties = find(PROPERTIES).filter(|_| rows.is_special(PROPERTIES));
    let mut keys = ObjectKeys::inside_properties();
    for (column, place) in rows.columns.iter_mut().zip(&columns) {
        column.found |= place.is_some();
        keys.add(place.is_none().then_some(column.source.as_str()));
    }
    Ok(Layout { width: headers.len(), reserved, columns, properties, keys })
}

/// Notes which of the optional reserved columns a file has.
pub(super) fn note_optional(rows: &mut Rows, has: &[bool; 4]) {
    let [_, time, _, id] = *has;
    rows.time.found |= time;
    rows.id.found |= id;
}

impl Layout {
    /// Returns where the cells of plain lines go; `None` where what a cell holds has to be looked up inside it.
    fn targets(&self) -> Option<Targets> {
        let places: Vec<Option<usize>> = self.reserved.iter().chain(&self.columns).copied().collect();
        self.properties.is_none().then(|| Targets::new(self.width, &places))
    }

    fn uses(&self, at: usize) -> bool {
        let place = Some(at);
        self.reserved.contains(&place) || self.columns.contains(&place) || self.properties == place
    }
}

fn read_row(rows: &mut Rows, layout: &mut Layout, cells: &records::Cells<'_>, spot: Spot) -> Result<(), String> {
    if cells.len() > layout.width {
        let (width, count) = (layout.width, cells.len());
        let least = if count > width + 1 { "at least " } else { "" };
        return Err(format!("the row has {least}{count} cells, the header {width}; is a comma not in quotes?"));
    }
    let given = |place: Option<usize>| place.and_then(|at| cells.get(at)).map_or(Given::Missing, Given::Text);
    let [lead, time, name, id] = layout.reserved;
    rows.admit([given(lead), given(time), given(name), given(id)], spot)?;
    let properties = layout.properties.and_then(|at| cells.get(at));
    let object = properties.and_then(|text| layout.keys.read_properties_text(text.trim(), rows, spot));
    for (at, (column, place)) in rows.columns.iter_mut().zip(&layout.columns).enumerate() {
        if place.is_some() {
            column.push(given(*place), spot);
        } else {
            layout.keys.push_found(object, at, column, spot);
        }
    }
    Ok(())
}
