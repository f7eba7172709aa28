//! Turns the sets of a plan into [`Names`]: for each event name, the sets its events may belong to.
//!
//! Every event of a lead comes by here, and most of them matter to nobody, so this is where scoring one lead spends its
//! time. Many are told by the length of their name and their age, before the name itself is read. Then it is compared as
//! three numbers: its length, its first eight bytes and its last. Up to sixteen bytes they are the whole name.

use super::plan::SetId;
use crate::reach::Reach;
use bantam_lang::meaning::{EventSet, Meaning};

/// Names up to this long are told apart by their ends alone.
const ENDS_LEN: usize = 16;
/// Names of this length or more are one length where reaches are told by length.
const LENGTHS: usize = 32;
/// Places in the table for each name: the fewer names share a place, the fewer comparisons find none.
const PLACES_PER_NAME: usize = 4;

/// What listens to an event of one name.
#[derive(Debug)]
pub(crate) struct NamePlan {
    name: String,
    /// Indexes of the actions with a condition that an event of this name may be.
    pub(crate) actions: Vec<usize>,
    pub(crate) members: Vec<Member>,
    /// Up to which age an event of this name matters to any of its sets.
    pub(crate) reach: Reach,
}

/// A set to which events of a name may belong.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) set: SetId,
    /// Belongs to it where it is any of these actions, given as indexes into [`NamePlan::actions`]; always where there
    /// are none.
    pub(crate) actions: Vec<usize>,
}

/// The names that a definition listens to.
#[derive(Debug)]
pub(crate) struct Names {
    plans: Vec<NamePlan>,
    /// Where a name stands in `plans`, in the place its ends give or in one of the next.
    ///
    /// INVARIANT: a power of two in length, and with empty places. Kept by `Names::new`, so that a search ends.
    table: Vec<Option<Place>>,
    /// How far back any name of a length reaches: what tells most events apart without a look at their names.
    reaches: [Reach; LENGTHS],
}

#[derive(Clone, Copy, Debug)]
struct Place {
    ends: Ends,
    plan: usize,
}

impl Names {
    /// Collects the names of sets, given with how far each of them reaches.
    pub(crate) fn new(meaning: &Meaning, sets: &[(EventSet, Reach)]) -> Self {
        let own = sets.iter().flat_map(|(set, _)| set.names.iter());
        let actions = sets.iter().flat_map(|(set, _)| &set.actions).filter_map(|&action| meaning.actions.get(action));
        let mut names: Vec<&String> = own.chain(actions.flat_map(|action| action.on.iter())).collect();
        names.sort_unstable();
        names.dedup();
        let plans: Vec<NamePlan> = names.into_iter().map(|name| NamePlan::new(name, meaning, sets)).collect();
        let mut reaches = [Reach::NOTHING; LENGTHS];
        let mut table = vec![None; (plans.len() * PLACES_PER_NAME).max(1).next_power_of_two()];
        for (plan, NamePlan { name, reach, .. }) in plans.iter().enumerate() {
            if let Some(known) = reaches.get_mut(name.len().min(LENGTHS - 1)) {
                *known = (*known).max(*reach);
            }
            let ends = Ends::of(name);
            let mut at = ends.place(table.len());
            while table.get(at).is_some_and(Option::is_some) {
                at = next(at, table.len());
            }
            if let Some(place) = table.get_mut(at) {
                *place = Some(Place { ends, plan });
            }
        }
        Names { plans, table, reaches }
    }

    /// Returns from when on events matter, by the length of their names.
    pub(crate) fn first_moments(&self, first_moment: impl Fn(Reach) -> i64) -> FirstMoments {
        FirstMoments(self.reaches.map(first_moment))
    }

    /// Returns what listens to events of a name; `None` where nothing does.
    #[inline]
    pub(crate) fn get(&self, name: &str) -> Option<&NamePlan> {
        let ends = Ends::of(name);
        let mut at = ends.place(self.table.len());
        while let Some(Some(place)) = self.table.get(at) {
            if place.ends == ends {
                let plan = self.plans.get(place.plan)?;
                if ends.length <= ENDS_LEN || plan.name == name {
                    return Some(plan);
                }
            }
            at = next(at, self.table.len());
        }
        None
    }
}

/// The first moment of which an event with a name of some length matters.
pub(crate) struct FirstMoments([i64; LENGTHS]);

