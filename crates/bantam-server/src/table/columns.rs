//! Decides what each column of a file is: part of the row's own frame, such as its lead and its time, or an attribute.

use super::known;
use bantam_lang::meaning::{Attribute, Meaning, Type};
use std::collections::HashMap;
use std::sync::Arc;

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A lead with its attributes.
    Leads,
    /// Something that a lead did.
    Events,
    /// What sales said about a lead.
    Answers,
    /// What was spent.
    Spend,
}

impl Kind {
    /// Returns the parts that each row has to have.
    pub fn needed(self) -> &'static [Part] {
        match self {
            Kind::Leads => &[Part::Lead],
            Kind::Events => &[Part::Lead, Part::Time],
            Kind::Answers => &[Part::Lead, Part::Answer],
            Kind::Spend => &[Part::Amount, Part::Time],
        }
    }

    /// Returns the word for a row, with its article.
    pub fn noun(self) -> &'static str {
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
pub enum Part {
    /// Who it is about.
    Lead,
    /// When it was so.
    Time,
    /// The event's name.
    Name,
    /// What it is known again by.
    Id,
    /// What sales said.
    Answer,
    /// Who said it.
    By,
    /// Why.
    Reason,
    /// How much.
    Amount,
    /// When the deal is, or was, closed.
    CloseDate,
    /// For which campaign.
    Campaign,
    /// For leads from where.
    Source,
    /// Whether the row is one of something that was deleted.
    Deleted,
}

impl Part {
    /// The names by which `--map` knows them, and by which the mapping shows them.
    pub const NAMES: [(&'static str, Part); 12] = [
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

    /// Returns the name by which people know it.
    pub fn name(self) -> &'static str {
        Part::NAMES.into_iter().find(|(_, part)| *part == self).map_or("", |(name, _)| name)
    }
}

/// What a column is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Use {
    /// A part of the row's frame.
    Part(Part),
    /// A value under this name; whether it is a time.
    Value(String, bool),
    /// Nothing.
    LeftOut,
}

/// What the columns of one file are.
pub struct Columns {
    uses: HashMap<Arc<str>, Use>,
    /// In the order of the file, for the mapping that is shown.
    pub shown: Vec<(Arc<str>, Use)>,
    /// The program that such files come from.
    pub program: Option<&'static str>,
}

/// What was asked for, and what the definition knows.
pub struct Wishes<'w> {
    /// Columns with what they are: the name of a part, of an attribute, any other name, or nothing to leave it out.
    pub maps: &'w [(String, String)],
    /// The definition.
    pub meaning: Option<&'w Meaning>,
}

impl Columns {
    /// Decides about the columns that a file starts with.
    pub fn new(kind: Kind, names: &[Arc<str>], wishes: &Wishes<'_>) -> Columns {
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
    pub fn of(&mut self, kind: Kind, name: &Arc<str>, wishes: &Wishes<'_>) -> Use {
        if let Some(known) = self.shown.iter().find(|(own, _)| own == name) {
            return known.1.clone();
        }
        let decided = self.uses.get(name).cloned().unwrap_or_else(|| decide(kind, name, wishes));
        self.uses.insert(name.clone(), decided.clone());
        self.shown.push((name.clone(), decided.clone()));
        decided
    }

    /// Returns whether some column is a part.
    pub fn has(&self, part: Part) -> bool {
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
