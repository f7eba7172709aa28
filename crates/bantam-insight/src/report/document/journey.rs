//! The section on journeys: what won leads were and did, against lost ones.

use super::drawn::{self, days, lift, rate, text};
use super::words;
use crate::document::{Cell, Column, Finding, Section, Table};
use crate::report::Report;
use crate::report::journeys::{JourneyReport, Trait};
use crate::report::rules::FIND_MAX;

/// How many traits, and how many events, are shown at most.
const ROWS_MAX: usize = 20;
/// How many are shown although they say nothing beyond chance.
const ROWS_MIN: usize = 8;

pub(super) fn journeys(report: &Report) -> Section {
    let found = &report.journeys;
    let finding = match found.known.enough() {
        Ok(enough) => Finding::of_outcomes(enough, strongest(found)),
        Err(_) => Finding::of_counts(words::too_few(found.known, "won leads", "lost leads")),
    };
    let mut section = drawn::section(
        "journeys",
        "What do won leads have in common?",
        "What leads were and did up to their hand-off that were then won, against those that ended otherwise. Lift is how many \
         times as often leads with it are won as all the rest.",
        Some(finding),
        vec![
            "Surest first, adjusted for everything tried here (Benjamini-Hochberg). Values that fewer than ten leads have are \
             left out, and so are leads without a hand-off: of those only successes are heard of. A lift is no cause: it says \
             with whom to look, not what to do."
                .to_owned(),
        ],
    );
    if !found.traits.is_empty() {
        section.tables.push(traits("traits", "Who they are", "attribute", &found.traits));
    }
    if !found.events.is_empty() {
        section.tables.push(traits("touches", "What they did", "kind", &found.events));
    }
    if !found.last_touches.is_empty() {
        section.tables.push(last_touches(found));
    }
    if !found.ways.is_empty() {
        section.tables.push(ways(found));
    }
    if found.days.iter().any(Option::is_some) && report.span.is_some() {
        section.tables.push(first_touch(found));
    }
    section
}

fn strongest(found: &JourneyReport) -> String {
    let finds = |rows: &[Trait], up: bool| -> Vec<String> {
        let is_find = |row: &&Trait| {
            row.lift.is_some_and(|lift| lift.adjusted_p <= FIND_MAX && (lift.ratio > 1.0) == up)
                && row.value != "(missing)"
        };
        rows.iter().filter(is_find).take(3).map(name).collect()
    };
    let both = |up: bool| [finds(&found.traits, up), finds(&found.events, up)].concat();
    let (more, less) = (both(true), both(false));
    let said = |names: &[String], how: &str| match names {
        [] => format!("nothing goes with being won {how} often, beyond chance"),
        names => format!("won {how} often: {}", words::listed(names)),
    };
    let sentence = format!("{}; {}.", said(&more, "more"), said(&less, "less"));
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn name(row: &Trait) -> String {
    if row.attribute == "event" { row.value.clone() } else { format!("{} {}", row.attribute, row.value) }
}

fn traits(id: &str, caption: &str, first: &str, rows: &[Trait]) -> Table {
    let columns = vec![
        Column::text(first),
        Column::text("value"),
        Column::figures("won"),
        Column::figures("won of the rest"),
        Column::figures("lift"),
        Column::text("beyond chance"),
    ];
    let is_find = |row: &Trait| row.lift.is_some_and(|lift| lift.adjusted_p <= FIND_MAX);
    let count = rows.iter().filter(|row| is_find(row)).count().clamp(ROWS_MIN, ROWS_MAX);
    let rows = rows.iter().take(count).map(|row| {
        let sure = match row.lift {
            Some(lift) if lift.adjusted_p <= FIND_MAX => text("yes"),
            Some(_) => text("no"),
            None => Cell::None,
        };
        vec![
            text(row.attribute.clone()),
            text(row.value.clone()),
            rate(row.won.group),
            rate(row.won.rest),
            lift(row.lift),
            sure,
        ]
    });
    drawn::without_empty_columns(drawn::table(id, caption, columns, rows))
}

fn last_touches(found: &JourneyReport) -> Table {
    let columns = vec![Column::text("event"), Column::figures("of won leads"), Column::figures("of lost leads")];
    let rows = found.last_touches.iter().take(ROWS_MAX);
    let rows = rows.map(|row| vec![text(row.event.clone()), rate(row.won), rate(row.lost)]);
    drawn::table("last-touches", "Leads with the event among their last five touches", columns, rows)
}

fn ways(found: &JourneyReport) -> Table {
    let columns = vec![Column::text("last five touches, latest last"), Column::figures("won"), Column::figures("lost")];
    let rows =
        found.ways.iter().map(|way| vec![text(way.touches.join(" > ")), Cell::Count(way.won), Cell::Count(way.lost)]);
    drawn::table("ways", "The commonest last touches of won leads", columns, rows)
}

fn first_touch(found: &JourneyReport) -> Table {
    let columns = vec![
        Column::text("leads"),
        Column::figures("a quarter within"),
        Column::figures("half within"),
        Column::figures("three quarters within"),
    ];
    let rows = ["won", "lost"].into_iter().zip(found.days).map(|(name, quartiles)| {
        let [low, middle, high] = quartiles.map_or([None; 3], |quartiles| quartiles.map(Some));
        vec![text(name), days(low), days(middle), days(high)]
    });
    drawn::table("first-touch", "Time from the first touch to the hand-off", columns, rows)
}
