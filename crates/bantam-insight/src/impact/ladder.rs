//! Says whether a lead stands higher by one definition than by another, although the two may name their stages otherwise.

use bantam_lang::meaning::{DISQUALIFIED, Meaning, Stage};

/// Where a lead stands on a ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Kept out of all stages.
    Disqualified,
    /// On no stage.
    None,
    /// On a stage, by its index from the first.
    Rung(usize),
}

/// Which way a lead moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// It stands higher by the new definition.
    Up,
    /// It stands lower.
    Down,
    /// It stands on another stage, and nothing says which is higher: the ladders share neither of the two names.
    Aside,
}

impl Direction {
    /// Returns `up`, `down` or `aside`.
    pub fn word(self) -> &'static str {
        match self {
            Direction::Up => "up",
            Direction::Down => "down",
            Direction::Aside => "aside",
        }
    }
}

/// The stages of a definition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ladder {
    stages: Vec<String>,
    /// The condition of each stage as written; empty without one.
    conditions: Vec<String>,
    hand_off: Option<usize>,
}

impl Ladder {
    /// Returns the ladder of a definition.
    pub fn new(meaning: &Meaning) -> Ladder {
        let stages = meaning.stages.iter().map(|stage| stage.name.clone()).collect();
        let condition =
            |stage: &Stage| stage.parts.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join(" && ");
        let conditions = meaning.stages.iter().map(condition).collect();
        Ladder { stages, conditions, hand_off: meaning.hand_off.as_ref().map(|hand_off| hand_off.stage) }
    }

    /// Returns all places, lowest first: disqualified, none, and the stages.
    pub fn places(&self) -> impl Iterator<Item = Place> {
        [Place::Disqualified, Place::None].into_iter().chain((0..self.stages.len()).map(Place::Rung))
    }

    /// Returns the number of a place in [`Ladder::places`].
    pub fn number(&self, place: Place) -> usize {
        match place {
            Place::Disqualified => 0,
            Place::None => 1,
            Place::Rung(rung) => rung + 2,
        }
    }

    /// Returns the place of a stage by its index; `None` is on none, the one past the last `Disqualified`.
    pub fn place(&self, stage: Option<usize>) -> Place {
        match stage {
            None => Place::None,
            Some(rung) if rung >= self.stages.len() => Place::Disqualified,
            Some(rung) => Place::Rung(rung),
        }
    }

    /// Returns what a place is called; `None` on no stage.
    pub fn name(&self, place: Place) -> Option<&str> {
        match place {
            Place::Disqualified => Some(DISQUALIFIED),
            Place::None => None,
            Place::Rung(rung) => self.stages.get(rung).map(String::as_str),
        }
    }

    pub(super) fn rung(&self, name: &str) -> Option<usize> {
        self.stages.iter().position(|stage| stage == name)
    }

    /// Returns the rung here of a stage of another ladder: the one of its name, or, where the stages of neither name are on
    /// both ladders, the one with its condition, which is then called otherwise.
    fn find(&self, other: &Ladder, rung: usize) -> Option<usize> {
        let name = other.stages.get(rung)?;
        self.rung(name).or_else(|| {
            let condition = other.conditions.get(rung)?;
            let has_other_name = |&found: &usize| self.stages.get(found).is_some_and(|name| other.rung(name).is_none());
            self.conditions.iter().position(|here| here == condition).filter(has_other_name)
        })
    }

    /// Returns which way a lead moves from a place here to one on a new ladder; `None` where it stays.
    ///
    /// Stages of one name are one stage, and so are stages of one condition that are only called otherwise. Of two stages
    /// the order on the new ladder counts, if it has both, or else that on the old. Where neither has both, a stage from the
    /// hand-off on is above one before it.
    pub fn direction(&self, from: Place, new: &Ladder, to: Place) -> Option<Direction> {
        let (Place::Rung(before), Place::Rung(after)) = (from, to) else {
            // Disqualified is below none, and none below every stage.
            return compare(from.min(Place::Rung(0)), to.min(Place::Rung(0)));
        };
        let on_new = new.find(self, before).map(|before| (before, after));
        let ranks = on_new.or_else(|| self.find(new, after).map(|after| (before, after)));
        let is_passed = |ladder: &Ladder, rung: usize| ladder.hand_off.is_some_and(|hand_off| rung >= hand_off);
        match ranks {
            Some((before, after)) => compare(before, after),
            None => compare(is_passed(self, before), is_passed(new, after)).or(Some(Direction::Aside)),
        }
    }
}

