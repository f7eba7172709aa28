//! Data: what comes in, and is it right? What came lately, what was refused, files, spend, merges, and where it comes from.

pub(crate) mod import;
pub(crate) mod live;
pub(crate) mod merges;
pub(crate) mod quarantine;
pub(crate) mod sources;
pub(crate) mod spend;

use super::access::Access;
use super::frame::Frame;
use crate::people::{Role, Signed};

/// Those who look after what comes in.
pub(crate) const KEEPERS: Access = Access::Any(&[Role::Marketing, Role::Admin]);
/// Those who may bring in files; which ones, depends on the role.
pub(crate) const IMPORTERS: Access = Access::Any(&[Role::Marketing, Role::Sales, Role::Admin]);

/// A page of the data.
pub(crate) struct Tab {
    pub(crate) name: &'static str,
    pub(crate) path: &'static str,
    pub(crate) is_here: bool,
}

/// The pages, in the order in which they are looked at.
const TABS: [(&str, &str); 6] = [
    ("Live events", "/data"),
    ("Quarantine", "/data/quarantine"),
    ("Import", "/data/import"),
    ("Spend", "/data/spend"),
    ("Merges", "/data/merges"),
    ("Sources", "/data/sources"),
];

/// Returns the pages, with the one that is shown.
pub(crate) fn tabs(here: &str) -> [Tab; 6] {
    TABS.map(|(name, path)| Tab { name, path, is_here: path == here })
}

/// Returns the frame of a page of the data.
pub(crate) fn frame(signed: &Signed, title: &str) -> Frame {
    Frame::of(Some(signed), "/data", title)
}

/// Returns whether somebody looks after what comes in.
pub(crate) fn is_keeper(signed: &Signed) -> bool {
    KEEPERS.admits(Some(signed))
}
