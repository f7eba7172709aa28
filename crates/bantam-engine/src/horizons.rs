//! How old an event may be and still count for anything, by its name.

use crate::calendar::micros;
use bantam_lang::meaning::{Decay, EventSet, Meaning, Points, RuleKind, Select, SignalKind, TableKeys};
use hashbrown::HashMap;

/// The names that something listens to.
pub(crate) struct Horizons {
    /// Age in microseconds from which on an event counts for nothing, by name.
    ages: HashMap<String, i64>,
}

/// Older events count too.
const NEVER_OVER: i64 = i64::MAX;

impl Horizons {
    /// Finds out for all names of a definition.
    pub(crate) fn of(meaning: &Meaning) -> Horizons {
        let mut listening = Listening { meaning, ages: HashMap::new() };
        meaning.sales.iter().for_each(|set| listening.hear(set, NEVER_OVER));
        for signal in &meaning.signals {
            match &signal.kind {
                SignalKind::Count { select, .. }
                | SignalKind::Sum { select, .. }
                | SignalKind::First(select)
                | SignalKind::Last(select) => listening.select(select, NEVER_OVER),
                // A window binds the last step alone, whose age the first ones do not know.
                SignalKind::Sequence { steps, since, .. } => {
                    steps.iter().chain(since).for_each(|set| listening.hear(set, NEVER_OVER));
                }
            }
        }
        for rule in meaning.fit.rules.iter().chain(&meaning.engagement.rules) {
            if let RuleKind::Events { select, once, decay } = &rule.kind {
                // Under a key, events that are worth nothing still count how many there are.
                let worth = if once.is_some() { NEVER_OVER } else { worthless_age(&rule.points, *decay) };
                listening.select(select, worth);
            }
        }
        Horizons { ages: listening.ages }
    }

    /// Returns the earliest time, exclusive, from which on events of a name count at `as_of`; `None` where none ever does.
    pub(crate) fn after(&self, name: &str, as_of: i64) -> Option<i64> {
        self.ages.get(name).map(|&age| as_of.saturating_sub(age))
    }

    /// Returns all names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.ages.keys().map(String::as_str)
    }
}

struct Listening<'m> {
    meaning: &'m Meaning,
    ages: HashMap<String, i64>,
}

impl Listening<'_> {
    fn select(&mut self, select: &Select, worthless_age: i64) {
        let window = select.within_seconds.map_or(NEVER_OVER, micros);
        self.hear(&select.events, window.min(worthless_age));
        select.since.iter().for_each(|set| self.hear(set, NEVER_OVER));
    }

    fn hear(&mut self, set: &EventSet, age: i64) {
        let actions = set.actions.iter().filter_map(|&action| self.meaning.actions.get(action));
        for name in set.names.iter().chain(actions.flat_map(|action| &action.on)) {
            let known = self.ages.entry_ref(name.as_str()).or_insert(age);
            *known = age.max(*known);
        }
    }
}

/// Returns the age from which on nothing is left of any points a rule may give.
fn worthless_age(points: &Points, decay: Decay) -> i64 {
    let most = match points {
        Points::Fixed(points) => points.unsigned_abs(),
        Points::Table { table, .. } => {
            let keyed: Vec<i64> = match &table.keys {
                TableKeys::Text(keys) => keys.iter().map(|(_, points)| *points).collect(),
                TableKeys::Number(bounds) => bounds.iter().map(|(_, points)| *points).collect(),
                TableKeys::Boolean { yes, no } => yes.iter().chain(no).copied().collect(),
            };
            let all = keyed.iter().chain(&table.otherwise).chain(&table.missing);
            all.map(|points| points.unsigned_abs()).max().unwrap_or(0)
        }
    };
    match decay {
        Decay::Never => NEVER_OVER,
        // Halved as often as it has binary digits, nothing is left of a number.
        Decay::HalveEvery(seconds) => micros(seconds).saturating_mul(i64::from(u64::BITS - most.leading_zeros())),
        Decay::FadeOver(seconds) => micros(seconds),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decay::decayed;

    #[test]
    fn nothing_is_left_from_the_worthless_age_on() {
        for decay in [Decay::HalveEvery(7), Decay::FadeOver(7), Decay::FadeOver(60)] {
            for points in [-10_000, -8, -1, 0, 1, 2, 3, 7, 8, 9, 100, 10_000] {
                let age = worthless_age(&Points::Fixed(points), decay);
                assert_eq!(decayed(points, decay, age), 0, "{points} {decay:?}");
                let is_least = points == 0 || decay == Decay::FadeOver(7) || decay == Decay::FadeOver(60);
                assert!(is_least || decayed(points, decay, age - 1) != 0, "{points} {decay:?}");
            }
        }
        assert_eq!(worthless_age(&Points::Fixed(1), Decay::Never), NEVER_OVER);
    }
}
