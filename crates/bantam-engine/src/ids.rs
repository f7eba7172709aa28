//! Leads' keys and their numbers.
//!
//! A key is a text. Most are numbers, alone or behind a prefix that all share (`ids/series.rs`), and come in their order:
//! while that is so, nothing needs to be looked up to see that a key is new. Of such a key no text is kept, since it can be
//! written again (`ids/id.rs`, `ids/write.rs`). Other keys are found by their hash (`slots.rs`). Once all leads have been read,
//! numbers close to each other are found by their rank (`ids/ranked.rs`).

mod id;
mod key;
mod marks;
mod ranked;
mod run;
mod series;
mod write;

use crate::columns::TextList;
use crate::slots::{LOOK_UPS, Mark, Slots};
use marks::{Upper, mark_of, mark_of_number, upper};
use ranked::Ranked;
use series::{Series, Spelled};
use std::hash::BuildHasher;
use write::KeyWriter;

pub use id::LeadId;
pub(crate) use key::Key;
pub(crate) use run::KeyRun;

/// Distinct keys of leads, numbered from 0 in the order in which they were first seen.
#[derive(Clone, Debug, Default)]
pub struct LeadIds {
    /// The keys that are no numbers, at the places of their leads; an empty text in the place of one that is. As long as it must
    /// be for the last text.
    texts: TextList,
    /// How keys that count as numbers are spelled.
    series: Series,
    /// The number that each key is; [`NO_NUMBER`] where it is another text. As long as it must be for the last number.
    numbers: Vec<i64>,
    /// Whether a key has come that is no number, or not above the one before it. Until then `numbers` is sorted, and there
    /// is nothing in the slots.
    is_mixed: bool,
    /// Leads by the numbers of their keys, of those leads that were there at the last [`LeadIds::settle`].
    ranked: Option<Ranked>,
    /// All leads that are found in neither way.
    slots: Slots,
    hasher: hashbrown::DefaultHashBuilder,
    upper: Upper,
}

/// So many leads are looked at before a key is looked up.
const NEAR: u32 = 4;

/// Stands for keys that are no numbers. The key of this very number is looked up as a text.
const NO_NUMBER: i64 = i64::MIN;

impl LeadIds {
    /// Returns the number of leads.
    pub fn len(&self) -> usize {
        self.texts.len().max(self.numbers.len())
    }

