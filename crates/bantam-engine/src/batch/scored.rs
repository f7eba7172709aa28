//! The scores of leads, in sixteen bytes each, by lead number.

use super::outcome::{Outcome, grade};
use super::partition::LeadSet;
use super::rules::SectionPoints;
use super::workings::Row;
use crate::columns::MISSING_CODE;
use bantam_lang::meaning::{Grades, Meaning};
use hashbrown::HashMap;
use rayon::prelude::*;
use std::ops::Range;

/// No index into the definition. Indexes fit: a definition has at most 10,000 parts.
const NONE: u16 = u16::MAX;

/// The scores of all leads that come out.
#[derive(Default)]
pub(crate) struct ScoreTable {
    /// By lead number; empty ones for leads that do not come out.
    rows: Vec<Packed>,
    /// How many leads come out.
    count: usize,
    /// Fit and engagement of leads for whose points there is no room in a row.
    wide: HashMap<u32, [i64; 2]>,
    /// The stage of the disqualified.
    disqualified: u16,
    /// For each lead the place of its explanation; empty unless explanations are wanted.
    explained_at: Vec<u32>,
    explained: Explained,
}

/// The scores of the leads of a partition that come out.
#[derive(Default)]
pub(crate) struct PartScores {
    rows: Vec<(u32, Packed)>,
    wide: Vec<(u32, [i64; 2])>,
    explained: Explained,
}

/// The score of one lead. Names are indexes into the definition; an index past its end is none. The grade is not kept: it
/// follows from fit and engagement.
#[derive(Clone, Copy, Default)]
pub(super) struct Score {
    pub(super) fit: i64,
    pub(super) engagement: i64,
    pub(super) fit_unknown: u16,
    pub(super) persona: u16,
    pub(super) stage: u16,
    pub(super) disqualified_by: u16,
    pub(super) route: u16,
}

impl Score {
    /// Returns fit and engagement together.
    pub(super) fn score(&self) -> i64 {
        self.fit + self.engagement
    }

    /// Returns the index into the texts of `grade_texts`.
    pub(super) fn grade(&self, grades: &Grades) -> u32 {
        grade(grades, self.fit, self.engagement)
    }
}

/// A score as it is kept: fit, engagement, rules of fit that are undecided with the persona above them, and the standing
/// with the route above it. All zeros, so that a table takes no memory before it is filled, where a lead does not come out.
type Packed = [u32; 4];

/// Fit in the row of a lead whose points stand aside.
const ASIDE: i32 = i32::MIN;

/// The standing of a lead that comes out and has no stage; one above it is that of the first stage.
const NO_STAGE: u16 = 1;
/// Set in the standing of the disqualified, beside the index of the disqualifier.
const DISQUALIFIED: u16 = 1 << 15;

fn comes_out(row: &Packed) -> bool {
    *row != [0; 4]
}

fn pack(row: &Row) -> Packed {
    let [fit, engagement] = narrow(row).unwrap_or([ASIDE, 0]);
    let standing = match (index(row.disqualified_by), index(row.stage)) {
        (NONE, NONE) => NO_STAGE,
        (NONE, stage) => NO_STAGE + 1 + stage,
        (by, _) => DISQUALIFIED | by,
    };
    let unknown = u16::try_from(row.fit_unknown).unwrap_or(NONE);
    [fit as u32, engagement as u32, both(unknown, index(row.persona)), both(standing, index(row.route))]
}

/// Returns fit and engagement where a row has room for them.
fn narrow(row: &Row) -> Option<[i32; 2]> {
    let fit = i32::try_from(row.fit).ok().filter(|&fit| fit != ASIDE)?;
    Some([fit, i32::try_from(row.engagement).ok()?])
}

fn both(low: u16, high: u16) -> u32 {
    u32::from(low) | u32::from(high) << 16
}

/// Returns the low half and the high half.
fn halves(both: u32) -> [u16; 2] {
    [both as u16, (both >> 16) as u16]
}

