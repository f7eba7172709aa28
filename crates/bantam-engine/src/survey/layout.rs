//! Lays rows of cells out as a table of plain text that fits a terminal. All cells pass through here: data is escaped.

use super::shown::{clip, escape, text_width};

/// Between two columns.
const GAP: usize = 2;
/// A column of texts is never made narrower than this.
const WIDTH_MIN: usize = 8;

/// A table with a header line; numbers stand to the right.
pub(super) struct Grid {
    heads: Vec<&'static str>,
    is_number: Vec<bool>,
    rows: Vec<Vec<String>>,
}

impl Grid {
    /// Returns a table without rows. Heads that start with `#` are of numbers.
    pub(super) fn new(heads: &[&'static str]) -> Grid {
        Grid {
            heads: heads.iter().map(|head| head.trim_start_matches('#')).collect(),
            is_number: heads.iter().map(|head| head.starts_with('#')).collect(),
            rows: Vec::new(),
        }
    }

    /// Appends a row; cells left out at its end are empty.
    pub(super) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// Returns the table as lines of at most `width` columns where texts can be cut to that; nothing without rows.
    pub(super) fn text(&self, width: usize) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let widths = self.widths(width);
        let heads: Vec<String> = self.heads.iter().map(|head| (*head).to_owned()).collect();
        let lines: Vec<String> =
            std::iter::once(&heads).chain(&self.rows).map(|cells| self.line(cells, &widths)).collect();
        lines.concat()
    }

    /// Returns the width of each column: the widest texts give way until the table fits.
    fn widths(&self, width: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = self.heads.iter().map(|head| text_width(head)).collect();
        for row in &self.rows {
            for (widest, cell) in widths.iter_mut().zip(row) {
                *widest = text_width(&escape(cell)).max(*widest);
            }
        }
        let gaps = GAP * widths.len().saturating_sub(1);
        loop {
            let over = (widths.iter().sum::<usize>() + gaps).saturating_sub(width);
            let texts = widths.iter_mut().zip(&self.is_number).filter(|(_, is_number)| !**is_number);
            let mut texts: Vec<&mut usize> = texts.map(|(width, _)| width).collect();
            texts.sort_unstable_by(|a, b| b.cmp(a));
            let next = texts.get(1).map_or(0, |width| **width);
            match texts.first_mut() {
                // Down to the next widest, or by one where two are equally wide.
                Some(widest) if over > 0 && **widest > WIDTH_MIN => {
                    let least = (**widest - over.min(**widest)).max(next).max(WIDTH_MIN);
                    **widest = least.min(**widest - 1);
                }
                _ => return widths,
            }
        }
    }

    fn line(&self, cells: &[String], widths: &[usize]) -> String {
        let mut line = String::new();
        for ((cell, &width), &is_number) in cells.iter().zip(widths).zip(&self.is_number) {
            let shown = clip(cell, width);
            let blanks = " ".repeat(width.saturating_sub(text_width(&shown)));
            let parts = if is_number { [blanks, shown] } else { [shown, blanks] };
            line.push_str(&parts.concat());
            line.push_str(&" ".repeat(GAP));
        }
        line.truncate(line.trim_end().len());
        line.push('\n');
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_give_way_to_numbers() {
        let mut grid = Grid::new(&["rule", "#leads"]);
        grid.row(["Works at a company that buys".into(), "1,200".into()]);
        grid.row(["Short".into(), "7".into()]);
        assert_eq!(grid.text(20), "rule           leads\nWorks at a c…  1,200\nShort              7\n");
    }

    #[test]
    fn nothing_is_narrower_than_it_can_be_read() {
        let mut grid = Grid::new(&["a", "b"]);
        grid.row(["0123456789".into(), "0123456789".into()]);
        assert_eq!(grid.text(3), "a         b\n0123456…  0123456…\n");
    }
}
