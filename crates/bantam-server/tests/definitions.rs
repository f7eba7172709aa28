//! The life of a definition: who may sign what, and when it decides.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

use bantam_core::definitions::{DefinitionRefusal, DefinitionState, Team, Version, text_digest};
use bantam_core::fact::{Fact, FactKind, Values};
use bantam_core::preview::Preview;
use bantam_core::{DefinitionText, Desk, Given, LeadState, Refusal, Rules, Taken};
use bantam_lang::convert::parse_time;
use bantam_store::sqlite::SqliteStore;
use bantam_store::{StoreError, SubjectKind};

const START: &str = "2026-06-01T08:00:00Z";

fn text(threshold: u32) -> DefinitionText {
    let text = format!(
        "bantam: 1\nlead: {{industry: text}}\nengagement:\n  rules:\n    Demo: {{on: demo_requested, points: 60}}\nstages: \
         [Inquiry, Sales-ready: score >= {threshold}]\nhand_off: Sales-ready\n"
    );
    DefinitionText { name: "d.yaml".into(), text, lists: Vec::new() }
}

struct World {
    store: SqliteStore,
    desk: Desk,
    facts: usize,
    now: i64,
}

impl World {
    fn new() -> World {
        let mut store = SqliteStore::in_memory().unwrap();
        let desk = store.transaction(|ledger| Desk::open(ledger)).unwrap();
        World { store, desk, facts: 0, now: parse_time(START).unwrap() }
    }

    fn say(&mut self, user: Option<&str>, kind: FactKind) -> Taken {
        self.facts += 1;
        self.now += 1_000_000;
        let mut fact = Fact::of_service(format!("m{}", self.facts), self.now, "test", kind);
        fact.user = user.map(str::to_owned);
        let taken = self.store.transaction(|ledger| self.desk.take(ledger, self.now, &[Given::new(fact)])).unwrap();
        self.renew();
        taken.into_iter().next().unwrap()
    }

    fn renew(&mut self) {
        while let Some(fact) = self.desk.next_renewal(self.now) {
            self.store.transaction(|ledger| self.desk.take(ledger, self.now, &[Given::new(fact)])).unwrap();
        }
    }

    fn draft(&mut self, text: &DefinitionText) -> String {
        let fingerprint = Rules::load(0, text).unwrap().fingerprint;
        let draft = FactKind::Draft { fingerprint: fingerprint.clone(), text: text.clone(), by: "ann".into() };
        assert!(matches!(self.say(None, draft), Taken::Accepted { .. }));
        fingerprint
    }

    fn propose(&mut self, fingerprint: &str, moves: u64, effective_at: Option<i64>) -> Taken {
        let (fingerprint, by) = (fingerprint.to_owned(), "ann".to_owned());
        self.say(None, FactKind::Proposal { fingerprint, by, note: None, moves, effective_at })
    }

    fn sign(&mut self, fingerprint: &str, team: Team, by: &str) -> Taken {
        let text = self.version(fingerprint).text;
        self.say(None, FactKind::Signature { fingerprint: fingerprint.into(), text, team, by: by.into() })
    }

    fn activate(&mut self, fingerprint: &str, moves: u64) -> Taken {
        let (fingerprint, by) = (fingerprint.to_owned(), "mia".to_owned());
        self.say(None, FactKind::SignedActivation { fingerprint, by, moves })
    }

    fn version(&mut self, fingerprint: &str) -> Version {
        self.store.transaction(|ledger| Version::read(ledger, fingerprint)).unwrap().unwrap()
    }

    fn stage(&mut self, user: &str) -> Option<String> {
        let row = self.store.transaction(|ledger| {
            let subject = ledger.find_subject(SubjectKind::User, user)?.unwrap();
            ledger.lead(subject.lead.unwrap_or(0))
        });
        let row = row.unwrap_or_else(|error: StoreError| panic!("{error}"))?;
        LeadState::from_row(&row).unwrap().score?.stage
    }

