//! Turns a document into text for a terminal, without colour.

use super::{Alignment, Cell, Document, Section, Table, visible};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// Narrower than this nothing can be read; what does not fit is wrapped by the terminal.
const WIDTH_MIN: usize = 40;
/// Rows of a table that are shown: about a screen. The other renderings have all.
const ROWS_MAX: usize = 50;
/// Texts are not cut shorter than this to make a table fit; rather each row becomes a paragraph.
const TEXT_MIN: usize = 16;
/// Blanks between columns.
const GAP: usize = 2;

pub(super) fn render(document: &Document, width: usize) -> String {
    let width = width.max(WIDTH_MIN);
    let mut page = Page { text: String::new(), width };
    page.heading(&document.title, '=');
    for each in &document.subtitle {
        page.wrapped("", &format!("{}: {}", visible(&each.name), visible(&each.value)));
    }
    for section in &document.sections {
        render_section(&mut page, section);
    }
    page.text
}

fn render_section(page: &mut Page, section: &Section) {
    page.line("");
    page.heading(&section.heading, '-');
    page.wrapped("", &visible(&section.meaning));
    if let Some(finding) = &section.finding {
        page.line("");
        page.wrapped("=> ", &visible(finding.sentence()));
    }
    for table in &section.tables {
        page.line("");
        page.wrapped("", &visible(&table.caption));
        render_table(page, table);
    }
    if !section.notes.is_empty() {
        page.line("");
    }
    for note in &section.notes {
        page.wrapped("* ", &visible(note));
    }
}

struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn heading(&mut self, heading: &str, below: char) {
        let heading = visible(heading);
        self.wrapped("", &heading);
        let long = heading.width().min(self.width);
        self.line(&std::iter::repeat_n(below, long).collect::<String>());
    }

    /// Writes words in as many lines as they take, each behind the same indent; the first has `mark` in it.
    fn wrapped(&mut self, mark: &str, words: &str) {
        let indent = " ".repeat(mark.width());
        let mut line = mark.to_owned();
        let mut is_fresh = true;
        for word in words.split_whitespace() {
            if !is_fresh && line.width() + 1 + word.width() > self.width {
                self.line(&line);
                (line, is_fresh) = (indent.clone(), true);
            }
            if !is_fresh {
                line.push(' ');
            }
            line.push_str(word);
            is_fresh = false;
        }
        self.line(&line);
    }
}

fn render_table(page: &mut Page, table: &Table) {
    if table.rows.is_empty() {
        page.line("  Nothing to show.");
        return;
    }
    let headings: Vec<String> = table.columns.iter().map(|column| visible(&column.heading())).collect();
    let rows: Vec<Vec<String>> =
        table.filled_rows().take(ROWS_MAX).map(|row| row.into_iter().map(told).collect()).collect();
    match fit(table, &headings, &rows, page.width) {
        Some(widths) => {
            let line = |cells: &[String]| line_of(table, cells, &widths);
            page.line(&line(&headings));
            page.line(&line(&widths.iter().map(|width| "-".repeat(*width)).collect::<Vec<_>>()));
            rows.iter().for_each(|row| page.line(&line(row)));
        }
        None => render_paragraphs(page, &headings, &rows),
    }
    let left = table.rows.len().saturating_sub(ROWS_MAX);
    if left > 0 {
        page.line(&format!("... and {left} more rows, which the other forms have in full"));
    }
}

/// Returns what stands in a cell, on one line.
fn told(cell: &Cell) -> String {
    let told = cell.told();
    told.detail.map_or(told.main.clone(), |detail| format!("{} ({detail})", told.main))
}

/// Returns the widths of columns with which rows fit, texts cut where they must; `None` where they do not fit.
fn fit(table: &Table, headings: &[String], rows: &[Vec<String>], width: usize) -> Option<Vec<usize>> {
    let widest = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max();
    let natural = headings.iter().enumerate().map(|(column, heading)| heading.width().max(widest(column).unwrap_or(0)));
    let mut widths: Vec<usize> = natural.collect();
    let gaps = GAP * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > width {
        let excess = widths.iter().sum::<usize>() + gaps - width;
        let texts =
            table.columns.iter().zip(widths.iter_mut()).filter(|(column, _)| column.alignment == Alignment::Start);
        let widest = texts.map(|(_, width)| width).max().filter(|width| **width > TEXT_MIN)?;
        *widest -= excess.min(*widest - TEXT_MIN);
    }
    Some(widths)
}

fn line_of(table: &Table, cells: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (place, ((cell, width), column)) in cells.iter().zip(widths).zip(&table.columns).enumerate() {
        let cut = cut_to(cell, *width);
        let blanks = " ".repeat(width.saturating_sub(cut.width()));
        let gap = if place > 0 { " ".repeat(GAP) } else { String::new() };
        let (before, after) =
            if column.alignment == Alignment::End { (blanks.as_str(), "") } else { ("", blanks.as_str()) };
        line.extend([gap.as_str(), before, &cut, after]);
    }
    line
}

/// Returns a text that is no wider than `width`, its end left out and said to be.
fn cut_to(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    for c in text.chars() {
        cut.push(c);
        if cut.width() + 3 > width {
            cut.pop();
            break;
        }
    }
    cut + "..."
}

/// Writes a paragraph for each row, a line for each cell.
fn render_paragraphs(page: &mut Page, headings: &[String], rows: &[Vec<String>]) {
    for row in rows {
        for (place, (heading, cell)) in headings.iter().zip(row).enumerate() {
            let mut line = String::new();
            // Writing to a text does not fail.
            let _ = write!(line, "{heading}: {cell}");
            page.wrapped(if place == 0 { "- " } else { "    " }, &line);
        }
    }
}
