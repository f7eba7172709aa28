//! Texts by number, and numbers by text.

use crate::slots::{Mark, Slots};
use std::hash::BuildHasher;
use std::ops::Range;

/// Texts one after the other, by number.
#[derive(Clone, Debug, Default)]
pub struct TextList {
    /// All texts one after the other.
    text: String,
    /// Where each text ends in `text`, in the lower half of a number.
    ends: Vec<u32>,
    /// The numbers of texts with whose end the upper half goes up by one: empty for less than 4 GiB of text.
    turns: Vec<u32>,
}

impl TextList {
    /// Returns no texts, with room for so many of so many bytes in all.
    pub(crate) fn with_room(count: usize, bytes: usize) -> TextList {
        TextList { text: String::with_capacity(bytes), ends: Vec::with_capacity(count), turns: Vec::new() }
    }

    /// Returns texts, each shorter than 4 GiB, that stand one after the other, given where each ends, in the lower half of a
    /// number.
    pub(crate) fn from_parts(text: String, ends: Vec<u32>) -> TextList {
        let is_long = u32::try_from(text.len()).is_err();
        let turns_at = |(number, pair): (u32, &[u32])| matches!(pair, [one, next] if next < one).then_some(number);
        let turns = if is_long { (1..).zip(ends.windows(2)).filter_map(turns_at).collect() } else { Vec::new() };
        TextList { text, ends, turns }
    }

    /// Returns the number of texts.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns whether it holds no text.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Returns the text of a number; `None` for one never given out.
    pub fn get(&self, number: u32) -> Option<&str> {
        self.text.get(self.range(number)?)
    }

    /// Returns the texts of some numbers one after the other; of a number never given out, an empty one.
    pub(crate) fn pick(&self, numbers: impl Iterator<Item = u32>) -> TextList {
        // Numbers in any order are far from each other in memory, which is read for many of them at a time this way.
        let ranges: Vec<Range<usize>> = numbers.map(|number| self.range(number).unwrap_or_default()).collect();
        let bytes = ranges.iter().map(Range::len).sum();
        let mut picked = TextList::with_room(ranges.len(), bytes);
        let whole = ranges.first().map_or(0, |first| first.start)..ranges.last().map_or(0, |last| last.end);
        let follow = |pair: &[Range<usize>]| matches!(pair, [one, next] if one.end == next.start);
        if bytes <= u32::MAX as usize && ranges.windows(2).all(follow) {
            picked.text.push_str(self.text.get(whole.clone()).unwrap_or_default());
            picked.ends.extend(ranges.iter().map(|range| (range.end - whole.start) as u32));
            return picked;
        }
        ranges.into_iter().for_each(|range| {
            picked.push(self.text.get(range).unwrap_or_default());
        });
        picked
    }

    /// Returns all texts as one, and where each of them ends; `None` where they are 2 GiB or more.
    pub(crate) fn into_parts(self) -> Option<(String, Vec<i32>)> {
        let TextList { text, ends, turns } = self;
        let is_short = turns.is_empty() && i32::try_from(text.len()).is_ok();
        is_short.then(|| (text, ends.into_iter().map(|end| end as i32).collect()))
    }

    fn range(&self, number: u32) -> Option<Range<usize>> {
        let end = self.end(number as usize)?;
        let start = if number == 0 { 0 } else { self.end(number as usize - 1)? };
        Some(start..end)
    }

    fn end(&self, number: usize) -> Option<usize> {
        let low = *self.ends.get(number)? as usize;
        if self.turns.is_empty() {
            return Some(low);
        }
        let turns = self.turns.partition_point(|&turn| turn as usize <= number);
        Some(turns << 32 | low)
    }

    /// Appends a text; returns its number.
    pub fn push(&mut self, text: &str) -> u32 {
        let number = self.ends.len() as u32;
        let before = self.text.len();
        self.text.push_str(text);
        let turns = (self.text.len() >> 32) - (before >> 32);
        self.turns.extend(std::iter::repeat_n(number, turns));
        self.ends.push(self.text.len() as u32);
        number
    }

    /// Appends empty texts until there are so many.
    pub(crate) fn pad(&mut self, count: usize) {
        if count > self.len() {
            self.ends.resize(count, self.text.len() as u32);
        }
    }

    /// Keeps the first `count` texts.
    pub fn truncate(&mut self, count: usize) {
        let end = count.checked_sub(1).map_or(Some(0), |last| self.end(last));
        self.ends.truncate(count);
        self.turns.retain(|&turn| (turn as usize) < count);
        self.text.truncate(end.unwrap_or(self.text.len()));
    }

    /// Returns all texts in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len() as u32).filter_map(|number| self.get(number))
    }
}

/// Distinct texts, numbered from 0 in the order in which they were first seen.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    texts: TextList,
    index: TextIndex,
}

impl Dictionary {
    /// Returns the number of distinct texts.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Returns whether it holds no text.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Returns the text of a code; `None` for [`super::MISSING_CODE`] and codes never given out.
    pub fn get(&self, code: u32) -> Option<&str> {
        self.texts.get(code)
    }

    /// Returns the code of a text that was interned before.
    pub fn code(&self, text: &str) -> Option<u32> {
        self.index.find(&self.texts, text)
    }

    /// Returns the code of a text, giving out the next one where it is new.
    pub fn intern(&mut self, text: &str) -> u32 {
        self.index.intern(&mut self.texts, text)
    }

    /// Returns all texts in the order of their codes.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.texts.iter()
    }
}

/// Finds texts of a [`TextList`] by what they are.
#[derive(Clone, Debug, Default)]
struct TextIndex {
    slots: Slots,
    hasher: hashbrown::DefaultHashBuilder,
}

impl TextIndex {
    /// Returns the number of a text.
    fn find(&self, texts: &TextList, text: &str) -> Option<u32> {
        self.slots.find(self.mark(text), |number| texts.get(number) == Some(text))
    }

    /// Returns the number of a text, appending it to the list where it is new.
    fn intern(&mut self, texts: &mut TextList, text: &str) -> u32 {
        let mark = self.mark(text);
        if let Some(number) = self.slots.find(mark, |number| texts.get(number) == Some(text)) {
            return number;
        }
        let number = texts.push(text);
        let mark_of = |number| Mark::of_hash(self.hasher.hash_one(texts.get(number).unwrap_or_default()));
        self.slots.insert(mark, number, mark_of);
        number
    }

    fn mark(&self, text: &str) -> Mark {
        Mark::of_hash(self.hasher.hash_one(text))
    }
}
