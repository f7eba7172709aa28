//! The queue of deliveries under receivers that fail, with a clock of its own.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

#[path = "deliveries/receivers.rs"]
mod receivers;

use bantam_server::webhooks::queue::{self, Attempt, Outcome, Queue};
use bantam_store::DeliveryState;
use proptest::prelude::*;
use receivers::{DAY, HOUR, MINUTE, SECOND, Service, delivered, failed};
use std::collections::BTreeSet;

#[test]
fn whk_04_a_receiver_back_after_three_days_gets_all_of_it_in_order() {
    let mut service = Service::new();
    let (down, up) = (service.add_endpoint("down"), service.add_endpoint("up"));
    let (start, back) = (service.now, service.now + 3 * DAY);
    let mut answer = move |attempt: &Attempt, now: i64| match attempt.endpoint == down && now < back {
        true => failed(None, None),
        false => delivered(),
    };
    // 4,320 messages about 50 leads, one a minute.
    for minute in 0..3 * 24 * 60 {
        service.post(minute * 7 % 50);
        service.pass(start + (minute + 1) * MINUTE, 30 * SECOND, &mut answer);
    }
    let late = service.receipts.iter().filter(|receipt| receipt.endpoint == up).count();
    assert_eq!((late, service.posted()), (4_320, 4_320), "the other endpoint is not held up");
    // Probed every one to five minutes, not with the whole queue.
    assert!((860..1_000).contains(&service.tries[&down]), "{}", service.tries[&down]);
    service.pass(back + 10 * MINUTE, SECOND / 4, &mut answer);
    let times: Vec<i64> =
        service.receipts.iter().filter(|receipt| receipt.endpoint == down).map(|receipt| receipt.at).collect();
    assert!(times[0] - back <= 5 * MINUTE, "the first came after {} s", (times[0] - back) / SECOND);
    assert!(times[4_319] - times[0] < 90 * SECOND, "drained in {} s", (times[4_319] - times[0]) / SECOND);
    let most = times.iter().map(|&from| times.iter().filter(|&&at| (from..from + SECOND).contains(&at)).count()).max();
    assert!(most <= Some(50 + 26), "{most:?} in a second");
    for endpoint in [down, up] {
        service.assert_order(endpoint);
        service.assert_complete(endpoint);
    }
    assert_eq!(service.endpoint(down).health, Default::default());
}

#[test]
fn whk_04_a_single_message_waits_five_minutes_at_most() {
    let mut service = Service::new();
    let endpoint = service.add_endpoint("a");
    let back = service.now + 3 * DAY;
    service.post(1);
    let mut answer = |_: &Attempt, now: i64| if now < back { failed(Some(500), None) } else { delivered() };
    service.pass(back + 6 * MINUTE, SECOND, &mut answer);
    assert!(service.receipts[0].at - back <= 5 * MINUTE);
    assert_eq!(service.deliveries(endpoint, DeliveryState::Waiting), []);
}

#[test]
fn whk_02_a_lead_that_cannot_be_told_holds_nobody_up_and_is_parked_after_seven_days() {
    let mut service = Service::new();
    let endpoint = service.add_endpoint("a");
    let start = service.now;
    let poison = "msg_a_1";
    let mut answer = |attempt: &Attempt, _: i64| {
        if attempt.message_id == poison { failed(Some(400), None) } else { delivered() }
    };
    service.post(1);
    service.post(1);
    for hour in 0..7 * 24 + 2 {
        service.post(2 + hour % 3);
        let before = service.receipts.len();
        service.pass(start + hour * HOUR + 10 * SECOND, SECOND, &mut answer);
        assert_eq!(service.receipts.len(), before + 1, "a message about another lead came at once");
        service.pass(start + (hour + 1) * HOUR, 10 * SECOND, &mut answer);
    }
    let parked = service.deliveries(endpoint, DeliveryState::Parked);
    assert_eq!(parked.len(), 1);
    assert!((parked[0].ended_at.unwrap() - start) >= 7 * DAY);
    assert!((160..200).contains(&parked[0].attempts), "{}", parked[0].attempts);
    assert_eq!(parked[0].error.as_deref(), Some("it failed"));
    // What waited behind it came after it was parked.
    assert!(service.receipts.iter().any(|receipt| (receipt.lane, receipt.sequence) == (1, 2)));
    // It stays until somebody sends it again.
    let now = service.now;
    assert!(service.store.transaction(|ledger| queue::resend(ledger, endpoint, parked[0].id, now)).unwrap());
    service.turn(&mut |_, _| delivered());
    let last = service.receipts.last().unwrap();
    assert_eq!((last.lane, last.sequence, last.message_id.as_str()), (1, 1, poison));
    assert!(!service.store.transaction(|ledger| queue::resend(ledger, endpoint + 1, parked[0].id, now)).unwrap());
}

