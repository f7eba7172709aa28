//! Turns two definitions into what changed between them, in the words of the teams that sign it.
//!
//! Nothing is reported exactly where the fingerprints are equal: layout, comments, quoting and the order of maps are no
//! changes. Everything else is, once, at the place where it was written.
//!
//! 1. `pairing` finds which entry of the new definition was which of the old: by name, or by content where renamed.
//! 2. One file per part of the definition compares paired entries, aspect by aspect.
//! 3. `expressions` finds what changed inside a condition, `words` says it.

mod computed;
mod data;
mod effective;
mod expressions;
mod groups;
mod ladder;
mod lists;
mod pairing;
mod points;
mod render;
mod rules;
mod selectors;
mod service;
pub(crate) mod words;

pub use render::render_diff;

use crate::CheckedDefinition;

/// One change between two definitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The section of the file it belongs to: one of [`crate::keys::TOP`].
    pub section: &'static str,
    /// The name of the rule, stage, signal or the like; the section's own where it concerns the whole.
    pub subject: String,
    /// What happened to the subject.
    pub kind: ChangeKind,
    /// What happened, readable alone, such as `Requested a demo: 75 -> 60 points`.
    pub words: String,
    /// Whether scoring may give some lead another row, explanations aside. Where this is false, the change only names
    /// things, orders what has no order, or concerns the service: office hours, reasons to reject, the next review.
    pub affects_scores: bool,
}

/// What happened to the subject of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else, or has another name.
    Changed,
    /// It stands elsewhere: in another order where order has meaning, or in another group.
    Moved,
}

/// Compares two definitions; the result is empty exactly where their fingerprints are equal.
pub fn diff(old: &CheckedDefinition, new: &CheckedDefinition) -> Vec<Change> {
    if old.fingerprint() == new.fingerprint() {
        return Vec::new();
    }
    let (before, after) = (old.definition(), new.definition());
    let mut changes = Changes::default();
    service::name_and_review(&mut changes, before, after);
    data::lead_and_events(&mut changes, old, new);
    computed::derive(&mut changes, &before.derive, &after.derive);
    computed::signals(&mut changes, &before.signals, &after.signals);
    computed::personas(&mut changes, &before.personas, &after.personas);
    groups::section(&mut changes, "fit", before.fit.as_ref(), after.fit.as_ref());
    groups::section(&mut changes, "engagement", before.engagement.as_ref(), after.engagement.as_ref());
    computed::disqualify(&mut changes, &before.disqualify, &after.disqualify);
    ladder::stages(&mut changes, before, after);
    service::hand_off(&mut changes, before, after);
    ladder::grades(&mut changes, before, after);
    ladder::routes(&mut changes, &before.routes, &after.routes);
    service::office_hours(&mut changes, before, after);
    changes.found
}

/// The changes found so far.
#[derive(Default)]
struct Changes {
    found: Vec<Change>,
}

impl Changes {
    fn push(&mut self, section: &'static str, subject: &str, kind: ChangeKind, words: String, affects_scores: bool) {
        self.found.push(Change { section, subject: subject.to_owned(), kind, words, affects_scores });
    }

    /// Adds a change for each aspect that differs, each beginning with `head`.
    fn aspects(&mut self, section: &'static str, subject: &str, head: &str, aspects: Vec<Aspect>) {
        for aspect in aspects {
            let words = format!("{head}{}", aspect.words);
            self.push(section, subject, ChangeKind::Changed, words, aspect.affects_scores);
        }
    }
}

/// One way in which two things of the same kind differ.
struct Aspect {
    words: String,
    affects_scores: bool,
}

impl Aspect {
    /// A difference that scoring may show.
    fn scoring(words: impl Into<String>) -> Self {
        Aspect { words: words.into(), affects_scores: true }
    }

    /// A difference that no lead's row can show.
    fn quiet(words: impl Into<String>) -> Self {
        Aspect { words: words.into(), affects_scores: false }
    }
}
