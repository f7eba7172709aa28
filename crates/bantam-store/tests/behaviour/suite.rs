//! The suite, as functions of a store; `behaviour_suite!` makes them tests.

use bantam_store::{
    ApiKeyRow, Appended, DeliveryRow, DeliveryState, Digest, Edge, EdgeKind, EndpointRow, HandOffRow, LeadCount,
    LeadRow, Ledger, NewFact, QuarantineFilter, Refused, StoreError, SubjectKind,
};

/// A store under test.
pub(crate) trait Store {
    fn transaction(
        &mut self,
        work: &mut dyn FnMut(&mut dyn Ledger) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    fn ask<T>(&mut self, mut work: impl FnMut(&mut dyn Ledger) -> Result<T, StoreError>) -> T {
        let mut answer = None;
        self.transaction(&mut |ledger| work(ledger).map(|found| answer = Some(found))).unwrap();
        answer.unwrap()
    }
}

/// Makes tests of the suite's functions, each with a store of its own.
#[macro_export]
macro_rules! behaviour_suite {
    ($store:expr) => {
        $crate::behaviour_suite!($store;
            a_message_is_appended_once, facts_come_back_in_order, what_fails_leaves_nothing,
            subjects_are_made_once, edges_count_until_they_are_retracted, leads_are_due_in_order,
            a_blanked_decision_keeps_its_place,
            hand_offs_in_progress_are_counted, erasing_leaves_numbers_alone,
            endpoints_are_kept_by_their_identity, the_first_of_a_lane_is_due, parked_deliveries_let_others_pass,
            what_was_sent_is_removed_in_the_end, erasing_takes_messages_along,
            keys_are_revoked_once_and_keep_their_numbers, what_was_refused_is_found_again,
            settings_are_found_by_how_they_begin, facts_about_nobody_are_found_apart, the_latest_facts_come_first,
            leads_are_counted_by_where_they_stand, merges_are_found_among_links,
            facts_of_leads_come_lead_by_lead);
    };
    ($store:expr; $($name:ident),+) => {
        $(#[test]
        fn $name() {
            suite::$name(&mut $store);
        })+
    };
}

fn fact<'a>(message: &str, content: &'a str, subject: Option<i64>) -> NewFact<'a> {
    NewFact {
        message: Digest::of(message.as_bytes()),
        digest: Digest::of(content.as_bytes()),
        subject,
        received_at: 20,
        happened_at: -10,
        body: content.as_bytes(),
    }
}

/// STO, ING-08: the key outlives everything.
pub(crate) fn a_message_is_appended_once(store: &mut impl Store) {
    let mut append = |content: &str| store.ask(|ledger| ledger.append_fact(&fact("m", content, None)));
    assert_eq!(append("a"), Appended::New(1));
    assert_eq!(append("a"), Appended::Known { seq: 1, is_same: true });
    assert_eq!(append("b"), Appended::Known { seq: 1, is_same: false });
    let found = store.ask(|ledger| ledger.find_message(Digest::of(b"m"))).unwrap();
    assert_eq!((found.seq, found.received_at, found.happened_at, found.body), (1, 20, -10, b"a".to_vec()));
}

pub(crate) fn facts_come_back_in_order(store: &mut impl Store) {
    let ann = store.ask(|ledger| ledger.subject(SubjectKind::User, "ann")).id;
    for (number, subject) in [Some(ann), None, Some(ann)].into_iter().enumerate() {
        let body = number.to_string();
        store.ask(|ledger| ledger.append_fact(&fact(&body, &body, subject)));
    }
    store.ask(|ledger| ledger.retract(1, 3));
    let of_ann = store.ask(|ledger| ledger.facts_of(ann));
    let seen: Vec<_> = of_ann.iter().map(|fact| (fact.seq, fact.retracted_by)).collect();
    assert_eq!(seen, [(1, Some(3)), (3, None)]);
    let rest = store.ask(|ledger| ledger.facts_after(1, 1));
    assert_eq!(rest.iter().map(|fact| fact.seq).collect::<Vec<_>>(), [2]);
}

