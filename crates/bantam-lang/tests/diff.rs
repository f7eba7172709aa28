//! Pairs of definitions and what is said of them.

#![cfg(test)]

#[path = "format_generator/mod.rs"]
mod generator;

use bantam_lang::diff::{ChangeKind, diff, render_diff};
use bantam_lang::format::format_definition;
use generator::check;
use proptest::prelude::*;

const DATA: &str = "bantam: 1
lead: {industry: text, employees: number, email: text, title: text, seen: time}
event: {path: text, price: number}
";

/// What changes that cannot move a lead begin with.
const QUIET: &str = "(quiet) ";

fn said(old: &str, new: &str) -> Vec<String> {
    let changes = diff(&check(old), &check(new));
    changes.into_iter().map(|c| if c.affects_scores { c.words } else { format!("{QUIET}{}", c.words) }).collect()
}

/// Compares what follows [`DATA`] in two definitions.
#[track_caller]
fn changes(old: &str, new: &str, expected: &[&str]) {
    assert_eq!(said(&format!("{DATA}{old}"), &format!("{DATA}{new}")), expected);
}

/// Compares two rules of the section `fit`.
#[track_caller]
fn fit(old: &str, new: &str, expected: &[&str]) {
    changes(&format!("fit: {{rules: {{{old}}}}}"), &format!("fit: {{rules: {{{new}}}}}"), expected);
}

/// Compares two contents of the section `engagement`.
#[track_caller]
fn engagement(old: &str, new: &str, expected: &[&str]) {
    changes(&format!("engagement: {{{old}}}"), &format!("engagement: {{{new}}}"), expected);
}

#[test]
fn layout_comments_and_quoting_are_no_changes() {
    changes(
        "signals: {views: {count: page_viewed, within: 7d}}\nfit: {rules: {A: {if: employees > 5, points: 3}}}",
        "# a comment\nfit:\n  rules:\n    'A': {points: 3, if: \"employees > 5\"}\nsignals:\n  views: {within: 1w, count: [page_viewed]}",
        &[],
    );
    engagement("rules: {A: {on: x, points: 3, cap: 5}}", "rules: {A: {on: x, points: 3, range: [-5, 5]}}", &[]);
}

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
fn conditions_name_the_literal_that_changed() {
    changes(
        "stages: [Inquiry, {Sales-ready: engagement >= 50 || known(title)}]",
        "stages: [Inquiry, {Sales-ready: engagement >= 40 || known(title)}]",
        &["Sales-ready needs engagement 50 -> 40"],
    );
    fit(
        "A: {if: employees < 50 && title.contains(\"VP\"), points: 3}",
        "A: {if: employees < 60 && title.contains(\"CEO\"), points: 3}",
        &["A: if employees < 50 -> 60, title contains \"VP\" -> \"CEO\""],
    );
    fit(
        "A: {if: 'industry in [\"a\", \"b\"]', points: 3}",
        "A: {if: 'industry in [\"c\", \"b\", \"d\"]', points: 3}",
        &["A: if industry: also \"c\" and \"d\", no longer \"a\""],
    );
    fit(
        "A: {if: seen < timestamp(\"2026-01-01\"), points: 3}",
        "A: {if: seen < timestamp(\"2026-02-01\"), points: 3}",
        &["A: if seen < \"2026-01-01\" -> \"2026-02-01\""],
    );
    changes("derive: {x: employees / 7}", "derive: {x: employees / 8}", &["x is employees / 7 -> 8"]);
    changes(
        "derive: {x: 'employees > 5 ? \"big\" : \"small\"'}",
        "derive: {x: 'employees > 6 ? \"large\" : \"small\"'}",
        &["x is employees > 5 -> 6, `employees > 6` gives \"big\" -> \"large\""],
    );
}

