//! Which leads have rows in one piece of a file alone, told by the least and greatest key of each piece.
//!
//! Where events lie all of a lead together, nearly every lead has its events in one row group. Such a lead can be scored
//! as soon as that group is read. Leads on the border of two groups wait for the end, and in a file in order of time all do.

use crate::ids::Key;
use std::fmt::Write;

/// The least and greatest key of a piece as its statistics say, and the greatest below and least above that others have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyExtent {
    Numbers(Extent<i64>),
    Texts(Extent<Vec<u8>>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Extent<T> {
    least: T,
    greatest: T,
    /// Keys up to this may have rows in another piece.
    shared_to: Option<T>,
    /// Keys from this on may have rows in another piece.
    shared_from: Option<T>,
}

/// Least and greatest keys of all pieces.
pub(super) enum Bounds {
    Numbers(Vec<(i64, i64)>),
    Texts(Vec<(Vec<u8>, Vec<u8>)>),
}

/// Returns the extent of each piece; none where leads cannot be told to be in one piece alone.
pub(super) fn extents(bounds: Bounds) -> Vec<KeyExtent> {
    match bounds {
        Bounds::Numbers(bounds) => apart(bounds).into_iter().map(KeyExtent::Numbers).collect(),
        // A key is trimmed before it counts. With no white space at the start of any text, trimming shortens it only.
        Bounds::Texts(bounds) if bounds.iter().all(|(least, greatest)| is_plain(least) && is_plain(greatest)) => {
            apart(bounds).into_iter().map(KeyExtent::Texts).collect()
        }
        Bounds::Texts(_) => Vec::new(),
    }
}

/// Returns whether a text, and any that sorts between two such texts, begins with a visible ASCII character.
fn is_plain(text: &[u8]) -> bool {
    text.first().is_some_and(u8::is_ascii_graphic)
}

fn apart<T: Ord + Clone>(bounds: Vec<(T, T)>) -> Vec<Extent<T>> {
    let mut order: Vec<usize> = (0..bounds.len()).collect();
    order.sort_by_key(|&at| bounds.get(at));
    let sorted: Vec<&(T, T)> = order.iter().filter_map(|&at| bounds.get(at)).collect();
    let mut extents: Vec<Option<Extent<T>>> = vec![None; bounds.len()];
    let mut shared_to: Option<T> = None;
    for (place, (&at, (least, greatest))) in order.iter().zip(&sorted).enumerate() {
        let shared_from = sorted.get(place + 1).map(|(least, _)| least.clone());
        let extent =
            Extent { least: least.clone(), greatest: greatest.clone(), shared_to: shared_to.clone(), shared_from };
        if let Some(slot) = extents.get_mut(at) {
            *slot = Some(extent);
        }
        shared_to = shared_to.max(Some(greatest.clone()));
    }
    extents.into_iter().flatten().collect()
}

impl KeyExtent {
    /// Returns whether any lead can have all its rows in this piece. In a file in order of time none can.
    pub(crate) fn may_hold(&self) -> bool {
        match self {
            KeyExtent::Numbers(extent) => extent.may_hold(),
            KeyExtent::Texts(extent) => extent.may_hold(),
        }
    }

    /// Returns whether a lead has all its rows in this piece; `None` where the key contradicts the statistics.
    pub(crate) fn holds(&self, key: Key<'_>) -> Option<bool> {
        match (self, key) {
            (KeyExtent::Numbers(extent), Key::Number(key)) => {
                let within = (extent.least..=extent.greatest).contains(&key);
                let above = extent.shared_to.is_none_or(|shared| key > shared);
                within.then_some(above && extent.shared_from.is_none_or(|shared| key < shared))
            }
            (KeyExtent::Numbers(_), Key::Text(_)) => None,
            (KeyExtent::Texts(extent), Key::Text(key)) => extent.holds(key.as_bytes()),
            (KeyExtent::Texts(extent), Key::Number(number)) => {
                let mut digits = String::new();
                // Writing to a text does not fail.
                let _ = write!(digits, "{number}");
                extent.holds(digits.as_bytes())
            }
        }
    }
}

impl<T: Ord> Extent<T> {
    fn may_hold(&self) -> bool {
        let is_above = |key: &T| self.shared_to.as_ref().is_none_or(|shared| key > shared);
        let is_below = |key: &T| self.shared_from.as_ref().is_none_or(|shared| key < shared);
        let has_room = match (&self.shared_to, &self.shared_from) {
            (Some(to), Some(from)) => to < from,
            _ => true,
        };
        has_room && is_above(&self.greatest) && is_below(&self.least)
    }
}

impl Extent<Vec<u8>> {
    /// In the file the key may be followed by blanks, so all texts that begin with it must be in this piece.
    fn holds(&self, key: &[u8]) -> Option<bool> {
        let least_is_longer = self.least.starts_with(key);
        if (key < self.least.as_slice() && !least_is_longer) || key > self.greatest.as_slice() {
            return None;
        }
        let above = self.shared_to.as_deref().is_none_or(|shared| key > shared);
        let below = self.shared_from.as_deref().is_none_or(|shared| key < shared && !shared.starts_with(key));
        Some(above && below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(bounds: &[(i64, i64)], piece: usize, key: i64) -> Option<bool> {
        extents(Bounds::Numbers(bounds.to_vec()))[piece].holds(Key::Number(key))
    }

    #[test]
    fn pieces_within_others_hold_no_lead_alone() {
        let may_hold = |bounds: &[(i64, i64)]| -> Vec<bool> {
            extents(Bounds::Numbers(bounds.to_vec())).iter().map(KeyExtent::may_hold).collect()
        };
        assert_eq!(may_hold(&[(1, 5), (6, 9)]), [true, true]);
        assert_eq!(may_hold(&[(1, 5), (5, 5), (5, 9)]), [true, false, true]);
        assert_eq!(may_hold(&[(2, 90), (1, 99), (3, 98)]), [false, true, false]);
    }

    #[test]
    fn leads_on_a_border_are_in_two_pieces() {
        let bounds = [(20, 30), (1, 10), (10, 19)];
        assert_eq!([1, 9, 10].map(|key| numbers(&bounds, 1, key)), [Some(true), Some(true), Some(false)]);
        assert_eq!([10, 11, 19].map(|key| numbers(&bounds, 2, key)), [Some(false), Some(true), Some(true)]);
        assert_eq!([19, 20, 30, 31].map(|key| numbers(&bounds, 0, key)), [None, Some(true), Some(true), None]);
    }

    #[test]
    fn a_piece_inside_another_has_no_lead_to_itself() {
        let bounds = [(1, 100), (40, 60), (200, 300)];
        assert_eq!([39, 40, 61].map(|key| numbers(&bounds, 0, key)), [Some(true), Some(false), Some(false)]);
        assert_eq!(numbers(&bounds, 1, 50), Some(false));
        assert_eq!(numbers(&bounds, 2, 250), Some(true));
    }

    #[test]
    fn blanks_behind_a_key_do_not_part_a_lead() {
        let text = |text: &str| text.as_bytes().to_vec();
        let bounds = vec![(text("aa"), text("abc")), (text("abc "), text("b"))];
        let pieces = extents(Bounds::Texts(bounds));
        assert_eq!(
            ["aa", "ab", "abc"].map(|key| pieces[0].holds(Key::Text(key))),
            [Some(true), Some(false), Some(false)]
        );
        assert_eq!(
            ["abc", "abd", "b", "c"].map(|key| pieces[1].holds(Key::Text(key))),
            [Some(false), Some(true), Some(true), None]
        );
        assert_eq!(extents(Bounds::Texts(vec![(text(" a"), text("b"))])), []);
        assert_eq!(extents(Bounds::Texts(vec![(text("a"), text("\u{a0}b"))])), []);
        let numbers = extents(Bounds::Texts(vec![(text("10"), text("9"))]));
        assert_eq!([10, 5, 91].map(|key| numbers[0].holds(Key::Number(key))), [Some(true), Some(true), None]);
    }
}
