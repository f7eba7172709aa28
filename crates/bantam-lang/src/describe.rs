//! Turns a checked definition into sentences, for people who never saw YAML: what a seller or a marketer signs.
//!
//! Nothing is left out that changes a score or a hand-off; names are the definition's own.

mod conditions;
mod rules;

use crate::diff::words::duration;
use crate::meaning::{EventSet, Expr, Meaning, OfficeHours, SalesAnswer, Signal, SignalKind};
use conditions::Speaker;

/// A part of the definition, told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// What it is about.
    pub title: String,
    /// What holds for all of it.
    pub intro: String,
    /// Its lines, in the order of the definition.
    pub lines: Vec<Line>,
}

/// A line of a chapter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The name of the rule, stage, route.
    pub name: String,
    /// The group it belongs to, with the group's own limit.
    pub group: Option<String>,
    /// What it gives, such as `+30`; empty where it gives no points of its own.
    pub points: String,
    /// When, and how much, as a sentence without a full stop.
    pub text: String,
}

/// Returns a definition in words, chapter by chapter. Chapters about which it says nothing are left out.
pub fn describe(meaning: &Meaning) -> Vec<Chapter> {
    let speaker = Speaker { meaning };
    let chapters = [
        rules::section(&speaker, "Who they are", "fit", &meaning.fit),
        rules::section(&speaker, "What they do", "engagement", &meaning.engagement),
        signals(&speaker),
        derived(&speaker),
        named(&speaker, "Personas", "The first that applies is the lead's persona.", &meaning.personas),
        named(
            &speaker,
            "Who is left out",
            "A lead to which one of these applies is disqualified: it is never handed to sales.",
            &meaning.disqualify,
        ),
        stages(&speaker),
        hand_off(meaning),
        qualification(meaning),
        grades(meaning),
        routes(&speaker),
        office_hours(meaning.office_hours.as_ref()),
    ];
    chapters.into_iter().filter(|chapter| !chapter.lines.is_empty()).collect()
}

/// Returns a condition as what has to be so, such as `employees is at least 50`.
pub fn describe_condition(meaning: &Meaning, condition: &Expr) -> String {
    Speaker { meaning }.condition(condition)
}

fn line(name: impl Into<String>, text: impl Into<String>) -> Line {
    Line { name: name.into(), text: text.into(), ..Line::default() }
}

fn chapter(title: &str, intro: &str, lines: Vec<Line>) -> Chapter {
    Chapter { title: title.to_owned(), intro: intro.to_owned(), lines }
}

fn signals(speaker: &Speaker<'_>) -> Chapter {
    let lines = speaker.meaning.signals.iter().map(|signal| line(spaced(&signal.name), signal_words(speaker, signal)));
    chapter("Signals", "Facts about what a lead did, which rules and stages refer to.", lines.collect())
}

fn signal_words(speaker: &Speaker<'_>, signal: &Signal) -> String {
    match &signal.kind {
        SignalKind::Count { select, once } => {
            format!("how often: {}", rules::events_words(speaker, select, once.as_ref()))
        }
        SignalKind::Sum { select, once, of } => {
            let events = rules::events_words(speaker, select, once.as_ref());
            format!("the sum of {} over: {events}", speaker.value(of))
        }
        SignalKind::First(select) => format!("when first: {}", rules::events_words(speaker, select, None)),
        SignalKind::Last(select) => format!("when last: {}", rules::events_words(speaker, select, None)),
        SignalKind::Sequence { steps, condition, since, within_seconds, span_seconds } => {
            let steps: Vec<String> = steps.iter().map(|step| event_names(speaker, step)).collect();
            let mut words = format!("when last, one after the other: {}", steps.join(", then "));
            if let Some(condition) = condition {
                words.push_str(&format!(", where {}", speaker.condition(condition)));
            }
            if let Some(span) = span_seconds {
                words.push_str(&format!(", all in less than {}", duration(*span)));
            }
            if let Some(within) = within_seconds {
                words.push_str(&format!(", in the last {}", duration(*within)));
            }
            if let Some(since) = since {
                words.push_str(&format!(", after the latest {}", event_names(speaker, since)));
            }
            words
        }
    }
}

fn derived(speaker: &Speaker<'_>) -> Chapter {
    let derived = speaker.meaning.derived.iter();
    let lines = derived.map(|derived| line(spaced(&derived.name), speaker.value(&derived.expr)));
    chapter("Computed attributes", "What follows from attributes.", lines.collect())
}

fn named(speaker: &Speaker<'_>, title: &str, intro: &str, all: &[crate::meaning::Conditional]) -> Chapter {
    let lines = all.iter().map(|one| line(&one.name, format!("when {}", speaker.condition(&one.condition))));
    chapter(title, intro, lines.collect())
}

