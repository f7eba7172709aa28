//! What the columns of a file are: as far as it is recognised, and as it is said.

use crate::problem::Problem;
use crate::table::{BadFile, Columns, Kind, Part, Row, Use, Wishes, parts_of, read_csv};
use bantam_core::Rules;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many rows are shown.
const SHOWN: usize = 4;
/// How much of a cell is shown, in characters.
const CELL_MAX: usize = 60;
/// How many columns a file may have: each is a field of a form.
const COLUMNS_MAX: usize = 300;
/// What a column is called that is left out.
pub(super) const LEFT_OUT: &str = "-";

/// What a file looks like.
pub(super) struct Look {
    pub(super) rows: u64,
    pub(super) bad: u64,
    /// The program that such files come from.
    pub(super) program: Option<&'static str>,
    pub(super) columns: Vec<Column>,
    /// Whether a column tells the event.
    pub(super) has_event: bool,
}

/// A column with what it is.
pub(super) struct Column {
    pub(super) field: String,
    pub(super) name: String,
    pub(super) cells: Vec<String>,
    pub(super) uses: Vec<Choice>,
}

/// Something that a column can be.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) says: String,
    pub(super) is_chosen: bool,
}

impl From<BadFile> for Problem {
    fn from(BadFile { problem, help }: BadFile) -> Self {
        let help = help.map(|help| format!("; {help}")).unwrap_or_default();
        Problem::bad_request("invalid_value", format!("{problem}{help}")).at("file")
    }
}

/// Looks at a file. `chosen` is what was said of its columns, by their fields.
pub(super) fn look(
    kind: Kind,
    bytes: &[u8],
    rules: Option<&Rules>,
    chosen: &BTreeMap<String, String>,
) -> Result<Look, Problem> {
    let (mut rows, mut bad, mut first): (u64, u64, Vec<Row>) = (0, 0, Vec::new());
    read_csv::<Problem>(bytes, &mut |row| {
        match row {
            Ok(row) if first.len() < SHOWN => first.push(row),
            Ok(_) => {}
            Err(_) => bad += 1,
        }
        rows += 1;
        Ok(())
    })?;
    let Some(row) = first.first() else {
        let message = "no row can be read below the names of columns";
        return Err(Problem::bad_request("invalid_value", message).at("file"));
    };
    let names: Vec<Arc<str>> = row.cells.iter().map(|(name, _)| name.clone()).collect();
    if names.len() > COLUMNS_MAX {
        let message = format!("the file has {} columns; here it may have {COLUMNS_MAX}", names.len());
        return Err(Problem::bad_request("invalid_value", message).at("file"));
    }
    let maps = maps(&names, chosen);
    let meaning = rules.map(|rules| &*rules.meaning);
    let found = Columns::new(kind, &names, &Wishes { maps: &maps, meaning });
    let attributes = match (kind, meaning) {
        (Kind::Leads, Some(meaning)) => meaning.lead.attributes.as_slice(),
        (Kind::Events, Some(meaning)) => meaning.event.properties.as_slice(),
        _ => &[],
    };
    let attributes: Vec<&str> = attributes.iter().map(|attribute| attribute.column.as_str()).collect();
    let column = |(place, (name, own)): (usize, &(Arc<str>, Use))| Column {
        field: field(place),
        name: name.to_string(),
        cells: first.iter().filter_map(|row| row.cells.get(place)).map(|(_, value)| shown(value)).collect(),
        uses: uses(kind, name, own, &attributes),
    };
    Ok(Look {
        rows,
        bad,
        program: found.program,
        columns: found.shown.iter().enumerate().map(column).collect(),
        has_event: found.has(Part::Name),
    })
}

/// Returns the field of a form that says what a column is.
fn field(place: usize) -> String {
    format!("column{place}")
}

/// Returns what was said of columns, by their names.
pub(super) fn maps(names: &[Arc<str>], chosen: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let said = names.iter().enumerate().filter_map(|(place, name)| Some((name, chosen.get(&field(place))?)));
    said.map(|(name, wish)| (name.to_string(), if wish == LEFT_OUT { String::new() } else { wish.clone() })).collect()
}

fn uses(kind: Kind, name: &str, own: &Use, attributes: &[&str]) -> Vec<Choice> {
    let chosen = match own {
        Use::Part(part) => part.name().to_owned(),
        Use::Value(value, _) => value.clone(),
        Use::LeftOut => LEFT_OUT.to_owned(),
    };
    let mut found: Vec<Choice> = Vec::new();
    let mut add = |value: &str, says: String| {
        if !found.iter().any(|other| other.value == value) {
            found.push(Choice { is_chosen: value == chosen, value: value.to_owned(), says });
        }
    };
    for part in parts_of(kind) {
        let says = if part == Part::Lead { "the id of the lead".into() } else { format!("the {}", part.name()) };
        add(part.name(), says);
    }
    for attribute in attributes {
        add(attribute, format!("{attribute}, of the definition"));
    }
    // Answers and spend have no attributes, so whatever is no part of them says nothing.
    if matches!(kind, Kind::Leads | Kind::Events) {
        add(name, format!("kept as {name}"));
        if let Use::Value(value, _) = own {
            add(value, format!("kept as {value}"));
        }
    } else if let Use::Value(value, _) = own {
        add(value, "nothing".to_owned());
    }
    add(LEFT_OUT, "left out".to_owned());
    found
}

fn shown(value: &serde_json::Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let cut: String = text.chars().take(CELL_MAX).collect();
    if cut.len() < text.len() { format!("{cut}\u{2026}") } else { cut }
}
