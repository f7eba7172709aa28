//! A definition's text and files in, counts and findings out as text.

use crate::common::Loaded;
use bantam_engine::survey::{
    KeySurvey, LimitSurvey, Miss, RuleSurvey, SectionSurvey, Survey, diagnostics, render, survey,
};
use bantam_lang::source::Source;

/// Every case is computed for this moment.
pub(crate) const AS_OF: &str = "2026-06-30";

/// A case with its survey.
pub(crate) struct Surveyed {
    pub(crate) survey: Survey,
    loaded: Loaded,
    source: Source,
}

/// Surveys CSV files by a definition without its first line.
pub(crate) fn surveyed(definition: &str, leads: &str, events: &str) -> Surveyed {
    let text = format!("bantam: 1\n{}", dedent(definition));
    let loaded = Loaded::new(&text, &[], &dedent(leads), &dedent(events), AS_OF);
    let survey = survey(&loaded.definition, &loaded.data, loaded.as_of);
    Surveyed { survey, loaded, source: Source::new("definition.yaml", text) }
}

impl Surveyed {
    /// Returns the findings: line and column, code, message, what is at the place, help, other places.
    pub(crate) fn findings(&self) -> String {
        let mut text = String::new();
        for found in diagnostics(&self.survey, &self.loaded.definition) {
            let at = |span: bantam_lang::source::Span| {
                let (line, column) = self.source.line_column(span.start);
                format!("{line}:{column} `{}`", self.source.slice(span))
            };
            text.push_str(&format!("{} {}\n  {}\n", found.code, at(found.span), found.message));
            if let Some(help) = &found.help {
                text.push_str(&format!("  help: {help}\n"));
            }
            for (span, what) in &found.related {
                text.push_str(&format!("  {}: {what}\n", at(*span)));
            }
        }
        text
    }

    pub(crate) fn assert_findings(&self, expected: &str) {
        assert_same(&self.findings(), expected);
    }

    pub(crate) fn text(&self, width: usize) -> String {
        render(&self.survey, width)
    }
}

/// Compares texts, and shows both whole where they differ.
pub(crate) fn assert_same(got: &str, expected: &str) {
    let expected = dedent(expected);
    let ends = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned();
    assert!(ends(got) == ends(&expected), "got:\n{got}\nexpected:\n{expected}");
}

/// Takes the white space of the first line from the front of all.
pub(crate) fn dedent(text: &str) -> String {
    let text = text.trim_start_matches('\n');
    let indent = text.len() - text.trim_start_matches(' ').len();
    text.lines().map(|line| line.get(indent..).unwrap_or(line.trim_start()).to_owned() + "\n").collect()
}

/// Shows what rules, groups and the section did, one a line.
pub(crate) fn show_section(section: &SectionSurvey) -> String {
    let mut text = String::new();
    for rule in &section.rules {
        let RuleSurvey { name, applies, earning, points, undecided, selected, counting, .. } = rule;
        let of = if rule.on_events {
            format!("{selected} events, {counting} count")
        } else {
            format!("undecided {undecided}")
        };
        text.push_str(&format!("{name}: {earning} of {applies} leads earn {points}; {of}{}\n", show_limit(rule.limit)));
        for key in rule.table.iter().flat_map(|table| &table.keys) {
            let KeySurvey { key, points, rows, leads } = key;
            let leads = if rule.on_events { format!(" of {leads} leads") } else { String::new() };
            text.push_str(&format!("  {} ({points}): {rows}{leads}\n", key.text()));
        }
        if let Some(table) = &rule.table {
            let misses = table.misses.iter().map(|Miss { value, count, nearest }| match nearest {
                Some(nearest) => format!("{value} {count} ~{nearest}"),
                None => format!("{value} {count}"),
            });
            let misses: Vec<String> = misses.collect();
            if !misses.is_empty() {
                text.push_str(&format!("  misses {}; {} more\n", misses.join(", "), table.other_misses));
            }
        }
    }
    for group in &section.groups {
        text.push_str(&format!("group {}{}\n", group.name, show_limit(group.limit)));
    }
    text + &format!("all: {} leads, {} points{}\n", section.earning, section.points, show_limit(section.limit))
}

fn show_limit(limit: Option<LimitSurvey>) -> String {
    limit.map_or(String::new(), |LimitSurvey { low, high, leads, lowered, raised }| {
        format!("; limit {low}..{high} cut {leads} leads, -{lowered} +{raised}")
    })
}