    /// Returns whether there are no leads.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the key of a lead number; `None` for one never given out.
    #[inline]
    pub fn get(&self, lead: u32) -> Option<LeadId<'_>> {
        match self.number_of(lead) {
            Some(number) => Some(LeadId::written(self.series.text(number))),
            None => self.texts.get(lead).map(LeadId::from),
        }
    }

    /// Returns the keys of some lead numbers one after the other; of a number never given out, an empty one.
    pub(crate) fn pick(&self, leads: impl ExactSizeIterator<Item = u32>) -> TextList {
        if self.numbers.is_empty() {
            return self.texts.pick(leads);
        }
        let mut writer = KeyWriter::new(&self.series, leads.len());
        for lead in leads {
            match self.number_of(lead) {
                Some(number) => writer.number(number),
                None => writer.text(self.texts.get(lead).unwrap_or_default()),
            }
        }
        writer.into_texts()
    }

    /// Returns the lead number of a key.
    pub fn code(&self, id: &str) -> Option<u32> {
        self.find(Key::of(id))
    }

    /// Returns all keys in the order of lead numbers.
    pub fn iter(&self) -> impl Iterator<Item = LeadId<'_>> {
        (0..self.len() as u32).filter_map(|lead| self.get(lead))
    }

    /// Returns the lead number of a key.
    pub(crate) fn find(&self, key: Key<'_>) -> Option<u32> {
        self.find_spelled(&self.spell(key))
    }

    /// Returns the lead number of a key if that takes no look into a hash table; `None` says nothing about the key.
    #[inline]
    pub(crate) fn find_by_rank(&self, key: Key<'_>) -> Option<u32> {
        self.ranked.as_ref().and_then(|ranked| ranked.find(&self.spell(key)))
    }

    /// Returns the numbers of keys that are all found in that way, which is less work than to find them; `None` where some may
    /// not be.
    pub(crate) fn ranked_numbers<'k>(&self, keys: impl Iterator<Item = Key<'k>>) -> Option<Vec<i64>> {
        let ranked = self.ranked.as_ref()?;
        let number = |key| if let Spelled::Number(number) = self.spell(key) { Some(number) } else { None };
        let numbers: Vec<i64> = keys.map(number).collect::<Option<_>>()?;
        numbers.iter().all(|&number| ranked.has(number)).then_some(numbers)
    }

    /// Returns the lead number of one of those.
    #[inline]
    pub(crate) fn find_number(&self, number: i64) -> Option<u32> {
        self.ranked.as_ref().and_then(|ranked| ranked.get(number))
    }

    #[inline]
    fn spell<'k>(&self, key: Key<'k>) -> Spelled<'k> {
        self.series.spell(key)
    }

    fn find_spelled(&self, key: &Spelled<'_>) -> Option<u32> {
        if let (Spelled::Number(number), false) = (key, self.is_mixed) {
            return self.find_in_order(*number);
        }
        self.ranked
            .as_ref()
            .and_then(|ranked| ranked.find(key))
            .or_else(|| self.slots.find(self.mark(key), |lead| self.is_marked(lead, key)))
    }

    /// Returns the lead of a number while all keys are numbers in their order.
    fn find_in_order(&self, number: i64) -> Option<u32> {
        match self.numbers.last() {
            Some(&last) if last > number => self.numbers.binary_search(&number).ok().map(|lead| lead as u32),
            Some(&last) if last == number => Some(self.numbers.len() as u32 - 1),
            _ => None,
        }
    }

    /// Looks up many keys; calls `each` with every key, in order, and its lead number.
    pub(crate) fn find_all<'k>(
        &self,
        mut keys: impl Iterator<Item = Key<'k>>,
        mut each: impl FnMut(Key<'k>, Option<u32>),
    ) {
        // In files of one order a lead is most often followed by one of the next.
        let (mut next, mut is_ordered) = (0, true);
        let mut waiting = Vec::with_capacity(LOOK_UPS);
        if self.slots.is_empty() {
            return keys.for_each(|key| each(key, self.find(key)));
        }
        loop {
            waiting.clear();
            waiting.extend(keys.by_ref().take(LOOK_UPS).map(|key| (key, self.spell(key))));
            if waiting.is_empty() {
                return;
            }
            if is_ordered {
                let mut followed = 0;
                for (key, spelled) in &waiting {
                    let found = (next..next + NEAR).find(|&lead| self.is(lead, spelled));
                    followed += usize::from(found.is_some());
                    let found = found.or_else(|| self.find_spelled(spelled));
                    next = found.map_or(next, |lead| lead + 1);
                    each(*key, found);
                }
                is_ordered = followed * 2 > waiting.len();
                continue;
            }
            let fetched = self.fetch(&waiting);
            for ((key, spelled), (mark, likely)) in waiting.iter().zip(fetched) {
                let found = match likely {
                    Some(lead) if self.is_marked(lead, spelled) => likely,
                    Some(_) => self.slots.find(mark, |lead| self.is_marked(lead, spelled)),
                    None => None,
                };
                each(*key, found.or_else(|| self.ranked.as_ref()?.find(spelled)));
            }
        }
    }

    /// Returns the marks of keys and the leads they most likely are, when all that tells is in the cache.
    fn fetch(&self, keys: &[(Key<'_>, Spelled<'_>)]) -> [(Mark, Option<u32>); LOOK_UPS] {
        let mut fetched = [(Mark::default(), None); LOOK_UPS];
        let mut touched = 0;
        for ((mark, _), (_, key)) in fetched.iter_mut().zip(keys) {
            *mark = self.mark(key);
            touched ^= self.slots.touch(*mark);
        }
        for (mark, likely) in fetched.iter_mut().take(keys.len()) {
            *likely = self.slots.likely(*mark);
        }
        if self.upper == Upper::Mixed {
            for (&(_, likely), (_, key)) in fetched.iter().zip(keys) {
                let lead = likely.unwrap_or(0);
                touched ^= match key {
                    Spelled::Number(_) => self.numbers.get(lead as usize).map_or(0, |&number| number as u32),
                    _ => self
                        .texts
                        .get(lead)
                        .map_or(0, |text| text.len() as u32 ^ text.bytes().next().map_or(0, u32::from)),
                };
            }
        }
        // What was fetched must be, though nobody looks at it.
        std::hint::black_box(touched);
        fetched
    }

    /// Returns the lead number of a key, giving out the next one where it is new.
    pub(crate) fn intern(&mut self, key: Key<'_>) -> u32 {
        if self.is_empty() {
            self.begin(std::iter::once(key));
        }
        let spelled = self.spell(key);
        self.find_spelled(&spelled).unwrap_or_else(|| self.add(&spelled))
    }

    /// Appends the lead number of each key, giving out the next ones to those that are new.
    pub(crate) fn intern_all<'k>(&mut self, mut keys: impl Iterator<Item = Key<'k>>, leads: &mut Vec<u32>) {
        let mut waiting: Vec<(Key<'k>, Spelled<'k>)> = Vec::with_capacity(LOOK_UPS);
        loop {
            waiting.clear();
            waiting.extend(keys.by_ref().take(LOOK_UPS).map(|key| (key, self.spell(key))));
            if waiting.is_empty() {
                return;
            }
            if self.is_empty() {
                self.begin(waiting.iter().map(|&(key, _)| key));
                waiting.iter_mut().for_each(|(key, spelled)| *spelled = self.spell(*key));
            }
            if !self.slots.is_empty() {
                self.fetch(&waiting);
            }
            for (_, spelled) in &waiting {
                leads.push(self.find_spelled(spelled).unwrap_or_else(|| self.add(spelled)));
            }
        }
    }

    /// Settles how keys are spelled, by the first of them.
    fn begin<'k>(&mut self, keys: impl Iterator<Item = Key<'k>>) {
        self.series = Series::of(keys);
    }

    /// Gives a new key the next number.
    fn add(&mut self, spelled: &Spelled<'_>) -> u32 {
        let lead = self.len() as u32;
        let is_next = match *spelled {
            Spelled::Number(number) => !self.is_mixed && self.numbers.last().is_none_or(|&last| last < number),
            _ => false,
        };
        match spelled {
            Spelled::Number(number) => {
                self.numbers.resize(lead as usize, NO_NUMBER);
                self.numbers.push(*number);
            }
            Spelled::Text(text) => self.add_text(lead, text),
            Spelled::Digits(digits) => self.add_text(lead, digits.text()),
        }
        if !is_next {
            self.leave_order(lead);
            self.put_into_slots(lead, spelled);
        }
        lead
    }

    fn add_text(&mut self, lead: u32, text: &str) {
        self.texts.pad(lead as usize);
        self.texts.push(text);
    }

    /// Keys are not in their order any more: those before `end` are found by their hash from now on.
    fn leave_order(&mut self, end: u32) {
        if !self.is_mixed {
            self.is_mixed = true;
            self.fill_slots((0..end).collect());
        }
    }

    /// Makes look-ups fast, for now that most leads are known.
    pub(crate) fn settle(&mut self) {
        let before = self.ranked.take();
        let is_rising = !self.is_mixed && before.is_none() && self.numbers.len() == self.len();
        if is_rising && let Some(ranked) = Ranked::of_rising(&self.numbers) {
            (self.ranked, self.is_mixed) = (Some(ranked), true);
            (self.slots, self.upper) = (Slots::default(), Upper::Open);
            return;
        }
        let numbered = (0..).zip(&self.numbers).filter(|&(_, &number)| number != NO_NUMBER);
        self.ranked = Ranked::of(numbered.map(|(lead, &number)| (number, lead)));
        if self.ranked.is_none() && before.is_none() {
            return self.leave_order(self.len() as u32);
        }
        self.is_mixed = true;
        let is_left = |&lead: &u32| self.ranked.is_none() || self.number_of(lead).is_none();
        self.fill_slots((0..self.len() as u32).filter(is_left).collect());
    }

    /// Puts these leads into the slots and no others.
    fn fill_slots(&mut self, leads: Vec<u32>) {
        (self.slots, self.upper) = (Slots::default(), Upper::Open);
        self.make_room(leads.len());
        for lead in leads {
            let number = self.number_of(lead);
            self.note_upper(number);
            let LeadIds { texts, numbers, slots, hasher, .. } = self;
            slots.insert(mark_of(hasher, numbers, texts, lead), lead, |lead| mark_of(hasher, numbers, texts, lead));
        }
    }

    fn number_of(&self, lead: u32) -> Option<i64> {
        self.numbers.get(lead as usize).copied().filter(|&number| number != NO_NUMBER)
    }

    /// Takes note of what a key in the slots is.
    fn note_upper(&mut self, number: Option<i64>) {
        self.upper = match (self.upper, number) {
            (Upper::Open, Some(number)) => Upper::Same(upper(number)),
            (Upper::Same(common), Some(number)) if upper(number) == common => self.upper,
            _ => Upper::Mixed,
        };
    }

    fn put_into_slots(&mut self, lead: u32, key: &Spelled<'_>) {
        self.note_upper(if let Spelled::Number(number) = *key { Some(number) } else { None });
        let mark = self.mark(key);
        let LeadIds { texts, numbers, slots, hasher, .. } = self;
        slots.insert(mark, lead, |lead| mark_of(hasher, numbers, texts, lead));
    }

    /// Makes room for more leads.
    pub(crate) fn reserve(&mut self, more: usize) {
        if self.is_mixed {
            self.make_room(more);
        } else {
            self.numbers.reserve(more);
        }
    }

    fn make_room(&mut self, more: usize) {
        let LeadIds { texts, numbers, slots, hasher, .. } = self;
        slots.reserve(more, |lead| mark_of(hasher, numbers, texts, lead));
    }

    fn mark(&self, key: &Spelled<'_>) -> Mark {
        match key {
            Spelled::Number(number) => mark_of_number(&self.hasher, *number),
            Spelled::Text(text) => Mark::of_hash(self.hasher.hash_one(*text)),
            Spelled::Digits(digits) => Mark::of_hash(self.hasher.hash_one(digits.text())),
        }
    }

    /// Returns whether a lead whose mark is the key's has this key.
    fn is_marked(&self, lead: u32, key: &Spelled<'_>) -> bool {
        match (self.upper, key) {
            (Upper::Same(common), Spelled::Number(number)) => upper(*number) == common,
            _ => self.is(lead, key),
        }
    }

    fn is(&self, lead: u32, key: &Spelled<'_>) -> bool {
        match key {
            Spelled::Number(number) => self.numbers.get(lead as usize) == Some(number),
            Spelled::Text(text) => self.is_text(lead, text),
            Spelled::Digits(digits) => self.is_text(lead, digits.text()),
        }
    }

    /// Returns whether a lead's key is a text that is no number.
    fn is_text(&self, lead: u32, text: &str) -> bool {
        self.texts.get(lead) == Some(text) && self.number_of(lead).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Holds a table to a plain list, whichever way keys come in, and whether or not it is settled half way.
    fn check(texts: &[String], half: usize) {
        let mut plain: Vec<&str> = Vec::new();
        let (mut one_by_one, mut together) = (LeadIds::default(), LeadIds::default());
        let (mut leads, (some, others)) = (Vec::new(), texts.split_at(half.min(texts.len())));
        together.intern_all(some.iter().map(|text| Key::of(text)), &mut leads);
        together.settle();
        together.reserve(others.len());
        together.intern_all(others.iter().map(|text| Key::of(text)), &mut leads);
        for (text, lead) in texts.iter().zip(leads) {
            let place = plain.iter().position(|known| known == text).unwrap_or_else(|| {
                plain.push(text);
                plain.len() - 1
            });
            assert_eq!((one_by_one.intern(Key::of(text)), lead), (place as u32, place as u32), "{text}");
        }
        assert_eq!(one_by_one.iter().collect::<Vec<_>>(), plain);
        let others = ["", "7", "07", "lead_7", "lead_007", "-1", "none", "99999999999999999999"].map(str::to_owned);
        let mut settled = together.clone();
        settled.settle();
        for table in [&one_by_one, &together, &settled] {
            let keys = || texts.iter().chain(&others).chain(texts.iter().rev());
            let mut found = Vec::new();
            table.find_all(keys().map(|text| Key::of(text)), |_, lead| found.push(lead));
            let places = keys().map(|text| plain.iter().position(|known| known == text).map(|place| place as u32));
            assert_eq!(found, places.collect::<Vec<_>>());
        }
    }

    proptest! {
        #[test]
        fn keys_of_any_spelling_are_told_apart(
            texts in prop::collection::vec("(lead_|L|)[0-9]{1,4}|-?[0-9]{1,12}|[a-b]{1,3}|lead_[0-9]{17,20}", 0..120),
            half in 0_usize..120,
        ) {
            check(&texts, half);
        }

        #[test]
        fn keys_of_one_series_are_told_apart(
            mut numbers in prop::collection::vec(0_u64..3_000, 1..120), digits in 1_usize..6, stranger in "[a-z0-9]{1,6}",
            in_order in any::<bool>(), half in 0_usize..240,
        ) {
            if in_order {
                numbers.sort_unstable();
            }
            let mut texts: Vec<String> = numbers.iter().map(|number| format!("lead_{number:0digits$}")).collect();
            texts.push(stranger);
            texts.extend(numbers.iter().map(|number| format!("lead_{number:0digits$}")));
            check(&texts, half);
        }
    }

    #[test]
    fn numbers_that_differ_in_their_upper_half_alone_are_two_leads() {
        let mut ids = LeadIds::default();
        let other = 7 + (1 << 32);
        assert_eq!(
            (ids.intern(Key::Number(7)), ids.find(Key::Number(other)), ids.find(Key::Text("x"))),
            (0, None, None)
        );
        assert_eq!((ids.intern(Key::Number(other)), ids.find(Key::Number(7))), (1, Some(0)));
        assert_eq!((ids.intern(Key::Text("x")), ids.find(Key::Number(other))), (2, Some(1)));
    }

    #[test]
    fn a_number_and_its_text_are_one_lead() {
        let mut ids = LeadIds::default();
        let texts =
            ["7", "007", "-7", "-0", "0", "+7", "9223372036854775807", "9223372036854775808", "7.0", "", "lead"];
        for (number, text) in (0..).zip(texts) {
            assert_eq!(ids.intern(Key::of(text)), number, "{text}");
        }
        for (number, text) in (0..).zip(texts) {
            assert_eq!((ids.code(text), ids.get(number)), (Some(number), Some(text.into())));
        }
        let numbers = [(7, Some(0)), (-7, Some(2)), (0, Some(4)), (i64::MAX, Some(6)), (12, None)];
        assert_eq!(numbers.map(|(number, _)| ids.find(Key::Number(number))), numbers.map(|(_, lead)| lead));
        let least = "-9223372036854775808";
        assert_eq!((Key::of(least), ids.intern(Key::of(least))), (Key::Text(least), 11));
        assert_eq!((ids.code(least), ids.intern(Key::of("13")), ids.intern(Key::of("x"))), (Some(11), 12, 13));

        let all: Vec<String> = ids.iter().map(|id| id.to_string()).collect();
        let keys = all.iter().chain(all.iter().rev()).chain(all.iter().step_by(3).cycle().take(100));
        let keys: Vec<&str> = keys.map(String::as_str).chain(["none", "99"]).collect();
        let mut found = Vec::new();
        ids.find_all(keys.iter().map(|text| Key::of(text)), |_, lead| found.push(lead));
        assert_eq!(found, keys.iter().map(|text| ids.code(text)).collect::<Vec<_>>());
    }
}
