//! Turns numbers into thousandths, so that sums are integers and any order of adding gives the same.

/// A value of a sum of this magnitude or more is missing: beyond it thousandths are no longer exact in a 64-bit float.
const SUM_VALUE_LIMIT: f64 = (1_i64 << 43) as f64;

/// Returns a number as thousandths, rounded half away from zero in 64-bit floats; `None` where it counts as missing.
pub(crate) fn thousandths(value: f64) -> Option<i64> {
    let magnitude = value.abs();
    if value.is_nan() || magnitude >= SUM_VALUE_LIMIT {
        return None;
    }
    let thousandths = (magnitude * 1000.0 + 0.5).floor() as i64;
    Some(if value < 0.0 { -thousandths } else { thousandths })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousandths_round_half_away_from_zero() {
        assert_eq!(thousandths(1.0005), Some(1001));
        assert_eq!(thousandths(-0.0005), Some(-1));
        assert_eq!(thousandths(0.1), Some(100));
        assert_eq!(thousandths(f64::NAN), None);
        assert_eq!(thousandths(SUM_VALUE_LIMIT), None);
    }
}
