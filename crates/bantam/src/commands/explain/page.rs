//! A lead's story as text: the result, every point, what a limit cut off, what is missing, what comes next.

use super::LeadStory;
use crate::clock::{show, show_seconds, show_short};
use crate::terminal::{brief, counted, printable};
use bantam_engine::columns::Truth;
use bantam_engine::explain::{Contribution, DecayState, DropReason, EventPoints, LimitedPoints, RulePoints};
use bantam_engine::live::Cause;
use bantam_engine::scores::SectionName;
use bantam_lang::convert::{MICROS_PER_DAY, MICROS_PER_SECOND, number_text};
use bantam_lang::meaning::Value;
use std::fmt::Write;

/// Single events of one rule that are shown; the rest is counted.
const EVENTS_SHOWN: usize = 12;

pub(super) fn render(story: &LeadStory<'_>) -> String {
    let mut out = headline(story);
    section(story, SectionName::Fit, story.explanation.fit, &mut out);
    section(story, SectionName::Engagement, story.explanation.engagement, &mut out);
    names(story, &mut out);
    stages(story, &mut out);
    changes(story, &mut out);
    out
}

fn headline(story: &LeadStory<'_>) -> String {
    let score = &story.explanation.score;
    let definition = story.definition.name.as_deref().unwrap_or("unnamed definition");
    let mut out = format!(
        "Lead {} as of {} by \"{}\" ({})\n\n",
        printable(&score.lead_id),
        show(story.as_of),
        printable(definition),
        story.definition.fingerprint().short()
    );
    let mut facts = vec![
        printable(score.stage.as_deref().unwrap_or("no stage")),
        format!("score {} = fit {} + engagement {}", score.score, score.fit, score.engagement),
    ];
    facts.extend(score.grade.as_ref().map(|grade| format!("grade {}", printable(grade))));
    facts.extend(score.persona.as_ref().map(|persona| printable(persona)));
    facts.extend(score.disqualified_by.as_ref().map(|by| format!("disqualified by {}", printable(by))));
    if let Some(route) = &score.route {
        let within = score.respond_within_seconds.map(|seconds| format!(" within {}", show_seconds(seconds)));
        facts.push(format!("to {}{}", printable(route), within.unwrap_or_default()));
    }
    let _ = writeln!(out, "  {}", facts.join("   "));
    out
}

fn section(story: &LeadStory<'_>, section: SectionName, total: LimitedPoints, out: &mut String) {
    let rules: Vec<&RulePoints> = story.explanation.rules.iter().filter(|rule| rule.section == section).collect();
    if rules.is_empty() {
        return;
    }
    let title = if section == SectionName::Fit { "Fit" } else { "Engagement" };
    let _ = writeln!(out, "\n{title} {}{}", total.points, cut(total));
    let (mut earned, idle): (Vec<&RulePoints>, Vec<&RulePoints>) =
        rules.into_iter().partition(|rule| rule.points.points != 0);
    earned.sort_by_key(|rule| std::cmp::Reverse(rule.points.points.abs()));
    for rule in earned {
        let group = rule.group.as_ref().map(|group| format!("{}: ", brief(group, 40))).unwrap_or_default();
        let _ =
            writeln!(out, "  {:>6}  {group}{}{}", signed(rule.points.points), brief(&rule.rule, 60), cut(rule.points));
        rule.events.iter().for_each(|events| event_lines(events, out));
    }
    for group in story.explanation.groups.iter().filter(|group| group.section == section) {
        if group.points.before_limit != group.points.points {
            let _ = writeln!(
                out,
                "  {:>6}  limit of the group {}{}",
                signed(group.points.points - group.points.before_limit),
                brief(&group.group, 40),
                cut(group.points)
            );
        }
    }
    idle_rules(story, section, &idle, out);
}

/// Rules without points: those that could not be decided with the reason, the others by name.
fn idle_rules(story: &LeadStory<'_>, section: SectionName, idle: &[&RulePoints], out: &mut String) {
    let undecided = story.explanation.undecided.iter().filter(|_| section == SectionName::Fit);
    for rule in undecided.clone() {
        let missing: Vec<String> = rule.missing.iter().map(|name| format!("`{name}`")).collect();
        let reason =
            if missing.is_empty() { "unknown".to_owned() } else { format!("{} is missing", missing.join(", ")) };
        let _ = writeln!(out, "       ?  {} could not be decided: {reason}", brief(&rule.rule, 60));
    }
    let names: Vec<String> = idle
        .iter()
        .filter(|rule| !undecided.clone().any(|other| other.rule == rule.rule))
        .map(|rule| brief(&rule.rule, 60))
        .collect();
    if !names.is_empty() {
        let _ = writeln!(out, "       0  {}", names.join(", "));
    }
}

