//! Turns a free-text job title into a seniority and a department.
//!
//! Both are read the same way, each by its own [`TitleTable`]: the title is normalised to plain lower-case words, phrases that
//! mislead are cut or rewritten, and the first tier of the table in which a phrase is found decides. What the tables say
//! is data (`data/seniority.tsv`, `data/department.tsv`), so that the same reading can be printed as SQL;
//! `docs/titles.md` explains the choices in them.

mod normalise;
mod table;
mod table_from_text;

use std::sync::LazyLock;

use regex::Regex;

pub use normalise::{LetterFold, letter_folds, normalise};
pub use table::{Phrase, Rewrite, Tier, TitleTable};

/// Every seniority, the most senior first.
pub const SENIORITIES: [&str; 5] = ["C-Suite", "VP", "Director", "Manager", "Individual Contributor"];

/// Every department; `Executive` leads the whole, `Other` is everything the table does not name.
pub const DEPARTMENTS: [&str; 13] = [
    "Sales",
    "Marketing",
    "IT",
    "Engineering",
    "Finance",
    "Legal",
    "Compliance",
    "HR",
    "Operations",
    "Product",
    "Customer Success",
    "Executive",
    "Other",
];

static SENIORITY: LazyLock<TitleTable> = LazyLock::new(|| {
    table_from_text::parse(include_str!("../data/seniority.tsv"), &SENIORITIES, "Individual Contributor")
});

static DEPARTMENT: LazyLock<TitleTable> =
    LazyLock::new(|| table_from_text::parse(include_str!("../data/department.tsv"), &DEPARTMENTS, "Other"));

static LETTER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\p{L}").ok());

/// Returns the seniority of a job title, one of [`SENIORITIES`]; `None` when the title has no letter.
pub fn seniority(title: &str) -> Option<&'static str> {
    has_letter(title).then(|| SENIORITY.class_of(title))
}

/// Returns the department of a job title, one of [`DEPARTMENTS`]; `None` when the title has no letter.
pub fn department(title: &str) -> Option<&'static str> {
    has_letter(title).then(|| DEPARTMENT.class_of(title))
}

/// Returns the table that [`seniority`] reads by.
pub fn seniority_table() -> &'static TitleTable {
    &SENIORITY
}

/// Returns the table that [`department`] reads by.
pub fn department_table() -> &'static TitleTable {
    &DEPARTMENT
}

/// Letters of any script count; the plain ones are looked for first because nearly every title has one.
fn has_letter(title: &str) -> bool {
    title.bytes().any(|byte| byte.is_ascii_alphabetic()) || LETTER.as_ref().is_some_and(|letter| letter.is_match(title))
}

#[cfg(test)]
mod tests;
