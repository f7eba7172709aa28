//! Reads the pieces of a file on all cores, and settles what they hold in the order in which they stand.

use super::report::InputError;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Pieces read ahead of one that is not ready yet.
struct Settling<R, S> {
    /// Number of the piece that is settled next.
    next: usize,
    ready: BTreeMap<usize, Result<R, InputError>>,
    settle: S,
    failure: Option<InputError>,
}

/// Takes pieces one by one, hands each to `read` on any core, and what that returns to `settle`, in the order of pieces.
///
/// As many pieces are in memory as there are cores, and those that wait for an earlier one. Of several errors the first in
/// the order of pieces is returned; nothing after it is settled.
pub(super) fn read_pieces<P: Send, R: Send>(
    pieces: impl Iterator<Item = Result<P, InputError>> + Send,
    read: impl Fn(P) -> Result<R, InputError> + Sync,
    settle: impl FnMut(R) -> Result<(), InputError> + Send,
) -> Result<(), InputError> {
    let pieces = Mutex::new((pieces.enumerate(), true));
    let settling = Mutex::new(Settling { next: 0, ready: BTreeMap::new(), settle, failure: None });
    let next_piece = || {
        let mut pieces = lock(&pieces);
        if pieces.1 { pieces.0.next() } else { None }
    };
    let work = || {
        while let Some((number, piece)) = next_piece() {
            let done = piece.and_then(&read);
            let mut settling = lock(&settling);
            settling.ready.insert(number, done);
            if !settling.settle_ready() {
                lock(&pieces).1 = false;
            }
        }
    };
    (0..rayon::current_num_threads()).into_par_iter().with_max_len(1).for_each(|_| work());
    let settling = settling.into_inner().unwrap_or_else(PoisonError::into_inner);
    settling.failure.map_or(Ok(()), Err)
}

impl<R, S: FnMut(R) -> Result<(), InputError>> Settling<R, S> {
    /// Settles what can be; returns whether there was no error so far.
    fn settle_ready(&mut self) -> bool {
        while self.failure.is_none() {
            let Some(done) = self.ready.remove(&self.next) else { break };
            self.next += 1;
            if let Err(error) = done.and_then(&mut self.settle) {
                self.failure = Some(error);
                self.ready.clear();
            }
        }
        self.failure.is_none()
    }
}

/// A lock is poisoned by a panic, and that panic goes on through rayon: what it left is not used.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(file: usize) -> InputError {
        InputError::Header { file: file.to_string(), problem: String::new(), help: None }
    }

    #[test]
    fn pieces_settle_in_their_order() {
        let mut settled = Vec::new();
        let read = |piece: usize| {
            // The first pieces take longest.
            std::thread::sleep(std::time::Duration::from_millis(if piece < 3 { 5 } else { 0 }));
            Ok(piece * 2)
        };
        read_pieces((0..50).map(Ok), read, |piece| {
            settled.push(piece);
            Ok(())
        })
        .unwrap();
        assert_eq!(settled, (0..100).step_by(2).collect::<Vec<_>>());
    }

    #[test]
    fn the_first_error_in_order_is_returned_and_nothing_after_it_settles() {
        let mut settled = Vec::new();
        let read = |piece: usize| {
            std::thread::sleep(std::time::Duration::from_millis(if piece == 4 { 5 } else { 0 }));
            if piece >= 4 { Err(failed(piece)) } else { Ok(piece) }
        };
        let error = read_pieces((0..50).map(Ok), read, |piece| {
            settled.push(piece);
            Ok(())
        });
        assert_eq!((settled, error.unwrap_err().to_string()), (vec![0, 1, 2, 3], failed(4).to_string()));
    }
}
