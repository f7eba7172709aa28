//! Adds up what was counted per partition. Sums do not depend on the order in which partitions are done.

use super::{ChosenTally, LimitTally, ListTally, Observed, RuleTally, SectionTally};
use hashbrown::{HashMap, HashSet};

/// A count, or something made of counts.
pub(super) trait Tally: Default {
    /// Adds the count of other leads.
    fn add(&mut self, other: Self);
}

impl Tally for u64 {
    fn add(&mut self, other: u64) {
        *self += other;
    }
}

impl Tally for i64 {
    fn add(&mut self, other: i64) {
        *self = self.saturating_add(other);
    }
}

impl<A: Tally, B: Tally> Tally for (A, B) {
    fn add(&mut self, other: (A, B)) {
        self.0.add(other.0);
        self.1.add(other.1);
    }
}

impl<T: Tally> Tally for Vec<T> {
    fn add(&mut self, other: Vec<T>) {
        if self.len() < other.len() {
            self.resize_with(other.len(), T::default);
        }
        for (sum, other) in self.iter_mut().zip(other) {
            sum.add(other);
        }
    }
}

impl Tally for HashMap<u32, u64> {
    fn add(&mut self, mut other: HashMap<u32, u64>) {
        if other.len() > self.len() {
            std::mem::swap(self, &mut other);
        }
        for (key, count) in other {
            *self.entry(key).or_default() += count;
        }
    }
}

impl Tally for HashSet<u32> {
    fn add(&mut self, mut other: HashSet<u32>) {
        if other.len() > self.len() {
            std::mem::swap(self, &mut other);
        }
        self.extend(other);
    }
}

/// Adds up field by field.
macro_rules! add_fields {
    ($name:ty: $($field:ident),*; set once: $($once:ident),*) => {
        impl Tally for $name {
            fn add(&mut self, other: $name) {
                // Naming every field makes a forgotten one an error.
                let Self { $($field,)* $($once: _,)* } = other;
                $(self.$field.add($field);)*
            }
        }
    };
}

add_fields!(ChosenTally: leads, holds; set once:);
add_fields!(LimitTally: leads, lowered, raised; set once:);
add_fields!(ListTally: entries, leads; set once:);
add_fields!(RuleTally: applies, earning, points, undecided, selected, counting, key_rows, key_leads, missed_codes, limit;
    set once: missed, missed_values);
add_fields!(SectionTally: rules, groups, limit, earning, points; set once:);
add_fields!(Observed: leads, leads_without_row, fit, engagement, derived, signals, personas, disqualifiers, stages,
    stage_parts, grades, routes, lists; set once: grade_texts);
