//! What is said of what rules inherit from their section and group.

use super::engagement;

#[test]
fn decay_of_a_section_is_said_once() {
    let rules = "rules: {A: {on: x, points: 3}, B: {on: y, points: 3}, C: {on: z, points: 3, fade_over: 9d}}";
    engagement(
        &format!("halve_every: 30d, {rules}"),
        &format!("halve_every: 45d, {rules}"),
        &["engagement is halved every 30 -> 45 days"],
    );
    engagement(
        &format!("halve_every: 30d, {rules}"),
        &format!("fade_over: 60d, {rules}"),
        &["engagement now fades over 60 days (was halved every 30 days)"],
    );
    engagement(&format!("fade_over: 36h, {rules}"), rules, &["engagement now keeps its points (faded over 36 hours)"]);
}

#[test]
fn a_default_that_no_rule_takes_moves_no_lead() {
    let rules = "rules: {A: {on: x, points: 3, halve_every: 9d}, B: {if: known(email), points: 1}}";
    engagement(
        &format!("halve_every: 30d, {rules}"),
        &format!("halve_every: 45d, {rules}"),
        &["(quiet) engagement is halved every 30 -> 45 days"],
    );
}

#[test]
fn decay_of_a_rule_and_of_a_group() {
    engagement(
        "halve_every: 30d, rules: {A: {on: x, points: 3}}",
        "halve_every: 30d, rules: {A: {on: x, points: 3, fade_over: 60d}}",
        &["A: now fades over 60 days (was halved every 30 days)"],
    );
    engagement(
        "rules: {A: {on: x, points: 3, halve_every: 1d}}",
        "rules: {A: {on: x, points: 3, halve_every: 36h}}",
        &["A: halved every 1 day -> 36 hours"],
    );
    engagement(
        "halve_every: 9d, rules: {G: {rules: {A: {on: x, points: 3}}}}",
        "halve_every: 9d, rules: {G: {halve_every: never, rules: {A: {on: x, points: 3}}}}",
        &["G: now keeps its points (was halved every 9 days)"],
    );
    engagement(
        "halve_every: 30d, rules: {A: {on: x, points: 3}}",
        "halve_every: 30d, rules: {A: {on: x, points: 3, halve_every: 30d}}",
        &["(quiet) A: halved every 30 days as before, written elsewhere"],
    );
}

#[test]
fn windows() {
    engagement(
        "within: 90d, rules: {A: {on: x, points: 3}}",
        "within: 60d, since: back, rules: {A: {on: x, points: 3}}",
        &["engagement counts the last 90 -> 60 days", "engagement now starts anew at back"],
    );
    engagement(
        "rules: {A: {on: x, points: 3}}",
        "rules: {A: {on: x, points: 3, within: 30d}}",
        &["A: now counts only the last 30 days (was all time)"],
    );
    engagement(
        "since: a, rules: {A: {on: x, points: 3}}",
        "since: a, rules: {A: {on: x, points: 3, since: never}}",
        &["A: no longer starts anew at a"],
    );
}

#[test]
fn rules_move_between_groups() {
    engagement(
        "halve_every: 30d, rules: {Opened: {on: x, points: 1}, E-mail: {fade_over: 60d, rules: {}}}",
        "halve_every: 30d, rules: {E-mail: {fade_over: 60d, rules: {Opened: {on: x, points: 1}}}}",
        &["Opened moved into the group E-mail, where it now fades over 60 days (was halved every 30 days)"],
    );
    engagement(
        "rules: {G: {rules: {A: {on: x, points: 1}}}}",
        "rules: {H: {rules: {A: {on: x, points: 1}}}}",
        &["(quiet) G is now called H"],
    );
    engagement(
        "rules: {G: {cap: 5, rules: {A: {on: x, points: 1}, B: {on: y, points: 1}}}}",
        "rules: {A: {on: x, points: 1}, B: {on: y, points: 1}}",
        &["G removed (a group of 2 rules, capped at 5)", "A moved out of the group G", "B moved out of the group G"],
    );
}
