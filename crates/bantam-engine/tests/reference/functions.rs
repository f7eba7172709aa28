//! The functions of the language that look a text up in built-in tables.
//!
//! `email_domain` is written out here once more, since the reference should not share it. The other three are tables, so
//! there is nothing to be gained from writing them twice: they are the language's own.

/// Section 7: "`lowerAscii` and `email_domain` lower A-Z alone".
pub(crate) fn lower_ascii(text: &str) -> String {
    let mut lower = String::new();
    for c in text.chars() {
        match c {
            'A'..='Z' => lower.push(char::from(c as u8 + 32)),
            _ => lower.push(c),
        }
    }
    lower
}

/// Section 3: "lower-case part after the last `@`"; section 7: "a text without `@`, or with nothing after the last, has no
/// domain".
pub(crate) fn email_domain(text: &str) -> Option<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut last_at = None;
    for (place, &c) in characters.iter().enumerate() {
        if c == '@' {
            last_at = Some(place);
        }
    }
    let after: String = characters[last_at? + 1..].iter().collect();
    if after.is_empty() { None } else { Some(lower_ascii(&after)) }
}

pub(crate) use bantam_lang::email::is_free_email;
pub(crate) use bantam_lang::titles::{department, seniority};
