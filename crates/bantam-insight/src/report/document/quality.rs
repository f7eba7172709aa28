//! Sections on whether the definition is right: calibration, thresholds, wasted and missed leads.

use super::drawn::{self, chart, lift, money, number, rate, text};
use super::words::{self, listed, percent};
use crate::document::Cell::Count;
use crate::document::{Axis, Cell, ChartKind, Column, Finding, Section, Table};
use crate::report::calibration::{Band, CalibrationReport};
use crate::report::missed::MissedReport;
use crate::report::rules::{RuleRow, RulesReport, Verdict};
use crate::report::threshold::ThresholdReport;
use crate::report::{Known, Report, Success};
use crate::statistics::Area;

/// More than this many rows of what was lacked say nothing more.
const LACKED_MAX: usize = 15;

/// What successes and failures are called.
fn names(success: Success) -> (&'static str, &'static str) {
    match success {
        Success::Opportunity => ("opportunities", "hand-offs that ended without one"),
        Success::Win => ("won", "lost"),
    }
}

/// A conclusion where there are enough outcomes, else how many there are.
fn conclude(known: Known, success: Success, sentence: impl FnOnce() -> String) -> Finding {
    let (won, lost) = names(success);
    match known.enough() {
        Ok(enough) => Finding::of_outcomes(enough, sentence()),
        Err(_) => Finding::of_counts(words::too_few(known, won, lost)),
    }
}

pub(super) fn calibration(report: &Report) -> Section {
    let found = &report.calibration;
    let meaning = match (report.has_outcome_column, found.success) {
        (true, _) => {
            "Whether leads with higher scores are won more often; a definition that is right has shares that rise with the score."
        }
        (_, Success::Opportunity) => {
            "Whether hand-offs with higher scores become opportunities more often, of those of which it is known; a definition \
             that is right has shares that rise with the score at the hand-off."
        }
        (_, Success::Win) => {
            "Whether hand-offs with higher scores are won more often, of those that ended; a definition that is right has \
             shares that rise with the score at the hand-off."
        }
    };
    let finding = conclude(found.known, found.success, || calibrated(found));
    let mut section =
        drawn::section("calibration", "Do higher scores convert better?", meaning, Some(finding), Vec::new());
    section.tables.push(bands(found));
    section.tables.extend(areas(found));
    section.tables.extend(grades(found));
    section
}

fn calibrated(found: &CalibrationReport) -> String {
    let falling: Vec<String> = found.bands.iter().filter(|band| band.falls).map(points_of).collect();
    let certain = found.bands.iter().filter(|band| band.falls_for_certain).count();
    let rising = match (falling.len(), certain) {
        (0, _) => "Every band of scores converts at least as well as the one below it".to_owned(),
        (_, 0) => {
            format!("Fewer convert than in the band below at {}, by no more than chance may make", listed(&falling))
        }
        (_, certain) => {
            format!("Fewer convert than in the band below at {}, {certain} of them for certain", listed(&falling))
        }
    };
    let [Some(area), ..] = found.areas else { return format!("{rising}.") };
    format!("{rising}; {}.", discrimination(area))
}

fn points_of(band: &Band) -> String {
    if band.from == band.to { band.from.to_string() } else { format!("{} to {}", band.from, band.to) }
}

fn discrimination(area: Area) -> String {
    let (low, high) = (area.interval.low, area.interval.high);
    let said = format!("AUC {:.2}, {low:.2} to {high:.2}", area.value);
    if low > 0.5 {
        format!("a lead that converts has the higher score in {} of pairs ({said})", percent(area.value))
    } else if high < 0.5 {
        format!("more points convert worse ({said})")
    } else {
        format!("it says no more than chance does ({said})")
    }
}

