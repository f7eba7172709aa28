//! Turns tables into CSV.
//!
//! Cells that a spreadsheet would take for a formula get a leading `'`; figures are written as numbers and need none.

use super::{Cell, Document, Table};

/// What a column needs more than one column for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shape {
    /// The value alone.
    Value,
    /// With the bounds of an interval.
    Interval,
    /// And with two counts.
    Rate,
}

/// Returns a table, a line for each row.
pub(super) fn render_table(table: &Table) -> String {
    let shapes: Vec<Shape> = (0..table.columns.len()).map(|column| shape(table, column)).collect();
    let mut csv = String::new();
    let mut heading = Vec::new();
    for (column, shape) in table.columns.iter().zip(&shapes) {
        heading.push(column.heading());
        heading.extend(more(*shape).iter().map(|what| format!("{} {what}", column.name)));
    }
    push_line(&mut csv, heading.iter().map(|name| text(name)));
    for row in table.filled_rows() {
        let fields = row.into_iter().zip(&shapes).flat_map(|(cell, shape)| {
            let all = fields(cell);
            let count = 1 + more(*shape).len();
            all.into_iter().take(count)
        });
        push_line(&mut csv, fields);
    }
    csv
}

/// Returns a line for each cell of a document.
pub(super) fn render_cells(document: &Document) -> String {
    let mut csv = String::new();
    let heading = ["table", "row", "name", "column", "unit", "value", "low", "high", "hits", "n"];
    push_line(&mut csv, heading.into_iter().map(str::to_owned));
    for table in document.tables() {
        for (number, row) in table.filled_rows().enumerate() {
            let name = row.first().map_or_else(String::new, |cell| field(cell));
            for (column, cell) in table.columns.iter().zip(&row).skip(1) {
                let unit = column.unit.as_deref().unwrap_or_else(|| unit(cell));
                let place = [text(&table.id), (number + 1).to_string(), name.clone(), text(&column.name), text(unit)];
                push_line(&mut csv, place.into_iter().chain(fields(cell)));
            }
        }
    }
    csv
}

fn shape(table: &Table, column: usize) -> Shape {
    let of = |cell: &Cell| match cell {
        Cell::Rate(_) => Shape::Rate,
        Cell::Estimate(..) | Cell::Lasting(_) => Shape::Interval,
        _ => Shape::Value,
    };
    table.rows.iter().filter_map(|row| row.get(column)).map(of).max().unwrap_or(Shape::Value)
}

fn more(shape: Shape) -> &'static [&'static str] {
    match shape {
        Shape::Value => &[],
        Shape::Interval => &["low", "high"],
        Shape::Rate => &["low", "high", "hits", "n"],
    }
}

/// Returns the unit of a figure that its cell knows.
fn unit(cell: &Cell) -> &'static str {
    match cell {
        Cell::Duration(_) | Cell::Lasting(_) => "seconds",
        Cell::Rate(_) => "share",
        _ => "",
    }
}

/// Returns value, bounds and counts, empty where there are none.
fn fields(cell: &Cell) -> [String; 5] {
    let (low, high) = cell.bounds();
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let (hits, n) = match cell {
        Cell::Rate(rate) => (rate.hits().to_string(), rate.n().to_string()),
        _ => Default::default(),
    };
    [field(cell), number(low), number(high), hits, n]
}

/// Returns the value of a cell as a field: empty where there is none.
fn field(cell: &Cell) -> String {
    match cell {
        Cell::Text(own) => text(own),
        Cell::Count(count) => count.to_string(),
        Cell::Duration(seconds) => seconds.to_string(),
        cell => cell.value().map_or_else(String::new, |value| value.to_string()),
    }
}

/// Returns a text as a field that no spreadsheet computes, quoted where it has to be.
fn text(text: &str) -> String {
    let guard = if begins_like_a_formula(text) { "'" } else { "" };
    if guard.is_empty() && !text.contains(['"', ',', ';', '\n', '\r', '\t']) {
        return text.to_owned();
    }
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// Returns whether a spreadsheet may compute a text. Blanks before a sign do not stop all of them.
fn begins_like_a_formula(text: &str) -> bool {
    let sign = |c: char| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
    text.starts_with(['\t', '\r', '\n']) || text.trim_start().starts_with(sign)
}

fn push_line(csv: &mut String, fields: impl Iterator<Item = String>) {
    for (place, field) in fields.enumerate() {
        if place > 0 {
            csv.push(',');
        }
        csv.push_str(&field);
    }
    csv.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_no_formulas_and_numbers_stay_numbers() {
        for hostile in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", " =1"] {
            let written = text(hostile);
            assert!(written.starts_with("\"'"), "{written}");
        }
        assert_eq!(field(&Cell::Change(-3.0, 0)), "-3");
        assert_eq!(text("a = b"), "a = b");
    }

    #[test]
    fn quotes_commas_and_lines_survive() {
        assert_eq!(text("say \"hi\", twice\nor more"), "\"say \"\"hi\"\", twice\nor more\"");
    }
}
