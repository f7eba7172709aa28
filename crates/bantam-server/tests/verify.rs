//! Stores that are damaged in one way or another: what verification and audit say of each.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

use bantam_core::assignment::{Member, Team};
use bantam_core::fact::{Answer, Fact, FactKind, Values};
use bantam_core::identity::tombstone;
use bantam_core::{CoreError, DefinitionText, Desk, Given, Rules, Taken};
use bantam_lang::meaning::SalesAnswer;
use bantam_server::verify::{Audit, Erased, Verification, audit, verify};
use bantam_store::HandOffFilter;
use bantam_store::sqlite::{SqliteReader, SqliteStore};
use std::path::PathBuf;
use tempfile::TempDir;

const DEFINITION: &str = r#"
bantam: 1
lead: {industry: text}
fit:
  rules:
    Industry: {by: industry, points: {Software: 10}}
engagement:
  halve_every: 7d
  rules:
    Requested a demo: {on: demo_requested, points: 60, times: 1}
stages: [Inquiry, Sales-ready: score >= 50, Accepted: accepted_by_sales]
hand_off: Sales-ready
routes: [{to: sales, respond_within: 1h}]
"#;
const HOUR: i64 = 3_600_000_000;

/// A store that is written at hours, from 1.
struct Bench {
    folder: TempDir,
    store: Option<SqliteStore>,
    desk: Desk,
    hour: i64,
}

impl Bench {
    fn new() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let mut store = SqliteStore::open(&folder.path().join("leads.db"), "a test").unwrap();
        let text = DefinitionText { name: "d.yaml".into(), text: DEFINITION.into(), lists: Vec::new() };
        let fingerprint = Rules::load(1, &text).unwrap().fingerprint;
        store.transaction(|ledger| ledger.keep_definition(&fingerprint, &serde_json::to_vec(&text).unwrap())).unwrap();
        let desk = store.transaction(|ledger| Desk::open(ledger)).unwrap();
        let mut bench = Bench { folder, store: Some(store), desk, hour: 0 };
        let member = |name: &str| Member { name: name.to_owned(), capacity: 1, limit: None, away: None };
        let team = Team { name: "sales".into(), members: vec![member("sam"), member("sue")] };
        bench.take(None, "team", FactKind::Team(team));
        bench.take(None, "active", FactKind::Activation { fingerprint });
        bench
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("leads.db")
    }

    fn take(&mut self, user: Option<&str>, message_id: &str, kind: FactKind) -> Taken {
        self.hour += 1;
        let now = self.hour * HOUR;
        let mut fact = Fact::of_service(message_id.to_owned(), now, "test", kind);
        fact.user = user.map(str::to_owned);
        let store = self.store.as_mut().unwrap();
        store.transaction(|ledger| self.desk.take(ledger, now, &[Given::new(fact)])).unwrap().remove(0)
    }

    /// Somebody asks for a demo, so that a hand-off opens; returns its number.
    fn demo(&mut self, user: &str) -> i64 {
        let kind = FactKind::Event { name: "demo_requested".into(), properties: Values::new() };
        match self.take(Some(user), &format!("demo-{user}"), kind) {
            Taken::Accepted { hand_off: None, .. } => {}
            other => panic!("{other:?}"),
        }
        let path = self.path();
        SqliteReader::open(&path)
            .unwrap()
            .hand_offs(&HandOffFilter { limit: 100, ..HandOffFilter::default() })
            .unwrap()
            .last()
            .unwrap()
            .id
    }

    fn accept(&mut self, hand_off: i64) {
        let answer = Answer {
            hand_off,
            answer: SalesAnswer::Accepted,
            by: "sam".into(),
            reason: None,
            amount: None,
            close_date: None,
            not_before: None,
            qualification: Values::new(),
        };
        let taken = self.take(None, &format!("accept-{hand_off}"), FactKind::Answer(answer));
        assert!(matches!(taken, Taken::Accepted { .. }), "{taken:?}");
    }

    fn alias(&mut self, previous: &str, user: &str) {
        self.take(
            Some(user),
            &format!("{previous} is {user}"),
            FactKind::Alias { previous: previous.to_owned(), by: None, reason: None },
        );
    }

    fn erase(&mut self, name: &str) {
        let store = self.store.as_mut().unwrap();
        assert!(store.transaction(|ledger| self.desk.prepare_erasure(ledger, name)).unwrap());
        let mark = tombstone(name);
        self.take(None, &format!("erase-{mark}"), FactKind::Erasure { tombstone: mark, by: "ann".into() });
    }

    /// A store with three leads, two of which were handed off, one of which was taken.
    fn filled() -> Bench {
        let mut bench = Bench::new();
        let first = bench.demo("ann");
        bench.demo("ben");
        bench.accept(first);
        bench.take(Some("cem"), "p", FactKind::Profile { traits: Values::new(), links: false });
        bench
    }

    /// Lets go of the store and changes it as nobody should.
    fn damage(mut self, sql: &str) -> Bench {
        drop(self.store.take());
        rusqlite::Connection::open(self.path()).unwrap().execute_batch(sql).unwrap();
        self
    }

    fn verify(&self) -> Verification {
        let mut reader = SqliteReader::open_checked(&self.path()).unwrap();
        reader.inspect(|source| verify(source, Some(":memory:".as_ref()), &mut |_, _, _| {})).unwrap()
    }

    fn audit(&self) -> Audit {
        let mut reader = SqliteReader::open_checked(&self.path()).unwrap();
        let audited = reader.inspect(|source| {
            let erased = Erased::of(source, &mut |_, _, _| {})?;
            audit(source, &erased, &mut |_, _, _| {})
        });
        audited.map_err(|error: CoreError| error.to_string()).unwrap()
    }

    fn finds(&self, expected: &[&str]) {
        let found = self.verify().findings;
        assert_eq!(found.lines, expected);
    }
}

