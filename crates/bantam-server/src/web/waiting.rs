//! What is shown while something is computed from all facts: how far that is. A script asks again until it is there.

use super::words::grouped;
use crate::insight::Progress;

/// How far it is.
pub(crate) struct Waiting {
    /// How many leads have been read, and of how many; `None` where no leads are read, or not yet.
    pub(crate) leads: Option<(u64, u64)>,
}

impl Waiting {
    pub(crate) fn of(progress: &Progress) -> Waiting {
        Waiting { leads: progress.leads() }
    }

    /// Returns how far it is, in words.
    pub(crate) fn words(&self) -> String {
        let told = |count: u64| grouped(i64::try_from(count).unwrap_or(i64::MAX));
        match self.leads {
            Some((done, of)) if done < of => format!("{} of {} leads are read so far.", told(done), told(of)),
            Some((_, of)) => format!("All {} leads are read; the figures are being computed.", told(of)),
            None => "The figures are being computed.".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Waiting;

    #[test]
    fn it_is_said_how_many_of_how_many_leads_were_read() {
        let words = |leads| Waiting { leads }.words();
        assert_eq!(words(Some((240_000, 1_000_000))), "240,000 of 1,000,000 leads are read so far.");
        assert_eq!(words(Some((5, 5))), "All 5 leads are read; the figures are being computed.");
        assert_eq!(words(None), "The figures are being computed.");
    }
}
