//! Turns integer scores with outcomes into what each hand-off threshold would have caught.

use super::rate::Rate;
use std::collections::BTreeMap;

/// Scores that lie no further apart than this are counted in a table, others in a tree: one megabyte or so at most, while
/// scores of real definitions span some hundreds.
const TABLE_RANGE_MAX: u64 = 1 << 15;

/// What became of a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It became a customer.
    Won,
    /// It did not.
    Lost,
    /// Neither yet.
    Open,
}

/// What thresholds would have caught, for all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThresholdCurve {
    points: Vec<ThresholdPoint>,
    won: u64,
}

/// What a threshold catches: the leads with at least that score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThresholdPoint {
    /// The least score that is caught.
    pub threshold: i64,
    /// How many leads, open ones among them.
    pub leads: u64,
    /// Of those that are won or lost, how many were won: the precision.
    pub precision: Rate,
    /// Of all won leads, how many are caught: the recall.
    pub recall: Rate,
}

/// How many won, lost and open leads.
type Counts = [u64; 3];

/// Returns what thresholds would have caught. Takes time linear in the number of leads and the range of scores.
///
/// Rates have the Wilson intervals of [`Rate::interval`]. Precision and recall are those of information retrieval, see
/// C. J. van Rijsbergen, "Information Retrieval" (1979).
#[must_use]
pub fn threshold_curve(scored: &[(i64, Outcome)]) -> ThresholdCurve {
    let mut points = Vec::new();
    let [mut won, mut lost, mut open]: Counts = [0; 3];
    let by_score = count_by_score(scored);
    let won_in_all = by_score.iter().map(|(_, [won, ..])| won).sum();
    for &(threshold, [won_here, lost_here, open_here]) in by_score.iter().rev() {
        won += won_here;
        lost += lost_here;
        open += open_here;
        points.push(ThresholdPoint {
            threshold,
            leads: won + lost + open,
            precision: Rate::new(won, won + lost),
            recall: Rate::new(won, won_in_all),
        });
    }
    points.reverse();
    ThresholdCurve { points, won: won_in_all }
}

/// Returns the counts at each score that occurs, ascending.
fn count_by_score(scored: &[(i64, Outcome)]) -> Vec<(i64, Counts)> {
    let scores = || scored.iter().map(|(score, _)| *score);
    let (Some(least), Some(most)) = (scores().min(), scores().max()) else { return Vec::new() };
    let count = |counts: &mut Counts, outcome| {
        let [won, lost, open] = counts;
        *match outcome {
            Outcome::Won => won,
            Outcome::Lost => lost,
            Outcome::Open => open,
        } += 1;
    };
    if most.abs_diff(least) > TABLE_RANGE_MAX {
        let mut tree: BTreeMap<i64, Counts> = BTreeMap::new();
        scored.iter().for_each(|&(score, outcome)| count(tree.entry(score).or_default(), outcome));
        return tree.into_iter().collect();
    }
    let mut table: Vec<(i64, Counts)> = (least..=most).map(|score| (score, [0; 3])).collect();
    for &(score, outcome) in scored {
        let place = usize::try_from(score.abs_diff(least)).unwrap_or(usize::MAX);
        if let Some((_, counts)) = table.get_mut(place) {
            count(counts, outcome);
        }
    }
    table.retain(|(_, counts)| *counts != [0; 3]);
    table
}

impl ThresholdCurve {
    /// Returns a point for each score that occurs, ascending; between two of them a threshold catches what the next one does.
    #[must_use]
    pub fn points(&self) -> &[ThresholdPoint] {
        &self.points
    }

    /// Returns what a threshold catches.
    #[must_use]
    pub fn at(&self, threshold: i64) -> ThresholdPoint {
        let next = self.points.partition_point(|point| point.threshold < threshold);
        let none = ThresholdPoint { threshold, leads: 0, precision: Rate::default(), recall: Rate::new(0, self.won) };
        self.points.get(next).map_or(none, |point| ThresholdPoint { threshold, ..*point })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Outcome::{Lost, Open, Won};

    const SCORED: [(i64, Outcome); 6] = [(10, Won), (30, Won), (10, Lost), (20, Lost), (30, Open), (-5, Open)];

    #[test]
    fn a_curve_counted_by_hand() {
        let curve = threshold_curve(&SCORED);
        let told: Vec<(i64, u64, Rate, Rate)> =
            curve.points().iter().map(|point| (point.threshold, point.leads, point.precision, point.recall)).collect();
        let expected = [
            (-5, 6, Rate::new(2, 4), Rate::new(2, 2)),
            (10, 5, Rate::new(2, 4), Rate::new(2, 2)),
            (20, 3, Rate::new(1, 2), Rate::new(1, 2)),
            (30, 2, Rate::new(1, 1), Rate::new(1, 2)),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn thresholds_between_and_beyond_scores() {
        let curve = threshold_curve(&SCORED);
        assert_eq!((curve.at(11).leads, curve.at(11).threshold), (3, 11));
        assert_eq!((curve.at(31).leads, curve.at(31).precision.share()), (0, None));
        assert_eq!(curve.at(31).recall, Rate::new(0, 2));
        assert_eq!(curve.at(i64::MIN).leads, 6);
        assert_eq!(threshold_curve(&[]).at(0).recall.share(), None);
    }

    #[test]
    fn far_scores_take_no_more_memory_than_near_ones() {
        let far = threshold_curve(&[(i64::MIN, Won), (i64::MAX, Lost), (0, Open)]);
        assert_eq!(far.points().iter().map(|point| point.leads).collect::<Vec<_>>(), [3, 2, 1]);
        let near: Vec<(i64, Outcome)> = SCORED.to_vec();
        let stretched: Vec<(i64, Outcome)> =
            near.iter().map(|&(score, outcome)| (score * 1_000_000, outcome)).collect();
        let (near, stretched) = (threshold_curve(&near), threshold_curve(&stretched));
        assert!(
            near.points().iter().zip(stretched.points()).all(|(a, b)| a.precision == b.precision && a.leads == b.leads)
        );
    }
}
