//! Whose turn it is: members of a team take hand-offs in turn, by their capacity.
//!
//! Turns are dealt by smooth weighted round robin, as load balancers do it: each member who can take one is credited
//! with their capacity, the one with the most credit takes it and pays for all. So over any stretch members get shares in
//! proportion, evenly spread. The credits are kept, and everything else is a fact, so the next owner follows from the log.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The members of a team.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// What routes call it.
    pub name: String,
    /// Who is in it, in the order that decides between equals.
    pub members: Vec<Member>,
}

/// A member of a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub name: String,
    /// Their share of the turns, against the others'.
    pub capacity: u32,
    /// How many hand-offs they can have in progress; `None` is any number.
    #[serde(default)]
    pub limit: Option<u32>,
    /// From when until when they are away, in microseconds since 1970-01-01T00:00Z.
    #[serde(default)]
    pub away: Option<(i64, i64)>,
}

impl Member {
    /// Returns whether they are there at a moment.
    pub fn is_there(&self, at: i64) -> bool {
        self.capacity > 0 && self.away.is_none_or(|(from, to)| at < from || at >= to)
    }
}

/// How much credit each member has. Ones who left the team are forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turns(pub BTreeMap<String, i64>);

impl Turns {
    /// Returns who takes the next hand-off of those who can, and takes note of it.
    pub fn next<'m>(&mut self, able: &[&'m Member]) -> Option<&'m Member> {
        let mut total = 0;
        let mut best: Option<(i64, &Member)> = None;
        for member in able {
            let credit = self.0.entry(member.name.clone()).or_default();
            *credit += i64::from(member.capacity);
            total += i64::from(member.capacity);
            if best.is_none_or(|(most, _)| *credit > most) {
                best = Some((*credit, member));
            }
        }
        let (_, chosen) = best?;
        *self.0.entry(chosen.name.clone()).or_default() -= total;
        Some(chosen)
    }

    /// Forgets those who are no longer in the team.
    pub fn keep(&mut self, team: &Team) {
        self.0.retain(|name, _| team.members.iter().any(|member| member.name == *name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, capacity: u32) -> Member {
        Member { name: name.to_owned(), capacity, limit: None, away: None }
    }

    #[test]
    fn turns_are_in_proportion_and_spread() {
        let members = [member("ann", 3), member("ben", 1), member("cem", 2)];
        let able: Vec<&Member> = members.iter().collect();
        let mut turns = Turns::default();
        let dealt: Vec<&str> = (0..12).map(|_| turns.next(&able).unwrap().name.as_str()).collect();
        assert_eq!(dealt.join(" "), "ann cem ann ben cem ann ann cem ann ben cem ann");
    }

    #[test]
    fn one_who_was_skipped_does_not_get_everything_afterwards() {
        let members = [member("ann", 1), member("ben", 1)];
        let mut turns = Turns::default();
        for _ in 0..10 {
            assert_eq!(turns.next(&[&members[1]]).unwrap().name, "ben");
        }
        let able: Vec<&Member> = members.iter().collect();
        let dealt: Vec<&str> = (0..4).map(|_| turns.next(&able).unwrap().name.as_str()).collect();
        assert_eq!(dealt, ["ann", "ben", "ann", "ben"]);
        assert!(turns.next(&[]).is_none());
    }

    #[test]
    fn who_is_away_is_away_from_the_first_moment_to_before_the_last() {
        let away = Member { away: Some((10, 20)), ..member("ann", 1) };
        assert_eq!([9, 10, 19, 20].map(|at| away.is_there(at)), [true, false, false, true]);
        assert!(!member("ann", 0).is_there(5));
    }
}
