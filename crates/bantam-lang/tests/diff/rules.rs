//! What is said of rules: points, tables, limits, events.

use super::{changes, engagement, fit};

#[test]
fn points() {
    engagement(
        "rules: {Requested a demo: {on: demo_requested, points: 75}}",
        "rules: {Requested a demo: {on: demo_requested, points: 60}}",
        &["Requested a demo: 75 -> 60 points"],
    );
    fit("A: {if: employees > 5, points: 2}", "A: {if: employees > 5, points: 1}", &["A: 2 -> 1 point"]);
}

#[test]
fn tables() {
    fit(
        "Company size: {by: employees, points: {50+: 10, 200+: 25}}",
        "Company size: {by: employees, points: {50+: 15, 200+: 25}}",
        &["Company size: from 50 employees 10 -> 15"],
    );
    fit(
        "Target industry: {by: industry, points: {Software: 5, Fintech: 30, Healthcare: 10}}",
        "Target industry: {by: industry, points: {Software: 5, Fintech: 20, Retail: 10, else: -1, missing: -2}}",
        &[
            "Target industry: Fintech 30 -> 20, Retail added with 10, any other value added with -1, no value added with -2, Healthcare removed",
        ],
    );
    fit(
        "A: {by: industry, points: {a: 1}}",
        "A: {by: email_domain(email), points: {a: 1}}",
        &["A: looks at `industry` -> `email_domain(email)`"],
    );
    fit(
        "A: {if: employees > 5, points: 3}",
        "A: {by: employees, points: {5+: 3}}",
        &[
            "A: now gives points by employees: from 5 employees 3 (gave 3 points)",
            "A: no longer asks for `employees > 5`",
        ],
    );
}

#[test]
fn limits() {
    fit(
        "A: {if: employees > 5, points: 3, cap: 30}",
        "A: {if: employees > 5, points: 3, cap: 20}",
        &["A: cap 30 -> 20"],
    );
    changes(
        "fit: {range: [0, 100], rules: {}}",
        "fit: {range: [0, 80], rules: {}}",
        &["fit: range [0, 100] -> [0, 80]"],
    );
    engagement("rules: {G: {rules: {}}}", "rules: {G: {cap: 20, rules: {}}}", &["G: now capped at 20 (had no limit)"]);
    engagement(
        "range: [0, 5], rules: {}",
        "rules: {}",
        &["engagement: has no limit any more (was kept between 0 and 5)"],
    );
}

#[test]
fn how_often_an_event_counts() {
    let rule = |keys: &str| format!("rules: {{A: {{on: x, points: 3{keys}}}}}");
    engagement(&rule(""), &rule(", times: 1"), &["A: counts every time -> once, however often"]);
    engagement(&rule(", times: 3"), &rule(", times: 5"), &["A: counts once, from 3 times on -> once, from 5 times on"]);
    engagement(
        &rule(", once_per: day"),
        &rule(", once_per: event.path, times: 2"),
        &["A: counts once per day -> once per `event.path` with 2 or more"],
    );
    engagement(
        &rule(", once_per: day"),
        &rule(", once_per: day, times: 1"),
        &["(quiet) A: counts once per day as before, written differently"],
    );
}

#[test]
fn events_of_a_rule() {
    engagement(
        "rules: {A: {on: [x, y], points: 3}}",
        "rules: {A: {on: [z, x], points: 3}}",
        &["A: events: also z, no longer y"],
    );
    engagement(
        "rules: {A: {on: [x, y], points: 3}}",
        "rules: {A: {on: [y, x], points: 3}}",
        &["(quiet) A: events: the same in another order"],
    );
    engagement(
        "rules: {A: {if: known(email), points: 3}}",
        "rules: {A: {on: [x, y], points: 3}}",
        &["A: now decided by events: x and y (was by the lead)", "A: no longer asks for `known(email)`"],
    );
}

#[test]
fn rules_come_go_and_take_other_names() {
    fit(
        "A: {if: employees > 5, points: 3}",
        "B: {by: industry, points: {x: 1, y: 2}}",
        &["A removed (3 points if `employees > 5`)", "B added: points by industry: x 1, y 2"],
    );
    fit(
        "A: {if: employees > 5, points: 3}",
        "Bigger firms: {if: employees > 5, points: 3}",
        &["(quiet) A is now called Bigger firms"],
    );
    engagement(
        "rules: {}",
        "rules: {Viewed pricing: {on: [x, y], if: event.price > 3, points: 10, cap: 30}}",
        &["Viewed pricing added: 10 points for x and y if `event.price > 3`, capped at 30"],
    );
    changes("", "fit: {rules: {}}", &["fit added with 0 rules"]);
    engagement("rules: {A: {on: x, points: 3}}", "rules: {}", &["A removed (3 points for x)"]);
    changes("engagement: {rules: {A: {on: x, points: 3}}}", "", &["engagement removed with 1 rule"]);
}

#[test]
fn the_order_of_rules_has_no_meaning() {
    fit(
        "A: {if: employees > 5, points: 3}, B: {if: employees > 6, points: 3}",
        "B: {if: employees > 6, points: 3}, A: {if: employees > 5, points: 3}",
        &[],
    );
}
