//! Scores all leads that are not complete before the end of the input, and puts the results together.

use super::piece::StreamPiece;
use super::runs::{PARTITION_LEADS, Run, gather};
use super::{Scores, Scoring, Stream};
use crate::batch::{BatchScores, LeadSet, Partition, ScoreTable, score_partition};
use crate::columns::LeadTable;
use crate::ids::Key;
use crate::input::{InputError, InputReport};
use rayon::prelude::*;
use std::borrow::Cow;
use std::sync::PoisonError;

/// Scores, and what there is to say about the files they came from.
pub struct Scored<'m> {
    /// The scores, ranked.
    pub scores: BatchScores<'m>,
    /// What reading found.
    pub report: InputReport,
}

impl<'m> Scoring<'m, '_> {
    /// Ends the input: scores what has not been scored yet and ranks all leads.
    pub fn finish(self) -> Result<Scored<'m>, InputError> {
        let Scoring { input, stream } = self;
        let mut rest = input.finish_events()?;
        let marked: Vec<u32> = rest.lead.iter().map(|&lead| stream.marked(lead)).collect();
        let mut piece = StreamPiece::new(&stream, None);
        piece.take_all(&marked, &rest.rows);
        piece.bring_home(None);
        drop(rest.rows);
        let (scores, [oldest, newest]) = stream.finish();
        rest.report.oldest_event = oldest;
        rest.report.newest_event = newest;
        Ok(Scored { scores, report: rest.report })
    }
}

impl<'m> Stream<'m> {
    /// Returns the scores of all leads, and the times of the earliest and the latest event.
    fn finish(mut self) -> (BatchScores<'m>, [Option<i64>; 2]) {
        self.admit_newcomers();
        let mut runs = std::mem::take(own(&mut self.runs));
        for mut waiting in std::mem::take(own(&mut self.waiting)) {
            if waiting.len() > 0 {
                runs.push(Run::sort(&mut waiting));
            }
        }
        let scores = std::mem::take(own(&mut self.scored));
        let parts = self.score_rest(&scores, &runs);
        drop(runs);
        let Scores { mut table, oldest, newest, .. } = scores;
        self.leads.attributes.clear();
        self.leads.kinds = None;
        table.reserve(table.len() + parts.iter().map(ScoreTable::len).sum::<usize>());
        parts.into_iter().for_each(|part| table.append(part));
        let LeadTable { ids, has_row, .. } = self.leads;
        let scores = BatchScores::new(self.meaning, (Cow::Owned(ids), &has_row), table, self.options.batch);
        (scores, [oldest, newest])
    }

    /// Gives leads that have events alone a place in the table.
    fn admit_newcomers(&mut self) {
        let newcomers = std::mem::take(self.newcomers.get_mut().unwrap_or_else(PoisonError::into_inner));
        for id in newcomers.iter() {
            self.leads.ids.intern(Key::of(&id));
        }
        let defaults: Vec<_> = self.meaning.lead.attributes.iter().map(|attribute| attribute.default.clone()).collect();
        self.leads.pad(&defaults);
    }

    /// Scores the leads that no piece has scored, by partitions.
    fn score_rest(&mut self, scores: &Scores, runs: &[Run]) -> Vec<ScoreTable> {
        let tables = std::mem::take(own(&mut self.tables));
        let shape = self.dictionaries(&tables);
        let plan = self.plan(&tables, &shape);
        let mut done = super::seen::Seen::default();
        scores.table.leads().for_each(|lead| done.insert(lead));
        let stream = &*self;
        let partitions = stream.leads.ids.len().div_ceil(PARTITION_LEADS);
        let score = |number: usize| {
            let start = number * PARTITION_LEADS;
            let range = start..(start + PARTITION_LEADS).min(stream.leads.ids.len());
            let left: Vec<u32> = range.clone().map(|lead| lead as u32).filter(|&lead| !done.contains(lead)).collect();
            if left.is_empty() {
                return ScoreTable::default();
            }
            let mut events = gather(runs, number, stream.storage.beside);
            let leads = if left.len() == range.len() {
                LeadSet::Range(range)
            } else {
                // Leads that are done have no events here: what is left keeps its order and moves up.
                let mut places = vec![0; range.len()];
                for (place, &lead) in (0..).zip(&left) {
                    if let Some(slot) = places.get_mut(lead as usize - start) {
                        *slot = place;
                    }
                }
                events.lead.iter_mut().for_each(|lead| *lead = places.get(*lead as usize).copied().unwrap_or(0));
                LeadSet::List(left.clone())
            };
            let has_event = left.iter().map(|&lead| scores.seen.contains(lead)).collect();
            let (events, kinds) = stream.unfold(&plan, &tables, events);
            let part = Partition { leads, events, kinds, has_event };
            score_partition(&plan, &stream.leads, stream.as_of, stream.options.batch, &part)
        };
        (0..partitions).into_par_iter().map(score).collect()
    }
}

/// Returns what a lock holds, without locking: nobody else has it any more.
fn own<T>(mutex: &mut std::sync::Mutex<T>) -> &mut T {
    mutex.get_mut().unwrap_or_else(PoisonError::into_inner)
}
