//! A disk: what is on it for certain, and what was written since and may be lost.

use crate::locks::{Holder, Level, Locks, Slot};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;
/// How many locks there are in shared memory: SQLite's `SQLITE_SHM_NLOCK`.
const SLOTS: usize = 8;

/// What a call does, so that it can fail in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Open,
    Read,
    Write,
    Truncate,
    Sync,
    Size,
    Delete,
    Access,
}

/// Why a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The call itself.
    Failed,
    /// There is no room.
    Full,
}

/// Which region of shared memory is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Region {
    pub(crate) place: usize,
    /// In bytes.
    pub(crate) size: usize,
    /// Whether it is made where it is not there.
    pub(crate) extend: bool,
}

/// What is wanted of locks in shared memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Shared,
    Exclusive,
    Free,
}

#[derive(Default)]
pub(crate) struct Disk {
    pub(crate) calls: u64,
    pub(crate) off_at: Option<u64>,
    pub(crate) fail_at: Option<u64>,
    /// The file whose next sync fails.
    pub(crate) fail_sync_of: Option<String>,
    pub(crate) has_failed: bool,
    pub(crate) has_failed_to_sync: bool,
    pub(crate) is_full: bool,
    files: HashMap<String, File>,
    /// Memory that connections to one file share. It is gone when the power is.
    shared: HashMap<String, Shared>,
    locks: HashMap<String, Locks>,
    holders: Holder,
}

#[derive(Default)]
struct Shared {
    regions: Vec<Box<[u8]>>,
    /// Who has pointers into the regions.
    mapped_by: HashSet<Holder>,
    slots: [Slot; SLOTS],
}

#[derive(Default)]
struct File {
    /// What is there after a power cut, whatever else is.
    durable: Vec<u8>,
    /// What readers see.
    current: Vec<u8>,
    /// What was done since the last sync.
    pending: Vec<Change>,
}

enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

impl Disk {
    /// Counts a call; says how it fails, if it does.
    pub(crate) fn call(&mut self, call: Call) -> Result<(), Fault> {
        self.calls += 1;
        let is_off = self.off_at.is_some_and(|at| self.calls >= at);
        if is_off || self.fail_at == Some(self.calls) {
            self.has_failed = true;
            self.has_failed_to_sync |= call == Call::Sync;
            return Err(Fault::Failed);
        }
        if self.is_full && call == Call::Write {
            return Err(Fault::Full);
        }
        Ok(())
    }

