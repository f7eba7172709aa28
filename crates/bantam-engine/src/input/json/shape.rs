//! Reads rows that are spelled like one before: the same bytes but for the values.
//!
//! Programs that write many rows write most of them alike: the same keys in the same order, with the same white space. A
//! [`Shape`] is what such a row has between its values, learnt from one that has been read in full. Where another row has
//! exactly these bytes, its keys are those, and no more is looked for than where its values end. An object in `properties` is
//! a part of its row's shape. Of whatever is not of a known shape, nothing is decided here.

use super::super::rows::RESERVED;
use super::super::stretch::{Place, PlaceKind, Stretch, Target};
use super::super::window::marks;
use super::ObjectKeys;
use super::common::{NESTING_MAX, skip_number, skip_text, skip_value};
use super::literal::Literal;
use std::ops::Range;

/// How many shapes of one block are known at most: rows that leave out keys have several.
const SHAPES_MAX: usize = 16;
/// How many keys the rows of a shape have at most, and how many bytes stand between two values.
const KEYS_MAX: usize = 1_000;
const LITERAL_BYTES_MAX: usize = 1_000;

/// The keys of a file's rows, and of the objects in their `properties`.
#[derive(Clone, Copy)]
pub(in super::super) struct RowKeys<'k> {
    pub(in super::super) row: &'k ObjectKeys,
    pub(in super::super) inside: &'k ObjectKeys,
    pub(in super::super) reserved: [Option<usize>; RESERVED],
    pub(in super::super) properties: Option<usize>,
}

/// The shapes of a block's rows.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Shapes {
    shapes: Vec<Shape>,
    /// The shape of the row before.
    last: usize,
}

#[derive(Clone, Debug)]
struct Shape {
    steps: Vec<Step>,
    /// What follows the last value, with the line feed.
    tail: Literal,
    /// How long it is without its line feed.
    tail_length: usize,
    /// Columns of a stretch for which such a row has no key.
    absent: Vec<usize>,
    /// How many rows have been read by it.
    rows: u64,
}

/// One value, and what stands before it.
#[derive(Clone, Debug)]
struct Step {
    before: Literal,
    target: Target,
    key: Key,
}

/// A key's slot, among those of rows or those inside `properties`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Row(usize),
    Inside(usize),
}

impl Shapes {
    /// Puts the row that starts at a place into the stretch, which must have room; returns where the next line starts. `None`
    /// where it is of no known shape.
    #[inline]
    pub(in super::super) fn read(&mut self, bytes: &[u8], start: usize, stretch: &mut Stretch) -> Option<usize> {
        if let Some(end) = self.shapes.get_mut(self.last)?.read(bytes, start, self.last, stretch) {
            return Some(end);
        }
        let last = self.last;
        let mut others = self.shapes.iter_mut().enumerate().filter(|(at, _)| *at != last);
        let (at, end) = others.find_map(|(at, shape)| shape.read(bytes, start, at, stretch).map(|end| (at, end)))?;
        self.last = at;
        Some(end)
    }

    /// Learns the shape of a row that has just been read in full, where it stands in the block.
    pub(in super::super) fn learn(&mut self, keys: RowKeys<'_>, block: &[u8], line: Range<usize>) {
        if self.shapes.len() < SHAPES_MAX
            && let Some(shape) = Shape::of(keys, block, line)
        {
            self.last = self.shapes.len();
            self.shapes.push(shape);
        }
    }

    /// Forgets a row of a shape, which is read in full after all: its keys are counted then.
    pub(in super::super) fn forget_row(&mut self, shape: usize) {
        if let Some(shape) = self.shapes.get_mut(shape) {
            shape.rows -= 1;
        }
    }

    /// Counts the keys of all rows that have been read.
    pub(in super::super) fn count(&self, row: &mut ObjectKeys, inside: &mut ObjectKeys) {
        for shape in &self.shapes {
            for step in &shape.steps {
                match step.key {
                    Key::Row(slot) => row.count(slot, shape.rows),
                    Key::Inside(slot) => inside.count(slot, shape.rows),
                }
            }
        }
    }
}

