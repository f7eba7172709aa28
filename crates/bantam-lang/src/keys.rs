//! The keys of every map of the language, in the order in which they are best written.
//!
//! The decoder refuses other keys, the JSON Schema offers these, and a test holds the two together.

/// Returns the functions of conditions, each with how it is called.
pub fn functions() -> impl Iterator<Item = (&'static str, &'static str)> {
    crate::check::functions::FUNCTIONS.iter().copied()
}

/// The whole file.
pub const TOP: &[&str] = &[
    "bantam",
    "name",
    "review_every",
    "missing",
    "lead",
    "event",
    "actions",
    "lists",
    "sales",
    "qualification",
    "derive",
    "signals",
    "personas",
    "fit",
    "engagement",
    "disqualify",
    "stages",
    "hand_off",
    "grades",
    "routes",
    "office_hours",
];
/// An attribute or property.
pub const ATTRIBUTE: &[&str] = &["type", "from", "missing", "default"];
/// A reserved column.
pub const RESERVED_COLUMN: &[&str] = &["from"];
/// An action.
pub const ACTION: &[&str] = &["on", "if"];
/// A list in a file.
pub const LIST: &[&str] = &["file"];
/// Answers of sales.
pub const SALES: &[&str] = &["accepted", "rejected", "recycled", "opportunity", "won", "lost"];
/// A signal.
pub const SIGNAL: &[&str] =
    &["count", "sum", "first", "last", "sequence", "of", "if", "within", "since", "span", "once_per", "times"];
/// The section `fit`.
pub const FIT: &[&str] = &["range", "cap", "rules"];
/// A rule of `fit`.
pub const FIT_RULE: &[&str] = &["if", "by", "points", "range", "cap"];
/// A group of `fit`.
pub const FIT_GROUP: &[&str] = &["range", "cap", "rules"];
/// The section `engagement`.
pub const ENGAGEMENT: &[&str] = &["within", "since", "halve_every", "fade_over", "range", "cap", "rules"];
/// A rule of `engagement`.
pub const ENGAGEMENT_RULE: &[&str] =
    &["on", "if", "by", "points", "within", "since", "once_per", "times", "halve_every", "fade_over", "range", "cap"];
/// A group of `engagement`.
pub const ENGAGEMENT_GROUP: &[&str] = ENGAGEMENT;
/// `hand_off`, the longer form.
pub const HAND_OFF: &[&str] = &["stage", "reject_reasons", "recycle_after"];
/// `grades`.
pub const GRADES: &[&str] = &["fit", "engagement"];
/// A route.
pub const ROUTE: &[&str] = &["to", "if", "respond_within", "escalate_to"];
/// `office_hours`.
pub const OFFICE_HOURS: &[&str] = &["time_zone", "days", "holidays"];
