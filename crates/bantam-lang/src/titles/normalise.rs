//! Turns a title as typed into plain lower-case words, with one space before, between and after them.
//!
//! Every step has a plain counterpart in SQL (TRANSLATE, REPLACE, LOWER, REGEXP_REPLACE), in this order:
//!
//! 1. letters with accents become plain ones, as `data/letters.tsv` lists them; accents of their own vanish;
//! 2. `A` to `Z` become lower-case;
//! 3. `ae`, `oe`, `ue` lose the `e`, so that "Geschaeftsfuehrer" reads as "Geschäftsführer" does;
//! 4. every run of anything but `a` to `z` and `0` to `9` becomes one space, and one stands at each end.

use std::collections::HashMap;
use std::sync::LazyLock;

/// One letter and the plain letters it is read as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterFold {
    /// The letter as it stands in titles.
    pub letter: char,
    /// What it becomes: one or two plain letters, or nothing for an accent of its own.
    pub plain: &'static str,
}

static FOLDS: LazyLock<Vec<LetterFold>> = LazyLock::new(|| parse_folds(include_str!("../../data/letters.tsv")));

static PLAIN_OF: LazyLock<HashMap<char, &'static str>> =
    LazyLock::new(|| FOLDS.iter().map(|fold| (fold.letter, fold.plain)).collect());

/// Returns the letters that become plain ones, in the order of their table.
pub fn letter_folds() -> &'static [LetterFold] {
    &FOLDS
}

/// Returns the title as plain lower-case words, with one space before, between and after them.
pub fn normalise(title: &str) -> String {
    let mut words = Words { text: String::with_capacity(title.len() + 2), before: ' ' };
    words.text.push(' ');
    for letter in title.chars() {
        if letter.is_ascii() {
            words.push(letter);
        } else if let Some(plain) = PLAIN_OF.get(&letter) {
            plain.chars().for_each(|letter| words.push(letter));
        } else {
            words.push(' ');
        }
    }
    words.push(' ');
    words.text
}

struct Words {
    text: String,
    /// The letter before the next one, also when it was dropped.
    before: char,
}

impl Words {
    fn push(&mut self, letter: char) {
        let letter = letter.to_ascii_lowercase();
        let before = std::mem::replace(&mut self.before, letter);
        if letter == 'e' && matches!(before, 'a' | 'o' | 'u') {
            return;
        }
        if letter.is_ascii_alphanumeric() {
            self.text.push(letter);
        } else if !self.text.ends_with(' ') {
            self.text.push(' ');
        }
    }
}

fn parse_folds(text: &'static str) -> Vec<LetterFold> {
    let mut folds = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let Some((plain, letters)) = line.split_once('\t') else {
            continue;
        };
        folds.extend(letters.split(' ').filter_map(parse_letter).map(|letter| LetterFold { letter, plain }));
    }
    folds
}

/// Reads one letter, or a character that has no shape of its own as `U+0308`.
fn parse_letter(text: &str) -> Option<char> {
    match text.strip_prefix("U+") {
        Some(code) => u32::from_str_radix(code, 16).ok().and_then(char::from_u32),
        None => text.chars().next(),
    }
}