impl Shape {
    /// Returns the shape of a row; `None` where a row with the same bytes between its values may have to be read otherwise.
    fn of(keys: RowKeys<'_>, block: &[u8], line: Range<usize>) -> Option<Shape> {
        let bytes = block.get(line.clone())?;
        let mut values: Vec<(Range<usize>, Key)> = Vec::new();
        for (value, slot) in keys.row.values()? {
            if Some(slot) != keys.properties {
                values.push((value, Key::Row(slot)));
            } else if bytes.get(value.start) == Some(&b'{') {
                let inside = keys.inside.values()?;
                let moved = |within: Range<usize>| value.start + within.start..value.start + within.end;
                values.extend(inside.map(|(within, slot)| (moved(within), Key::Inside(slot))));
            } else if bytes.get(value) != Some(b"null") {
                return None;
            }
        }
        values.sort_unstable_by_key(|(value, _)| value.start);
        let targets = targets(keys)?;
        let stands = |target: &Key| values.iter().any(|(_, key)| key == target);
        if !targets.iter().flatten().all(stands) {
            return None;
        }
        let (mut steps, mut at) = (Vec::new(), 0);
        for (value, key) in values {
            let before = bytes.get(at..value.start)?;
            let goes_here = |&(_, target): &(usize, &Option<Key>)| *target == Some(key);
            let target = Target::new(targets.iter().enumerate().filter(goes_here).map(|(column, _)| column));
            steps.push(Step { before: literal(before)?, target, key });
            at = value.end;
        }
        let absent = |&(_, target): &(usize, &Option<Key>)| target.is_none();
        let absent = targets.iter().enumerate().filter(absent).map(|(column, _)| column).collect();
        let tail = block.get(line.start + at..=line.end).filter(|tail| tail.ends_with(b"\n"))?;
        let is_short = !steps.is_empty() && steps.len() <= KEYS_MAX;
        is_short.then_some(Shape { steps, tail: literal(tail)?, tail_length: tail.len() - 1, absent, rows: 0 })
    }

    #[inline]
    fn read(&mut self, bytes: &[u8], start: usize, number: usize, stretch: &mut Stretch) -> Option<usize> {
        let mut at = start;
        for step in &self.steps {
            let (place, end) = read_value(bytes, step.before.skip(bytes, at)?)?;
            step.target.put(place, stretch);
            at = end;
        }
        let end = self.tail.skip(bytes, at)?;
        for &column in &self.absent {
            stretch.put(column, Place::default());
        }
        stretch.end_row(start..at + self.tail_length, number);
        self.rows += 1;
        Some(end)
    }
}

fn literal(text: &[u8]) -> Option<Literal> {
    (text.len() <= LITERAL_BYTES_MAX).then(|| Literal::of(text))
}

/// Returns for each column of a stretch the key whose value it is in the row that was read last; `None` where a column's value
/// is to be looked up inside another.
fn targets(keys: RowKeys<'_>) -> Option<Vec<Option<Key>>> {
    let has_object = keys.properties.is_some_and(|slot| keys.row.has(slot));
    let reserved = keys.reserved.into_iter().map(|slot| slot.filter(|&slot| keys.row.has(slot)).map(Key::Row));
    let mut targets: Vec<Option<Key>> = reserved.collect();
    for column in 0..keys.row.sources.len() {
        let target = match keys.row.source_slot(column)? {
            Some(slot) => Some(Key::Row(slot)),
            None if has_object => keys.inside.source_slot(column)?.map(Key::Inside),
            None => None,
        };
        targets.push(target);
    }
    Some(targets)
}

impl ObjectKeys {
    /// Returns where the values of the object last read stand, in no order, with their slots; `None` where they are not of the
    /// common spelling, or not all in slots of their own.
    fn values(&self) -> Option<impl Iterator<Item = (Range<usize>, usize)>> {
        let seen = || self.slots.iter().enumerate().filter(|(_, slot)| slot.object == self.object);
        (self.plain && seen().count() == self.entries).then(|| seen().map(|(at, slot)| (slot.start..slot.end, at)))
    }

    fn has(&self, slot: usize) -> bool {
        self.slots.get(slot).is_some_and(|slot| slot.object == self.object)
    }

    /// Returns the slot in which a column has its value in the object last read; `None` inside where it has none, and `None`
    /// where it may be found inside another value.
    fn source_slot(&self, column: usize) -> Option<Option<usize>> {
        let Some(source) = self.sources.get(column)? else { return Some(None) };
        if self.has(source.whole) {
            return Some(Some(source.whole));
        }
        let may_be_nested = source.nested.iter().any(|&(slot, _)| self.has(slot));
        (!may_be_nested).then_some(None)
    }

    fn count(&mut self, slot: usize, rows: u64) {
        if let Some(slot) = self.slots.get_mut(slot) {
            slot.seen += rows;
        }
    }
}

/// Reads a value of the common spelling; returns what it is and where it ends.
#[inline]
fn read_value(bytes: &[u8], at: usize) -> Option<(Place, usize)> {
    match bytes.get(at)? {
        b'"' => {
            let end = skip_text(bytes, at)?;
            Some((Place::new(at + 1, end - 1, PlaceKind::Text), end))
        }
        b'1'..=b'9' => match skip_whole(bytes, at + 1)? {
            (end, b'.' | b'e' | b'E') => read_other(bytes, at, end),
            (end, _) => Some((Place::new(at, end, PlaceKind::Digits), end)),
        },
        b'n' => Some((Place::default(), skip_value(bytes, at, 0)?)),
        _ => read_other(bytes, at, at),
    }
}

/// Reads a value that is neither a text nor an integer above zero; it is known to be a number where it goes on behind `digits`.
fn read_other(bytes: &[u8], at: usize, digits: usize) -> Option<(Place, usize)> {
    let end = if digits > at { skip_number(bytes, at)? } else { skip_value(bytes, at, NESTING_MAX)? };
    let text = bytes.get(at..end)?;
    let is_whole =
        matches!(text, [b'0'..=b'9' | b'-', ..]) && !text.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E'));
    let kind = if is_whole && text != b"-0" { PlaceKind::Digits } else { PlaceKind::Json };
    Some((Place::new(at, end, kind), end))
}