    fn messages(&mut self) -> usize {
        self.store
            .transaction(|ledger| ledger.waiting(1_000))
            .unwrap_or_else(|error: StoreError| panic!("{error}"))
            .len()
    }

    /// Everything from a draft to the moment at which it decides.
    fn bring_in(&mut self, text: &DefinitionText) -> String {
        let fingerprint = self.draft(text);
        self.propose(&fingerprint, 0, None);
        self.sign(&fingerprint, Team::Marketing, "ann");
        self.sign(&fingerprint, Team::Sales, "ben");
        assert!(matches!(self.activate(&fingerprint, 0), Taken::Accepted { .. }));
        fingerprint
    }

    fn demo(&mut self, user: &str) {
        self.say(Some(user), FactKind::Event { name: "demo_requested".into(), properties: Values::new() });
    }
}

fn refused(taken: Taken) -> DefinitionRefusal {
    match taken {
        Taken::Refused(Refusal::Definition(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn def_05_both_teams_sign_the_very_text_and_nobody_signs_for_both() {
    let mut world = World::new();
    let fingerprint = world.draft(&text(50));
    assert_eq!(refused(world.sign(&fingerprint, Team::Sales, "ben")), DefinitionRefusal::NotProposed);
    world.propose(&fingerprint, 0, None);
    let missing = vec![Team::Marketing, Team::Sales];
    assert_eq!(refused(world.activate(&fingerprint, 0)), DefinitionRefusal::Unsigned { missing });
    world.sign(&fingerprint, Team::Marketing, "ann");
    let again = refused(world.sign(&fingerprint, Team::Marketing, "cem"));
    assert_eq!(again, DefinitionRefusal::Signed { by: "ann".into() });
    let both = refused(world.sign(&fingerprint, Team::Sales, " Ann"));
    assert_eq!(both, DefinitionRefusal::BothTeams { team: Team::Marketing });
    // A comment changes nothing of what it means, but it is another text.
    let commented = DefinitionText { text: format!("# new\n{}", text(50).text), ..text(50) };
    assert_eq!(world.draft(&commented), fingerprint);
    let version = world.version(&fingerprint);
    assert_eq!((version.state, version.signatures.len()), (DefinitionState::Draft, 0));
    world.propose(&fingerprint, 0, None);
    let (old, by) = (text_digest(&text(50)), "ann".to_owned());
    let sign = FactKind::Signature { fingerprint: fingerprint.clone(), text: old, team: Team::Marketing, by };
    let other = refused(world.say(None, sign));
    assert_eq!(other, DefinitionRefusal::OtherText { text: text_digest(&commented) });
}

#[test]
fn def_06_one_definition_decides_and_going_back_is_becoming_active_again() {
    let mut world = World::new();
    let first = world.bring_in(&text(50));
    world.demo("u1");
    assert_eq!(world.stage("u1").as_deref(), Some("Sales-ready"));
    let second = world.bring_in(&text(100));
    assert_eq!(world.stage("u1").as_deref(), Some("Inquiry"));
    let states = [&first, &second].map(|fingerprint| world.version(fingerprint).state);
    assert_eq!(states, [DefinitionState::Retired, DefinitionState::Active]);
    assert_eq!(refused(world.activate(&second, 0)), DefinitionRefusal::Active);
    // What both signed stays signed; how many leads move is asked anew.
    assert!(matches!(world.propose(&first, 1, None), Taken::Accepted { .. }));
    assert!(matches!(world.activate(&first, 1), Taken::Accepted { .. }));
    assert_eq!(world.stage("u1").as_deref(), Some("Sales-ready"));
}

#[test]
fn def_07_the_number_of_leads_that_move_is_confirmed_and_trying_out_tells_nobody() {
    let mut world = World::new();
    world.bring_in(&text(100));
    (0..3).for_each(|number| world.demo(&format!("u{number}")));
    let next = text(50);
    let fingerprint = world.draft(&next);
    let rules = Rules::load(0, &next).unwrap();
    let mut preview = Preview::default();
    let active = world.desk.rules().unwrap().clone();
    let now = world.now;
    let look = |ledger: &mut dyn bantam_store::Ledger, preview: &mut Preview, after| {
        preview.look_at(ledger, Some(&active), &rules, after, 2, now)
    };
    let more = world.store.transaction(|ledger| look(ledger, &mut preview, 0)).unwrap();
    assert_eq!(world.store.transaction(|ledger| look(ledger, &mut preview, more.unwrap())).unwrap(), None);
    assert_eq!((preview.leads, preview.moves, preview.hand_offs), (3, 3, 3));
    assert_eq!(preview.ways["Inquiry"]["Sales-ready"], 3);
    world.propose(&fingerprint, preview.moves, None);
    world.sign(&fingerprint, Team::Marketing, "ann");
    world.sign(&fingerprint, Team::Sales, "ben");
    assert_eq!(refused(world.activate(&fingerprint, 2)), DefinitionRefusal::Unconfirmed { moves: 3 });
    let before = world.messages();
    world.activate(&fingerprint, 3);
    // The activation itself; for each lead that it moved, and that a hand-off opened.
    assert_eq!(world.messages() - before, 1 + 3 + 3);
    let unsigned = world.draft(&text(100));
    let before = world.messages();
    world.say(None, FactKind::Activation { fingerprint: unsigned });
    assert_eq!((world.stage("u1").as_deref(), world.messages() - before), (Some("Inquiry"), 1));
}

#[test]
fn a_definition_becomes_active_at_its_moment() {
    let mut world = World::new();
    world.bring_in(&text(50));
    world.demo("u1");
    let later = parse_time("2026-07-01").unwrap();
    let fingerprint = world.draft(&text(100));
    world.propose(&fingerprint, 1, Some(later));
    world.sign(&fingerprint, Team::Marketing, "ann");
    world.sign(&fingerprint, Team::Sales, "ben");
    world.activate(&fingerprint, 1);
    assert_eq!(
        (world.version(&fingerprint).scheduled_at, world.stage("u1").as_deref()),
        (Some(later), Some("Sales-ready"))
    );
    // Also after a restart.
    world.desk = world.store.transaction(|ledger| Desk::open(ledger)).unwrap();
    world.store.transaction(|ledger| world.desk.advance(ledger, later - 1, 100)).unwrap();
    assert_eq!(world.version(&fingerprint).state, DefinitionState::Proposed);
    world.store.transaction(|ledger| world.desk.advance(ledger, later, 100)).unwrap();
    world.renew();
    let version = world.version(&fingerprint);
    assert_eq!((version.state, version.activated_at), (DefinitionState::Active, Some(later)));
    assert_eq!(world.stage("u1").as_deref(), Some("Inquiry"));
}

#[test]
fn def_05_how_many_leads_of_all_follow_a_new_definition_is_known() {
    let mut world = World::new();
    world.bring_in(&text(50));
    ["a", "b", "c"].iter().for_each(|user| world.demo(user));
    let fingerprint = world.draft(&text(70));
    world.propose(&fingerprint, 3, None);
    world.sign(&fingerprint, Team::Marketing, "ann");
    world.sign(&fingerprint, Team::Sales, "ben");
    // Taken without the rounds that `say` takes after each fact.
    let take = |world: &mut World, message_id: &str, kind: FactKind| {
        world.now += 1_000_000;
        let given = [Given::new(Fact::of_service(message_id.into(), world.now, "test", kind))];
        world.store.transaction(|ledger| world.desk.take(ledger, world.now, &given)).unwrap();
        world.desk.renewal().map(|renewal| (renewal.done, renewal.of()))
    };
    let activation = FactKind::SignedActivation { fingerprint, by: "mia".into(), moves: 3 };
    assert_eq!(take(&mut world, "activation", activation), Some((0, 3)));
    assert_eq!(take(&mut world, "first", FactKind::Renewal { leads: 2 }), Some((2, 3)));
    assert_eq!(take(&mut world, "second", FactKind::Renewal { leads: 2 }), None);
}
