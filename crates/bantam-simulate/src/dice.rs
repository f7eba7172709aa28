//! Turns a seed and a stream number into random draws that are the same on every machine.
//!
//! Only additions, multiplications, divisions and square roots are used: IEEE 754 fixes their results to the last bit,
//! while the `exp` and `ln` of one system's mathematics library may differ from another's.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Which of a lead's decisions the draws are for.
///
/// Each purpose has its own stream, so that, say, switching on odd values leaves the journeys as they were.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Person = 0,
    Journey = 1,
    Sales = 2,
    Machines = 3,
    Delivery = 4,
    Dirt = 5,
    Firm = 6,
    Spend = 7,
}

/// How many streams each number has: one a [`Purpose`].
const PURPOSES: u64 = 8;

/// A source of random draws for one purpose of one lead, firm or campaign.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// Returns the dice of `number` (of a lead, a firm, a campaign) for `purpose`.
    pub(crate) fn new(seed: u64, number: u64, purpose: Purpose) -> Self {
        let mut key = [0_u8; 32];
        for (place, byte) in key.iter_mut().zip(seed.to_le_bytes()) {
            *place = byte;
        }
        let mut source = ChaCha8Rng::from_seed(key);
        source.set_stream(number.wrapping_mul(PURPOSES).wrapping_add(purpose as u64));
        Self(source)
    }

    /// Draws a number from 0 up to, not including, 1.
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Draws a number from `low` up to, not including, `high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// Is true with the given probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Draws a whole number below `limit`, 0 where the limit is 0.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(limit)) >> 64) as u64
    }

    /// Draws how often something with the given probability goes well in a row, at most `limit` times.
    pub(crate) fn run(&mut self, probability: f64, limit: u32) -> u32 {
        let mut count = 0;
        while count < limit && self.chance(probability) {
            count += 1;
        }
        count
    }

    /// Draws from the standard normal distribution, by Marsaglia's polar method.
    pub(crate) fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (self.between(-1.0, 1.0), self.between(-1.0, 1.0));
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                return x * (-2.0 * ln(square) / square).sqrt();
            }
        }
    }

    /// Draws from the log-normal distribution with this median, `spread` being the deviation of the logarithm.
    pub(crate) fn log_normal(&mut self, median: f64, spread: f64) -> f64 {
        median * exp(spread * self.normal())
    }

    /// Draws one of the values, each as likely as the next.
    #[expect(clippy::indexing_slicing, reason = "below(n) is less than n, and the tables given are never empty")]
    pub(crate) fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len() as u64) as usize]
    }

    /// Draws one of the values by weight.
    #[expect(clippy::indexing_slicing, reason = "the tables given are never empty")]
    pub(crate) fn pick_weighted<T: Copy>(&mut self, values: &[(T, u32)]) -> T {
        let total: u32 = values.iter().map(|(_, weight)| weight).sum();
        let mut left = self.below(u64::from(total)) as u32;
        for &(value, weight) in values {
            if left < weight {
                return value;
            }
            left -= weight;
        }
        values[0].0
    }
}

/// Returns the probability whose log-odds are `x`.
pub(crate) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

/// Returns e to the power of `x`, which is held to ±700 so that the result is finite.
pub(crate) fn exp(x: f64) -> f64 {
    // x = k ln 2 + r with |r| <= ln 2 / 2, where fourteen terms of the series reach the last bit.
    let x = x.clamp(-700.0, 700.0);
    let k = (x * std::f64::consts::LOG2_E + 0.5).floor();
    let r = x - k * std::f64::consts::LN_2;
    let mut sum = 1.0;
    for term in (1..=14).rev() {
        sum = 1.0 + sum * r / f64::from(term);
    }
    sum * f64::from_bits(((1023 + k as i64) as u64) << 52)
}

/// Returns the natural logarithm of a positive, normal `x`.
pub(crate) fn ln(x: f64) -> f64 {
    // x = m 2^k with m in [1, 2); then ln m = 2 artanh((m - 1) / (m + 1)), a series in at most 1/3.
    let bits = x.to_bits();
    let k = ((bits >> 52) & 0x7ff) as f64 - 1023.0;
    let m = f64::from_bits((bits & ((1 << 52) - 1)) | (1023 << 52));
    let s = (m - 1.0) / (m + 1.0);
    let square = s * s;
    let mut sum = 0.0;
    for odd in (0..=17).rev() {
        sum = sum * square + 1.0 / f64::from(2 * odd + 1);
    }
    2.0 * s * sum + k * std::f64::consts::LN_2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_and_ln_agree_with_the_library() {
        for step in -400..400 {
            let x = f64::from(step) / 7.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-13, "exp({x})");
            assert!((ln(exp(x)) - x).abs() < 1e-12, "ln(exp({x}))");
        }
    }

    #[test]
    fn normal_draws_have_mean_0_and_deviation_1() {
        let mut dice = Dice::new(7, 0, Purpose::Person);
        let draws: Vec<f64> = (0..100_000).map(|_| dice.normal()).collect();
        let mean = draws.iter().sum::<f64>() / 1e5;
        let square = draws.iter().map(|x| x * x).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.015, "mean {mean}");
        assert!((square - 1.0).abs() < 0.03, "square {square}");
    }

    #[test]
    fn weights_are_kept() {
        let mut dice = Dice::new(7, 1, Purpose::Person);
        let ones = (0..10_000).filter(|_| dice.pick_weighted(&[(0, 3), (1, 1)]) == 1).count();
        assert!((2_300..2_700).contains(&ones), "{ones}");
    }
}
