//! Rules that hit nothing, and tables that miss values.

use crate::survey::shown::{count_text, counted, quoted};
use crate::survey::{EventSurvey, Key, Miss, Role, RuleSurvey, Survey, TableSurvey, places};
use bantam_lang::CheckedDefinition;
use bantam_lang::codes;
use bantam_lang::definition::SectionDecl;
use bantam_lang::diagnostic::Diagnostic;
use bantam_lang::meaning::{Points, Rule};

/// How many values a message names.
const NAMED_MAX: usize = 3;

pub(super) fn rules(survey: &Survey, definition: &CheckedDefinition, found: &mut Vec<Diagnostic>) {
    let written = definition.definition();
    let sections = [
        (&survey.fit, &definition.fit, written.fit.as_ref()),
        (&survey.engagement, &definition.engagement, written.engagement.as_ref()),
    ];
    for (section, meaning, decl) in sections {
        for (rule, of) in section.rules.iter().zip(&meaning.rules) {
            // Without rows of the kind a rule looks at, that it hits nothing says nothing about the rule.
            let has_data = if rule.on_events { survey.events > 0 } else { survey.rows.0 > 0 };
            if !has_data {
                continue;
            }
            let told = misses(rule, of, decl).or_else(|| no_hits(survey, rule, of));
            found.extend(told);
        }
    }
}

/// A rule that gives nobody points.
fn no_hits(survey: &Survey, rule: &RuleSurvey, of: &Rule) -> Option<Diagnostic> {
    if rule.earning > 0 || matches!(of.points, Points::Fixed(0)) {
        return None;
    }
    let (why, help) = if rule.on_events { no_events(survey, rule)? } else { no_leads(survey, rule)? };
    let message = format!("{} gives nobody any points: {why}", quoted(&rule.name));
    Some(Diagnostic::warning(codes::NO_HITS, of.span, message).label("hits nothing in this data").help(help))
}

fn no_leads(survey: &Survey, rule: &RuleSurvey) -> Option<(String, &'static str)> {
    let leads = counted(survey.leads, "lead", "leads");
    if rule.undecided == survey.leads {
        let why = format!("what it asks about is missing for {}", all(survey.leads, &leads));
        return Some((why, "check the columns of the attributes it uses"));
    }
    let undecided = match rule.undecided {
        0 => String::new(),
        undecided => format!(", and for {} of them it could not be decided", count_text(undecided)),
    };
    if rule.applies == 0 {
        let why = format!("its condition is true for none of {leads}{undecided}");
        return Some((why, "compare its condition with the values in the data, or remove the rule"));
    }
    let table = rule.table.as_ref()?;
    // Where a key with 0 points decides, the author asked for 0.
    let asked_for = table.keys.iter().any(|key| key.points == 0 && key.rows > 0 && matches!(key.key, Key::Value(_)));
    let why = format!("no value of {leads} has a key with points{undecided}");
    (!asked_for).then_some((why, "compare the keys with the values in the data"))
}

fn all(count: u64, counted: &str) -> String {
    if count == 1 { "the only lead".into() } else { format!("all {counted}") }
}

fn no_events(survey: &Survey, rule: &RuleSurvey) -> Option<(String, &'static str)> {
    let heard: Vec<&EventSurvey> = survey.event_names.iter().filter(|event| is_heard_by(event, &rule.name)).collect();
    let sum: u64 = heard.iter().map(|event| event.count).sum();
    let first = heard.first()?;
    let selected = counted(rule.selected, "event", "events");
    if rule.selected == 0 {
        let others = if heard.len() > 1 { " and others" } else { "" };
        let (come, passes) = if sum == 1 { ("comes", "it does not pass") } else { ("come", "none passes") };
        let events = counted(sum, "event", "events");
        let why = format!("{events} named {}{others} {come}, and {passes} its conditions", quoted(&first.name));
        return Some((why, "compare `if`, `within` and `since` with the events in the data"));
    }
    if rule.counting == 0 {
        let why = format!("it finds {selected}, but never as many together as `times` asks for");
        return Some((why, "ask for fewer `times`, or for a longer `within`"));
    }
    if rule.table.is_none() {
        let why = format!("by their age its {selected} are worth 0 points now");
        return Some((why, "compare the decay with the age of the events"));
    }
    let why = format!("its {selected} are worth 0 points, by the table or by their age");
    Some((why, "compare the keys with the values in the data, and the decay with the age of the events"))
}

