//! Turns a typed value into what people read.

use crate::statistics::{Interval, Rate, SurvivalQuantile};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// From here on, hours say nothing any more.
const DAYS_ALONE: u64 = 100 * DAY;

/// A value of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A name or a sentence.
    Text(String),
    /// So many.
    Count(u64),
    /// A number with so many decimals, in the unit of its column.
    Number(f64, u8),
    /// An amount, in the currency of its column.
    Money(f64),
    /// A time span in seconds.
    Duration(u64),
    /// A share with its counts; none of nobody.
    Rate(Rate),
    /// A number with its interval and so many decimals, such as a lift.
    Estimate(f64, Interval, u8),
    /// A time span in seconds with its interval, by [`crate::statistics::survival`]; none where it was not reached.
    Lasting(SurvivalQuantile),
    /// How much more or less, with its sign and so many decimals.
    Change(f64, u8),
    /// There is no such figure.
    None,
}

/// What people read in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The figure itself.
    pub main: String,
    /// How sure it is, and of how many.
    pub detail: Option<String>,
}

impl Cell {
    /// Returns a text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Returns a share from 0 to 1 with its interval in percent, for a column whose unit is "%"; none where it is no number.
    #[must_use]
    pub fn percent(share: f64, interval: Option<Interval>) -> Self {
        match interval {
            Some(Interval { low, high }) => {
                Self::Estimate(100.0 * share, Interval { low: 100.0 * low, high: 100.0 * high }, 1)
            }
            None => Self::Number(100.0 * share, 1),
        }
    }

    /// Returns what people read.
    #[must_use]
    pub fn told(&self) -> Told {
        let alone = |main| Told { main, detail: None };
        match *self {
            Self::Text(ref text) => alone(super::visible(text)),
            Self::Count(count) => alone(grouped(&count.to_string())),
            Self::Number(value, decimals) if value.is_finite() => alone(decimal(value, decimals)),
            Self::Money(amount) if amount.is_finite() => alone(decimal(amount, 2)),
            Self::Duration(seconds) => alone(duration(seconds)),
            Self::Rate(rate) => told_rate(rate),
            Self::Estimate(value, Interval { low, high }, decimals) if value.is_finite() => {
                let bounds = format!("{} to {}", decimal(low, decimals), decimal(high, decimals));
                Told { main: decimal(value, decimals), detail: Some(bounds) }
            }
            Self::Lasting(quantile) => told_lasting(quantile),
            Self::Change(by, decimals) if by.is_finite() => {
                let told = decimal(by, decimals);
                // What rounds to nothing has no sign.
                let rises = by > 0.0 && told.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
                alone(if rises { format!("+{told}") } else { told })
            }
            Self::None | Self::Number(..) | Self::Money(_) | Self::Estimate(..) | Self::Change(..) => {
                alone("none".to_owned())
            }
        }
    }

    /// Returns the value as a number: durations in seconds, rates from 0 to 1; `None` for texts, and where there is none.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        let value = match *self {
            Self::Count(count) => float(count),
            Self::Number(value, _) | Self::Money(value) | Self::Estimate(value, ..) | Self::Change(value, _) => value,
            Self::Duration(seconds) => float(seconds),
            Self::Rate(rate) => rate.share()?,
            Self::Lasting(quantile) => float(quantile.time?),
            Self::Text(_) | Self::None => return None,
        };
        value.is_finite().then_some(value)
    }

    /// Returns the bounds of the interval, in the unit of [`Cell::value`]; each `None` where there is none.
    #[must_use]
    pub fn bounds(&self) -> (Option<f64>, Option<f64>) {
        let interval = match *self {
            Self::Rate(rate) => rate.interval(),
            Self::Estimate(value, interval, _) if value.is_finite() => Some(interval),
            Self::Lasting(quantile) => return (quantile.low.map(float), quantile.high.map(float)),
            _ => None,
        };
        let finite = |bound: f64| bound.is_finite().then_some(bound);
        (interval.and_then(|each| finite(each.low)), interval.and_then(|each| finite(each.high)))
    }
}

fn told_rate(rate: Rate) -> Told {
    let (Some(share), Some(interval)) = (rate.share(), rate.interval()) else {
        return Told { main: "none".to_owned(), detail: Some("of 0".to_owned()) };
    };
    // Small shares need a digit more to be told apart.
    let decimals = if share > 0.0 && share < 0.01 { 2 } else { 1 };
    let percent = |share: f64| decimal(100.0 * share, decimals);
    let (hits, n) = (grouped(&rate.hits().to_string()), grouped(&rate.n().to_string()));
    let detail = format!("{} to {} %, {hits} of {n}", percent(interval.low), percent(interval.high));
    Told { main: format!("{} %", percent(share)), detail: Some(detail) }
}

