//! What holds for any two definitions.

use super::generator::{check, generate};
use bantam_lang::diff::diff;
use bantam_lang::format::format_definition;
use proptest::prelude::*;

/// Holds the law over one pair: empty exactly where the fingerprints are equal, and quietly empty over formatting.
fn hold(old: &[u8], new: &[u8]) {
    let (old, new) = (check(&generate(old)), check(&generate(new)));
    let equal = old.fingerprint() == new.fingerprint();
    for (one, other) in [(&old, &new), (&new, &old)] {
        let changes = diff(one, other);
        assert_eq!(
            changes.is_empty(),
            equal,
            "{}\n{}",
            format_definition(one.definition()),
            format_definition(other.definition())
        );
        assert!(changes.iter().all(|change| !change.words.is_empty() && !change.subject.is_empty()));
        assert!(changes.iter().all(|change| bantam_lang::keys::TOP.contains(&change.section)));
    }
    assert!(diff(&old, &check(&format_definition(old.definition()))).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn small_edits_are_reported(
        tape in prop::collection::vec(any::<u8>(), 0..250),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
    ) {
        let mut edited = tape.clone();
        for (at, byte) in edits.iter().filter(|_| !tape.is_empty()) {
            edited[at.index(tape.len())] = *byte;
        }
        hold(&tape, &edited);
    }

    #[test]
    fn unrelated_definitions_differ(
        old in prop::collection::vec(any::<u8>(), 0..250),
        new in prop::collection::vec(any::<u8>(), 0..250),
    ) {
        hold(&old, &new);
    }
}
