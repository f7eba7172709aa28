//! Appends many values of one column at once.

use super::super::report::Spot;
use super::super::stretch::{Place, PlaceKind};
use super::{ColumnBuilder, positive_zero};
use crate::columns::{Column, MISSING_CODE, MISSING_NUMBER, MISSING_TIME, Truth};
use bantam_lang::convert::{parse_number, parse_time};

impl ColumnBuilder {
    /// Appends the values at some places of a block; the first stands at `first`, each of the others on the next line.
    pub(in super::super) fn push_places(&mut self, block: &str, places: &[Place], first: Spot) {
        let mut at = 0;
        loop {
            at += self.push_usual_places(block, places.get(at..).unwrap_or_default());
            let Some(place) = places.get(at) else { break };
            let spot = Spot { row: first.row + at as u64, line: first.line + at as u64, ..first };
            self.push(place.given(block), spot);
            at += 1;
        }
    }

    /// Appends values up to the first that may not be what it looks like; returns how many they are.
    fn push_usual_places(&mut self, block: &str, places: &[Place]) -> usize {
        let (present, missing) = match self.values {
            Column::Text(_) => self.push_usual_texts(block.as_bytes(), places),
            Column::Number(_) => self.push_usual_numbers(block, places),
            Column::Boolean(_) => self.push_usual_truths(block.as_bytes(), places),
            Column::Time(_) => self.push_usual_times(block, places),
        };
        self.count(present, missing);
        present + missing
    }

    fn push_usual_texts(&mut self, block: &[u8], places: &[Place]) -> (usize, usize) {
        let Column::Text(column) = &mut self.values else { return (0, 0) };
        let mut missing = 0;
        for (at, place) in places.iter().enumerate() {
            let code = match place.kind {
                PlaceKind::Text | PlaceKind::Digits if place.length > 0 => {
                    // What was a value before is one again: neither missing nor to be trimmed.
                    let (start, length) = (place.start as usize, place.length as usize);
                    match self.recent.find_in(block, start, length, &column.dictionary) {
                        Some(code) => code,
                        None => return (at - missing, missing),
                    }
                }
                PlaceKind::Json => return (at - missing, missing),
                _ => {
                    missing += 1;
                    MISSING_CODE
                }
            };
            column.codes.push(code);
        }
        (places.len() - missing, missing)
    }

    fn push_usual_numbers(&mut self, block: &str, places: &[Place]) -> (usize, usize) {
        let Column::Number(values) = &mut self.values else { return (0, 0) };
        let mut missing = 0;
        for (at, place) in places.iter().enumerate() {
            let number = match place.kind {
                PlaceKind::Text | PlaceKind::Digits if place.length > 0 => {
                    let text = place.text(block);
                    let is_doubtful = self.missing_texts.has_numbers() || self.missing_texts.may_have(text);
                    match parse_number(text).filter(|_| !is_doubtful) {
                        Some(number) => positive_zero(number),
                        None => return (at - missing, missing),
                    }
                }
                PlaceKind::Json => return (at - missing, missing),
                _ => {
                    missing += 1;
                    MISSING_NUMBER
                }
            };
            values.push(number);
        }
        (places.len() - missing, missing)
    }

    fn push_usual_times(&mut self, block: &str, places: &[Place]) -> (usize, usize) {
        let Column::Time(values) = &mut self.values else { return (0, 0) };
        let mut missing = 0;
        for (at, place) in places.iter().enumerate() {
            let time = match place.kind {
                PlaceKind::Text if place.length > 0 => {
                    let text = place.text(block);
                    match parse_time(text).filter(|_| !self.missing_texts.may_have(text)) {
                        Some(time) => time,
                        None => return (at - missing, missing),
                    }
                }
                // A number is no time.
                PlaceKind::Json | PlaceKind::Digits => return (at - missing, missing),
                _ => {
                    missing += 1;
                    MISSING_TIME
                }
            };
            values.push(time);
        }
        (places.len() - missing, missing)
    }

    fn push_usual_truths(&mut self, block: &[u8], places: &[Place]) -> (usize, usize) {
        let takes_truths = self.takes_truths();
        let Column::Boolean(values) = &mut self.values else { return (0, 0) };
        let mut missing = 0;
        for (at, place) in places.iter().enumerate() {
            let truth = match (place.kind, place.bytes(block)) {
                (PlaceKind::Missing, _) | (_, []) => {
                    missing += 1;
                    Truth::Unknown
                }
                (_, b"true") if takes_truths => Truth::True,
                (_, b"false") if takes_truths => Truth::False,
                _ => return (at - missing, missing),
            };
            values.push(truth);
        }
        (places.len() - missing, missing)
    }
}
