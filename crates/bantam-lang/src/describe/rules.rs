//! Says what rules give, for what, and within which limits.

use super::conditions::Speaker;
use super::{Chapter, Line, event_names};
use crate::diff::words::duration;
use crate::meaning::{
    Decay, EventSet, Limit, Once, OnceKey, Points, Rule, RuleKind, Section, Select, Table, TableKeys,
};

/// Entries of a table named before the rest is counted.
const ENTRIES: usize = 12;

pub(super) fn section(speaker: &Speaker<'_>, title: &str, noun: &str, section: &Section) -> Chapter {
    let mut intro = match section.limit {
        Some(limit) => format!("These points are the lead's {noun}, kept {}.", between(limit)),
        None => format!("These points are the lead's {noun}."),
    };
    let usual = Usual::of(section);
    if let Some(decay) = usual.decay.map(decay_words).filter(|words| !words.is_empty()) {
        intro.push_str(&format!(" They are {decay}, unless a line says otherwise."));
    }
    if let Some(since) = usual.since.filter(|since| !since.is_empty()) {
        intro.push_str(&format!(" What counts is what came after the latest {}.", event_names(speaker, since)));
    }
    let lines = section.rules.iter().map(|rule| line(speaker, section, rule, &usual));
    Chapter { title: title.to_owned(), intro, lines: lines.collect() }
}

/// What most rules about events share: said once, above them.
struct Usual<'s> {
    decay: Option<Decay>,
    since: Option<&'s EventSet>,
}

impl<'s> Usual<'s> {
    fn of(section: &'s Section) -> Usual<'s> {
        let events = || {
            section.rules.iter().filter_map(|rule| match &rule.kind {
                RuleKind::Events { select, decay, .. } => Some((select, *decay)),
                RuleKind::Lead { .. } => None,
            })
        };
        let most = events().count() / 2 + 1;
        let decay =
            events().map(|(_, decay)| decay).find(|one| events().filter(|(_, other)| other == one).count() >= most);
        let sinces = || events().map(|(select, _)| select.since.as_ref());
        // One that is not everybody's is said where it holds.
        let since = sinces().next().flatten().filter(|one| sinces().all(|other| other == Some(*one)));
        let is_many = events().count() > 1;
        Usual { decay: decay.filter(|_| is_many), since: since.filter(|_| is_many) }
    }
}

fn decay_words(decay: Decay) -> String {
    match decay {
        Decay::Never => String::new(),
        Decay::HalveEvery(seconds) => format!("halved every {}", duration(seconds)),
        Decay::FadeOver(seconds) => format!("fading to nothing over {}", duration(seconds)),
    }
}

fn line(speaker: &Speaker<'_>, section: &Section, rule: &Rule, usual: &Usual<'_>) -> Line {
    let group = rule.group.and_then(|place| section.groups.get(place));
    let group = group.map(|group| match group.limit {
        Some(limit) => format!("{}, together {}", group.name, within(limit)),
        None => group.name.clone(),
    });
    let points = match &rule.points {
        Points::Fixed(points) => signed(*points),
        Points::Table { .. } => String::new(),
    };
    Line { name: rule.name.clone(), group, points, text: words(speaker, rule, usual) }
}

fn words(speaker: &Speaker<'_>, rule: &Rule, usual: &Usual<'_>) -> String {
    let mut parts = Vec::new();
    match &rule.kind {
        RuleKind::Lead { condition } => {
            parts.extend(condition.as_ref().map(|condition| format!("when {}", speaker.condition(condition))));
        }
        RuleKind::Events { select, once, .. } => {
            let each = if once.is_some() { "for" } else { "each time for" };
            let own =
                Select { since: select.since.clone().filter(|since| usual.since != Some(since)), ..select.clone() };
            parts.push(format!("{each} {}", events_words(speaker, &own, once.as_ref())));
        }
    }
    if let Points::Table { by, table } = &rule.points {
        parts.push(format!("by {}: {}", speaker.value(by), table_words(table)));
    }
    if let Some(limit) = rule.limit {
        parts.push(format!("{} in all", within(limit)));
    }
    if let RuleKind::Events { decay, .. } = rule.kind {
        match decay {
            decay if Some(decay) == usual.decay => {}
            Decay::Never if usual.decay.is_none() => {}
            Decay::Never => parts.push("never less with time".to_owned()),
            decay => parts.push(decay_words(decay)),
        }
    }
    parts.join("; ")
}

/// Returns which events, where, how often, since when.
pub(super) fn events_words(speaker: &Speaker<'_>, select: &Select, once: Option<&Once>) -> String {
    let mut words = event_names(speaker, &select.events);
    if let Some(condition) = &select.condition {
        words.push_str(&format!(" where {}", speaker.condition(condition)));
    }
    if let Some(once) = once {
        words.push_str(&format!(", {}", once_words(speaker, once)));
    }
    if let Some(seconds) = select.within_seconds {
        words.push_str(&format!(", in the last {}", duration(seconds)));
    }
    if let Some(since) = select.since.as_ref().filter(|since| !since.is_empty()) {
        words.push_str(&format!(", after the latest {}", event_names(speaker, since)));
    }
    words
}

fn once_words(speaker: &Speaker<'_>, once: &Once) -> String {
    let per = match &once.key {
        OnceKey::All => "once".to_owned(),
        OnceKey::Day => "once a day".to_owned(),
        OnceKey::Week => "once a week".to_owned(),
        OnceKey::Month => "once a month".to_owned(),
        OnceKey::Window(seconds) => format!("once in {}", duration(*seconds)),
        OnceKey::Value(value) => format!("once for each {}", speaker.value(value)),
    };
    match once.times {
        0 | 1 => per,
        times => format!("{per} when it happened {times} times or more"),
    }
}

fn table_words(table: &Table) -> String {
    let mut told: Vec<String> = match &table.keys {
        TableKeys::Text(entries) => entries.iter().map(|(key, points)| format!("{key} {}", signed(*points))).collect(),
        TableKeys::Number(entries) => {
            entries.iter().map(|(from, points)| format!("from {from} {}", signed(*points))).collect()
        }
        TableKeys::Boolean { yes, no } => {
            let told = |word: &str, points: &Option<i64>| points.map(|points| format!("{word} {}", signed(points)));
            [told("yes", yes), told("no", no)].into_iter().flatten().collect()
        }
    };
    if told.len() > ENTRIES + 1 {
        let rest = told.len() - ENTRIES;
        told.truncate(ENTRIES);
        told.push(format!("{rest} more"));
    }
    told.extend(table.otherwise.map(|points| format!("anything else {}", signed(points))));
    told.extend(table.missing.map(|points| format!("not known {}", signed(points))));
    told.join(", ")
}

fn signed(points: i64) -> String {
    if points < 0 { format!("\u{2212}{}", points.unsigned_abs()) } else { format!("+{points}") }
}

fn between(limit: Limit) -> String {
    if limit.low == i64::MIN {
        format!("at {} at most", limit.high)
    } else {
        format!("between {} and {}", limit.low, limit.high)
    }
}

fn within(limit: Limit) -> String {
    match limit {
        // What a cap means: it binds losses as it binds gains.
        Limit { low, high } if low == high.saturating_neg() => format!("{high} at most"),
        Limit { low: 0, high } => format!("{high} at most, and never below 0"),
        Limit { low: i64::MIN, high } => format!("{high} at most"),
        Limit { low, high } => format!("between {low} and {high}"),
    }
}
