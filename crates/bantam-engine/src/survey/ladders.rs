//! Gives what derived attributes, signals, lists, personas, stages, grades and routes did the names of the definition.

use crate::batch::{ChosenTally, Observed};
use bantam_lang::meaning::{Conditional, Meaning, Stage};
use hashbrown::HashSet;

/// A name with its leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedCount {
    /// The name.
    pub name: String,
    /// The leads.
    pub leads: u64,
}

/// What a signal does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignalSurvey {
    /// Its name.
    pub name: String,
    /// Leads for which it has a value; a count or sum always has one.
    pub known: u64,
    /// Those of them for which it is not 0.
    pub nonzero: u64,
}

/// What a list does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListSurvey {
    /// Its name.
    pub name: String,
    /// How many different values it has.
    pub values: u64,
    /// How many of them occur where the definition looks for them.
    pub hits: u64,
    /// Leads with such a value, of their own or of an event.
    pub leads: u64,
}

/// What one of several choices gets: a persona, a disqualifier or a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its name; of a route, where it leads.
    pub name: String,
    /// Leads it gets, because it is the first that applies.
    pub leads: u64,
    /// Leads for which its condition is true.
    pub holds: u64,
}

/// What a stage does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageSurvey {
    /// Its name.
    pub name: String,
    /// Leads that stand on it.
    pub leads: u64,
    /// Leads for which its condition is true, wherever they stand.
    pub holds: u64,
    /// The top-level `&&` parts of its condition.
    pub parts: Vec<PartSurvey>,
}

/// What a part of a stage's condition does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartSurvey {
    /// As written.
    pub text: String,
    /// Leads for which it is true.
    pub holds: u64,
    /// Leads for which it is unknown.
    pub unknown: u64,
}

fn tally_at(tallies: &[ChosenTally], index: usize) -> ChosenTally {
    tallies.get(index).copied().unwrap_or_default()
}

pub(super) fn derived(meaning: &Meaning, observed: &Observed) -> Vec<NamedCount> {
    let pairs = meaning.derived.iter().zip(&observed.derived);
    pairs.map(|(derived, &leads)| NamedCount { name: derived.name.clone(), leads }).collect()
}

pub(super) fn signals(meaning: &Meaning, observed: &Observed) -> Vec<SignalSurvey> {
    let pairs = meaning.signals.iter().zip(&observed.signals);
    pairs.map(|(signal, &(known, nonzero))| SignalSurvey { name: signal.name.clone(), known, nonzero }).collect()
}

pub(super) fn lists(meaning: &Meaning, observed: &Observed) -> Vec<ListSurvey> {
    let pairs = meaning.lists.iter().zip(&observed.lists);
    pairs
        .map(|(list, tally)| ListSurvey {
            name: list.name.clone(),
            values: list.values.iter().collect::<HashSet<_>>().len() as u64,
            hits: tally.entries.len() as u64,
            leads: tally.leads,
        })
        .collect()
}

pub(super) fn conditionals(conditionals: &[Conditional], tallies: &[ChosenTally]) -> Vec<Choice> {
    let choice = |(index, each): (usize, &Conditional)| {
        let ChosenTally { leads, holds } = tally_at(tallies, index);
        Choice { name: each.name.clone(), leads, holds }
    };
    conditionals.iter().enumerate().map(choice).collect()
}

pub(super) fn routes(meaning: &Meaning, observed: &Observed) -> Vec<Choice> {
    let routes = meaning.routes.iter().enumerate();
    routes
        .map(|(index, route)| {
            let ChosenTally { leads, holds } = tally_at(&observed.routes, index);
            Choice { name: route.to.clone(), leads, holds }
        })
        .collect()
}

pub(super) fn grades(observed: &Observed) -> Vec<NamedCount> {
    let texts = observed.grade_texts.iter().enumerate();
    texts
        .map(|(index, name)| NamedCount { name: name.clone(), leads: tally_at(&observed.grades, index).leads })
        .collect()
}

pub(super) fn stages(meaning: &Meaning, observed: &Observed) -> Vec<StageSurvey> {
    let stage = |(index, stage): (usize, &Stage)| {
        let ChosenTally { leads, holds } = tally_at(&observed.stages, index);
        let counts = observed.stage_parts.get(index).map_or(&[][..], Vec::as_slice);
        let parts = stage.parts.iter().enumerate().map(|(part, (text, _))| {
            let (holds, unknown) = counts.get(part).copied().unwrap_or_default();
            PartSurvey { text: text.clone(), holds, unknown }
        });
        StageSurvey { name: stage.name.clone(), leads, holds, parts: parts.collect() }
    };
    meaning.stages.iter().enumerate().map(stage).collect()
}
