//! A set of lead numbers, a bit each.

/// Lead numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen(Vec<u64>);

impl Seen {
    pub(super) fn insert(&mut self, lead: u32) {
        let word = lead as usize / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        if let Some(word) = self.0.get_mut(word) {
            *word |= 1 << (lead % 64);
        }
    }

    pub(super) fn contains(&self, lead: u32) -> bool {
        self.0.get(lead as usize / 64).is_some_and(|word| word >> (lead % 64) & 1 == 1)
    }

    pub(super) fn merge(&mut self, other: &Seen) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(all, more)| *all |= more);
    }
}
