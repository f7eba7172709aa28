//! Definitions and facts as texts, scored by the executors.

#![allow(dead_code, clippy::unwrap_used, clippy::panic, reason = "a test helper, not every test file uses all of it")]

use bantam_engine::batch::{BatchOptions, BatchScores, ScoredLead, score_batch};
use bantam_engine::input::{Dataset, Format, Input, RowKind};
use bantam_engine::live::{compile, explain_lead, score_lead};
use bantam_engine::output::{Columns, ScoredRow, write_scores};
use bantam_engine::stream::StreamOptions;
use bantam_lang::CheckedDefinition;
use bantam_lang::convert::parse_time;
use bantam_lang::source::Source;

/// A checked definition with its data at a moment.
pub(crate) struct Loaded {
    pub(crate) definition: CheckedDefinition,
    pub(crate) data: Dataset,
    pub(crate) as_of: i64,
}

/// Checks a definition's text; stops at an error.
pub(crate) fn check(text: &str, lists: &[(String, String)]) -> CheckedDefinition {
    let mut read_list = |path: &str| {
        let found = lists.iter().find(|(name, _)| name == path);
        found.map(|(_, content)| content.clone()).ok_or_else(|| "no such list".to_owned())
    };
    let loaded = bantam_lang::load(Source::new("definition.yaml", text), &mut read_list);
    let lines: Vec<String> = loaded.diagnostics.iter().map(|diagnostic| diagnostic.line(&loaded.source)).collect();
    loaded.checked.unwrap_or_else(|| panic!("{}\n{text}", lines.join("\n")))
}

impl Loaded {
    pub(crate) fn new(definition: &str, lists: &[(String, String)], leads: &str, events: &str, as_of: &str) -> Loaded {
        Loaded::at(definition, lists, &[leads], &[events], Format::Csv, parse_time(as_of).unwrap())
    }

    /// Reads any number of files of one format.
    pub(crate) fn at(
        definition: &str,
        lists: &[(String, String)],
        leads: &[&str],
        events: &[&str],
        format: Format,
        as_of: i64,
    ) -> Loaded {
        let definition = check(definition, lists);
        let mut input = Input::new(&definition, |_| {});
        let files =
            leads.iter().map(|text| (RowKind::Lead, text)).chain(events.iter().map(|text| (RowKind::Event, text)));
        for (kind, text) in files {
            match format {
                Format::Csv => input.read_csv(kind, "data.csv", text.as_bytes(), &|_| {}).unwrap(),
                _ => input.read_ndjson(kind, "data.ndjson", text.as_bytes(), &|_| {}).unwrap(),
            }
        }
        let data = input.finish(as_of).unwrap();
        Loaded { definition, data, as_of }
    }

    /// Scores by columns.
    pub(crate) fn batch(&self) -> Vec<ScoredRow> {
        let options = BatchOptions { explain: true, ..BatchOptions::default() };
        let scores = score_batch(&self.definition, &self.data.leads, &self.data.events, self.as_of, options);
        rows(&scores)
    }

    /// Scores while reading files of one format: with explanations, which must have the scores that there are without.
    pub(crate) fn streamed(
        definition: &CheckedDefinition,
        leads: &[&[u8]],
        events: &[&[u8]],
        format: Format,
        as_of: i64,
    ) -> Vec<ScoredRow> {
        let [explained, plain] =
            [true, false].map(|explain| Loaded::stream(definition, [leads, events], format, as_of, explain));
        let score = |row: &ScoredRow| row.score.clone();
        assert!(explained.iter().map(score).eq(plain.iter().map(score)), "scores are others without explanations");
        explained
    }

    fn stream(
        definition: &CheckedDefinition,
        [leads, events]: [&[&[u8]]; 2],
        format: Format,
        as_of: i64,
        explain: bool,
    ) -> Vec<ScoredRow> {
        let mut input = Input::for_scores(definition, |_| {});
        for bytes in leads {
            match format {
                Format::Csv => input.read_csv(RowKind::Lead, "data.csv", *bytes, &|_| {}).unwrap(),
                Format::Ndjson => input.read_ndjson(RowKind::Lead, "data.ndjson", *bytes, &|_| {}).unwrap(),
                Format::Parquet => {
                    let bytes = bytes::Bytes::copy_from_slice(bytes);
                    input.read_parquet(RowKind::Lead, "data.parquet", bytes, &|_| {}).unwrap();
                }
            }
        }
        let options =
            StreamOptions { batch: BatchOptions { explain, ..BatchOptions::default() }, one_file: events.len() == 1 };
        let mut scoring = input.score(definition, as_of, options).unwrap();
        for bytes in events {
            match format {
                Format::Csv => scoring.read_csv("data.csv", *bytes, &|_| {}).unwrap(),
                Format::Ndjson => scoring.read_ndjson("data.ndjson", *bytes, &|_| {}).unwrap(),
                Format::Parquet => {
                    let bytes = bytes::Bytes::copy_from_slice(bytes);
                    scoring.read_parquet("data.parquet", bytes, &|_| {}).unwrap();
                }
            }
        }
        rows(&scoring.finish().unwrap().scores)
    }

    /// Scores every lead's timeline, and ranks them.
    pub(crate) fn live(&self) -> Vec<ScoredRow> {
        let plan = compile(self.definition.meaning());
        let explained = self.data.timelines().filter_map(|timeline| {
            let explanation = explain_lead(&plan, &timeline, self.as_of)?;
            assert_eq!(Some(&explanation.score), score_lead(&plan, &timeline, self.as_of).as_ref());
            let (reasons, missing_for_next) = (explanation.reasons, explanation.missing_for_next);
            Some(ScoredRow { score: explanation.score, reasons, missing_for_next })
        });
        let mut rows: Vec<ScoredRow> = explained.collect();
        rows.sort_by(|a, b| b.score.score.cmp(&a.score.score).then_with(|| a.score.lead_id.cmp(&b.score.lead_id)));
        rows
    }

    /// Scores by columns and writes CSV.
    pub(crate) fn batch_csv(&self, columns: &Columns) -> String {
        let mut out = Vec::new();
        write_scores(self.batch().as_slice(), Format::Csv, columns, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }
}

fn rows(scores: &BatchScores<'_>) -> Vec<ScoredRow> {
    let row = |lead: ScoredLead<'_>| ScoredRow {
        score: lead.to_score(),
        reasons: lead.reasons(),
        missing_for_next: lead.missing_for_next().into_iter().map(str::to_owned).collect(),
    };
    scores.iter().map(row).collect()
}

/// Compares line by line, and shows the first lines that differ.
pub(crate) fn assert_same_lines(got: &str, expected: &str, what: &str) {
    let differing: Vec<String> = got
        .lines()
        .zip(expected.lines())
        .filter(|(got, expected)| got != expected)
        .take(4)
        .map(|(got, expected)| format!("got      {got}\nexpected {expected}"))
        .collect();
    assert!(differing.is_empty(), "{what}:\n{}", differing.join("\n"));
    assert_eq!(got.lines().count(), expected.lines().count(), "{what}: number of lines");
}
