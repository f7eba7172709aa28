//! Makes definitions without errors from a tape of bytes: each byte is a choice, and past its end every choice is the
//! first. So the empty tape is the plainest definition, and one changed byte is a small edit.
//!
//! Names and texts are odd on purpose. The text is written as JSON, which is YAML in which nothing is left to quoting.

use bantam_lang::source::Source;
use bantam_lang::{CheckedDefinition, load};

mod rules;
mod shape;

pub(crate) use shape::Shape;
use shape::{list, map, raw, text};

/// Texts that YAML, the language or a reader may stumble over.
const ODD: &[&str] = &[
    "Software",
    "no",
    "1.0",
    "~",
    "null",
    "- x",
    "-",
    "-5",
    "a: b",
    "a #b",
    "#x",
    "it's",
    "\"q\"",
    "it's \"both\"",
    "日本",
    "Öffentlicher Dienst",
    "x, y",
    "[a]",
    "{a}",
    "true",
    "else?",
    "50+",
    "!x",
    "&a",
    "*b",
    "|",
    "> y",
    "% z",
    "@w",
    "`t`",
    "a\nb",
    "tab\there",
    "\\back",
    "never",
    "day",
    "'",
    "::",
    "a:",
    "? x",
    "---",
    "... y",
    "0x1F",
    "1e3",
    "=",
    "<x",
    "line\u{2028}end",
    "\u{feff}mark",
    "a :b",
    "30d",
    "http://a.example/b?c=d&e",
    "\u{7f}",
    "a  b",
    "🙂",
    "a text that is so long that a list of two of it does not fit on a line of a hundred characters",
];
const DURATIONS: &[&str] = &["30d", "2w", "90m", "1s", "36h", "60d", "86400s", "36500d"];
const NUMBERS: &[&str] = &["10", "0", "-5", "10000", "75", "+3"];

/// The choices.
pub(crate) struct Tape<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Tape<'_> {
    fn below(&mut self, count: usize) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(byte) % count.max(1)
    }

    fn maybe(&mut self) -> bool {
        self.below(3) == 1
    }

    fn of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }

    fn odd(&mut self) -> String {
        self.of(ODD).to_owned()
    }

    fn duration(&mut self) -> Shape {
        text(self.of(DURATIONS))
    }

    fn number(&mut self) -> Shape {
        raw(self.of(NUMBERS).trim_start_matches('+'))
    }

    fn odds(&mut self, most: usize) -> Shape {
        let count = self.below(most + 1);
        list((0..count).map(|_| text(&self.odd())).collect())
    }

    fn events(&mut self) -> Shape {
        match self.below(4) {
            0 => text("page_viewed"),
            1 => text("demo"),
            2 => list(vec![text("page_viewed"), text(&self.odd())]),
            _ => list(vec![text(&self.odd())]),
        }
    }
}

/// Returns the text of the definition that a tape makes.
pub(crate) fn generate(bytes: &[u8]) -> String {
    let mut tape = Tape { bytes, at: 0 };
    let tape = &mut tape;
    let mut top = vec![("bantam", raw("1"))];
    top.extend(tape.maybe().then(|| ("name", text(&tape.odd()))));
    top.extend(tape.maybe().then(|| ("review_every", tape.duration())));
    top.extend(tape.maybe().then(|| ("missing", tape.odds(3))));
    top.push(("lead", lead(tape)));
    top.push(("event", event(tape)));
    let demo = vec![("on", tape.events()), ("if", text("event.price > 0"))];
    top.push(("actions", map(vec![("demo", map(demo))])));
    let file = if tape.maybe() { map(vec![("file", text("values.txt"))]) } else { tape.odds(3) };
    top.push(("lists", map(vec![("targets", file), ("short", tape.odds(5))])));
    if tape.maybe() {
        let key = tape.of(&["accepted", "recycled", "won", "lost"]);
        top.push(("sales", map(vec![(key, tape.events())])));
    }
    match tape.below(4) {
        0 => {}
        1 => top.push(("qualification", text(tape.of(&["BANT", "MEDDIC", "CHAMP", "MEDDPICC"])))),
        2 => top.push(("qualification", list(vec![text("need"), text("budget")]))),
        _ => top.push(("qualification", list(vec![text("budget"), text("need")]))),
    }
    top.push(("derive", derive(tape)));
    top.push(("signals", rules::signals(tape)));
    top.push(("personas", conditions(tape, 3, true)));
    top.extend(tape.below(4).checked_sub(1).map(|_| ("fit", rules::section(tape, false))));
    top.extend(tape.below(4).checked_sub(1).map(|_| ("engagement", rules::section(tape, true))));
    top.push(("disqualify", conditions(tape, 3, false)));
    rules::ladder(tape, &mut top);
    map(top).to_string()
}

