//! What every store must do with people, sessions, links and the audit log.

use crate::suite::Store;
use bantam_store::{AuditFilter, AuditRow, InvitationRow, PersonRow, SessionRow};

/// Makes tests of these functions, each with a store of its own.
#[macro_export]
macro_rules! people_suite {
    ($store:expr) => {
        $crate::people_suite!($store;
            people_are_found_by_id_and_by_address, sessions_end_alone_and_together, links_go_with_their_person,
            the_audit_log_is_read_in_both_directions);
    };
    ($store:expr; $($name:ident),+) => {
        $(#[test]
        fn $name() {
            people::$name(&mut $store);
        })+
    };
}

fn person(id: &str, email: &str, version: i64) -> PersonRow {
    PersonRow { id: id.into(), email: email.into(), version, body: format!("{version}").into_bytes() }
}

/// AUT-09: an address is one person's.
pub(crate) fn people_are_found_by_id_and_by_address(store: &mut impl Store) {
    for row in [person("p1", "b@x.example", 1), person("p2", "a\0\\@x.example", 1)] {
        store.ask(|ledger| ledger.save_person(&row));
    }
    let renamed = person("p1", "c@x.example", 2);
    store.ask(|ledger| ledger.save_person(&renamed));
    assert_eq!(store.ask(|ledger| ledger.person("p1")), Some(renamed.clone()));
    assert_eq!(store.ask(|ledger| ledger.person_by_email("c@x.example")), Some(renamed));
    assert_eq!(store.ask(|ledger| ledger.person_by_email("b@x.example")), None);
    let ids: Vec<String> = store.ask(|ledger| ledger.people()).into_iter().map(|person| person.id).collect();
    assert_eq!(ids, ["p2", "p1"]);
    let twin = person("p3", "c@x.example", 1);
    assert!(store.transaction(&mut |ledger| ledger.save_person(&twin)).is_err());
}

fn session(byte: u8, person: &str, created_at: i64) -> SessionRow {
    SessionRow {
        hash: [byte; 32],
        person: person.into(),
        is_half: byte == 1,
        created_at,
        seen_at: created_at,
        address: "::1".into(),
        agent: "zero\0".into(),
    }
}

/// AUT-07, AUT-08.
pub(crate) fn sessions_end_alone_and_together(store: &mut impl Store) {
    for row in [session(1, "ann", 10), session(2, "ann", 20), session(3, "bob", 30), session(4, "bob", 40)] {
        store.ask(|ledger| ledger.add_session(&row));
    }
    store.ask(|ledger| ledger.mark_session_seen(&[1; 32], 50));
    store.ask(|ledger| ledger.mark_session_seen(&[1; 32], 45));
    assert_eq!(store.ask(|ledger| ledger.session(&[1; 32])), Some(SessionRow { seen_at: 50, ..session(1, "ann", 10) }));
    let of_ann: Vec<u8> = store.ask(|ledger| ledger.sessions_of("ann")).iter().map(|session| session.hash[0]).collect();
    assert_eq!(of_ann, [2, 1]);
    assert!(store.ask(|ledger| ledger.end_session(&[1; 32])));
    assert!(!store.ask(|ledger| ledger.end_session(&[1; 32])));
    assert_eq!(store.ask(|ledger| ledger.session(&[1; 32])), None);
    store.ask(|ledger| ledger.forget_sessions(0, 31));
    assert_eq!(store.ask(|ledger| ledger.sessions_of("ann")), []);
    assert_eq!(store.ask(|ledger| ledger.sessions_of("bob")), [session(4, "bob", 40)]);
    store.ask(|ledger| ledger.end_sessions_of("bob"));
    assert_eq!(store.ask(|ledger| ledger.sessions_of("bob")), []);
}

/// AUT-09.
pub(crate) fn links_go_with_their_person(store: &mut impl Store) {
    let link = |byte: u8, person: Option<&str>, expires_at| InvitationRow {
        hash: [byte; 32],
        kind: "reset".into(),
        person: person.map(str::to_owned),
        email: "ann@x.example".into(),
        created_at: 5,
        expires_at,
    };
    let rows = [link(1, Some("ann"), 10), link(2, Some("ann"), 20), link(3, Some("bob"), 20), link(4, None, 20)];
    for row in &rows {
        store.ask(|ledger| ledger.add_invitation(row));
    }
    let mut left = || [1, 2, 3, 4].map(|byte: u8| store.ask(|ledger| ledger.invitation(&[byte; 32])).is_some());
    assert_eq!(left(), [true; 4]);
    store.ask(|ledger| ledger.forget_invitations(10));
    let found = store.ask(|ledger| ledger.invitation(&[2; 32]));
    assert_eq!(found, Some(rows[1].clone()));
    store.ask(|ledger| ledger.save_person(&person("ann", "ann@x.example", 1)));
    store.ask(|ledger| ledger.remove_person("ann"));
    store.ask(|ledger| ledger.remove_invitations_of(None));
    let left = [1, 2, 3, 4].map(|byte: u8| store.ask(|ledger| ledger.invitation(&[byte; 32])).is_some());
    assert_eq!(left, [false, false, true, false]);
}

/// AUT-12.
pub(crate) fn the_audit_log_is_read_in_both_directions(store: &mut impl Store) {
    let entry = |id: i64| AuditRow {
        id,
        at: id * 10,
        actor: if id % 2 == 0 { "person:ann" } else { "console" }.into(),
        action: if id > 3 { "people.invited" } else { "people.disabled" }.into(),
        object: "person:bob".into(),
        body: b"{}".to_vec(),
        hash: [id as u8; 32],
    };
    for id in 1..=5 {
        store.ask(|ledger| ledger.append_audit(&entry(id)));
    }
    assert!(store.transaction(&mut |ledger| ledger.append_audit(&entry(5))).is_err());
    assert_eq!(store.ask(|ledger| ledger.audit_after(3, 9)), [entry(4), entry(5)]);
    let mut ids = |filter: AuditFilter, before, limit| -> Vec<i64> {
        let found = store.ask(|ledger| ledger.audit_before(&filter, before, limit));
        found.iter().map(|entry| entry.id).collect()
    };
    let by_ann = AuditFilter { actor: Some("person:ann".into()), ..AuditFilter::default() };
    assert_eq!(ids(AuditFilter::default(), i64::MAX, 2), [5, 4]);
    assert_eq!(ids(by_ann.clone(), i64::MAX, 9), [4, 2]);
    assert_eq!(ids(AuditFilter { action: Some("people.invited".into()), ..by_ann.clone() }, 5, 9), [4]);
    assert_eq!(ids(AuditFilter { object: Some("person:eve".into()), ..by_ann }, 5, 9), []);
}
