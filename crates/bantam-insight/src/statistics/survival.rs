//! Turns durations, some of them not over yet, into the share that lasts longer than any time.
//!
//! A mean of finished durations alone flatters: in a growing pipeline the short ones finish first. Here a lead that is
//! still open counts for as long as it has been watched, and no longer.

use super::normal::{Z_95, float};
use super::rate::Interval;

/// How long one thing lasted, or has lasted so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The duration, in any whole unit.
    pub duration: u64,
    /// Whether it ended then; where not, it was only not watched for longer (censored).
    pub ended: bool,
}

/// The share that lasts longer than a time, for all times.
#[derive(Clone, Debug, PartialEq)]
pub struct Survival {
    n: u64,
    ended: u64,
    watched: u64,
    points: Vec<SurvivalPoint>,
}

/// A time at which something ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurvivalPoint {
    /// The time, in the unit of the durations.
    pub time: u64,
    /// How many had neither ended nor left sight before.
    pub at_risk: u64,
    /// How many ended at this very time.
    pub ended: u64,
    /// The share that lasts longer than this, from 0 to 1.
    pub share: f64,
    /// Its interval on the scale of shares, cut off at 0 and 1; `None` where the share is 0, as its spread is unknown then.
    pub plain: Option<Interval>,
    /// Its interval on the scale of the logarithm of the logarithm, which is better for few and never leaves 0 to 1;
    /// `None` where the share is 0.
    pub log_log: Option<Interval>,
}

/// The time by which a share has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SurvivalQuantile {
    /// The time; `None` where so many had not ended while they were watched.
    pub time: Option<u64>,
    /// The lower bound of its interval for 95 %; `None` where that was not reached.
    pub low: Option<u64>,
    /// The upper bound; `None` where that was not reached: then it may be any time later.
    pub high: Option<u64>,
}

/// Returns the Kaplan-Meier estimate of how long things last, or `None` of no observations.
///
/// What ended at the same time ends together; what left sight at that time was watched up to it and counts as at risk.
/// Sources: E. L. Kaplan and Paul Meier, "Nonparametric estimation from incomplete observations", Journal of the American
/// Statistical Association 53 (1958); the variance is that of Major Greenwood, "The natural duration of cancer" (1926);
/// the log-log interval is that of Kalbfleisch and Prentice, "The Statistical Analysis of Failure Time Data" (1980).
#[must_use]
pub fn survival(observations: &[Observation]) -> Option<Survival> {
    let mut sorted = observations.to_vec();
    sorted.sort_unstable_by_key(|each| each.duration);
    let watched = sorted.last()?.duration;
    let n = sorted.len() as u64;
    let (mut at_risk, mut ended_in_all) = (n, 0);
    let (mut share, mut greenwood) = (1.0, 0.0);
    let mut points = Vec::new();
    for tied in sorted.chunk_by(|a, b| a.duration == b.duration) {
        let ended = tied.iter().filter(|each| each.ended).count() as u64;
        if let Some(first) = tied.first()
            && ended > 0
        {
            let (falling, staying) = (float(ended), float(at_risk - ended));
            share *= staying / float(at_risk);
            // Infinite where nothing stays; then the share is 0, and no interval is made of it.
            greenwood += falling / (float(at_risk) * staying);
            let (plain, log_log) = (plain_interval(share, greenwood), log_log_interval(share, greenwood));
            points.push(SurvivalPoint { time: first.duration, at_risk, ended, share, plain, log_log });
        }
        ended_in_all += ended;
        at_risk -= tied.len() as u64;
    }
    Some(Survival { n, ended: ended_in_all, watched, points })
}

fn plain_interval(share: f64, greenwood: f64) -> Option<Interval> {
    let reach = Z_95 * share * greenwood.sqrt();
    (share > 0.0).then(|| Interval { low: (share - reach).max(0.0), high: (share + reach).min(1.0) })
}

fn log_log_interval(share: f64, greenwood: f64) -> Option<Interval> {
    // The share is below 1 at every point, as something ended there: its logarithm is below 0.
    let reach = Z_95 * greenwood.sqrt() / share.ln();
    (share > 0.0).then(|| Interval { low: share.powf((-reach).exp()), high: share.powf(reach.exp()) })
}

