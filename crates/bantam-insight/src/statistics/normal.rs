//! The standard normal distribution, as far as intervals and tests need it.

/// The quantile of the standard normal distribution for two-sided intervals of 95 %.
pub(super) const Z_95: f64 = 1.959_963_984_540_054;

/// Returns the probability that a standard normal number is at least as far from zero as `z`.
pub(super) fn two_sided_p(z: f64) -> f64 {
    libm::erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// Returns `count` as a number to compute with; exact up to 2^53, about nine quadrillion.
#[expect(clippy::cast_precision_loss, reason = "counts of leads and events are far below 2^53")]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}

/// Returns a length as a number to compute with, see [`float`].
#[expect(clippy::cast_precision_loss, reason = "nothing in memory has 2^53 entries")]
pub(super) fn length(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_percent_lie_beyond_the_quantile_for_95() {
        assert!((two_sided_p(Z_95) - 0.05).abs() < 1e-15);
        assert!((two_sided_p(-Z_95) - 0.05).abs() < 1e-15);
        assert_eq!(two_sided_p(0.0), 1.0);
        assert_eq!(two_sided_p(f64::INFINITY), 0.0);
    }
}
