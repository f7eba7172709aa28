//! Decides what each column of a file is: part of the row's own frame, such as its lead and its time, or an attribute.

use super::known;
use bantam_lang::meaning::{Attribute, Meaning, Type};
use std::collections::HashMap;
use std::sync::Arc;

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Leads,
    Events,
    Answers,
    Spend,
}

impl Kind {
    /// Returns the word for a row, with its article.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Kind::Leads => "a lead",
            Kind::Events => "an event",
            Kind::Answers => "an answer",
            Kind::Spend => "a row of spend",
        }
    }
}

/// A part of a row's frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    Lead,
    Time,
    Name,
    Id,
    Answer,
    By,
    Reason,
    Amount,
    CloseDate,
    Campaign,
    Source,
    Deleted,
}

impl Part {
    /// The names by which `--map` knows them, and by which the mapping shows them.
    pub(super) const NAMES: [(&'static str, Part); 12] = [
        ("lead", Part::Lead),
        ("time", Part::Time),
        ("event", Part::Name),
        ("id", Part::Id),
        ("answer", Part::Answer),
        ("by", Part::By),
        ("reason", Part::Reason),
        ("amount", Part::Amount),
        ("close date", Part::CloseDate),
        ("campaign", Part::Campaign),
        ("source", Part::Source),
        ("deleted", Part::Deleted),
    ];

    fn named(name: &str) -> Option<Part> {
        Part::NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, part)| part)
    }

    pub(super) fn name(self) -> &'static str {
        Part::NAMES.into_iter().find(|(_, part)| *part == self).map_or("", |(name, _)| name)
    }
}

/// What a column is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Part(Part),
    /// A value under this name; whether it is a time.
    Value(String, bool),
    LeftOut,
}

/// What the columns of one file are.
pub(super) struct Columns {
    uses: HashMap<Arc<str>, Use>,
    /// In the order of the file, for the mapping that is shown.
    pub(super) shown: Vec<(Arc<str>, Use)>,
    /// The program that such files come from.
    pub(super) program: Option<&'static str>,
}

/// What was asked for, and what the definition knows.
pub(super) struct Wishes<'w> {
    pub(super) maps: &'w [(String, String)],
    pub(super) meaning: Option<&'w Meaning>,
}

impl Columns {
    /// Decides about the columns that a file starts with.
    pub(super) fn new(kind: Kind, names: &[Arc<str>], wishes: &Wishes<'_>) -> Columns {
        let mut columns = Columns { uses: HashMap::new(), shown: Vec::new(), program: known::program(names) };
        for (part, candidates) in known::parts(kind, wishes.meaning) {
            let is_mapped = wishes.maps.iter().any(|(_, name)| Part::named(name) == Some(part));
            let found = candidates.iter().find_map(|candidate| {
                names.iter().find(|name| {
                    let is_free =
                        !columns.uses.contains_key(*name) && !wishes.maps.iter().any(|(own, _)| **own == ***name);
                    is_free && (***name == **candidate || known::folded(name) == *candidate)
                })
            });
            if let Some(name) = found.filter(|_| !is_mapped) {
                columns.uses.insert(name.clone(), Use::Part(part));
            }
        }
        for name in names {
            columns.of(kind, name, wishes);
        }
        columns
    }

    /// Returns what a column is; decides about one that was not there before.
    pub(super) fn of(&mut self, kind: Kind, name: &Arc<str>, wishes: &Wishes<'_>) -> Use {
        if let Some(known) = self.shown.iter().find(|(own, _)| own == name) {
            return known.1.clone();
        }
        let decided = self.uses.get(name).cloned().unwrap_or_else(|| decide(kind, name, wishes));
        self.uses.insert(name.clone(), decided.clone());
        self.shown.push((name.clone(), decided.clone()));
        decided
    }

    /// Returns whether some column is a part.
    pub(super) fn has(&self, part: Part) -> bool {
        self.shown.iter().any(|(_, own)| *own == Use::Part(part))
    }
}

fn decide(kind: Kind, name: &str, wishes: &Wishes<'_>) -> Use {
    let attributes: &[Attribute] = match (kind, wishes.meaning) {
        (Kind::Leads, Some(meaning)) => &meaning.lead.attributes,
        (Kind::Events, Some(meaning)) => &meaning.event.properties,
        _ => &[],
    };
    let of = |attribute: &Attribute| Use::Value(attribute.column.clone(), attribute.kind == Type::Time);
    if let Some((_, wish)) = wishes.maps.iter().find(|(own, _)| own == name) {
        let attribute = attributes.iter().find(|attribute| attribute.name == *wish || attribute.column == *wish);
        return match (wish.as_str(), Part::named(wish), attribute) {
            ("", ..) => Use::LeftOut,
            (_, _, Some(attribute)) => of(attribute),
            (_, Some(part), None) => Use::Part(part),
            (_, None, None) => Use::Value(wish.clone(), false),
        };
    }
    if known::is_of_the_transport(name) {
        return Use::LeftOut;
    }
    let exact = attributes.iter().find(|attribute| attribute.column == name);
    let folded = known::folded(name);
    let alike = || {
        attributes.iter().find(|attribute| {
            // A column of its own name in the file goes before one that is only alike.
            known::folded(&attribute.name) == folded || known::folded(&attribute.column) == folded
        })
    };
    let same = || {
        let is_same = |attribute: &&Attribute| known::mean_the_same(&known::folded(&attribute.name), &folded);
        attributes.iter().find(is_same)
    };
    match exact.or_else(alike).or_else(same) {
        Some(attribute) => of(attribute),
        None => Use::Value(name.to_owned(), false),
    }
}
