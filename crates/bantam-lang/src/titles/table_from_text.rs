//! Turns the text of a table (`data/seniority.tsv`, `data/department.tsv`) into a [`TitleTable`].
//!
//! The files are part of the program, so a row that cannot be read is a mistake of the project: `tests.rs` finds it, and
//! here it is left out.

use regex::Regex;

use super::normalise;
use super::table::{Phrase, Rewrite, Tier, TitleTable};

/// Parses a table whose results are among `classes`; a title in which nothing is found is `otherwise`.
pub(super) fn parse(text: &str, classes: &[&'static str], otherwise: &'static str) -> TitleTable {
    let (mut cuts, mut rewrites, mut phrases) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows(text) {
        match row.step {
            "cut" => cuts.push(needle(row.phrase)),
            "rewrite" => rewrites.push(Rewrite { needle: needle(row.phrase), text: normalise(row.result) }),
            tier => {
                let class = classes.iter().copied().find(|class| *class == row.result);
                if let (Ok(tier), Some(class)) = (tier.parse::<usize>(), class) {
                    phrases.push((tier, Phrase { needle: needle(row.phrase), class }));
                }
            }
        }
    }
    TitleTable {
        cut_finder: finder(&cuts),
        rewrite_finder: finder(rewrites.iter().map(|rewrite| &rewrite.needle)),
        cuts,
        rewrites,
        tiers: tiers(phrases),
        otherwise,
    }
}

/// One line of a table.
pub(super) struct Row<'a> {
    pub(super) step: &'a str,
    pub(super) phrase: &'a str,
    pub(super) result: &'a str,
}

/// Returns the rows of a table, without comments; a result that is empty need not stand there.
pub(super) fn rows(text: &str) -> impl Iterator<Item = Row<'_>> {
    text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut columns = line.split('\t');
        Some(Row { step: columns.next()?, phrase: columns.next()?, result: columns.next().unwrap_or_default() })
    })
}

/// Normalises a phrase as titles are, then opens the sides that have a `*`.
fn needle(phrase: &str) -> String {
    let words = normalise(phrase);
    let words = if phrase.starts_with('*') { words.trim_start() } else { &words };
    let words = if phrase.ends_with('*') { words.trim_end() } else { words };
    words.to_owned()
}

fn tiers(mut phrases: Vec<(usize, Phrase)>) -> Vec<Tier> {
    // Alternatives are tried in order, so longer needles come first; the needle itself makes the order certain.
    phrases.sort_by(|(tier_a, a), (tier_b, b)| {
        tier_a.cmp(tier_b).then(b.needle.len().cmp(&a.needle.len())).then(a.needle.cmp(&b.needle))
    });
    phrases.chunk_by(|(a, _), (b, _)| a == b).map(tier).collect()
}

fn tier(phrases: &[(usize, Phrase)]) -> Tier {
    let phrases: Vec<Phrase> = phrases.iter().map(|(_, phrase)| phrase.clone()).collect();
    Tier {
        finder: finder(phrases.iter().map(|phrase| &phrase.needle)),
        class_of_needle: phrases.iter().map(|phrase| (phrase.needle.clone(), phrase.class)).collect(),
        phrases,
    }
}

/// Needles hold letters, digits and spaces only, so none of them needs escaping.
fn finder<'a>(needles: impl IntoIterator<Item = &'a String>) -> Option<Regex> {
    let needles: Vec<&str> = needles.into_iter().map(String::as_str).collect();
    if needles.is_empty() { None } else { Regex::new(&needles.join("|")).ok() }
}
