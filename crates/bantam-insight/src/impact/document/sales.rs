//! What an impact means for sales: hand-offs, and what became of them.

use super::{Words, counted, grouped};
use crate::document::{Axis, Cell, Chart, ChartKind, Column, Finding, Section, Table};
use crate::impact::{Flow, Group, Impact, Verdict};
use crate::statistics::{LOST_MIN, Rate, TooFew, WON_MIN};

/// Says how many hand-offs a week there would be, and where they would go.
pub(super) fn hand_offs(impact: &Impact, words: &Words) -> Section {
    let flows = &impact.hand_offs;
    let all = Flow { to: Some("all".into()), count: flows.total, per_week: flows.per_week };
    let [old, new] = flows.total;
    let finding = match flows.per_week {
        Some([before, after]) => {
            format!("{before:.1} hand-offs a week by {}, {after:.1} by {}.", words.the(0), words.the(1))
        }
        None => format!("{} hand-offs by {}, {} by {}.", grouped(old), words.the(0), grouped(new), words.the(1)),
    };
    let mut notes = Vec::new();
    if flows.undated.iter().any(|&count| count > 0) {
        notes.push("Hand-offs of leads without any time lie in no week and are left out.".to_owned());
    }
    Section {
        id: "hand-offs".into(),
        heading: "Hand-offs a week".into(),
        meaning: "Hand-offs of the period at the moments at which each definition would have opened them, by what was known then.".into(),
        finding: Some(Finding::of_counts(finding)),
        tables: vec![
            flow_table("routes", "Hand-offs by route", "route", &all, &flows.routes, words),
            flow_table("owners", "Hand-offs by owner", "owner", &all, &flows.owners, words),
        ],
        notes,
    }
}

fn flow_table(id: &str, caption: &str, what: &str, all: &Flow, flows: &[Flow], words: &Words) -> Table {
    let rows = flows.iter().chain([all]).map(|flow| {
        let [old, new] = flow.count;
        let name = flow.to.clone().unwrap_or_else(|| format!("no {what}"));
        let mut row = vec![Cell::text(name), Cell::Count(old), Cell::Count(new)];
        if let Some([before, after]) = flow.per_week {
            row.extend([Cell::Number(before, 1), Cell::Number(after, 1), Cell::Change(after - before, 1)]);
        }
        row
    });
    let mut columns = vec![Column::text(what), words.column("hand-offs", 0), words.column("hand-offs", 1)];
    columns.extend([words.column("a week", 0), words.column("a week", 1), Column::figures("difference a week")]);
    let chart = Chart {
        title: format!("How many hand-offs a week does each {what} get?"),
        subtitle: format!("n = {} and {} hand-offs", grouped(all.count[0]), grouped(all.count[1])),
        x: Axis::new(what, ""),
        y: Axis::new("hand-offs a week", ""),
        kind: ChartKind::Bars { label: 0, series: vec![3, 4] },
    };
    let charts = if flows.is_empty() || all.per_week.is_none() { Vec::new() } else { vec![chart] };
    Table { id: id.into(), caption: caption.into(), columns, rows: rows.collect(), charts }
}

/// Says what became of the leads that were handed off.
pub(super) fn outcomes(impact: &Impact, words: &Words) -> Section {
    let outcomes = &impact.outcomes;
    let [old, new] = outcomes.quality;
    let is_enough = outcomes.verdict.is_ok();
    let (one, other) = (words.the(0), words.the(1));
    let row = |name: String, group: &Group, recall: Option<Rate>| {
        let mut row = vec![Cell::text(name)];
        let counts = [group.leads(), group.known(), group.won, group.lost, group.rejected, group.recycled];
        row.extend(counts.map(Cell::Count));
        row.push(Cell::Count(group.opportunities));
        if is_enough {
            row.extend([Cell::Rate(group.precision()), Cell::Rate(group.conversion())]);
            row.push(recall.map_or(Cell::None, Cell::Rate));
        }
        row
    };
    let mut columns = vec![Column::text("leads handed off")];
    columns.extend(["leads", "known", "won", "lost", "rejected", "recycled", "opportunities"].map(Column::figures));
    if is_enough {
        columns.extend(["won of known", "opportunities of all", "won leads found"].map(Column::figures));
    }
    let finding = match outcomes.verdict {
        // Here a lead that sales refused did not end well either, so "lost" would be the wrong word.
        Err(TooFew { won, lost }) => Finding::of_counts(format!(
            "No conclusion: {won} won and {lost} ended otherwise, where it takes {WON_MIN} and {LOST_MIN} under both definitions."
        )),
        Ok((verdict, proof)) => {
            let share = |group: &Group| 100.0 * group.precision().share().unwrap_or(0.0);
            let says = match verdict {
                Verdict::Better => "better: the intervals are apart",
                Verdict::Worse => "worse: the intervals are apart",
                Verdict::NotApart => "not told apart: the intervals overlap",
            };
            let (before, after) = (share(&old.group), share(&new.group));
            let sentence = format!(
                "Of hand-offs that ended, {before:.1} % were won by {one} and {after:.1} % by {other}; {other} is {says}."
            );
            Finding::of_outcomes(proof, sentence)
        }
    };
    let rows = vec![
        row("by both".into(), &outcomes.kept, None),
        row(format!("by {other} alone"), &outcomes.added, None),
        row(format!("by {one} alone"), &outcomes.dropped, None),
        row(format!("all by {one}"), &old.group, Some(old.recall)),
        row(format!("all by {other}"), &new.group, Some(new.recall)),
    ];
    Section {
        id: "outcomes".into(),
        heading: "What became of them".into(),
        meaning: "Leads by their first hand-off of the period and what sales answered to it; known are those that ended. Won leads found are those that had a hand-off before their deal was opened.".into(),
        finding: Some(finding),
        tables: vec![Table {
            id: "outcomes".into(),
            caption: "What became of the leads that either definition hands off".into(),
            columns,
            rows,
            charts: Vec::new(),
        }],
        notes: vec![format!(
            "Outcomes of leads that were never handed off are not known: of {} that only {other} hands off, {} ended in any way, and only because people took them up all the same.",
            counted(outcomes.added.leads(), "lead", "leads"),
            grouped(outcomes.added.known())
        )],
    }
}
