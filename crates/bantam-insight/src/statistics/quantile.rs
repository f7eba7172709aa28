//! Turns values into their quantiles.

/// Returns the `p` quantile of values in any order, interpolated between neighbours; `None` of no values, where `p` is not
/// between 0 and 1, or where a value is not finite.
///
/// Source: Rob J. Hyndman and Yanan Fan, "Sample quantiles in statistical packages", The American Statistician 50 (1996),
/// definition 7: what spreadsheets and most statistics programs give.
#[must_use]
pub fn quantile(values: &[f64], p: f64) -> Option<f64> {
    quantiles(values, &[p])?.first().copied()
}

/// Returns several quantiles of the same values at once, see [`quantile`].
#[must_use]
pub fn quantiles(values: &[f64], ps: &[f64]) -> Option<Vec<f64>> {
    if values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    ps.iter().map(|&p| of_sorted(&sorted, p)).collect()
}

/// Returns the `p` quantile of values in ascending order.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place between 0 and the number of values; its fraction is what interpolates"
)]
pub(super) fn of_sorted(sorted: &[f64], p: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&p) {
        return None;
    }
    let place = super::normal::length(sorted.len().checked_sub(1)?) * p;
    let below = *sorted.get(place.floor() as usize)?;
    let above = *sorted.get(place.ceil() as usize)?;
    Some(below + (above - below) * place.fract())
}

/// Returns the smallest value at or below which lies at least the share `p` of all weight; `None` where no weight is
/// positive, where `p` is not between 0 and 1, or where a number is not finite or a weight negative.
///
/// There is no interpolation: the answer is one of the values. With equal weights this is definition 1 of Hyndman and
/// Fan (1996).
#[must_use]
pub fn weighted_quantile(weighted: &[(f64, f64)], p: f64) -> Option<f64> {
    let fine = |&(value, weight): &(f64, f64)| value.is_finite() && weight.is_finite() && weight >= 0.0;
    if !(0.0..=1.0).contains(&p) || !weighted.iter().all(fine) {
        return None;
    }
    let mut sorted: Vec<(f64, f64)> = weighted.iter().copied().filter(|&(_, weight)| weight > 0.0).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Sums of weights are rounded; what falls short of the share by that alone has reached it.
    let wanted = sorted.iter().map(|&(_, weight)| weight).sum::<f64>() * p * (1.0 - 1e-12);
    let mut so_far = 0.0;
    let reached = sorted.iter().find(|&&(_, weight)| {
        so_far += weight;
        so_far >= wanted
    });
    reached.or(sorted.last()).map(|&(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_between_two_middle_values() {
        assert_eq!(quantile(&[4.0, 1.0, 3.0, 2.0], 0.5), Some(2.5));
        assert_eq!(quantiles(&[10.0, 20.0], &[0.0, 0.25, 1.0]), Some(vec![10.0, 12.5, 20.0]));
    }

    #[test]
    fn there_is_no_quantile_of_nothing_or_of_what_is_no_number() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[1.0, f64::NAN], 0.5), None);
        assert_eq!(quantile(&[1.0], 1.5), None);
        assert_eq!(weighted_quantile(&[(1.0, 0.0)], 0.5), None);
        assert_eq!(weighted_quantile(&[(1.0, -1.0)], 0.5), None);
        assert_eq!(weighted_quantile(&[], 0.5), None);
    }

    #[test]
    fn weight_counts_like_so_many_values() {
        assert_eq!(weighted_quantile(&[(1.0, 1.0), (9.0, 3.0), (5.0, 1.0)], 0.5), Some(9.0));
        assert_eq!(weighted_quantile(&[(1.0, 1.0), (9.0, 1.0), (5.0, 1.0)], 0.5), Some(5.0));
        assert_eq!(weighted_quantile(&[(1.0, 1.0), (9.0, 1.0)], 0.5), Some(1.0));
    }
}