/// STO-02: all or nothing.
pub(crate) fn what_fails_leaves_nothing(store: &mut impl Store) {
    let failed = store.transaction(&mut |ledger| {
        ledger.append_fact(&fact("m", "a", None))?;
        ledger.set("key", b"value")?;
        ledger.post("kind", None, b"{}")?;
        Err(StoreError::Damaged { what: "test", id: 1 })
    });
    assert!(failed.is_err());
    assert!(store.ask(|ledger| ledger.find_message(Digest::of(b"m"))).is_none());
    assert_eq!(store.ask(|ledger| ledger.setting("key")), None);
    assert_eq!(store.ask(|ledger| ledger.waiting(10)), []);
    assert_eq!(store.ask(|ledger| ledger.append_fact(&fact("m", "a", None))), Appended::New(1));
}

pub(crate) fn subjects_are_made_once(store: &mut impl Store) {
    let user = store.ask(|ledger| ledger.subject(SubjectKind::User, "x"));
    let visitor = store.ask(|ledger| ledger.subject(SubjectKind::Anonymous, "x"));
    assert_ne!(user.id, visitor.id);
    assert_eq!((user.lead, visitor.lead), (Some(user.id), None));
    assert_eq!(store.ask(|ledger| ledger.subject(SubjectKind::User, "x")), user);
    store.ask(|ledger| ledger.assign_lead(visitor.id, Some(user.id)));
    let members = store.ask(|ledger| ledger.members(user.id));
    assert_eq!(members.iter().map(|member| member.id).collect::<Vec<_>>(), [user.id, visitor.id]);
    assert!(store.ask(|ledger| ledger.find_subject(SubjectKind::User, "y")).is_none());
}

pub(crate) fn edges_count_until_they_are_retracted(store: &mut impl Store) {
    let [a, b] = ["a", "b"].map(|name| store.ask(|ledger| ledger.subject(SubjectKind::User, name)).id);
    store.ask(|ledger| ledger.append_fact(&fact("m", "a", Some(b))));
    let edge = Edge { fact: 1, source: a, target: b, kind: EdgeKind::Merge, at: 5, message_id: "m".into() };
    store.ask(|ledger| ledger.add_edge(&edge));
    assert_eq!(store.ask(|ledger| ledger.edges_of(a)), std::slice::from_ref(&edge));
    assert_eq!(store.ask(|ledger| ledger.edges_of(b)), std::slice::from_ref(&edge));
    store.ask(|ledger| ledger.retract(1, 2));
    assert_eq!(store.ask(|ledger| ledger.edges_of(a)), []);
    assert_eq!(store.ask(|ledger| ledger.edges_by(1)), [edge]);
}

pub(crate) fn leads_are_due_in_order(store: &mut impl Store) {
    let lead = |id, due_at| LeadRow { id, due_at, stage: Some("A".into()), state: vec![1, 2], ..LeadRow::default() };
    for (id, due_at) in [(1, None), (2, Some(7)), (3, Some(5)), (4, Some(5))] {
        store.ask(|ledger| ledger.save_lead(&lead(id, due_at)));
    }
    assert_eq!(store.ask(|ledger| ledger.next_due()), Some((5, 3)));
    store.ask(|ledger| ledger.save_lead(&lead(3, Some(9))));
    assert_eq!(store.ask(|ledger| ledger.next_due()), Some((5, 4)));
    store.ask(|ledger| ledger.remove_lead(4));
    assert_eq!(store.ask(|ledger| ledger.next_due()), Some((7, 2)));
    assert_eq!(store.ask(|ledger| ledger.lead(2)), Some(lead(2, Some(7))));
    assert_eq!(store.ask(|ledger| ledger.leads_after(0, 2)), [1, 2]);
    assert_eq!(store.ask(|ledger| ledger.leads_after(2, 9)), [3]);
}

pub(crate) fn a_blanked_decision_keeps_its_place(store: &mut impl Store) {
    let id = store.ask(|ledger| ledger.record_decision(1, 5, b"ann"));
    store.ask(|ledger| ledger.record_decision(1, 6, b"ben"));
    store.ask(|ledger| ledger.blank_decision(id, b"somebody"));
    let bodies: Vec<Vec<u8>> = store.ask(|ledger| ledger.decisions_of(1)).into_iter().map(|entry| entry.body).collect();
    assert_eq!(bodies, [&b"somebody"[..], b"ben"]);
}

