//! Compares what concerns the teams and the service rather than scores: `name`, `review_every`, `hand_off`,
//! `office_hours`.

use super::lists::list_change;
use super::words::{duration, duration_change, maybe_duration_change, values};
use super::{Aspect, Changes};
use crate::definition::{Definition, HandOffDecl};
use crate::format::{day_spans, hours_text};
use crate::meaning::OfficeHours;

pub(super) fn name_and_review(changes: &mut Changes, old: &Definition, new: &Definition) {
    let name = |definition: &Definition| definition.name.as_ref().map(|name| name.value.clone());
    let called = |name: Option<String>| name.map_or("no name".to_owned(), |name| format!("`{name}`"));
    let (was, is) = (name(old), name(new));
    let aspect = (was != is).then(|| Aspect::quiet(format!("{} -> {}", called(was), called(is))));
    changes.aspects("name", "name", "name: ", aspect.into_iter().collect());
    let every = |definition: &Definition| definition.review_every.as_ref().map(|every| every.value);
    let words = match (every(old), every(new)) {
        (was, is) if was == is => return,
        (Some(was), Some(is)) => format!("every {}", duration_change(was, is)),
        (Some(was), None) => format!("every {} -> never", duration(was)),
        (None, Some(is)) => format!("never -> every {}", duration(is)),
        (None, None) => return,
    };
    changes.aspects("review_every", "review_every", "review: ", vec![Aspect::quiet(words)]);
}

pub(super) fn hand_off(changes: &mut Changes, old: &Definition, new: &Definition) {
    let stage = |decl: Option<&HandOffDecl>| decl.map(|decl| decl.stage.value.clone());
    let reasons = |decl: Option<&HandOffDecl>| decl.map(|decl| values(&decl.reject_reasons)).unwrap_or_default();
    let wait = |decl: Option<&HandOffDecl>| decl.and_then(|decl| decl.recycle_after.as_ref()).map(|after| after.value);
    let (old, new) = (old.hand_off.as_ref(), new.hand_off.as_ref());
    let words = match (stage(old), stage(new)) {
        (was, is) if was == is => None,
        (Some(was), Some(is)) => Some(format!("leads pass to sales at {was} -> {is}")),
        (None, Some(is)) => Some(format!("leads now pass to sales at {is}")),
        (Some(was), None) => Some(format!("leads no longer pass to sales at {was}")),
        (None, None) => None,
    };
    changes.aspects("hand_off", "hand_off", "", words.map(Aspect::scoring).into_iter().collect());
    let change = list_change(&reasons(old), &reasons(new)).map(|aspect| Aspect::quiet(aspect.words));
    changes.aspects("hand_off", "reject_reasons", "reasons to reject: ", change.into_iter().collect());
    if wait(old) != wait(new) {
        let words = maybe_duration_change(wait(old), wait(new), "no set time");
        changes.aspects("hand_off", "recycle_after", "recycled leads wait ", vec![Aspect::quiet(words)]);
    }
}

pub(super) fn office_hours(changes: &mut Changes, old: &Definition, new: &Definition) {
    let aspects = match (&old.office_hours, &new.office_hours) {
        (None, None) => Vec::new(),
        (None, Some(new)) => vec![Aspect::quiet(format!("now {}", hours_words(new)))],
        (Some(old), None) => vec![Aspect::quiet(format!("no longer {}", hours_words(old)))],
        (Some(old), Some(new)) => hours_change(old, new),
    };
    changes.aspects("office_hours", "office_hours", "office hours: ", aspects);
}

fn hours_change(old: &OfficeHours, new: &OfficeHours) -> Vec<Aspect> {
    let mut aspects = Vec::new();
    if old.time_zone != new.time_zone {
        aspects.push(Aspect::quiet(format!("in the time of {} -> {}", old.time_zone, new.time_zone)));
    }
    if old.days != new.days {
        aspects.push(Aspect::quiet(format!("{} -> {}", days_words(old), days_words(new))));
    }
    let holidays = list_change(&old.holidays, &new.holidays);
    aspects.extend(holidays.map(|aspect| Aspect::quiet(format!("days off: {}", aspect.words))));
    aspects
}

fn hours_words(hours: &OfficeHours) -> String {
    format!("{} in the time of {}", days_words(hours), hours.time_zone)
}

fn days_words(hours: &OfficeHours) -> String {
    let spans = |spans: &[(u16, u16)]| spans.iter().map(|span| hours_text(*span)).collect::<Vec<_>>().join(" and ");
    let days: Vec<String> =
        day_spans(hours).into_iter().map(|(days, hours)| format!("{days} {}", spans(hours))).collect();
    if days.is_empty() { "none".into() } else { days.join(", ") }
}
