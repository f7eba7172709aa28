//! Attributes and properties that the data does not hold, or not in a form that can be read.

use crate::input::RowKind;
use crate::survey::shown::{count_text, counted, quoted};
use crate::survey::{ColumnSurvey, Survey, places};
use bantam_lang::CheckedDefinition;
use bantam_lang::codes;
use bantam_lang::definition::Definition;
use bantam_lang::diagnostic::Diagnostic;
use bantam_lang::meaning::Type;

pub(super) fn columns(survey: &Survey, definition: &CheckedDefinition, found: &mut Vec<Diagnostic>) {
    let definition = definition.definition();
    let (lead_rows, event_rows) = survey.rows;
    if lead_rows > 0 {
        found.extend(survey.attributes.iter().filter_map(|column| told(definition, column)));
        found.extend(criteria(definition, survey));
    }
    if event_rows > 0 {
        found.extend(survey.properties.iter().filter_map(|column| told(definition, column)));
    }
}

fn told(definition: &Definition, column: &ColumnSurvey) -> Option<Diagnostic> {
    if !column.found {
        return not_found(definition, column);
    }
    if column.is_always_missing() {
        return Some(always_missing(definition, column));
    }
    (column.failed > 0).then(|| does_not_convert(definition, column))
}

fn not_found(definition: &Definition, column: &ColumnSurvey) -> Option<Diagnostic> {
    if !places::is_declared(definition, column.kind, &column.name) && definition.framework.is_some() {
        return None;
    }
    let place = places::column(definition, column.kind, &column.name);
    let message = format!("no {} file has a column {} for {}", column.kind.word(), quoted(&column.column), its(column));
    let (_, thing) = words(column.kind);
    let help = match &column.nearest {
        Some(nearest) => {
            let header = nearest.strip_prefix("properties.").unwrap_or(nearest);
            format!("did you mean the column {}? write it after `from`", quoted(header))
        }
        None => format!("name its column after `from`, or remove the {thing}"),
    };
    Some(Diagnostic::warning(codes::COLUMN_NOT_FOUND, place, message).label("not in the data").help(help))
}

/// The criteria that came with a framework have one place, so they are told together.
fn criteria(definition: &Definition, survey: &Survey) -> Option<Diagnostic> {
    let framework = definition.framework.as_ref()?;
    let absent: Vec<&ColumnSurvey> = survey
        .attributes
        .iter()
        .filter(|column| !column.found && !places::is_declared(definition, RowKind::Lead, &column.name))
        .collect();
    if absent.is_empty() {
        return None;
    }
    let names: Vec<String> = absent.iter().map(|column| quoted(&column.name)).collect();
    let message =
        format!("no lead file has a column for the criteria of {}: {}", quoted(&framework.value), names.join(", "));
    let nearest = absent.iter().find_map(|column| Some((&column.name, column.nearest.as_ref()?)));
    let help = match nearest {
        Some((name, nearest)) => format!("did you mean the column {} for `{name}`?", quoted(nearest)),
        None => "add the columns, or declare the criteria under `lead` with the column each comes `from`".into(),
    };
    Some(Diagnostic::warning(codes::COLUMN_NOT_FOUND, framework.span, message).label("not in the data").help(help))
}

fn always_missing(definition: &Definition, column: &ColumnSurvey) -> Diagnostic {
    let place = places::declaration(definition, column.kind, &column.name);
    let (row, thing) = words(column.kind);
    let default = match &column.default {
        Some(default) => format!(", so its default {} counts for each", quoted(default)),
        None => String::new(),
    };
    let message = format!("{} is always missing: none of {} has a value{default}", its(column), rows(column, row));
    let help = format!("check the column {} in the data, or remove the {thing}", quoted(&column.column));
    Diagnostic::warning(codes::ALWAYS_MISSING, place, message).label("never has a value").help(help)
}

fn rows(column: &ColumnSurvey, row: &str) -> String {
    counted(column.missing, &format!("{row} row"), &format!("{row} rows"))
}

fn does_not_convert(definition: &Definition, column: &ColumnSurvey) -> Diagnostic {
    let place = places::declaration(definition, column.kind, &column.name);
    let (wrong, help) = match column.value_type {
        Type::Number => ("no number", "write plain numbers such as `1200.5`"),
        Type::Boolean => ("neither true nor false", "write `true` or `false`"),
        Type::Time => ("no time", "write times such as `2026-06-20T09:30:00Z`"),
        Type::Text => ("no text", "write them as plain texts"),
    };
    let given = column.present + column.failed;
    let are = if column.failed == 1 { "is" } else { "are" };
    let mut message = format!(
        "{} of {} of {} {are} {wrong}",
        count_text(column.failed),
        counted(given, "value", "values"),
        its(column)
    );
    if let Some((value, at)) = &column.example {
        let line = at.line.map_or(String::new(), |line| format!(", line {line}"));
        let file = crate::survey::shown::escape(&at.file);
        message.push_str(&format!(", such as {} ({file}, row {}{line})", quoted(value), at.row));
    }
    let help = format!("{help}, or list what means no value under `missing`; until then such values count as missing");
    Diagnostic::warning(codes::DOES_NOT_CONVERT, place, message).label("cannot always be read").help(help)
}

fn its(column: &ColumnSurvey) -> String {
    match column.kind {
        RowKind::Lead => format!("`{}`", column.name),
        RowKind::Event => format!("`event.{}`", column.name),
    }
}

/// What a row and what an attribute of this kind are called.
fn words(kind: RowKind) -> (&'static str, &'static str) {
    match kind {
        RowKind::Lead => ("lead", "attribute"),
        RowKind::Event => ("event", "property"),
    }
}
