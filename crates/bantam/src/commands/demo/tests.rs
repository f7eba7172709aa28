#![allow(clippy::unwrap_used, reason = "a test stops at what cannot be")]

use super::*;
use bantam_core::hand_off::{HandOff, HandOffState};
use bantam_store::{Location, Reader, StoreError};

const MICROS_PER_HOUR: i64 = MICROS_PER_DAY / 24;

/// Returns how many hand-offs of a demo begun at a moment are open, and how many there are.
fn open_and_all(now: i64) -> (usize, usize) {
    let folder = tempfile::TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (store, definition) = (at(STORE), at("acme.yaml"));
    write_text(&definition, DEFINITION).unwrap();
    let call = ["bantam".into(), "demo".into(), "--leads".into(), "400".into(), folder.path().as_os_str().to_owned()];
    let Command::Demo(arguments) = Invocation::try_parse_from(call).unwrap().command else { unreachable!() };
    fill(&arguments, now, &store, &definition, &at(SIGN_IN)).unwrap();
    let states = Reader::open(&Location::from(store)).unwrap().read(|ledger| {
        let mut states = Vec::new();
        while let Some(row) = ledger.hand_off(states.len() as i64 + 1)? {
            states.push(serde_json::from_slice::<HandOff>(&row.body).unwrap().state);
        }
        Ok::<_, StoreError>(states)
    });
    let states = states.unwrap();
    (states.iter().filter(|state| **state == HandOffState::Open).count(), states.len())
}

#[test]
fn hand_offs_wait_for_an_answer_at_any_time_of_a_week() {
    // Steps of 29 hours come to the days of a week at ever other hours.
    let first = parse_time("2026-11-23T21:20:00Z").unwrap();
    for step in 0..7 {
        let now = first + step * 29 * MICROS_PER_HOUR;
        let (open, all) = open_and_all(now);
        assert!(open > 0 && open < all / 2, "{}: {open} of {all} are open", clock::show(now));
    }
}
