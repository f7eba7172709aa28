//! How many leads stand where: counted once for all who look, and kept for some seconds.

use crate::app::App;
use crate::web::words::grouped;
use bantam_lang::meaning::{Band, Meaning};
use bantam_store::LeadCount;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// For how long counts are shown as they are.
const FRESH: Duration = Duration::from_secs(5);
/// For how long they are shown while they are counted anew.
const USABLE: Duration = Duration::from_secs(60);
/// How long a page waits for them; a million leads take longer than anybody should wait.
const PATIENCE: Duration = Duration::from_millis(120);
/// How many steps of colour a cell may have beside none.
const STEPS: u32 = 5;

/// What was counted, and when.
type Counted = (Instant, Arc<Vec<LeadCount>>);

/// The counts of a service.
#[derive(Clone, Default)]
pub(crate) struct Counts {
    known: Arc<Mutex<Option<Counted>>>,
    is_counting: Arc<AtomicBool>,
}

impl Counts {
    /// Returns how many leads stand where; none where that is still being counted.
    pub(crate) async fn get(&self, app: &App) -> Option<Arc<Vec<LeadCount>>> {
        if let Some(fresh) = self.known(FRESH) {
            return Some(fresh);
        }
        let counting = (!self.is_counting.swap(true, Ordering::AcqRel)).then(|| {
            let (app, counts) = (app.clone(), self.clone());
            tokio::spawn(async move { counts.count(&app).await })
        });
        if let Some(usable) = self.known(USABLE) {
            return Some(usable);
        }
        match counting {
            Some(counting) => drop(tokio::time::timeout(PATIENCE, counting).await),
            None => tokio::time::sleep(PATIENCE).await,
        }
        self.known(USABLE)
    }

    async fn count(&self, app: &App) {
        if let Ok(counted) = app.read(|reader| Ok(reader.read(|ledger| ledger.lead_counts())?)).await {
            *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), Arc::new(counted)));
        }
        self.is_counting.store(false, Ordering::Release);
    }

    fn known(&self, age: Duration) -> Option<Arc<Vec<LeadCount>>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|(at, _)| at.elapsed() < age).map(|(_, counts)| counts.clone())
    }
}

/// Returns how many leads there are for which something is true.
pub(super) fn sum(counts: &[LeadCount], is_meant: impl Fn(&LeadCount) -> bool) -> i64 {
    counts.iter().filter(|count| is_meant(count)).map(|count| count.count).sum()
}

/// Fit against engagement, with how many leads are in each cell.
pub(super) struct Grid {
    /// The letters of engagement; one empty one where there are none.
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<GridRow>,
}

pub(super) struct GridRow {
    pub(super) letter: String,
    pub(super) cells: Vec<Cell>,
}

/// The leads of one grade.
pub(super) struct Cell {
    pub(super) grade: String,
    pub(super) count: String,
    /// The step of colour, from 0.
    pub(super) heat: u32,
    pub(super) path: String,
    pub(super) is_chosen: bool,
}

/// Returns the grid of a definition's grades; none where it has none. `path` leads to a grade.
pub(super) fn grid(
    meaning: &Meaning,
    counts: &[LeadCount],
    chosen: Option<&str>,
    path: impl Fn(&str) -> String,
) -> Option<Grid> {
    let letters = |bands: &Option<Vec<Band>>| match bands {
        Some(bands) => bands.iter().map(|band| band.letter.clone()).collect(),
        None => vec![String::new()],
    };
    let (fits, columns): (Vec<String>, Vec<String>) =
        (letters(&meaning.grades.fit), letters(&meaning.grades.engagement));
    if meaning.grades.fit.is_none() && meaning.grades.engagement.is_none() {
        return None;
    }
    let of = |grade: &str| sum(counts, |count| count.grade.as_deref() == Some(grade));
    let most = fits.iter().flat_map(|fit| columns.iter().map(move |column| format!("{fit}{column}")));
    let most = most.map(|grade| of(&grade)).max().unwrap_or(0);
    let cell = |grade: String| {
        let count = of(&grade);
        let is_chosen = chosen == Some(grade.as_str());
        // Chosen once more it is let go.
        let path = path(if is_chosen { "" } else { &grade });
        Cell { count: grouped(count), heat: heat(count, most), path, is_chosen, grade }
    };
    let row = |letter: String| {
        let cells = columns.iter().map(|column| cell(format!("{letter}{column}"))).collect();
        GridRow { letter, cells }
    };
    let rows = fits.into_iter().map(row).collect();
    Some(Grid { columns, rows })
}

/// Returns the step of colour for a count: each stands for a multiple of the one before, so that few leads are seen beside
/// many.
fn heat(count: i64, most: i64) -> u32 {
    let bits = |count: i64| u64::try_from(count).unwrap_or(0).saturating_add(1).ilog2();
    match count {
        ..=0 => 0,
        _ => (1 + bits(count) * (STEPS - 1) / bits(most).max(1)).min(STEPS),
    }
}

#[cfg(test)]
mod tests {
    use super::heat;

    #[test]
    fn cells_are_coloured_by_how_many_times_as_many_there_are() {
        assert_eq!([0, 1, 10, 100, 1_000, 10_000].map(|count| heat(count, 10_000)), [0, 1, 1, 2, 3, 5]);
        assert_eq!([heat(1, 1), heat(0, 0)], [5, 0]);
    }
}
