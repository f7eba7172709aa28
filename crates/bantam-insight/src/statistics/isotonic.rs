//! Turns values that ought to rise into the nearest ones that do.

/// A stretch of neighbours that share one value.
struct Pool {
    mean: f64,
    weight: f64,
    length: usize,
}

/// Returns, for values given with their weights in order, the non-decreasing values that are nearest to them in weighted
/// squares; `None` where a value is not finite, or a weight not finite and above zero.
///
/// Neighbours that fall are pooled at their weighted mean until none does, which takes time linear in their number.
/// Source: Ayer, Brunk, Ewing, Reid and Silverman, "An empirical distribution function for sampling with incomplete
/// information", Annals of Mathematical Statistics 26 (1955).
#[must_use]
pub fn isotonic(weighted: &[(f64, f64)]) -> Option<Vec<f64>> {
    let mut pools: Vec<Pool> = Vec::with_capacity(weighted.len());
    for &(value, weight) in weighted {
        if !value.is_finite() || !weight.is_finite() || weight <= 0.0 {
            return None;
        }
        let mut last = Pool { mean: value, weight, length: 1 };
        while let Some(before) = pools.pop_if(|before| before.mean >= last.mean) {
            let weight = before.weight + last.weight;
            let mean = before.mean + (last.mean - before.mean) * (last.weight / weight);
            last = Pool { mean, weight, length: before.length + last.length };
        }
        pools.push(last);
    }
    // Sums beyond the largest number leave nothing to tell.
    let told = pools.iter().all(|pool| pool.mean.is_finite());
    told.then(|| pools.iter().flat_map(|pool| std::iter::repeat_n(pool.mean, pool.length)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_falls_is_pooled_by_weight() {
        assert_eq!(isotonic(&[(1.0, 1.0), (3.0, 1.0), (0.0, 2.0), (4.0, 1.0)]), Some(vec![1.0, 1.0, 1.0, 4.0]));
        assert_eq!(isotonic(&[]), Some(vec![]));
        assert_eq!(isotonic(&[(f64::NAN, 1.0)]), None);
        assert_eq!(isotonic(&[(1.0, 0.0)]), None);
    }

    proptest! {
        #[test]
        fn the_result_never_falls_and_keeps_the_weighted_mean(
            weighted in prop::collection::vec((-1e3..1e3, 0.01..1e3), 1..60)
        ) {
            let risen = isotonic(&weighted).unwrap();
            prop_assert_eq!(risen.len(), weighted.len());
            prop_assert!(risen.is_sorted());
            let total: f64 = weighted.iter().map(|(_, weight)| weight).sum();
            let before: f64 = weighted.iter().map(|(value, weight)| value * weight).sum::<f64>() / total;
            let after: f64 = risen.iter().zip(&weighted).map(|(value, (_, weight))| value * weight).sum::<f64>() / total;
            prop_assert!((before - after).abs() < 1e-8, "{} and {}", before, after);
            // What has risen stays as it is.
            let again: Vec<(f64, f64)> = risen.iter().zip(&weighted).map(|(&value, &(_, weight))| (value, weight)).collect();
            let twice = isotonic(&again).unwrap();
            prop_assert!(twice.iter().zip(&risen).all(|(a, b)| (a - b).abs() < 1e-9));
        }
    }
}
