//! Events nobody listens to, and names that never come.

use crate::survey::shown::{count_text, counted, quoted};
use crate::survey::{AbsentEvent, EventSurvey, Survey, places};
use bantam_lang::CheckedDefinition;
use bantam_lang::codes;
use bantam_lang::definition::Definition;
use bantam_lang::diagnostic::Diagnostic;

/// How many names a message names.
const NAMED_MAX: usize = 5;

pub(super) fn events(survey: &Survey, definition: &CheckedDefinition, found: &mut Vec<Diagnostic>) {
    let definition = definition.definition();
    let mut told = Vec::new();
    for absent in &survey.absent_events {
        if let Some(diagnostic) = never_comes(definition, absent) {
            found.push(diagnostic);
            told.extend(absent.nearest.as_deref().filter(|_| absent.nearest_is_unheard));
        }
    }
    found.extend(unheard(survey, definition, &told));
}

/// A name that never comes. A reset or an answer of sales may well not have come yet: those are told as slips only.
fn never_comes(definition: &Definition, absent: &AbsentEvent) -> Option<Diagnostic> {
    let place = places::event_name(definition, &absent.name)?;
    if !absent.is_earning() && !absent.nearest_is_unheard {
        return None;
    }
    let message = format!("no event is named {}", quoted(&absent.name));
    let diagnostic = Diagnostic::warning(codes::EVENT_NEVER_COMES, place, message).label("never comes in this data");
    Some(match &absent.nearest {
        Some(nearest) => diagnostic.help(format!("did you mean {}?", quoted(nearest))),
        None => diagnostic.help("check how the event is named where it is sent, or whether it is in these files"),
    })
}

/// Events that count for nothing, all in one: most data has some.
fn unheard(survey: &Survey, definition: &Definition, told: &[&str]) -> Option<Diagnostic> {
    let unheard: Vec<&EventSurvey> = survey
        .event_names
        .iter()
        .filter(|event| event.heard_by.is_empty() && !told.contains(&event.name.as_str()))
        .collect();
    if unheard.is_empty() {
        return None;
    }
    let shown = unheard.iter().take(NAMED_MAX);
    let named: Vec<String> =
        shown.map(|event| format!("{} ({})", quoted(&event.name), count_text(event.count))).collect();
    let count = unheard.len() as u64 + survey.other_event_names;
    let more = match count - named.len() as u64 {
        0 => String::new(),
        more => format!(" and {} more", count_text(more)),
    };
    let message = format!(
        "nothing listens to {}: {}{more}",
        counted(count, "kind of event", "kinds of events"),
        named.join(", ")
    );
    let slip = unheard.iter().find_map(|event| Some((&event.name, event.nearest.as_ref()?)));
    let help = match slip {
        Some((name, nearest)) => format!("{} looks like {}; add the name beside it", quoted(name), quoted(nearest)),
        None => "add a rule for those that say something about a lead; the others do no harm".into(),
    };
    Some(Diagnostic::warning(codes::UNHEARD_EVENT, places::listening(definition), message).help(help))
}
