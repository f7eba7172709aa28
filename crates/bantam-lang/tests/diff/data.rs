//! What is said of what leads and events carry, and of what is computed from it.

use super::{changes, said};

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