fn stages(speaker: &Speaker<'_>) -> Chapter {
    let text = |stage: &crate::meaning::Stage| match stage.parts.len() {
        0 => "every lead".to_owned(),
        _ => {
            let parts: Vec<String> = stage.parts.iter().map(|(_, part)| speaker.condition(part)).collect();
            format!("when {}", parts.join(", and "))
        }
    };
    let lines = speaker.meaning.stages.iter().map(|stage| line(&stage.name, text(stage)));
    let intro = "A lead climbs rung by rung: it stands on the highest whose condition, and all those below, hold.";
    chapter("Stages", intro, lines.collect())
}

fn hand_off(meaning: &Meaning) -> Chapter {
    let mut lines = Vec::new();
    if let Some(hand_off) = &meaning.hand_off {
        let stage = meaning.stages.get(hand_off.stage).map_or("", |stage| stage.name.as_str());
        lines.push(line("Handed over", format!("when a lead comes up to {stage}")));
        if !hand_off.reject_reasons.is_empty() {
            let reasons = hand_off.reject_reasons.join(", ");
            lines.push(line("Sales may reject", format!("for one of these reasons: {reasons}")));
        }
        if let Some(seconds) = hand_off.recycle_after_seconds {
            lines.push(line("Recycled leads", format!("stay in nurture for {} at least", duration(seconds))));
        }
    }
    chapter("Hand-off", "Where marketing hands a lead to sales.", lines)
}

fn qualification(meaning: &Meaning) -> Chapter {
    let attributes = &meaning.lead.attributes;
    let names = meaning.criteria.iter().filter_map(|&place| attributes.get(place));
    let lines =
        names.map(|attribute| line(spaced(&attribute.name), "asked by sales, and needed before an opportunity"));
    chapter("Qualification", "What sales finds out about a lead.", lines.collect())
}

fn grades(meaning: &Meaning) -> Chapter {
    let letters = |name: &str, bands: &Option<Vec<crate::meaning::Band>>| {
        let bands = bands.as_ref()?;
        let told: Vec<String> = bands.iter().map(|band| format!("{} from {}", band.letter, band.from)).collect();
        Some(line(name, told.join(", ")))
    };
    let lines = [letters("By fit", &meaning.grades.fit), letters("By engagement", &meaning.grades.engagement)];
    chapter("Grades", "Letters that say the points in short.", lines.into_iter().flatten().collect())
}

fn routes(speaker: &Speaker<'_>) -> Chapter {
    let text = |route: &crate::meaning::Route| {
        let mut words = match &route.condition {
            Some(condition) => format!("when {}", speaker.condition(condition)),
            None => "all others".to_owned(),
        };
        if let Some(seconds) = route.respond_within_seconds {
            words.push_str(&format!("; to be answered within {}", duration(seconds)));
        }
        if let Some(team) = &route.escalate_to {
            words.push_str(&format!("; when overdue it goes to {team}"));
        }
        words
    };
    let lines = speaker.meaning.routes.iter().map(|route| line(&route.to, text(route)));
    chapter("Routes", "Where a lead goes: the first that applies.", lines.collect())
}

fn office_hours(hours: Option<&OfficeHours>) -> Chapter {
    const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let mut lines = Vec::new();
    if let Some(hours) = hours {
        let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        for (name, spans) in DAYS.iter().zip(&hours.days) {
            if !spans.is_empty() {
                let told: Vec<String> =
                    spans.iter().map(|&(from, to)| format!("{} to {}", clock(from), clock(to))).collect();
                lines.push(line(*name, told.join(" and ")));
            }
        }
        if !hours.holidays.is_empty() {
            lines.push(line("Not on", hours.holidays.join(", ")));
        }
        lines.push(line("Time zone", &hours.time_zone));
    }
    chapter("Office hours", "When the clock of a hand-off runs.", lines)
}

/// Returns the names of some events, as people say them.
fn event_names(speaker: &Speaker<'_>, events: &EventSet) -> String {
    let actions = events.actions.iter().filter_map(|&place| speaker.meaning.actions.get(place));
    let answer = |name: &String| SalesAnswer::ALL.into_iter().find(|answer| answer.default_event() == name);
    let own = events.names.iter().map(|name| match answer(name) {
        Some(answer) => format!("answer {}", answer.key()),
        None => spaced(name),
    });
    let names: Vec<String> = own.chain(actions.map(|action| spaced(&action.name))).collect();
    conditions::either(&names)
}

/// Returns a name without the marks that stand for spaces.
fn spaced(name: &str) -> String {
    name.replace('_', " ")
}
