//! What a transaction is answered must not depend on the database, nor on what waits to be written: random work gives the
//! same on both.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

#[path = "postgres/cluster.rs"]
mod cluster;

use bantam_store::postgres::PostgresStore;
use bantam_store::sqlite::SqliteStore;
use bantam_store::{
    ApiKeyRow, Digest, Edge, EdgeKind, Foreseen, HandOffRow, LeadRow, Ledger, NewFact, Refused, Store, StoreError,
    SubjectKind,
};

/// How many transactions are compared.
const TRANSACTIONS: u64 = 150;

/// Numbers that look random, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 32) % sides
    }

    fn id(&mut self) -> i64 {
        self.roll(9) as i64
    }
}

/// Whom all hand-offs are about; nobody erases it, so that no number is free again.
const HANDED_OVER: i64 = 100;
/// Names that a database might spell in a way of its own.
const NAMES: [&str; 7] = ["ann", "Ann", "zero\0", "zero\\0", "äß", "", "a' or '1'='1"];

fn foresee(ledger: &mut dyn Ledger, dice: &mut Dice) -> Result<(), StoreError> {
    let mut foreseen = Foreseen::default();
    for _ in 0..dice.roll(4) {
        foreseen.messages.push(Digest::of(&[dice.roll(40) as u8]));
        let kind = if dice.roll(2) == 0 { SubjectKind::User } else { SubjectKind::Anonymous };
        foreseen.subjects.push((kind, NAMES[dice.roll(7) as usize].into()));
        foreseen.leads.push(dice.id());
    }
    ledger.foresee(&foreseen)
}

fn write(ledger: &mut dyn Ledger, dice: &mut Dice) -> Result<String, StoreError> {
    let kind = if dice.roll(2) == 0 { SubjectKind::User } else { SubjectKind::Anonymous };
    let name = NAMES[dice.roll(7) as usize];
    let at = dice.roll(1_000) as i64;
    let body = [dice.roll(3) as u8, 0, 255];
    Ok(match dice.roll(14) {
        0..=2 => {
            let message = Digest::of(&[dice.roll(40) as u8]);
            let subject = Some(dice.id()).filter(|id| *id > 0);
            let digest = Digest::of(&body);
            let fact = NewFact { message, digest, subject, received_at: at, happened_at: -at, body: &body };
            format!("{:?}", ledger.append_fact(&fact)?)
        }
        3 | 4 => format!("{:?}", ledger.subject(kind, name)?),
        5 => format!("{:?}", ledger.assign_lead(dice.id(), Some(dice.id()).filter(|id| *id > 0))?),
        6 => {
            let kind = if dice.roll(2) == 0 { EdgeKind::Link } else { EdgeKind::Merge };
            let (fact, source, target) = (100 + at * 1_000 + dice.roll(1_000) as i64, dice.id(), dice.id());
            let edge = Edge { fact, source, target, kind, at, message_id: name.into() };
            format!("{:?}", ledger.add_edge(&edge)?)
        }
        7 => format!("{:?}", ledger.retract(dice.id(), at)?),
        8 => {
            let stage = Some(name.to_owned()).filter(|_| dice.roll(2) == 0);
            let due_at = Some(at).filter(|_| dice.roll(4) > 0);
            let lead = LeadRow {
                id: dice.id(),
                stage,
                score: at,
                changed_at: at,
                due_at,
                state: body.into(),
                ..LeadRow::default()
            };
            format!("{:?}", ledger.save_lead(&lead)?)
        }
        9 => match dice.roll(8) {
            0 => format!("{:?}", ledger.blank_decision(dice.id(), &body)?),
            2 => format!("{:?}", ledger.erase_quarantined(&[name.into(), "\u{1}".into()])?),
            1 => format!("{:?}", ledger.erase_subject(dice.id(), &format!("gone {}", dice.0))?),
            _ => format!("{:?}", ledger.remove_lead(dice.id())?),
        },
        10 => {
            let owner = Some(name.to_owned()).filter(|_| dice.roll(3) > 0);
            let known = ledger.hand_offs_of(HANDED_OVER)?;
            let id = known.get(dice.roll(20) as usize).map_or(0, |known| known.id);
            let (in_progress, due_at) = (dice.roll(2) == 0, Some(at).filter(|_| dice.roll(2) == 0));
            let hand_off = HandOffRow {
                id,
                subject: HANDED_OVER,
                in_progress,
                state: name.into(),
                team: owner.clone(),
                owner,
                due_at,
                is_overdue: due_at.is_some(),
                body: body.into(),
            };
            format!("{:?}", ledger.save_hand_off(&hand_off)?)
        }
        11 => {
            let (reason, body_aside) = (name.to_owned(), body.into());
            let refused = Refused { received_at: at, reason, body: body_aside, ..Refused::default() };
            ledger.quarantine(&refused)?;
            ledger.record_decision(dice.id(), at, &body)?;
            ledger.post(name, Some(dice.id()), &body)?;
            String::new()
        }
        12 => {
            // Numbers of keys that were taken back are not given again by all databases, so places stand for them.
            let known = ledger.api_keys()?;
            let id = known.get(dice.roll(9) as usize).map_or(0, |key| key.id);
            match dice.roll(5) {
                0 => format!("{:?}", ledger.mark_api_key_used(id, at)?),
                1 => format!("{:?}", ledger.revoke_api_key(id, at)?),
                2 => format!("{:?}", ledger.forget_api_key(id)?),
                _ => {
                    let mut hash = [0; 32];
                    hash[..8].copy_from_slice(&dice.0.to_be_bytes());
                    let expires_at = Some(at).filter(|_| dice.roll(2) == 0);
                    let (shown, scope, source) = (name.to_owned(), name.to_owned(), name.to_owned());
                    let (last_used_at, revoked_at) = (None, None);
                    let key = ApiKeyRow {
                        id: 0,
                        shown,
                        hash,
                        scope,
                        source,
                        created_at: at,
                        expires_at,
                        last_used_at,
                        revoked_at,
                        made_by: (dice.roll(2) == 0).then(|| name.to_owned()),
                    };
                    ledger.add_api_key(&key)?;
                    String::new()
                }
            }
        }
        _ => {
            ledger.set(name, &body)?;
            format!("{:?}", ledger.keep_definition(name, &body)?)
        }
    })
}

