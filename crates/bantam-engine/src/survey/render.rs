//! Turns a survey into text for a terminal: tables that make sense without colour.

mod rules;

use super::layout::Grid;
use super::shown::{VALUE_WIDTH, clip, count_text, counted, day_text, escape, share_text, time_text};
use super::{AbsentEvent, Choice, ColumnSurvey, Listener, NamedCount, Role, Survey};
use crate::input::RowKind;

/// How many columns and names of events nobody knows are shown.
const STRAYS_MAX: usize = 20;

/// Returns the survey as text of at most `width` columns, as far as texts can be cut to that.
///
/// Control characters of the data come out escaped.
pub fn render(survey: &Survey, width: usize) -> String {
    let mut text = summary(survey);
    let mut put = |title: &str, grid: Grid| {
        let table = grid.text(width);
        if !table.is_empty() {
            text.push_str(&format!("\n{title}\n{table}"));
        }
    };
    put("FIT: who they are", rules::fit(survey));
    put("ENGAGEMENT: what they do", rules::engagement(survey));
    put("VALUES WITHOUT A KEY", rules::misses(survey));
    put("LIMITS", rules::limits(survey));
    put("STAGES", stages(survey));
    put("GRADES", named(survey, "grade", &survey.grades));
    put("PERSONAS", choices(survey, "persona", &survey.personas));
    put("DISQUALIFIED BY", choices(survey, "disqualifier", &survey.disqualifiers));
    put("ROUTES", choices(survey, "route", &survey.routes));
    put("DERIVED", named(survey, "name", &survey.derived));
    put("SIGNALS", signals(survey));
    put("LISTS", lists(survey));
    put("VALUES OF LEADS", columns(&survey.attributes));
    put("VALUES OF EVENTS", columns(&survey.properties));
    put("COLUMNS NOBODY DECLARED", strays(survey));
    put("EVENTS", events(survey));
    put("EVENTS THAT NEVER COME", absent(survey));
    text
}

fn summary(survey: &Survey) -> String {
    let leads = counted(survey.leads, "lead", "leads");
    let alone = match survey.leads_without_row {
        0 => String::new(),
        count => format!(" ({} by events alone)", count_text(count)),
    };
    let events = counted(survey.events, "event", "events");
    let later = match survey.later_events {
        0 => String::new(),
        1 => "; 1 later event does not count".into(),
        count => format!("; {} later events do not count", count_text(count)),
    };
    let rejected = match survey.rejected {
        (0, 0) => String::new(),
        (leads, events) => format!("rejected rows: {} of leads, {} of events\n", count_text(leads), count_text(events)),
    };
    format!("{leads}{alone}, {events} up to {}{later}\n{rejected}", time_text(survey.as_of))
}

fn number(count: u64) -> String {
    count_text(count)
}

fn stages(survey: &Survey) -> Grid {
    let mut grid = Grid::new(&["stage", "#stand here", "#share", "#condition true", "#unknown"]);
    let mut standing = 0;
    for stage in &survey.stages {
        standing += stage.leads;
        let share = share_text(stage.leads, survey.leads);
        grid.row([stage.name.clone(), number(stage.leads), share, number(stage.holds), "".into()]);
        for part in &stage.parts {
            let unknown = number(part.unknown);
            grid.row([format!("  {}", part.text), "".into(), "".into(), number(part.holds), unknown]);
        }
    }
    let none = survey.leads.saturating_sub(standing + survey.disqualified);
    for (name, leads) in [("(disqualified)", survey.disqualified), ("(no stage)", none)] {
        if leads > 0 {
            grid.row([name.into(), number(leads), share_text(leads, survey.leads), "".into(), "".into()]);
        }
    }
    grid
}

fn named(survey: &Survey, head: &'static str, counts: &[NamedCount]) -> Grid {
    let mut grid = Grid::new(&[head, "#leads", "#share"]);
    for NamedCount { name, leads } in counts {
        grid.row([name.clone(), number(*leads), share_text(*leads, survey.leads)]);
    }
    grid
}

fn choices(survey: &Survey, head: &'static str, choices: &[Choice]) -> Grid {
    let mut grid = Grid::new(&[head, "#leads", "#share", "#condition true"]);
    for Choice { name, leads, holds } in choices {
        grid.row([name.clone(), number(*leads), share_text(*leads, survey.leads), number(*holds)]);
    }
    let chosen: u64 = choices.iter().map(|choice| choice.leads).sum();
    let none = survey.leads.saturating_sub(chosen);
    if none > 0 && !choices.is_empty() {
        grid.row(["(none)".into(), number(none), share_text(none, survey.leads), "".into()]);
    }
    grid
}

