//! The result of scoring: what section 5 of the language reference lists, column by column.

use bantam_lang::meaning::DISQUALIFIED;

/// The result for one lead. All texts are names of the definition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeadScore {
    /// The lead's key.
    pub lead_id: String,
    /// The rung it stands on, or [`DISQUALIFIED`]; `None` where no first rung is true.
    pub stage: Option<String>,
    /// Fit and engagement together.
    pub score: i64,
    /// Who they are.
    pub fit: i64,
    /// How many fit rules could not be decided.
    pub fit_unknown: i64,
    /// What they do.
    pub engagement: i64,
    /// The letters.
    pub grade: Option<String>,
    /// The first persona that applies.
    pub persona: Option<String>,
    /// The first disqualifier that applies.
    pub disqualified_by: Option<String>,
    /// Where it goes.
    pub route: Option<String>,
    /// Time to answer, in seconds.
    pub respond_within_seconds: Option<i64>,
}

impl LeadScore {
    /// Returns whether a disqualifier hit.
    pub fn is_disqualified(&self) -> bool {
        self.stage.as_deref() == Some(DISQUALIFIED)
    }
}

/// Which half of the score a reason belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SectionName {
    /// What they do.
    Engagement,
    /// Who they are.
    Fit,
}

impl SectionName {
    /// Returns `fit` or `engagement`.
    pub fn word(self) -> &'static str {
        match self {
            SectionName::Fit => "fit",
            SectionName::Engagement => "engagement",
        }
    }
}

/// One line of an explanation. All reasons of a lead sum to its score.
///
/// With a `rule`, the rule's points after its own limit. Without one, what the limit of the named `group` (or, without a
/// group either, of the section) added or took away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Fit or engagement.
    pub section: SectionName,
    /// The rule.
    pub rule: Option<String>,
    /// The rule's group.
    pub group: Option<String>,
    /// Never 0.
    pub points: i64,
}

/// Sorts reasons as people read them: largest magnitude first, then section, rule and group by name, absent ones first.
pub fn sort_reasons(reasons: &mut [Reason]) {
    reasons.sort_by(|a, b| {
        b.points
            .abs()
            .cmp(&a.points.abs())
            .then_with(|| a.section.word().cmp(b.section.word()))
            .then_with(|| a.rule.cmp(&b.rule))
            .then_with(|| a.group.cmp(&b.group))
    });
}
