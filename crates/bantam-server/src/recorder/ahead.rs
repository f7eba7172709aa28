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
    ///
    /// # Errors
    /// Returns why the database's log cannot be emptied, unless it is that somebody reads from it.
    pub(super) fn serve(&mut self, desk: &mut Desk, store: &Store) -> Result<bool, CoreError> {
        let Ahead::Reading(thread) = self else {
            return Ok(self.begin(desk, store));
        };
        if !thread.is_asked {
            store.empty_log()?;
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
                Ok(true)
            }
            Err(RecvTimeoutError::Timeout) => Ok(false),
            Err(RecvTimeoutError::Disconnected) => {
                *self = Ahead::Off;
                Ok(true)
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

#[cfg(test)]
mod tests {
    use super::*;
    use bantam_core::fact::{Fact, FactKind, Values};
    use bantam_core::{DefinitionText, Given, Rules};
    use bantam_store::sqlite::SqliteStore;
    use bantam_store::{Digest, NewFact, StoreError};

    /// More than are decided at once, twice.
    const LEADS: usize = 2_500;
    /// The database's log is long after these: some megabytes each.
    const LARGE_FACTS: u64 = 8;

    fn take(store: &mut Store, desk: &mut Desk, facts: Vec<Fact>) {
        let given: Vec<Given> = facts.into_iter().map(Given::new).collect();
        store.transaction(|ledger| desk.take(ledger, 1, &given)).unwrap();
    }

    fn activate(store: &mut Store, desk: &mut Desk, event: &str) {
        let text = format!(
            "bantam: 1\nlead: {{industry: text}}\nengagement: {{rules: {{Did: {{on: {event}, points: 60}}}}}}\n\
             stages: [Inquiry, Ready: score >= 60]\n"
        );
        let text = DefinitionText { name: "d.yaml".into(), text, lists: Vec::new() };
        let fingerprint = Rules::load(0, &text).unwrap().fingerprint;
        let draft = FactKind::Draft { fingerprint: fingerprint.clone(), text, by: "ann".into() };
        for kind in [draft, FactKind::Activation { fingerprint }] {
            take(store, desk, vec![Fact::of_service(format!("{event}-{kind:?}"), 1, "test", kind)]);
        }
    }

    fn renew(store: &mut Store, desk: &mut Desk) {
        let fact = desk.next_renewal(1).unwrap();
        take(store, desk, vec![fact]);
    }

    fn append(store: &mut Store, number: u64) -> Result<(), StoreError> {
        let (message, body) = (Digest::of(&number.to_le_bytes()), vec![7; 4 << 20]);
        let fact = NewFact { message, digest: message, subject: None, received_at: 1, happened_at: 1, body: &body };
        store.transaction(|ledger| ledger.append_fact(&fact).map(drop))
    }

    fn is_asked(ahead: &Ahead) -> bool {
        matches!(ahead, Ahead::Reading(Thread { is_asked: true, .. }))
    }

    #[test]
    fn sto_08_the_next_leads_are_not_read_while_the_log_of_the_database_is_long() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::Sqlite(SqliteStore::open(&folder.path().join("leads.db"), "a test").unwrap());
        let mut desk = store.transaction(|ledger| Desk::open(ledger)).unwrap();
        activate(&mut store, &mut desk, "clicked");
        while desk.renewal().is_some() {
            renew(&mut store, &mut desk);
        }
        let event = |number| {
            let kind = FactKind::Event { name: "bought".into(), properties: Values::new() };
            let fact = Fact::of_service(format!("m{number}"), 1, "test", kind);
            Fact { user: Some(format!("u{number}")), ..fact }
        };
        take(&mut store, &mut desk, (0..LEADS).map(event).collect());
        // It listens to what the one before did not: leads are made from the log.
        activate(&mut store, &mut desk, "bought");

        let mut ahead = Ahead::default();
        while !ahead.serve(&mut desk, &store).unwrap() {}
        assert!(is_asked(&ahead), "the next are read while these are decided");
        renew(&mut store, &mut desk);
        // Somebody else reads meanwhile, so the log cannot be begun anew.
        let mut reader = store.reader().unwrap().unwrap();
        let appended = reader.read(|ledger| {
            ledger.last_fact()?;
            (0..LARGE_FACTS).try_for_each(|number| append(&mut store, number))
        });
        appended.unwrap();
        assert!(store.has_long_log());
        while !ahead.serve(&mut desk, &store).unwrap() {}
        assert!(!is_asked(&ahead), "nobody reads, so the log can be emptied");
        renew(&mut store, &mut desk);
        while !ahead.serve(&mut desk, &store).unwrap() {}
        assert!(!store.has_long_log(), "it was emptied before more was read");
        while desk.renewal().is_some() {
            renew(&mut store, &mut desk);
        }
        let counts = store.transaction(|ledger| ledger.lead_counts()).unwrap();
        let ready = counts.iter().filter(|count| count.stage.as_deref() == Some("Ready"));
        assert_eq!(ready.map(|count| count.count).sum::<i64>(), LEADS as i64);
    }
}
