//! Whatever stands in the file: loading it says what is wrong, and never panics.

#![expect(clippy::indexing_slicing, reason = "helpers of tests may fail as tests do")]

use bantam_lang::expression::{parse_expression, print_syntax};
use bantam_lang::render::{RenderStyle, render};
use bantam_lang::source::Source;
use bantam_lang::{Loaded, load};
use std::fmt::Write;

const MUTANTS: usize = 10_000;
/// Drawing a whole definition's diagnostics costs more than finding them.
const RENDERED_EVERY: usize = 5;

/// A whole definition with everything in it.
const DEFINITION: &str = include_str!("full_definition.yaml");

const EXPRESSIONS: [&str; 12] = [
    "employees >= 50 && industry in [\"Software\", \"Fintech\"]",
    "!known(email) || email_domain(email) == 'acme.example'",
    "title.lowerAscii().contains(\"vp\\u00e9\\n\") ? 5.5e3 : -7",
    "how_many(authority, budget, need) >= 2 && fit_unknown < 3",
    "days_since(last_seen) >= 60 && created < timestamp(\"2026-01-31T09:00:00Z\")",
    "(employees / 10 + 3 * size(title) - 1) != 4",
    "title.matches(\"(?i)^(vp|head) .*\\\\bsales\\\\b$\")",
    "seniority(title) in [\"VP\", \"Director\"] && !(department(title) == \"Sales\")",
    "fit >= 40 && engagement >= 30 && score < 500 && accepted_by_sales",
    "sales_status == \"won\" || criteria_met >= 3 || became_opportunity",
    "email_domain(email) in competitors && country != \"日本\"",
    "event.path.startsWith(\"/pricing\") && event.price > 10.5",
];

const SPECIALS: [&str; 44] = [
    "\"",
    "'",
    "`",
    "\\",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    ":",
    ": ",
    " #",
    "#",
    ",",
    "-",
    "- ",
    "!",
    "?",
    "&",
    "*",
    "|",
    "|\n",
    ">-\n",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\u{1b}",
    "\u{7f}",
    "\u{85}",
    "\u{feff}",
    "\u{202e}",
    "ö",
    "日本",
    "🦀",
    "%",
    "@",
    "---\n",
    "...",
    "<<: ",
    "999999999999999999999",
    "1e999",
    "null",
];

/// A generator of the same numbers on every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

fn mutate(dice: &mut Dice, text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..1 + dice.below(4) {
        let at = dice.below(bytes.len());
        let length = dice.below(30).min(bytes.len() - at);
        match dice.below(7) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << dice.below(8),
            1 | 2 => drop(bytes.splice(at..at, SPECIALS[dice.below(SPECIALS.len())].bytes())),
            3 => bytes.truncate(at.max(bytes.len() / 2)),
            4 => drop(bytes.drain(at..at + length)),
            5 => {
                let part = bytes[at..at + length].to_vec();
                let to = dice.below(bytes.len());
                drop(bytes.splice(to..to, part));
            }
            _ => swap_words(dice, &mut bytes),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Swaps two words, as a slip of the mouse does.
fn swap_words(dice: &mut Dice, bytes: &mut Vec<u8>) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let mut words: Vec<&str> = text.split_inclusive([' ', ',', '\n', '.', '(']).collect();
    if words.len() > 1 {
        let (one, other) = (dice.below(words.len()), dice.below(words.len()));
        words.swap(one, other);
        *bytes = words.concat().into_bytes();
    }
}

fn load_text(text: String) -> Loaded {
    let loaded = load(Source::new("d.yaml", text), &mut |_| Ok("acme.example\n".into()));
    for diagnostic in &loaded.diagnostics {
        let (span, length) = (diagnostic.span, loaded.source.text.len());
        assert!(span.start <= span.end && span.end <= length, "{diagnostic:?} in\n{}", loaded.source.text);
        assert!(!diagnostic.message.ends_with('.'), "{}", diagnostic.message);
    }
    loaded
}

fn check_rendering(loaded: &Loaded) {
    let shown = render(&loaded.diagnostics, &loaded.source, RenderStyle::default());
    assert!(!shown.contains(['\u{1b}', '\0', '\u{202e}']));
    assert!(!shown.contains("Failed to read"), "{shown}\n{:?}\n{}", loaded.diagnostics, loaded.source.text);
}

#[test]
fn bad_definitions_never_panic() {
    let sound = load_text(DEFINITION.to_owned());
    assert_eq!(sound.diagnostics, [], "the definition to start from");
    let mut dice = Dice(0x5eed_0001);
    let mut found = 0;
    for index in 0..MUTANTS {
        let loaded = load_text(mutate(&mut dice, DEFINITION));
        found += loaded.diagnostics.len();
        if index % RENDERED_EVERY == 0 {
            check_rendering(&loaded);
        }
    }
    assert!(found > MUTANTS, "most mutants are wrong: {found}");
}

#[test]
fn bad_expressions_never_panic() {
    let mut dice = Dice(0x5eed_0002);
    let head = "bantam: 1\nlead: {employees: number, industry: text, email: text, title: text, country: text, created: time}\n\
                event: {path: text, price: number}\nqualification: BANT\nlists: {competitors: [a.example]}\nsignals: {last_seen: {last: page}}\n";
    for index in 0..MUTANTS {
        let text = mutate(&mut dice, EXPRESSIONS[index % EXPRESSIONS.len()]);
        if let Ok(syntax) = parse_expression(&text) {
            let printed = print_syntax(&syntax);
            let again = parse_expression(&printed).unwrap_or_else(|error| panic!("{text:?} -> {printed:?}: {error:?}"));
            assert_eq!(print_syntax(&again), printed);
        }
        let mut yaml = head.to_owned();
        match index % 3 {
            0 => writeln!(yaml, "stages:\n  - A: '{}'", text.replace('\'', "''")).unwrap(),
            1 => writeln!(yaml, "disqualify:\n  A: {text}").unwrap(),
            _ => writeln!(yaml, "engagement: {{rules: {{A: {{on: page, if: {text}, points: 5}}}}}}").unwrap(),
        }
        check_rendering(&load_text(yaml));
    }
}
