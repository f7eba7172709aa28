//! A store on a disk that fails, with facts to take.

#![allow(dead_code, clippy::unwrap_used, reason = "a test helper, not every test file uses all of it")]

use bantam_core::fact::{Fact, FactKind, Values};
use bantam_core::{CoreError, DefinitionText, Given, Rules};
use bantam_server::verify::verify;
use bantam_store::sqlite::SqliteStore;
use bantam_store::{Digest, StoreError};

const DEFINITION: &str = r#"
bantam: 1
lead: {industry: text}
engagement:
  rules:
    Clicked: {on: clicked, points: 10}
stages: [Inquiry, Sales-ready: score >= 50, Accepted: accepted_by_sales]
hand_off: Sales-ready
routes: [{to: sales, respond_within: 1h}]
"#;

pub(crate) const SECOND: i64 = 1_000_000;

/// Returns the definition with its fingerprint.
pub(crate) fn definition() -> (String, Vec<u8>) {
    let text = DefinitionText { name: "d.yaml".into(), text: DEFINITION.into(), lists: Vec::new() };
    (Rules::load(1, &text).unwrap().fingerprint, serde_json::to_vec(&text).unwrap())
}

/// Returns the fact that makes the definition the active one.
pub(crate) fn activation() -> Given {
    let kind = FactKind::Activation { fingerprint: definition().0 };
    Given::new(Fact::of_service("activation".into(), SECOND, "test", kind))
}

/// Returns one of many facts, about one of a few leads.
pub(crate) fn click(number: u64) -> Given {
    let kind = FactKind::Event { name: "clicked".into(), properties: Values::new() };
    let mut fact = Fact::of_service(format!("m{number}"), SECOND, "test", kind);
    fact.user = Some(format!("u{}", number % 3));
    Given::new(fact)
}

/// Returns one that takes two pages of the store.
pub(crate) fn long_click(number: u64) -> Given {
    let note = serde_json::value::to_raw_value(&"x".repeat(8_000)).unwrap();
    let kind = FactKind::Event { name: "clicked".into(), properties: Values::from([("note".into(), note)]) };
    Given::new(Fact { kind, ..click(number).fact })
}

/// Returns which of the facts are not in a store.
pub(crate) fn lost(store: &mut SqliteStore, numbers: &[u64]) -> Vec<u64> {
    let is_lost = |ledger: &mut dyn bantam_store::Ledger, number: u64| {
        Ok::<_, StoreError>(ledger.find_message(Digest::of(format!("m{number}").as_bytes()))?.is_none())
    };
    store
        .transaction(|ledger| {
            let mut lost = Vec::new();
            for &number in numbers {
                if is_lost(ledger, number)? {
                    lost.push(number);
                }
            }
            Ok::<_, StoreError>(lost)
        })
        .unwrap()
}

/// Returns what is wrong with a store.
pub(crate) fn wrong(store: &mut SqliteStore) -> Vec<String> {
    let verified: Result<_, CoreError> =
        store.inspect(|source| verify(source, Some(":memory:".as_ref()), &mut |_, _, _| {}));
    verified.unwrap().findings.lines
}
