//! Writes tables as CSV that spreadsheets open without taking anything in them for a formula.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// Returns a text as a cell that no spreadsheet takes for a formula.
pub(crate) fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// Returns a line of texts.
pub(crate) fn line<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let cells: Vec<String> = texts.into_iter().map(cell).collect();
    format!("{}\r\n", cells.join(","))
}

/// Returns a body as a file to keep. `name` is one of ours.
pub(crate) fn file(body: Body, name: &str) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    headers.insert(header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment")));
    response
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn exp_01_cells_are_no_formulas_and_come_back() {
        let cells = ["a", "=1+1", "＋1", "a,b", "say \"hi\"", "-\n"].map(cell);
        assert_eq!(cells, ["a", "'=1+1", "'＋1", "\"a,b\"", "\"say \"\"hi\"\"\"", "\"'-\n\""]);
    }
}
