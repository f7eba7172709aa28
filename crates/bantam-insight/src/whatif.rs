//! Holds leads and events in memory and says, while somebody edits a definition, what each version of it would do.
//!
//! A [`Workbench`] keeps what the definition in force computed for every lead, rule by rule. A version that differs in a
//! threshold looks at sums that are there; one that differs in a rule computes that rule. What changed is found by
//! comparing what the two definitions compute, not by what somebody says, and the answer is that of scoring anew.

mod pace;

pub use pace::{Pace, PaceBench};

use crate::impact::{Direction, Ladder};
use bantam_engine::batch::{BatchScores, OtherReading, Worked, WorkedLead, Workings};
use bantam_engine::ids::LeadId;
use bantam_engine::input::Dataset;
use bantam_engine::scores::Reason;
use bantam_lang::meaning::Meaning;

/// Leads and events as of a moment, with what the definition in force makes of them.
pub struct Workbench {
    workings: Workings,
    base: Worked,
    ladder: Ladder,
    routes: Vec<String>,
}

/// What a version of a definition would do, beside the one in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhatIf {
    /// How many leads there are.
    pub leads: u64,
    /// The stages of the definition in force.
    pub old: Ladder,
    /// The stages of the version.
    pub new: Ladder,
    /// Leads by place on the old ladder, then on the new one, as [`Ladder::places`] has them.
    pub stages: Vec<Vec<u64>>,
    /// Leads by route, under each definition: the route's name, `None` without one, in the definition's order. Routes of
    /// one name are one.
    pub routes: [Vec<(Option<String>, u64)>; 2],
    /// Leads whose score is another one, whether they move or not.
    pub other_scores: u64,
    /// How many leads go up.
    pub up: u64,
    /// How many go down.
    pub down: u64,
    /// How many go to another stage of which nothing says whether it is higher.
    pub aside: u64,
    /// The numbers of all leads that move, ascending: [`Workbench::lead_id`] has their ids.
    pub moved: Vec<u32>,
    /// The first of them by score under the version, then by id.
    pub first: Vec<Moved>,
    /// How many steps had to be computed; all others were there.
    pub computed: usize,
}

/// A lead that moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Its number.
    pub lead: u32,
    /// Its id.
    pub lead_id: String,
    /// Its stage under the definition in force.
    pub from: Option<String>,
    /// Its stage under the version.
    pub to: Option<String>,
    /// Which way that is.
    pub direction: Direction,
    /// Its score under the definition in force.
    pub old_score: i64,
    /// Its score under the version.
    pub new_score: i64,
}

/// What was seen of some leads.
#[derive(Default)]
struct Seen {
    /// By number of the old place times the number of new places, plus the number of the new one.
    stages: Vec<u64>,
    /// By index of the route; the last stands for none.
    routes: [Vec<u64>; 2],
    other_scores: u64,
    moved: Vec<(WorkedLead, WorkedLead)>,
}

/// What a pair of places is to a lead: its number among all pairs, and the way.
struct Pairs {
    directions: Vec<Option<Direction>>,
    new_places: usize,
}

impl Workbench {
    /// Scores leads and events, which were read for this definition, as of a moment in microseconds since
    /// 1970-01-01T00:00Z.
    pub fn new(meaning: &Meaning, data: Dataset, as_of: i64) -> Workbench {
        let (workings, base) = Workings::new(meaning, data.leads, data.events, as_of);
        Workbench { workings, base, ladder: Ladder::new(meaning), routes: routes(meaning) }
    }

    /// Returns what a version of the definition would do; `first` leads that move are named.
    ///
    /// # Errors
    ///
    /// [`OtherReading`] where the version reads files in another way: another column, type, default or missing text.
    pub fn try_definition(&mut self, meaning: &Meaning, first: usize) -> Result<WhatIf, OtherReading> {
        let worked = self.workings.score(meaning)?;
        let (old, new) = (self.ladder.clone(), Ladder::new(meaning));
        let pairs = Pairs::new(&old, &new);
        let names = [self.routes.clone(), routes(meaning)];
        let look = |seen: &mut Seen, before: WorkedLead, after: WorkedLead| {
            seen.look(&pairs, names.each_ref().map(Vec::len), before, after);
        };
        let mut seen = self.workings.compare(&self.base, &worked, look, Seen::join);
        seen.moved.sort_unstable_by_key(|(_, after)| after.lead);
        let mut whatif = WhatIf {
            leads: seen.stages.iter().sum(),
            stages: pairs.table(&seen.stages),
            other_scores: seen.other_scores,
            moved: seen.moved.iter().map(|(_, after)| after.lead).collect(),
            computed: worked.computed(),
            old,
            new,
            ..WhatIf::default()
        };
        for (routes, (names, counts)) in whatif.routes.iter_mut().zip(names.iter().zip(&seen.routes)) {
            *routes = by_name(names, counts);
        }
        for (before, after) in &seen.moved {
            match pairs.direction(pairs.number(before, after)) {
                Some(Direction::Up) => whatif.up += 1,
                Some(Direction::Down) => whatif.down += 1,
                Some(Direction::Aside) => whatif.aside += 1,
                None => {}
            }
        }
        whatif.first = self.name_first(&pairs, seen.moved, &whatif, first);
        Ok(whatif)
    }

