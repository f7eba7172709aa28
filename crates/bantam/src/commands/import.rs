//! `bantam import`: what happened before, from files into a store or to a service.
//!
//! Each row becomes a line, as `POST /v1/import` takes it, with an id made of what the row says. So a row that was taken is
//! known, and running the same import again, or going on with an interrupted one, changes nothing that is there.

mod by_lead;
mod rows;
mod target;

use crate::cli::ImportArguments;
use crate::failure::Failure;
use crate::files;
use crate::sink::Sink;
use crate::{Done, definitions, terminal};
use bantam_engine::input::Format;
use bantam_lang::meaning::Meaning;
use bantam_server::table::{BadRow, Columns, Kind, Lines, Made, Row, Use, Wishes, event_of_all};
use by_lead::ByLead;
use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use target::Target;

/// How many rows share a transaction at most, and how many bytes.
const GROUP_ROWS: usize = bantam_server::GROUP_LINES_MAX;
const GROUP_BYTES: usize = 900_000;
/// The same for a store of this machine, which nobody else waits for: each group waits once for the disk.
const STORE_GROUP_ROWS: usize = 20_000;
const STORE_GROUP_BYTES: usize = 8 << 20;
/// How many rejected rows are told on standard error.
const REJECTS_SHOWN: u64 = 5;

pub(crate) fn run(arguments: &ImportArguments) -> Result<Done, Failure> {
    read_files(arguments, Target::open(arguments)?)?.finish()
}

/// Returns the lines that files are, without a word about them, for a command that takes them in its own way.
pub(super) fn lines(arguments: &ImportArguments) -> Result<Vec<Vec<u8>>, Failure> {
    match read_files(arguments, Target::Memory(Vec::new()))?.target {
        Target::Memory(lines) => Ok(lines),
        _ => Ok(Vec::new()),
    }
}

fn read_files(arguments: &ImportArguments, target: Target) -> Result<Import<'_>, Failure> {
    let maps = arguments.map.iter().map(|text| read_map(text)).collect::<Result<Vec<_>, _>>()?;
    let definition = arguments.definition.as_deref().map(definitions::read_usable).transpose()?;
    let files: [(Kind, &[PathBuf]); 4] = [
        (Kind::Leads, &arguments.leads),
        (Kind::Events, &arguments.events),
        (Kind::Answers, &arguments.answers),
        (Kind::Spend, &arguments.spend),
    ];
    if files.iter().all(|(_, paths)| paths.is_empty()) {
        let help = "name files with `--leads`, `--events`, `--answers` or `--spend`";
        return Err(Failure::bad_input("there is nothing to import").help(help));
    }
    let rejects = arguments.rejects.as_deref().map(|path| Sink::open(path, arguments.force)).transpose()?;
    let meaning = definition.map(|definition| definition.meaning()).or_else(|| target.meaning());
    let mut import = Import {
        arguments,
        maps,
        meaning,
        target,
        recording: None,
        rejects: Rejects::new(rejects)?,
        total: Total::default(),
    };
    for (kind, paths) in files {
        files::open_each(paths, arguments.input_format.map(Format::from), |name, content| {
            import.file(kind, name, content)
        })?;
    }
    Ok(import)
}

/// Reads `COLUMN=NAME`.
fn read_map(text: &str) -> Result<(String, String), Failure> {
    let (column, name) = text.rsplit_once('=').ok_or_else(|| {
        Failure::bad_input(format!("`{}` says not what a column is (--map)", terminal::printable(text)))
            .help("write `--map 'Job Title=title'`")
    })?;
    Ok((column.trim().to_owned(), name.trim().to_owned()))
}

/// What became of all rows.
#[derive(Default)]
struct Total {
    rows: u64,
    accepted: u64,
    duplicate: u64,
    left_out: u64,
}

struct Import<'a> {
    arguments: &'a ImportArguments,
    maps: Vec<(String, String)>,
    meaning: Option<Arc<Meaning>>,
    target: Target,
    /// A group that is being recorded, with the name of its file.
    recording: Option<(String, Group)>,
    rejects: Rejects,
    total: Total,
}

/// Lines on their way, with the rows they were made of.
#[derive(Default)]
struct Group {
    lines: Vec<(u64, Vec<u8>)>,
    rows: Vec<u64>,
    bytes: usize,
}

