//! Pages over HTTP, through sessions: what they show, what their forms do, who may.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

#[path = "pages/browser.rs"]
mod browser;
#[path = "pages/data.rs"]
mod data;
#[path = "pages/fake_provider.rs"]
mod fake_provider;
#[path = "pages/form.rs"]
mod form;
#[path = "pages/leads.rs"]
mod leads;
#[path = "pages/listed.rs"]
mod listed;
#[path = "pages/noted.rs"]
mod noted;
#[path = "pages/roles.rs"]
mod roles;
#[path = "pages/signatures.rs"]
mod signatures;
#[path = "pages/sso.rs"]
mod sso;
#[path = "http/test_app.rs"]
mod test_app;
