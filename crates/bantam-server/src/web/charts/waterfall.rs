//! Where a score comes from: bars from zero to the total, each beginning where the one before ended.
//!
//! It is a table whose rows hold their bars, so it reads the same without eyes and fits every width.

use crate::web::words::signed;
use bantam_engine::explain::Explanation;
use bantam_engine::scores::{Reason, SectionName};

/// How wide the plane of the bars is, in units of its own.
pub(crate) const WIDTH: i64 = 1_000;
/// The least a bar is drawn, so that a point can be seen.
const BAR_MIN: i64 = 4;

/// A waterfall.
pub(crate) struct Waterfall {
    pub(crate) bars: Vec<Bar>,
    /// Where zero is.
    pub(crate) zero: i64,
}

/// A row: a rule, a limit, or the sum of a section.
pub(crate) struct Bar {
    pub(crate) name: String,
    pub(crate) group: Option<String>,
    pub(crate) points: String,
    /// `fit`, `engagement`, `loss`, `limit` or `sum`.
    pub(crate) kind: &'static str,
    pub(crate) left: i64,
    pub(crate) width: i64,
    /// What the rule would have given without its own limit, where that is more.
    pub(crate) cut: Option<String>,
}

impl Bar {
    /// Returns where it ends.
    pub(crate) fn right(&self) -> i64 {
        self.left + self.width
    }
}

/// Returns where a lead's points come from.
pub(crate) fn waterfall(explanation: &Explanation) -> Waterfall {
    let mut steps = Vec::new();
    let mut total = 0;
    for (section, name) in [(SectionName::Fit, "Fit"), (SectionName::Engagement, "Engagement")] {
        let reasons: Vec<&Reason> =
            explanation.reasons.iter().filter(|reason| reason.section.word() == section.word()).collect();
        let start = total;
        for reason in reasons {
            steps.push(step(explanation, reason, total));
            total += reason.points;
        }
        steps.push(Step {
            name: format!("{name} in all"),
            group: None,
            kind: "sum",
            from: start,
            to: total,
            cut: None,
        });
    }
    steps.push(Step { name: "Score".into(), group: None, kind: "sum", from: 0, to: total, cut: None });
    let ends = || steps.iter().flat_map(|step| [step.from, step.to]);
    let (low, high) = (ends().min().unwrap_or(0).min(0), ends().max().unwrap_or(0).max(1));
    let place = |points: i64| points.saturating_sub(low).saturating_mul(WIDTH) / (high.saturating_sub(low)).max(1);
    let bars = steps.iter().map(|step| {
        let (left, right) = (place(step.from.min(step.to)), place(step.from.max(step.to)));
        let points = step.to - step.from;
        Bar {
            name: step.name.clone(),
            group: step.group.clone(),
            points: if step.kind == "sum" { crate::web::words::grouped(points) } else { signed(points) },
            kind: step.kind,
            left,
            width: (right - left).max(if points == 0 { 1 } else { BAR_MIN }),
            cut: step.cut.clone(),
        }
    });
    Waterfall { bars: bars.collect(), zero: place(0) }
}

struct Step {
    name: String,
    group: Option<String>,
    kind: &'static str,
    from: i64,
    to: i64,
    cut: Option<String>,
}

fn step(explanation: &Explanation, reason: &Reason, from: i64) -> Step {
    let is_fit = reason.section.word() == SectionName::Fit.word();
    let kind = match (&reason.rule, reason.points < 0) {
        (None, _) => "limit",
        (Some(_), true) => "loss",
        (Some(_), false) if is_fit => "fit",
        (Some(_), false) => "engagement",
    };
    let name = match (&reason.rule, &reason.group) {
        (Some(rule), _) => rule.clone(),
        (None, Some(group)) => format!("Limit of {group}"),
        (None, None) => format!("Limit of {}", reason.section.word()),
    };
    let rule = explanation
        .rules
        .iter()
        .find(|rule| reason.rule.as_ref() == Some(&rule.rule) && reason.section.word() == rule.section.word());
    let cut = rule.filter(|rule| rule.points.before_limit != rule.points.points);
    Step {
        name,
        group: reason.rule.as_ref().and(reason.group.clone()),
        kind,
        from,
        to: from + reason.points,
        cut: cut.map(|rule| signed(rule.points.before_limit)),
    }
}
