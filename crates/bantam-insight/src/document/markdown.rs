//! Turns a document into Markdown.

use super::{Alignment, Cell, Document, Table, visible};
use std::fmt::Write as _;

pub(super) fn render(document: &Document) -> String {
    let mut page = format!("# {}\n", escape(&document.title));
    if !document.subtitle.is_empty() {
        page.push('\n');
    }
    for each in &document.subtitle {
        push(&mut page, format_args!("- **{}**: {}\n", escape(&each.name), escape(&each.value)));
    }
    for section in &document.sections {
        push(&mut page, format_args!("\n## {}\n\n{}\n", escape(&section.heading), escape(&section.meaning)));
        if let Some(finding) = &section.finding {
            push(&mut page, format_args!("\n**{}**\n", escape(finding.sentence())));
        }
        for table in &section.tables {
            render_table(&mut page, table);
        }
        if !section.notes.is_empty() {
            page.push('\n');
        }
        for note in &section.notes {
            push(&mut page, format_args!("- {}\n", escape(note)));
        }
    }
    page
}

fn render_table(page: &mut String, table: &Table) {
    push(page, format_args!("\n### {}\n\n", escape(&table.caption)));
    if table.rows.is_empty() {
        page.push_str("Nothing to show.\n");
        return;
    }
    let headings: Vec<String> = table.columns.iter().map(|column| escape(&column.heading())).collect();
    push(page, format_args!("| {} |\n|", headings.join(" | ")));
    for column in &table.columns {
        page.push_str(if column.alignment == Alignment::End { "---:|" } else { "---|" });
    }
    page.push('\n');
    for row in table.filled_rows() {
        let cells: Vec<String> = row.into_iter().map(told).collect();
        push(page, format_args!("| {} |\n", cells.join(" | ")));
    }
}

fn told(cell: &Cell) -> String {
    let told = cell.told();
    match (cell, told.detail) {
        (Cell::Text(_), _) => escape(&told.main),
        (_, Some(detail)) => format!("{} ({detail})", told.main),
        (_, None) => told.main,
    }
}

/// Returns a text that Markdown shows as it is: no emphasis, links, HTML, tables or mentions.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let shown = visible(text);
    for (place, c) in shown.char_indices() {
        let (before, rest) = shown.split_at_checked(place).unwrap_or_default();
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        let special = match c {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$' | '@' => true,
            '#' | '+' | '-' | '=' | '!' => before.trim_start().is_empty(),
            ')' => begins_a_list(before, after),
            '.' => begins_a_list(before, after) || begins_an_address(before),
            ':' => after.starts_with("//"),
            _ => false,
        };
        if special {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Returns whether a text that goes on with a point would become a link.
fn begins_an_address(before: &str) -> bool {
    let start = before.len().saturating_sub(3);
    before.get(start..).is_some_and(|end| end.eq_ignore_ascii_case("www"))
}

/// Returns whether a point or a bracket between the two would make a numbered list of them.
fn begins_a_list(before: &str, after: &str) -> bool {
    let number = before.trim_start();
    after.starts_with(' ') && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a text does not fail.
    let _ = page.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_shown_and_not_obeyed() {
        assert_eq!(escape("<b>|*x*_y_ [a](b) `c`"), "\\<b\\>\\|\\*x\\*\\_y\\_ \\[a\\](b) \\`c\\`");
        assert_eq!(escape("# heading\n- item"), "\\# heading - item");
        assert_eq!(escape("https://example.org, www.example.org"), "https\\://example.org, www\\.example.org");
        assert_eq!(escape("1. first"), "1\\. first");
        assert_eq!(escape("3.5 of 7-9"), "3.5 of 7-9");
    }
}