pub(crate) fn hand_offs_in_progress_are_counted(store: &mut impl Store) {
    let mut row = HandOffRow {
        subject: 1,
        in_progress: true,
        state: "open".into(),
        owner: Some("ann".into()),
        body: b"{}".to_vec(),
        ..HandOffRow::default()
    };
    row.id = store.ask(|ledger| ledger.save_hand_off(&row));
    assert_eq!(store.ask(|ledger| ledger.load_of("ann")), 1);
    row.in_progress = false;
    assert_eq!(store.ask(|ledger| ledger.save_hand_off(&row)), row.id);
    assert_eq!(store.ask(|ledger| ledger.load_of("ann")), 0);
    assert_eq!(store.ask(|ledger| ledger.hand_offs_of(1)), [row]);
}

/// STO-12: what is left has no trace of the name, and the message cannot come back.
pub(crate) fn erasing_leaves_numbers_alone(store: &mut impl Store) {
    let ann = store.ask(|ledger| ledger.subject(SubjectKind::User, "ann@example.com")).id;
    store.ask(|ledger| ledger.append_fact(&fact("m", "ann@example.com came", Some(ann))));
    store.ask(|ledger| ledger.save_lead(&LeadRow { id: ann, ..LeadRow::default() }));
    for body in ["\"ann@example.com\"", "\"ann@example.company\""] {
        let refused = Refused { received_at: 1, reason: "r".into(), body: body.into(), ..Refused::default() };
        store.ask(|ledger| ledger.quarantine(&refused));
    }
    store.ask(|ledger| ledger.erase_quarantined(&["\"ann@example.com\"".into()]));
    store.ask(|ledger| ledger.erase_subject(ann, "hash"));
    let blank = store.ask(|ledger| ledger.facts_after(0, 10));
    assert_eq!((blank.len(), blank[0].body.as_slice()), (1, &b""[..]));
    assert!(store.ask(|ledger| ledger.lead(ann)).is_none());
    assert!(store.ask(|ledger| ledger.subject_by_id(ann)).unwrap().erased);
    let again = store.ask(|ledger| ledger.append_fact(&fact("m", "ann@example.com came", None)));
    assert!(matches!(again, Appended::Known { seq: 1, .. }), "{again:?}");
}

fn endpoint(store: &mut impl Store, identity: &str) -> i64 {
    let row = EndpointRow { id: 0, identity: identity.into(), body: b"{}".to_vec() };
    store.ask(|ledger| ledger.save_endpoint(&row))
}

/// Posts a message about a subject and queues it for endpoints.
fn queue(store: &mut impl Store, endpoints: &[i64], lane: i64, at: i64) -> i64 {
    store.ask(|ledger| {
        let message = ledger.post("kind", Some(lane), b"posted")?;
        ledger.take_message(message, at, Some(b"sent"))?;
        for &endpoint in endpoints {
            ledger.add_delivery(endpoint, message, lane, at)?;
        }
        Ok(message)
    })
}

/// The messages that are due to an endpoint, in order.
fn due(store: &mut impl Store, endpoint: i64, until: i64) -> Vec<i64> {
    let due = store.ask(|ledger| ledger.due_deliveries(endpoint, until, 100));
    due.iter().map(|delivery| delivery.message).collect()
}

fn end(store: &mut impl Store, endpoint: i64, message: i64, state: DeliveryState, at: i64) {
    store.ask(|ledger| {
        let all = ledger.list_deliveries(endpoint, None, i64::MAX, 100)?;
        let row = all.into_iter().find(|row| row.message == message).unwrap();
        let lane = row.lane;
        ledger.save_delivery(&DeliveryRow { state, due_at: None, ended_at: Some(at), attempts: 1, ..row })?;
        ledger.arrange_lane(endpoint, lane, at)
    });
}

