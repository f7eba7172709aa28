//! Tables of fit and engagement: rules with their keys, values without a key, limits.

use super::number;
use crate::survey::layout::Grid;
use crate::survey::shown::{VALUE_WIDTH, clip, count_text, share_text};
use crate::survey::{Key, LimitSurvey, RuleSurvey, SectionSurvey, Survey};

pub(super) fn fit(survey: &Survey) -> Grid {
    let mut grid = Grid::new(&["rule", "#leads", "#share", "#undecided", "#points"]);
    let share = |leads: u64| share_text(leads, survey.leads);
    for (indent, line) in lines(&survey.fit) {
        let Line::Rule(rule) = line else {
            grid.row([line.name().to_owned()]);
            continue;
        };
        let name = format!("{indent}{}", rule.name);
        let points = count_text(rule.points);
        grid.row([name, number(rule.earning), share(rule.earning), number(rule.undecided), points]);
        for (key, leads, _, each) in keys(rule) {
            grid.row([format!("{indent}  {key}"), number(leads), share(leads), "".into(), each]);
        }
    }
    if !survey.fit.rules.is_empty() {
        let SectionSurvey { earning, points, .. } = survey.fit;
        grid.row(["(all)".into(), number(earning), share(earning), "".into(), count_text(points)]);
    }
    grid
}

pub(super) fn engagement(survey: &Survey) -> Grid {
    let mut grid = Grid::new(&["rule", "#events", "#leads", "#share", "#points"]);
    let share = |leads: u64| share_text(leads, survey.leads);
    for (indent, line) in lines(&survey.engagement) {
        let Line::Rule(rule) = line else {
            grid.row([line.name().to_owned()]);
            continue;
        };
        let events = |count: u64| if rule.on_events { number(count) } else { "-".into() };
        let (name, points) = (format!("{indent}{}", rule.name), count_text(rule.points));
        grid.row([name, events(rule.selected), number(rule.earning), share(rule.earning), points]);
        for (key, leads, rows, each) in keys(rule) {
            grid.row([format!("{indent}  {key}"), events(rows), number(leads), share(leads), each]);
        }
    }
    if !survey.engagement.rules.is_empty() {
        let SectionSurvey { earning, points, .. } = survey.engagement;
        grid.row(["(all)".into(), "".into(), number(earning), share(earning), count_text(points)]);
    }
    grid
}

/// A line of a section.
enum Line<'s> {
    Group(&'s str),
    Rule(&'s RuleSurvey),
}

impl Line<'_> {
    fn name(&self) -> &str {
        match self {
            Line::Group(name) => name,
            Line::Rule(rule) => &rule.name,
        }
    }
}

/// Returns rules with their indent, members of groups below their group.
fn lines(section: &SectionSurvey) -> Vec<(&'static str, Line<'_>)> {
    let mut lines = Vec::new();
    let mut group = None;
    for rule in &section.rules {
        if rule.group != *group.unwrap_or(&None) {
            lines.extend(rule.group.iter().map(|name| ("", Line::Group(name))));
        }
        group = Some(&rule.group);
        lines.push((if rule.group.is_some() { "  " } else { "" }, Line::Rule(rule)));
    }
    lines
}

/// Returns the rows of a rule's table that decide something: key, leads, rows and what one of them earns.
fn keys(rule: &RuleSurvey) -> Vec<(String, u64, u64, String)> {
    let keys = rule.table.iter().flat_map(|table| &table.keys);
    let shown = keys.filter(|key| key.rows > 0 || matches!(key.key, Key::Value(_)));
    shown
        .map(|key| {
            let text = clip(key.key.text(), VALUE_WIDTH);
            (text, key.leads, key.rows, format!("{} each", count_text(key.points)))
        })
        .collect()
}

pub(super) fn misses(survey: &Survey) -> Grid {
    let mut grid = Grid::new(&["rule", "value", "#count", "looks like"]);
    for rule in survey.fit.rules.iter().chain(&survey.engagement.rules) {
        let Some(table) = &rule.table else { continue };
        // Beside an `else` the author thought of other values: only what looks like a key is worth a look.
        let has_else = table.keys.iter().any(|key| key.key == Key::Else);
        for miss in table.misses.iter().filter(|miss| !has_else || miss.nearest.is_some()) {
            let nearest = miss.nearest.clone().unwrap_or_default();
            grid.row([rule.name.clone(), clip(&miss.value, VALUE_WIDTH), number(miss.count), nearest]);
        }
        if table.other_misses > 0 && !has_else {
            grid.row([rule.name.clone(), format!("({} more)", number(table.other_misses)), "".into(), "".into()]);
        }
        if let Some(below) = table.below_lowest.filter(|below| *below > 0 && !has_else) {
            grid.row([rule.name.clone(), "(below the lowest key)".into(), number(below), "".into()]);
        }
    }
    grid
}

pub(super) fn limits(survey: &Survey) -> Grid {
    let mut grid = Grid::new(&["limit of", "#low", "#high", "#leads cut", "#taken away", "#added"]);
    for (title, section) in [("(all of fit)", &survey.fit), ("(all of engagement)", &survey.engagement)] {
        let rules = section.rules.iter().map(|rule| (rule.name.as_str(), rule.limit));
        let groups = section.groups.iter().map(|group| (group.name.as_str(), group.limit));
        for (name, limit) in rules.chain(groups).chain([(title, section.limit)]) {
            let Some(LimitSurvey { low, high, leads, lowered, raised }) = limit else { continue };
            let [low, high, lowered, raised] = [low, high, lowered, raised].map(count_text);
            grid.row([name.to_owned(), low, high, number(leads), lowered, raised]);
        }
    }
    grid
}
