//! The scores of leads, compact: a value per lead in each column, and only for leads that come out.

use super::outcome::Outcome;
use super::partition::LeadSet;
use super::rules::SectionPoints;
use super::workings::Row;
use crate::columns::MISSING_CODE;

/// No index into the definition. Indexes fit: a definition has at most 10,000 parts.
const NONE: u16 = u16::MAX;

/// The scores of some leads.
#[derive(Default)]
pub(crate) struct ScoreColumns {
    /// Lead numbers.
    pub(super) lead: Vec<u32>,
    pub(super) fit: Vec<i64>,
    pub(super) fit_unknown: Vec<u16>,
    pub(super) engagement: Vec<i64>,
    pub(super) persona: Vec<u16>,
    pub(super) stage: Vec<u16>,
    pub(super) disqualified_by: Vec<u16>,
    pub(super) route: Vec<u16>,
    /// Index into the texts of `grade_texts`, of which there may be more than parts.
    pub(super) grade: Vec<u32>,
    pub(super) explained: Explained,
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

impl ScoreColumns {
    /// Returns the number of leads.
    pub(crate) fn len(&self) -> usize {
        self.lead.len()
    }

    /// Returns the lead numbers.
    pub(crate) fn leads(&self) -> &[u32] {
        &self.lead
    }

    /// Keeps the leads of a partition that come out. `missing_parts` holds a list per lead where explanations are wanted.
    pub(super) fn of(scored: &Scored<'_>, missing_parts: Option<&[Vec<u32>]>) -> ScoreColumns {
        let Scored { leads, counts, fit, engagement, persona, outcome } = scored;
        fn keep<T: Copy, U>(counts: &[bool], values: &[T], of: impl Fn(T) -> U) -> Vec<U> {
            values.iter().zip(counts).filter(|(_, counts)| **counts).map(|(&value, _)| of(value)).collect()
        }
        let places: Vec<usize> = (0..leads.len()).collect();
        let mut columns = ScoreColumns {
            lead: keep(counts, &places, |place| leads.number(place) as u32),
            fit: keep(counts, &fit.total, |points| points),
            fit_unknown: keep(counts, &fit.undecided, |rules| u16::try_from(rules).unwrap_or(NONE)),
            engagement: keep(counts, &engagement.total, |points| points),
            persona: keep(counts, persona, index),
            stage: keep(counts, &outcome.stage, index),
            disqualified_by: keep(counts, &outcome.disqualified_by, index),
            route: keep(counts, &outcome.route, index),
            grade: keep(counts, &outcome.grade, |grade| grade),
            explained: Explained::default(),
        };
        if let Some(missing_parts) = missing_parts {
            columns.explained.next_stage = keep(counts, &outcome.next_stage, index);
            for (place, (missing, _)) in
                missing_parts.iter().zip(*counts).enumerate().filter(|(_, (_, counts))| **counts)
            {
                let reasons = fit.sources().chain(engagement.sources()).map(|points| points.get(place).copied());
                let reasons =
                    (0..).zip(reasons).filter_map(|(source, points)| Some((source, points.filter(|&p| p != 0)?)));
                columns.explained.reasons.push(reasons);
                columns.explained.missing_parts.push(missing.iter().copied());
            }
        }
        columns
    }

    /// Appends one lead, without an explanation.
    pub(super) fn push(&mut self, lead: u32, row: &Row) {
        self.lead.push(lead);
        self.fit.push(row.fit);
        self.fit_unknown.push(u16::try_from(row.fit_unknown).unwrap_or(NONE));
        self.engagement.push(row.engagement);
        self.persona.push(index(row.persona));
        self.stage.push(index(row.stage));
        self.disqualified_by.push(index(row.disqualified_by));
        self.route.push(index(row.route));
        self.grade.push(row.grade);
    }

    /// Appends other leads.
    pub(crate) fn append(&mut self, more: ScoreColumns) {
        if self.lead.is_empty() {
            *self = more;
            return;
        }
        self.lead.extend(more.lead);
        self.fit.extend(more.fit);
        self.fit_unknown.extend(more.fit_unknown);
        self.engagement.extend(more.engagement);
        self.persona.extend(more.persona);
        self.stage.extend(more.stage);
        self.disqualified_by.extend(more.disqualified_by);
        self.route.extend(more.route);
        self.grade.extend(more.grade);
        self.explained.reasons.append(more.explained.reasons);
        self.explained.next_stage.extend(more.explained.next_stage);
        self.explained.missing_parts.append(more.explained.missing_parts);
    }

    /// Makes room for so many leads in all.
    pub(crate) fn reserve(&mut self, leads: usize) {
        let more = leads.saturating_sub(self.len());
        self.lead.reserve_exact(more);
        self.fit.reserve_exact(more);
        self.fit_unknown.reserve_exact(more);
        self.engagement.reserve_exact(more);
        for codes in [&mut self.persona, &mut self.stage, &mut self.disqualified_by, &mut self.route] {
            codes.reserve_exact(more);
        }
        self.grade.reserve_exact(more);
    }
}
