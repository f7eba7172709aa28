//! Sections on key metrics, cuts and speed.

use super::About;
use super::drawn::{self, chart, money, number, rate, seconds, text};
use super::words::{self, counted, dates};
use crate::document::Cell::Count;
use crate::document::{Axis, Cell, Chart, ChartKind, Column, Finding, Section, Table};
use crate::report::Report;
use crate::report::metrics::{Cycle, KeyMetrics, MISSING};
use crate::report::speed::Speed;
use crate::statistics::Rate;

pub(super) fn key_metrics(report: &Report) -> Section {
    let metrics = &report.total;
    let mut section = drawn::section(
        "key-metrics",
        "Key metrics",
        "How many leads qualify, what becomes of them, and what they cost and bring. A lead is qualified when the definition \
         first hands it to sales.",
        Some(headline(metrics)),
        notes(metrics),
    );
    section.tables.push(total_table(metrics));
    if report.parts.len() > 1 {
        let rows = report.parts.iter().map(|(span, metrics)| (dates(*span), metrics));
        let [mut fates, money] = wide_tables("by-period", "by period of the hand-off", "period", rows.collect());
        fates.charts.push(parts_chart(metrics));
        section.tables.extend([fates, money]);
    }
    section.tables.extend(metrics.cycle.as_ref().map(cycle_table));
    section
}

fn headline(metrics: &KeyMetrics) -> Finding {
    let became =
        |rate: Rate, what: &str| if rate.n() == 0 { String::new() } else { format!("; {} {what}", words::rate(rate)) };
    Finding::of_counts(format!(
        "{} qualified{}{}.",
        counted(metrics.qualified, "lead"),
        became(metrics.to_opportunity, "became opportunities by now"),
        became(metrics.win_rate, "of the opportunities that ended were won")
    ))
}

fn notes(metrics: &KeyMetrics) -> Vec<String> {
    let mut notes = Vec::new();
    if metrics.money.wins_without_amount > 0 {
        notes.push(format!(
            "{} without an amount bring nothing here.",
            counted(metrics.money.wins_without_amount, "win")
        ));
    }
    notes
}

fn total_table(metrics: &KeyMetrics) -> Table {
    let median = metrics.cycle.as_ref().map_or(Cell::None, cycle_median);
    let rows: Vec<(&str, Cell, &str)> = vec![
        ("New leads", Count(metrics.new_leads), "came to be known in the time"),
        ("Qualified leads", Count(metrics.qualified), "leads with a hand-off opened in the time"),
        ("Lead-to-opportunity conversion", rate(metrics.to_opportunity), "qualified leads with an opportunity by now"),
        ("Opportunity-to-win", rate(metrics.win_rate), "won, of won and lost; of opportunities opened in the time"),
        ("Won of all opportunities", rate(metrics.won_of_all), "the open ones counted, too"),
        ("Open opportunities", Count(metrics.open_deals), "opened in the time, neither won nor lost yet"),
        (
            "Sales cycle, median",
            median,
            "from hand-off to win, by Kaplan-Meier: open opportunities count for as long as they have been watched",
        ),
        ("Acceptance", rate(metrics.acceptance), "accepted, of answered hand-offs"),
        (
            "Speed to lead, median",
            seconds(metrics.speed.median_seconds),
            "from hand-off to the first answer of those answered",
        ),
        ("Spend", money(metrics.money.spend), "dated in the time"),
        ("Cost per qualified lead", money(metrics.money.cost_per_qualified), "spend / qualified leads"),
        ("Won amount", money(metrics.money.won_amount), "of leads qualified in the time, by now"),
        ("Marketing ROI", roi(metrics.money.return_on_investment), "(won amount - spend) / spend"),
    ];
    let rows = rows.into_iter().map(|(figure, value, meaning)| vec![text(figure), value, text(meaning)]);
    let columns = vec![Column::text("figure"), Column::figures("value"), Column::text("meaning")];
    drawn::table("total", "Key metrics", columns, rows)
}

/// Times the spend, so that 1.5 is one and a half times the spend on top of it.
fn roi(share: Option<f64>) -> Cell {
    number(share, 2)
}

/// How hand-offs fare by period.
fn parts_chart(metrics: &KeyMetrics) -> Chart {
    chart(
        "How many qualified leads become opportunities?",
        format!("n = {}; later ones have had less time", counted(metrics.qualified, "qualified lead")),
        Axis::new("period of the hand-off", ""),
        Axis::new("became opportunities", "%"),
        ChartKind::Line { x: 0, series: vec![3] },
    )
}

fn cycle_median(cycle: &Cycle) -> Cell {
    Cell::Lasting(cycle.survival.median())
}

fn cycle_table(cycle: &Cycle) -> Table {
    let n = counted(cycle.survival.n(), "hand-off");
    let caption = format!("Sales cycle of {n} in progress or won, {} of them won", cycle.survival.ended());
    let parts = [("a quarter is won by", 0.25), ("half are won by", 0.5), ("three quarters are won by", 0.75)];
    let rows = parts.into_iter().map(|(name, p)| vec![text(name), Cell::Lasting(cycle.survival.quantile(p))]);
    drawn::table("cycle", &caption, vec![Column::text("share"), Column::figures("time from hand-off")], rows)
}