/// WHK-09.
pub(crate) fn endpoints_are_kept_by_their_identity(store: &mut impl Store) {
    let [a, b] = ["a", "b"].map(|identity| endpoint(store, identity));
    let found = store.ask(|ledger| ledger.find_endpoint("b")).unwrap();
    assert_eq!((found.id, found.body.as_slice()), (b, &b"{}"[..]));
    store.ask(|ledger| ledger.save_endpoint(&EndpointRow { id: a, identity: "c".into(), body: b"[]".to_vec() }));
    let all = store.ask(|ledger| ledger.endpoints());
    let seen: Vec<_> = all.iter().map(|row| (row.id, row.identity.as_str())).collect();
    assert_eq!(seen, [(a, "c"), (b, "b")]);
    assert!(store.ask(|ledger| ledger.find_endpoint("a")).is_none());
    let message = queue(store, &[a, b], 1, 5);
    store.ask(|ledger| ledger.remove_endpoint(a));
    assert!(store.ask(|ledger| ledger.endpoint(a)).is_none());
    assert!(store.ask(|ledger| ledger.message(message)).is_some(), "another waits for it");
    store.ask(|ledger| ledger.remove_endpoint(b));
    assert!(store.ask(|ledger| ledger.message(message)).is_none());
    assert_ne!(endpoint(store, "d"), b, "a number stands for one endpoint only");
}

/// WHK-02.
pub(crate) fn the_first_of_a_lane_is_due(store: &mut impl Store) {
    let [one, two] = ["a", "b"].map(|identity| endpoint(store, identity));
    let first = queue(store, &[one, two], 7, 10);
    let second = queue(store, &[one, two], 7, 11);
    let other = queue(store, &[one], 8, 12);
    assert_eq!(due(store, one, 99), [first, other]);
    assert_eq!(due(store, one, 11), [first]);
    store.ask(|ledger| ledger.add_delivery(one, first, 7, 50));
    assert_eq!(store.ask(|ledger| ledger.count_deliveries(Some(one))).waiting, 3, "a message goes to nobody twice");
    end(store, one, first, DeliveryState::Delivered, 20);
    assert_eq!(due(store, one, 99), [other, second]);
    assert_eq!(due(store, two, 99), [first], "endpoints do not wait for each other");
    // What is sent again takes its old place.
    end(store, one, first, DeliveryState::Waiting, 30);
    assert_eq!(due(store, one, 99), [other, first]);
    store.ask(|ledger| ledger.hasten(one, 11));
    assert_eq!(due(store, one, 11), [first, other]);
}

/// WHK-03.
pub(crate) fn parked_deliveries_let_others_pass(store: &mut impl Store) {
    let to = endpoint(store, "a");
    let messages: Vec<i64> =
        [(7, 10), (7, 20), (8, 10), (7, 30)].map(|(lane, at)| queue(store, &[to], lane, at)).into();
    assert_eq!(store.ask(|ledger| ledger.park_old(to, 20, 100, "given up")), 3);
    assert_eq!(due(store, to, 100), [messages[3]]);
    let parked = store.ask(|ledger| ledger.list_deliveries(to, Some(DeliveryState::Parked), i64::MAX, 2));
    let seen: Vec<_> = parked.iter().map(|row| (row.message, row.ended_at, row.error.as_deref())).collect();
    assert_eq!(seen, [(messages[2], Some(100), Some("given up")), (messages[1], Some(100), Some("given up"))]);
    let counts = store.ask(|ledger| ledger.count_deliveries(None));
    assert_eq!((counts.waiting, counts.parked), (1, 3));
    assert_eq!(store.ask(|ledger| ledger.unpark(to, 200, 2)), 2);
    assert_eq!(store.ask(|ledger| ledger.unpark(to, 200, 2)), 1);
    assert_eq!(due(store, to, 200), [messages[0], messages[2]]);
}