fn signals(survey: &Survey) -> Grid {
    let mut grid = Grid::new(&["signal", "#known", "#other than 0", "#share"]);
    for signal in &survey.signals {
        let share = share_text(signal.nonzero, survey.leads);
        grid.row([signal.name.clone(), number(signal.known), number(signal.nonzero), share]);
    }
    grid
}

fn lists(survey: &Survey) -> Grid {
    let mut grid = Grid::new(&["list", "#values", "#that occur", "#leads"]);
    for list in &survey.lists {
        grid.row([list.name.clone(), number(list.values), number(list.hits), number(list.leads)]);
    }
    grid
}

fn columns(columns: &[ColumnSurvey]) -> Grid {
    let mut grid = Grid::new(&["name", "#present", "#missing", "#unreadable", "#different", "most frequent"]);
    for column in columns {
        let counts = [column.present, column.missing, column.failed, column.distinct].map(count_text);
        let [present, missing, failed, distinct] = counts;
        grid.row([column.name.clone(), present, missing, failed, distinct, frequent(column)]);
    }
    grid
}

fn frequent(column: &ColumnSurvey) -> String {
    if !column.found {
        let hint = column.nearest.as_ref().map_or(String::new(), |nearest| format!("; there is `{nearest}`"));
        return format!("(no column `{}`{hint})", column.column);
    }
    // Values that all differ, as keys and times do, say nothing by their frequency.
    let is_telling = column.frequent.iter().any(|(_, count)| *count > 1) || column.distinct as usize <= 5;
    let shown = column.frequent.iter().filter(|_| is_telling);
    let texts: Vec<String> =
        shown.map(|(value, count)| format!("{} ({})", clip(value, VALUE_WIDTH), count_text(*count))).collect();
    texts.join(", ")
}

fn strays(survey: &Survey) -> Grid {
    let mut grid = Grid::new(&["column", "of", "#rows", "looks like"]);
    let (near, others): (Vec<_>, Vec<_>) = survey.stray_columns.iter().partition(|stray| stray.nearest.is_some());
    for stray in near.iter().chain(&others).take(STRAYS_MAX) {
        let of = if stray.kind == RowKind::Lead { "leads" } else { "events" };
        let nearest = stray.nearest.clone().unwrap_or_default();
        grid.row([stray.column.clone(), of.into(), number(stray.rows), nearest]);
    }
    if let Some(more) = survey.stray_columns.len().checked_sub(STRAYS_MAX).filter(|more| *more > 0) {
        grid.row([format!("({} more)", number(more as u64)), "".into(), "".into(), "".into()]);
    }
    grid
}

fn events(survey: &Survey) -> Grid {
    let mut grid = Grid::new(&["name", "#count", "first", "last", "heard by"]);
    let mut unheard = 0;
    for event in &survey.event_names {
        unheard += usize::from(event.heard_by.is_empty());
        if event.heard_by.is_empty() && unheard > STRAYS_MAX {
            continue;
        }
        let by = match &event.nearest {
            Some(nearest) => format!("nobody; looks like `{nearest}`"),
            None => listeners(&event.heard_by),
        };
        grid.row([event.name.clone(), number(event.count), day_text(event.first), day_text(event.last), by]);
    }
    let more = unheard.saturating_sub(STRAYS_MAX) as u64 + survey.other_event_names;
    if more > 0 {
        grid.row([format!("({} more)", number(more)), "".into(), "".into(), "".into(), "nobody".into()]);
    }
    grid
}

/// Says who listens: rules by their names, the rest with a word before.
fn listeners(by: &[Listener]) -> String {
    let mut texts: Vec<String> = Vec::new();
    for Listener { role, name } in by {
        match role {
            Role::Rule => texts.push(name.clone()),
            Role::Signal => texts.push(format!("signal {name}")),
            Role::Sales => texts.push(format!("sales: {name}")),
            Role::Reset => {}
        }
    }
    let resets = by.iter().filter(|by| by.role == Role::Reset).count() as u64;
    if resets > 0 {
        texts.push(format!("resets {}", counted(resets, "rule or signal", "rules and signals")));
    }
    if texts.is_empty() { "nobody".into() } else { escape(&texts.join(", ")) }
}

fn absent(survey: &Survey) -> Grid {
    let mut grid = Grid::new(&["name", "heard by", "there is"]);
    // Answers of sales and resets may well not have come yet.
    let is_told = |event: &&AbsentEvent| event.is_earning() || event.nearest_is_unheard;
    let (told, others): (Vec<_>, Vec<_>) = survey.absent_events.iter().partition(is_told);
    for event in told {
        grid.row([event.name.clone(), listeners(&event.heard_by), event.nearest.clone().unwrap_or_default()]);
    }
    if !others.is_empty() {
        grid.row([format!("({} more)", number(others.len() as u64)), "answers of sales, resets".into()]);
    }
    grid
}
