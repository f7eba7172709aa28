//! Makes characters visible that would move a terminal's cursor or turn the direction of writing.

use crate::source::Span;

/// Columns from one tab stop to the next.
const TAB: usize = 4;

/// A text made visible, with the way from places in the original to places in it.
pub(super) struct Visible {
    pub(super) text: String,
    /// Where a replaced character ends: byte in the original, byte here; ascending.
    shifts: Vec<(usize, usize)>,
    line_starts: Vec<usize>,
}

impl Visible {
    /// Makes a whole file visible; its line ends stay.
    pub(super) fn new(original: &str) -> Self {
        let mut visible =
            Visible { text: String::with_capacity(original.len()), shifts: Vec::new(), line_starts: vec![0] };
        let mut column = 0;
        let mut chars = original.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let before = visible.text.len();
            match c {
                '\n' => {
                    visible.text.push('\n');
                    visible.line_starts.push(visible.text.len());
                    column = 0;
                    continue;
                }
                '\r' if chars.peek().is_some_and(|(_, next)| *next == '\n') => {}
                '\t' => {
                    let blanks = TAB - column % TAB;
                    visible.text.extend(std::iter::repeat_n(' ', blanks));
                    column += blanks;
                }
                c => {
                    push_visible(c, &mut visible.text);
                    column += 1;
                }
            }
            if visible.text.len() - before != c.len_utf8() {
                visible.shifts.push((at + c.len_utf8(), visible.text.len()));
            }
        }
        visible
    }

    /// Returns where a place of the original is shown.
    pub(super) fn span(&self, span: Span) -> Span {
        let (start, end) = (self.offset(span.start), self.offset(span.end));
        Span::new(start, end.max(start))
    }

    fn offset(&self, original: usize) -> usize {
        let index = self.shifts.partition_point(|(at, _)| *at <= original);
        let (from, to) = index.checked_sub(1).and_then(|index| self.shifts.get(index)).copied().unwrap_or((0, 0));
        (to + (original - from)).min(self.text.len())
    }

    /// Returns which place of the original is shown at `shown`.
    pub(super) fn original(&self, shown: usize) -> usize {
        let index = self.shifts.partition_point(|(_, at)| *at <= shown);
        let (from, to) = index.checked_sub(1).and_then(|index| self.shifts.get(index)).copied().unwrap_or((0, 0));
        from + (shown - to)
    }

    /// Returns the line, from 0, that holds a byte.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    pub(super) fn line_start(&self, line: usize) -> usize {
        self.line_starts.get(line).copied().unwrap_or(self.text.len())
    }

    /// Returns where a line ends, its line end included.
    pub(super) fn line_end(&self, line: usize) -> usize {
        self.line_start(line + 1)
    }
}

/// Makes one line of text visible.
pub(super) fn visible_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        push_visible(c, &mut out);
    }
    out
}

fn push_visible(c: char, out: &mut String) {
    match c {
        // The pictures of control characters: ␛ for escape.
        '\0'..='\x1f' => out.extend(char::from_u32(0x2400 + u32::from(c))),
        '\x7f' => out.push('␡'),
        c if c.is_control() || turns_or_hides(c) => out.push_str(&format!("<U+{:04X}>", u32::from(c))),
        c => out.push(c),
    }
}

/// Marks that turn the direction of writing, have no width, or end a line.
fn turns_or_hides(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}' | '\u{ad}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_move_with_what_is_replaced() {
        let original = "a:\t\u{1b}[31m x\r\nb: \u{202e}y\n";
        let visible = Visible::new(original);
        assert_eq!(visible.text, "a:  ␛[31m x\nb: <U+202E>y\n");
        for (needle, shown) in [("x", "x"), ("b", "b"), ("y", "y"), ("\u{202e}y", "<U+202E>y")] {
            let start = original.find(needle).unwrap();
            let span = visible.span(Span::new(start, start + needle.len()));
            assert_eq!(&visible.text[span.start..span.end], shown);
        }
        assert_eq!(visible.line_of(visible.text.find('y').unwrap()), 1);
    }
}