pub(crate) fn what_was_sent_is_removed_in_the_end(store: &mut impl Store) {
    let [one, two] = ["a", "b"].map(|identity| endpoint(store, identity));
    let message = queue(store, &[one, two], 7, 10);
    end(store, one, message, DeliveryState::Delivered, 20);
    assert_eq!(store.ask(|ledger| ledger.forget_delivered(20, 10)), 0);
    assert_eq!(store.ask(|ledger| ledger.forget_delivered(21, 10)), 1);
    assert_eq!(store.ask(|ledger| ledger.message(message)).unwrap().body, b"sent");
    end(store, two, message, DeliveryState::Skipped, 20);
    let skipped = store.ask(|ledger| ledger.list_deliveries(two, Some(DeliveryState::Skipped), i64::MAX, 10));
    assert_eq!((skipped.len(), skipped[0].state), (1, DeliveryState::Skipped));
    assert_eq!(store.ask(|ledger| ledger.forget_delivered(20, 10)), 0);
    assert_eq!(store.ask(|ledger| ledger.forget_delivered(21, 10)), 1);
    assert!(store.ask(|ledger| ledger.message(message)).is_none());
    let unwanted = store.ask(|ledger| ledger.post("kind", None, b"posted"));
    assert_ne!(unwanted, message, "receivers know messages by their numbers");
    store.ask(|ledger| ledger.take_message(unwanted, 30, None));
    assert_eq!(store.ask(|ledger| ledger.untaken(10)), []);
}

/// WHK-11.
pub(crate) fn erasing_takes_messages_along(store: &mut impl Store) {
    let to = endpoint(store, "a");
    let [ann, bob] = ["ann", "bob"].map(|name| store.ask(|ledger| ledger.subject(SubjectKind::User, name)).id);
    let gone = queue(store, &[to], ann, 10);
    let kept = queue(store, &[to], bob, 10);
    store.ask(|ledger| ledger.post("kind", Some(ann), b"posted"));
    let about = store.ask(|ledger| ledger.messages_about(ann));
    assert_eq!(about.iter().map(|message| message.body.as_slice()).collect::<Vec<_>>(), [&b"sent"[..], b"posted"]);
    let deliveries = store.ask(|ledger| ledger.deliveries_of(gone));
    assert_eq!(deliveries.iter().map(|row| (row.endpoint, row.message)).collect::<Vec<_>>(), [(to, gone)]);
    store.ask(|ledger| ledger.erase_subject(ann, "hash"));
    assert_eq!(store.ask(|ledger| ledger.messages_about(ann)), []);
    assert_eq!(due(store, to, 99), [kept]);
    assert!(store.ask(|ledger| ledger.message(gone)).is_none());
    assert_eq!(store.ask(|ledger| ledger.untaken(10)), []);
}

/// AUT-10.
pub(crate) fn keys_are_revoked_once_and_keep_their_numbers(store: &mut impl Store) {
    let key = |source: &str, byte: u8| ApiKeyRow {
        id: 0,
        shown: "bk_write_abcd".into(),
        hash: [byte; 32],
        scope: "write".into(),
        source: source.into(),
        created_at: 5,
        expires_at: Some(90),
        last_used_at: None,
        revoked_at: None,
        made_by: (byte == 2).then(|| "person:1\0".into()),
    };
    let [web, app] = [("web", 1), ("zero\0", 2)].map(|(source, byte)| {
        let row = key(source, byte);
        store.ask(|ledger| ledger.add_api_key(&row))
    });
    store.ask(|ledger| ledger.mark_api_key_used(web, 20));
    store.ask(|ledger| ledger.mark_api_key_used(web, 10));
    assert!(store.ask(|ledger| ledger.revoke_api_key(app, 30)));
    assert!(store.ask(|ledger| ledger.revoke_api_key(app, 40)));
    assert!(!store.ask(|ledger| ledger.revoke_api_key(99, 40)));
    let expected = [
        ApiKeyRow { id: web, last_used_at: Some(20), ..key("web", 1) },
        ApiKeyRow { id: app, revoked_at: Some(30), ..key("zero\0", 2) },
    ];
    assert_eq!(store.ask(|ledger| ledger.api_keys()), expected);
    store.ask(|ledger| ledger.forget_api_key(app));
    let row = key("other", 3);
    assert!(store.ask(|ledger| ledger.add_api_key(&row)) > app, "a number stands for one key only");
    let again = key("again", 3);
    assert!(store.transaction(&mut |ledger| ledger.add_api_key(&again).map(drop)).is_err());
}

