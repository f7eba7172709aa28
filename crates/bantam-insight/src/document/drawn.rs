//! What the scripts of a page need of a document, as JSON: the values that charts draw.

use super::{Axis, Cell, Chart, ChartKind, Table, visible};
use serde_json::{Value, json};

/// Returns the charts of a table, each with the values that it draws.
pub(super) fn charts(table: &Table) -> Vec<Value> {
    table.charts.iter().map(|chart| chart_data(table, chart)).collect()
}

fn chart_data(table: &Table, chart: &Chart) -> Value {
    let name = |column: usize| table.columns.get(column).map_or_else(String::new, |column| visible(&column.name));
    let axis = |axis: &Axis| json!({"name": visible(&axis.name), "unit": visible(&axis.unit)});
    let points = |column: usize, unit: &str| -> Vec<Value> {
        (0..table.rows.len()).map(|row| point(table.cell(row, column), unit)).collect()
    };
    let series = chart.kind.series().iter();
    let series = series.map(|&column| json!({"name": name(column), "points": points(column, &chart.y.unit)}));
    let (mut y_labels, mut marked) = (None, None);
    match &chart.kind {
        ChartKind::HeatMap { y, .. } => y_labels = Some(points(*y, "")),
        ChartKind::Thresholds { marked: Some((row, name)), .. } => {
            marked = Some(json!({"row": row, "name": visible(name)}));
        }
        _ => {}
    }
    json!({
        "kind": chart.kind.name(),
        "title": visible(&chart.title),
        "x": axis(&chart.x),
        "y": axis(&chart.y),
        "labels": points(chart.kind.x(), &chart.x.unit),
        "yLabels": y_labels,
        "series": series.collect::<Vec<_>>(),
        "marked": marked,
    })
}

/// Returns a cell as it is drawn along an axis with a unit: value, bounds, and what people read.
fn point(cell: &Cell, unit: &str) -> Value {
    let scale = match (cell, unit) {
        (Cell::Rate(_), _) => 100.0,
        (Cell::Duration(_) | Cell::Lasting(_), "days") => 1.0 / 86_400.0,
        (Cell::Duration(_) | Cell::Lasting(_), "hours") => 1.0 / 3_600.0,
        (Cell::Duration(_) | Cell::Lasting(_), "minutes") => 1.0 / 60.0,
        _ => 1.0,
    };
    let scaled = |value: Option<f64>| value.map(|value| value * scale);
    let (low, high) = cell.bounds();
    let told = cell.told();
    let told = told.detail.map_or(told.main.clone(), |detail| format!("{} ({detail})", told.main));
    json!([scaled(cell.value()), scaled(low), scaled(high), told])
}

/// Returns a name that any file system takes.
pub(super) fn file_name(id: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let kept: String = id.chars().map(plain).take(60).collect();
    let kept = kept.trim_matches('-');
    if kept.is_empty() { "table".to_owned() } else { kept.to_owned() }
}

/// Returns JSON that cannot end the element it stands in, nor begin a comment there.
pub(super) fn escape_data(json: &str) -> String {
    json.replace('&', "\\u0026")
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_leave_their_element() {
        assert_eq!(escape_data("\"</script><!--&\u{2028}\""), "\"\\u003c/script\\u003e\\u003c!--\\u0026\\u2028\"");
        assert_eq!(file_name("../a b.exe\0"), "a-b-exe");
    }
}