fn compare<T: Ord>(before: T, after: T) -> Option<Direction> {
    match before.cmp(&after) {
        std::cmp::Ordering::Less => Some(Direction::Up),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => Some(Direction::Down),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ladder(stages: &[&str], hand_off: usize) -> Ladder {
        // Conditions that no two ladders share, unless a name says one behind a colon.
        let of = |stage: &&str| {
            stage.split_once(": ").map_or((stage.to_string(), stage.to_string()), |(name, condition)| {
                (name.to_owned(), condition.to_owned())
            })
        };
        let (stages, conditions) = stages.iter().map(of).unzip();
        Ladder { stages, conditions, hand_off: Some(hand_off) }
    }

    #[test]
    fn a_lead_moves_between_disqualified_none_and_stages() {
        let one = ladder(&["Inquiry", "Ready"], 1);
        let moves = |from, to| one.direction(from, &one, to);
        assert_eq!(moves(Place::Disqualified, Place::None), Some(Direction::Up));
        assert_eq!(moves(Place::Rung(0), Place::Disqualified), Some(Direction::Down));
        assert_eq!(moves(Place::None, Place::Rung(0)), Some(Direction::Up));
        assert_eq!(moves(Place::Disqualified, Place::Disqualified), None);
        assert_eq!(moves(Place::Rung(1), Place::Rung(1)), None);
        assert_eq!(moves(Place::Rung(1), Place::Rung(0)), Some(Direction::Down));
    }

    #[test]
    fn a_stage_put_in_between_moves_nobody_by_itself() {
        let (old, new) = (ladder(&["Inquiry", "Ready"], 1), ladder(&["Inquiry", "Known", "Ready"], 2));
        assert_eq!(old.direction(Place::Rung(1), &new, Place::Rung(2)), None);
        assert_eq!(old.direction(Place::Rung(0), &new, Place::Rung(1)), Some(Direction::Up));
        // `Known` is not on the old ladder; `Ready` is on the new one, above it.
        assert_eq!(old.direction(Place::Rung(1), &new, Place::Rung(1)), Some(Direction::Down));
        // The other way round only the old ladder has both.
        assert_eq!(new.direction(Place::Rung(1), &old, Place::Rung(1)), Some(Direction::Up));
    }

    #[test]
    fn between_strange_ladders_only_the_hand_off_tells() {
        let (old, new) = (ladder(&["Cold", "Warm", "Hot"], 2), ladder(&["Raw", "MQL", "SAL"], 1));
        assert_eq!(old.direction(Place::Rung(1), &new, Place::Rung(1)), Some(Direction::Up));
        assert_eq!(old.direction(Place::Rung(2), &new, Place::Rung(0)), Some(Direction::Down));
        assert_eq!(old.direction(Place::Rung(2), &new, Place::Rung(2)), Some(Direction::Aside));
        assert_eq!(old.direction(Place::Rung(0), &new, Place::Rung(0)), Some(Direction::Aside));
    }

    #[test]
    fn a_stage_that_is_only_called_otherwise_is_the_same() {
        let (old, new) = (ladder(&["Raw: ", "MQL: a", "SAL: b"], 1), ladder(&["Lead: ", "Ready: c", "Accepted: b"], 1));
        assert_eq!(old.direction(Place::Rung(2), &new, Place::Rung(2)), None);
        assert_eq!(old.direction(Place::Rung(0), &new, Place::Rung(0)), None);
        assert_eq!(old.direction(Place::Rung(1), &new, Place::Rung(0)), Some(Direction::Down));
        assert_eq!(old.direction(Place::Rung(2), &new, Place::Rung(1)), Some(Direction::Down));
        // Two conditions that were swapped between names: the names tell.
        let (old, new) = (ladder(&["A: x", "B: y"], 1), ladder(&["A: y", "B: x"], 1));
        assert_eq!(old.direction(Place::Rung(0), &new, Place::Rung(0)), None);
        assert_eq!(old.direction(Place::Rung(0), &new, Place::Rung(1)), Some(Direction::Up));
    }

    #[test]
    fn places_are_numbered_in_their_order() {
        let one = ladder(&["Inquiry", "Ready"], 1);
        for (number, place) in one.places().enumerate() {
            assert_eq!(one.number(place), number);
        }
        assert_eq!(
            [one.place(None), one.place(Some(1)), one.place(Some(2))],
            [Place::None, Place::Rung(1), Place::Disqualified]
        );
        assert_eq!(one.name(Place::Rung(1)), Some("Ready"));
    }
}
