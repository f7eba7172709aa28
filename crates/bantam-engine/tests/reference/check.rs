//! One helper for all hand-worked cases: data in, text out.

use super::building::AS_OF;
use super::reasons::comes_before;
use super::{Evaluated, score};
use bantam_engine::live::{compile, explain_lead};
use bantam_engine::scores::Reason;
use bantam_engine::timeline::Timeline;
use bantam_lang::meaning::{Expr, Meaning};
use std::sync::Arc;

/// Scores a lead and compares the columns named in `expected` (`fit = 3; stage = Inquiry`; `-` is missing). `no row` expects
/// that nothing comes out.
///
/// The live executor is held to the same.
pub(crate) fn check(meaning: &Meaning, timeline: &Timeline, as_of: i64, expected: &str) {
    let evaluated = score(meaning, timeline, as_of);
    assert_eq!(live(meaning, timeline, as_of).as_ref(), evaluated.as_ref(), "live beside the reference");
    if let Some(evaluated) = &evaluated {
        assert_reasons_are_sound(evaluated);
    }
    for part in expected.split(';') {
        let (column, _) = part.split_once('=').unwrap_or((part, ""));
        let rendered = match &evaluated {
            None => "no row".to_owned(),
            Some(evaluated) => format!("{} = {}", column.trim(), render(evaluated, column.trim())),
        };
        assert_eq!(rendered, part.trim(), "in {evaluated:#?}");
    }
}

/// Scores a lead with the live executor.
fn live(meaning: &Meaning, timeline: &Timeline, as_of: i64) -> Option<Evaluated> {
    let plan = compile(Arc::new(meaning.clone()));
    let explanation = explain_lead(&plan, timeline, as_of)?;
    let (reasons, missing_for_next) = (explanation.reasons, explanation.missing_for_next);
    Some(Evaluated { score: explanation.score, reasons, missing_for_next })
}

/// Checks a condition over the lead's names by what a fit rule makes of it; `None` expects unknown.
pub(crate) fn check_condition(mut meaning: Meaning, timeline: &Timeline, condition: &Expr, expected: Option<bool>) {
    let expected = match expected {
        Some(true) => "fit = 1; fit_unknown = 0",
        Some(false) => "fit = 0; fit_unknown = 0",
        None => "fit = 0; fit_unknown = 1",
    };
    meaning.fit = super::building::section([super::building::when("Rule", condition.clone(), 1)]);
    check(&meaning, timeline, AS_OF, expected);
}

fn render(evaluated: &Evaluated, column: &str) -> String {
    let score = &evaluated.score;
    let text = |text: &Option<String>| text.clone().unwrap_or("-".into());
    match column {
        "stage" => text(&score.stage),
        "score" => score.score.to_string(),
        "fit" => score.fit.to_string(),
        "fit_unknown" => score.fit_unknown.to_string(),
        "engagement" => score.engagement.to_string(),
        "grade" => text(&score.grade),
        "persona" => text(&score.persona),
        "disqualified_by" => text(&score.disqualified_by),
        "route" => text(&score.route),
        "respond_within_s" => score.respond_within_seconds.map_or("-".into(), |seconds| seconds.to_string()),
        "reasons" => evaluated.reasons.iter().map(render_reason).collect::<Vec<_>>().join(", "),
        "missing_for_next" => format!("[{}]", evaluated.missing_for_next.join(", ")),
        other => panic!("no column `{other}`"),
    }
}

/// `fit/E-mail/Opened +5`: section, group, rule, points.
fn render_reason(reason: &Reason) -> String {
    let group = reason.group.as_deref().unwrap_or("-");
    let rule = reason.rule.as_deref().unwrap_or("-");
    format!("{}/{group}/{rule} {:+}", reason.section.word(), reason.points)
}

/// What holds of every explanation: "the points of `reasons` sum to `score`", none is 0, and each comes before the next.
pub(crate) fn assert_reasons_are_sound(evaluated: &Evaluated) {
    let reasons = &evaluated.reasons;
    assert_eq!(reasons.iter().map(|reason| reason.points).sum::<i64>(), evaluated.score.score);
    assert!(reasons.iter().all(|reason| reason.points != 0));
    assert!(reasons.windows(2).all(|pair| comes_before(&pair[0], &pair[1])), "{reasons:#?}");
}
