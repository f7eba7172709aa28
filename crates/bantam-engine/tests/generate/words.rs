//! The words of which definitions and facts are made. Both take them from here, so that conditions meet their values.

use super::random::Random;

pub(crate) const TITLES: [&str; 14] = [
    "VP of Sales",
    "vp sales",
    "Student",
    "intern/student",
    "Chief \"People\" Officer",
    "Director, IT",
    "Ingénieur",
    "Inge\u{301}nieur",
    "Chef 👩\u{200d}🍳",
    "manager",
    "two\nlines",
    " VP padded ",
    "N/A",
    "O'Brien's aide",
];
pub(crate) const INDUSTRIES: [&str; 13] = [
    "Software",
    "software",
    "Fintech",
    "Healthcare",
    "Retail & Co",
    "Öffentlicher Dienst",
    "日本",
    "#Healthcare",
    "Acme, Inc.",
    "1.0",
    "No",
    "true",
    "else?",
];
pub(crate) const COUNTRIES: [&str; 8] = ["US", "DE", "NO", "no", "FR", "ZZ", "Select", "-"];
pub(crate) const EMAILS: [&str; 11] = [
    "ann@Acme.example",
    "ÄÖ@MÜNCHEN.example",
    "b@c@GMAIL.com",
    "joe@gmail.com",
    "x@",
    "@",
    "nobody",
    "nobody@",
    "jane@globex.example",
    "Jane Doe <jane@globex.example>",
    "a@sub.acme.example",
];
pub(crate) const DOMAINS: [&str; 5] =
    ["acme.example", "mÜnchen.example", "münchen.example", "gmail.com", "globex.example"];
pub(crate) const PATHS: [&str; 9] =
    ["/", "/pricing", "/Pricing", "/pricing/enterprise", "/blog/a", "/blog/b", "/careers", "/docs?x=1,2", "/docs/é"];
/// Each of them is also the text of a number or a boolean.
pub(crate) const KINDS: [&str; 6] = ["12", "12.5", "12.0", "true", "-1", "plain"];
pub(crate) const SENIORITIES: [&str; 4] = ["C-Suite", "VP", "Director", "Manager"];
pub(crate) const DEPARTMENTS: [&str; 3] = ["Sales", "IT", "Engineering"];
pub(crate) const ANSWERS: [&str; 6] = ["accepted", "rejected", "recycled", "opportunity", "won", "lost"];

/// Values of number cells; the last ones do not convert.
pub(crate) const NUMBERS: [&str; 26] = [
    "0",
    "-0",
    "10",
    " 49.5",
    "49.5",
    "50.",
    ".5",
    "+7",
    "-3",
    "-1",
    "-1.0",
    "1e3",
    "200",
    "250",
    "1000",
    "99.5",
    "3.5",
    "0.0005",
    "-0.0005",
    "4.9995",
    "1e308",
    "8796093022208",
    "8796093022207.5",
    "12,000",
    "0x10",
    "NaN",
];
/// Numbers as conditions and tables write them.
pub(crate) const BOUNDS: [&str; 12] = ["0", "1", "2.5", "3.5", "5", "7", "10", "49.5", "50", "99.5", "200", "1000"];
pub(crate) const BOOLEANS: [&str; 13] =
    ["true", "false", "yes", "no", "t", "F", "Y", "n", "1", "0", "TRUE", "maybe", "2"];

pub(crate) const EVENTS: [&str; 10] = [
    "page_viewed",
    "form_submitted",
    "email_opened",
    "email_clicked",
    "email_unsubscribed",
    "product_added",
    "order_completed",
    "demo_requested",
    "Odd Name!",
    "né: un, deux # [3]",
];
/// The events by which sales answers unless a definition says otherwise, in the order of [`ANSWERS`].
pub(crate) const SALES_EVENTS: [&str; 6] =
    ["sales_accepted", "sales_rejected", "lead_recycled", "opportunity_opened", "opportunity_won", "opportunity_lost"];

/// Names of rules, groups, personas and stages, which may be any text.
pub(crate) const RULE_NAMES: [&str; 16] = [
    "Target industry",
    "Company size",
    "日本 rule",
    "no",
    "1.0",
    "-5",
    "else",
    "rules",
    "fit",
    "Rule: with colon",
    "# not a comment",
    "comma, and [brackets]",
    "quote \" and 'apostrophe'",
    "Zulu",
    "alpha",
    "Émile",
];

pub(crate) const PATTERNS: [&str; 14] = [
    "(?i)vp|director",
    "\\bIT\\b",
    "^[A-Z]",
    "student$",
    "[^a-z ]",
    "^/(docs|careers)",
    "\\d{1,3}",
    "(?s)o.l",
    "o.l",
    "é|Ü",
    "e{2,}",
    "\\.",
    "(?is)^chief\\b.+r$",
    "",
];

/// Durations as written, with their seconds.
pub(crate) const DURATIONS: [(&str, i64); 13] = [
    ("1s", 1),
    ("90m", 5_400),
    ("36h", 129_600),
    ("1d", 86_400),
    ("24h", 86_400),
    ("7d", 604_800),
    ("2w", 1_209_600),
    ("20d", 1_728_000),
    ("30d", 2_592_000),
    ("45d", 3_888_000),
    ("90d", 7_776_000),
    ("100000s", 100_000),
    ("36500d", 3_153_600_000),
];

/// The texts that an attribute or a property may hold.
pub(crate) fn texts_of(name: &str) -> &'static [&'static str] {
    match name.trim_start_matches("event.") {
        "title" => &TITLES,
        "industry" => &INDUSTRIES,
        "country" => &COUNTRIES,
        "email" => &EMAILS,
        "path" => &PATHS,
        "name" => &EVENTS,
        "sales_status" => &ANSWERS,
        "domain" => &DOMAINS,
        "level" => &SENIORITIES,
        "dept" => &DEPARTMENTS,
        _ => &KINDS,
    }
}

/// Points of a rule: small ones mostly, so that limits and bands are met.
pub(crate) fn points(random: &mut Random) -> i64 {
    match random.below(20) {
        0 => *random.pick(&[10_000, -10_000, 0]),
        1..=5 => -random.between(1, 30),
        _ => *random.pick(&[1, 2, 3, 5, 7, 10, 15, 25, 50, 75, 100]),
    }
}
