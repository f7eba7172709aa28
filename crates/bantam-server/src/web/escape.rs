//! Puts texts into pages: whatever they hold is shown, and nothing in them is taken for markup.

use crate::webhooks::visible::is_hidden;
use askama::filters::Escaper;
use std::fmt::{Result, Write};

/// Escapes markup, in texts and in attributes alike, and spells out characters that hide or reorder what people read.
#[derive(Clone, Copy)]
pub(crate) struct Visible;

impl Escaper for Visible {
    fn write_escaped_str<W: Write>(&self, mut page: W, text: &str) -> Result {
        for c in text.chars() {
            match c {
                '&' => page.write_str("&amp;")?,
                '<' => page.write_str("&lt;")?,
                '>' => page.write_str("&gt;")?,
                '"' => page.write_str("&quot;")?,
                '\'' => page.write_str("&#39;")?,
                // Texts of several lines stand in fields and in `pre`.
                '\n' | '\t' => page.write_char(c)?,
                c if is_hidden(c) && c != JOINER => write!(page, "[U+{:04X}]", u32::from(c))?,
                c => page.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// Makes one picture of several, such as a family.
const JOINER: char = '\u{200d}';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ui_01_texts_are_shown_and_never_markup() {
        let mut page = String::new();
        Visible.write_escaped_str(&mut page, "<b a=\"'x'\">&\u{202e}\u{0}\nمرحبا 👩‍💻").unwrap();
        assert_eq!(page, "&lt;b a=&quot;&#39;x&#39;&quot;&gt;&amp;[U+202E][U+0000]\nمرحبا 👩‍💻");
    }
}
