//! What becomes of a lead that sales should see: opening, clocks, owners, answers, coming back.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

use bantam_core::assignment::{Member, Team};
use bantam_core::fact::{Answer, Fact, FactKind, Values};
use bantam_core::hand_off::{AnswerRefusal, HandOff, HandOffState};
use bantam_core::identity::tombstone;
use bantam_core::{DefinitionText, Desk, Given, LeadState, Refusal, Rules, Taken};
use bantam_lang::convert::parse_time;
use bantam_lang::meaning::SalesAnswer;
use bantam_store::sqlite::SqliteStore;
use bantam_store::{StoreError, SubjectKind};
use serde_json::Value;
use serde_json::value::to_raw_value;

const DEFINITION: &str = r#"
bantam: 1
lead: {industry: text}
event: {path: text}
qualification: [budget, need]
engagement:
  rules:
    Requested a demo: {on: demo_requested, points: 60, within: 10d}
stages:
  - Inquiry
  - Sales-ready: score >= 50
  - Accepted: accepted_by_sales
  - Opportunity: became_opportunity
hand_off: {stage: Sales-ready, reject_reasons: [wrong contact, no budget], recycle_after: 3d}
office_hours: {time_zone: Europe/Berlin, days: {mon-fri: "09:00-17:00"}}
routes:
  - {to: sales, if: stage == "Sales-ready", respond_within: 2h, escalate_to: managers}
  - {to: nurture}
"#;

/// A service with a clock of its own.
struct World {
    store: SqliteStore,
    desk: Desk,
    facts: usize,
}

impl World {
    fn new() -> World {
        let mut store = SqliteStore::in_memory().unwrap();
        let text = DefinitionText { name: "d.yaml".into(), text: DEFINITION.into(), lists: Vec::new() };
        let fingerprint = Rules::load(1, &text).unwrap().fingerprint;
        let body = serde_json::to_vec(&text).unwrap();
        store.transaction(|ledger| ledger.keep_definition(&fingerprint, &body)).unwrap();
        let desk = store.transaction(|ledger| Desk::open(ledger)).unwrap();
        let mut world = World { store, desk, facts: 0 };
        world.say("2026-06-01T06:00:00Z", None, FactKind::Activation { fingerprint });
        world.team("sales", &[("ann", 2, Some(2)), ("ben", 1, None)]);
        world.team("managers", &[("mia", 1, None)]);
        world
    }

    fn team(&mut self, name: &str, members: &[(&str, u32, Option<u32>)]) {
        let member = |&(name, capacity, limit): &(&str, u32, Option<u32>)| Member {
            name: name.to_owned(),
            capacity,
            limit,
            away: None,
        };
        let team = Team { name: name.to_owned(), members: members.iter().map(member).collect() };
        self.say("2026-06-01T06:00:00Z", None, FactKind::Team(team));
    }

    fn say(&mut self, at: &str, user: Option<&str>, kind: FactKind) -> Taken {
        self.facts += 1;
        let at = parse_time(at).unwrap();
        let fact = Fact {
            message_id: format!("m{}", self.facts),
            happened_at: at,
            given_at: None,
            sent_at: None,
            source: "test".into(),
            user: user.map(str::to_owned),
            anonymous: None,
            flags: Vec::new(),
            kind,
        };
        self.send(at, fact)
    }

    fn send(&mut self, at: i64, fact: Fact) -> Taken {
        self.store.transaction(|ledger| self.desk.take(ledger, at, &[Given::new(fact)])).unwrap().remove(0)
    }

    /// A lead asks for a demo; returns the hand-off.
    fn demo(&mut self, at: &str, user: &str) -> Option<HandOff> {
        let event = FactKind::Event { name: "demo_requested".into(), properties: Values::new() };
        self.say(at, Some(user), event);
        self.hand_offs(user).pop()
    }

    fn answer(
        &mut self,
        at: &str,
        hand_off: i64,
        answer: SalesAnswer,
        by: &str,
        change: impl FnOnce(&mut Answer),
    ) -> Taken {
        let mut answer = Answer {
            hand_off,
            answer,
            by: by.into(),
            reason: None,
            amount: None,
            close_date: None,
            not_before: None,
            qualification: Values::new(),
        };
        change(&mut answer);
        self.say(at, None, FactKind::Answer(answer))
    }

    fn until(&mut self, at: &str) {
        let at = parse_time(at).unwrap();
        assert!(self.store.transaction(|ledger| self.desk.advance(ledger, at, 1_000)).unwrap());
    }

