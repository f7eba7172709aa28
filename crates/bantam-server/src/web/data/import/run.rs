//! Brings a file in: its rows become lines, and these go the way of `POST /v1/import`.

use super::mapping::maps;
use super::uploads::Upload;
use crate::app::App;
use crate::import::{GROUP_LINES_MAX, Imported, Importer};
use crate::problem::Problem;
use crate::table::{BadRow, Columns, Kind, Lines, Made, Row, Wishes, event_of_all, read_csv};
use crate::tracking::unavailable;
use bantam_core::Rules;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What facts of files are said to come from, as with `bantam import`.
const SOURCE: &str = "import";
/// How many rejected rows are kept for the file of them.
const REJECTS_MAX: usize = 4_000;
/// How many bytes of lines share a transaction.
const GROUP_BYTES: usize = 900_000;

/// What became of a file.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) rows: u64,
    pub(super) accepted: u64,
    pub(super) duplicate: u64,
    pub(super) left_out: u64,
    pub(super) rejected: u64,
    /// The first of the rejected rows.
    pub(super) rejects: Vec<Reject>,
}

/// A row that was rejected.
#[derive(Debug)]
pub(super) struct Reject {
    pub(super) row: u64,
    pub(super) reason: String,
    pub(super) content: String,
}

/// Rows as lines, by the numbers of rows.
type Numbered = Vec<(u64, Vec<u8>)>;

/// Brings a file in. `chosen` says what its columns are.
pub(super) async fn run(
    app: &App,
    upload: &Upload,
    rules: Option<Arc<Rules>>,
    chosen: BTreeMap<String, String>,
) -> Result<Outcome, Problem> {
    let (kind, bytes) = (upload.kind, upload.bytes.clone());
    let (mut outcome, lines) = {
        let bytes = bytes.clone();
        let made = tokio::task::spawn_blocking(move || lines(kind, &bytes, rules.as_deref(), &chosen));
        made.await.map_err(|_| Problem::fault("reading a file panicked"))??
    };
    let importer = Importer::new(app.recorder.clone(), app.clock().clone(), SOURCE, true).await.map_err(unavailable)?;
    let mut imported = Imported::default();
    for group in groups(lines) {
        importer.take(&group, &mut imported).await.map_err(unavailable)?;
    }
    outcome.accepted = imported.accepted;
    outcome.duplicate = imported.duplicate;
    outcome.rejected += imported.rejected;
    let mut later: HashMap<u64, String> = imported.rejections.into_iter().map(|one| (one.line, reason(&one))).collect();
    if !later.is_empty() {
        // What the rows held is read once more: few are rejected so late.
        read_csv::<Problem>(bytes.as_slice(), &mut |row| {
            if let Ok(row) = row
                && let Some(reason) = later.remove(&row.number)
            {
                outcome.add(row.number, reason, content(&row));
            }
            Ok(())
        })?;
    }
    outcome.rejects.sort_by_key(|reject| reject.row);
    Ok(outcome)
}

fn reason(one: &crate::import::RejectedLine) -> String {
    match one.field {
        Some(field) => format!("{field} {}", one.reason),
        None => one.reason.clone(),
    }
}

fn groups(lines: Numbered) -> Vec<Numbered> {
    let (mut groups, mut group, mut bytes) = (Vec::new(), Vec::new(), 0);
    for (number, line) in lines {
        bytes += line.len();
        group.push((number, line));
        if group.len() >= GROUP_LINES_MAX || bytes >= GROUP_BYTES {
            groups.push(std::mem::take(&mut group));
            bytes = 0;
        }
    }
    groups.push(group);
    groups
}

fn lines(
    kind: Kind,
    bytes: &[u8],
    rules: Option<&Rules>,
    chosen: &BTreeMap<String, String>,
) -> Result<(Outcome, Numbered), Problem> {
    let event = chosen.get("event").map(|event| event.trim()).filter(|event| !event.is_empty());
    let (mut outcome, mut made, mut columns) = (Outcome::default(), Numbered::new(), None);
    let mut lines = Lines { kind, source: SOURCE, event: None, seen: HashMap::new() };
    let mut maps_ = Vec::new();
    read_csv::<Problem>(bytes, &mut |row| {
        outcome.rows += 1;
        let row = match row {
            Ok(row) => row,
            Err(BadRow { number, reason, content }) => {
                outcome.rejected += 1;
                outcome.add(number, reason, content);
                return Ok(());
            }
        };
        if columns.is_none() {
            let names: Vec<Arc<str>> = row.cells.iter().map(|(name, _)| name.clone()).collect();
            maps_ = maps(&names, chosen);
            let wishes = Wishes { maps: &maps_, meaning: rules.map(|rules| &*rules.meaning) };
            let found = Columns::new(kind, &names, &wishes);
            lines.event = event_of_all(kind, &row, &found, event);
            is_enough(kind, &found, lines.event.is_some())?;
            columns = Some(found);
        }
        let wishes = Wishes { maps: &maps_, meaning: rules.map(|rules| &*rules.meaning) };
        let Some(columns) = &mut columns else { return Ok(()) };
        match lines.make(&row, columns, &wishes) {
            Ok(Made::Line(line)) => made.push((row.number, line)),
            Ok(Made::LeftOut) => outcome.left_out += 1,
            Err(reason) => {
                outcome.rejected += 1;
                outcome.add(row.number, reason, content(&row));
            }
        }
        Ok(())
    })?;
    Ok((outcome, made))
}

/// Refuses a file of which no row could become a line.
fn is_enough(kind: Kind, columns: &Columns, has_event: bool) -> Result<(), Problem> {
    let wrong = |message: String| Err(Problem::bad_request("invalid_value", message).at("columns"));
    if let Some(part) = kind.needed().iter().find(|part| !columns.has(**part)) {
        return wrong(format!("say which column is the {} of {}", part.name(), kind.noun()));
    }
    if kind == Kind::Events && !has_event && !columns.has(crate::table::Part::Name) {
        return wrong("say which column is the event, or what all rows are".to_owned());
    }
    Ok(())
}

fn content(row: &Row) -> String {
    let cells = row.cells.iter().map(|(_, value)| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    cells.collect::<Vec<_>>().join(",")
}

impl Outcome {
    fn add(&mut self, row: u64, reason: String, content: String) {
        if self.rejects.len() < REJECTS_MAX {
            self.rejects.push(Reject { row, reason, content });
        }
    }
}
