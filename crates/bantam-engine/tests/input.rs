//! Data in, text out: what files become, and what is said about those that cannot.

#[cfg(test)]
mod input {
    mod csv;
    mod damage;
    mod formats;
    mod ndjson;
    mod pages;
    mod parquet;
    mod selection;
    mod support;
}
