//! Makes signals, sections and what follows from a score.

use super::shape::{Shape, list, map, raw, text};
use super::{Tape, condition};

pub(crate) fn signals(tape: &mut Tape<'_>) -> Shape {
    let mut names: Vec<&str> = ["s1", "s2", "s3"].into_iter().take(tape.below(4)).collect();
    if tape.maybe() {
        names.reverse();
    }
    map(names.into_iter().map(|name| (name, signal(tape))).collect())
}

fn signal(tape: &mut Tape<'_>) -> Shape {
    let mut entries = match tape.below(4) {
        0 => vec![("count", tape.events())],
        1 => vec![("sum", tape.events()), ("of", text("event.price * 2"))],
        2 => vec![("last", tape.events())],
        _ => {
            vec![("sequence", list(vec![text("a"), text(tape.of(&["a", "demo", "never"]))])), ("span", tape.duration())]
        }
    };
    if entries.len() == 1 && tape.maybe() && matches!(entries[0].0, "count") {
        once(tape, &mut entries);
    }
    selectors(tape, &mut entries);
    map(entries)
}

fn selectors(tape: &mut Tape<'_>, entries: &mut Vec<(&str, Shape)>) {
    if tape.maybe() {
        entries.push((
            "if",
            text(tape.of(&["event.path.startsWith(\"/p\")", "event.path.startsWith('/q')", "!known(event.price)"])),
        ));
    }
    if tape.maybe() {
        entries.push(("within", tape.duration()));
    }
    if tape.maybe() {
        entries.push(("since", since(tape)));
    }
}

fn since(tape: &mut Tape<'_>) -> Shape {
    match tape.below(4) {
        0 => text("lead_recycled"),
        1 => list(vec![]),
        2 => text("never"),
        _ => list(vec![text("never")]),
    }
}

fn once(tape: &mut Tape<'_>, entries: &mut Vec<(&str, Shape)>) {
    let keys: &[&str] = &["day", "week", "month", "90d", "event.path", "event.price + 1 > 2 ? 'a' : 'b'"];
    match tape.below(4) {
        0 => {}
        1 => entries.push(("times", raw("1"))),
        2 => entries.push(("once_per", text(tape.of(keys)))),
        _ => entries.extend([("once_per", text(tape.of(keys))), ("times", raw(tape.of(&["1", "3"])))]),
    }
}

pub(crate) fn section(tape: &mut Tape<'_>, over_events: bool) -> Shape {
    let mut entries: Vec<(&str, Shape)> = Vec::new();
    frame(tape, &mut entries, over_events);
    let mut rules: Vec<(String, Shape)> = Vec::new();
    let mut used = Vec::new();
    for _ in 0..tape.below(5) {
        if tape.below(4) == 3 {
            let name = unused(tape, &mut used);
            let mut group: Vec<(&str, Shape)> = Vec::new();
            frame(tape, &mut group, over_events);
            let members = (0..tape.below(3)).map(|_| (unused(tape, &mut used), rule(tape, over_events))).collect();
            group.push(("rules", Shape::Map(members)));
            rules.push((name, map(group)));
        } else {
            rules.push((unused(tape, &mut used), rule(tape, over_events)));
        }
    }
    entries.push(("rules", Shape::Map(rules)));
    map(entries)
}

fn unused(tape: &mut Tape<'_>, used: &mut Vec<String>) -> String {
    let mut name = tape.odd();
    while used.contains(&name) {
        name.push_str("'2");
    }
    used.push(name.clone());
    name
}

fn frame(tape: &mut Tape<'_>, entries: &mut Vec<(&str, Shape)>, over_events: bool) {
    limit(tape, entries);
    if over_events {
        decay(tape, entries);
        if tape.maybe() {
            entries.push(("within", if tape.maybe() { text("never") } else { tape.duration() }));
        }
        if tape.maybe() {
            entries.push(("since", since(tape)));
        }
    }
}

fn limit(tape: &mut Tape<'_>, entries: &mut Vec<(&str, Shape)>) {
    match tape.below(4) {
        1 => entries.push(("cap", raw(tape.of(&["30", "20"])))),
        2 => entries.push(("range", list(vec![raw(tape.of(&["-30", "0"])), raw(tape.of(&["30", "100"]))]))),
        _ => {}
    }
}