/// Where points come from and what is missing; empty unless explanations are wanted.
#[derive(Default)]
pub(super) struct Explained {
    /// Whose explanations these are, until they are in a table.
    leads: Vec<u32>,
    /// Points by place in `sources`, those that are not 0.
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

impl PartScores {
    /// Takes the leads of a partition that come out. `missing_parts` holds a list per lead where explanations are wanted.
    pub(super) fn of(scored: &Scored<'_>, missing_parts: Option<&[Vec<u32>]>) -> PartScores {
        let Scored { leads, counts, fit, engagement, outcome, .. } = scored;
        let places = || counts.iter().enumerate().filter(|(_, counts)| **counts).map(|(place, _)| place);
        let mut part = PartScores { rows: Vec::with_capacity(places().count()), ..PartScores::default() };
        places().for_each(|place| part.push(leads.number(place) as u32, &scored.row(place)));
        let Some(missing_parts) = missing_parts else { return part };
        for place in places() {
            let next = outcome.next_stage.get(place).map_or(NONE, |&stage| index(stage));
            part.explained.leads.push(leads.number(place) as u32);
            part.explained.next_stage.push(next);
            let reasons = fit.sources().chain(engagement.sources()).map(|points| points.get(place).copied());
            let reasons = (0..).zip(reasons).filter_map(|(source, points)| Some((source, points.filter(|&p| p != 0)?)));
            part.explained.reasons.push(reasons);
            part.explained.missing_parts.push(missing_parts.get(place).into_iter().flatten().copied());
        }
        part
    }

    /// Appends one lead, without an explanation.
    pub(super) fn push(&mut self, lead: u32, row: &Row) {
        if narrow(row).is_none() {
            self.wide.push((lead, [row.fit, row.engagement]));
        }
        self.rows.push((lead, pack(row)));
    }

    /// Writes the rows of neighbouring leads, of which `start` is the first; returns how many it were.
    fn write(&mut self, rows: &mut [Packed], start: usize) -> usize {
        for &(lead, row) in &self.rows {
            if let Some(slot) = rows.get_mut(lead as usize - start) {
                *slot = row;
            }
        }
        std::mem::take(&mut self.rows).len()
    }
}

impl ScoreTable {
    /// Returns a table for so many leads, of which none comes out yet.
    pub(crate) fn new(meaning: &Meaning, leads: usize) -> ScoreTable {
        ScoreTable { rows: vec![[0; 4]; leads], disqualified: meaning.stages.len() as u16, ..ScoreTable::default() }
    }

    /// Makes room for leads that have become known since.
    pub(crate) fn extend_to(&mut self, leads: usize) {
        self.rows.resize(leads.max(self.rows.len()), [0; 4]);
    }

    /// Returns the number of leads that come out.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// Returns the numbers of the leads that come out, in rising order.
    pub(super) fn leads(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.rows).filter(|(_, row)| comes_out(row)).map(|(lead, _)| lead)
    }

    /// Returns the score of a lead that comes out.
    #[inline]
    pub(super) fn get(&self, lead: u32) -> Option<Score> {
        let row = self.rows.get(lead as usize).filter(|row| comes_out(row))?;
        let &[fit, engagement, unknown_and_persona, standing_and_route] = row;
        let ([fit_unknown, persona], [standing, route]) = (halves(unknown_and_persona), halves(standing_and_route));
        let [fit, engagement] = match (fit as i32, engagement as i32) {
            (ASIDE, _) => self.wide.get(&lead).copied().unwrap_or_default(),
            (fit, engagement) => [i64::from(fit), i64::from(engagement)],
        };
        let (stage, disqualified_by) = match standing {
            NO_STAGE => (NONE, NONE),
            DISQUALIFIED.. => (self.disqualified, standing & !DISQUALIFIED),
            _ => (standing - NO_STAGE - 1, NONE),
        };
        Some(Score { fit, engagement, fit_unknown, persona, stage, disqualified_by, route })
    }

    /// Returns the scores of all leads that come out, by their numbers.
    pub(super) fn scores(&self) -> impl Iterator<Item = Score> {
        (0..self.rows.len() as u32).filter_map(|lead| self.get(lead))
    }

    /// Returns what explains the score of a lead, and its place there; `None` unless explanations are wanted.
    pub(super) fn explanation(&self, lead: u32) -> Option<(&Explained, usize)> {
        self.explained_at.get(lead as usize).map(|&at| (&self.explained, at as usize))
    }

    /// Adds leads that have not come out before.
    pub(crate) fn put(&mut self, mut part: PartScores) {
        self.count += part.write(&mut self.rows, 0);
        self.put_aside(part);
    }