/// One section for each cut.
pub(super) fn cuts(report: &Report, about: &About) -> impl Iterator<Item = Section> {
    report.cuts.iter().map(|(name, rows)| {
        let is_unknown = rows.iter().all(|(value, _)| value == MISSING);
        let note = match name.as_str() {
            "version" => "All of it was before any version decided.".to_owned(),
            _ if about.is_command => {
                format!("No lead has a value of `{name}`. If a column has it, say which: `--column {name}=COLUMN`.")
            }
            _ => format!("No lead has a value of `{name}`."),
        };
        let mut section = drawn::section(
            &format!("by-{}", drawn::id_of(name)),
            &format!("By {name}"),
            "The same figures, for each value apart, most leads first.",
            None,
            if is_unknown { vec![note] } else { Vec::new() },
        );
        let rows = rows.iter().map(|(value, metrics)| (value.clone(), metrics));
        let id = format!("cut-{}", drawn::id_of(name));
        section.tables.extend(wide_tables(&id, &format!("by {name}"), "value", rows.collect()));
        section
    })
}

/// What becomes of leads, and what they cost and bring: one table of it all would be too wide to read.
fn wide_tables(id: &str, caption: &str, first: &str, rows: Vec<(String, &KeyMetrics)>) -> [Table; 2] {
    let columns = |figures: &[&str]| -> Vec<Column> {
        std::iter::once(Column::text(first)).chain(figures.iter().map(|&name| Column::figures(name))).collect()
    };
    // Leads that sales never had belong to no route and no owner.
    let has_leads = rows.iter().any(|(_, metrics)| metrics.new_leads > 0);
    let fates = rows.iter().map(|(name, metrics)| {
        vec![
            text(name.clone()),
            if has_leads { Count(metrics.new_leads) } else { Cell::None },
            Count(metrics.qualified),
            rate(metrics.to_opportunity),
            rate(metrics.win_rate),
            rate(metrics.acceptance),
        ]
    });
    let money_of = rows.iter().map(|(name, metrics)| {
        vec![
            text(name.clone()),
            seconds(metrics.speed.median_seconds),
            metrics.cycle.as_ref().map_or(Cell::None, cycle_median),
            money(metrics.money.spend),
            money(metrics.money.cost_per_qualified),
            money(metrics.money.won_amount),
            roi(metrics.money.return_on_investment),
        ]
    });
    let fates_columns = columns(&["new leads", "qualified", "to opportunity", "won of decided", "accepted"]);
    let money_columns = columns(&["answer, median", "cycle, median", "spend", "per qualified", "won amount", "ROI"]);
    [
        drawn::table(id, &format!("What becomes of leads, {caption}"), fates_columns, fates),
        drawn::table(&format!("{id}-money"), &format!("Time and money, {caption}"), money_columns, money_of),
    ]
    .map(drawn::without_empty_columns)
}

pub(super) fn speed(report: &Report) -> Section {
    let total = &report.speed.total;
    let finding = match total.median_seconds {
        Some(median) => format!(
            "Half of the answers came within {}; {} of {} got none yet.",
            drawn::told(&seconds(Some(median))),
            total.hand_offs - total.answered,
            counted(total.hand_offs, "hand-off")
        ),
        None => "No hand-off was answered.".to_owned(),
    };
    let mut section = drawn::section(
        "speed",
        "Speed to lead",
        "How long hand-offs wait for their first answer, in office hours where the definition has them. In time is within what \
         the route gives.",
        Some(Finding::of_counts(finding)),
        Vec::new(),
    );
    section.tables.push(speed_table("speed-total", "All hand-offs", std::iter::once(("all".to_owned(), total))));
    for (id, caption, rows) in
        [("speed-routes", "By route", &report.speed.routes), ("speed-owners", "By owner", &report.speed.owners)]
    {
        if rows.len() > 1 {
            section.tables.push(speed_table(id, caption, rows.iter().map(|(name, speed)| (name.clone(), speed))));
        }
    }
    section
}

fn speed_table<'s>(id: &str, caption: &str, rows: impl Iterator<Item = (String, &'s Speed)>) -> Table {
    let figures = ["hand-offs", "answered", "median", "nine of ten within", "in time", "ever overdue", "overdue now"];
    let columns = std::iter::once(Column::text("of")).chain(figures.map(Column::figures)).collect();
    let rows = rows.map(|(name, speed)| {
        vec![
            text(name),
            Count(speed.hand_offs),
            Count(speed.answered),
            seconds(speed.median_seconds),
            seconds(speed.ninetieth_seconds),
            rate(speed.within),
            rate(speed.ever_overdue),
            Count(speed.overdue_now),
        ]
    });
    drawn::table(id, caption, columns, rows)
}