impl FirstMoments {
    /// Returns whether an event of the name and time may matter, going by the length of the name alone.
    #[inline]
    pub(crate) fn may_matter(&self, name: &str, time: i64) -> bool {
        self.0.get(name.len().min(LENGTHS - 1)).is_some_and(|&first| time >= first)
    }
}

/// The place after another; the first after the last.
fn next(at: usize, places: usize) -> usize {
    (at + 1) & (places - 1)
}

impl NamePlan {
    fn new(name: &String, meaning: &Meaning, sets: &[(EventSet, Reach)]) -> Self {
        let mut plan = NamePlan { name: name.clone(), actions: Vec::new(), members: Vec::new(), reach: Reach::NOTHING };
        for (set, (events, reach)) in sets.iter().enumerate() {
            if let Some(actions) = way_into(events, name, meaning, &mut plan.actions) {
                plan.members.push(Member { set, actions });
                plan.reach = plan.reach.max(*reach);
            }
        }
        plan
    }
}

/// How an event of a name gets into a set: `None` for never, no actions for always. Actions with a condition are added
/// to `conditional` and named by their place in it.
fn way_into(events: &EventSet, name: &String, meaning: &Meaning, conditional: &mut Vec<usize>) -> Option<Vec<usize>> {
    if events.names.contains(name) {
        return Some(Vec::new());
    }
    let mut through = Vec::new();
    for &index in &events.actions {
        let Some(action) = meaning.actions.get(index).filter(|action| action.on.contains(name)) else { continue };
        if action.condition.is_none() {
            return Some(Vec::new());
        }
        through.push(conditional.iter().position(|&known| known == index).unwrap_or_else(|| {
            conditional.push(index);
            conditional.len() - 1
        }));
    }
    (!through.is_empty()).then_some(through)
}

/// The length of a text and the bytes at both its ends, which overlap where it is short.
///
/// INVARIANT: texts of up to [`ENDS_LEN`] bytes with equal ends are equal. Kept by `Ends::of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ends {
    length: usize,
    first: u64,
    last: u64,
}

impl Ends {
    #[inline]
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let (first, last) = if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
        } else if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last)))
        } else {
            (bytes.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)), 0)
        };
        Ends { length: bytes.len(), first, last }
    }

    /// Returns where in a table of so many places, a power of two, a search for it begins.
    #[inline]
    fn place(self, places: usize) -> usize {
        // Odd numbers without a pattern. The high half of a product depends on all bits of its factors.
        let mixed = (self.first ^ self.length as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ self.last;
        let mixed = mixed.wrapping_mul(0xd6e8_feb8_6659_fd93);
        (mixed >> 32) as usize & (places - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(texts: &[&str]) -> Names {
        let set = EventSet { names: texts.iter().map(|&text| text.to_owned()).collect(), actions: Vec::new() };
        Names::new(&Meaning::default(), &[(set, Reach::FOREVER)])
    }

    #[test]
    fn every_name_is_found_and_nothing_else() {
        // All lengths around those at which a name is compared in another way, and neighbours of each.
        let texts: Vec<String> = (0..40).map(|length| "abcdefghij".repeat(4).split_at(length).0.to_owned()).collect();
        let known: Vec<&str> = texts.iter().map(String::as_str).collect();
        let names = names(&known);
        for text in &known {
            assert_eq!(names.get(text).map(|plan| plan.name.as_str()), Some(*text));
            for at in 0..text.len() {
                let mut other = text.as_bytes().to_vec();
                other[at] ^= 1;
                assert!(names.get(std::str::from_utf8(&other).unwrap()).is_none(), "{other:?}");
            }
        }
        assert!(names.get(&"abcdefghij".repeat(4)).is_none());
    }

    #[test]
    fn names_with_equal_ends_are_told_apart() {
        let names = names(&["email_12345_opened!", "email_12346_opened!"]);
        assert!(names.get("email_12345_opened!").is_some_and(|plan| plan.name == "email_12345_opened!"));
        assert!(names.get("email_12346_opened!").is_some_and(|plan| plan.name == "email_12346_opened!"));
        assert!(names.get("email_12347_opened!").is_none());
    }

    #[test]
    fn without_names_nothing_is_found() {
        assert!(names(&[]).get("page_view").is_none());
    }
}
