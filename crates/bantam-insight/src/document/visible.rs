//! Makes characters visible that would hide, turn or break what stands around them.

use std::fmt::Write as _;

/// Returns `text` in one line, with control characters and those that turn the direction of writing shown by their number, as
/// `\u{202e}`.
///
/// Letters of any script stay as they are, right-to-left ones and joined emoji among them.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' | '\u{85}') {
            shown.push(' ');
        } else if c.is_control() || hides_or_turns(c) {
            // Writing to a text does not fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Bidirectional controls, marks without width that are not needed to join letters, and tags.
fn hides_or_turns(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{61c}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turning_and_control_characters_are_shown() {
        assert_eq!(visible("a\u{202e}b\u{1b}[31m\0"), "a\\u{202e}b\\u{1b}[31m\\u{0}");
        assert_eq!(visible("two\r\nlines\tand more"), "two  lines and more");
    }

    #[test]
    fn letters_of_any_script_stay() {
        let joined = "\u{1f469}\u{200d}\u{1f4bb} \u{5e9}\u{5dc}\u{5d5}\u{5dd} Zoë 日本";
        assert_eq!(visible(joined), joined);
    }
}
