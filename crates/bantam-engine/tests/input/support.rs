//! One definition's shape, and a way to see a dataset as text.

use bantam_engine::input::{Dataset, Format, Input, InputError, Rejected, RowKind};
use bantam_lang::convert::parse_time;
use bantam_lang::meaning::{Attribute, Meaning, Type, Value};
use std::fmt::Write;

pub(crate) fn attribute(name: &str, kind: Type) -> Attribute {
    Attribute { name: name.into(), kind, column: name.into(), missing: vec![], default: None }
}

/// Leads with a title, employees, a consent and a creation time; events with a path, a price and the nested plan.
pub(crate) fn meaning() -> Meaning {
    let mut meaning = Meaning { missing: vec!["N/A".into(), "-".into()], ..Meaning::default() };
    meaning.lead.attributes = vec![
        attribute("title", Type::Text),
        Attribute { missing: vec!["0".into()], ..attribute("employees", Type::Number) },
        attribute("consent", Type::Boolean),
        attribute("created", Type::Time),
    ];
    meaning.event.properties = vec![
        attribute("path", Type::Text),
        attribute("price", Type::Number),
        Attribute { column: "account.plan".into(), ..attribute("plan", Type::Text) },
    ];
    meaning
}

pub(crate) const AS_OF: &str = "2026-06-30";

pub(crate) struct File<'a>(pub(crate) RowKind, pub(crate) Format, pub(crate) &'a [u8]);

pub(crate) fn leads(csv: &str) -> File<'_> {
    File(RowKind::Lead, Format::Csv, csv.as_bytes())
}

pub(crate) fn events(csv: &str) -> File<'_> {
    File(RowKind::Event, Format::Csv, csv.as_bytes())
}

pub(crate) fn lead_lines(json: &str) -> File<'_> {
    File(RowKind::Lead, Format::Ndjson, json.as_bytes())
}

pub(crate) fn event_lines(json: &str) -> File<'_> {
    File(RowKind::Event, Format::Ndjson, json.as_bytes())
}

pub(crate) fn load(meaning: &Meaning, files: &[File<'_>]) -> (Result<Dataset, InputError>, Vec<Rejected>) {
    let mut rejected = Vec::new();
    let mut input = Input::new(meaning, |row| rejected.push(row));
    let mut read = Ok(());
    for (number, File(kind, format, bytes)) in files.iter().enumerate() {
        let name = format!("{}{}.{}", kind.word(), number + 1, format.word());
        let progress = &|_| {};
        read = match format {
            Format::Csv => input.read_csv(*kind, &name, *bytes, progress),
            Format::Ndjson => input.read_ndjson(*kind, &name, *bytes, progress),
            Format::Parquet => input.read_parquet(*kind, &name, bytes::Bytes::copy_from_slice(bytes), progress),
        };
        if read.is_err() {
            break;
        }
    }
    let dataset = match read {
        Ok(()) => input.finish(parse_time(AS_OF).unwrap()),
        Err(error) => {
            drop(input);
            Err(error)
        }
    };
    (dataset, rejected)
}

/// Reads files and shows the leads and events that count, then the rejected rows, one a line.
pub(crate) fn show(files: &[File<'_>]) -> String {
    show_with(&meaning(), files)
}

pub(crate) fn show_with(meaning: &Meaning, files: &[File<'_>]) -> String {
    let (dataset, rejected) = load(meaning, files);
    let mut text = match dataset {
        Ok(dataset) => show_dataset(&dataset),
        Err(error) => show_error(&error),
    };
    for row in rejected {
        let line = row.place.line.map_or(String::new(), |line| format!(" line {line}"));
        writeln!(text, "rejected {} row {}{line}: {}", row.kind.word(), row.place.row, row.reason).unwrap();
    }
    text
}

pub(crate) fn show_error(error: &InputError) -> String {
    match error {
        InputError::Header { help: Some(help), .. } => format!("error: {error}\nhelp: {help}\n"),
        error => format!("error: {error}\n"),
    }
}

pub(crate) fn show_dataset(dataset: &Dataset) -> String {
    let mut text = String::new();
    for timeline in dataset.timelines() {
        let code = dataset.leads.ids.code(&timeline.lead_id).unwrap() as usize;
        let counts = if dataset.leads.has_row[code] { "lead" } else { "no row" };
        let row: Vec<String> = dataset.leads.attributes.iter().map(|column| show_cell(column, code)).collect();
        writeln!(text, "{counts} {}: {}", timeline.lead_id, row.join(", ")).unwrap();
    }
    for row in 0..dataset.events.len() {
        let lead = dataset.leads.ids.get(dataset.events.lead[row]).unwrap();
        let cells: Vec<String> = dataset.events.properties.iter().map(|column| show_cell(column, row)).collect();
        let (name, time) = (dataset.events.name.get(row).unwrap(), show_time(dataset.events.time[row]));
        writeln!(text, "event {lead} {name} {time}: {}", cells.join(", ")).unwrap();
    }
    text
}

pub(crate) fn show_time(micros: i64) -> String {
    let second = micros.div_euclid(1_000_000);
    let (day, clock) = (second.div_euclid(86_400), second.rem_euclid(86_400));
    let date = if (20_000..30_000).contains(&day) { format!("d{day}") } else { day.to_string() };
    let micros = micros.rem_euclid(1_000_000);
    format!("{date}+{clock}{}", if micros == 0 { String::new() } else { format!(".{micros:06}") })
}

pub(crate) fn show_cell(column: &bantam_engine::columns::Column, row: usize) -> String {
    use bantam_engine::columns::Column;
    match column {
        Column::Text(column) => column.get(row).map_or("·".into(), |text| format!("{text:?}")),
        Column::Number(values) if values[row].is_nan() => "·".into(),
        Column::Number(values) => values[row].to_string(),
        Column::Boolean(values) => values[row].known().map_or("·".into(), |truth| truth.to_string()),
        Column::Time(values) if values[row] == i64::MIN => "·".into(),
        Column::Time(values) => show_time(values[row]),
    }
}

pub(crate) fn show_value(value: &Option<Value>) -> String {
    match value {
        None => "·".into(),
        Some(Value::Text(text)) => format!("{text:?}"),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Boolean(truth)) => truth.to_string(),
        Some(Value::Time(time)) => show_time(*time),
    }
}

pub(crate) fn check(files: &[File<'_>], expected: &str) {
    assert_eq!(show(files).trim(), dedent(expected).trim());
}

/// Takes the white space of the first line from the front of all.
pub(crate) fn dedent(text: &str) -> String {
    let text = text.trim_start_matches('\n');
    let indent = text.len() - text.trim_start().len();
    text.lines().map(|line| line.get(indent..).unwrap_or(line.trim_start())).collect::<Vec<_>>().join("\n")
}
