//! How old an event may be and still count for anything, by its name.

use crate::reach::{Reach, reach_of_rule, reach_of_signal};
use bantam_lang::meaning::{EventSet, Meaning, Rule, RuleKind, Select, SignalKind};
use hashbrown::HashMap;

/// The names that something listens to, with how far back.
#[derive(Debug)]
pub struct Horizons {
    reaches: HashMap<String, Reach>,
}

impl Horizons {
    /// Finds out for all names of a definition.
    pub fn of(meaning: &Meaning) -> Horizons {
        Horizons::without(meaning, |_| false)
    }

    /// Finds out for all names that something else than some rules listens to.
    pub(crate) fn without(meaning: &Meaning, is_left_out: impl Fn(&Rule) -> bool) -> Horizons {
        let mut listening = Listening { meaning, reaches: HashMap::new() };
        meaning.sales.iter().for_each(|set| listening.hear(set, Reach::FOREVER));
        for signal in &meaning.signals {
            let reach = reach_of_signal(&signal.kind);
            match &signal.kind {
                SignalKind::Count { select, .. }
                | SignalKind::Sum { select, .. }
                | SignalKind::First(select)
                | SignalKind::Last(select) => listening.select(select, reach),
                SignalKind::Sequence { steps, since, .. } => {
                    steps.iter().for_each(|set| listening.hear(set, reach));
                    since.iter().for_each(|set| listening.hear(set, Reach::FOREVER));
                }
            }
        }
        let rules = meaning.fit.rules.iter().chain(&meaning.engagement.rules);
        for rule in rules.filter(|rule| !is_left_out(rule)) {
            if let RuleKind::Events { select, .. } = &rule.kind {
                listening.select(select, reach_of_rule(rule));
            }
        }
        Horizons { reaches: listening.reaches }
    }

    /// Returns the first moment from which on events of a name count at `as_of`; `None` where they never do.
    pub fn first_moment(&self, name: &str, as_of: i64) -> Option<i64> {
        self.reaches.get(name).map(|reach| reach.first_moment(as_of))
    }

    /// Returns whether whoever kept events by these horizons has all that count by others.
    pub fn covers(&self, others: &Horizons) -> bool {
        others.reaches.iter().all(|(name, reach)| self.reaches.get(name).is_some_and(|own| own >= reach))
    }

    /// Returns all names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.reaches.keys().map(String::as_str)
    }
}

struct Listening<'m> {
    meaning: &'m Meaning,
    reaches: HashMap<String, Reach>,
}

impl Listening<'_> {
    fn select(&mut self, select: &Select, reach: Reach) {
        self.hear(&select.events, reach);
        // The latest reset counts, however long ago it was.
        select.since.iter().for_each(|set| self.hear(set, Reach::FOREVER));
    }

    fn hear(&mut self, set: &EventSet, reach: Reach) {
        let actions = set.actions.iter().filter_map(|&action| self.meaning.actions.get(action));
        for name in set.names.iter().chain(actions.flat_map(|action| &action.on)) {
            let known = self.reaches.entry_ref(name.as_str()).or_insert(reach);
            *known = reach.max(*known);
        }
    }
}
