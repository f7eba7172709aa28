//! Random histories of random leads: late, shuffled, repeated and retracted facts, merges and their undoing, restarts and
//! changed definitions. Whatever happened on the way, leads stand in the end as batch scoring sees the same facts, and
//! doing it all again from the log gives the same leads, decisions and hand-offs.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

#[path = "../../bantam-engine/tests/generate/mod.rs"]
mod generate;

#[path = "histories/end.rs"]
mod end;
#[path = "histories/expected.rs"]
mod expected;
#[path = "histories/people.rs"]
mod people;
#[path = "histories/story.rs"]
mod story;

use bantam_core::fact::{Fact, FactKind};
use bantam_core::{CoreError, Desk, Given, Taken};
use bantam_server::verify::{Erased, audit, verify};
use bantam_store::StoreError;
use bantam_store::sqlite::SqliteStore;
use end::{End, again, end};
use generate::random::Random;
use people::People;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use story::Story;

/// Histories in a normal run; `BANTAM_CASES` at compile time asks for more.
const CASES: u64 = match option_env!("BANTAM_CASES") {
    Some(_) => 20_000,
    None => 1_000,
};

/// Every so many histories the store is verified, which takes longer than the history.
const VERIFIED_EACH: u64 = 10;

/// How often leads were decided anew from what was read ahead of their turn.
static READ_AHEAD: AtomicUsize = AtomicUsize::new(0);

/// Takes a story's groups at their moments, restarting now and then.
fn live(story: &Story, seed: u64, mut people: Option<&mut People>) -> (SqliteStore, End) {
    let mut random = Random::new(seed ^ 0x5eed);
    let mut store = SqliteStore::in_memory().unwrap();
    store
        .transaction(|ledger| {
            story.keep_definitions(ledger);
            Ok::<_, StoreError>(())
        })
        .unwrap();
    let mut desk = store.transaction(|ledger| Desk::open(ledger)).unwrap();
    let mut ahead = None;
    for (moment, group) in &story.groups {
        if ahead.is_none() && random.chance(50) {
            // What comes from now on until it is used is in the log, and must not be missed.
            ahead = desk.reading().and_then(|mut reading| store.transaction(|ledger| reading.next(ledger)).unwrap());
        }
        if random.chance(4) {
            desk = store.transaction(|ledger| Desk::open(ledger)).unwrap();
        }
        if random.chance(20) {
            store.transaction(|ledger| desk.advance(ledger, moment - 1, 3)).unwrap();
        }
        let given: Vec<Given> = group.iter().cloned().map(Given::new).collect();
        let taken = store.transaction(|ledger| desk.take(ledger, *moment, &given)).unwrap();
        if random.chance(50) {
            if let Some(ahead) = ahead.take()
                && desk.keep_ahead(ahead)
            {
                READ_AHEAD.fetch_add(1, Ordering::Relaxed);
            }
            renew(&mut store, &mut desk, *moment, random.between(1, 7) as u32);
        }
        if let Some(people) = &mut people {
            people.work(&mut store, &mut desk, *moment);
        }
        for (fact, taken) in group.iter().zip(taken) {
            assert!(matches!(taken, Taken::Accepted { .. } | Taken::Duplicate { .. }), "{fact:?}: {taken:?}");
        }
    }
    while desk.renewal().is_some() {
        renew(&mut store, &mut desk, story.groups.last().unwrap().0, 10);
    }
    store.transaction(|ledger| desk.advance(ledger, story.until, usize::MAX)).unwrap();
    let end = store.transaction(|ledger| Ok::<_, StoreError>(end(ledger))).unwrap();
    (store, end)
}

/// Decides some leads by the definition that became active, where there are any left.
fn renew(store: &mut SqliteStore, desk: &mut Desk, now: i64, leads: u32) {
    let Some(mut fact) = desk.next_renewal(now) else { return };
    // Few at a time, so that facts come between two of them.
    fact.kind = FactKind::Renewal { leads };
    store.transaction(|ledger| desk.take(ledger, now, &[Given::new(fact)])).unwrap();
}

