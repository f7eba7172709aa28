//! People who work while facts come in: sales answers and takes answers back, a third definition is proposed, signed,
//! and signatures lose their worth with the roles of who signed.

use crate::generate::case;
use crate::generate::random::Random;
use bantam_core::definitions::{Team, text_digest};
use bantam_core::fact::{Answer, Fact, FactKind, Values};
use bantam_core::{DefinitionText, Desk, Given, Rules, Taken};
use bantam_lang::meaning::SalesAnswer;
use bantam_store::sqlite::SqliteStore;
use std::collections::BTreeMap;

pub(crate) struct People {
    random: Random,
    draft: DefinitionText,
    fingerprint: String,
    answered: Vec<String>,
    steps: usize,
    /// How many facts of each sort were accepted.
    pub(crate) accepted: BTreeMap<&'static str, usize>,
}

impl People {
    pub(crate) fn new(seed: u64) -> People {
        let chosen = case(seed + 2_000_003);
        let draft = DefinitionText { name: "d.yaml".into(), text: chosen.definition, lists: chosen.lists };
        let fingerprint = Rules::load(1, &draft).unwrap().fingerprint;
        let random = Random::new(seed ^ 0x9e0_91e);
        People { random, draft, fingerprint, answered: Vec::new(), steps: 0, accepted: BTreeMap::new() }
    }

    /// Does something, or nothing.
    pub(crate) fn work(&mut self, store: &mut SqliteStore, desk: &mut Desk, now: i64) {
        if self.steps == 0 {
            let kind =
                FactKind::Draft { fingerprint: self.fingerprint.clone(), text: self.draft.clone(), by: "ann".into() };
            self.state(store, desk, now, ("draft", kind));
        }
        if self.random.chance(50)
            && let Some(answer) = self.answer(store)
        {
            self.state(store, desk, now, ("answer", answer));
        }
        if self.random.chance(30) && !self.answered.is_empty() {
            let message_id = self.random.pick(&self.answered).clone();
            let kind = FactKind::Retraction { message_id, reason: "a mistake".into(), by: "ann".into() };
            self.state(store, desk, now, ("taken back", kind));
        }
        if self.random.chance(50) {
            let step = self.step();
            self.state(store, desk, now, step);
        }
    }

    fn answer(&mut self, store: &mut SqliteStore) -> Option<FactKind> {
        let last = store.transaction(|ledger| {
            let mut last = 0;
            while ledger.hand_off(last + 1)?.is_some() {
                last += 1;
            }
            Ok::<_, bantam_store::StoreError>(last)
        });
        let last = last.ok().filter(|&last| last > 0)?;
        let answer = *self.random.pick(&SalesAnswer::ALL);
        Some(FactKind::Answer(Answer {
            hand_off: self.random.between(1, last),
            answer,
            by: self.random.word(&["ann", "ben"]).to_owned(),
            reason: Some("no budget".into()),
            amount: Some(10.0),
            close_date: Some("2027-01-31".into()),
            not_before: None,
            qualification: Values::new(),
        }))
    }

    fn step(&mut self) -> (&'static str, FactKind) {
        let (fingerprint, by) = (self.fingerprint.clone(), self.random.word(&["ann", "ben"]).to_owned());
        let team = *self.random.pick(&Team::ALL);
        match self.random.below(5) {
            0 => ("proposal", FactKind::Proposal { fingerprint, by, note: None, moves: 0, effective_at: None }),
            1 | 2 => ("signature", FactKind::Signature { fingerprint, text: text_digest(&self.draft), team, by }),
            3 => ("voided", FactKind::SignaturesVoided { by, teams: vec![team] }),
            _ => ("activation", FactKind::SignedActivation { fingerprint, by, moves: 0 }),
        }
    }

    fn state(&mut self, store: &mut SqliteStore, desk: &mut Desk, now: i64, (sort, kind): (&'static str, FactKind)) {
        self.steps += 1;
        let message_id = format!("people-{}", self.steps);
        let is_answer = matches!(kind, FactKind::Answer(_));
        let given = [Given::new(Fact::of_service(message_id.clone(), now, "test", kind))];
        let taken = store.transaction(|ledger| desk.take(ledger, now, &given)).unwrap();
        if matches!(taken[0], Taken::Accepted { .. }) {
            *self.accepted.entry(sort).or_default() += 1;
            self.answered.extend(is_answer.then_some(message_id));
        }
    }
}