    fn hand_offs(&mut self, user: &str) -> Vec<HandOff> {
        let found = self.store.transaction(|ledger| {
            let subject = ledger.find_subject(SubjectKind::User, user)?.unwrap();
            ledger.hand_offs_of(subject.id)
        });
        found
            .unwrap_or_else(|error: StoreError| panic!("{error}"))
            .iter()
            .map(|row| serde_json::from_slice(&row.body).unwrap())
            .collect()
    }

    fn stage(&mut self, user: &str) -> Option<String> {
        let row = self.store.transaction(|ledger| {
            let subject = ledger.find_subject(SubjectKind::User, user)?.unwrap();
            ledger.lead(subject.lead.unwrap_or(0))
        });
        let row = row.unwrap_or_else(|error: StoreError| panic!("{error}"))?;
        LeadState::from_row(&row).unwrap().score?.stage
    }

    /// The kinds of messages in the outbox, in order.
    fn messages(&mut self) -> Vec<String> {
        let waiting = self
            .store
            .transaction(|ledger| ledger.waiting(1_000))
            .unwrap_or_else(|error: StoreError| panic!("{error}"));
        let kind = |body: &[u8]| serde_json::from_slice::<Value>(body).unwrap()["type"].as_str().unwrap().to_owned();
        waiting.iter().map(|entry| kind(&entry.body)).collect()
    }
}

fn shown(at: Option<i64>) -> String {
    at.map_or("never".into(), |at| jiff::Timestamp::from_microsecond(at).unwrap().to_string())
}

#[test]
fn turns_follow_capacity_and_stop_at_the_limit() {
    let mut world = World::new();
    let owner = |hand_off: Option<HandOff>| hand_off.unwrap().owner.unwrap_or_default();
    let owners: Vec<String> = (0..5).map(|n| owner(world.demo("2026-06-01T08:00:00Z", &format!("u{n}")))).collect();
    assert_eq!(owners, ["ann", "ben", "ann", "ben", "ben"]);
}

#[test]
fn an_unanswered_hand_off_is_overdue_once_after_two_office_hours_and_passes_on() {
    let mut world = World::new();
    // 16:00 in Berlin: an hour today, an hour tomorrow.
    let opened = world.demo("2026-06-01T14:00:00Z", "u1").unwrap();
    assert_eq!(shown(opened.due_at), "2026-06-02T08:00:00Z");
    world.until("2026-06-02T07:59:59Z");
    assert_eq!(world.hand_offs("u1")[0].overdue_at, None);
    world.until("2026-06-02T12:00:00Z");
    world.until("2026-06-08T12:00:00Z");
    let late = &world.hand_offs("u1")[0];
    assert_eq!(shown(late.overdue_at), "2026-06-02T08:00:00Z");
    assert_eq!((late.team.as_deref(), late.owner.as_deref()), (Some("managers"), Some("mia")));
    assert_eq!(world.messages().iter().filter(|kind| *kind == "hand_off.overdue").count(), 1);
    assert_eq!(late.state, HandOffState::Open);
}

#[test]
fn the_first_answer_wins_and_the_second_is_told_who_did() {
    let mut world = World::new();
    let id = world.demo("2026-06-01T08:00:00Z", "u1").unwrap().id;
    let first = world.answer("2026-06-01T08:01:00Z", id, SalesAnswer::Accepted, "ann", |_| {});
    assert!(matches!(first, Taken::Accepted { hand_off: Some(_), .. }), "{first:?}");
    assert_eq!(world.stage("u1").as_deref(), Some("Accepted"));
    let second = world.answer("2026-06-01T08:02:00Z", id, SalesAnswer::Accepted, "ben", |_| {});
    let Taken::Refused(Refusal::Answer(AnswerRefusal::Answered { by, state, .. })) = second else {
        panic!("{second:?}")
    };
    assert_eq!((by.as_str(), state), ("ann", HandOffState::Accepted));
    world.until("2026-06-05T00:00:00Z");
    assert_eq!(world.hand_offs("u1")[0].overdue_at, None);
}

