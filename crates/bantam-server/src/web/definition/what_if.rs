//! What a text would do, for those who write it: what is wrong with it, who would stand where, who moves and why.

use super::NAME;
use crate::app::App;
use crate::insight::{Looked, Reasoned, Tried, tried};
use crate::problem::Problem;
use crate::web::marks::lead_path;
use crate::web::waiting::Waiting;
use crate::web::words::{grouped, signed};
use bantam_core::DefinitionText;
use bantam_insight::impact::{Ladder, Place};
use bantam_insight::whatif::{Pace, WhatIf};
use bantam_lang::diagnostic::Severity;
use bantam_lang::source::Source;

/// How many leads that move are named.
const NAMED: usize = 12;

/// What a text would do.
#[derive(Default)]
pub(super) struct Impact {
    pub(super) findings: Vec<Found>,
    /// What it says in one sentence.
    pub(super) summary: String,
    /// How many would be handed over a week, in a sentence.
    pub(super) pace: Option<String>,
    pub(super) stages: Vec<StageLine>,
    pub(super) routes: Vec<RouteLine>,
    pub(super) moves: Vec<MoveLine>,
    /// How many more move than are named.
    pub(super) more: u64,
    /// How far it is, where it is being computed.
    pub(super) waiting: Option<Waiting>,
    /// How far it is with newer facts.
    pub(super) newer: Option<Waiting>,
}

/// Something found about the text.
pub(super) struct Found {
    pub(super) is_error: bool,
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// From 1.
    pub(super) line: usize,
    /// In UTF-16 units, as editors count: where it begins and ends in the text.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// How many leads stand on a stage, now and then.
pub(super) struct StageLine {
    pub(super) stage: String,
    pub(super) now: u64,
    pub(super) then: u64,
    pub(super) change: String,
    /// How long bars are drawn, of 100.
    pub(super) now_width: u64,
    pub(super) then_width: u64,
}

/// How many leads go to a route, now and then.
pub(super) struct RouteLine {
    pub(super) route: String,
    pub(super) now: u64,
    pub(super) then: u64,
}

/// A lead that moves.
pub(super) struct MoveLine {
    pub(super) id: String,
    pub(super) path: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) direction: &'static str,
    pub(super) old_score: i64,
    pub(super) new_score: i64,
    pub(super) why: Vec<String>,
}

/// Returns what a text would do beside the active definition.
pub(super) async fn try_text(app: &App, text: DefinitionText) -> Result<Impact, Problem> {
    let findings = findings(&text);
    if findings.iter().any(|found| found.is_error) {
        let summary = "The text has errors; nothing can be said about leads yet.".to_owned();
        return Ok(Impact { findings, summary, ..Impact::default() });
    }
    let other = |summary: &str| Impact { summary: summary.to_owned(), ..Impact::default() };
    let found = match tried(app, text, NAMED).await {
        Ok(Looked::Working(progress)) => Impact { waiting: Some(Waiting::of(&progress)), ..Impact::default() },
        Ok(Looked::Found(tried, newer)) => {
            let newer = newer.as_deref().map(Waiting::of);
            match &*tried {
                Tried::Found(trial) => {
                    let pace = trial.pace.as_ref().map(pace_words);
                    Impact { pace, newer, ..of(&trial.whatif, &trial.why) }
                }
                Tried::ReadsOthers => other(
                    "It reads other attributes than the active definition. Keep it as a draft: its page tells the full \
                     impact.",
                ),
                Tried::Faulty => other("The text has errors."),
            }
        }
        Err(problem) if problem.status == axum::http::StatusCode::CONFLICT => {
            other("No definition decides yet, so there is nothing to compare with.")
        }
        Err(problem) => return Err(problem),
    };
    Ok(Impact { findings, ..found })
}

fn findings(text: &DefinitionText) -> Vec<Found> {
    let mut read = |name: &str| {
        let found = text.lists.iter().find(|(known, _)| known == name);
        found.map(|(_, content)| content.clone()).ok_or_else(|| "the file was not kept".to_owned())
    };
    let loaded = bantam_lang::load(Source::new(NAME, &text.text), &mut read);
    let units = |place: usize| text.text.get(..place).map_or(0, |before| before.encode_utf16().count());
    let shown = loaded.diagnostics.iter().map(|found| Found {
        is_error: found.severity == Severity::Error,
        code: found.code.0,
        message: found.message.clone(),
        help: found.help.clone(),
        line: loaded.source.line_column(found.span.start).0,
        start: units(found.span.start),
        end: units(found.span.end),
    });
    shown.collect()
}

