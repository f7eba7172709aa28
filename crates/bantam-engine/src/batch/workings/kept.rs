//! What is kept of each step for the leads of a partition.

use crate::batch::frame::Vector;
use hashbrown::HashMap;
use std::sync::Arc;

use super::keys::Key;

/// The result of a step for the leads of one partition.
pub(super) enum Kept {
    /// A derived attribute, a signal, `criteria_met`, or a part of a condition.
    Vector(Vector),
    /// `sales_status`, `accepted_by_sales` and `became_opportunity`.
    Sales([Vector; 3]),
    /// Index of the persona, and its name's code.
    Persona(Vec<u32>, Vector),
    /// What a rule earns before its limit, and by how much it adds to `fit_unknown`.
    Rule { points: Points, undecided: Vec<u8> },
    /// A section's points, and how many of its rules could not be decided.
    Section { total: Vec<i64>, undecided: Vec<i64> },
}

/// Results by step, then by partition.
pub(super) type KeptSteps = HashMap<Key, Arc<Vec<Kept>>>;

/// Points in as few bytes as the widest of them takes: most rules give less than 32,768, and there are many rules.
pub(super) enum Points {
    /// This many zeros.
    None(usize),
    Narrow(Vec<i16>),
    Wide(Vec<i64>),
}

impl Points {
    pub(super) fn new(points: &[i64]) -> Points {
        if points.iter().all(|&points| points == 0) {
            return Points::None(points.len());
        }
        let narrow: Result<Vec<i16>, _> = points.iter().map(|&points| i16::try_from(points)).collect();
        narrow.map_or_else(|_| Points::Wide(points.to_vec()), Points::Narrow)
    }

    /// Returns all points.
    pub(super) fn all(&self) -> Vec<i64> {
        match self {
            Points::None(count) => vec![0; *count],
            Points::Narrow(points) => points.iter().map(|&points| points.into()).collect(),
            Points::Wide(points) => points.clone(),
        }
    }

    /// Returns the points of one place.
    pub(super) fn get(&self, place: usize) -> i64 {
        match self {
            Points::None(_) => 0,
            Points::Narrow(points) => points.get(place).map_or(0, |&points| points.into()),
            Points::Wide(points) => points.get(place).copied().unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_come_back_as_they_were_however_wide() {
        for points in [vec![0, 0, 0], vec![], vec![0, -32_768, 32_767], vec![1, 32_768], vec![i64::MIN, i64::MAX, 0]] {
            let kept = Points::new(&points);
            assert_eq!(kept.all(), points);
            assert_eq!((0..points.len()).map(|place| kept.get(place)).collect::<Vec<_>>(), points);
        }
    }
}
