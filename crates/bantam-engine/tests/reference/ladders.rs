//! Personas, disqualifiers, the two ladders, grades and routes: the rest of section 4.

use super::expressions::is_true;
use super::scope::Lead;
use bantam_lang::meaning::{Band, Conditional, Grades, Meaning, Route, Stage};
use std::ops::Range;

/// "`persona` is the first whose condition is true, else missing"; "`disqualified_by` the first true one's name".
pub(crate) fn first_true(among: &[Conditional], lead: &Lead) -> Option<String> {
    for entry in among {
        if is_true(&entry.condition, lead, None) {
            return Some(entry.name.clone());
        }
    }
    None
}

/// "Up to and including the `hand_off` stage they are marketing's ladder"; "Without `hand_off` there is one ladder."
fn marketing_ladder(meaning: &Meaning) -> Range<usize> {
    match &meaning.hand_off {
        Some(hand_off) => 0..hand_off.stage + 1,
        None => 0..meaning.stages.len(),
    }
}

/// "The stages after it are sales's ladder".
fn sales_ladder(meaning: &Meaning) -> Range<usize> {
    marketing_ladder(meaning).end..meaning.stages.len()
}

/// The index of the stage the lead stands on, apart from disqualifiers: "if the first of them [sales's] is true, `stage` is the
/// last of the longest unbroken run that starts there", else the same of marketing's.
pub(crate) fn standing(meaning: &Meaning, lead: &Lead) -> Option<usize> {
    let sales = last_of_run(sales_ladder(meaning), meaning, lead);
    if sales.is_some() { sales } else { last_of_run(marketing_ladder(meaning), meaning, lead) }
}

/// The last of the longest unbroken run of true stages from the start of a ladder; `None` where its first is not true.
fn last_of_run(ladder: Range<usize>, meaning: &Meaning, lead: &Lead) -> Option<usize> {
    let mut last = None;
    for index in ladder {
        if !is_reached(&meaning.stages[index], lead) {
            break;
        }
        last = Some(index);
    }
    last
}

/// "a list of `Name` (always) or `Name: condition`"
fn is_reached(stage: &Stage, lead: &Lead) -> bool {
    match &stage.condition {
        Some(condition) => is_true(condition, lead, None),
        None => true,
    }
}

/// "the top-level `&&` parts of the next stage's condition that are not true, as written"; section 7: "the next stage on the
/// ladder the lead stands on (the first stage where it stands on none), is `[]` at the top".
pub(crate) fn missing_for_next(meaning: &Meaning, standing: Option<usize>, lead: &Lead) -> Vec<String> {
    let next = match standing {
        None => 0,
        Some(index) => index + 1,
    };
    let ladder_ends = [marketing_ladder(meaning).end, sales_ladder(meaning).end];
    let is_top = next == meaning.stages.len() || (standing.is_some() && ladder_ends.contains(&next));
    if is_top {
        return Vec::new();
    }
    let mut missing = Vec::new();
    for (text, part) in &meaning.stages[next].parts {
        if !is_true(part, lead, None) {
            missing.push(text.clone());
        }
    }
    missing
}

/// "`grade` is the two written together (`A1`), one alone where only one is given, missing where either given one is."
pub(crate) fn grade(grades: &Grades, fit: i64, engagement: i64) -> Option<String> {
    match (&grades.fit, &grades.engagement) {
        (None, None) => None,
        (Some(bands), None) => letter(bands, fit),
        (None, Some(bands)) => letter(bands, engagement),
        (Some(fit_bands), Some(engagement_bands)) => {
            let fit_letter = letter(fit_bands, fit)?;
            let engagement_letter = letter(engagement_bands, engagement)?;
            Some(format!("{fit_letter}{engagement_letter}"))
        }
    }
}

/// "the letter with the greatest bound not above the value, missing below all"
fn letter(bands: &[Band], points: i64) -> Option<String> {
    let mut best: Option<&Band> = None;
    for band in bands {
        if band.from <= points && best.is_none_or(|other| band.from > other.from) {
            best = Some(band);
        }
    }
    best.map(|band| band.letter.clone())
}

/// "in order, the first whose `if` is true (no `if`: always) ... No match: missing."
pub(crate) fn route<'a>(meaning: &'a Meaning, lead: &Lead) -> Option<&'a Route> {
    for route in &meaning.routes {
        match &route.condition {
            Some(condition) if !is_true(condition, lead, None) => {}
            _ => return Some(route),
        }
    }
    None
}
