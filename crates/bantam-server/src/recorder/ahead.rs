//! Reads what the log has of the next leads on a thread of its own, while those before them are decided anew.

use bantam_core::{CoreError, Desk, ReadAhead, Reading};
use bantam_store::{Reader, Store};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often what was read may wait to be used: some megabytes each.
const WAITING_MAX: usize = 2;
/// How long the recorder waits for what is being read. Then it looks whether facts have come.
const PATIENCE: Duration = Duration::from_millis(20);

/// What is read ahead of a desk.
#[derive(Default)]
pub(super) enum Ahead {
    /// Nothing: no lead is decided anew.
    #[default]
    Idle,
    /// The next leads.
    Reading(Thread),
    /// Nothing, since that failed: the desk reads what it needs itself, which takes longer.
    Off,
}

pub(super) struct Thread {
    read: Option<Receiver<ReadAhead>>,
    thread: Option<JoinHandle<()>>,
}

impl Ahead {
    /// Gives a desk what was read for it; returns whether it may go on with the next leads.
    pub(super) fn serve(&mut self, desk: &mut Desk, store: &Store) -> bool {
        let Ahead::Reading(Thread { read: Some(read), .. }) = self else {
            return self.begin(desk, store);
        };
        match read.recv_timeout(PATIENCE) {
            Ok(read) => {
                if !desk.keep_ahead(read) {
                    // The desk went another way: it was opened anew, or another definition became active.
                    *self = Ahead::Idle;
                }
                true
            }
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => {
                *self = Ahead::Off;
                true
            }
        }
    }

    fn begin(&mut self, desk: &Desk, store: &Store) -> bool {
        if let (Ahead::Idle, Some(reading)) = (&self, desk.reading()) {
            *self = Thread::start(reading, store).map_or(Ahead::Off, Ahead::Reading);
            return matches!(self, Ahead::Off);
        }
        true
    }
}

impl Thread {
    fn start(mut reading: Reading, store: &Store) -> Option<Thread> {
        let mut reader = store.reader().ok()??;
        let (sender, read) = sync_channel(WAITING_MAX);
        let run = move || {
            while let Ok(Some(ahead)) = next(&mut reader, &mut reading) {
                if sender.send(ahead).is_err() {
                    break;
                }
            }
        };
        let thread = std::thread::Builder::new().name("reading ahead".into()).spawn(run).ok()?;
        Some(Thread { read: Some(read), thread: Some(thread) })
    }
}

fn next(reader: &mut Reader, reading: &mut Reading) -> Result<Option<ReadAhead>, CoreError> {
    reader.read(|ledger| reading.next(ledger))
}

impl Drop for Thread {
    fn drop(&mut self) {
        // Nobody takes what it reads any more, so it ends with what it is at. It must not hold a snapshot for longer.
        self.read = None;
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
