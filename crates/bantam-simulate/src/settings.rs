//! What a sample is made from: nothing else has a say in it.

/// Microseconds in a second.
pub(crate) const SECOND: i64 = 1_000_000;
/// Microseconds in a minute.
pub(crate) const MINUTE: i64 = 60 * SECOND;
/// Microseconds in an hour.
pub(crate) const HOUR: i64 = 60 * MINUTE;
/// Microseconds in a day.
pub(crate) const DAY: i64 = 24 * HOUR;

/// 1000-01-01T00:00Z.
const YEAR_1000: i64 = -30_610_224_000 * SECOND;
/// 9000-01-01T00:00Z.
const YEAR_9000: i64 = 221_845_392_000 * SECOND;
/// The longest history: a century.
const DAYS_MAX: u32 = 36_500;

/// The kind of company whose leads are made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Company {
    /// Sells software to businesses: leads are people at firms, sales works them, opportunities are won.
    #[default]
    B2b,
    /// A web shop: most leads are consumers who order, some are business buyers whom sales works.
    Shop,
}

/// What a sample is made from; equal settings give equal bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Any number; another one gives another sample of the same kind.
    pub seed: u64,
    /// How many leads; a lead's own data does not depend on it.
    pub leads: u64,
    /// Length of the history before `as_of`, in days; 0 counts as 1, more than 36,500 as 36,500.
    pub days: u32,
    /// The moment at which the history ends: microseconds since 1970-01-01T00:00Z.
    pub as_of: i64,
    /// The kind of company.
    pub company: Company,
    /// Whether one lead source turns bad halfway, see [`planted::DRIFT_SOURCE`](crate::planted::DRIFT_SOURCE).
    pub drift: bool,
    /// Whether some visits and clicks are made by machines.
    pub bots: bool,
    /// Whether a small share of cells has odd values: trailing blanks, `N/A`, lower case, numbers as text.
    pub dirty: bool,
}

impl Settings {
    /// Returns settings of a business-to-business sample with drift and bots, and without odd values.
    pub fn new(seed: u64, leads: u64, days: u32, as_of: i64) -> Self {
        Self { seed, leads, days, as_of, company: Company::B2b, drift: true, bots: true, dirty: false }
    }

    /// Returns the moment at which the history begins.
    pub fn start(&self) -> i64 {
        self.as_of.saturating_sub(self.length())
    }

    /// Returns the middle of the history, from which on the planted drift holds.
    pub fn middle(&self) -> i64 {
        self.as_of.saturating_sub(self.length() / 2)
    }

    /// Returns the settings with `as_of` in the years 1000 to 9000, so that every time near it can be computed and written.
    pub(crate) fn within_calendar(self) -> Self {
        Self { as_of: self.as_of.clamp(YEAR_1000, YEAR_9000), days: self.days.min(DAYS_MAX), ..self }
    }

    /// Returns the length of the history in microseconds.
    pub(crate) fn length(&self) -> i64 {
        i64::from(self.days.clamp(1, DAYS_MAX)) * DAY
    }

    /// Returns how many days a lead's interest typically lasts: shorter in a short history, so that it still shows endings.
    pub(crate) fn interest_days(&self) -> f64 {
        (f64::from(self.days) / 6.0).clamp(1.0, 60.0)
    }
}
