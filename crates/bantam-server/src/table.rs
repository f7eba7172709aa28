//! Turns files of other programs into lines of an import: what each column is, is told by its name.
//!
//! 1. `rows` cuts a CSV file into [`Row`]s.
//! 2. `columns` decides what each column is; `known` knows the names that HubSpot, Salesforce, Marketo and people give them.
//! 3. `line` makes of each row a line as `POST /v1/import` takes it, with an id made of what it says: imported once more it
//!    changes nothing.

mod columns;
mod known;
mod line;
mod rows;

pub use columns::{Columns, Kind, Part, Use, Wishes};
pub use line::{Line, Lines, Made, numbered_twin};
pub use rows::{BadFile, BadRow, RECORD_BYTES_MAX, Row, read_csv};

use std::sync::Arc;

/// Returns the parts that rows of a kind may have.
pub fn parts_of(kind: Kind) -> Vec<Part> {
    known::parts(kind, None).into_iter().map(|(part, _)| part).collect()
}

/// Returns the event that all rows of a file are, where one was asked for or no column tells it.
pub fn event_of_all(kind: Kind, row: &Row, columns: &Columns, wish: Option<&str>) -> Option<String> {
    if kind != Kind::Events || columns.has(Part::Name) && wish.is_none() {
        return None;
    }
    let names: Vec<Arc<str>> = row.cells.iter().map(|(column, _)| column.clone()).collect();
    wish.map(str::to_owned).or_else(|| known::only_event(&names).map(str::to_owned))
}
