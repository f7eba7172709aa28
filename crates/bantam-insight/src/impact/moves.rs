//! Lays the leads of two definitions beside each other: where each stands, and which rules make the difference.

use super::Judged;
use super::ladder::{Direction, Ladder, Place};
use bantam_engine::batch::ScoredLead;
use bantam_engine::ids::LeadId;
use bantam_engine::scores::{Reason, SectionName};
use bantam_lang::meaning::DISQUALIFIED;
use hashbrown::HashMap;

/// Leads by place under each definition, and those that move.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    /// The old definition's stages.
    pub old: Ladder,
    /// The new one's.
    pub new: Ladder,
    /// Leads by place on the old ladder, then on the new one, as [`Ladder::places`] has them.
    pub stages: Vec<Vec<u64>>,
    /// How many leads there are.
    pub leads: u64,
    /// How many go up.
    pub up: u64,
    /// How many go down.
    pub down: u64,
    /// How many go to another stage of which nothing says whether it is higher.
    pub aside: u64,
    /// How many have another score, whether they move or not.
    pub other_scores: u64,
    /// Leads that move, highest score under the new definition first, then by id; as many as were asked for.
    pub named: Vec<Move>,
    /// What each rule does to all leads that move, the rule that moves most first.
    pub rules: Vec<RuleEffect>,
    /// How many leads move although no rule or limit gives them other points: only conditions of stages differ.
    pub by_conditions_alone: u64,
}

/// A lead that moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The lead.
    pub lead_id: String,
    /// Its stage under the old definition; `None` where it stands on none.
    pub from: Option<String>,
    /// Its stage under the new one.
    pub to: Option<String>,
    /// Which way that is.
    pub direction: Direction,
    /// Its score under the old definition.
    pub old_score: i64,
    /// Its score under the new one.
    pub new_score: i64,
    /// Where its points differ, largest difference first. Empty where only conditions of stages differ.
    pub rules: Vec<RuleChange>,
}

/// A rule, or the limit of a group or section, that gives a lead other points.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RuleChange {
    /// Which.
    pub source: Source,
    /// Its points under the old definition; 0 where it does not stand there.
    pub old: i64,
    /// Its points under the new one.
    pub new: i64,
}

/// Where points come from: a rule, or without one what the limit of a group, or of the section, changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// Fit or engagement.
    pub section: SectionName,
    /// The rule.
    pub rule: Option<String>,
    /// Its group.
    pub group: Option<String>,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.rule, &self.group) {
            (Some(rule), _) => f.write_str(rule),
            (None, Some(group)) => write!(f, "the limit of {group}"),
            (None, None) => write!(f, "the limit of {}", self.section.word()),
        }
    }
}

/// What a rule does to leads that move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleEffect {
    /// Which rule or limit.
    pub source: Source,
    /// Leads that go up to which it gives other points.
    pub up: u64,
    /// Leads that go down.
    pub down: u64,
    /// Leads that go aside.
    pub aside: u64,
    /// The sum of what it gives more, or less, to all of them.
    pub points: i64,
}

impl RuleEffect {
    fn leads(&self) -> u64 {
        self.up + self.down + self.aside
    }
}

impl Moves {
    /// Returns whether no lead stands elsewhere.
    pub fn is_none(&self) -> bool {
        self.moved() == 0
    }

    /// Returns how many leads move.
    pub fn moved(&self) -> u64 {
        self.up + self.down + self.aside
    }
}

/// Compares all leads.
pub(super) fn compare(old: &Judged<'_>, new: &Judged<'_>, named: usize) -> Moves {
    let ladders = [Ladder::new(old.meaning), Ladder::new(new.meaning)];
    let mut moves = Moves::default();
    let [from, to] = ladders.each_ref();
    moves.stages = from.places().map(|_| to.places().map(|_| 0).collect()).collect();
    let mut effects: HashMap<Source, RuleEffect> = HashMap::new();
    let mut before: HashMap<LeadId<'_>, ScoredLead<'_>> =
        old.scores.iter().map(|lead| (lead.lead_id(), lead)).collect();
    // The new definition's leads come highest score first, so the first that move are those to name.
    for lead in new.scores.iter() {
        let was = before.remove(&*lead.lead_id());
        moves.add([was.as_ref(), Some(&lead)], &ladders, &mut effects, named);
    }
    // Both definitions saw the same facts, so that nobody is left unless they read ids from different columns.
    let mut left: Vec<_> = before.into_values().collect();
    left.sort_unstable_by_key(ScoredLead::lead_id);
    for was in left {
        moves.add([Some(&was), None], &ladders, &mut effects, named);
    }
    moves.rules = effects.into_values().collect();
    moves.rules.sort_by(|a, b| {
        let name = |effect: &RuleEffect| (effect.source.section, effect.source.to_string());
        b.leads().cmp(&a.leads()).then_with(|| name(a).cmp(&name(b)))
    });
    let [old, new] = ladders;
    Moves { old, new, ..moves }
}

