//! Leads and events in memory with the workings of their scores, so that another definition costs only what it changes.
//!
//! 1. A definition is taken apart into steps: derived attributes, signals, rules before their limits, sections, parts of
//!    conditions (`steps`). Each step has a key that says what it computes, from what (`keys`).
//! 2. What a step gave for each lead is kept by that key (`kept`). Steps of another definition with the same key are not
//!    computed again, whatever they are called and wherever they stand.
//! 3. The other steps are bound (`work`) and computed, partition by partition; limits, stages, grades and routes are
//!    then worked out anew from the steps (`compute`).
//!
//! A changed threshold so costs a look at sums that are there already, changed points the events of one rule. Nobody
//! says what changed: a step that builds on a changed one has another key.

mod compute;
mod kept;
mod keys;
mod steps;
mod work;
mod worked;

use super::partition::{Partition, deal_out};
use super::ranked::BatchScores;
use super::rules::add_up;
use super::scored::{PartScores, ScoreTable};
use super::{BatchOptions, ranked};
use crate::columns::{Column, EventTable, LeadTable};
use crate::ids::LeadId;
use crate::scores::{Reason, sort_reasons};
use bantam_lang::meaning::{EventShape, LeadShape, Meaning};
use compute::{Standing, Task, compute};
use hashbrown::{HashMap, HashSet};
use kept::{Kept, KeptSteps};
use keys::{Key, Keys};
use rayon::prelude::*;
use std::borrow::Cow;
use std::sync::Arc;
use steps::Steps;
use work::{Dictionaries, bind_works};
pub(super) use worked::Row;
pub use worked::{Worked, WorkedLead};

/// Leads and events as of a moment, with what was computed for them.
pub struct Workings {
    leads: LeadTable,
    /// No events, but the dictionaries of all of them.
    dictionaries: EventTable,
    partitions: Vec<Partition>,
    /// Whether each lead of a partition comes out: it has a counting row or event.
    counts: Vec<Vec<bool>>,
    as_of: i64,
    /// How the data were read.
    reading: Reading,
    keys: Keys,
    kept: KeptSteps,
    texts: Dictionaries,
    /// Steps that are kept whatever comes.
    pinned: HashSet<Key>,
}

/// What of a definition decides how files are read.
#[derive(Clone, Debug, PartialEq)]
struct Reading {
    lead: LeadShape,
    event: EventShape,
    missing: Vec<String>,
}

/// A definition reads files in another way than the one whose data are at hand: other columns, types, defaults or words
/// for a missing value. They must be read again for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this definition reads its files in another way, so they must be read again")]
pub struct OtherReading;

/// What was computed for one definition.
struct Computed {
    standings: Vec<Standing>,
    /// Steps that were not kept, by partition.
    fresh: HashMap<Key, Vec<Kept>>,
    texts: Dictionaries,
}

impl Reading {
    fn of(meaning: &Meaning) -> Reading {
        Reading { lead: meaning.lead.clone(), event: meaning.event.clone(), missing: meaning.missing.clone() }
    }
}

impl Workings {
    /// Takes leads and events that were read for a definition, and scores them by it; `as_of` is in microseconds since
    /// 1970-01-01T00:00Z. The steps of this definition are pinned.
    pub fn new(meaning: &Meaning, leads: LeadTable, mut events: EventTable, as_of: i64) -> (Workings, Worked) {
        let all = vec![true; events.name.dictionary.len()];
        let shares = deal_out(&all, &leads, &events, as_of);
        let partitions: Vec<Partition> = shares
            .into_par_iter()
            .map(|mut share| {
                share.sort_by_name(&events);
                share.gather(&events)
            })
            .collect();
        events.lead = Vec::new();
        events.time = Vec::new();
        events.name.codes = Vec::new();
        for column in &mut events.properties {
            column.clear();
            column.shrink();
        }
        let counts = partitions.iter().map(|partition| partition.count(&leads)).collect();
        let mut workings = Workings {
            leads,
            dictionaries: events,
            partitions,
            counts,
            as_of,
            reading: Reading::of(meaning),
            keys: Keys::default(),
            kept: HashMap::new(),
            texts: HashMap::new(),
            pinned: HashSet::new(),
        };
        let worked = workings.work(meaning);
        workings.pin(&worked);
        (workings, worked)
    }