/// R2.
pub(crate) fn what_was_refused_is_found_again(store: &mut impl Store) {
    let refused = |source: &str, reason: &str, sent_at| Refused {
        received_at: 5,
        source: source.into(),
        call: "batch".into(),
        sent_at,
        reason: reason.into(),
        field: Some("event".into()),
        body: b"{\"userId\": \"ann\"}".to_vec(),
    };
    let all = [
        refused("web", "is missing", Some(4)),
        refused("app\0", "is missing", None),
        refused("web", "is too long", None),
    ];
    let ids = all.clone().map(|refused| store.ask(|ledger| ledger.quarantine(&refused)));
    let mut list = |filter: QuarantineFilter| -> Vec<i64> {
        let found = store.ask(|ledger| ledger.quarantined(&QuarantineFilter { limit: 2, ..filter.clone() }));
        found.into_iter().map(|(id, _)| id).collect()
    };
    let any = QuarantineFilter::default;
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(list(any()), ids[..2]);
    assert_eq!(list(QuarantineFilter { after: Some(ids[1]), ..any() }), ids[2..]);
    assert_eq!(list(QuarantineFilter { newest_first: true, ..any() }), [ids[2], ids[1]]);
    assert_eq!(list(QuarantineFilter { newest_first: true, after: Some(ids[1]), ..any() }), [ids[0]]);
    assert_eq!(list(QuarantineFilter { source: text("web"), ..any() }), [ids[0], ids[2]]);
    assert_eq!(list(QuarantineFilter { source: text("app\0"), reason: text("is missing"), ..any() }), [ids[1]]);
    assert_eq!(list(QuarantineFilter { reason: text("is"), ..any() }), [0; 0]);
    for (id, refused) in ids.iter().zip(&all) {
        assert_eq!(store.ask(|ledger| ledger.find_quarantined(*id)).as_ref(), Some(refused));
    }
    let texts = ["\"bob\"".to_owned(), "\"ann\"".to_owned()];
    assert_eq!(store.ask(|ledger| ledger.quarantined_with(&texts, 9)).len(), 3);
    assert_eq!(store.ask(|ledger| ledger.quarantined_with(&texts[..1], 9)), []);
    assert_eq!(store.ask(|ledger| ledger.quarantined_with(&[], 9)), []);
    assert!(store.ask(|ledger| ledger.remove_quarantined(ids[1])));
    assert!(!store.ask(|ledger| ledger.remove_quarantined(ids[1])));
    assert_eq!(store.ask(|ledger| ledger.find_quarantined(ids[1])), None);
}

pub(crate) fn settings_are_found_by_how_they_begin(store: &mut impl Store) {
    for key in ["team:b", "team:%", "Team:c", "team", "team:b\\", "teams"] {
        store.ask(|ledger| ledger.set(key, key.as_bytes()));
    }
    let found = store.ask(|ledger| ledger.settings_with("team:"));
    assert!(found.iter().all(|(key, value)| key.as_bytes() == value), "{found:?}");
    let keys: Vec<&str> = found.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["team:%", "team:b", "team:b\\"]);
    assert_eq!(store.ask(|ledger| ledger.settings_with("x")), []);
}

pub(crate) fn facts_about_nobody_are_found_apart(store: &mut impl Store) {
    for (message, subject) in [("a", None), ("b", Some(7)), ("c", None), ("d", None)] {
        store.ask(|ledger| ledger.append_fact(&fact(message, message, subject)));
    }
    store.ask(|ledger| ledger.retract(3, 4));
    let found = store.ask(|ledger| ledger.facts_of_nobody(0, 2));
    let seen: Vec<_> = found.iter().map(|fact| (fact.seq, fact.retracted_by)).collect();
    assert_eq!(seen, [(1, None), (3, Some(4))]);
    let rest = store.ask(|ledger| ledger.facts_of_nobody(3, 2));
    assert_eq!(rest.iter().map(|fact| fact.seq).collect::<Vec<_>>(), [4]);
}