impl Import<'_> {
    fn file(&mut self, kind: Kind, name: &str, content: files::Content) -> Result<(), Failure> {
        let (maps, meaning) = (self.maps.clone(), self.meaning.clone());
        let wishes = Wishes { maps: &maps, meaning: meaning.as_deref() };
        let mut waiting = self.by_lead(kind);
        let seen = if waiting.is_some() { None } else { Some(HashMap::new()) };
        let mut lines = Lines { kind, source: &self.arguments.source, event: None, seen };
        let mut columns: Option<Columns> = None;
        let mut group = Group::default();
        rows::read(name, content, &mut |row| {
            self.total.rows += 1;
            let row = match row {
                Ok(row) => row,
                Err(BadRow { number, reason, content }) => return self.rejects.add(name, number, &reason, &content),
            };
            let columns = match &mut columns {
                Some(columns) => columns,
                empty => {
                    let found = self.columns(kind, name, &row, &wishes)?;
                    lines.event = event_of_all(kind, &row, &found, self.arguments.event.as_deref());
                    empty.insert(found)
                }
            };
            match lines.make(&row, columns, &wishes) {
                Ok(Made::Line(line)) => match &mut waiting {
                    Some(waiting) => waiting.add(row.number, &line)?,
                    None => self.add(name, &mut group, (row.number, line.text))?,
                },
                Ok(Made::LeftOut) => self.total.left_out += 1,
                Err(reason) => self.rejects.add(name, row.number, &reason, &shown(&row))?,
            }
            Ok(())
        })?;
        if let Some(waiting) = waiting {
            let bar = files::rows_bar(waiting.len(), format!("recording {name}"));
            waiting.drain(|line| {
                bar.inc(1);
                self.add(name, &mut group, line)
            })?;
            bar.finish_and_clear();
        }
        self.take(name, group)?;
        self.settle()
    }

    /// Returns where lines wait for those of their lead, where the file's order does not matter and another is faster.
    fn by_lead(&self, kind: Kind) -> Option<ByLead> {
        match (&self.target, kind) {
            (Target::Store(target), Kind::Leads | Kind::Events) => Some(ByLead::beside(&target.path)),
            _ => None,
        }
    }

    /// Adds a line to a group, and hands over the group when it is full.
    fn add(&mut self, name: &str, group: &mut Group, (row, line): by_lead::Numbered) -> Result<(), Failure> {
        group.bytes += line.len();
        group.rows.push(row);
        group.lines.push((group.rows.len() as u64, line));
        let (rows, bytes) = match self.target {
            Target::Store(_) => (STORE_GROUP_ROWS, STORE_GROUP_BYTES),
            _ => (GROUP_ROWS, GROUP_BYTES),
        };
        if group.lines.len() >= rows || group.bytes >= bytes { self.take(name, std::mem::take(group)) } else { Ok(()) }
    }

    /// Decides what the columns are, and says so.
    fn columns(&self, kind: Kind, name: &str, row: &Row, wishes: &Wishes<'_>) -> Result<Columns, Failure> {
        let names: Vec<Arc<str>> = row.cells.iter().map(|(column, _)| column.clone()).collect();
        if let Some((column, _)) = self.maps.iter().find(|(column, _)| {
            // A column that is in none of the files is misspelt; one that is in another file is not.
            self.total.rows == 1 && self.is_only_file() && !names.iter().any(|name| **name == **column)
        }) {
            let near = bantam_lang::nearest::did_you_mean(column, names.iter().map(|name| &**name));
            let failure = Failure::bad_input(format!("{name}: there is no column `{column}` (--map)"));
            return Err(match near {
                Some(near) => failure.help(near),
                None => failure,
            });
        }
        let columns = Columns::new(kind, &names, wishes);
        if !matches!(self.target, Target::Memory(_)) {
            tell(kind, name, &names, &columns);
        }
        if let Some(part) = kind.needed().iter().find(|part| !columns.has(**part)) {
            let message = format!("{name}: no column tells the {} of {}", part.name(), kind.noun());
            return Err(Failure::bad_input(message).help(format!("say which it is: `--map 'COLUMN={}'`", part.name())));
        }
        Ok(columns)
    }

    fn is_only_file(&self) -> bool {
        let ImportArguments { leads, events, answers, spend, .. } = self.arguments;
        [leads, events, answers, spend].iter().map(|paths| paths.len()).sum::<usize>() == 1
    }

    /// Hands over a group, while the one before may still be recorded.
    fn take(&mut self, name: &str, group: Group) -> Result<(), Failure> {
        if group.lines.is_empty() {
            return Ok(());
        }
        let read = self.target.read(&group.lines);
        self.settle()?;
        match self.target.begin(&group.lines, read)? {
            Some(outcome) => self.count(name, &group, outcome),
            None => {
                self.recording = Some((name.to_owned(), group));
                Ok(())
            }
        }
    }

    /// Waits for the group that is being recorded.
    fn settle(&mut self) -> Result<(), Failure> {
        let Some((name, group)) = self.recording.take() else { return Ok(()) };
        let outcome = self.target.finish()?;
        self.count(&name, &group, outcome)
    }

    fn count(&mut self, name: &str, group: &Group, outcome: target::Outcome) -> Result<(), Failure> {
        self.total.accepted += outcome.accepted;
        self.total.duplicate += outcome.duplicate;
        for (place, reason) in outcome.rejected {
            let line = group.lines.get(place).map(|(_, line)| String::from_utf8_lossy(line).into_owned());
            let row = group.rows.get(place).copied().unwrap_or_default();
            self.rejects.add(name, row, &reason, &line.unwrap_or_default())?;
        }
        Ok(())
    }

    fn finish(self) -> Result<Done, Failure> {
        let Import { arguments, target, rejects, total, .. } = self;
        target.close()?;
        let rejected = rejects.finish(arguments)?;
        let rows = terminal::counted(total.rows, "row");
        let left_out = if total.left_out > 0 {
            format!(", {} left out as deleted", terminal::count(total.left_out))
        } else {
            String::new()
        };
        let said = if arguments.dry_run {
            format!("{rows}: {} would be sent", terminal::count(total.rows - rejected - total.left_out))
        } else {
            let [accepted, duplicate] = [total.accepted, total.duplicate].map(terminal::count);
            format!("{rows}: {accepted} new, {duplicate} there before")
        };
        terminal::say(&format!("{said}{left_out}, {} rejected", terminal::count(rejected)));
        Ok(if rejected > 0 { Done::WithRejects } else { Done::Well })
    }
}