    /// Returns how many leads come out: those with a counting row, or an event, at or before *as of*.
    pub fn len(&self) -> usize {
        self.counts.iter().flatten().filter(|counts| **counts).count()
    }

    /// Returns whether no lead comes out.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the moment for which everything is computed.
    pub fn as_of(&self) -> i64 {
        self.as_of
    }

    /// Returns the id of a lead by its number.
    pub fn lead_id(&self, lead: u32) -> Option<LeadId<'_>> {
        self.leads.ids.get(lead)
    }

    /// Scores all leads by a definition; the result equals that of [`super::score_batch`].
    ///
    /// Steps that it shares with the definition before it, or with pinned ones, are not computed again.
    pub fn score(&mut self, meaning: &Meaning) -> Result<Worked, OtherReading> {
        if Reading::of(meaning) != self.reading {
            return Err(OtherReading);
        }
        Ok(self.work(meaning))
    }

    fn work(&mut self, meaning: &Meaning) -> Worked {
        self.keys.asked.clear();
        let steps = Steps::new(meaning, &mut self.keys);
        let Computed { standings, fresh, texts } = self.compute(&steps);
        let computed = fresh.len();
        self.texts.extend(texts);
        self.kept.extend(fresh.into_iter().map(|(key, kept)| (key, Arc::new(kept))));
        let worked = self.gather(&steps, standings, computed);
        self.forget_all_but(&worked.asked);
        worked
    }

    fn compute(&self, steps: &Steps<'_>) -> Computed {
        let works = bind_works(steps, &self.kept, &self.texts, &self.leads, &self.dictionaries);
        let task = Task { works: &works, steps, kept: &self.kept, leads: &self.leads, as_of: self.as_of };
        let partitions = self.partitions.par_iter().enumerate();
        let parts: Vec<_> = partitions.map(|(part, partition)| compute(task, part, partition)).collect();
        let mut fresh: HashMap<Key, Vec<Kept>> = HashMap::new();
        let mut standings = Vec::with_capacity(parts.len());
        for (results, standing) in parts {
            standings.push(standing);
            results.into_iter().for_each(|(key, kept)| fresh.entry(key).or_default().push(kept));
        }
        Computed { standings, fresh, texts: works.dictionaries }
    }

    /// Keeps the steps of a result from now on, in the stead of those pinned before.
    pub fn pin(&mut self, worked: &Worked) {
        self.pinned = worked.asked.clone();
    }

    fn gather(&self, steps: &Steps<'_>, standings: Vec<Standing>, computed: usize) -> Worked {
        let kept = |key: &Key| self.kept.get(key).cloned().unwrap_or_default();
        Worked {
            standings,
            sections: [kept(&steps.fit.total), kept(&steps.engagement.total)],
            rules: [&steps.fit, &steps.engagement].map(|section| section.rules.iter().map(kept).collect()),
            persona: kept(&steps.persona),
            asked: self.keys.asked.clone(),
            computed,
        }
    }

    fn forget_all_but(&mut self, asked: &HashSet<Key>) {
        let Workings { pinned, kept, texts, keys, .. } = self;
        let wanted = |key: Key| asked.contains(&key) || pinned.contains(&key);
        kept.retain(|key, _| wanted(*key));
        texts.retain(|key, _| wanted(*key));
        keys.retain(wanted);
    }

    /// Returns the leads that come out, in the order of their numbers.
    pub fn leads<'w>(&'w self, worked: &'w Worked) -> impl Iterator<Item = WorkedLead> + 'w {
        (0..self.partitions.len()).flat_map(move |part| {
            let leads = worked.part(part);
            self.places(part).filter_map(move |(place, lead)| leads?.get(place, lead))
        })
    }

    /// Goes through all leads that come out by one definition beside another, on all cores. `look` is shown each lead
    /// by the one and by the other, `join` puts together what was seen of different leads.
    pub fn compare<T: Default + Send>(
        &self,
        one: &Worked,
        other: &Worked,
        look: impl Fn(&mut T, WorkedLead, WorkedLead) + Sync,
        join: impl Fn(T, T) -> T + Send + Sync,
    ) -> T {
        let of_part = |part: usize| {
            let mut seen = T::default();
            if let (Some(one), Some(other)) = (one.part(part), other.part(part)) {
                for (place, lead) in self.places(part) {
                    if let (Some(one), Some(other)) = (one.get(place, lead), other.get(place, lead)) {
                        look(&mut seen, one, other);
                    }
                }
            }
            seen
        };
        (0..self.partitions.len()).into_par_iter().map(of_part).reduce(T::default, join)
    }

    /// Returns the places and numbers of the leads of a partition that come out.
    fn places(&self, part: usize) -> impl Iterator<Item = (usize, u32)> + '_ {
        let partition = self.partitions.get(part).zip(self.counts.get(part));
        partition.into_iter().flat_map(|(partition, counts)| {
            let places = counts.iter().enumerate().filter(|(_, counts)| **counts);
            places.map(|(place, _)| (place, partition.leads.number(place) as u32))
        })
    }

    /// Returns where a lead's points come from; they sum to its score. `meaning` is the one it was scored by.
    pub fn reasons(&self, worked: &Worked, meaning: &Meaning, lead: u32) -> Vec<Reason> {
        let size = self.partitions.first().map_or(1, |partition| partition.leads.len().max(1));
        let (part, place) = (lead as usize / size, lead as usize % size);
        let points = worked.rules.each_ref().map(|rules| {
            rules.iter().map(|kept| match kept.get(part) {
                Some(Kept::Rule { points, .. }) => vec![points.get(place)],
                _ => vec![0],
            })
        });
        let [fit, engagement] = points.map(|points| points.collect::<Vec<_>>());
        let fit = add_up(&meaning.fit, fit, vec![0]);
        let engagement = add_up(&meaning.engagement, engagement, vec![0]);
        let sources = fit.sources().chain(engagement.sources()).map(|points| points.first().copied().unwrap_or(0));
        let named = ranked::sources(meaning).into_iter().zip(sources).filter(|(_, points)| *points != 0);
        let mut reasons: Vec<Reason> = named.map(|(source, points)| source.reason(points)).collect();
        sort_reasons(&mut reasons);
        reasons
    }

    /// Returns all scores, ranked. `meaning` is the one they were computed by.
    pub fn rank<'a>(&'a self, worked: &Worked, meaning: &'a Meaning) -> BatchScores<'a> {
        let mut table = ScoreTable::new(meaning, self.leads.ids.len());
        for part in 0..self.partitions.len() {
            let Some(leads) = worked.part(part) else { continue };
            let mut scores = PartScores::default();
            for (place, lead) in self.places(part) {
                leads.row(place).iter().for_each(|row| scores.push(lead, row));
            }
            table.put(scores);
        }
        let leads = (Cow::Borrowed(&self.leads.ids), self.leads.has_row.as_slice());
        BatchScores::new(meaning, leads, table, BatchOptions::default())
    }
}

impl Column {
    /// Gives back the memory of rows that are no more.
    fn shrink(&mut self) {
        match self {
            Column::Text(text) => text.codes.shrink_to_fit(),
            Column::Number(values) => values.shrink_to_fit(),
            Column::Boolean(values) => values.shrink_to_fit(),
            Column::Time(values) => values.shrink_to_fit(),
        }
    }
}