/// Verification finds nothing, and every decision follows from what was known when it was made.
fn verified(store: &mut SqliteStore, seed: u64) {
    let (verification, audit) = store
        .inspect(|source| {
            let verification = verify(source, Some(":memory:".as_ref()), &mut |_, _, _| {})?;
            let erased = Erased::of(source, &mut |_, _, _| {})?;
            Ok::<_, CoreError>((verification, audit(source, &erased, &mut |_, _, _| {})?))
        })
        .unwrap();
    assert_eq!(verification.findings.lines, [""; 0], "seed {seed}");
    assert!(verification.comparison.is_some_and(|comparison| comparison.left_out == 0), "seed {seed}");
    assert_eq!((audit.first, audit.left_out), (None, 0), "seed {seed}");
    assert_eq!(audit.confirmed, verification.counted.decisions, "seed {seed}");
}

#[test]
fn ing_12_leads_stand_as_batch_scoring_sees_the_same_facts() {
    compare(0..CASES / 2);
}

/// The other half, so that two cores share the work.
#[test]
fn idn_02_leads_stand_as_batch_scoring_sees_the_same_facts() {
    compare(CASES / 2..CASES);
}

fn compare(seeds: std::ops::Range<u64>) {
    let cases = seeds.clone().count();
    let (mut facts, mut leads, mut outcomes, mut merges) = (0, 0, 0, 0);
    for seed in seeds {
        let story = Story::tell(seed);
        let (mut store, end) = live(&story, seed, None);
        let expected = expected::score(&story);
        assert_eq!(end.leads, expected, "seed {seed}");
        let log = store.transaction(|ledger| ledger.facts_after(0, usize::MAX >> 1)).unwrap();
        let mut replayed = again(&story, &log);
        // Subjects of facts that turned out to be repeats have numbers, too, so only what was decided is compared.
        replayed.outcomes.sort();
        let mut lived = end;
        lived.outcomes.sort();
        assert_eq!(replayed, lived, "seed {seed}: again from the log");
        if seed % VERIFIED_EACH == 0 {
            verified(&mut store, seed);
        }
        facts += story.groups.iter().map(|(_, group)| group.len()).sum::<usize>();
        leads += lived.leads.len();
        outcomes += lived.outcomes.len();
        let is_merge = |fact: &&Fact| matches!(fact.kind, FactKind::Alias { .. });
        merges += story.groups.iter().flat_map(|(_, group)| group).filter(is_merge).count();
    }
    assert!(READ_AHEAD.load(Ordering::Relaxed) >= cases / 20, "hardly any lead was read ahead");
    // Histories in which nothing happens would prove nothing.
    let counts = [facts, leads, outcomes, merges];
    let least = [100, 10, 10, 1].map(|each| each * cases);
    assert!(counts.iter().zip(least).all(|(&count, least)| count >= least), "{counts:?} {least:?}");
}

/// Answers of sales, some of them taken back, and signatures, some of them voided: what follows from them follows again.
#[test]
fn sto_03_what_people_do_meanwhile_follows_from_the_log_again() {
    let mut accepted: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 0..CASES / 5 {
        let story = Story::tell(seed);
        let mut people = People::new(seed);
        let (mut store, mut lived) = live(&story, seed, Some(&mut people));
        let log = store.transaction(|ledger| ledger.facts_after(0, usize::MAX >> 1)).unwrap();
        let mut replayed = again(&story, &log);
        replayed.outcomes.sort();
        lived.outcomes.sort();
        assert_eq!(replayed, lived, "seed {seed}: again from the log");
        if seed % VERIFIED_EACH == 0 {
            verified(&mut store, seed);
        }
        for (sort, count) in people.accepted {
            *accepted.entry(sort).or_default() += count;
        }
    }
    for sort in ["draft", "answer", "taken back", "proposal", "signature", "voided", "activation"] {
        assert!(accepted.get(sort).is_some_and(|&count| count >= 10), "{sort}: {accepted:?}");
    }
}