#[test]
fn an_opportunity_needs_the_qualification_an_amount_and_a_date() {
    let mut world = World::new();
    let id = world.demo("2026-06-01T08:00:00Z", "u1").unwrap().id;
    world.answer("2026-06-01T08:01:00Z", id, SalesAnswer::Accepted, "ann", |_| {});
    let mut open = |at: &str, change: fn(&mut Answer)| world.answer(at, id, SalesAnswer::Opportunity, "ann", change);
    let refused = |taken: Taken| match taken {
        Taken::Refused(Refusal::Answer(refusal)) => refusal,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(open("2026-06-02T08:00:00Z", |_| {})), AnswerRefusal::Needs { field: "amount" });
    let date = refused(open("2026-06-02T08:00:00Z", |answer| answer.amount = Some(900.0)));
    assert_eq!(date, AnswerRefusal::Needs { field: "close_date" });
    let full = |answer: &mut Answer| {
        answer.amount = Some(900.0);
        answer.close_date = Some("2026-09-01".into());
    };
    let questions = refused(open("2026-06-02T08:00:00Z", full));
    assert_eq!(questions, AnswerRefusal::Qualification { open: vec!["budget".into(), "need".into()] });
    let taken = open("2026-06-02T09:00:00Z", |answer| {
        answer.amount = Some(900.0);
        answer.close_date = Some("2026-09-01".into());
        for criterion in ["budget", "need"] {
            answer.qualification.insert(criterion.into(), to_raw_value(&true).unwrap());
        }
    });
    assert!(matches!(taken, Taken::Accepted { .. }), "{taken:?}");
    assert_eq!(world.stage("u1").as_deref(), Some("Opportunity"));
    world.answer("2026-07-01T08:00:00Z", id, SalesAnswer::Won, "ann", |answer| answer.amount = Some(1_000.0));
    assert_eq!(world.hand_offs("u1")[0].state, HandOffState::Won);
    assert!(world.demo("2026-08-01T08:00:00Z", "u1").is_some_and(|last| last.id == id), "a won lead is not handed off");
}

#[test]
fn a_rejected_lead_comes_back_only_after_it_came_up_once_more() {
    let mut world = World::new();
    let id = world.demo("2026-06-01T08:00:00Z", "u1").unwrap().id;
    let reason = |answer: &mut Answer| answer.reason = Some("do not like them".into());
    let refused = world.answer("2026-06-01T09:00:00Z", id, SalesAnswer::Rejected, "ann", reason);
    assert!(matches!(refused, Taken::Refused(Refusal::Answer(AnswerRefusal::Reason { .. }))), "{refused:?}");
    world.answer("2026-06-01T09:00:00Z", id, SalesAnswer::Rejected, "ann", |answer| {
        answer.reason = Some("no budget".into())
    });
    assert_eq!(world.stage("u1").as_deref(), Some("Sales-ready"));
    // It still stands there, and another demo brings it up to nowhere.
    world.demo("2026-06-02T08:00:00Z", "u1");
    assert_eq!(world.hand_offs("u1").len(), 1);
    world.until("2026-06-20T00:00:00Z");
    assert_eq!(world.stage("u1").as_deref(), Some("Inquiry"));
    world.demo("2026-06-21T08:00:00Z", "u1");
    assert_eq!(world.hand_offs("u1").len(), 2);
}

#[test]
fn a_recycled_lead_stays_away_until_its_date() {
    let mut world = World::new();
    let id = world.demo("2026-06-01T08:00:00Z", "u1").unwrap().id;
    let until = parse_time("2026-06-25T08:00:00Z");
    world.answer("2026-06-01T09:00:00Z", id, SalesAnswer::Recycled, "ann", |answer| {
        answer.reason = Some("next quarter".into());
        answer.not_before = until;
    });
    world.until("2026-06-20T00:00:00Z");
    world.demo("2026-06-21T08:00:00Z", "u1");
    assert_eq!((world.stage("u1").as_deref(), world.hand_offs("u1").len()), (Some("Sales-ready"), 1));
    world.until("2026-06-26T08:00:00Z");
    assert_eq!(world.hand_offs("u1").last().map(|last| last.opened_at), until);
}

#[test]
fn a_person_hands_a_lead_over_with_a_reason_but_not_twice() {
    let mut world = World::new();
    let visit = FactKind::Event { name: "page_viewed".into(), properties: Values::new() };
    world.say("2026-06-01T08:00:00Z", Some("u1"), visit);
    let opening = FactKind::Opening { reason: "met at the fair".into(), by: "mia".into() };
    let taken = world.say("2026-06-01T09:00:00Z", Some("u1"), opening.clone());
    let Taken::Accepted { hand_off: Some(id), .. } = taken else { panic!("{taken:?}") };
    let again = world.say("2026-06-01T10:00:00Z", Some("u1"), opening.clone());
    let key = world.hand_offs("u1").pop().unwrap().key;
    assert_eq!((world.hand_offs("u1")[0].id, again), (id, Taken::Refused(Refusal::InProgress { hand_off: key })));
    assert_eq!(world.say("2026-06-01T10:00:00Z", Some("nobody"), opening), Taken::Refused(Refusal::NoSuchLead));
}

