//! Makes characters visible that would hide, reorder or break what people read.

/// Returns a text with control characters and marks of writing direction spelled out, cut to `chars_max` characters.
pub(crate) fn visible(text: &str, chars_max: usize) -> String {
    let mut shown = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == chars_max {
            shown.push('…');
            break;
        }
        match is_hidden(c) {
            true => shown.push_str(&format!("[U+{:04X}]", u32::from(c))),
            false => shown.push(c),
        }
    }
    shown
}

/// Control characters, writing direction, and what has no width: a name could pass for another by them.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ui_01_hidden_characters_are_spelled_out() {
        assert_eq!(visible("a\r\nb\u{1b}[0m\u{202e}c\u{200b}", 99), "a[U+000D][U+000A]b[U+001B][0m[U+202E]c[U+200B]");
        assert_eq!(visible("Zoë 中文 😀", 99), "Zoë 中文 😀");
        assert_eq!(visible("abcdef", 3), "abc…");
    }
}
