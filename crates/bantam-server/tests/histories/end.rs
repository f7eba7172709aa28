//! What a history leads to, and the same once more from its log.

use crate::story::Story;
use bantam_core::fact::Fact;
use bantam_core::{Desk, Given, LeadState};
use bantam_engine::scores::LeadScore;
use bantam_store::sqlite::SqliteStore;
use bantam_store::{Ledger, StoreError, StoredFact};
use std::collections::BTreeMap;

/// What there is in the end.
#[derive(Debug, PartialEq)]
pub(crate) struct End {
    pub(crate) leads: BTreeMap<String, LeadScore>,
    /// All decisions and hand-offs, by subject.
    pub(crate) outcomes: Vec<(i64, Vec<u8>)>,
    messages: usize,
}

pub(crate) fn end(ledger: &mut dyn Ledger) -> End {
    let (mut leads, mut outcomes) = (BTreeMap::new(), Vec::new());
    for id in 1.. {
        if ledger.subject_by_id(id).unwrap().is_none() {
            break;
        }
        if let Some(row) = ledger.lead(id).unwrap() {
            let lead = LeadState::from_row(&row).unwrap();
            leads.extend(lead.score.map(|score| (lead.name, score)));
        }
        outcomes.extend(ledger.decisions_of(id).unwrap().into_iter().map(|entry| (entry.id, entry.body)));
        outcomes.extend(ledger.hand_offs_of(id).unwrap().into_iter().map(|row| (row.id, row.body)));
    }
    End { leads, outcomes, messages: ledger.waiting(1_000_000).unwrap().len() }
}

/// Does it all again from the log, in the groups in which facts were received.
pub(crate) fn again(story: &Story, log: &[StoredFact]) -> End {
    let mut copy = SqliteStore::in_memory().unwrap();
    copy.transaction(|ledger| {
        story.keep_definitions(ledger);
        Ok::<_, StoreError>(())
    })
    .unwrap();
    let mut desk = copy.transaction(|ledger| Desk::open(ledger)).unwrap();
    for group in log.chunk_by(|a, b| a.received_at == b.received_at) {
        let facts = group.iter().map(|stored| serde_json::from_slice::<Fact>(&stored.body).unwrap());
        let given: Vec<Given> = facts.map(Given::new).collect();
        copy.transaction(|ledger| desk.take(ledger, group[0].received_at, &given)).unwrap();
    }
    copy.transaction(|ledger| desk.advance(ledger, story.until, usize::MAX)).unwrap();
    copy.transaction(|ledger| Ok::<_, StoreError>(end(ledger))).unwrap()
}