fn bands(found: &CalibrationReport) -> Table {
    let columns = vec![
        Column::text("score"),
        Column::figures("converted"),
        Column::figures_in("nearest rising share", "%"),
        Column::text("against the band below"),
    ];
    let rows = found.bands.iter().map(|band| {
        let verdict = match (band.falls_for_certain, band.falls) {
            (true, _) => "falls, for certain",
            (false, true) => "falls",
            _ => "",
        };
        vec![text(points_of(band)), rate(band.rate), number(band.rising.map(|share| share * 100.0), 1), text(verdict)]
    });
    let caption = format!(
        "Share that became {} by score",
        if found.success == Success::Win { "a win" } else { "an opportunity" }
    );
    let mut table = drawn::table("score-bands", &caption, columns, rows);
    let n: u64 = found.known.won + found.known.lost;
    table.charts.push(chart(
        "Do higher scores convert better?",
        format!("n = {n}, in bands of about equal size, with 95 % intervals"),
        Axis::new("score", "points"),
        Axis::new("converts", "%"),
        ChartKind::Bars { label: 0, series: vec![1] },
    ));
    table
}

fn areas(found: &CalibrationReport) -> Option<Table> {
    let columns = vec![Column::text("points"), Column::figures("AUC"), Column::text("what that says")];
    let rows: Vec<Vec<Cell>> = ["score", "fit", "engagement"]
        .into_iter()
        .zip(found.areas)
        .filter_map(|(name, area)| {
            let area = area?;
            Some(vec![text(name), Cell::Estimate(area.value, area.interval, 3), text(discrimination(area))])
        })
        .collect();
    let caption = "How well points tell leads that convert from others: 0.5 is chance, 1 is perfect";
    (!rows.is_empty()).then(|| drawn::table("areas", caption, columns, rows))
}

fn grades(found: &CalibrationReport) -> Option<Table> {
    let has_both = found.grades.iter().any(|cell| !cell.fit.is_empty() && !cell.engagement.is_empty());
    let known = |cell: &&crate::report::GradeCell| cell.rate.n() > 0;
    let columns = vec![Column::text("fit"), Column::text("engagement"), Column::figures("converted")];
    let rows = found.grades.iter().filter(known).map(|cell| {
        let letter = |letter: &str| text(if letter.is_empty() { "any" } else { letter });
        vec![letter(&cell.fit), letter(&cell.engagement), rate(cell.rate)]
    });
    let mut table = drawn::table("grades", "Share that converts by grade", columns, rows);
    if has_both {
        table.charts.push(chart(
            "Which grades convert?",
            format!("n = {}", found.known.won + found.known.lost),
            Axis::new("engagement", ""),
            Axis::new("fit", ""),
            ChartKind::HeatMap { x: 1, y: 0, value: 2 },
        ));
    }
    (!table.rows.is_empty()).then_some(table)
}

pub(super) fn threshold(report: &Report) -> Section {
    let found = &report.threshold;
    let finding = conclude(found.known, Success::Win, || best(found));
    let mut notes = vec![
        "Each threshold stands for handing off whoever reaches so many points, and for nothing else that the definition asks. \
         Leads are counted by the best score before sales answered."
            .to_owned(),
        match report.has_outcome_column {
            true => "Precision is of all leads whose end is known.",
            false => {
                "Precision and net value are of leads that this definition handed over and that have ended: below its own \
                 threshold they stay almost the same, since what others would have brought is not known. Recall is of all wins."
            }
        }
        .to_owned(),
    ];
    if found.rows.iter().all(|row| row.net_value.is_none()) {
        notes.push("For net value, give the cost of a hand-off and the value of a win.".to_owned());
    }
    let mut section = drawn::section(
        "threshold",
        "Where should the threshold be?",
        "What handing off at each score would catch: how many leads, how many of those that ended were won (precision), and how \
         many of all won leads are among them (recall).",
        Some(finding),
        notes,
    );
    section.tables.push(own(found));
    section.tables.push(curve(found));
    section
}

fn best(found: &ThresholdReport) -> String {
    let row = |place: Option<usize>| place.and_then(|place| found.rows.get(place));
    let own = format!("The definition's own hand-offs are won in {}", words::rate(found.own_precision));
    let caught = format!("{} of all wins had one", words::rate(found.own_recall));
    let best = row(found.best).map(|row| format!("; net value is greatest from {} points on", row.threshold));
    let capacity =
        row(found.at_capacity).map(|row| format!("; from {} points on they fit the capacity", row.threshold));
    format!("{own}; {caught}{}{}.", best.unwrap_or_default(), capacity.unwrap_or_default())
}

