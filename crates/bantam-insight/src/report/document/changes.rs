//! Sections on what has changed: who the leads are, and what sales thinks of them.

use super::drawn::{self, lift, number, rate, text};
use super::words::{self, counted, dates, listed, percent};
use crate::document::{Cell, Column, Finding, Section};
use crate::report::Report;
use crate::report::drift::DriftRow;
use crate::statistics::{Drift, DriftVerdict};

pub(super) fn drift(report: &Report) -> Section {
    let found = &report.drift;
    let moved = |verdict: DriftVerdict| -> Vec<String> {
        let is = |row: &&DriftRow| row.drift.as_ref().is_some_and(|drift| drift.verdict == verdict);
        found.rows.iter().filter(is).map(|row| row.name.clone()).collect()
    };
    let (far, some) = (moved(DriftVerdict::Moved), moved(DriftVerdict::Watch));
    let finding = match (far.as_slice(), some.as_slice()) {
        _ if found.rows.iter().all(|row| row.drift.is_none()) => "There are no leads to compare.".to_owned(),
        ([], []) => "No attribute or score has moved beyond chance.".to_owned(),
        ([], some) => format!("Worth watching: {}.", listed(some)),
        (far, []) => format!("Moved: {}.", listed(far)),
        (far, some) => format!("Moved: {}; worth watching: {}.", listed(far), listed(some)),
    };
    let windows = found.base.zip(found.now).map_or_else(String::new, |(base, now)| {
        format!(
            "Compared are the {} that came {} with the {} that came {}.",
            counted(now.leads, "lead"),
            dates(now.span),
            counted(base.leads, "lead"),
            dates(base.span)
        )
    });
    let mut section = drawn::section(
        "drift",
        "Have the leads changed?",
        "Population stability index of each attribute and score between the last quarter and an earlier time: from 0.1 on worth \
         watching, from 0.25 on moved, where that is more than twice what chance makes.",
        Some(Finding::of_counts(finding)),
        vec![
            windows,
            "Scores are those at the age of 30 days, so that younger leads do not seem to score less.".to_owned(),
        ],
    );
    let columns = vec![
        Column::text("what"),
        Column::figures("index"),
        Column::figures("by chance"),
        Column::text("verdict"),
        Column::text("what moved most: share before, and now"),
    ];
    let rows = found.rows.iter().filter_map(|row| Some((row, row.drift.as_ref()?)));
    let rows = rows.map(|(row, drift)| {
        vec![
            text(row.name.clone()),
            number(Some(drift.index), 3),
            number(Some(drift.floor), 3),
            text(verdict(drift)),
            text(moves(row, drift)),
        ]
    });
    section.tables.push(drawn::table("drift-index", "How far each has moved", columns, rows));
    section
}

fn verdict(drift: &Drift) -> &'static str {
    match drift.verdict {
        DriftVerdict::Stable => "stable",
        DriftVerdict::Watch => "worth watching",
        DriftVerdict::Moved => "moved",
    }
}

/// What moved is told where something did.
fn moves(row: &DriftRow, drift: &Drift) -> String {
    if drift.verdict == DriftVerdict::Stable {
        return String::new();
    }
    let moved =
        row.moved.iter().map(|(value, before, now)| format!("{value}: {}, {}", percent(*before), percent(*now)));
    moved.collect::<Vec<_>>().join("; ")
}

pub(super) fn turned(report: &Report) -> Section {
    let found = &report.turned;
    let finding = match (found.tried, found.rows.first()) {
        (None, _) => "There are too few answers, or too few refusals, for a conclusion.".to_owned(),
        (Some(_), None) => "No kind of lead is refused more or less often than before, beyond chance.".to_owned(),
        (Some(_), Some(row)) => format!(
            "Most surely changed: {} {}, refused in {} and before in {}.",
            row.attribute,
            row.value,
            words::rate(row.refused.group),
            words::rate(row.refused.rest)
        ),
    };
    let halves = found.spans.map_or_else(String::new, |(before, now)| {
        format!("Compared are hand-offs opened {} with those opened {}.", dates(now), dates(before))
    });
    let tried = found.tried.map_or_else(String::new, |tried| format!("{} were looked at.", counted(tried, "value")));
    let mut section = drawn::section(
        "turned",
        "What does sales think otherwise of than before?",
        "Kinds of leads that are rejected or recycled more often, or less, in the second half of the time than in the first: what \
         a source that turns bad looks like, months before its wins are missing.",
        Some(Finding::of_counts(finding)),
        [halves, tried].into_iter().filter(|note| !note.is_empty()).collect(),
    );
    if !found.rows.is_empty() {
        let columns = vec![
            Column::text("attribute"),
            Column::text("value"),
            Column::figures("refused now"),
            Column::figures("refused before"),
            Column::figures("lift"),
        ];
        let rows = found.rows.iter().map(|row| -> Vec<Cell> {
            vec![
                text(row.attribute.clone()),
                text(row.value.clone()),
                rate(row.refused.group),
                rate(row.refused.rest),
                lift(Some(row.lift)),
            ]
        });
        section.tables.push(drawn::table("turned-values", "Refused more or less often than before", columns, rows));
    }
    section
}
