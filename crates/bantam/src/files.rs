//! Opens files of leads and events: formats by extension, compressed ones, folders, standard input, with a progress bar.

use crate::cli::DataArguments;
use crate::failure::Failure;
use crate::terminal;
use bantam_engine::batch::BatchOptions;
use bantam_engine::input::{Dataset, Format, Input, InputError, InputReport, Rejected, RowKind};
use bantam_engine::stream::{Scored, StreamOptions};
use bantam_lang::CheckedDefinition;
use bantam_lang::meaning::Meaning;
use flate2::read::MultiGzDecoder;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

/// A file to read.
#[derive(Clone, Debug)]
struct InputFile {
    /// `None` is standard input.
    path: Option<PathBuf>,
    format: Format,
    packing: Packing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    Plain,
    Gzip,
    Zstd,
}

/// What a command was told to read.
pub(crate) struct Request<'a> {
    pub(crate) leads: &'a [PathBuf],
    pub(crate) events: &'a [PathBuf],
    /// The format of standard input, and of files whose extension does not tell.
    pub(crate) input_format: Option<Format>,
}

impl<'a> From<&'a DataArguments> for Request<'a> {
    fn from(arguments: &'a DataArguments) -> Self {
        let input_format = arguments.input_format.map(Format::from);
        Request { leads: &arguments.leads, events: &arguments.events, input_format }
    }
}

/// Reads all that was asked for; rejected rows go to `rejects`.
pub(crate) fn read(
    request: &Request<'_>,
    meaning: &Meaning,
    as_of: i64,
    rejects: impl FnMut(Rejected) + Send,
) -> Result<Dataset, Failure> {
    let files = Files::of(request)?;
    let mut input = Input::new(meaning, rejects);
    for (kind, file) in files.leads.iter().map(|file| (RowKind::Lead, file)).chain(files.events()) {
        files.read(file, |source| input_file(&mut input, kind, source))?;
    }
    files.bar.set_message("sorting");
    let data = input.finish(as_of)?;
    files.bar.finish_and_clear();
    Ok(data)
}

/// Reads all that was asked for and scores it on the way; rejected rows go to `rejects`.
pub(crate) fn score<'m>(
    request: &Request<'_>,
    definition: &'m CheckedDefinition,
    as_of: i64,
    options: BatchOptions,
    rejects: impl FnMut(Rejected) + Send,
) -> Result<Scored<'m>, Failure> {
    let files = Files::of(request)?;
    let mut input = Input::for_scores(definition, rejects);
    for file in &files.leads {
        files.read(file, |source| input_file(&mut input, RowKind::Lead, source))?;
    }
    let options = StreamOptions { batch: options, one_file: files.events.len() == 1 };
    let mut scoring = input.score(definition, as_of, options)?;
    for file in &files.events {
        files.read(file, |source| match source {
            Source::Csv(name, text, progress) => scoring.read_csv(name, text, progress),
            Source::Ndjson(name, text, progress) => scoring.read_ndjson(name, text, progress),
            Source::Parquet(name, file, progress) => scoring.read_parquet(name, file, progress),
        })?;
    }
    files.bar.set_message("scoring");
    let scored = scoring.finish()?;
    files.bar.finish_and_clear();
    Ok(scored)
}

fn input_file(input: &mut Input<'_>, kind: RowKind, source: Source<'_>) -> Result<(), InputError> {
    match source {
        Source::Csv(name, text, progress) => input.read_csv(kind, name, text, progress),
        Source::Ndjson(name, text, progress) => input.read_ndjson(kind, name, text, progress),
        Source::Parquet(name, file, progress) => input.read_parquet(kind, name, file, progress),
    }
}

/// What is in a file, for readers of rows.
pub(crate) enum Content {
    /// Lines or records of text, unpacked on the way.
    Text(Format, Box<dyn Read + Send>),
    /// A Parquet file.
    Parquet(File),
}

/// Opens files one after the other for a reader of rows, which is told their names.
pub(crate) fn open_each(
    paths: &[PathBuf],
    input_format: Option<Format>,
    mut reader: impl FnMut(&str, Content) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let files = expand(paths, input_format)?;
    let bar = progress_bar(files.iter().map(InputFile::size).sum());
    for file in &files {
        let name = file.name();
        bar.set_message(format!("importing {name}"));
        let content = match file.format {
            Format::Parquet => Content::Parquet(file.seekable()?),
            format => Content::Text(format, file.text(&bar)?),
        };
        reader(&name, content)?;
    }
    bar.finish_and_clear();
    Ok(())
}