fn ask(ledger: &mut dyn Ledger, dice: &mut Dice) -> Result<String, StoreError> {
    let kind = if dice.roll(2) == 0 { SubjectKind::User } else { SubjectKind::Anonymous };
    let (name, id) = (NAMES[dice.roll(7) as usize], dice.id());
    Ok(match dice.roll(19) {
        0 => format!("{:?}", ledger.find_message(Digest::of(&[dice.roll(40) as u8]))?),
        1 => format!("{:?}", ledger.facts_of(id)?),
        2 => format!("{:?}", ledger.facts_after(id, 3)?),
        3 => format!("{:?}", ledger.find_subject(kind, name)?),
        4 => format!("{:?}", ledger.subject_by_id(id)?),
        5 => format!("{:?}", ledger.members(id)?),
        6 => format!("{:?}", ledger.edges_of(id)?),
        7 => format!("{:?}", ledger.edges_by(id)?),
        8 => format!("{:?}", ledger.lead(id)?),
        9 | 10 => format!("{:?}", ledger.next_due()?),
        11 => ledger.decisions_of(id)?.iter().map(|entry| format!("{:?}", entry.body)).collect(),
        12 => format!("{:?}", ledger.hand_off(id)?),
        13 => format!("{:?}", ledger.hand_offs_of(HANDED_OVER)?),
        14 => format!("{:?}", ledger.load_of(name)?),
        15 => ledger.waiting(5)?.iter().map(|entry| format!("{:?}{:?}", entry.subject, entry.body)).collect(),
        16 => format!("{:?} {:?}", ledger.leads_after(id, 3)?, ledger.erased_after(0, 3)?),
        17 => {
            let keys = ledger.api_keys()?.into_iter().map(|key| ApiKeyRow { id: 0, ..key });
            format!("{:?}", keys.collect::<Vec<_>>())
        }
        _ => format!("{:?} {:?}", ledger.setting(name)?, (ledger.definition(name)?, ledger.definitions()?)),
    })
}

/// One transaction; every fifth is taken back at its end.
fn work(store: &mut Store, seed: u64) -> Vec<String> {
    let mut dice = Dice(seed);
    let mut told = Vec::new();
    let result = store.transaction(|ledger| {
        foresee(ledger, &mut dice)?;
        for _ in 0..dice.roll(30) {
            let answer = if dice.roll(2) == 0 { write(ledger, &mut dice) } else { ask(ledger, &mut dice) };
            told.push(answer?);
        }
        if seed.is_multiple_of(5) { Err(StoreError::OutOfReach) } else { Ok(()) }
    });
    assert_eq!(result.is_ok(), !seed.is_multiple_of(5), "{result:?}");
    told
}

#[test]
fn random_work_is_answered_alike() {
    let Some(database) = cluster::database() else { return };
    let mut postgres = Store::from(PostgresStore::open(&database.url("service")).unwrap());
    let mut sqlite = Store::from(SqliteStore::in_memory().unwrap());
    let mut answers = 0;
    for seed in 1..=TRANSACTIONS {
        let told = work(&mut postgres, seed);
        answers += told.len();
        assert_eq!(told, work(&mut sqlite, seed), "seed {seed}");
    }
    assert!(answers > 1_000, "{answers}");
}
