//! Talk with people: standard output is data, standard error is talk; both make sense without colour.

use crate::failure::Failure;
use std::io::{IsTerminal, Write};

/// Columns of text where nothing is known about the terminal.
const WIDTH_DEFAULT: usize = 100;
/// Wider lines are hard to read.
const WIDTH_MAX: usize = 140;

/// Says something on standard error. Where nobody listens, nothing is lost.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Writes to standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| Failure::output(&error))
}

/// Returns whether progress bars may be drawn.
pub(crate) fn is_attended() -> bool {
    std::io::stderr().is_terminal()
}

/// Returns whether standard error takes colours: it is a terminal, and `NO_COLOR` is not set.
pub(crate) fn is_colourful() -> bool {
    is_attended() && std::env::var_os("NO_COLOR").is_none()
}

/// Returns how many columns standard output has.
pub(crate) fn width() -> usize {
    let (terminal_size::Width(width), _) = terminal_size::terminal_size()
        .unwrap_or((terminal_size::Width(WIDTH_DEFAULT as u16), terminal_size::Height(0)));
    usize::from(width).clamp(40, WIDTH_MAX)
}

/// Returns text from data with control characters made visible, so that it cannot move the cursor or change colours.
pub(crate) fn printable(text: &str) -> String {
    let invisible = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(invisible) {
        return text.to_owned();
    }
    text.chars().map(|c| if invisible(c) { c.escape_default().to_string() } else { c.to_string() }).collect()
}

/// Returns text from data, printable and cut to `most` characters.
pub(crate) fn brief(text: &str, most: usize) -> String {
    let text = printable(text);
    if text.chars().count() <= most {
        return text;
    }
    let mut cut: String = text.chars().take(most.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// Returns a count with thousands set apart: `1,234,567`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Returns a count with its noun, in the plural where it needs one.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

/// Returns a bar of at most `length` characters, in eighths of one.
pub(crate) fn bar(part: u64, whole: u64, length: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if whole == 0 {
        return String::new();
    }
    let eighths = (part as f64 / whole as f64 * length as f64 * 8.0).round() as usize;
    let eighths = if part > 0 { eighths.max(1) } else { 0 };
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS.get(eighths % 8).copied().unwrap_or(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cli_05_control_characters_are_shown_escaped() {
        assert_eq!(printable("a\u{1b}[31mb\r\n"), "a\\u{1b}[31mb\\r\\n");
        assert_eq!(printable("\u{202e}evil"), "\\u{202e}evil");
        assert_eq!(printable("日本 é"), "日本 é");
    }

    #[test]
    fn counts_are_readable() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(counted(1, "lead"), "1 lead");
        assert_eq!(counted(1000, "lead"), "1,000 leads");
    }

    #[test]
    fn a_small_part_still_shows() {
        assert_eq!(bar(1, 1_000_000, 10), "▏");
        assert_eq!(bar(5, 10, 10), "█████");
        assert_eq!(bar(0, 10, 10), "");
    }
}