fn event_lines(events: &EventPoints, out: &mut String) {
    let newest_first = events.contributions.iter().rev();
    for event in newest_first.take(EVENTS_SHOWN) {
        let _ =
            writeln!(out, "          {:>6}  {}  {}", signed(event.points), show_short(event.time), event_words(event));
    }
    let more = events.contributions.len().saturating_sub(EVENTS_SHOWN);
    if more > 0 {
        let sum: i64 = events.contributions.iter().rev().skip(EVENTS_SHOWN).map(|event| event.points).sum();
        let _ = writeln!(out, "          {:>6}  from {}", signed(sum), counted(more as u64, "older event"));
    }
    let dropped = |reason| events.dropped.iter().filter(|event| event.reason == reason).count();
    let left_out = [
        (dropped(DropReason::Repeat), "counts as one with another"),
        (dropped(DropReason::TooFew), "too few of a kind"),
        (events.out_of_window, "older than the window"),
        (events.before_since, "before the restart"),
        (events.unmet, "does not meet the condition"),
    ];
    let words: Vec<String> = left_out
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, why)| format!("{} ({why})", crate::terminal::count(*count as u64)))
        .collect();
    if !words.is_empty() {
        let _ = writeln!(out, "                  not counted: {}", words.join(", "));
    }
}

fn event_words(event: &Contribution) -> String {
    let name = brief(&event.name, 40);
    let days = event.age / MICROS_PER_DAY;
    let age = if days > 0 { counted(days as u64, "day") } else { show_seconds((event.age / MICROS_PER_SECOND).max(0)) };
    let decay = match event.decay {
        DecayState::Whole => String::new(),
        DecayState::Halved { times: 0 } => String::new(),
        DecayState::Halved { times } => {
            format!(": {} halved {}", event.base_points, counted(times as u64, "time"))
        }
        DecayState::Faded { seconds_left, seconds } => {
            format!(": {} with {:.0} % left", event.base_points, seconds_left as f64 * 100.0 / seconds as f64)
        }
    };
    format!("{name}, {age} ago{decay}")
}

/// Says what a limit changed.
fn cut(points: LimitedPoints) -> String {
    if points.before_limit == points.points {
        return String::new();
    }
    format!("   ({} before its limit)", points.before_limit)
}

fn signed(points: i64) -> String {
    if points > 0 { format!("+{points}") } else { points.to_string() }
}

fn names(story: &LeadStory<'_>, out: &mut String) {
    let explanation = &story.explanation;
    let values: Vec<String> = explanation
        .derived
        .iter()
        .chain(&explanation.signals)
        .map(|named| format!("  {} = {}", named.name, value_words(named.value.as_ref())))
        .collect();
    if !values.is_empty() {
        let _ = writeln!(out, "\nComputed\n{}", values.join("\n"));
    }
}

fn value_words(value: Option<&Value>) -> String {
    match value {
        None => "missing".into(),
        Some(Value::Text(text)) => format!("\"{}\"", brief(text, 60)),
        Some(Value::Number(number)) => number_text(*number),
        Some(Value::Boolean(boolean)) => boolean.to_string(),
        Some(Value::Time(time)) => show(*time),
    }
}

fn stages(story: &LeadStory<'_>, out: &mut String) {
    let explanation = &story.explanation;
    if explanation.stages.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nStages");
    for stage in &explanation.stages {
        let here = if explanation.score.stage.as_ref() == Some(&stage.stage) { "  <- here" } else { "" };
        let _ = writeln!(out, "  {} {}{here}", mark(stage.truth), printable(&stage.stage));
        for part in &stage.parts {
            let _ = writeln!(out, "      {} {}", mark(part.truth), brief(&part.text.replace('\n', " "), 100));
        }
    }
    if !explanation.missing_for_next.is_empty() {
        let parts: Vec<String> = explanation.missing_for_next.iter().map(|part| brief(part, 100)).collect();
        let _ = writeln!(out, "  Missing for the next stage: {}", parts.join("; "));
    }
}

fn mark(truth: Truth) -> &'static str {
    match truth {
        Truth::True => "yes    ",
        Truth::False => "no     ",
        Truth::Unknown => "unknown",
    }
}

fn changes(story: &LeadStory<'_>, out: &mut String) {
    if !story.history.is_empty() {
        let _ = writeln!(out, "\nHistory");
    }
    for change in &story.history {
        let stage = |stage: &Option<String>| stage.as_deref().map_or_else(|| "no stage".to_owned(), printable);
        let cause = match change.cause {
            Cause::Event { index } => {
                let name = story.timeline.events.get(index).map_or_else(String::new, |event| brief(&event.name, 40));
                format!("event {name}")
            }
            Cause::Profile { .. } => "changed attributes".to_owned(),
            Cause::Time => "time alone".to_owned(),
        };
        let score = change.score.score;
        let _ = writeln!(
            out,
            "  {}  {} -> {}  (score {score}, by {cause})",
            show_short(change.at),
            stage(&change.from),
            stage(&change.to)
        );
    }
    if let Some((at, then)) = &story.next {
        let now = &story.explanation.score;
        let stage = if then.stage == now.stage {
            String::new()
        } else {
            format!(", stage {}", printable(then.stage.as_deref().unwrap_or("none")))
        };
        let _ = writeln!(
            out,
            "\nIf nothing else happens, time changes this at {}: score {} -> {}{stage}",
            show(*at),
            now.score,
            then.score
        );
    }
}