    pub(crate) fn exists(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    pub(crate) fn open(&mut self, name: &str) {
        self.files.entry(name.to_owned()).or_default();
    }

    pub(crate) fn delete(&mut self, name: &str) -> bool {
        self.files.remove(name).is_some()
    }

    pub(crate) fn size(&self, name: &str) -> usize {
        self.files.get(name).map_or(0, |file| file.current.len())
    }

    /// Reads; what is beyond the end is zero. Returns whether all of it was there.
    pub(crate) fn read(&self, name: &str, offset: usize, into: &mut [u8]) -> bool {
        let rest = self.files.get(name).and_then(|file| file.current.get(offset..)).unwrap_or_default();
        into.fill(0);
        into.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        rest.len() >= into.len()
    }

    pub(crate) fn write(&mut self, name: &str, offset: usize, bytes: &[u8]) {
        let Some(file) = self.files.get_mut(name) else { return };
        put(&mut file.current, offset, bytes);
        file.pending.push(Change::Write(offset, bytes.to_vec()));
    }

    pub(crate) fn truncate(&mut self, name: &str, size: usize) {
        let Some(file) = self.files.get_mut(name) else { return };
        file.current.resize(size, 0);
        file.pending.push(Change::Truncate(size));
    }

    /// Brings a file to the disk; returns whether it is there.
    pub(crate) fn sync(&mut self, name: &str) -> Result<(), Fault> {
        if self.fail_sync_of.take_if(|of| of == name).is_some() {
            (self.has_failed, self.has_failed_to_sync) = (true, true);
            return Err(Fault::Failed);
        }
        let Some(file) = self.files.get_mut(name) else { return Ok(()) };
        file.durable.clone_from(&file.current);
        file.pending.clear();
        Ok(())
    }

    /// Returns a number for a file that is opened.
    pub(crate) fn holder(&mut self) -> Holder {
        self.holders += 1;
        self.holders
    }

    pub(crate) fn locks(&mut self, name: &str) -> &mut Locks {
        self.locks.entry(name.to_owned()).or_default()
    }

    /// Raises what somebody has of a file; returns whether nobody is in the way.
    pub(crate) fn lock(&mut self, name: &str, holder: Holder, level: Level) -> bool {
        self.locks(name).raise(holder, level)
    }

    /// Returns a region of shared memory, a new one where it is asked for. It stays where it is until who asked lets go.
    pub(crate) fn region(&mut self, name: &str, holder: Holder, at: Region) -> Option<*mut u8> {
        let shared = self.shared.entry(name.to_owned()).or_default();
        shared.mapped_by.insert(holder);
        while at.extend && shared.regions.len() <= at.place {
            shared.regions.push(vec![0; at.size].into_boxed_slice());
        }
        shared.regions.get_mut(at.place).map(|region| region.as_mut_ptr())
    }

    /// Takes or frees locks in shared memory; returns whether nobody is in the way.
    pub(crate) fn lock_slots(&mut self, name: &str, holder: Holder, slots: Range<usize>, wish: Wish) -> bool {
        let shared = self.shared.entry(name.to_owned()).or_default();
        let Some(slots) = shared.slots.get_mut(slots) else { return false };
        let is_exclusive = wish == Wish::Exclusive;
        match wish {
            Wish::Free => slots.iter_mut().for_each(|slot| slot.free(holder)),
            _ if !slots.iter().all(|slot| slot.is_free(holder, is_exclusive)) => return false,
            _ => slots.iter_mut().for_each(|slot| slot.take(holder, is_exclusive)),
        }
        true
    }

    /// Lets go of shared memory. The last one to do so takes it away.
    pub(crate) fn unmap(&mut self, name: &str, holder: Holder) {
        let Some(shared) = self.shared.get_mut(name) else { return };
        shared.mapped_by.remove(&holder);
        shared.slots.iter_mut().for_each(|slot| slot.free(holder));
        if shared.mapped_by.is_empty() {
            self.shared.remove(name);
        }
    }

    pub(crate) fn heal(&mut self) {
        (self.off_at, self.fail_at, self.fail_sync_of, self.is_full) = (None, None, None, false);
        (self.has_failed, self.has_failed_to_sync) = (false, false);
    }

    pub(crate) fn restart(&mut self, seed: u64) {
        self.heal();
        self.shared.retain(|_, shared| !shared.mapped_by.is_empty());
        let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let mut names: Vec<String> = self.files.keys().cloned().collect();
        names.sort_unstable();
        for name in names {
            let Some(file) = self.files.get_mut(&name) else { continue };
            for change in std::mem::take(&mut file.pending) {
                match (change, chance.below(4)) {
                    (_, 0) => {}
                    (Change::Truncate(size), _) => file.durable.resize(size, 0),
                    (Change::Write(offset, bytes), 1) => {
                        // Torn: some of its sectors.
                        for (number, sector) in bytes.chunks(SECTOR).enumerate() {
                            if chance.below(2) == 0 {
                                put(&mut file.durable, offset + number * SECTOR, sector);
                            }
                        }
                    }
                    (Change::Write(offset, bytes), _) => put(&mut file.durable, offset, &bytes),
                }
            }
            file.current.clone_from(&file.durable);
        }
    }
}

fn put(content: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content.iter_mut().skip(offset).zip(bytes).for_each(|(to, from)| *to = *from);
}

/// A small generator: a seed gives the same cuts on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at what cannot be")]
mod tests {
    use super::*;

    #[test]
    fn what_was_synced_stays_and_the_rest_may_go() {
        let mut lost = 0;
        for seed in 0..100 {
            let mut disk = Disk::default();
            disk.open("a");
            disk.write("a", 0, b"synced");
            disk.sync("a").unwrap();
            disk.write("a", 600, b"later");
            disk.restart(seed);
            let mut bytes = [0; 6];
            assert!(disk.read("a", 0, &mut bytes));
            assert_eq!(&bytes, b"synced");
            lost += u64::from(disk.size("a") == 6);
        }
        assert!((10..90).contains(&lost), "{lost}");
    }
}