impl Survival {
    /// Returns how many observations there were.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Returns how many of them ended; the others are open.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.ended
    }

    /// Returns the longest duration, ended or not: nothing is known of times after it.
    #[must_use]
    pub fn watched(&self) -> u64 {
        self.watched
    }

    /// Returns the times at which something ended, in order.
    #[must_use]
    pub fn points(&self) -> &[SurvivalPoint] {
        &self.points
    }

    /// Returns the share that lasts longer than `time`; `None` later than anything was watched.
    #[must_use]
    pub fn share_after(&self, time: u64) -> Option<f64> {
        let before = self.points.partition_point(|point| point.time <= time);
        let share = before.checked_sub(1).and_then(|last| self.points.get(last)).map_or(1.0, |point| point.share);
        (time <= self.watched).then_some(share)
    }

    /// Returns the time by which the share `p` has ended, the first such, with its interval for 95 %; nothing in it where
    /// `p` is not between 0 and 1.
    ///
    /// The interval has the times at which the log-log bounds come down to the same share. Source: Ron Brookmeyer and John
    /// Crowley, "A confidence interval for the median survival time", Biometrics 38 (1982).
    #[must_use]
    pub fn quantile(&self, p: f64) -> SurvivalQuantile {
        let left = 1.0 - p;
        // Products of fractions are rounded: 0.5 may come out a hair above.
        let reached = |share: f64| (0.0..=1.0).contains(&p) && share <= left + 1e-12;
        let first = |share: fn(&SurvivalPoint) -> Option<f64>| {
            let found = self.points.iter().find(|point| share(point).is_some_and(reached));
            found.map(|point| point.time)
        };
        SurvivalQuantile {
            time: first(|point| Some(point.share)),
            low: first(|point| Some(point.log_log.map_or(0.0, |interval| interval.low))),
            high: first(|point| point.log_log.map(|interval| interval.high)),
        }
    }

    /// Returns the time by which half have ended, see [`Survival::quantile`].
    #[must_use]
    pub fn median(&self) -> SurvivalQuantile {
        self.quantile(0.5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Weeks of remission of the 21 treated patients of Freireich and others (1963), the example of most textbooks;
    /// a minus marks those who left sight.
    const TREATED: [i64; 21] =
        [6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35];

    fn observed(weeks: &[i64]) -> Vec<Observation> {
        weeks.iter().map(|&week| Observation { duration: week.unsigned_abs(), ended: week > 0 }).collect()
    }

    /// John P. Klein and Melvin L. Moeschberger, "Survival Analysis" (2003), table 4.1: shares and standard errors.
    #[test]
    fn shares_and_errors_are_those_of_the_textbook() {
        let lasting = survival(&observed(&TREATED)).unwrap();
        let published = [
            (6, 0.857, 0.076),
            (7, 0.807, 0.087),
            (10, 0.753, 0.096),
            (13, 0.690, 0.107),
            (16, 0.627, 0.114),
            (22, 0.538, 0.128),
            (23, 0.448, 0.135),
        ];
        assert_eq!(lasting.points().len(), published.len());
        for (point, (time, share, error)) in lasting.points().iter().zip(published) {
            let plain = point.plain.unwrap();
            let found = (point.share - plain.low) / Z_95;
            assert_eq!(point.time, time);
            assert!((point.share - share).abs() < 5e-4 && (found - error).abs() < 5e-4, "{point:?}");
        }
    }

    #[test]
    fn a_quantile_that_was_not_reached_is_unknown() {
        let lasting = survival(&observed(&TREATED)).unwrap();
        assert_eq!(lasting.median(), SurvivalQuantile { time: Some(23), low: Some(13), high: None });
        assert_eq!(lasting.quantile(0.75).time, None);
        assert_eq!((lasting.n(), lasting.ended(), lasting.watched()), (21, 9, 35));
        assert_eq!(lasting.quantile(f64::NAN).time, None);
    }

    #[test]
    fn shares_are_known_only_for_as_long_as_something_was_watched() {
        let lasting = survival(&observed(&[2, -4])).unwrap();
        let shares: Vec<Option<f64>> = (1..6).map(|time| lasting.share_after(time)).collect();
        assert_eq!(shares, [Some(1.0), Some(0.5), Some(0.5), Some(0.5), None]);
    }

    #[test]
    fn half_is_half_in_spite_of_rounding() {
        // 9/10 times 8/9 and so on down to 5/6 is one half, and not so in binary fractions.
        let durations: Vec<i64> = (1..=10).collect();
        assert_eq!(survival(&observed(&durations)).unwrap().median().time, Some(5));
    }

    #[test]
    fn nothing_watched_and_nothing_ended_are_told_apart() {
        assert_eq!(survival(&[]), None);
        let open = survival(&observed(&[-3, -5])).unwrap();
        assert_eq!((open.points().len(), open.median().time), (0, None));
        let over = survival(&observed(&[3])).unwrap();
        assert_eq!((over.points()[0].share, over.points()[0].log_log), (0.0, None));
        assert_eq!(over.median(), SurvivalQuantile { time: Some(3), low: Some(3), high: None });
    }
}