/// All files of a request, with the progress bar for them.
struct Files {
    leads: Vec<InputFile>,
    events: Vec<InputFile>,
    bar: ProgressBar,
}

/// A file that has been opened: its name, its bytes, and whom to tell how many have been read.
enum Source<'s> {
    Csv(&'s str, Box<dyn Read + Send>, &'s (dyn Fn(u64) + Sync)),
    Ndjson(&'s str, Box<dyn Read + Send>, &'s (dyn Fn(u64) + Sync)),
    Parquet(&'s str, File, &'s (dyn Fn(u64) + Sync)),
}

impl Files {
    fn of(request: &Request<'_>) -> Result<Files, Failure> {
        if request.leads.is_empty() && request.events.is_empty() {
            return Err(Failure::bad_input("there is nothing to read")
                .help("name files with `--leads FILE` and `--events FILE`"));
        }
        let stdin_count = request.leads.iter().chain(request.events).filter(|path| is_stdin(path)).count();
        if stdin_count > 1 {
            return Err(Failure::bad_input("standard input `-` can be read once only").help("give the other as a file"));
        }
        let leads = expand(request.leads, request.input_format)?;
        let events = expand(request.events, request.input_format)?;
        let bar = progress_bar(leads.iter().chain(&events).map(InputFile::size).sum());
        Ok(Files { leads, events, bar })
    }

    fn events(&self) -> impl Iterator<Item = (RowKind, &InputFile)> {
        self.events.iter().map(|file| (RowKind::Event, file))
    }

    /// Opens a file for a reader.
    fn read(&self, file: &InputFile, reader: impl FnOnce(Source<'_>) -> Result<(), InputError>) -> Result<(), Failure> {
        let name = file.name();
        self.bar.set_message(format!("reading {name}"));
        // Bytes of a packed file are counted as they come, before they are unpacked.
        let counted = |_: u64| {};
        let told = |bytes: u64| self.bar.inc(bytes);
        let source = match file.format {
            Format::Csv => Source::Csv(&name, file.text(&self.bar)?, &counted),
            Format::Ndjson => Source::Ndjson(&name, file.text(&self.bar)?, &counted),
            Format::Parquet => Source::Parquet(&name, file.seekable()?, &told),
        };
        Ok(reader(source)?)
    }
}

fn progress_bar(total: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta} {msg}") {
        bar.set_style(style);
    }
    if !terminal::is_attended() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    bar
}

/// Returns a bar for rows whose number is known.
pub(crate) fn rows_bar(total: u64, message: String) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} {per_sec} {eta} {msg}") {
        bar.set_style(style);
    }
    if !terminal::is_attended() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    bar.set_message(message);
    bar
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// Turns paths into files: folders into the files in them, by name.
fn expand(paths: &[PathBuf], format: Option<Format>) -> Result<Vec<InputFile>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if is_stdin(path) {
            let Some(format) = format else {
                return Err(Failure::bad_input("the format of standard input is not known")
                    .help("say `--input-format csv`, `ndjson` or `parquet`"));
            };
            files.push(InputFile { path: None, format, packing: Packing::Plain });
        } else if path.is_dir() {
            files.extend(folder_files(path)?);
        } else {
            let (named, packing) = by_extension(path);
            let Some(format) = format.or(named) else {
                let message = format!("{} is of no known format", path.display());
                let help = "name it `.csv`, `.ndjson`, `.jsonl` or `.parquet` (text also `.gz` or `.zst`), or say `--input-format`";
                return Err(Failure::bad_input(message).help(help));
            };
            if format == Format::Parquet && packing != Packing::Plain {
                return Err(Failure::bad_input(format!("{}: Parquet is compressed inside", path.display()))
                    .help("unpack the file first"));
            }
            files.push(InputFile { path: Some(path.clone()), format, packing });
        }
    }
    Ok(files)
}