#[test]
fn whk_03_after_seven_days_of_failure_what_waits_is_parked_and_all_of_it_can_be_sent_again() {
    let mut service = Service::new();
    let endpoint = service.add_endpoint("a");
    let start = service.now;
    for day in 0..8 {
        for lead in 0..40 {
            service.post(lead);
        }
        service.pass(start + (day + 1) * DAY, MINUTE, &mut |_, _| failed(Some(502), None));
    }
    service.pass(start + 8 * DAY + 10 * MINUTE, MINUTE, &mut |_, _| failed(Some(502), None));
    let (waiting, parked) = (DeliveryState::Waiting, DeliveryState::Parked);
    assert_eq!(service.deliveries(endpoint, parked).len(), 2 * 40);
    assert_eq!(service.deliveries(endpoint, waiting).len(), 6 * 40);
    let now = service.now;
    assert_eq!(service.ask(|ledger| ledger.unpark(endpoint, now, 1_000)), 80);
    service.pass(now + 10 * MINUTE, SECOND, &mut |_, _| delivered());
    service.assert_order(endpoint);
    service.assert_complete(endpoint);
}

#[test]
fn whk_03_messages_are_tried_after_a_long_stop_before_they_are_given_up() {
    let mut service = Service::new();
    let endpoint = service.add_endpoint("a");
    service.post(1);
    service.pick();
    // The process was gone for nine days.
    (service.queue, service.now) = (Queue::default(), service.now + 9 * DAY);
    service.turn(&mut |_, _| failed(None, None));
    assert_eq!(service.deliveries(endpoint, DeliveryState::Parked), []);
    service.pass(service.now + MINUTE, SECOND, &mut |_, _| delivered());
    service.assert_complete(endpoint);
}

#[test]
fn whk_03_a_receiver_that_asks_for_a_pause_gets_it() {
    let mut service = Service::new();
    let endpoint = service.add_endpoint("a");
    let start = service.now;
    service.post(1);
    service.turn(&mut |_, _| failed(Some(429), Some(600)));
    service.post(2);
    service.pass(start + 599 * SECOND, SECOND, &mut |_, _| delivered());
    assert_eq!(service.receipts, []);
    service.pass(start + 601 * SECOND, SECOND, &mut |_, _| delivered());
    service.assert_complete(endpoint);
}

#[test]
fn whk_05_a_receiver_that_is_gone_is_switched_off_and_goes_on_where_it_stopped() {
    let mut service = Service::new();
    let endpoint = service.add_endpoint("a");
    service.post(1);
    service.turn(&mut |_, _| Outcome::Gone);
    let mut found = service.endpoint(endpoint);
    assert_eq!(found.disabled, Some((service.now, "the receiver answered 410 Gone".into())));
    service.pass(service.now + HOUR, MINUTE, &mut |_, _| panic!("it is switched off"));
    service.ask(|ledger| ledger.post("hand_off.opened", Some(2), b"{}"));
    assert_eq!(service.pick(), [], "what is new passes it by");
    found.disabled = None;
    let row = bantam_store::EndpointRow { id: endpoint, identity: found.identity(), body: found.body() };
    service.ask(|ledger| ledger.save_endpoint(&row));
    service.turn(&mut |_, _| delivered());
    service.assert_complete(endpoint);
}

