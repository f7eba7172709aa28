//! Puts figures into the cells, tables and charts of a document.

use crate::document::{Axis, Cell, Chart, ChartKind, Column, Finding, Section, Table};
use crate::statistics::{Lift, Rate};

/// The seconds of a day.
const DAY: f64 = 86_400.0;

pub(super) fn section(id: &str, heading: &str, meaning: &str, finding: Option<Finding>, notes: Vec<String>) -> Section {
    Section {
        id: id.to_owned(),
        heading: heading.to_owned(),
        meaning: meaning.to_owned(),
        finding,
        tables: Vec::new(),
        notes,
    }
}

pub(super) fn table(id: &str, caption: &str, columns: Vec<Column>, rows: impl IntoIterator<Item = Vec<Cell>>) -> Table {
    Table {
        id: id.to_owned(),
        caption: caption.to_owned(),
        columns,
        rows: rows.into_iter().collect(),
        charts: Vec::new(),
    }
}

/// Leaves out columns in which nothing stands, and from charts what they would have drawn of them.
pub(super) fn without_empty_columns(mut table: Table) -> Table {
    let is_told = |place: usize| {
        place == 0 || table.rows.iter().any(|row| row.get(place).is_some_and(|cell| *cell != Cell::None))
    };
    let told: Vec<bool> = (0..table.columns.len()).map(is_told).collect();
    let keep_told = |place: &mut usize| {
        let is_told = told.get(*place) == Some(&true);
        *place = told.iter().take(*place).filter(|told| **told).count();
        is_told
    };
    for chart in &mut table.charts {
        let series = match &mut chart.kind {
            ChartKind::Line { series, .. }
            | ChartKind::Bars { series, .. }
            | ChartKind::Thresholds { series, .. }
            | ChartKind::Steps { series, .. } => series,
            ChartKind::Funnel { .. } | ChartKind::HeatMap { .. } | ChartKind::Calibration { .. } => continue,
        };
        series.retain_mut(keep_told);
    }
    let mut keep = told.iter();
    table.columns.retain(|_| keep.next() == Some(&true));
    for row in &mut table.rows {
        let mut keep = told.iter();
        row.retain(|_| keep.next() == Some(&true));
    }
    table
}

pub(super) fn chart(title: impl Into<String>, subtitle: impl Into<String>, x: Axis, y: Axis, kind: ChartKind) -> Chart {
    Chart { title: title.into(), subtitle: subtitle.into(), x, y, kind }
}

/// Returns a name as part of an id: letters, digits and hyphens.
pub(super) fn id_of(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect()
}

pub(super) fn text(text: impl Into<String>) -> Cell {
    Cell::text(text)
}

/// A share of nobody is none, and so is its cell.
pub(super) fn rate(rate: Rate) -> Cell {
    if rate.n() == 0 { Cell::None } else { Cell::Rate(rate) }
}

pub(super) fn money(amount: Option<f64>) -> Cell {
    amount.map_or(Cell::None, Cell::Money)
}

pub(super) fn number(number: Option<f64>, decimals: u8) -> Cell {
    number.map_or(Cell::None, |number| Cell::Number(number, decimals))
}

pub(super) fn seconds(seconds: Option<f64>) -> Cell {
    seconds.map_or(Cell::None, |seconds| Cell::Duration(seconds.round().max(0.0) as u64))
}

pub(super) fn days(days: Option<f64>) -> Cell {
    seconds(days.map(|days| days * DAY))
}

pub(super) fn lift(lift: Option<Lift>) -> Cell {
    lift.map_or(Cell::None, |lift| Cell::Estimate(lift.ratio, lift.interval, 2))
}

/// What people read of a figure, without how sure it is.
pub(super) fn told(cell: &Cell) -> String {
    cell.told().main
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_follow_their_columns() {
        let columns = ["of", "none", "some"].map(Column::figures).to_vec();
        let mut table = table("t", "A table", columns, [vec![text("a"), Cell::None, Cell::Count(3)]]);
        let kind = ChartKind::Bars { label: 0, series: vec![1, 2] };
        table.charts.push(chart("?", "n = 1", Axis::new("of", ""), Axis::new("some", ""), kind));
        let table = without_empty_columns(table);
        assert_eq!((table.columns.len(), table.rows), (2, vec![vec![text("a"), Cell::Count(3)]]));
        assert_eq!(table.charts.first().map(|chart| chart.kind.series()), Some([1].as_slice()));
    }
}
