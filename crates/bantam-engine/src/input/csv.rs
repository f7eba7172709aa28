//! Reads CSV: records out of bytes, strictly as RFC 4180 has them, and rows out of records.
//!
//! A record that is wrong is rejected alone. Reading resumes at the next line after the place where the mistake shows; a
//! quote that never closes rejects the line it opens on, and reading resumes at the next line.

mod records;

use super::cell::Given;
use super::json::ObjectKeys;
use super::report::{InputError, Spot, nearest};
use super::rows::{PROPERTIES, Rows};
use super::{COLUMNS_MAX, File, Piece, Settle};
use hashbrown::HashSet;
use records::{Record, Records};
use std::io::{self, Read};

/// Every so many rows the caller is told how far reading is.
const ROWS_PER_PROGRESS: u64 = 16_384;

/// Which cells of a file's records go where.
struct Layout {
    width: usize,
    reserved: [Option<usize>; 4],
    columns: Vec<Option<usize>>,
    properties: Option<usize>,
    /// Keys looked up in `properties`, for columns without a cell of their own.
    keys: ObjectKeys,
}

pub(crate) fn read(
    mut rows: Rows,
    file: &File<'_>,
    source: impl Read,
    settle: &mut Settle<'_>,
) -> Result<(), InputError> {
    let failed = |source: io::Error| InputError::Read { file: file.name.to_owned(), source };
    let mut records = Records::new(source).map_err(failed)?;
    let headers = read_header(&mut records, &rows, file.name)?;
    let mut layout = lay_out(&mut rows, &headers, file.name)?;
    let (mut row, mut told) = (0, 0);
    while let Some((line, record)) = records.next(layout.width).map_err(failed)? {
        row += 1;
        rows.seen += 1;
        let spot = Spot { file: file.number, row, line };
        let outcome = match &record {
            Record::Good { cells, raw: _ } => read_row(&mut rows, &mut layout, cells, spot),
            Record::Bad { reason, raw: _ } => Err(reason.clone()),
        };
        if let Err(reason) = outcome {
            rows.reject(spot, reason, record.raw());
        }
        if row.is_multiple_of(ROWS_PER_PROGRESS) {
            (file.progress)(records.consumed() - told);
            told = records.consumed();
        }
    }
    for (at, header) in headers.iter().enumerate() {
        if !header.is_empty() && !layout.uses(at) {
            rows.count_unused(header, row);
        }
    }
    layout.keys.report_unused(&mut rows);
    (file.progress)(records.consumed() - told);
    file.tap(&mut rows).map_err(|problem| InputError::Header { file: file.name.to_owned(), problem, help: None })?;
    settle(Piece { rows, lines: None })
}

fn read_header(records: &mut Records<impl Read>, rows: &Rows, file: &str) -> Result<Vec<String>, InputError> {
    let problem = |problem: String, help: Option<String>| InputError::Header { file: file.to_owned(), problem, help };
    let wanted = || Some(format!("the first line names the columns, `{}` among them", rows.reserved_name(0)));
    let record = records.next(COLUMNS_MAX).map_err(|source| InputError::Read { file: file.to_owned(), source })?;
    let headers: Vec<String> = match record.map(|(_, record)| record) {
        None => return Err(problem("the file is empty".into(), wanted())),
        Some(Record::Bad { reason, raw }) if raw.starts_with(b"\xFF\xFE") || raw.starts_with(b"\xFE\xFF") => {
            return Err(problem(format!("the file is UTF-16 ({reason})"), Some("save it as CSV UTF-8".into())));
        }
        Some(Record::Bad { reason, .. }) => {
            return Err(problem(format!("the first line is no header: {reason}"), wanted()));
        }
        Some(Record::Good { cells, .. }) if cells.len() > COLUMNS_MAX => {
            return Err(problem(format!("the header has more than {COLUMNS_MAX} columns"), None));
        }
        Some(Record::Good { cells, .. }) => {
            (0..cells.len()).map(|at| cells.get(at).unwrap_or_default().trim().to_owned()).collect()
        }
    };
    let twice = {
        let mut seen = HashSet::new();
        headers.iter().find(|header| !seen.insert(header.as_str())).cloned()
    };
    match twice {
        None => Ok(headers),
        Some(twice) if twice.is_empty() => {
            Err(problem("two columns have no name".into(), Some("give each a name, or remove them".into())))
        }
        Some(twice) => Err(problem(
            format!("two columns are named `{twice}`"),
            Some("rename one or remove it: it is unclear which counts".into()),
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
    rows.admit(layout.reserved.map(given), spot)?;
    let properties = layout.properties.and_then(|at| cells.get(at)).unwrap_or("").trim();
    let object = layout.keys.read_properties_text(properties, rows, spot);
    for (at, (column, place)) in rows.columns.iter_mut().zip(&layout.columns).enumerate() {
        if place.is_some() {
            column.push(given(*place), spot);
        } else {
            layout.keys.push_found(object, at, column, spot);
        }
    }
    Ok(())
}
