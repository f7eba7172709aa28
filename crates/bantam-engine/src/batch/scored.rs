//! The scores of leads, compact, and only of leads that come out: all of a lead in one place, since ranks bring leads into an
//! order in which none stands beside its neighbour.

use super::outcome::{Outcome, grade};
use super::partition::LeadSet;
use super::rules::SectionPoints;
use super::workings::Row;
use crate::columns::MISSING_CODE;
use bantam_lang::meaning::Grades;

/// No index into the definition. Indexes fit: a definition has at most 10,000 parts.
const NONE: u16 = u16::MAX;

/// The scores of some leads.
#[derive(Default)]
pub(crate) struct ScoreTable {
    rows: Vec<CompactScore>,
    pub(super) explained: Explained,
}

/// The score of one lead. Names are indexes into the definition; an index past its end is none. The grade is not kept: it
/// follows from fit and engagement.
#[derive(Clone, Copy)]
pub(super) struct CompactScore {
    pub(super) fit: i64,
    pub(super) engagement: i64,
    /// Lead number.
    pub(super) lead: u32,
    pub(super) fit_unknown: u16,
    pub(super) persona: u16,
    pub(super) stage: u16,
    pub(super) disqualified_by: u16,
    pub(super) route: u16,
}

impl CompactScore {
    /// Returns fit and engagement together.
    pub(super) fn score(&self) -> i64 {
        self.fit + self.engagement
    }

    /// Returns the index into the texts of `grade_texts`.
    pub(super) fn grade(&self, grades: &Grades) -> u32 {
        grade(grades, self.fit, self.engagement)
    }

    fn of(lead: u32, row: &Row) -> CompactScore {
        CompactScore {
            fit: row.fit,
            engagement: row.engagement,
            lead,
            fit_unknown: u16::try_from(row.fit_unknown).unwrap_or(NONE),
            persona: index(row.persona),
            stage: index(row.stage),
            disqualified_by: index(row.disqualified_by),
            route: index(row.route),
        }
    }
}

/// Where points come from and what is missing; empty unless explanations are wanted.
#[derive(Default)]
pub(super) struct Explained {
    /// Points by place in [`sources`], those that are not 0.
    pub(super) reasons: Lists<(u32, i64)>,
    pub(super) next_stage: Vec<u16>,
    /// Which parts of the next stage's condition are not true.
    pub(super) missing_parts: Lists<u32>,
}

/// Lists one after the other.
#[derive(Default)]
pub(super) struct Lists<T> {
    ends: Vec<usize>,
    items: Vec<T>,
}

impl<T> Lists<T> {
    fn push(&mut self, items: impl IntoIterator<Item = T>) {
        self.items.extend(items);
        self.ends.push(self.items.len());
    }

    fn append(&mut self, more: Lists<T>) {
        let before = self.items.len();
        self.items.extend(more.items);
        self.ends.extend(more.ends.into_iter().map(|end| before + end));
    }

    /// Returns a list; an empty one where there is none.
    pub(super) fn get(&self, at: usize) -> &[T] {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(at).and_then(|&end| self.items.get(start..end)).unwrap_or_default()
    }
}

/// What was computed for the leads of a partition.
pub(super) struct Scored<'s> {
    pub(super) leads: &'s LeadSet,
    /// Whether a lead comes out.
    pub(super) counts: &'s [bool],
    pub(super) fit: &'s SectionPoints,
    pub(super) engagement: &'s SectionPoints,
    pub(super) persona: &'s [u32],
    pub(super) outcome: &'s Outcome,
}

fn index(code: u32) -> u16 {
    if code == MISSING_CODE { NONE } else { u16::try_from(code).unwrap_or(NONE) }
}

impl Scored<'_> {
    /// Returns the score of the lead at a place of the partition.
    fn row(&self, place: usize) -> Row {
        fn at<T: Copy>(values: &[T], place: usize) -> Option<T> {
            values.get(place).copied()
        }
        let code = |codes: &[u32]| at(codes, place).unwrap_or(MISSING_CODE);
        let Outcome { stage, disqualified_by, route, .. } = self.outcome;
        Row {
            fit: at(&self.fit.total, place).unwrap_or(0),
            fit_unknown: at(&self.fit.undecided, place).unwrap_or(0),
            engagement: at(&self.engagement.total, place).unwrap_or(0),
            persona: code(self.persona),
            stage: code(stage),
            disqualified_by: code(disqualified_by),
            route: code(route),
        }
    }
}

impl ScoreTable {
    /// Returns a table without leads, with room for so many.
    pub(crate) fn with_room(leads: usize) -> ScoreTable {
        ScoreTable { rows: Vec::with_capacity(leads), explained: Explained::default() }
    }

    /// Returns the number of leads.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns the lead numbers.
    pub(crate) fn leads(&self) -> impl Iterator<Item = u32> {
        self.rows.iter().map(|row| row.lead)
    }

    pub(super) fn rows(&self) -> &[CompactScore] {
        &self.rows
    }

    pub(super) fn row(&self, place: u32) -> Option<&CompactScore> {
        self.rows.get(place as usize)
    }

    /// Keeps the leads of a partition that come out. `missing_parts` holds a list per lead where explanations are wanted.
    pub(super) fn of(scored: &Scored<'_>, missing_parts: Option<&[Vec<u32>]>) -> ScoreTable {
        let Scored { leads, counts, fit, engagement, outcome, .. } = scored;
        let places = || counts.iter().enumerate().filter(|(_, counts)| **counts).map(|(place, _)| place);
        let mut rows = Vec::with_capacity(places().count());
        rows.extend(places().map(|place| CompactScore::of(leads.number(place) as u32, &scored.row(place))));
        let mut table = ScoreTable { rows, explained: Explained::default() };
        let Some(missing_parts) = missing_parts else { return table };
        for place in places() {
            let next = outcome.next_stage.get(place).map_or(NONE, |&stage| index(stage));
            table.explained.next_stage.push(next);
            let reasons = fit.sources().chain(engagement.sources()).map(|points| points.get(place).copied());
            let reasons = (0..).zip(reasons).filter_map(|(source, points)| Some((source, points.filter(|&p| p != 0)?)));
            table.explained.reasons.push(reasons);
            table.explained.missing_parts.push(missing_parts.get(place).into_iter().flatten().copied());
        }
        table
    }

    /// Appends one lead, without an explanation.
    pub(super) fn push(&mut self, lead: u32, row: &Row) {
        self.rows.push(CompactScore::of(lead, row));
    }

    /// Appends other leads.
    pub(crate) fn append(&mut self, more: ScoreTable) {
        if self.rows.capacity() == 0 {
            *self = more;
            return;
        }
        self.rows.extend_from_slice(&more.rows);
        self.explained.reasons.append(more.explained.reasons);
        self.explained.next_stage.extend(more.explained.next_stage);
        self.explained.missing_parts.append(more.explained.missing_parts);
    }

    /// Makes room for so many leads in all.
    pub(crate) fn reserve(&mut self, leads: usize) {
        self.rows.reserve_exact(leads.saturating_sub(self.len()));
    }
}