#[test]
fn conditions_name_the_part_that_came_or_went() {
    let (short, long) = ("stages: [{S: fit > 3}]", "stages: [{S: fit > 3 && known(title)}]");
    changes(short, long, &["S now also needs `known(title)`"]);
    changes(long, short, &["S no longer needs `known(title)`"]);
    fit(
        "A: {if: employees > 5, points: 3}",
        "A: {if: employees > 5 || known(title), points: 3}",
        &["A: now also where `known(title)`"],
    );
}

#[test]
fn conditions_of_another_shape_are_both_shown() {
    changes(
        "stages: [{S: fit > 3 && known(title)}]",
        "stages: [{S: score > 3}]",
        &["S needs `fit > 3 && known(title)` -> `score > 3`"],
    );
    changes("stages: [{S: fit > 3}]", "stages: [S]", &["S no longer needs `fit > 3`"]);
    changes("stages: [S]", "stages: [{S: fit > 3}]", &["S now needs `fit > 3`"]);
}

#[test]
fn another_spelling_is_said_and_moves_no_lead() {
    changes(
        "stages: [{S: fit>3 && score > 1.0}]",
        "stages: [{S: score > 1 && (fit > 3)}]",
        &["(quiet) S is written differently, with the same meaning"],
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
fn lists_are_counted_with_examples() {
    changes(
        "lists: {competitors: [a, b, c]}",
        "lists: {competitors: [b, c, d, e, f, g, h]}",
        &["competitors: 5 added (d, e, f and 2 more), 1 removed (a)"],
    );
    changes("lists: {l: [a, b]}", "lists: {l: [b, a]}", &["(quiet) l: the same in another order"]);
    changes("lists: {l: [a]}", "lists: {l: [a, a]}", &["(quiet) l: repeats alone differ: 1 added (a)"]);
    changes("lists: {l: [initech.example, globex.example]}", "lists: {l: {file: values.txt}}", &[]);
    changes("", "lists: {l: [a, b]}", &["(quiet) l added: 2 values (a, b)"]);
    changes("missing: [N/A]", "missing: [N/A, Select]", &["texts that mean no value: 1 added (Select)"]);
}

#[test]
fn attributes() {
    let lead = |old: &str, new: &str| {
        said(&format!("bantam: 1\nlead: {{a: {old}}}"), &format!("bantam: 1\nlead: {{a: {new}}}"))
    };
    assert_eq!(lead("text", "number"), ["a: text -> number"]);
    assert_eq!(lead("text", "{from: Column A}"), ["a: from the column a -> Column A"]);
    assert_eq!(lead("text", "{from: a}"), [""; 0]);
    assert_eq!(lead("text", "{default: x}"), ["a: now x where missing"]);
    assert_eq!(lead("{type: number, default: 1}", "{type: number, default: 1.50}"), ["a: where missing 1 -> 1.50"]);
    assert_eq!(lead("{type: number, default: 1}", "{type: number, default: 1.0}"), [""; 0]);
    assert_eq!(lead("{missing: [x]}", "{missing: [y, x]}"), ["a: texts that mean no value: 1 added (y)"]);
    assert_eq!(
        said("bantam: 1\nlead: {a: text}", "bantam: 1\nlead: {id: {from: Key}, b: number}"),
        ["the lead's key: from the column lead_id -> Key", "a removed (text)", "(quiet) b added: number"]
    );
    assert_eq!(said("bantam: 1\nlead: {a: {from: C}}", "bantam: 1\nlead: {b: {from: C}}"), ["a is now called b"]);
    assert_eq!(
        said("bantam: 1\nevent: {price: number}", "bantam: 1\nevent: {time: {from: At}, price: text}"),
        ["the event's time: from the column timestamp -> At", "price: number -> text"]
    );
}

#[test]
fn actions_and_answers_of_sales() {
    changes(
        "actions: {demo: {on: form, if: event.price > 3}}",
        "actions: {demo: {on: [form, call], if: event.price > 4}}",
        &["demo: events: also call", "demo: if event.price > 3 -> 4"],
    );
    changes("", "actions: {demo: {on: form}}", &["demo added: form"]);
    changes("", "sales: {accepted: [deal_taken, sales_accepted]}", &["accepted: also deal_taken"]);
    changes("", "sales: {accepted: sales_accepted}", &[]);
}

#[test]
fn qualification() {
    changes(
        "qualification: BANT",
        "qualification: CHAMP",
        &[
            "qualification: BANT -> CHAMP, 3 added (challenges, money, prioritization), 3 removed (budget, need, timeline)",
        ],
    );
    changes("qualification: BANT", "qualification: [budget, authority, need, timeline]", &[]);
    changes("qualification: [a, b]", "qualification: [b, a]", &["(quiet) qualification: the same in another order"]);
}

#[test]
fn signals() {
    changes(
        "signals: {views: {count: page_viewed, within: 30d}}",
        "signals: {views: {count: [page_viewed, screen], within: 2w, if: event.price > 3}}",
        &["views: events: also screen", "views: now only if `event.price > 3`", "views: counts the last 30 -> 14 days"],
    );
    changes("signals: {s: {first: x}}", "signals: {s: {last: x}}", &["s: first -> last"]);
    changes(
        "signals: {s: {sequence: [a, b], span: 14d}}",
        "signals: {s: {sequence: [b, a]}}",
        &["s: steps a, b -> b, a", "s: the whole sequence in 14 days -> any time"],
    );
    changes(
        "signals: {s: {sum: x, of: event.price}}",
        "signals: {s: {sum: x, of: event.price * 2}}",
        &["s: looks at `event.price` -> `event.price * 2`"],
    );
    changes("", "signals: {s: {last: x}}", &["(quiet) s added at the top: last of x"]);
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

#[test]
fn what_concerns_the_service_moves_no_lead() {
    changes(
        "name: Acme",
        "name: Acme 2\nreview_every: 90d",
        &["(quiet) name: `Acme` -> `Acme 2`", "(quiet) review: never -> every 90 days"],
    );
    changes(
        "office_hours: {days: {mon-fri: 09:00-18:00}}",
        "office_hours: {time_zone: Europe/Berlin, days: {mon-thu: 09:00-18:00, fri: [09:00-12:00, 13:00-15:00]}, holidays: [2026-12-25]}",
        &[
            "(quiet) office hours: in the time of UTC -> Europe/Berlin",
            "(quiet) office hours: mon-fri 09:00-18:00 -> mon-thu 09:00-18:00, fri 09:00-12:00 and 13:00-15:00",
            "(quiet) office hours: days off: 1 added (2026-12-25)",
        ],
    );
}

#[test]
fn changes_are_printed_by_section() {
    let old = "name: Acme\nfit: {rules: {A: {if: employees > 5, points: 3}, B: {if: known(email), points: 1}}}\nstages: [A, B]";
    let new = "fit: {rules: {A: {if: employees > 5, points: 4}, C: {if: known(title), points: 1}}}\nstages: [B, A]";
    let changes = diff(&check(&format!("{DATA}{old}")), &check(&format!("{DATA}{new}")));
    let expected = "\
name
  ~ name: `Acme` -> no name [moves no lead]

fit
  - B removed (1 point if `known(email)`)
  + C added: 1 point if `known(title)`
  ~ A: 3 -> 4 points

stages
  > B moved to the top
";
    assert_eq!(render_diff(&changes), expected);
    assert_eq!(changes.last().map(|change| (change.section, change.kind)), Some(("stages", ChangeKind::Moved)));
    assert_eq!(render_diff(&[]), "");
}

/// Holds the law over one pair: empty exactly where the fingerprints are equal, and quietly empty over formatting.
fn hold(old: &[u8], new: &[u8]) {
    let (old, new) = (check(&generator::generate(old)), check(&generator::generate(new)));
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