#[test]
fn ing_08_a_message_counts_once_and_another_content_is_a_conflict() {
    let mut world = World::new();
    let at = parse_time("2026-06-01T08:00:00Z").unwrap();
    let event = |name: &str| Fact {
        message_id: "same".into(),
        happened_at: at,
        given_at: Some(at),
        sent_at: Some(at),
        source: "test".into(),
        user: Some("u1".into()),
        anonymous: None,
        flags: Vec::new(),
        kind: FactKind::Event { name: name.into(), properties: Values::new() },
    };
    let Taken::Accepted { seq, .. } = world.send(at, event("page_viewed")) else { panic!() };
    let year = parse_time("2027-06-01").unwrap();
    assert_eq!(world.send(year, event("page_viewed")), Taken::Duplicate { seq });
    assert_eq!(world.send(year, event("demo_requested")), Taken::Conflict { seq });
    assert_eq!(world.stage("u1").as_deref(), Some("Inquiry"));
}

#[test]
fn exp_04_a_lead_that_must_not_be_scored_has_no_score_until_it_may() {
    let mut world = World::new();
    world.demo("2026-06-01T08:00:00Z", "u1");
    world.say("2026-06-01T09:00:00Z", Some("u1"), FactKind::DoNotScore { on: true, by: "mia".into() });
    assert_eq!(world.stage("u1"), None);
    let messages = world.messages().len();
    world.demo("2026-06-01T10:00:00Z", "u1");
    assert_eq!((world.stage("u1"), world.messages().len()), (None, messages));
    world.say("2026-06-01T11:00:00Z", Some("u1"), FactKind::DoNotScore { on: false, by: "mia".into() });
    assert_eq!(world.stage("u1").as_deref(), Some("Sales-ready"));
}

#[test]
fn sto_12_an_erased_lead_is_gone_and_stays_away() {
    let mut world = World::new();
    world.demo("2026-06-01T08:00:00Z", "u1");
    world.demo("2026-06-01T08:00:00Z", "u2");
    assert!(world.store.transaction(|ledger| world.desk.prepare_erasure(ledger, "u1")).unwrap());
    let erasure = FactKind::Erasure { tombstone: tombstone("u1"), by: "mia".into() };
    world.say("2026-06-02T08:00:00Z", None, erasure);
    let gone = world.store.transaction(|ledger| ledger.find_subject(SubjectKind::User, "u1"));
    assert_eq!(gone.unwrap_or_else(|error: StoreError| panic!("{error}")), None);
    let event = FactKind::Event { name: "demo_requested".into(), properties: Values::new() };
    assert_eq!(world.say("2026-06-03T08:00:00Z", Some("u1"), event), Taken::Refused(Refusal::Erased));
    assert_eq!(world.stage("u2").as_deref(), Some("Sales-ready"));
    assert_eq!(world.messages().last().map(String::as_str), Some("lead.erased"));
    // Counts of past reports stay, without a name.
    let kept =
        world.store.transaction(|ledger| ledger.hand_offs_of(1)).unwrap_or_else(|error: StoreError| panic!("{error}"));
    let kept: HandOff = serde_json::from_slice(&kept[0].body).unwrap();
    assert_eq!((kept.lead, kept.is_erased), (tombstone("u1"), true));
    let decisions =
        world.store.transaction(|ledger| ledger.decisions_of(1)).unwrap_or_else(|error: StoreError| panic!("{error}"));
    assert!(
        !decisions.is_empty() && decisions.iter().all(|entry| !String::from_utf8_lossy(&entry.body).contains("\"u1\""))
    );
    assert!(
        world
            .store
            .transaction(|ledger| ledger.hand_off(1))
            .unwrap_or_else(|error: StoreError| panic!("{error}"))
            .is_some_and(|row| !row.in_progress)
    );
}

#[test]
fn an_answer_that_is_taken_back_leaves_the_hand_off_as_it_was() {
    let mut world = World::new();
    let id = world.demo("2026-06-01T08:00:00Z", "u1").unwrap().id;
    let before = world.hand_offs("u1").remove(0);
    let reason = |answer: &mut Answer| answer.reason = Some("too early".into());
    world.answer("2026-06-01T08:10:00Z", id, SalesAnswer::Recycled, "ann", reason);
    let recycled = world.hand_offs("u1").remove(0);
    assert_eq!(recycled.state, HandOffState::Recycled);
    let answered = format!("m{}", world.facts);
    let kind = FactKind::Retraction { message_id: answered, reason: "undone".into(), by: "ann".into() };
    assert!(matches!(world.say("2026-06-01T08:11:00Z", None, kind), Taken::Accepted { .. }));
    assert_eq!(world.hand_offs("u1"), [before]);
    // It can be answered as if nothing had been.
    let taken = world.answer("2026-06-01T08:12:00Z", id, SalesAnswer::Accepted, "ann", |_| {});
    assert!(matches!(taken, Taken::Accepted { .. }));
    assert_eq!(world.messages().iter().filter(|kind| *kind == "hand_off.answered").count(), 3);
}