fn decay(tape: &mut Tape<'_>, entries: &mut Vec<(&str, Shape)>) {
    match tape.below(5) {
        1 => entries.push(("halve_every", tape.duration())),
        2 => entries.push(("fade_over", tape.duration())),
        3 => entries.push(("fade_over", text("never"))),
        _ => {}
    }
}

fn rule(tape: &mut Tape<'_>, over_events: bool) -> Shape {
    let mut entries: Vec<(&str, Shape)> = Vec::new();
    let on_events = over_events && tape.maybe();
    if on_events {
        entries.push(("on", tape.events()));
        selectors(tape, &mut entries);
        once(tape, &mut entries);
        decay(tape, &mut entries);
        entries.push(("points", tape.number()));
    } else if tape.maybe() {
        table(tape, &mut entries);
    } else {
        entries.extend([("if", text(&condition(tape))), ("points", tape.number())]);
    }
    limit(tape, &mut entries);
    map(entries)
}

fn table(tape: &mut Tape<'_>, entries: &mut Vec<(&str, Shape)>) {
    let (by, keys): (&str, Vec<String>) = match tape.below(4) {
        0 => ("industry", vec![tape.odd()]),
        1 => ("employees", vec!["50+".into(), tape.of(&["200+", "1e3+", "-1.50+"]).into()]),
        2 => ("opted_in", vec!["true".into(), "false".into()]),
        _ => ("email_domain(email)", vec!["else".into(), "missing".into(), tape.odd()]),
    };
    let table = keys.into_iter().map(|key| (key, tape.number())).collect();
    entries.extend([("by", text(by)), ("points", Shape::Map(table))]);
}

pub(crate) fn ladder(tape: &mut Tape<'_>, top: &mut Vec<(&str, Shape)>) {
    let mut used = Vec::new();
    let mut stages = Vec::new();
    for _ in 0..1 + tape.below(3) {
        let name = unused(tape, &mut used);
        let conditional = tape.maybe();
        stages.push(if conditional {
            Shape::Map(vec![(name, text(&format!("score >= {} && {}", tape.of(&["50", "40"]), condition(tape))))])
        } else {
            text(&name)
        });
    }
    top.push(("stages", list(stages)));
    match tape.below(3) {
        0 => {}
        1 => top.push(("hand_off", text(&used[0]))),
        _ => {
            let stage = used.last().unwrap();
            let hand_off =
                vec![("stage", text(stage)), ("reject_reasons", tape.odds(3)), ("recycle_after", tape.duration())];
            top.push(("hand_off", map(hand_off)));
        }
    }
    if tape.maybe() {
        let mut grades = vec![("fit", map(vec![("A", raw(tape.of(&["75", "70"]))), ("null", raw("-3"))]))];
        grades.extend(tape.maybe().then(|| ("engagement", Shape::Map(vec![(tape.odd(), raw("1"))]))));
        top.push(("grades", map(grades)));
    }
    let routes = (0..tape.below(4)).map(|_| route(tape)).collect();
    top.push(("routes", list(routes)));
    if tape.maybe() {
        top.push(("office_hours", office_hours(tape)));
    }
}

fn route(tape: &mut Tape<'_>) -> Shape {
    let mut route = vec![("to", text(&tape.odd()))];
    route.extend(tape.maybe().then(|| ("if", text(&condition(tape)))));
    route.extend(tape.maybe().then(|| ("respond_within", tape.duration())));
    route.extend(tape.maybe().then(|| ("escalate_to", text(&tape.odd()))));
    map(route)
}

fn office_hours(tape: &mut Tape<'_>) -> Shape {
    let mut days = vec![("mon-fri", text(tape.of(&["09:00-18:00", "8:30-24:00"])))];
    days.extend(tape.maybe().then(|| ("sat", list(vec![text("10:00-12:00"), text("13:00-14:00")]))));
    let mut entries = vec![("days", map(days))];
    entries.extend(tape.maybe().then(|| ("time_zone", text("Europe/Berlin"))));
    entries.extend(
        tape.maybe()
            .then(|| ("holidays", list(vec![text("2026-12-25"), text(tape.of(&["2026-01-01", "2027-01-01"]))]))),
    );
    map(entries)
}
