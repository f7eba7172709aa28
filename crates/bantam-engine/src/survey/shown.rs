//! Shows values, counts and times to people. Data may hold anything: nothing of it reaches a terminal as a command.

use bantam_lang::convert::number_text;
use bantam_lang::meaning::Value;
use std::fmt::Write;

/// How much of a value of the data is shown in a table, in columns of the terminal.
pub(super) const VALUE_WIDTH: usize = 40;

/// Returns a value as text, as it stands.
pub(super) fn value_text(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Number(number) => number_text(*number),
        Value::Boolean(value) => value.to_string(),
        Value::Time(time) => time_text(*time),
    }
}

/// Returns a time as RFC 3339 has it.
pub(super) fn time_text(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).map_or_else(|_| micros.to_string(), |time| time.to_string())
}

/// Returns the UTC day of a time.
pub(super) fn day_text(micros: i64) -> String {
    let text = time_text(micros);
    text.split('T').next().unwrap_or_default().to_owned()
}

/// Returns a number with its thousands apart.
pub(super) fn count_text(count: impl Into<i128>) -> String {
    let count: i128 = count.into();
    let digits = count.unsigned_abs().to_string();
    let mut text = String::from(if count < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns a number with what it counts: `1 lead`, `2 leads`.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", count_text(count), if count == 1 { one } else { many })
}

/// Returns a share as a percentage: `33.3%`. What is there is never shown as `0.0%`, what lacks never as `100.0%`.
pub(super) fn share_text(parts: u64, whole: u64) -> String {
    let percent = super::share(parts, whole) * 100.0;
    match parts {
        0 => "0%".into(),
        _ if parts == whole => "100%".into(),
        _ if percent < 0.1 => "<0.1%".into(),
        _ if percent > 99.9 => ">99.9%".into(),
        _ => format!("{percent:.1}%"),
    }
}

/// Makes control characters and those that change the direction of text visible.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            _ if is_hidden(c) => {
                // Writing to a String does not fail.
                let _ = write!(escaped, "\\u{{{:x}}}", u32::from(c));
            }
            _ => escaped.push(c),
        }
    }
    escaped
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Escapes a text and cuts it where it is wider than `width` columns of a terminal.
pub(super) fn clip(text: &str, width: usize) -> String {
    let text = escape(text);
    if text_width(&text) <= width {
        return text;
    }
    let mut room = width.saturating_sub(1);
    let mut cut: String = text
        .chars()
        .take_while(|&c| {
            let fits = char_width(c) <= room;
            room = room.saturating_sub(char_width(c));
            fits
        })
        .collect();
    cut.push('…');
    cut
}

/// Returns a value of the data as messages quote it.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", clip(text, 60))
}

/// Returns how many columns of a terminal a text takes.
pub(super) fn text_width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// Marks take no column of their own, ideographs, syllables and pictures two.
fn char_width(c: char) -> usize {
    match u32::from(c) {
        0x300..=0x36f | 0x1ab0..=0x1aff | 0x20d0..=0x20ff | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f => 2,
        0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1f64f | 0x1f900..=0x1f9ff | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_for_a_terminal_become_visible() {
        assert_eq!(escape("a\u{1b}[31mb\n\u{202e}c\u{9b}"), "a\\u{1b}[31mb\\n\\u{202e}c\\u{9b}");
    }

    #[test]
    fn long_texts_are_cut_by_columns() {
        assert_eq!(clip("Software", 8), "Software");
        assert_eq!(clip("Software", 5), "Soft…");
        assert_eq!(clip("日本語日本", 6), "日本…");
    }

    #[test]
    fn counts_and_shares_read_well() {
        assert_eq!([0_i64, 999, 1_000, -1_234_567].map(count_text), ["0", "999", "1,000", "-1,234,567"]);
        assert_eq!(share_text(1, 3), "33.3%");
        assert_eq!(share_text(1, 1_000_000), "<0.1%");
        assert_eq!(share_text(999_999, 1_000_000), ">99.9%");
        assert_eq!(share_text(0, 0), "0%");
    }
}