fn lead(tape: &mut Tape<'_>) -> Shape {
    let attributes = [
        ("email", "text"),
        ("title", "text"),
        ("industry", "text"),
        ("employees", "number"),
        ("opted_in", "boolean"),
        ("signed_up", "time"),
    ];
    let mut entries = Vec::new();
    entries.extend(tape.maybe().then(|| ("id", map(vec![("from", text(&tape.odd()))]))));
    entries.extend(attributes.map(|(name, kind)| (name, attribute(tape, kind))));
    map(entries)
}

fn event(tape: &mut Tape<'_>) -> Shape {
    let mut entries = Vec::new();
    entries.extend(tape.maybe().then(|| ("time", map(vec![("from", text("Moment"))]))));
    entries.extend([("path", attribute(tape, "text")), ("price", attribute(tape, "number"))]);
    map(entries)
}

fn attribute(tape: &mut Tape<'_>, kind: &'static str) -> Shape {
    let default = match kind {
        "number" => tape.of(&["1", "2.50", "-1e3"]),
        "boolean" => tape.of(&["true", "no"]),
        "time" => "2026-03-01",
        _ => tape.of(&["x", "null", "~"]),
    };
    match tape.below(4) {
        0 => text(kind),
        1 => map(vec![("type", text(kind)), ("from", text(&tape.odd()))]),
        2 => map(vec![("type", text(kind)), ("default", text(default))]),
        _ => map(vec![("type", text(kind)), ("missing", tape.odds(2)), ("from", raw("null"))]),
    }
}

fn derive(tape: &mut Tape<'_>) -> Shape {
    let names = ["one", "two", "three"];
    let mut names: Vec<&str> = names.into_iter().take(tape.below(4)).collect();
    if tape.maybe() {
        names.reverse();
    }
    map(names.into_iter().map(|name| (name, text(&condition(tape)))).collect())
}

/// Named conditions with odd names; as a list of maps of one entry, or as one map.
fn conditions(tape: &mut Tape<'_>, most: usize, listed: bool) -> Shape {
    let mut entries: Vec<(String, Shape)> = Vec::new();
    for _ in 0..tape.below(most + 1) {
        let name = tape.odd();
        if listed || !entries.iter().any(|(other, _)| *other == name) {
            entries.push((name, text(&condition(tape))));
        }
    }
    if listed { list(entries.into_iter().map(|entry| Shape::Map(vec![entry])).collect()) } else { Shape::Map(entries) }
}

/// A condition over the lead.
pub(crate) fn condition(tape: &mut Tape<'_>) -> String {
    let quoted = |text: String| raw_literal(&text);
    match tape.below(14) {
        0 => format!("employees >= {}", tape.of(&["50", "40", "5e1", "50.0"])),
        1 => format!("employees>={}", tape.of(&["50", "40"])),
        2 => format!("industry == {}", quoted(tape.odd())),
        3 => format!("industry in [{}, {}]", quoted(tape.odd()), quoted(tape.odd())),
        4 => "email_domain(email) in targets".into(),
        5 => format!("!(known(email)) && {}", condition(tape)),
        6 => format!("{} &&\n  known(title)", condition(tape)),
        7 => format!("opted_in ? {} : false", parenthesised(tape)),
        8 => format!("title.contains({})", quoted(tape.odd())),
        9 => format!("how_many({}, opted_in) >= {}", condition(tape), tape.of(&["1", "2"])),
        10 => format!("signed_up < timestamp(\"{}\")", tape.of(&["2026-03-01", "2026-04-01"])),
        11 => "title == 'it''s' || opted_in".replace("''", "\\'"),
        12 => format!("{} || days_since(signed_up) < {}", parenthesised(tape), tape.of(&["30", "7"])),
        _ => format!("-employees / 7 < {}", tape.of(&["3", "-3"])),
    }
}

fn parenthesised(tape: &mut Tape<'_>) -> String {
    format!("({})", condition(tape))
}

fn raw_literal(content: &str) -> String {
    text(content).to_string()
}

/// Reads and checks a text; list files hold two values.
pub(crate) fn check(text: &str) -> CheckedDefinition {
    let loaded = load(Source::new("d.yaml", text), &mut |_| Ok("initech.example\nglobex.example\n".into()));
    let lines: Vec<String> = loaded.diagnostics.iter().map(|d| d.line(&loaded.source)).collect();
    loaded.checked.unwrap_or_else(|| panic!("{lines:#?}\n{text}"))
}
