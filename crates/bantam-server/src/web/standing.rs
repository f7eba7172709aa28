//! What every page says about the definition that decides: that it runs unsigned, that its review is due.
//!
//! What was read is at hand for a second, so that a page costs no more than before.

use crate::api::shown::active_rules;
use crate::app::App;
use crate::problem::Problem;
use bantam_core::definitions::{Team, Version};
use bantam_store::Ledger;
use std::sync::{Arc, Mutex, PoisonError};

const SECOND: i64 = 1_000_000;
/// How old what is at hand may be, in microseconds.
const AGE_MAX: i64 = SECOND;

/// How it stands with the definition that decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The teams that have not signed it; both where it runs from a file.
    pub(crate) missing: Vec<Team>,
    /// When the teams agreed to look at it again, in microseconds; `None` where that is not yet, or was not agreed on.
    pub(crate) review_due: Option<i64>,
}

/// How it stood when it was looked at last.
#[derive(Default)]
pub(crate) struct AtHand(Mutex<Known>);

#[derive(Default)]
struct Known {
    read_at: Option<i64>,
    standing: Arc<Standing>,
    /// How often the definition with a fingerprint asks for a review, in seconds: it takes reading all of it.
    every: Option<(String, Option<i64>)>,
}

impl App {
    /// Returns how it stands with the definition that decides, as of a second ago at most.
    pub(crate) async fn standing(&self) -> Arc<Standing> {
        let now = self.now();
        let every = {
            let known = self.standing_at_hand().0.lock().unwrap_or_else(PoisonError::into_inner);
            if known.read_at.is_some_and(|read_at| (0..AGE_MAX).contains(&now.saturating_sub(read_at))) {
                return known.standing.clone();
            }
            known.every.clone()
        };
        let read = self.read(move |reader| reader.read(|ledger| read(ledger, every, now))).await;
        let mut known = self.standing_at_hand().0.lock().unwrap_or_else(PoisonError::into_inner);
        // A page that cannot be read says so itself.
        if let Ok((standing, every)) = read {
            known.standing = Arc::new(standing);
            (known.every, known.read_at) = (every, Some(now));
        }
        known.standing.clone()
    }
}

type Every = Option<(String, Option<i64>)>;

fn read(ledger: &mut dyn Ledger, every: Every, now: i64) -> Result<(Standing, Every), Problem> {
    let Some(active) = ledger.setting("active")? else { return Ok((Standing::default(), None)) };
    let fingerprint = String::from_utf8_lossy(&active).into_owned();
    let version = Version::read(ledger, &fingerprint)?;
    let every = match every.filter(|(known, _)| *known == fingerprint) {
        Some(known) => Some(known),
        None => active_rules(ledger)?.map(|rules| (fingerprint, rules.meaning.review_every_seconds)),
    };
    let missing = version.as_ref().map_or_else(|| Team::ALL.to_vec(), Version::missing);
    let begun = version.and_then(|version| version.activated_at);
    let review_due = begun.zip(every.as_ref().and_then(|(_, every)| *every));
    let review_due = review_due.map(|(begun, every)| begun.saturating_add(every.saturating_mul(SECOND)));
    Ok((Standing { missing, review_due: review_due.filter(|due| *due <= now) }, every))
}
