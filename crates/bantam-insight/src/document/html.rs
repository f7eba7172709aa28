//! Turns a document into one page that asks nobody for anything: style, charts and data are all in it.

use super::drawn::{charts, escape_data, file_name};
use super::{Alignment, Cell, Column, Document, Section, Table, visible};
use serde_json::{Value, json};
use std::fmt::Write as _;

const STYLE: &str = include_str!("../../assets/document.css");
/// How sections with figures look, here and in pages of others.
pub(super) const FIGURES: &str = include_str!("../../assets/figures.css");
/// The buttons beside tables.
const BEHAVIOUR: &str = include_str!("../../assets/document.js");
/// Draws the charts. Built from `assets/charts`; more than half a megabyte, so pages without charts go without it.
pub(super) const CHARTS: &str = include_str!("../../assets/charts.js");
/// Tables with charts and more rows than this are folded: the picture says it first.
const ROWS_BESIDE_A_CHART: usize = 12;
/// Tables with more rows than this are folded in any case.
const ROWS_OPEN: usize = 60;
/// Scripts and styles of the page itself, and nothing from anywhere.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                      img-src data:; base-uri 'none'; form-action 'none'";

pub(super) fn render(document: &Document) -> String {
    let title = escape(&document.title);
    let mut page = String::new();
    push(
        &mut page,
        format_args!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
             <title>{title}</title>\n<style>\n{STYLE}{FIGURES}</style>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#content\">Skip to the content</a>\n<header>\n<h1>{title}</h1>\n"
        ),
    );
    render_subtitle(&mut page, document);
    page.push_str("</header>\n<div class=\"layout\">\n");
    render_contents(&mut page, document);
    page.push_str("<main id=\"content\" tabindex=\"-1\">\n");
    for (number, section) in document.sections.iter().enumerate() {
        render_section(&mut page, number, section, &Around::default());
    }
    page.push_str("</main>\n</div>\n");
    render_scripts(&mut page, document);
    page.push_str("</body>\n</html>\n");
    page
}

fn render_subtitle(page: &mut String, document: &Document) {
    if document.subtitle.is_empty() {
        return;
    }
    page.push_str("<dl class=\"about\">\n");
    for each in &document.subtitle {
        push(
            page,
            format_args!("<div><dt>{}</dt><dd><bdi>{}</bdi></dd></div>\n", escape(&each.name), escape(&each.value)),
        );
    }
    page.push_str("</dl>\n");
}

fn render_contents(page: &mut String, document: &Document) {
    page.push_str("<nav aria-labelledby=\"contents\">\n<h2 id=\"contents\">Contents</h2>\n<ol>\n");
    for (number, section) in document.sections.iter().enumerate() {
        let id = section_id(number, section);
        push(page, format_args!("<li><a href=\"#{id}\">{}</a></li>\n", escape(&section.heading)));
    }
    page.push_str("</ol>\n</nav>\n");
}

/// Returns an id that no other section has, whatever ids the document has, and that needs no escaping in a link.
fn section_id(number: usize, section: &Section) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let kept: String = section.id.chars().filter(|&c| plain(c)).take(60).collect();
    format!("s{}-{kept}", number + 1)
}

/// What the page around a section gives.
#[derive(Default)]
pub(super) struct Around<'a> {
    /// The id of the element that is the section's heading already.
    pub(super) heading: Option<&'a str>,
    /// Where the CSV of a table is, by the table's id.
    pub(super) csv: Option<&'a dyn Fn(&str) -> String>,
}

pub(super) fn render_section(page: &mut String, number: usize, section: &Section, around: &Around<'_>) {
    let id = section_id(number, section);
    match around.heading {
        Some(heading) => push(page, format_args!("<section id=\"{id}\" aria-labelledby=\"{}\">\n", escape(heading))),
        None => push(
            page,
            format_args!(
                "<section id=\"{id}\" aria-labelledby=\"{id}-h\">\n<h2 id=\"{id}-h\">{}</h2>\n",
                escape(&section.heading)
            ),
        ),
    }
    push(page, format_args!("<p class=\"meaning\">{}</p>\n", escape(&section.meaning)));
    if let Some(finding) = &section.finding {
        push(page, format_args!("<p class=\"finding\">{}</p>\n", escape(finding.sentence())));
    }
    for (place, table) in section.tables.iter().enumerate() {
        render_figures(page, &format!("{id}-t{}", place + 1), table, around);
    }
    if !section.notes.is_empty() {
        page.push_str("<div class=\"notes\">\n<h3>Left out, and why</h3>\n<ul>\n");
        for note in &section.notes {
            push(page, format_args!("<li>{}</li>\n", escape(note)));
        }
        page.push_str("</ul>\n</div>\n");
    }
    page.push_str("</section>\n");
}

