//! Keeps some of the disk free: where little is left, no more facts are taken, so that reading, erasing and exporting go on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// How much is kept free unless somebody says otherwise: this share of the disk, or this many bytes, whichever is more.
const PERCENT: u64 = 5;
const BYTES: u64 = 512 << 20;
/// How often the disk is asked, in microseconds: a second of facts takes far less than the reserve.
const LOOK_EVERY: i64 = 1_000_000;

/// How much of a disk is kept free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReserveSize {
    /// What is right for most: 5 %, and no less than 512 MiB.
    Usual,
    /// So many bytes; 0 keeps nothing free.
    Bytes(u64),
    /// A share of the disk, in per cent.
    Percent(u64),
}

impl ReserveSize {
    fn bytes(self, total: u64) -> u64 {
        let share = |percent: u64| (u128::from(total) * u128::from(percent) / 100) as u64;
        match self {
            ReserveSize::Usual => share(PERCENT).max(BYTES),
            ReserveSize::Bytes(bytes) => bytes,
            ReserveSize::Percent(percent) => share(percent),
        }
    }
}

/// What a disk has left, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// How much may still be written.
    pub free: u64,
    /// How large it is.
    pub total: u64,
}

/// Asks a disk how much is left; `None` where it does not say.
type Ask = Arc<dyn Fn() -> Option<Space> + Send + Sync>;

/// The reserve of a store's disk.
#[derive(Clone)]
pub struct Reserve {
    size: ReserveSize,
    ask: Ask,
    is_low: Arc<AtomicBool>,
    asked_at: Arc<AtomicI64>,
}

impl Reserve {
    /// Returns the reserve of the disk that holds a file.
    pub fn of(store: &Path, size: ReserveSize) -> Reserve {
        let folder = store.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new(".")).to_owned();
        Reserve::asking(size, Arc::new(move || space(&folder)))
    }

    /// Returns a reserve that asks somebody else how much is left.
    pub fn asking(size: ReserveSize, ask: Ask) -> Reserve {
        Reserve { size, ask, is_low: Arc::default(), asked_at: Arc::new(AtomicI64::new(i64::MIN)) }
    }

    /// Returns whether so little is left that nothing more may be taken in.
    pub fn is_low(&self, now: i64) -> bool {
        let asked_at = self.asked_at.load(Ordering::Relaxed);
        // A clock that went back must not stop this.
        if asked_at == i64::MIN || !(0..LOOK_EVERY).contains(&now.saturating_sub(asked_at)) {
            self.asked_at.store(now, Ordering::Relaxed);
            let is_low = (self.ask)().is_some_and(|space| space.free < self.size.bytes(space.total));
            self.is_low.store(is_low, Ordering::Relaxed);
        }
        self.is_low.load(Ordering::Relaxed)
    }
}

impl Reserve {
    /// Returns what is left, and how much of it is kept free; `None` where the disk does not say.
    pub(crate) fn space(&self) -> Option<(Space, u64)> {
        (self.ask)().map(|space| (space, self.size.bytes(space.total)))
    }
}

impl Default for Reserve {
    /// Returns a reserve of nothing, for a store that is on no disk of ours.
    fn default() -> Self {
        Reserve::asking(ReserveSize::Bytes(0), Arc::new(|| None))
    }
}

#[cfg(unix)]
fn space(folder: &PathBuf) -> Option<Space> {
    let told = rustix::fs::statvfs(folder).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(told.f_frsize);
    // What is free for the administrator alone is not free for us.
    Some(Space { free: bytes(told.f_bavail), total: bytes(told.f_blocks) })
}

#[cfg(not(unix))]
fn space(_: &PathBuf) -> Option<Space> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU64;

    #[test]
    fn sto_05_the_reserve_is_a_share_and_no_less_than_half_a_gibibyte() {
        assert_eq!(ReserveSize::Usual.bytes(1 << 30), 512 << 20);
        assert_eq!(ReserveSize::Usual.bytes(100 << 30), 5 << 30);
        assert_eq!(ReserveSize::Percent(10).bytes(u64::MAX), u64::MAX / 10);
        assert_eq!(ReserveSize::Bytes(7).bytes(1 << 30), 7);
    }

    #[test]
    fn sto_05_a_disk_that_has_room_again_is_noticed_within_a_second() {
        let free = Arc::new(AtomicU64::new(1 << 30));
        let told = free.clone();
        let ask = Arc::new(move || Some(Space { free: told.load(Ordering::Relaxed), total: 10 << 30 }));
        let reserve = Reserve::asking(ReserveSize::Usual, ask);
        assert!(!reserve.is_low(0));
        free.store(1, Ordering::Relaxed);
        assert!(!reserve.is_low(LOOK_EVERY - 1), "the disk was asked too often");
        assert!(reserve.is_low(LOOK_EVERY));
        free.store(1 << 30, Ordering::Relaxed);
        assert!(!reserve.is_low(2 * LOOK_EVERY));
        free.store(1, Ordering::Relaxed);
        assert!(reserve.is_low(0), "the clock went back");
    }

    #[cfg(unix)]
    #[test]
    fn the_disk_of_a_store_tells_its_space() {
        let space = space(&std::env::temp_dir()).unwrap();
        assert!(space.total > 0 && space.free <= space.total, "{space:?}");
    }
}
