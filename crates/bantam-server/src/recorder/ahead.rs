//! Reads what the log has of the next leads on a thread of its own, while those before them are decided anew.
//!
//! One snapshot after the other would never let the database empty its own log, and nothing more could be taken. So the
//! thread reads when it is asked, and is not asked while that log is long.

use bantam_core::{CoreError, Desk, ReadAhead, Reading};
use bantam_store::{Reader, Store};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

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
    /// Asks for the next leads.
    wishes: Option<Sender<()>>,
    read: Receiver<ReadAhead>,
    /// Whether they are asked for, and not taken yet.
    is_asked: bool,
    thread: Option<JoinHandle<()>>,
}

impl Ahead {
    /// Gives a desk what was read for it; returns whether it may go on with the next leads.
    pub(super) fn serve(&mut self, desk: &mut Desk, store: &Store) -> bool {
        let Ahead::Reading(thread) = self else {
            return self.begin(desk, store);
        };
        if !thread.is_asked {
            // What keeps it from being emptied now is no reader of ours, and is told elsewhere.
            let _ = store.empty_log();
            thread.ask();
        }
        match thread.read.recv_timeout(PATIENCE) {
            Ok(read) => {
                thread.is_asked = false;
                if !store.has_long_log() {
                    thread.ask();
                }
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
        let (sender, read) = channel();
        let (wishes, wished) = channel();
        let run = move || {
            while wished.recv().is_ok()
                && let Ok(Some(ahead)) = next(&mut reader, &mut reading)
                && sender.send(ahead).is_ok()
            {}
        };
        let thread = std::thread::Builder::new().name("reading ahead".into()).spawn(run).ok()?;
        Some(Thread { wishes: Some(wishes), read, is_asked: false, thread: Some(thread) })
    }

    fn ask(&mut self) {
        // Where the thread is gone, that is found out by waiting for what it reads.
        let _ = self.wishes.as_ref().map(|wishes| wishes.send(()));
        self.is_asked = true;
    }
}

fn next(reader: &mut Reader, reading: &mut Reading) -> Result<Option<ReadAhead>, CoreError> {
    reader.read(|ledger| reading.next(ledger))
}

impl Drop for Thread {
    fn drop(&mut self) {
        // Nobody asks any more, so it ends with what it is at. It must not hold a snapshot for longer.
        self.wishes = None;
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
