//! One lead's facts: what the live executor scores.

use bantam_lang::meaning::Value;

/// A lead's attributes from one moment on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// From when it holds, in microseconds; `None` is from always (a row without `updated_at`).
    pub since: Option<i64>,
    /// One value per attribute of the definition, in its order; `None` is missing. Defaults are already filled in.
    pub attributes: Vec<Option<Value>>,
}

/// Something the lead did.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineEvent {
    /// Its own name.
    pub name: String,
    /// Microseconds since 1970-01-01T00:00Z.
    pub time: i64,
    /// One value per property of the definition, in its order; `None` is missing. Defaults are already filled in.
    pub properties: Vec<Option<Value>>,
    /// The event's own key, where it has one, for explanations. Repeats have been removed before.
    pub id: Option<String>,
}

/// All facts of one lead, past and, where already known, future.
///
/// The rows of `profiles` stand in input order: the one with the latest `since` at or before *as of* counts, of equal times
/// the last. `events` may stand in any order; the executor sorts what it needs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// The lead's key.
    pub lead_id: String,
    /// Its rows.
    pub profiles: Vec<Profile>,
    /// Its events, repeats removed.
    pub events: Vec<TimelineEvent>,
}
