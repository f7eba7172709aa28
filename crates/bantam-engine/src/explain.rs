//! Explains.

use crate::live::Plan;
use crate::timeline::Timeline;

/// Stub.
pub struct Explanation;

/// Stub.
pub fn explain_lead(_plan: &Plan, _timeline: &Timeline, _as_of: i64) -> Option<Explanation> {
    None
}
