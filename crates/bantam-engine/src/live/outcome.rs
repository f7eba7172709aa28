//! What follows from a lead's values and points: persona, disqualification, stage, grade, route.

use super::lead::Lead;
use super::watch::Watch;
use crate::evaluate::truth;
use bantam_lang::meaning::{Band, Conditional, Expr, Meaning, Route, Stage};

/// Returns the name of the first that applies.
pub(crate) fn first_true<'a, W: Watch>(named: &'a [Conditional], lead: &Lead<'a, '_, W>) -> Option<&'a str> {
    named.iter().find(|named| truth(&named.condition, lead) == Some(true)).map(|named| named.name.as_str())
}

/// Returns the index of the rung a lead stands on: the last of the longest unbroken run from the first rung of sales's
/// ladder or, where that one is not true, of marketing's.
pub(crate) fn rung<'a, W: Watch>(meaning: &'a Meaning, lead: &Lead<'a, '_, W>) -> Option<usize> {
    let (marketing, sales) = ladders(meaning);
    run(sales, lead).map(|rung| marketing.len() + rung).or_else(|| run(marketing, lead))
}

/// Returns marketing's ladder, up to and including the hand-off, and sales's. Without a hand-off there is one ladder.
pub(crate) fn ladders(meaning: &Meaning) -> (&[Stage], &[Stage]) {
    let hand_off = meaning.hand_off.as_ref();
    hand_off.and_then(|hand_off| meaning.stages.split_at_checked(hand_off.stage + 1)).unwrap_or((&meaning.stages, &[]))
}

fn run<'a, W: Watch>(ladder: &'a [Stage], lead: &Lead<'a, '_, W>) -> Option<usize> {
    ladder.iter().take_while(|stage| applies(stage.condition.as_ref(), lead)).count().checked_sub(1)
}

/// Returns the route a lead takes.
pub(crate) fn route<'a, W: Watch>(routes: &'a [Route], lead: &Lead<'a, '_, W>) -> Option<&'a Route> {
    routes.iter().find(|route| applies(route.condition.as_ref(), lead))
}

fn applies<'a, W: Watch>(condition: Option<&'a Expr>, lead: &Lead<'a, '_, W>) -> bool {
    condition.is_none_or(|condition| truth(condition, lead) == Some(true))
}

/// Returns the grade; `None` where a given dimension has no letter so low, or none is given.
pub(crate) fn grade<'a, W: Watch>(lead: &Lead<'a, '_, W>) -> Option<&'a str> {
    let grades = &lead.plan.meaning.grades;
    if grades.fit.is_none() && grades.engagement.is_none() {
        return None;
    }
    let row = band(grades.fit.as_deref(), lead.fit)?;
    let column = band(grades.engagement.as_deref(), lead.engagement)?;
    lead.plan.grades.grades.get(row)?.get(column).map(String::as_str)
}

/// The place of a value's band; the only place where no bands are given.
fn band(bands: Option<&[Band]>, points: i64) -> Option<usize> {
    bands.map_or(Some(0), |bands| bands.iter().position(|band| band.from <= points))
}