/// Returns where digits end, and the byte that follows them.
#[inline]
fn skip_whole(bytes: &[u8], mut at: usize) -> Option<(usize, u8)> {
    while let Some(chunk) = bytes.get(at..)?.first_chunk() {
        let marks = marks::not_digits(u64::from_le_bytes(*chunk));
        if marks != 0 {
            let end = at + marks::first(marks);
            return Some((end, *bytes.get(end)?));
        }
        at += 8;
    }
    let digits = bytes.get(at..)?.iter().position(|byte| !byte.is_ascii_digit())?;
    Some((at + digits, *bytes.get(at + digits)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns which of some lines are read by the shape of the first, with the texts of the columns `a`, `b` and `c.d`.
    fn read(lines: &[&str]) -> Vec<Option<Vec<String>>> {
        let (mut row, mut inside) = (ObjectKeys::of_rows(), ObjectKeys::inside_properties());
        for path in ["a", "b", "c.d"] {
            row.add(Some(path));
            inside.add(Some(path));
        }
        let (reserved, properties) = ([Some(row.slot("id")), None, None, None], Some(row.slot("properties")));
        let block = lines.join("\n") + "\n" + &" ".repeat(40);
        let first = lines[0];
        row.read(first).unwrap();
        if let Some(value) = row.value(first, properties.unwrap()).filter(|value| value.starts_with('{')) {
            inside.read(value).unwrap();
        }
        let (mut shapes, mut stretch) = (Shapes::default(), Stretch::new(3));
        shapes.learn(RowKeys { row: &row, inside: &inside, reserved, properties }, block.as_bytes(), 0..first.len());
        let mut start = 0;
        let one = |line: &&str| {
            let end = shapes.read(block.as_bytes(), start, &mut stretch);
            start += line.len() + 1;
            assert!(end.is_none() || end == Some(start), "{line}");
            let last = stretch.len().checked_sub(1).filter(|_| end.is_some())?;
            let place = |column: usize| stretch.column(column, last..last + 1)[0];
            Some([0, 4, 5, 6].map(|column| format!("{:?}", place(column).given(&block))).to_vec())
        };
        lines.iter().map(one).collect()
    }

    fn texts(values: [&str; 4]) -> Option<Vec<String>> {
        Some(values.map(str::to_owned).to_vec())
    }

    #[test]
    fn rows_are_read_where_only_their_values_differ() {
        let found = read(&[
            r#"{"id":1, "a":"x","b":null}"#,
            r#"{"id":"y", "a":-0.5,"b":-7}"#,
            r#"{"id":0, "a":[1, {"x":"}"}],"b":true}"#,
            r#"{"id":1,"a":"x","b":null}"#,
            r#"{"id":1, "a":"x","b":null} "#,
            r#"{"id":1, "a":"x\"","b":null}"#,
            r#"{"id":01, "a":"x","b":null}"#,
            r#"{"id":1, "a":"x","c":null}"#,
            r#"{"id":1, "a":"x","b":null,"c":1}"#,
            r#"{"id":1x, "a":"x","b":null}"#,
        ]);
        let mut expected = vec![None; 10];
        expected[0] = texts(["Digits(\"1\")", "Text(\"x\")", "Missing", "Missing"]);
        expected[1] = texts(["Text(\"y\")", "Number(-0.5)", "Digits(\"-7\")", "Missing"]);
        expected[2] = texts(["Digits(\"0\")", r#"Other("[1, {\"x\":\"}\"}]")"#, "Boolean(true)", "Missing"]);
        assert_eq!(found, expected);
    }

    #[test]
    fn an_object_in_properties_is_a_part_of_the_shape() {
        let found = read(&[
            r#"{"id":1,"properties":{"b":"in","x":1},"a":2}"#,
            r#"{"id":2,"properties":{"b":3,"x":{}},"a":"y"}"#,
            r#"{"id":2,"properties":{"b":3},"a":"y"}"#,
        ]);
        let second = texts(["Digits(\"2\")", "Text(\"y\")", "Digits(\"3\")", "Missing"]);
        assert_eq!((found[0].is_some(), &found[1], &found[2]), (true, &second, &None));
    }

    #[test]
    fn nothing_is_learnt_where_the_same_bytes_may_mean_something_else() {
        for line in [
            // The last of equal keys counts.
            r#"{"id":1,"a":1,"a":2}"#,
            r#"{"id":1,"properties":{"b":1,"b":2}}"#,
            // A column's value may be inside.
            r#"{"id":1,"c":{"d":1}}"#,
            r#"{"id":1,"properties":{"c":{"d":1}}}"#,
            // It is to be read as an object, or counted as none.
            r#"{"id":1,"properties":"{}"}"#,
            r#"{"id":1,"a\u0020":1}"#,
            "{}",
        ] {
            assert_eq!(read(&[line, line]), [None, None], "{line}");
        }
    }
}
