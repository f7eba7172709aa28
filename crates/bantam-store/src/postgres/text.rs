//! Spells texts so that PostgreSQL can keep them: its texts hold every character but one.

use std::borrow::Cow;

/// Returns a text as it is kept: the zero character is `\0`, and so a backslash is `\\`.
pub(crate) fn spelled(text: &str) -> Cow<'_, str> {
    if text.contains(['\0', '\\']) {
        return text.replace('\\', "\\\\").replace('\0', "\\0").into();
    }
    text.into()
}

/// Returns a text that was kept as it was.
pub(super) fn unspelled(kept: String) -> String {
    if !kept.contains('\\') {
        return kept;
    }
    let mut text = String::with_capacity(kept.len());
    let mut characters = kept.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.push(if characters.next() == Some('0') { '\0' } else { '\\' }),
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back() {
        for text in ["", "ann", "\0", "\\", "\\0", "a\0\\0\\\\b\0", "ä\u{10ffff}"] {
            let kept = spelled(text);
            assert!(!kept.contains('\0'));
            assert_eq!(unspelled(kept.into_owned()), text);
        }
    }
}