fn of(found: &WhatIf, why: &[Reasoned]) -> Impact {
    let rows: Vec<u64> = found.stages.iter().map(|row| row.iter().sum()).collect();
    let column = |place: usize| found.stages.iter().filter_map(|row| row.get(place)).sum::<u64>();
    let moves = found.up + found.down + found.aside;
    let summary = match (moves, found.other_scores) {
        (0, 0) => "No lead would change.".to_owned(),
        (0, scores) => format!("No lead would change stage; {scores} would have another score."),
        (1, _) => "1 lead would change stage.".to_owned(),
        (moves, _) => {
            let ways = [(found.up, "up"), (found.down, "down"), (found.aside, "elsewhere")];
            let ways: Vec<String> =
                ways.iter().filter(|(count, _)| *count > 0).map(|(count, way)| format!("{count} {way}")).collect();
            format!("{moves} leads would change stage: {}.", ways.join(", "))
        }
    };
    let named = found.first.iter().enumerate().map(|(place, moved)| MoveLine {
        id: moved.lead_id.clone(),
        path: lead_path(&moved.lead_id),
        from: moved.from.clone().unwrap_or_else(|| "no stage".into()),
        to: moved.to.clone().unwrap_or_else(|| "no stage".into()),
        direction: moved.direction.word(),
        old_score: moved.old_score,
        new_score: moved.new_score,
        why: why.get(place).map(|reasoned| reasoned.iter().map(why_words).collect()).unwrap_or_default(),
    });
    Impact {
        summary,
        stages: stages(&found.old, &found.new, &rows, column),
        routes: routes(found),
        moves: named.collect(),
        more: moves.saturating_sub(found.first.len() as u64),
        ..Impact::default()
    }
}

/// Returns hand-offs a week now and then, over how long, and of whom where that is not everybody.
fn pace_words(pace: &Pace) -> String {
    // One digit: more would say that the past is known to repeat itself.
    let [now, then] = pace.per_week.map(|count| format!("{count:.1}"));
    let change = match now == then {
        true => format!("Hand-offs a week stay {now}"),
        false => format!("Hand-offs a week: {then} instead of {now}"),
    };
    let weeks = match pace.weeks.round() as u64 {
        0 | 1 => "the week there are facts of".to_owned(),
        weeks => format!("the {} weeks there are facts of", shown(weeks)),
    };
    let of = match pace.looked_at == pace.leads {
        true => String::new(),
        false => format!(", estimated from {} of {} leads", shown(pace.looked_at), shown(pace.leads)),
    };
    format!("{change}, over {weeks}{of}.")
}

fn shown(count: u64) -> String {
    grouped(i64::try_from(count).unwrap_or(i64::MAX))
}

fn why_words((rule, before, after): &(String, i64, i64)) -> String {
    match (before, after) {
        (0, after) => format!("{} {rule}", signed(*after)),
        (before, 0) => format!("no {} {rule} any more", signed(*before)),
        (before, after) => format!("{rule} {} instead of {}", signed(*after), signed(*before)),
    }
}

/// Returns leads by stage, the highest stage first. Stages of one name are one, whatever stands around them.
fn stages(old: &Ladder, new: &Ladder, rows: &[u64], column: impl Fn(usize) -> u64) -> Vec<StageLine> {
    let name = |ladder: &Ladder, place: Place| match place {
        Place::Disqualified => "Disqualified".to_owned(),
        _ => ladder.name(place).unwrap_or("On no stage").to_owned(),
    };
    let mut lines: Vec<(String, u64, u64)> = Vec::new();
    for (number, place) in new.places().enumerate() {
        lines.push((name(new, place), 0, column(number)));
    }
    for (place, count) in old.places().zip(rows) {
        let name = name(old, place);
        match lines.iter_mut().find(|(known, ..)| *known == name) {
            Some((_, now, _)) => *now += count,
            None => lines.push((name, *count, 0)),
        }
    }
    let most = lines.iter().flat_map(|(_, now, then)| [*now, *then]).max().unwrap_or(0).max(1);
    let line = |(stage, now, then): (String, u64, u64)| {
        let apart = i64::try_from(then).unwrap_or(0) - i64::try_from(now).unwrap_or(0);
        StageLine {
            stage,
            now,
            then,
            change: if apart == 0 { "\u{2013}".into() } else { signed(apart) },
            now_width: now * 100 / most,
            then_width: then * 100 / most,
        }
    };
    let shown = lines.into_iter().filter(|(_, now, then)| now + then > 0).map(line);
    shown.rev().collect()
}

fn routes(found: &WhatIf) -> Vec<RouteLine> {
    let [old, new] = &found.routes;
    let mut lines: Vec<RouteLine> = Vec::new();
    let name = |route: &Option<String>| route.clone().unwrap_or_else(|| "nowhere".into());
    for (route, then) in new {
        lines.push(RouteLine { route: name(route), now: 0, then: *then });
    }
    for (route, now) in old {
        let name = name(route);
        match lines.iter_mut().find(|line| line.route == name) {
            Some(line) => line.now = *now,
            None => lines.push(RouteLine { route: name, now: *now, then: 0 }),
        }
    }
    lines.retain(|line| line.now != line.then);
    lines
}