impl Moves {
    fn add(
        &mut self,
        lead: [Option<&ScoredLead<'_>>; 2],
        ladders: &[Ladder; 2],
        effects: &mut HashMap<Source, RuleEffect>,
        named: usize,
    ) {
        let [old, new] = ladders;
        let [before, after] = lead;
        let (from, to) = (place(old, before), place(new, after));
        self.leads += 1;
        if let Some(count) = self.stages.get_mut(old.number(from)).and_then(|row| row.get_mut(new.number(to))) {
            *count += 1;
        }
        let [old_score, new_score] = lead.map(|lead| lead.map_or(0, ScoredLead::score));
        self.other_scores += u64::from(old_score != new_score);
        let Some(direction) = old.direction(from, new, to) else { return };
        match direction {
            Direction::Up => self.up += 1,
            Direction::Down => self.down += 1,
            Direction::Aside => self.aside += 1,
        }
        let [before_reasons, after_reasons] = lead.map(|lead| lead.map(ScoredLead::reasons).unwrap_or_default());
        let rules = differences(before_reasons, after_reasons);
        self.by_conditions_alone += u64::from(rules.is_empty());
        for change in &rules {
            add_effect(effects, change, direction);
        }
        if self.named.len() < named {
            self.named.push(Move {
                lead_id: after.or(before).map(|lead| lead.lead_id().to_string()).unwrap_or_default(),
                from: old.name(from).map(str::to_owned),
                to: new.name(to).map(str::to_owned),
                direction,
                old_score,
                new_score,
                rules,
            });
        }
    }
}

fn place(ladder: &Ladder, lead: Option<&ScoredLead<'_>>) -> Place {
    match lead.and_then(ScoredLead::stage) {
        None => Place::None,
        Some(DISQUALIFIED) => Place::Disqualified,
        Some(stage) => ladder.rung(stage).map_or(Place::None, Place::Rung),
    }
}

fn add_effect(effects: &mut HashMap<Source, RuleEffect>, change: &RuleChange, direction: Direction) {
    let none = || RuleEffect { source: change.source.clone(), up: 0, down: 0, aside: 0, points: 0 };
    let effect = effects.entry(change.source.clone()).or_insert_with(none);
    match direction {
        Direction::Up => effect.up += 1,
        Direction::Down => effect.down += 1,
        Direction::Aside => effect.aside += 1,
    }
    effect.points += change.new - change.old;
}

/// Returns what gives other points, the largest difference first.
fn differences(old: Vec<Reason>, new: Vec<Reason>) -> Vec<RuleChange> {
    let mut changes: Vec<RuleChange> = Vec::new();
    for (reasons, is_new) in [(old, false), (new, true)] {
        for Reason { section, rule, group, points } in reasons {
            let source = Source { section, rule, group };
            let points = if is_new { (0, points) } else { (points, 0) };
            match changes.iter_mut().find(|change| is_same(&change.source, &source)) {
                Some(change) => (change.old, change.new) = (change.old + points.0, change.new + points.1),
                None => changes.push(RuleChange { source, old: points.0, new: points.1 }),
            }
        }
    }
    changes.retain(|change| change.old != change.new);
    changes.sort_by_key(|change| std::cmp::Reverse((change.new - change.old).abs()));
    changes
}

/// A rule is the same in another group: a section has each name once.
fn is_same(one: &Source, other: &Source) -> bool {
    one.section == other.section && one.rule == other.rule && (one.rule.is_some() || one.group == other.group)
}
