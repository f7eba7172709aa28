//! The section on the waterfall.

use super::drawn::{self, chart, days, rate, text};
use super::words;
use crate::document::{Axis, Cell, ChartKind, Column, Finding, Section, Table};
use crate::history::History;
use crate::report::Report;
use crate::report::waterfall::Rung;

/// Shares that were published for the steps between standard stages: marks to compare with, not goals.
const MARKS: [(&str, &str); 3] = [
    ("Inquiry", "5 to 15 % of new leads are ready for sales at first; about 10 % of new names are passed on"),
    ("MQL", "5 to 10 % of qualified leads convert; about 7 % of those passed on go to account managers"),
    ("SAL", "about 80 % of those become opportunities"),
];

pub(super) fn waterfall(report: &Report, history: &History) -> Section {
    let waterfall = &report.waterfall;
    let finding = weakest(&waterfall.own).map(|(rung, next)| {
        let share = rung.to_next.map_or_else(|| "none".to_owned(), words::rate);
        Finding::of_counts(format!("The smallest share passes from {} to {next}: {share}.", rung.name))
    });
    let mut notes = vec![
        "A lead counts on each rung once, when it first came to it or past it. What people opened by hand passes the rungs \
         below in the definition's own waterfall, and is not in the standard one."
            .to_owned(),
    ];
    if waterfall.disqualified_now > 0 {
        notes.push(format!("{} are disqualified now.", words::counted(waterfall.disqualified_now, "lead")));
    }
    if history.stages.len() < 2 {
        notes.push("The definition has one stage only.".to_owned());
    }
    let mut section = drawn::section(
        "waterfall",
        "Waterfall",
        "How many leads come to each stage in the time, how many of these have come to the next by now, and the median days it \
         took those.",
        finding,
        notes,
    );
    section.tables.push(table("own-stages", "By the definition's own stages", &waterfall.own, false));
    section.tables.push(table("standard-stages", "By the standard names", &waterfall.standard, true));
    section
}

/// The rung from which the smallest share passes on, with the name of the next.
fn weakest(rungs: &[Rung]) -> Option<(&Rung, &str)> {
    let pairs = rungs.iter().zip(rungs.iter().skip(1));
    let shares = pairs.filter_map(|(rung, next)| Some((rung.to_next?.share()?, rung, next.name.as_str())));
    shares.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, rung, next)| (rung, next))
}

fn table(id: &str, caption: &str, rungs: &[Rung], with_marks: bool) -> Table {
    let mut columns = vec![
        Column::text("stage"),
        Column::figures("leads"),
        Column::figures("reach the next"),
        Column::figures("median time to it"),
    ];
    if with_marks {
        columns.push(Column::text("published marks"));
    }
    let rows = rungs.iter().map(|rung| {
        let mut row = vec![
            text(rung.name.clone()),
            Cell::Count(rung.entered),
            rung.to_next.map_or(Cell::None, rate),
            days(rung.median_days),
        ];
        if with_marks {
            let mark = MARKS.iter().find(|(name, _)| *name == rung.name).map_or("", |(_, mark)| mark);
            row.push(text(mark));
        }
        row
    });
    let mut table = drawn::table(id, caption, columns, rows);
    let entered = rungs.first().map_or(0, |rung| rung.entered);
    table.charts.push(chart(
        format!("How far do leads come? {caption}"),
        format!("n = {} on the first stage", words::counted(entered, "lead")),
        Axis::new("stage", ""),
        Axis::new("leads", ""),
        ChartKind::Funnel { label: 0, value: 1 },
    ));
    table
}