    /// Returns all scores by a version, ranked, as scoring anew gives them.
    ///
    /// # Errors
    ///
    /// [`OtherReading`], as [`Workbench::try_definition`].
    pub fn rank<'a>(&'a mut self, meaning: &'a Meaning) -> Result<BatchScores<'a>, OtherReading> {
        let worked = self.workings.score(meaning)?;
        Ok(self.workings.rank(&worked, meaning))
    }

    /// Returns where a lead's points come from by a version; they sum to its score.
    ///
    /// # Errors
    ///
    /// [`OtherReading`], as [`Workbench::try_definition`].
    pub fn reasons(&mut self, meaning: &Meaning, lead: u32) -> Result<Vec<Reason>, OtherReading> {
        let worked = self.workings.score(meaning)?;
        Ok(self.workings.reasons(&worked, meaning, lead))
    }

    /// Returns the id of a lead by its number.
    pub fn lead_id(&self, lead: u32) -> Option<LeadId<'_>> {
        self.workings.lead_id(lead)
    }

    /// Names the first leads that move, by score, then by id.
    fn name_first(
        &self,
        pairs: &Pairs,
        mut moved: Vec<(WorkedLead, WorkedLead)>,
        whatif: &WhatIf,
        first: usize,
    ) -> Vec<Moved> {
        let id = |lead: &WorkedLead| self.workings.lead_id(lead.lead).unwrap_or_default();
        let rank = |(_, a): &(WorkedLead, WorkedLead), (_, b): &(WorkedLead, WorkedLead)| {
            b.score().cmp(&a.score()).then_with(|| id(a).cmp(&id(b)))
        };
        if first < moved.len() {
            moved.select_nth_unstable_by(first, rank);
            moved.truncate(first);
        }
        moved.sort_unstable_by(rank);
        let name = |ladder: &Ladder, lead: &WorkedLead| ladder.name(ladder.place(lead.stage)).map(str::to_owned);
        let named = |(before, after): (WorkedLead, WorkedLead)| Moved {
            lead: after.lead,
            lead_id: id(&after).to_string(),
            from: name(&whatif.old, &before),
            to: name(&whatif.new, &after),
            direction: pairs.direction(pairs.number(&before, &after)).unwrap_or(Direction::Aside),
            old_score: before.score(),
            new_score: after.score(),
        };
        moved.into_iter().map(named).collect()
    }
}

fn routes(meaning: &Meaning) -> Vec<String> {
    meaning.routes.iter().map(|route| route.to.clone()).collect()
}

/// Adds up the counts of routes of one name; leaves out those that no lead takes.
fn by_name(names: &[String], counts: &[u64]) -> Vec<(Option<String>, u64)> {
    let mut routes: Vec<(Option<String>, u64)> = Vec::new();
    for (name, &count) in names.iter().map(Some).chain([None]).zip(counts).filter(|(_, count)| **count > 0) {
        match routes.iter_mut().find(|(known, _)| known.as_ref() == name) {
            Some((_, sum)) => *sum += count,
            None => routes.push((name.cloned(), count)),
        }
    }
    routes
}

impl Pairs {
    fn new(old: &Ladder, new: &Ladder) -> Pairs {
        let pairs = old.places().flat_map(|from| new.places().map(move |to| (from, to)));
        let directions = pairs.map(|(from, to)| old.direction(from, new, to)).collect();
        Pairs { directions, new_places: new.places().count() }
    }

    fn number(&self, before: &WorkedLead, after: &WorkedLead) -> usize {
        // The numbers of places: disqualified, none, then stages; see `Ladder::number`.
        let place = |stage: Option<usize>, places: usize| match stage {
            None => 1,
            Some(rung) if rung + 2 >= places => 0,
            Some(rung) => rung + 2,
        };
        let old_places = self.directions.len() / self.new_places.max(1);
        place(before.stage, old_places) * self.new_places + place(after.stage, self.new_places)
    }

    fn direction(&self, number: usize) -> Option<Direction> {
        self.directions.get(number).copied().flatten()
    }

    fn table(&self, counts: &[u64]) -> Vec<Vec<u64>> {
        let mut counts = counts.to_vec();
        counts.resize(self.directions.len(), 0);
        counts.chunks(self.new_places.max(1)).map(<[u64]>::to_vec).collect()
    }
}

impl Seen {
    fn look(&mut self, pairs: &Pairs, routes: [usize; 2], before: WorkedLead, after: WorkedLead) {
        let number = pairs.number(&before, &after);
        count(&mut self.stages, number, pairs.directions.len());
        let [old, new] = &mut self.routes;
        let [old_routes, new_routes] = routes;
        count(old, before.route.unwrap_or(old_routes), old_routes + 1);
        count(new, after.route.unwrap_or(new_routes), new_routes + 1);
        self.other_scores += u64::from(before.score() != after.score());
        if pairs.direction(number).is_some() {
            self.moved.push((before, after));
        }
    }

    fn join(mut self, other: Seen) -> Seen {
        add(&mut self.stages, &other.stages);
        self.routes.iter_mut().zip(&other.routes).for_each(|(sums, counts)| add(sums, counts));
        self.other_scores += other.other_scores;
        self.moved.extend(other.moved);
        self
    }
}

fn count(counts: &mut Vec<u64>, at: usize, len: usize) {
    if counts.len() < len {
        counts.resize(len, 0);
    }
    if let Some(count) = counts.get_mut(at) {
        *count += 1;
    }
}

fn add(sums: &mut Vec<u64>, counts: &[u64]) {
    sums.resize(sums.len().max(counts.len()), 0);
    sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
}