#[test]
fn run_04_nothing_is_found_where_nothing_is_wrong() {
    let bench = Bench::filled();
    let verification = bench.verify();
    assert_eq!(verification.findings.lines, [""; 0]);
    let counted = verification.counted;
    assert_eq!([counted.facts, counted.leads, counted.decisions, counted.hand_offs], [6, 3, 4, 2], "{counted:?}");
    let comparison = verification.comparison.unwrap();
    assert_eq!([comparison.leads, comparison.left_out], [3, 0]);
    let audit = bench.audit();
    assert_eq!([audit.confirmed, audit.differing, audit.left_out], [4, 0, 0]);
}

#[test]
fn sto_07_a_damaged_record_is_named_with_its_number_and_lead() {
    let damaged = "is damaged: its checksum does not match";
    let bench = Bench::filled().damage("update fact set body = x'7b7d' where seq = 3");
    bench.finds(&[&format!("fact 3 about `ann` {damaged}")]);
    assert_eq!(bench.verify().comparison, None);
    let bench =
        Bench::filled().damage("update lead set score = 99 where id = 1; update decision set at = 5 where id = 2");
    bench.finds(&[&format!("lead 1 (`ann`) {damaged}"), &format!("decision 2 about `ben` {damaged}")]);
}

#[test]
fn run_04_gaps_keys_and_causes_are_checked() {
    Bench::filled()
        .damage("delete from fact where seq = 4")
        .finds(&["fact 4 is missing", "a message key names fact 4, which is not there"]);
    Bench::filled()
        .damage("delete from message where seq = 4")
        .finds(&["fact 4 is not found by its message id", "fact 4 has no message key"]);
    Bench::filled()
        .damage("insert into retraction values (4, 6)")
        .finds(&["fact 4 does not count, though fact 6 does not retract it"]);
    Bench::filled()
        .damage("update subject set name = 'eve' where name = 'cem'")
        .finds(&["fact 6 is not about who it says", "lead 3 does not go by the id of its subject"]);
    Bench::filled().damage("delete from outbox where kind = 'lead.stage_changed' and subject = 3").finds(&[
        "a decision about `cem` has no message in the outbox",
        "a message `lead.stage_changed` about `cem` follows from the log, and is not there",
    ]);
    Bench::filled()
        .damage("update hand_off set owner = 'eve' where id = 2")
        .finds(&["hand-off 2 of `ben` is listed as something else than it is"]);
}

#[test]
fn run_04_replay_names_what_does_not_follow() {
    let lead = "update lead set due_at = due_at + 40 * 86400000000 where id = 2";
    Bench::filled().damage(lead).finds(&["lead `ben`: it is not looked at when time changes something"]);
    Bench::filled()
        .damage("delete from lead where id = 3")
        .finds(&["lead `cem`: it follows from the log, and is not there"]);
    Bench::filled()
        .damage("delete from hand_off where id = 2")
        .finds(&["`ben` has 0 of 1 hand-offs that follow from the log"]);
    Bench::filled()
        .damage("update setting set value = x'7b7d' where key = 'turns:sales'")
        .finds(&["the setting `turns:sales` does not follow from the log"]);
}

#[test]
fn an_audit_names_the_first_decision_that_does_not_follow() {
    let mut bench = Bench::filled();
    let forged = {
        let store = bench.store.as_mut().unwrap();
        store
            .transaction(|ledger| {
                let entry = ledger.decisions_of(3)?.remove(0);
                let body = String::from_utf8(entry.body).unwrap().replace("\"score\":0", "\"score\":70");
                ledger.record_decision(3, 5 * HOUR, body.as_bytes())
            })
            .unwrap()
    };
    let audit = bench.audit();
    assert_eq!([audit.confirmed, audit.differing], [4, 1]);
    let first = audit.first.unwrap();
    assert_eq!((first.decision, first.lead.as_str(), first.as_of), (forged, "cem", bench.hour * HOUR));
    assert_eq!(first.recorded["scores"]["score"], 70);
    assert_eq!(first.follows["scores"]["score"], 0);
}

/// What erasure took cannot be derived again; everything else can, under the numbers it had.
#[test]
fn sto_12_leads_touched_by_erasure_are_left_out_and_counted() {
    let mut bench = Bench::filled();
    bench.demo("dan");
    bench.alias("zoe", "cem");
    bench.erase("ann");
    let after = bench.demo("eve");
    bench.accept(after);
    let verification = bench.verify();
    assert_eq!(verification.findings.lines, [""; 0]);
    assert_eq!(verification.comparison.unwrap().left_out, 0, "a lead that is gone was left out");
    assert!(verification.counted.erased > 0);
    bench.erase("zoe");
    let verification = bench.verify();
    assert_eq!(verification.findings.lines, [""; 0]);
    let audit = bench.audit();
    assert_eq!((audit.differing, audit.confirmed), (0, 4), "{audit:?}");
}