    /// Scores, stretch by stretch on all cores, the leads that have not come out before; `score` gets a stretch and the leads of
    /// it that are left.
    pub(crate) fn fill(&mut self, stretch: usize, score: impl Fn(Range<usize>, Vec<u32>) -> PartScores + Sync) {
        let is_fresh = self.count == 0;
        let fill = |(number, rows): (usize, &mut [Packed])| {
            let range = number * stretch..number * stretch + rows.len();
            // Where no lead is done, none is looked at: memory that nobody has written is not there yet.
            let is_left = |&lead: &u32| is_fresh || !rows.get(lead as usize - range.start).is_some_and(comes_out);
            let left: Vec<u32> = range.clone().map(|lead| lead as u32).filter(is_left).collect();
            if left.is_empty() {
                return (0, PartScores::default());
            }
            let mut part = score(range.clone(), left);
            (part.write(rows, range.start), part)
        };
        let parts: Vec<(usize, PartScores)> = self.rows.par_chunks_mut(stretch).enumerate().map(fill).collect();
        for (count, part) in parts {
            self.count += count;
            self.put_aside(part);
        }
    }

    /// Keeps what stands beside the rows.
    fn put_aside(&mut self, part: PartScores) {
        let PartScores { wide, explained, .. } = part;
        self.wide.extend(wide);
        if explained.leads.is_empty() {
            return;
        }
        self.explained_at.resize(self.rows.len(), u32::MAX);
        for (at, &lead) in (self.explained.next_stage.len() as u32..).zip(&explained.leads) {
            if let Some(slot) = self.explained_at.get_mut(lead as usize) {
                *slot = at;
            }
        }
        self.explained.reasons.append(explained.reasons);
        self.explained.next_stage.extend(explained.next_stage);
        self.explained.missing_parts.append(explained.missing_parts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn points() -> impl Strategy<Value = i64> {
        let edges = [0, 1, -1, i64::from(i32::MAX), i64::from(i32::MIN), i64::from(i32::MIN) + 1, 1 << 40, -(1 << 40)];
        prop_oneof![prop::sample::select(edges.to_vec()), -10_000_i64..10_000]
    }

    fn code() -> impl Strategy<Value = u32> {
        prop_oneof![Just(MISSING_CODE), 0_u32..10_000, Just(9_999_u32)]
    }

    fn any_row() -> impl Strategy<Value = Row> {
        (points(), points(), 0_i64..=10_000, [code(), code(), code(), code()]).prop_map(
            |(fit, engagement, fit_unknown, [persona, stage, disqualified_by, route])| {
                // The disqualified stand past the last stage.
                let stage = if disqualified_by == MISSING_CODE { stage } else { 10_000 };
                Row { fit, fit_unknown, engagement, persona, stage, disqualified_by, route }
            },
        )
    }

    fn shown(score: &Score) -> (i64, i64, [u16; 5]) {
        let Score { fit, engagement, fit_unknown, persona, stage, disqualified_by, route } = *score;
        (fit, engagement, [fit_unknown, persona, stage, disqualified_by, route])
    }

    fn expected(row: &Row) -> (i64, i64, [u16; 5]) {
        let [persona, stage, by, route] = [row.persona, row.stage, row.disqualified_by, row.route].map(index);
        (row.fit, row.engagement, [row.fit_unknown as u16, persona, stage, by, route])
    }

    fn table(leads: usize) -> ScoreTable {
        let mut table = ScoreTable { disqualified: 10_000, ..ScoreTable::default() };
        table.extend_to(leads);
        table
    }

    proptest! {
        #[test]
        fn a_table_gives_back_what_was_put_there(rows in prop::collection::vec(prop::option::of(any_row()), 0..200), stretch in 1_usize..70) {
            let known = |lead: u32| rows.get(lead as usize).and_then(Option::as_ref);
            let part = |leads: &mut dyn Iterator<Item = u32>| {
                let mut part = PartScores::default();
                leads.for_each(|lead| known(lead).iter().for_each(|row| part.push(lead, row)));
                part
            };
            let count = rows.len() as u32;
            let (mut put, mut filled) = (table(rows.len()), table(rows.len()));
            put.put(part(&mut (0..count).rev()));
            filled.fill(stretch, |range, left| {
                assert!(range.len() <= stretch && left.iter().copied().eq(range.start as u32..range.end as u32));
                part(&mut left.into_iter())
            });
            // Some are there already, so that the rest alone is asked for.
            let mut both = table(rows.len());
            both.put(part(&mut (0..count).step_by(3)));
            both.fill(stretch, |_, left| {
                assert!(left.iter().all(|&lead| lead % 3 != 0 || known(lead).is_none()));
                part(&mut left.into_iter())
            });
            for table in [put, filled, both] {
                for lead in 0..count + 1 {
                    prop_assert_eq!(table.get(lead).as_ref().map(shown), known(lead).map(expected));
                }
                prop_assert_eq!(table.len(), rows.iter().flatten().count());
                prop_assert_eq!(table.leads().count(), table.len());
                prop_assert_eq!(table.scores().count(), table.len());
            }
        }
    }
}
