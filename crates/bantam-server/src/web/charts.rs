//! Charts as SVG, drawn by the server: they work without scripts and print.

pub(crate) mod score_line;
pub(crate) mod waterfall;
