//! What holds for every definition and every lead.

#[path = "live_support/helpers.rs"]
mod helpers;
#[path = "live_support/random_cases.rs"]
mod random_cases;

use bantam_engine::live::{Plan, explain_lead, next_change, score_lead, stage_changes, unchanged_until};
use bantam_engine::timeline::Timeline;
use bantam_lang::meaning::*;
use helpers::*;
use proptest::prelude::*;
use random_cases::*;

/// How far a walk looks, in steps of half a second.
const STEPS: i64 = 100;

fn case(bytes: &[u8]) -> (Plan, Timeline, i64) {
    let choices = &mut Choices(bytes);
    let as_of = T + choices.integer(-50, 30) * HALF;
    let timeline = timeline(choices);
    (plan(meaning(choices)), timeline, as_of)
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..900)
}

fn shuffled(timeline: &Timeline, keys: &[u8]) -> Timeline {
    let mut order: Vec<usize> = (0..timeline.events.len()).collect();
    order.sort_by_key(|&index| keys.get(index).copied().unwrap_or(0));
    order.reverse();
    let events = order.into_iter().filter_map(|index| timeline.events.get(index).cloned()).collect();
    Timeline { events, ..timeline.clone() }
}

/// How often each kind of outcome came up: random cases that never change anything would prove nothing.
#[test]
fn random_cases_are_various() {
    let mut seed = 1_u64;
    let mut byte = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 56) as u8
    };
    let (mut changing, mut moving, mut dropping, mut undecided) = (0, 0, 0, 0);
    for _ in 0..1000 {
        let bytes: Vec<u8> = (0..900).map(|_| byte()).collect();
        let (plan, timeline, as_of) = case(&bytes);
        changing += usize::from(next_change(&plan, &timeline, as_of, as_of + STEPS * HALF).is_some());
        moving += usize::from(stage_changes(&plan, &timeline, as_of).len() > 1);
        let Some(explanation) = explain_lead(&plan, &timeline, as_of) else { continue };
        dropping += usize::from(
            explanation.rules.iter().any(|rule| rule.events.as_ref().is_some_and(|events| !events.dropped.is_empty())),
        );
        undecided += usize::from(explanation.score.fit_unknown > 0);
    }
    let counts = [changing, moving, dropping, undecided];
    assert!(counts.iter().all(|&count| count > 100), "{counts:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reasons_sum_to_the_score(bytes in bytes()) {
        let (plan, timeline, as_of) = case(&bytes);
        let Some(explanation) = explain_lead(&plan, &timeline, as_of) else {
            prop_assert_eq!(score_lead(&plan, &timeline, as_of), None);
            return Ok(());
        };
        prop_assert_eq!(Some(explanation.score.clone()), score_lead(&plan, &timeline, as_of));
        prop_assert_eq!(explanation.reasons.iter().map(|reason| reason.points).sum::<i64>(), explanation.score.score);
        prop_assert!(explanation.reasons.iter().all(|reason| reason.points != 0));
        prop_assert_eq!(explanation.undecided.len() as i64, explanation.score.fit_unknown);
        prop_assert_eq!(explanation.fit.points, explanation.score.fit);
        prop_assert_eq!(explanation.engagement.points, explanation.score.engagement);
        for rule in &explanation.rules {
            if let Some(events) = &rule.events {
                let sum: i64 = events.contributions.iter().map(|contribution| contribution.points).sum();
                prop_assert_eq!(sum, rule.points.before_limit);
            }
        }
    }

    #[test]
    fn shuffling_events_changes_nothing(bytes in bytes(), keys in proptest::collection::vec(any::<u8>(), 20)) {
        let (plan, timeline, as_of) = case(&bytes);
        let other = shuffled(&timeline, &keys);
        prop_assert_eq!(score_lead(&plan, &timeline, as_of), score_lead(&plan, &other, as_of));
    }

    #[test]
    fn next_change_is_the_first_instant_with_another_result(bytes in bytes(), between in 0..i64::MAX) {
        let (plan, timeline, as_of) = case(&bytes);
        let now = score_lead(&plan, &timeline, as_of);
        let horizon = as_of + STEPS * HALF;
        let later = (1..=STEPS).map(|step| as_of + step * HALF);
        let expected = later.clone().find(|&instant| score_lead(&plan, &timeline, instant) != now);
        let found = next_change(&plan, &timeline, as_of, horizon);
        prop_assert_eq!(found, expected);
        let until = found.unwrap_or(horizon + 1);
        for instant in [until - 1, as_of + 1, as_of + between % (until - as_of)] {
            if instant < until {
                prop_assert_eq!(score_lead(&plan, &timeline, instant), now.clone(), "at {}", instant - as_of);
            }
        }
        if let Some(found) = found {
            prop_assert_eq!(next_change(&plan, &timeline, as_of, found), Some(found));
            prop_assert_eq!(next_change(&plan, &timeline, as_of, found - 1), None);
        }
    }

    #[test]
    fn looking_again_whenever_a_search_was_broken_off_finds_the_next_change(bytes in bytes(), looks in 0_usize..6) {
        let (plan, timeline, as_of) = case(&bytes);
        let now = score_lead(&plan, &timeline, as_of);
        let horizon = as_of + STEPS * HALF;
        let mut at = as_of;
        let found = loop {
            let next = unchanged_until(&plan, &timeline, at, horizon, looks);
            prop_assert!(next > at && next <= horizon, "{} after {}", next - as_of, at - as_of);
            if score_lead(&plan, &timeline, next) != now {
                break Some(next);
            }
            if next == horizon {
                break None;
            }
            at = next;
        };
        prop_assert_eq!(found, next_change(&plan, &timeline, as_of, horizon));
    }

    #[test]
    fn stage_changes_are_those_a_clock_would_see(bytes in bytes()) {
        let (plan, timeline, until) = case(&bytes);
        let changes = stage_changes(&plan, &timeline, until);
        let last = changes.last().and_then(|change| change.to.clone());
        prop_assert_eq!(last, score_lead(&plan, &timeline, until).and_then(|score| score.stage));
        let dated = timeline.events.iter().map(|event| event.time);
        let first = dated.chain(timeline.profiles.iter().filter_map(|profile| profile.since)).min();
        let first = first.map_or(until, |first| first.min(until));
        // Facts lie at most a day and twenty seconds back: the walk looks at the ends of that day alone.
        let mut stage = None;
        let mut expected = Vec::new();
        let near = |at: i64| at <= first + 3 * STEPS * HALF || at >= until - STEPS * HALF;
        let mut at = first;
        while at <= until {
            let now = score_lead(&plan, &timeline, at).and_then(|score| score.stage);
            if now != stage {
                expected.push((at, stage, now.clone()));
                stage = now;
            }
            at += HALF;
            if !near(at) {
                at = at.max(until - STEPS * HALF);
            }
        }
        let found: Vec<_> = changes.iter().map(|change| (change.at, change.from.clone(), change.to.clone())).collect();
        prop_assert_eq!(found, expected);
        for change in &changes {
            prop_assert_eq!(Some(change.score.clone()), score_lead(&plan, &timeline, change.at));
        }
    }

    #[test]
    fn older_events_never_weigh_more(
        points in 0..=POINTS_MAX,
        seconds in 1_i64..100,
        halving: bool,
        age in 0_i64..300,
        older in 0_i64..300,
    ) {
        let decay = if halving { Decay::HalveEvery(seconds) } else { Decay::FadeOver(seconds) };
        let plan = plan(engaging(vec![event_rule("a", select(&["a"]), None, decay, points)]));
        let aged = |age: i64| score_lead(&plan, &visitor(vec![event("a", T - age * HALF)]), T).unwrap().score;
        prop_assert!(aged(age + older) <= aged(age));
    }
}
