//! What one definition gave for all leads.

use super::compute::Standing;
use super::kept::Kept;
use super::keys::Key;
use crate::columns::MISSING_CODE;
use hashbrown::HashSet;
use std::sync::Arc;

/// All leads by one definition.
pub struct Worked {
    pub(super) standings: Vec<Standing>,
    /// Fit and engagement by partition.
    pub(super) sections: [Arc<Vec<Kept>>; 2],
    /// The rules of each, by partition.
    pub(super) rules: [Vec<Arc<Vec<Kept>>>; 2],
    pub(super) persona: Arc<Vec<Kept>>,
    pub(super) asked: HashSet<Key>,
    pub(super) computed: usize,
}

/// One lead by one definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkedLead {
    /// The lead's number.
    pub lead: u32,
    /// Index of the stage; the one past the last is `Disqualified`.
    pub stage: Option<usize>,
    /// Index of the route.
    pub route: Option<usize>,
    /// Points of fit.
    pub fit: i64,
    /// Points of engagement.
    pub engagement: i64,
}

impl WorkedLead {
    /// Returns fit and engagement together.
    pub fn score(&self) -> i64 {
        self.fit + self.engagement
    }
}

/// The codes of one lead: see `Outcome`.
#[derive(Debug)]
pub(in crate::batch) struct Row {
    pub(in crate::batch) fit: i64,
    pub(in crate::batch) fit_unknown: i64,
    pub(in crate::batch) engagement: i64,
    pub(in crate::batch) persona: u32,
    pub(in crate::batch) stage: u32,
    pub(in crate::batch) disqualified_by: u32,
    pub(in crate::batch) route: u32,
}

impl Worked {
    /// Returns how many steps had to be computed.
    pub fn computed(&self) -> usize {
        self.computed
    }

    /// Returns the results of a partition.
    pub(super) fn part(&self, part: usize) -> Option<PartLeads<'_>> {
        let [fit, engagement] = self.sections.each_ref().map(|section| match section.get(part) {
            Some(Kept::Section { total, undecided }) => Some((total.as_slice(), undecided.as_slice())),
            _ => None,
        });
        let persona = match self.persona.get(part)? {
            Kept::Persona(indexes, _) => indexes.as_slice(),
            _ => &[],
        };
        Some(PartLeads { standing: self.standings.get(part)?, fit: fit?, engagement: engagement?.0, persona })
    }
}

/// The results of a partition.
#[derive(Clone, Copy)]
pub(super) struct PartLeads<'w> {
    standing: &'w Standing,
    /// Points, and the number of undecided rules.
    fit: (&'w [i64], &'w [i64]),
    engagement: &'w [i64],
    persona: &'w [u32],
}

impl PartLeads<'_> {
    pub(super) fn get(&self, place: usize, lead: u32) -> Option<WorkedLead> {
        let index = |codes: &[u32]| codes.get(place).filter(|&&code| code != MISSING_CODE).map(|&code| code as usize);
        Some(WorkedLead {
            lead,
            stage: index(&self.standing.stage),
            route: index(&self.standing.route),
            fit: *self.fit.0.get(place)?,
            engagement: *self.engagement.get(place)?,
        })
    }

    pub(super) fn row(&self, place: usize) -> Option<Row> {
        Some(Row {
            fit: *self.fit.0.get(place)?,
            fit_unknown: *self.fit.1.get(place)?,
            engagement: *self.engagement.get(place)?,
            persona: *self.persona.get(place)?,
            stage: *self.standing.stage.get(place)?,
            disqualified_by: *self.standing.disqualified_by.get(place)?,
            route: *self.standing.route.get(place)?,
        })
    }
}