/// Files of a folder that are of a known format, by name. Links that lead out of the folder are left alone.
fn folder_files(folder: &Path) -> Result<Vec<InputFile>, Failure> {
    let fail = |error: &io::Error| Failure::file(folder, "read", error);
    let home = folder.canonicalize().map_err(|error| fail(&error))?;
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| fail(&error))? {
        let path = entry.map_err(|error| fail(&error))?.path();
        let inside = path.canonicalize().is_ok_and(|real| real.starts_with(&home));
        let (format, packing) = by_extension(&path);
        if let (true, true, Some(format)) = (path.is_file(), inside, format) {
            files.push(InputFile { path: Some(path), format, packing });
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    if files.is_empty() {
        let message = format!("the folder {} holds no file of a known format", folder.display());
        return Err(Failure::bad_input(message)
            .help("known are `.csv`, `.ndjson`, `.jsonl`, `.parquet`, and the text ones with `.gz` or `.zst`"));
    }
    Ok(files)
}

fn by_extension(path: &Path) -> (Option<Format>, Packing) {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let (name, packing) = match (name.strip_suffix(".gz"), name.strip_suffix(".zst")) {
        (Some(inner), _) => (inner.to_owned(), Packing::Gzip),
        (_, Some(inner)) => (inner.to_owned(), Packing::Zstd),
        _ => (name, Packing::Plain),
    };
    let format = match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("csv") => Some(Format::Csv),
        Some("ndjson" | "jsonl") => Some(Format::Ndjson),
        Some("parquet") => Some(Format::Parquet),
        _ => None,
    };
    (format, packing)
}

/// Returns the format that an output file's name asks for.
pub(crate) fn output_format(path: &Path) -> Option<Format> {
    match by_extension(path) {
        (format, Packing::Plain) => format,
        _ => None,
    }
}

impl InputFile {
    fn name(&self) -> String {
        self.path
            .as_ref()
            .map_or_else(|| "standard input".to_owned(), |path| terminal::printable(&path.display().to_string()))
    }

    fn size(&self) -> u64 {
        self.path.as_ref().and_then(|path| fs::metadata(path).ok()).map_or(0, |metadata| metadata.len())
    }

    /// Opens a text file, unpacked on the way.
    fn text(&self, bar: &ProgressBar) -> Result<Box<dyn Read + Send>, Failure> {
        let Some(path) = &self.path else { return Ok(Box::new(io::stdin())) };
        let file = File::open(path).map_err(|error| Failure::file(path, "read", &error))?;
        let counted = bar.wrap_read(file);
        Ok(match self.packing {
            Packing::Plain => Box::new(counted),
            Packing::Gzip => Box::new(Unpacked(MultiGzDecoder::new(counted))),
            Packing::Zstd => {
                let decoder = zstd::Decoder::new(counted).map_err(|error| Failure::file(path, "unpack", &error))?;
                Box::new(Unpacked(decoder))
            }
        })
    }

    /// Opens a Parquet file, which is read from its end: standard input is put into a temporary file first.
    fn seekable(&self) -> Result<File, Failure> {
        match &self.path {
            Some(path) => File::open(path).map_err(|error| Failure::file(path, "read", &error)),
            None => {
                let fail = |error: &io::Error| Failure::file(Path::new("standard input"), "read", error);
                let mut file = tempfile::tempfile().map_err(|error| fail(&error))?;
                io::copy(&mut io::stdin(), &mut file).map_err(|error| fail(&error))?;
                file.rewind().map_err(|error| fail(&error))?;
                Ok(file)
            }
        }
    }
}

/// Unpacked text. What a decoder complains about is the file's content, not the disk it came from.
struct Unpacked<R>(R);

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::Other | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
                io::Error::new(io::ErrorKind::InvalidData, format!("it is damaged or not complete ({error})"))
            }
            _ => error,
        })
    }
}

/// Tells on standard error what reading found: conversions, repeats, odd properties, columns that look misspelt.
pub(crate) fn tell(report: &InputReport) {
    for column in report.columns.iter().filter(|column| column.failed > 0) {
        let example = column.example.as_ref().map_or(String::new(), |(value, place)| {
            format!(", for example `{}` ({place})", terminal::brief(value, 40))
        });
        let values = terminal::counted(column.failed, "value");
        terminal::say(&format!(
            "note: column `{}`: {values} cannot be read and count as missing{example}",
            column.column
        ));
    }
    if report.bad_properties > 0 {
        let cells = terminal::counted(report.bad_properties, "cell");
        terminal::say(&format!("note: column `properties`: {cells} hold no JSON object"));
    }
    if report.conflicting_repeats > 0 {
        let repeats = terminal::counted(report.conflicting_repeats, "event");
        let ids: Vec<String> =
            report.conflicting_ids.iter().take(3).map(|id| format!("`{}`", terminal::brief(id, 40))).collect();
        terminal::say(&format!(
            "note: {repeats} repeat the id of another event and differ from it ({}); the earliest counts",
            ids.join(", ")
        ));
    }
    for column in &report.unused {
        if let Some(nearest) = &column.nearest {
            let name = terminal::brief(&column.column, 40);
            terminal::say(&format!("note: column `{name}` is not used; was it meant to be `{nearest}`?"));
        }
    }
}
