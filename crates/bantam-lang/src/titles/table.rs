//! Turns a title into a class by cutting, rewriting and looking up phrases.
//!
//! A *needle* is a phrase made ready to be searched for in a normalised title: its words with a space on each side that is
//! not open. Because every title has a space around each word, looking for whole words is looking for a piece of text,
//! which is `LIKE '% vice president %'` in SQL.

use std::collections::HashMap;

use regex::Regex;

use super::normalise;

/// Phrases and the class each of them stands for, with what to leave out before they are looked up.
///
/// INVARIANT: every needle is made by `table_from_text::parse`, the only constructor: normalised, and in its finder unescaped.
#[derive(Debug)]
pub struct TitleTable {
    pub(super) cuts: Vec<String>,
    pub(super) rewrites: Vec<Rewrite>,
    pub(super) tiers: Vec<Tier>,
    pub(super) otherwise: &'static str,
    /// Finds where the first cut starts; none when the table has no cuts.
    pub(super) cut_finder: Option<Regex>,
    /// Tells whether any rewrite has something to do: most titles need none.
    pub(super) rewrite_finder: Option<Regex>,
}

/// A needle that is replaced before phrases are looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// What is replaced.
    pub needle: String,
    /// What it becomes, with a space on each side.
    pub text: String,
}

/// Phrases that are looked up together: the one that starts first in the title decides, of those the longest.
///
/// INVARIANT: longer needles stand first, in `phrases` and in `finder`, so that the first alternative that fits is the longest.
#[derive(Debug)]
pub struct Tier {
    pub(super) phrases: Vec<Phrase>,
    pub(super) finder: Option<Regex>,
    pub(super) class_of_needle: HashMap<String, &'static str>,
}

/// A needle and the class it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// What is searched for in the normalised title.
    pub needle: String,
    /// The class of a title that has it.
    pub class: &'static str,
}

impl TitleTable {
    /// Returns the needles from which on a title is left out.
    pub fn cuts(&self) -> &[String] {
        &self.cuts
    }

    /// Returns what is replaced, in the order of replacing.
    pub fn rewrites(&self) -> &[Rewrite] {
        &self.rewrites
    }

    /// Returns the tiers, the deciding one first.
    pub fn tiers(&self) -> &[Tier] {
        &self.tiers
    }

    /// Returns the class of a title in which no phrase is found.
    pub fn otherwise(&self) -> &'static str {
        self.otherwise
    }

    /// Returns the class of a title.
    pub fn class_of(&self, title: &str) -> &'static str {
        let words = self.rewrite(self.cut(normalise(title)));
        self.tiers.iter().find_map(|tier| tier.class_of(&words)).unwrap_or(self.otherwise)
    }

    /// Keeps the space in front of the cut, so that what is left is normalised still.
    fn cut(&self, mut words: String) -> String {
        if let Some(found) = self.cut_finder.as_ref().and_then(|finder| finder.find(&words)) {
            words.truncate(found.start());
            words.push(' ');
        }
        words
    }

    fn rewrite(&self, mut words: String) -> String {
        if !self.rewrite_finder.as_ref().is_some_and(|finder| finder.is_match(&words)) {
            return words;
        }
        for Rewrite { needle, text } in &self.rewrites {
            if words.contains(needle.as_str()) {
                words = words.replace(needle.as_str(), text);
            }
        }
        words
    }
}

impl Tier {
    /// Returns the phrases, those with longer needles first.
    pub fn phrases(&self) -> &[Phrase] {
        &self.phrases
    }

    fn class_of(&self, words: &str) -> Option<&'static str> {
        let found = self.finder.as_ref()?.find(words)?;
        self.class_of_needle.get(found.as_str()).copied()
    }
}
