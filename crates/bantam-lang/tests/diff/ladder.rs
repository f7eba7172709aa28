//! What is said of personas, stages, hand-off, grades and routes.

use super::changes;

#[test]
fn order_where_it_has_meaning() {
    changes(
        "personas: [{A: known(email)}, {B: known(title)}, {C: employees > 5}]",
        "personas: [{C: employees > 5}, {A: known(email)}, {B: known(title)}]",
        &["C moved to the top"],
    );
    changes("stages: [A, B, C]", "stages: [A, C, B]", &["C moved after A"]);
    changes(
        "disqualify: {A: known(email), B: known(title)}",
        "disqualify: {B: known(title), A: known(email)}",
        &["B moved to the top"],
    );
    changes(
        "routes: [{to: a, if: score > 1}, {to: b}]",
        "routes: [{to: b}, {to: a, if: score > 1}]",
        &["route to b moved to the top"],
    );
    changes(
        "derive: {a: known(email), b: known(title)}",
        "derive: {b: known(title), a: known(email)}",
        &["(quiet) b moved to the top"],
    );
}

#[test]
fn stages_and_personas_come_and_go() {
    changes("stages: [A, C]", "stages: [A, {B: fit > 3}, C]", &["B added after A: needs `fit > 3`"]);
    changes("stages: [A, {B: fit > 3}]", "stages: [A, {Ready: fit > 3}]", &["B is now called Ready"]);
    changes(
        "personas: [{A: known(email)}, {A: known(title)}]",
        "personas: [{A: known(title)}]",
        &["A removed (`known(email)`)"],
    );
}

#[test]
fn grades() {
    changes(
        "grades: {fit: {A: 75, B: 50, C: 0}}",
        "grades: {fit: {A: 80, B: 50, D: -5}}",
        &["grades of fit: A from 75 -> 80, D added from -5, C removed"],
    );
    changes("", "grades: {engagement: {1: 60, 2: 30}}", &["grades of engagement: now graded: 1 from 60, 2 from 30"]);
}

#[test]
fn routes() {
    changes(
        "routes: [{to: sales, if: score >= 50, respond_within: 5m}]",
        "routes: [{to: sales, if: score >= 40, respond_within: 1h, escalate_to: boss}]",
        &[
            "route to sales: if score 50 -> 40",
            "route to sales: respond within 5 minutes -> 1 hour",
            "(quiet) route to sales: escalates to nobody -> boss",
        ],
    );
    changes("routes: [{to: sales}]", "routes: [{to: emea}]", &["route to sales now leads to emea"]);
    changes(
        "routes: [{to: a, if: fit > 1}, {to: a, if: fit > 2}]",
        "routes: [{to: a, if: fit > 2}]",
        &["route to a removed (if `fit > 1`)"],
    );
}

#[test]
fn hand_off() {
    changes("stages: [A, B]\nhand_off: A", "stages: [A, B]\nhand_off: {stage: B}", &["leads pass to sales at A -> B"]);
    changes(
        "stages: [A]\nhand_off: {stage: A, reject_reasons: [no budget], recycle_after: 30d}",
        "stages: [A]\nhand_off: {stage: A, reject_reasons: [no budget, student], recycle_after: 60d}",
        &["(quiet) reasons to reject: 1 added (student)", "(quiet) recycled leads wait 30 -> 60 days"],
    );
    changes("stages: [A]", "stages: [A]\nhand_off: A", &["leads now pass to sales at A"]);
}