#[test]
fn whk_01_sto_02_a_stop_between_sending_and_recording_sends_the_same_message_again() {
    let mut service = Service::new();
    service.add_endpoint("a");
    service.post(1);
    let first = service.pick();
    service.receive(&first[0]);
    assert_eq!(service.pick(), [], "it is on its way");
    service.queue = Queue::default();
    let second = service.pick();
    assert_eq!(second, first, "the same id and the same bytes");
    service.settle(&second[0], delivered());
    service.queue = Queue::default();
    service.now += DAY;
    assert_eq!(service.pick(), []);
}

/// What happens next in a random story.
#[derive(Clone, Debug)]
enum Step {
    Post(i64),
    Pass(i64),
    /// The oldest message on its way ends: it was received or not, and the answer came or not.
    End {
        is_received: bool,
        is_answered: bool,
        asked: Option<i64>,
    },
    /// The process is killed and started again.
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..6_i64).prop_map(Step::Post),
        4 => prop_oneof![Just(SECOND / 4), Just(5 * SECOND), Just(MINUTE), Just(7 * MINUTE), Just(2 * HOUR)].prop_map(Step::Pass),
        8 => (any::<bool>(), any::<bool>(), prop_oneof![3 => Just(None), 1 => Just(Some(90_i64))])
            .prop_map(|(is_received, is_answered, asked)| Step::End { is_received, is_answered, asked }),
        1 => Just(Step::Restart),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn whk_01_whk_02_whatever_fails_nothing_is_lost_and_no_order_inverted(steps in prop::collection::vec(step(), 1..250)) {
        let mut service = Service::new();
        let endpoints = [service.add_endpoint("a"), service.add_endpoint("b")];
        let mut on_its_way: Vec<Attempt> = Vec::new();
        for step in steps {
            match step {
                Step::Post(lead) => service.post(lead),
                Step::Pass(time) => service.now += time,
                Step::Restart => {
                    service.queue = Queue::default();
                    // Some of it had left already.
                    for attempt in std::mem::take(&mut on_its_way).iter().step_by(2) {
                        service.receive(attempt);
                    }
                }
                Step::End { is_received, is_answered, asked } => {
                    if on_its_way.is_empty() {
                        continue;
                    }
                    let attempt = on_its_way.remove(0);
                    if is_received {
                        service.receive(&attempt);
                    }
                    let status = is_answered.then_some(503);
                    let outcome = if is_received && is_answered { delivered() } else { failed(status, asked) };
                    service.settle(&attempt, outcome);
                }
            }
            on_its_way.extend(service.pick());
            let lanes: BTreeSet<(i64, i64)> = on_its_way.iter().map(|attempt| (attempt.endpoint, attempt.lane)).collect();
            prop_assert_eq!(lanes.len(), on_its_way.len(), "one at a time of each lead to each endpoint");
        }
        for attempt in on_its_way {
            service.settle(&attempt, failed(None, None));
        }
        // Receivers that work again get everything when the longest pause is over.
        service.pass(service.now + 2 * HOUR, 20 * SECOND, &mut |_, _| delivered());
        for endpoint in endpoints {
            service.assert_order(endpoint);
            service.assert_complete(endpoint);
            prop_assert_eq!(service.deliveries(endpoint, DeliveryState::Waiting), vec![]);
        }
        let ids: BTreeSet<&str> = service.receipts.iter().map(|receipt| receipt.message_id.as_str()).collect();
        prop_assert_eq!(ids.len(), 2 * service.posted(), "one id for each message and endpoint");
    }
}