pub(crate) fn the_latest_facts_come_first(store: &mut impl Store) {
    for message in ["a", "b", "c", "d"] {
        store.ask(|ledger| ledger.append_fact(&fact(message, message, None)));
    }
    store.ask(|ledger| ledger.retract(2, 4));
    let found = store.ask(|ledger| ledger.facts_before(i64::MAX, 3));
    let seen: Vec<_> = found.iter().map(|fact| (fact.seq, fact.retracted_by)).collect();
    assert_eq!(seen, [(4, None), (3, None), (2, Some(4))]);
    let rest = store.ask(|ledger| ledger.facts_before(2, 3));
    assert_eq!(rest.iter().map(|fact| fact.seq).collect::<Vec<_>>(), [1]);
}

pub(crate) fn merges_are_found_among_links(store: &mut impl Store) {
    let edge = |fact, kind| Edge { fact, source: 1, target: 2, kind, at: 5, message_id: format!("m{fact}") };
    for (fact, kind) in [(1, EdgeKind::Link), (2, EdgeKind::Merge), (3, EdgeKind::Link), (4, EdgeKind::Merge)] {
        store.ask(|ledger| ledger.add_edge(&edge(fact, kind)));
    }
    store.ask(|ledger| ledger.retract(2, 9));
    assert_eq!(store.ask(|ledger| ledger.merges_before(i64::MAX, 1)), [edge(4, EdgeKind::Merge)]);
    assert_eq!(store.ask(|ledger| ledger.merges_before(4, 9)), [edge(2, EdgeKind::Merge)]);
}

pub(crate) fn leads_are_counted_by_where_they_stand(store: &mut impl Store) {
    assert_eq!(store.ask(|ledger| ledger.lead_counts()), []);
    let text = |text: &str| Some(text.to_owned());
    let lead = |id, stage: Option<&str>, grade: Option<&str>| LeadRow {
        id,
        stage: stage.and_then(text),
        grade: grade.and_then(text),
        state: vec![1],
        ..LeadRow::default()
    };
    let leads = [
        lead(1, Some("Inquiry\0"), Some("B2")),
        lead(2, Some("Inquiry\0"), Some("B2")),
        lead(3, Some("Inquiry\0"), None),
        lead(4, None, None),
    ];
    for row in leads {
        store.ask(|ledger| ledger.save_lead(&row));
    }
    let mut found = store.ask(|ledger| ledger.lead_counts());
    found.sort();
    let count = |stage: Option<&str>, grade: Option<&str>, count| LeadCount {
        stage: stage.and_then(text),
        grade: grade.and_then(text),
        route: None,
        count,
    };
    let expected = [count(None, None, 1), count(Some("Inquiry\0"), None, 1), count(Some("Inquiry\0"), Some("B2"), 2)];
    assert_eq!(found, expected);
}

pub(crate) fn facts_of_leads_come_lead_by_lead(store: &mut impl Store) {
    assert_eq!(store.ask(|ledger| ledger.last_fact()), 0);
    let [ann, bob, ann2] =
        ["ann", "bob", "ann2"].map(|name| store.ask(|ledger| ledger.subject(SubjectKind::User, name)).id);
    store.ask(|ledger| ledger.assign_lead(ann2, Some(ann)));
    for (message, subject) in [("a", ann2), ("b", bob), ("c", ann), ("d", bob)] {
        store.ask(|ledger| ledger.append_fact(&fact(message, message, Some(subject))));
    }
    store.ask(|ledger| ledger.append_fact(&fact("e", "e", None)));
    store.ask(|ledger| ledger.retract(4, 5));
    let found = store.ask(|ledger| ledger.facts_of_leads(0, bob));
    let seen: Vec<_> = found.iter().map(|(lead, fact)| (*lead, fact.seq, fact.retracted_by)).collect();
    assert_eq!(seen, [(ann, 1, None), (ann, 3, None), (bob, 2, None), (bob, 4, Some(5))]);
    assert_eq!(store.ask(|ledger| ledger.facts_of_leads(ann, bob)).len(), 2);
    assert_eq!(store.ask(|ledger| ledger.facts_of_leads(bob, i64::MAX)), []);
    assert_eq!(store.ask(|ledger| ledger.last_fact()), 5);
}