/// Writes the charts of a table, then the table itself.
fn render_figures(page: &mut String, id: &str, table: &Table, around: &Around<'_>) {
    push(page, format_args!("<div class=\"figures\" data-table=\"{id}\">\n"));
    for (place, chart) in table.charts.iter().enumerate() {
        push(
            page,
            format_args!(
                "<figure class=\"chart {}\" data-chart=\"{place}\" hidden>\n<figcaption><h3>{}</h3><p>{}</p></figcaption>\n\
                 <div class=\"plot\"></div>\n</figure>\n",
                chart.kind.name(),
                escape(&chart.title),
                escape(&chart.subtitle)
            ),
        );
    }
    let rows = table.rows.len();
    let folded = rows > ROWS_OPEN || (!table.charts.is_empty() && rows > ROWS_BESIDE_A_CHART);
    if folded {
        let caption = escape(&table.caption);
        push(page, format_args!("<details>\n<summary>{caption}: all {rows} rows</summary>\n"));
    }
    render_table(page, id, table);
    if folded {
        page.push_str("</details>\n");
    }
    if let Some(csv) = around.csv {
        let (path, caption) = (escape(&csv(&table.id)), escape(&table.caption));
        push(
            page,
            format_args!(
                "<p class=\"tools\"><a href=\"{path}\" download aria-label=\"{caption}, as CSV\">CSV</a></p>\n"
            ),
        );
    }
    page.push_str("</div>\n");
}

fn render_table(page: &mut String, id: &str, table: &Table) {
    let caption = escape(&table.caption);
    // What scrolls can be reached by keyboard, and says what it is.
    push(
        page,
        format_args!(
            "<div class=\"scroll\" role=\"region\" aria-labelledby=\"{id}\" tabindex=\"0\">\n<table>\n\
             <caption id=\"{id}\">{caption}</caption>\n<thead>\n<tr>"
        ),
    );
    for column in &table.columns {
        push(page, format_args!("<th scope=\"col\"{}>{}</th>", class(column), escape(&column.heading())));
    }
    page.push_str("</tr>\n</thead>\n<tbody>\n");
    for row in table.filled_rows() {
        page.push_str("<tr>");
        for (place, (cell, column)) in row.into_iter().zip(&table.columns).enumerate() {
            render_cell(page, place, cell, column);
        }
        page.push_str("</tr>\n");
    }
    if table.rows.is_empty() {
        push(page, format_args!("<tr><td colspan=\"{}\">Nothing to show.</td></tr>\n", table.columns.len().max(1)));
    }
    page.push_str("</tbody>\n</table>\n</div>\n");
}

fn render_cell(page: &mut String, place: usize, cell: &Cell, column: &Column) {
    let told = cell.told();
    let (open, close) = if place == 0 { ("th scope=\"row\"", "th") } else { ("td", "td") };
    let main = match cell {
        // The direction of a text is its own, and ends with it.
        Cell::Text(_) => format!("<bdi>{}</bdi>", escape(&told.main)),
        Cell::None => "<span class=\"none\">none</span>".to_owned(),
        _ => escape(&told.main),
    };
    push(page, format_args!("<{open}{}>{main}", class(column)));
    if let Some(detail) = told.detail {
        // Lines break between its parts alone: "4 to 9 %," and "12 of 205".
        let parts: Vec<String> =
            detail.split_inclusive(", ").map(|part| format!("<span>{}</span>", escape(part.trim_end()))).collect();
        push(page, format_args!(" <span class=\"detail\">{}</span>", parts.join(" ")));
    }
    push(page, format_args!("</{close}>"));
}

fn class(column: &Column) -> &'static str {
    if column.alignment == Alignment::End { " class=\"figure\"" } else { "" }
}

fn render_scripts(page: &mut String, document: &Document) {
    render_data(
        page,
        document,
        |table| json!({"name": file_name(&table.id), "csv": table.to_csv(), "charts": charts(table)}),
    );
    push(page, format_args!("<script>\n{BEHAVIOUR}</script>\n"));
    if document.has_charts() {
        push(page, format_args!("<script>\n{CHARTS}</script>\n"));
    }
}

/// Returns a text that HTML shows as it is, in an element or an attribute in quotes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Writes what scripts need of each table. No browser executes it.
pub(super) fn render_data(page: &mut String, document: &Document, of: impl Fn(&Table) -> Value) {
    let mut tables = serde_json::Map::new();
    for (number, section) in document.sections.iter().enumerate() {
        let id = section_id(number, section);
        for (place, table) in section.tables.iter().enumerate() {
            tables.insert(format!("{id}-t{}", place + 1), of(table));
        }
    }
    let data = escape_data(&Value::Object(tables).to_string());
    push(page, format_args!("<script type=\"application/json\" id=\"data\">{data}</script>\n"));
}

fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a text does not fail.
    let _ = page.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_leave_their_element() {
        assert_eq!(escape("<a href='x'>\"&"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;");
    }
}