fn told_lasting(SurvivalQuantile { time, low, high }: SurvivalQuantile) -> Told {
    let detail = match (low, high) {
        (Some(low), Some(high)) => Some(format!("{} to {}", duration(low), duration(high))),
        (Some(low), None) => Some(format!("at least {}", duration(low))),
        (None, Some(high)) => Some(format!("at most {}", duration(high))),
        (None, None) => None,
    };
    Told { main: time.map_or_else(|| "none".to_owned(), duration), detail }
}

/// Returns a time span in its two largest units.
fn duration(seconds: u64) -> String {
    let two = |large: u64, name: &str, small: u64, small_name: &str| {
        let (whole, rest) = (seconds / large, seconds % large / small);
        if rest == 0 { format!("{whole} {name}") } else { format!("{whole} {name} {rest} {small_name}") }
    };
    match seconds {
        0..MINUTE => format!("{seconds} s"),
        MINUTE..HOUR => two(MINUTE, "min", 1, "s"),
        HOUR..DAY => two(HOUR, "h", MINUTE, "min"),
        DAY..DAYS_ALONE => two(DAY, "d", HOUR, "h"),
        DAYS_ALONE.. => format!("{} d", grouped(&(seconds / DAY).to_string())),
    }
}

/// Returns a number with so many decimals and its thousands apart.
fn decimal(value: f64, decimals: u8) -> String {
    if !value.is_finite() {
        return "none".to_owned();
    }
    let text = format!("{value:.*}", usize::from(decimals));
    // Minus zero is zero.
    let negative = text.starts_with('-') && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    let digits = text.trim_start_matches('-');
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let sign = if negative { "-" } else { "" };
    let fraction = fraction.map_or_else(String::new, |fraction| format!(".{fraction}"));
    format!("{sign}{}{fraction}", grouped(whole))
}

/// Returns digits with a comma before every three of them.
fn grouped(digits: &str) -> String {
    let mut told = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            told.push(',');
        }
        told.push(digit);
    }
    told
}

#[expect(clippy::cast_precision_loss, reason = "counts and seconds are far below 2^53")]
fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cell: &Cell, main: &str, detail: Option<&str>) {
        let told = cell.told();
        assert_eq!((told.main.as_str(), told.detail.as_deref()), (main, detail));
    }

    #[test]
    fn figures_are_told_with_what_makes_them_sure() {
        check(&Cell::Count(1_234_567), "1,234,567", None);
        check(&Cell::Count(999), "999", None);
        check(&Cell::Number(-1234.56, 1), "-1,234.6", None);
        check(&Cell::Number(-0.04, 1), "0.0", None);
        check(&Cell::Money(1e6), "1,000,000.00", None);
        check(&Cell::Rate(Rate::new(81, 263)), "30.8 %", Some("25.5 to 36.6 %, 81 of 263"));
        check(&Cell::Rate(Rate::new(7, 1000)), "0.70 %", Some("0.34 to 1.44 %, 7 of 1,000"));
        check(&Cell::Rate(Rate::default()), "none", Some("of 0"));
        check(&Cell::Estimate(1.82, Interval { low: 1.2, high: 2.64 }, 1), "1.8", Some("1.2 to 2.6"));
        check(&Cell::Change(12.0, 0), "+12", None);
        check(&Cell::Change(-3.0, 0), "-3", None);
        check(&Cell::Change(0.01, 1), "0.0", None);
        check(&Cell::None, "none", None);
    }

    #[test]
    fn what_is_no_number_is_none() {
        check(&Cell::Number(f64::NAN, 2), "none", None);
        check(&Cell::Money(f64::INFINITY), "none", None);
        assert_eq!(Cell::Change(f64::NAN, 0).value(), None);
        let unsure = Cell::Estimate(1.0, Interval { low: 0.5, high: f64::INFINITY }, 1);
        assert_eq!(unsure.bounds(), (Some(0.5), None));
    }

    #[test]
    fn spans_of_time_are_told_in_two_units() {
        let spans = [(45, "45 s"), (60, "1 min"), (3_700, "1 h 1 min"), (90_000, "1 d 1 h"), (8_640_000, "100 d")];
        for (seconds, told) in spans {
            check(&Cell::Duration(seconds), told, None);
        }
        let open = SurvivalQuantile { time: Some(2 * DAY), low: Some(DAY), high: None };
        check(&Cell::Lasting(open), "2 d", Some("at least 1 d"));
        check(&Cell::Lasting(SurvivalQuantile { time: None, low: None, high: None }), "none", None);
    }
}
