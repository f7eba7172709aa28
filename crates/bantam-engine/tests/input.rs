//! Data in, text out: what files become, and what is said about those that cannot.

#[path = "input/support.rs"]
mod support;

#[path = "input/csv.rs"]
mod csv;
#[path = "input/damage.rs"]
mod damage;
#[path = "input/formats.rs"]
mod formats;
#[path = "input/ndjson.rs"]
mod ndjson;
#[path = "input/parquet.rs"]
mod parquet;
#[path = "input/selection.rs"]
mod selection;
