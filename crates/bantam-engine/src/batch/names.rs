//! What is known of names before any row is computed: their types, and the dictionaries of those that are texts.

use crate::columns::{Column, Dictionary, EventTable, LeadTable};
use bantam_lang::meaning::{DISQUALIFIED, Grades, Meaning, Name, SalesAnswer, Type};
use std::collections::HashSet;
use std::sync::Arc;

/// A dictionary of the data, or one made for computed texts.
#[derive(Clone)]
pub(super) enum DictionaryRef<'a> {
    Data(&'a Dictionary),
    Made(Arc<Dictionary>),
}

impl DictionaryRef<'_> {
    pub(super) fn new(dictionary: Dictionary) -> Self {
        DictionaryRef::Made(Arc::new(dictionary))
    }

    pub(super) fn get(&self) -> &Dictionary {
        match self {
            DictionaryRef::Data(dictionary) => dictionary,
            DictionaryRef::Made(dictionary) => dictionary,
        }
    }
}

/// Types, dictionaries and lists that expressions are bound to.
pub(super) struct Names<'a> {
    meaning: &'a Meaning,
    leads: &'a LeadTable,
    events: &'a EventTable,
    derived: Vec<Option<DictionaryRef<'a>>>,
    sales_status: DictionaryRef<'a>,
    persona: DictionaryRef<'a>,
    stage: DictionaryRef<'a>,
    grade: DictionaryRef<'a>,
    nothing: DictionaryRef<'a>,
    lists: Vec<HashSet<&'a str>>,
}

impl<'a> Names<'a> {
    pub(super) fn new(meaning: &'a Meaning, leads: &'a LeadTable, events: &'a EventTable) -> Self {
        Names {
            meaning,
            leads,
            events,
            derived: Vec::new(),
            sales_status: dictionary(SalesAnswer::ALL.map(SalesAnswer::key)),
            persona: dictionary(meaning.personas.iter().map(|persona| persona.name.as_str())),
            stage: dictionary(meaning.stages.iter().map(|stage| stage.name.as_str()).chain([DISQUALIFIED])),
            grade: dictionary(grade_texts(&meaning.grades)),
            nothing: dictionary([""; 0]),
            lists: meaning.lists.iter().map(|list| list.values.iter().map(String::as_str).collect()).collect(),
        }
    }

    /// Takes note of the dictionary of the next derived attribute; `None` where it is no text.
    pub(super) fn push_derived(&mut self, dictionary: Option<DictionaryRef<'a>>) {
        self.derived.push(dictionary);
    }

    pub(super) fn type_of(&self, name: Name) -> Type {
        self.meaning.type_of(name)
    }

    pub(super) fn list_contains(&self, list: usize, text: &str) -> bool {
        self.lists.get(list).is_some_and(|values| values.contains(text))
    }

    /// Returns the dictionary of a text name.
    pub(super) fn dictionary(&self, name: Name) -> DictionaryRef<'a> {
        let column = match name {
            Name::Attribute(index) => self.leads.attributes.get(index),
            Name::Property(index) => self.events.properties.get(index),
            _ => None,
        };
        match (name, column) {
            (_, Some(Column::Text(text))) => DictionaryRef::Data(&text.dictionary),
            (Name::EventName, _) => DictionaryRef::Data(&self.events.name.dictionary),
            (Name::SalesStatus, _) => self.sales_status.clone(),
            (Name::Persona, _) => self.persona.clone(),
            (Name::Stage, _) => self.stage.clone(),
            (Name::Grade, _) => self.grade.clone(),
            (Name::Derived(index), _) => {
                self.derived.get(index).cloned().flatten().unwrap_or_else(|| self.nothing.clone())
            }
            _ => self.nothing.clone(),
        }
    }
}

pub(super) fn dictionary<'a, T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> DictionaryRef<'a> {
    let mut dictionary = Dictionary::default();
    for text in texts {
        dictionary.intern(text.as_ref());
    }
    DictionaryRef::new(dictionary)
}

/// Every grade a lead can have, as text: by letter of fit, then of engagement.
pub(super) fn grade_texts(grades: &Grades) -> Vec<String> {
    let letters = |bands: &Option<Vec<bantam_lang::meaning::Band>>| -> Vec<String> {
        match bands {
            Some(bands) => bands.iter().map(|band| band.letter.clone()).collect(),
            None => vec![String::new()],
        }
    };
    if grades.fit.is_none() && grades.engagement.is_none() {
        return Vec::new();
    }
    let engagement = letters(&grades.engagement);
    letters(&grades.fit).iter().flat_map(|fit| engagement.iter().map(move |letter| format!("{fit}{letter}"))).collect()
}
