//! Reads and answers over HTTP, as JSON.

pub(crate) mod definitions;
pub(crate) mod deliveries;
pub(crate) mod hand_offs;
pub(crate) mod health;
pub(crate) mod leads;
pub(crate) mod show;
pub(crate) mod webhooks;
