//! A definition made ready for the service: its plan, what it listens to, and how facts turn into its values.

use super::CoreError;
use super::fact::Values;
use super::values::ValueReader;
use bantam_engine::horizons::Horizons;
use bantam_engine::live::{Plan, compile};
use bantam_lang::CheckedDefinition;
use bantam_lang::diagnostic::has_errors;
use bantam_lang::meaning::{Attribute, EventSet, Meaning, SalesAnswer, Value};
use bantam_lang::source::Source;
use bantam_store::Ledger;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A definition as it is kept: its text, and the files it names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinitionText {
    /// The file's name, for messages.
    pub name: String,
    /// The YAML.
    pub text: String,
    /// Name and content of the list files.
    pub lists: Vec<(String, String)>,
}

impl DefinitionText {
    /// Checks it. `None` where it has errors.
    pub fn check(&self) -> Option<CheckedDefinition> {
        let mut read = |name: &str| {
            let found = self.lists.iter().find(|(known, _)| known == name);
            found.map(|(_, content)| content.clone()).ok_or_else(|| "the file was not kept".to_owned())
        };
        // Only errors matter here; what warnings have to say was said when the definition was proposed.
        let (definition, diagnostics) = bantam_lang::parse(&Source::new(&self.name, &self.text));
        let (checked, found) = bantam_lang::check(definition?, &mut read);
        checked.filter(|_| !has_errors(&diagnostics) && !has_errors(&found))
    }
}

/// A definition that decides.
#[derive(Debug)]
pub struct Rules {
    /// Its number in the store.
    pub number: i64,
    /// Its fingerprint.
    pub fingerprint: String,
    /// What it means.
    pub meaning: Arc<Meaning>,
    /// Made ready for scoring.
    pub plan: Plan,
    pub(super) horizons: Horizons,
    attributes: Columns,
    properties: Columns,
}

impl Rules {
    /// Checks a definition and makes it ready. `None` where it has errors.
    pub fn load(number: i64, text: &DefinitionText) -> Option<Rules> {
        let checked = text.check()?;
        Some(Rules::of(number, checked.fingerprint().to_string(), checked.meaning()))
    }

    /// Makes a meaning ready: a definition's own, or one that reads more columns beside.
    pub fn of(number: i64, fingerprint: String, meaning: Arc<Meaning>) -> Rules {
        Rules {
            number,
            fingerprint,
            plan: compile(meaning.clone()),
            horizons: Horizons::of(&meaning),
            attributes: Columns::new(&meaning.lead.attributes, &meaning.missing),
            properties: Columns::new(&meaning.event.properties, &meaning.missing),
            meaning,
        }
    }

    /// Returns a definition that was kept, by its fingerprint.
    ///
    /// # Errors
    /// Returns why it cannot be used. Nothing is written, so it has no number.
    pub fn kept(ledger: &mut dyn Ledger, fingerprint: &str) -> Result<Option<Rules>, CoreError> {
        let Some(body) = ledger.definition(fingerprint)? else { return Ok(None) };
        Rules::restore(0, fingerprint, &body).map(Some)
    }

    /// Returns the definition that is active in a store, with its number.
    pub fn active(ledger: &mut dyn Ledger) -> Result<Option<Rules>, CoreError> {
        let Some(fingerprint) = ledger.setting("active")? else { return Ok(None) };
        let fingerprint = String::from_utf8_lossy(&fingerprint).into_owned();
        let Some(body) = ledger.definition(&fingerprint)? else { return Ok(None) };
        let known = ledger.definitions()?.into_iter().find(|(_, known)| *known == fingerprint);
        let number = known.map_or(0, |(number, _)| number);
        Rules::restore(number, &fingerprint, &body).map(Some)
    }

    /// Reads back a definition that was kept.
    pub(super) fn restore(number: i64, fingerprint: &str, body: &[u8]) -> Result<Rules, CoreError> {
        let unusable = || CoreError::Definition(fingerprint.to_owned());
        let text: DefinitionText = serde_json::from_slice(body).map_err(|_| unusable())?;
        Rules::load(number, &text).filter(|rules| rules.fingerprint == fingerprint).ok_or_else(unusable)
    }