fn own(found: &ThresholdReport) -> Table {
    let columns = vec![
        Column::text("hand-offs"),
        Column::figures("leads a week"),
        Column::figures("precision"),
        Column::figures("recall"),
    ];
    let row =
        vec![text("by the definition"), number(found.own_a_week, 1), rate(found.own_precision), rate(found.own_recall)];
    drawn::table("own-hand-offs", "What the definition itself hands off", columns, [row])
}

fn curve(found: &ThresholdReport) -> Table {
    let columns = vec![
        Column::figures_in("threshold", "points"),
        Column::figures("leads"),
        Column::figures("leads a week"),
        Column::figures("precision"),
        Column::figures("recall"),
        Column::figures("net value"),
        Column::text("mark"),
    ];
    let has_marks = (0..found.rows.len()).any(|place| mark(found, place).is_some());
    let rows = found.rows.iter().enumerate().map(|(place, row)| {
        vec![
            Cell::Number(row.threshold as f64, 0),
            Count(row.leads),
            number(row.leads_a_week, 1),
            rate(row.precision),
            rate(row.recall),
            money(row.net_value),
            if has_marks { text(mark(found, place).unwrap_or_default()) } else { Cell::None },
        ]
    });
    let mut table = drawn::table("thresholds", "What each threshold catches", columns, rows);
    let marked = found.at_capacity.map(|place| (place, "fits the capacity".to_owned()));
    let marked = marked.or_else(|| found.best.map(|place| (place, "greatest net value".to_owned())));
    table.charts.push(chart(
        "What does each threshold catch?",
        format!("n = {} won and {} lost, with 95 % intervals", found.known.won, found.known.lost),
        Axis::new("threshold", "points"),
        Axis::new("share", "%"),
        ChartKind::Thresholds { threshold: 0, series: vec![3, 4], marked },
    ));
    drawn::without_empty_columns(table)
}

fn mark(found: &ThresholdReport, place: usize) -> Option<&'static str> {
    match (found.best == Some(place), found.at_capacity == Some(place)) {
        (true, true) => Some("greatest net value, fits the capacity"),
        (true, false) => Some("greatest net value"),
        (false, true) => Some("fits the capacity"),
        (false, false) => None,
    }
}

pub(super) fn wasted(report: &Report) -> Section {
    let found = &report.rules;
    let finding = conclude(found.known, found.success, || worst(found));
    let (won, _) = names(found.success);
    let mut section = drawn::section(
        "wasted",
        "What wastes the time of sales?",
        "Under-qualifying: hand-offs that sales rejects or gives back, why, and how those to which a rule gave points fare \
         against all the rest.",
        Some(finding),
        vec![format!(
            "Lift is how many times as often: refused, of answered hand-offs; converted ({won}), of those of which it is known. A rule is called \
             worse or better where that is so beyond chance, adjusted for all rules together (Benjamini-Hochberg, 5 %). Leads to \
             which no such rule gave points came by others, so a lift compares rules with each other, not with having none."
        )],
    );
    if found.refused.n() > 0 {
        let refused = vec![vec![text("rejected or recycled"), rate(found.refused)]];
        let columns = vec![Column::text("of answered hand-offs"), Column::figures("share")];
        section.tables.push(drawn::table("refused", "Hand-offs that sales refused", columns, refused));
    }
    if !found.reasons.is_empty() {
        section.tables.push(reasons(found));
    }
    if !found.rules.is_empty() {
        section.tables.push(rules(found));
    }
    section
}

fn worst(found: &RulesReport) -> String {
    let named = |verdict: Verdict| -> Vec<String> {
        found.rules.iter().filter(|row| row.verdict == verdict).map(|row| row.rule.rule.clone()).collect()
    };
    let (worse, better) = (named(Verdict::Worse), named(Verdict::Better));
    let refused = match found.refused.n() {
        0 => String::new(),
        _ => format!("{} of answered hand-offs are refused; ", words::rate(found.refused)),
    };
    let fare = |names: &[String], how: &str| match names {
        [] => format!("no rule fares {how} than the rest beyond chance"),
        [one] => format!("{one} fares {how} than the rest"),
        names => format!("{} fare {how} than the rest", listed(names)),
    };
    format!("{refused}{}; {}.", fare(&worse, "worse"), fare(&better, "better"))
}

