//! The web app: pages that the server renders, for the people of both teams.
//!
//! 1. A page has an [`access::Access`], which says whose roles may see it; `Routes::page` is the only way to add one.
//! 2. Its handler reads the store into plain shapes, words and numbers, and puts them into a template of its own.
//! 3. `frame` puts the navigation around it, `headers` the rules that browsers hold pages to.
//!
//! Everything works without scripts. The one script there is (`assets/app.js`) sends the same forms without leaving the
//! page, moves by keys, and asks for the page again when something changed.

pub(crate) mod access;
pub(crate) mod account;
pub(crate) mod answers;
pub(crate) mod assets;
pub(crate) mod audit;
pub(crate) mod changes;
pub(crate) mod charts;
pub(crate) mod csv;
pub(crate) mod data;
pub(crate) mod definition;
pub(crate) mod errors;
pub(crate) mod escape;
pub(crate) mod forms;
pub(crate) mod frame;
pub(crate) mod headers;
pub(crate) mod lead;
pub(crate) mod leads;
pub(crate) mod links;
pub(crate) mod marks;
pub(crate) mod pages;
pub(crate) mod people;
pub(crate) mod queue;
pub(crate) mod reports;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub(crate) mod sso;
pub(crate) mod standing;
pub(crate) mod waiting;
pub(crate) mod words;