    /// Returns whether leads that another definition decided can be gone on with as they are kept: that one reads the same
    /// attributes and properties, and keeps every event that counts for this one.
    pub(super) fn follows(&self, before: &Rules) -> bool {
        self.reads_as(before) && before.horizons.covers(&self.horizons)
    }

    /// Returns whether facts turn into the same attributes and events for both.
    pub fn reads_as(&self, other: &Rules) -> bool {
        let answers = |rules: &Rules| SalesAnswer::ALL.map(|answer| rules.answer_event(answer).to_owned());
        self.meaning.lead.attributes == other.meaning.lead.attributes
            && self.meaning.event.properties == other.meaning.event.properties
            && self.meaning.missing == other.meaning.missing
            && answers(self) == answers(other)
    }

    /// Returns the name under which an answer stands among a lead's events.
    pub fn answer_event(&self, answer: SalesAnswer) -> &str {
        let own = self.answers(answer).and_then(|set| {
            let action = set.actions.first().and_then(|&action| self.meaning.actions.get(action));
            set.names.first().or_else(|| action.and_then(|action| action.on.first()))
        });
        own.map_or(answer.default_event(), String::as_str)
    }

    /// Returns the answer that an event's name gives.
    pub fn answer_of_event(&self, name: &str) -> Option<SalesAnswer> {
        let gives =
            |&answer: &SalesAnswer| self.answers(answer).is_some_and(|set| set.names.iter().any(|own| own == name));
        SalesAnswer::ALL.into_iter().find(gives)
    }

    fn answers(&self, answer: SalesAnswer) -> Option<&EventSet> {
        let place = SalesAnswer::ALL.into_iter().position(|known| known == answer)?;
        self.meaning.sales.get(place)
    }

    /// Returns a stage's place on the ladder, from 0; `None` for none and for a disqualified lead.
    pub fn rung(&self, stage: Option<&str>) -> Option<usize> {
        let stage = stage?;
        self.meaning.stages.iter().position(|known| known.name == stage)
    }

    /// Returns whether anything listens to events of a name.
    pub(super) fn hears(&self, name: &str) -> bool {
        self.horizons.first_moment(name, i64::MAX).is_some()
    }

    /// Returns whether a name counts as one.
    pub(super) fn is_name(&self, name: &str) -> bool {
        !name.is_empty() && !self.meaning.missing.iter().any(|missing| missing == name)
    }

    /// Returns all properties of an event.
    pub(super) fn properties(&self, values: &Values) -> Vec<Option<Value>> {
        self.properties.read_all(values)
    }

    /// Returns the attributes that some values change, by their place.
    pub(super) fn changes(&self, values: &Values) -> Vec<(usize, Option<Value>)> {
        self.attributes.read_given(values)
    }

    /// Returns the attributes of a lead about whom nothing is known.
    pub(super) fn default_attributes(&self) -> Vec<Option<Value>> {
        self.attributes.readers.iter().map(|(_, reader)| reader.default()).collect()
    }
}

/// The attributes of a lead or an event, by their columns.
#[derive(Debug)]
struct Columns {
    readers: Vec<(String, ValueReader)>,
    by_column: HashMap<String, Vec<usize>>,
}

impl Columns {
    fn new(attributes: &[Attribute], missing: &[String]) -> Columns {
        let mut by_column: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, attribute) in attributes.iter().enumerate() {
            by_column.entry_ref(attribute.column.as_str()).or_default().push(place);
        }
        let reader = |attribute: &Attribute| (attribute.column.clone(), ValueReader::new(attribute, missing));
        Columns { readers: attributes.iter().map(reader).collect(), by_column }
    }

    fn read_all(&self, values: &Values) -> Vec<Option<Value>> {
        let read = |(column, reader): &(String, ValueReader)| match values.get(column) {
            Some(raw) => reader.read(raw.get()),
            None => reader.default(),
        };
        self.readers.iter().map(read).collect()
    }

    fn read_given(&self, values: &Values) -> Vec<(usize, Option<Value>)> {
        let mut given = Vec::new();
        for (column, raw) in values {
            for &place in self.by_column.get(column).into_iter().flatten() {
                given.extend(self.readers.get(place).map(|(_, reader)| (place, reader.read(raw.get()))));
            }
        }
        given
    }
}