/// Says what each column is taken for.
fn tell(kind: Kind, name: &str, names: &[Arc<str>], columns: &Columns) {
    let program = columns.program.map_or(String::new(), |program| format!(" of {program}"));
    terminal::say(&format!("{name}: each row is {}{program}", kind.noun()));
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0).min(40);
    for (column, own) in &columns.shown {
        let used = match own {
            Use::Part(part) => format!("the row's {}", part.name()),
            Use::Value(value, _) if **value == **column => "kept under its name".to_owned(),
            Use::Value(value, _) => format!("kept as `{}`", terminal::brief(value, 40)),
            Use::LeftOut => "left out".to_owned(),
        };
        terminal::say(&format!("  {:width$}  {used}", terminal::brief(column, 40)));
    }
}

fn shown(row: &Row) -> String {
    let cells = row.cells.iter().map(|(_, value)| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    cells.collect::<Vec<_>>().join(",")
}

/// Returns a cell that no spreadsheet takes for a formula.
fn harmless(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    format!("{}{cell}", if is_formula { "'" } else { "" })
}

/// Rejected rows: all in a file where one was asked for, the first few told.
struct Rejects {
    writer: Option<csv::Writer<Sink>>,
    count: u64,
}

impl Rejects {
    fn new(sink: Option<Sink>) -> Result<Rejects, Failure> {
        let mut writer = sink.map(csv::Writer::from_writer);
        if let Some(writer) = &mut writer {
            let header = ["file", "row", "reason", "content"];
            writer.write_record(header).map_err(|error| Failure::device(error.to_string()))?;
        }
        Ok(Rejects { writer, count: 0 })
    }

    fn add(&mut self, file: &str, row: u64, reason: &str, content: &str) -> Result<(), Failure> {
        self.count += 1;
        if self.count <= REJECTS_SHOWN {
            terminal::say(&format!("rejected: {file}, row {row}: {}", terminal::printable(reason)));
        }
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let record = [file, &row.to_string(), reason, content].map(harmless);
        writer.write_record(&record).map_err(|error| Failure::device(error.to_string()))
    }

    fn finish(self, arguments: &ImportArguments) -> Result<u64, Failure> {
        if let Some(writer) = self.writer {
            let mut sink = writer.into_inner().map_err(|error| Failure::device(error.to_string()))?;
            sink.flush().map_err(|error| Failure::output(&error))?;
            sink.finish()?;
        } else if self.count > REJECTS_SHOWN && arguments.rejects.is_none() {
            terminal::say("note: `--rejects FILE` keeps all rejected rows");
        }
        Ok(self.count)
    }
}
