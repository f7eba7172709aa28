//! Says whether there are outcomes enough to draw a conclusion from.

/// Won leads below which no conclusion is drawn.
///
/// With forty on either side, the interval of a share of one half still spans thirty points: fewer would support next to
/// nothing. It is also the least that other scoring products ask for before they learn from outcomes.
pub const WON_MIN: u64 = 40;
/// Lost leads below which no conclusion is drawn, for the same reason.
pub const LOST_MIN: u64 = 40;

/// Proof that there were outcomes enough. Whatever judges a definition by its outcomes asks for one.
///
/// INVARIANT: at least [`WON_MIN`] won and [`LOST_MIN`] lost. Kept by [`enough`], the only constructor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enough {
    won: u64,
    lost: u64,
}

/// There were too few outcomes for a conclusion: show these counts instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooFew {
    /// Leads that were won.
    pub won: u64,
    /// Leads that were lost.
    pub lost: u64,
}

/// Returns proof that so many won and lost leads are enough for a conclusion, or the counts to show instead.
///
/// # Errors
///
/// [`TooFew`] below [`WON_MIN`] won or [`LOST_MIN`] lost.
pub fn enough(won: u64, lost: u64) -> Result<Enough, TooFew> {
    if won >= WON_MIN && lost >= LOST_MIN { Ok(Enough { won, lost }) } else { Err(TooFew { won, lost }) }
}

impl Enough {
    /// Returns how many leads were won.
    #[must_use]
    pub fn won(self) -> u64 {
        self.won
    }

    /// Returns how many leads were lost.
    #[must_use]
    pub fn lost(self) -> u64 {
        self.lost
    }
}

impl std::fmt::Display for TooFew {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} won and {} lost: below {WON_MIN} won and {LOST_MIN} lost no conclusion is drawn",
            self.won, self.lost
        )
    }
}

impl std::error::Error for TooFew {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forty_of_each_are_enough_and_one_less_of_either_is_not() {
        assert_eq!(enough(40, 40).map(|proof| (proof.won(), proof.lost())), Ok((40, 40)));
        assert_eq!(enough(39, 4_000), Err(TooFew { won: 39, lost: 4_000 }));
        assert_eq!(
            enough(4_000, 39).unwrap_err().to_string(),
            "4000 won and 39 lost: below 40 won and 40 lost no conclusion is drawn"
        );
    }
}
