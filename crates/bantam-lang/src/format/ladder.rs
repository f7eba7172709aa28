//! Turns `stages`, `hand_off`, `grades`, `routes` and `office_hours` into keys and values.

use super::entries::{duration_entry, expression_entry, number_entry, open_list, section, text_entry, texts_entry};
use super::layout::{Entry, Layout, Shape};
use crate::definition::{Definition, HandOffDecl, RouteDecl, StageDecl, Text};
use crate::meaning::OfficeHours;
use crate::source::Spanned;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

pub(super) fn ladder_entries(definition: &Definition) -> Vec<Entry> {
    let mut entries = Vec::new();
    entries.extend(open_list("stages", definition.stages.iter().map(stage).collect()));
    entries.extend(definition.hand_off.as_ref().map(hand_off));
    entries.extend(section("grades", grades(definition)));
    entries.extend(open_list("routes", definition.routes.iter().map(route).collect()));
    entries.extend(definition.office_hours.as_ref().map(office_hours));
    entries
}

fn stage(decl: &StageDecl) -> Layout {
    match expression_entry(&decl.name.value, decl.condition.as_ref()) {
        Some(entry) => Layout::Map(vec![entry], Shape::Open),
        None => Layout::Text(decl.name.value.clone()),
    }
}

fn hand_off(decl: &HandOffDecl) -> Entry {
    let mut entries = vec![text_entry("stage", &decl.stage.value)];
    entries.extend(texts_entry("reject_reasons", &decl.reject_reasons));
    entries.extend(duration_entry("recycle_after", decl.recycle_after.as_ref()));
    match entries.len() {
        1 => text_entry("hand_off", &decl.stage.value),
        _ => ("hand_off".to_owned(), Layout::Map(entries, Shape::Close)),
    }
}

fn grades(definition: &Definition) -> Vec<Entry> {
    let letters = |key: &str, letters: &Option<Vec<(Text, Spanned<i64>)>>| {
        let letters = letters.as_ref()?;
        let entries = letters.iter().map(|(letter, from)| number_entry(&letter.value, from.value)).collect();
        Some((key.to_owned(), Layout::Map(entries, Shape::Close)))
    };
    let given = [letters("fit", &definition.grades_fit), letters("engagement", &definition.grades_engagement)];
    given.into_iter().flatten().collect()
}

fn route(decl: &RouteDecl) -> Layout {
    let mut entries = vec![text_entry("to", &decl.to.value)];
    entries.extend(expression_entry("if", decl.condition.as_ref()));
    entries.extend(duration_entry("respond_within", decl.respond_within.as_ref()));
    entries.extend(decl.escalate_to.as_ref().map(|to| text_entry("escalate_to", &to.value)));
    Layout::Map(entries, Shape::Close)
}

fn office_hours(hours: &OfficeHours) -> Entry {
    let mut entries = vec![text_entry("time_zone", &hours.time_zone)];
    let days = day_spans(hours).into_iter().map(|(days, spans)| (days, hour_spans(spans))).collect();
    entries.push(("days".to_owned(), Layout::Map(days, Shape::Close)));
    if !hours.holidays.is_empty() {
        let days = hours.holidays.iter().map(|day| Layout::Text(day.clone())).collect();
        entries.push(("holidays".to_owned(), Layout::List(days, Shape::Close)));
    }
    ("office_hours".to_owned(), Layout::Map(entries, Shape::Open))
}

/// Days in a row with the same hours, as `mon-fri`; days without hours are left out.
pub(crate) fn day_spans(hours: &OfficeHours) -> Vec<(String, &[(u16, u16)])> {
    let days: Vec<(&str, &[(u16, u16)])> = DAYS.into_iter().zip(hours.days.iter().map(Vec::as_slice)).collect();
    let same_hours = days.chunk_by(|(_, one), (_, other)| one == other);
    same_hours
        .filter_map(|days| match days {
            [(_, []), ..] | [] => None,
            [(day, hours)] => Some(((*day).to_owned(), *hours)),
            [(first, hours), .., (last, _)] => Some((format!("{first}-{last}"), *hours)),
        })
        .collect()
}

fn hour_spans(spans: &[(u16, u16)]) -> Layout {
    let texts: Vec<Layout> = spans.iter().map(|span| Layout::Text(hours_text(*span))).collect();
    match texts.as_slice() {
        [only] => only.clone(),
        _ => Layout::List(texts, Shape::Close),
    }
}

/// Returns minutes since midnight as `09:00-18:00`.
pub(crate) fn hours_text((from, to): (u16, u16)) -> String {
    let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    format!("{}-{}", clock(from), clock(to))
}
