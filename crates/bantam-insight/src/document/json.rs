//! Turns a document into JSON. `docs/documents.md` tells the shape; what is added later is added beside it.

use super::{Alignment, Cell, Chart, ChartKind, Column, Document, Section, Table};
use serde_json::{Value, json};

/// The name and version of the shape.
const FORMAT: &str = "bantam-document/1";

pub(super) fn render(document: &Document) -> String {
    let about = |each: &super::Particular| json!({"name": each.name, "value": each.value});
    let value = json!({
        "format": FORMAT,
        "title": document.title,
        "subtitle": document.subtitle.iter().map(about).collect::<Vec<_>>(),
        "sections": document.sections.iter().map(section).collect::<Vec<_>>(),
    });
    format!("{value:#}\n")
}

fn section(section: &Section) -> Value {
    json!({
        "id": section.id,
        "heading": section.heading,
        "meaning": section.meaning,
        "finding": section.finding.as_ref().map(super::Finding::sentence),
        "tables": section.tables.iter().map(table).collect::<Vec<_>>(),
        "notes": section.notes,
    })
}

fn table(table: &Table) -> Value {
    let rows = table.filled_rows().map(|row| row.into_iter().map(cell).collect::<Vec<_>>());
    json!({
        "id": table.id,
        "caption": table.caption,
        "columns": table.columns.iter().map(column).collect::<Vec<_>>(),
        "rows": rows.collect::<Vec<_>>(),
        "charts": table.charts.iter().map(chart).collect::<Vec<_>>(),
    })
}

fn column(column: &Column) -> Value {
    let alignment = match column.alignment {
        Alignment::Start => "start",
        Alignment::End => "end",
    };
    json!({"name": column.name, "unit": column.unit, "alignment": alignment})
}

/// Returns a cell; numbers that are not finite are `null`.
fn cell(cell: &Cell) -> Value {
    let (low, high) = cell.bounds();
    let value = cell.value();
    match cell {
        Cell::Text(text) => json!({"kind": "text", "value": text}),
        Cell::Count(count) => json!({"kind": "count", "value": count}),
        Cell::Number(_, decimals) => json!({"kind": "number", "value": value, "decimals": decimals}),
        Cell::Money(_) => json!({"kind": "money", "value": value}),
        Cell::Duration(seconds) => json!({"kind": "duration", "seconds": seconds}),
        Cell::Rate(rate) => {
            json!({"kind": "rate", "hits": rate.hits(), "n": rate.n(), "share": value, "low": low, "high": high})
        }
        Cell::Estimate(_, _, decimals) => {
            json!({"kind": "estimate", "value": value, "low": low, "high": high, "decimals": decimals})
        }
        Cell::Lasting(quantile) => {
            json!({"kind": "lasting", "seconds": quantile.time, "low": quantile.low, "high": quantile.high})
        }
        Cell::Change(_, decimals) => json!({"kind": "change", "value": value, "decimals": decimals}),
        Cell::None => json!({"kind": "none"}),
    }
}

fn chart(chart: &Chart) -> Value {
    let axis = |axis: &super::Axis| json!({"name": axis.name, "unit": axis.unit});
    let (mut y, mut marked) = (None, None);
    match &chart.kind {
        ChartKind::HeatMap { y: column, .. } => y = Some(*column),
        ChartKind::Thresholds { marked: Some((row, name)), .. } => marked = Some(json!({"row": row, "name": name})),
        _ => {}
    }
    json!({
        "kind": chart.kind.name(),
        "title": chart.title,
        "subtitle": chart.subtitle,
        "x": axis(&chart.x),
        "y": axis(&chart.y),
        "x_column": chart.kind.x(),
        "y_column": y,
        "series_columns": chart.kind.series(),
        "marked": marked,
    })
}
