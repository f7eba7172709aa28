//! What stands in the slots for a key: a hash, and the lower half of a number.

use super::NO_NUMBER;
use crate::columns::TextList;
use crate::slots::Mark;
use std::hash::BuildHasher;

/// What the keys in the slots have in common.
///
/// Slots hold the lower half of a number. While all keys there are numbers with one upper half, that tells them apart, and a
/// look-up reads memory once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Upper {
    /// There are no keys.
    #[default]
    Open,
    /// All keys are numbers with this upper half.
    Same(i32),
    /// There are others.
    Mixed,
}

/// Returns the mark of a lead's key.
pub(super) fn mark_of(hasher: &hashbrown::DefaultHashBuilder, numbers: &[i64], texts: &TextList, lead: u32) -> Mark {
    match numbers.get(lead as usize) {
        Some(&number) if number != NO_NUMBER => mark_of_number(hasher, number),
        _ => Mark::of_hash(hasher.hash_one(texts.get(lead).unwrap_or_default())),
    }
}

/// Returns the mark of a key that is a number.
pub(super) fn mark_of_number(hasher: &hashbrown::DefaultHashBuilder, number: i64) -> Mark {
    Mark { hash: hasher.hash_one(number), part: number as u32 }
}

/// Returns the upper half of a number.
pub(super) fn upper(number: i64) -> i32 {
    (number >> 32) as i32
}
