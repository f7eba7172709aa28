//! Scores all leads that are not complete before the end of the input, and puts the results together.

use super::piece::StreamPiece;
use super::runs::{PARTITION_LEADS, Run, gather};
use super::seen::Seen;
use super::{Scores, Scoring, Stream};
use crate::batch::{BatchScores, LeadSet, PartScores, Partition, ScoreTable, score_partition};
use crate::columns::LeadTable;
use crate::ids::Key;
use crate::input::{InputError, InputReport};
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
        piece.bring_home();
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
        let Scores { mut table, oldest, newest, seen } = std::mem::take(own(&mut self.scored));
        table.extend_to(self.leads.ids.len());
        self.score_rest(&mut table, &seen, &runs);
        drop(runs);
        self.leads.attributes.clear();
        self.leads.kinds = None;
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
    fn score_rest(&mut self, table: &mut ScoreTable, seen: &Seen, runs: &[Run]) {
        let tables = std::mem::take(own(&mut self.tables));
        let shape = self.dictionaries(&tables);
        let plan = self.plan(&tables, &shape);
        let stream = &*self;
        table.fill(PARTITION_LEADS, |range, left| -> PartScores {
            let start = range.start;
            let mut events = gather(runs, start / PARTITION_LEADS, stream.storage.beside);
            let has_event = left.iter().map(|&lead| seen.contains(lead)).collect();
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
                LeadSet::List(left)
            };
            let (events, kinds) = stream.unfold(&plan, &tables, events);
            let part = Partition { leads, events, kinds, has_event };
            score_partition(&plan, &stream.leads, stream.as_of, stream.options.batch, &part)
        });
    }
}

/// Returns what a lock holds, without locking: nobody else has it any more.
fn own<T>(mutex: &mut std::sync::Mutex<T>) -> &mut T {
    mutex.get_mut().unwrap_or_else(PoisonError::into_inner)
}