fn reasons(found: &RulesReport) -> Table {
    let columns = vec![Column::text("reason"), Column::figures("rejected"), Column::figures("recycled")];
    let rows = found.reasons.iter().map(|row| {
        let reason = row.reason.clone().unwrap_or_else(|| "(none given)".to_owned());
        vec![text(reason), Count(row.rejected), Count(row.recycled)]
    });
    drawn::table("reasons", "Why sales refused them", columns, rows)
}

fn rules(found: &RulesReport) -> Table {
    let columns = vec![
        Column::text("rule"),
        Column::text("section"),
        Column::figures("refused"),
        Column::figures("lift of refused"),
        Column::figures("converted"),
        Column::figures("lift of converted"),
        Column::text("verdict"),
    ];
    let rows = found.rules.iter().map(|row| {
        vec![
            text(row.rule.rule.clone()),
            text(section_of(row)),
            rate(row.refused.group),
            lift(row.refused_lift),
            rate(row.converted.group),
            lift(row.converted_lift),
            text(verdict(row.verdict)),
        ]
    });
    let mut table = drawn::table("rules", "Hand-offs to which each rule gave or took points", columns, rows);
    table.charts.push(chart(
        "How do the hand-offs of each rule fare?",
        format!("n = {}, with 95 % intervals", found.known.won + found.known.lost),
        Axis::new("rule", ""),
        Axis::new("converted", "%"),
        ChartKind::Bars { label: 0, series: vec![4] },
    ));
    drawn::without_empty_columns(table)
}

fn section_of(row: &RuleRow) -> String {
    let sign = match (row.gives, row.takes) {
        (true, true) => "gives and takes",
        (false, true) => "takes",
        _ => "gives",
    };
    match &row.rule.group {
        Some(group) => format!("{}, {group}: {sign}", row.rule.section.word()),
        None => format!("{}: {sign}", row.rule.section.word()),
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Worse => "worse than the rest",
        Verdict::Better => "better than the rest",
        Verdict::Alike => "no difference beyond chance",
        Verdict::TooFew => "too few outcomes",
    }
}

pub(super) fn missed(report: &Report) -> Section {
    let found = &report.missed;
    let finding = match found.wins.n() {
        0 => "There are no wins.".to_owned(),
        _ => format!("{} of wins had no hand-off from this definition before.", words::rate(found.wins)),
    };
    let note = if report.has_outcome_column {
        "A lead is missed where it was won and does not stand on the hand-off stage, or above, now."
    } else {
        "A lead is missed where somebody opened its opportunity before the definition handed it over. What it lacked is what \
         was not true just before the opportunity was opened."
    };
    let mut section = drawn::section(
        "missed",
        "What does the definition miss?",
        "Over-qualifying: opportunities and wins of leads that had no hand-off from the definition before, and what they lacked for one.",
        Some(Finding::of_counts(finding)),
        vec![note.to_owned()],
    );
    section.tables.push(missed_table(found));
    if !found.lacked.is_empty() {
        let columns = vec![Column::text("what they lacked"), Column::figures("opportunities"), Column::figures("wins")];
        let rows = found.lacked.iter().take(LACKED_MAX);
        let rows = rows.map(|row| vec![text(row.what.clone()), Count(row.opportunities), Count(row.wins)]);
        section.tables.push(drawn::table("lacked", "What they lacked for a hand-off", columns, rows));
    }
    section
}

fn missed_table(found: &MissedReport) -> Table {
    let columns = vec![Column::text("without a hand-off before"), Column::figures("share"), Column::figures("amount")];
    let rows = vec![
        vec![text("opportunities"), rate(found.opportunities), Cell::None],
        vec![text("wins"), rate(found.wins), money(found.amount)],
    ];
    drawn::without_empty_columns(drawn::table("missed-share", "Opportunities and wins that were missed", columns, rows))
}