fn is_heard_by(event: &EventSurvey, rule: &str) -> bool {
    event.heard_by.iter().any(|by| by.role == Role::Rule && by.name == rule)
}

/// A table that does not know values of the data. With `else` the author thought of others: only slips are told then.
/// Booleans are never told, numbers where none reaches the lowest key: what lies below is mostly meant to be worth nothing.
fn misses(rule: &RuleSurvey, of: &Rule, section: Option<&SectionDecl>) -> Option<Diagnostic> {
    let table = rule.table.as_ref()?;
    if let Some(below) = table.below_lowest {
        return below_lowest(rule, of, table, below);
    }
    let without_key = rule.without_key().filter(|key| key.rows > 0)?;
    let slip = table.misses.iter().find(|miss| miss.nearest.is_some());
    let is_text = table.misses.iter().any(|miss| miss.value != "true" && miss.value != "false");
    let told = is_text && (without_key.key == Key::NoKey || slip.is_some());
    if !told {
        return None;
    }
    let message = format!(
        "{} has no key for {} of {}: {}",
        quoted(&rule.name),
        counted(table.misses.len() as u64 + table.other_misses, "value", "values"),
        unit(rule, without_key.rows),
        named(table)
    );
    let or_else = if without_key.key == Key::NoKey { ", or `else: 0` where the rest is worth nothing" } else { "" };
    let mut diagnostic = Diagnostic::warning(codes::TABLE_MISSES, of.span, message).label("misses values");
    diagnostic = match slip.and_then(|miss| Some((miss, miss.nearest.as_ref()?))) {
        Some((Miss { value, .. }, key)) => {
            let help = format!("{} looks like the key {}; add a key for it{or_else}", quoted(value), quoted(key));
            let place = places::table_key(section, &rule.name, key);
            let diagnostic = diagnostic.help(help);
            match place {
                Some(place) => diagnostic.related(place, format!("the data also has {}", quoted(value))),
                None => diagnostic,
            }
        }
        None => diagnostic.help(format!("add a key for each that should give points{or_else}")),
    };
    Some(diagnostic)
}

fn below_lowest(rule: &RuleSurvey, of: &Rule, table: &TableSurvey, below: u64) -> Option<Diagnostic> {
    let reached = table.keys.iter().any(|key| matches!(key.key, Key::Value(_)) && key.rows > 0);
    let lowest = table.keys.first().filter(|_| below > 0 && !reached)?;
    let message = format!(
        "no value reaches the lowest key of {}, {}: {} below it",
        quoted(&rule.name),
        quoted(lowest.key.text()),
        match below {
            1 => format!("{} lies", unit(rule, 1)),
            _ => format!("{} lie", unit(rule, below)),
        }
    );
    let help = "compare the keys with the values in the data; are they in the same unit?";
    Some(Diagnostic::warning(codes::TABLE_MISSES, of.span, message).label("misses all values").help(help))
}

fn unit(rule: &RuleSurvey, rows: u64) -> String {
    if rule.on_events { counted(rows, "event", "events") } else { counted(rows, "lead", "leads") }
}

/// Names values with their counts, those that look like a key first.
fn named(table: &TableSurvey) -> String {
    let (slips, others): (Vec<&Miss>, Vec<&Miss>) = table.misses.iter().partition(|miss| miss.nearest.is_some());
    let shown = slips.into_iter().chain(others).take(NAMED_MAX);
    let mut texts: Vec<String> =
        shown.map(|miss| format!("{} ({})", quoted(&miss.value), count_text(miss.count))).collect();
    let more = table.misses.len() as u64 + table.other_misses - texts.len() as u64;
    if more > 0 {
        texts.push(format!("and {} more", count_text(more)));
    }
    texts.join(", ").replace(", and", " and")
}
