//! Reads and answers over HTTP, as JSON.

pub(crate) mod calls;
pub(crate) mod definitions;
pub(crate) mod deliveries;
pub(crate) mod document;
pub(crate) mod export;
pub(crate) mod extract;
pub(crate) mod hand_offs;
pub(crate) mod health;
pub(crate) mod keys;
pub(crate) mod leads;
pub(crate) mod paging;
pub(crate) mod quarantine;
pub(crate) mod reports;
pub(crate) mod retraction;
pub(crate) mod routes;
pub(crate) mod shown;
pub(crate) mod spend;
pub(crate) mod stated;
pub(crate) mod teams;
pub(crate) mod values;
pub(crate) mod webhooks;
pub(crate) mod what_if;
