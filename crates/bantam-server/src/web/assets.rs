//! Styles and scripts, in the program itself. Their paths hold a hash of what they are, so browsers keep them for good.

use crate::problem::Problem;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bantam_insight::document::{CHARTS_SCRIPT, FIGURES_STYLE};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// A file that pages refer to.
pub(crate) struct Asset {
    path: String,
    kind: &'static str,
    content: &'static [u8],
}

pub(crate) static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("app", "css", "text/css; charset=utf-8", include_bytes!("../../assets/app.css")));
pub(crate) static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("app", "js", JAVASCRIPT, include_bytes!("../../assets/app.js")));
pub(crate) static EDITOR: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("editor", "js", JAVASCRIPT, include_bytes!("../../assets/editor.js")));
pub(crate) static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("bantam", "svg", "image/svg+xml", include_bytes!("../../assets/bantam.svg")));

pub(crate) static FIGURES: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("figures", "css", "text/css; charset=utf-8", FIGURES_STYLE.as_bytes()));
pub(crate) static CHARTS: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("charts", "js", JAVASCRIPT, CHARTS_SCRIPT.as_bytes()));

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

impl Asset {
    fn new(name: &str, extension: &str, kind: &'static str, content: &'static [u8]) -> Asset {
        let hash: String = Sha256::digest(content).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        Asset { path: format!("/assets/{name}.{hash}.{extension}"), kind, content }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }
}

/// Gives out styles and scripts.
pub(crate) async fn show(Path(name): Path<String>) -> Result<Response, Problem> {
    let all: [&'static Asset; 6] = [&STYLE, &SCRIPT, &EDITOR, &ICON, &FIGURES, &CHARTS];
    let found = all.into_iter().find(|asset| asset.path.strip_prefix("/assets/") == Some(name.as_str()));
    let asset = found.ok_or_else(|| Problem::not_found("there is no such file"))?;
    let mut response = asset.content.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    Ok(response)
}
