//! Takes rows that stand together: their reserved values row by row, then one column after the other.

use super::super::report::RowKind;
use super::super::stretch::{Place, PlaceKind, Stretch};
use super::{ID, LEAD, NAME, RESERVED, Rows, TIME};
use std::ops::Range;

impl Rows {
    /// Takes a row's key, and an event's time and name, where they are beyond doubt; returns whether they are.
    #[inline]
    fn admit_places(&mut self, text: &str, [lead, time, name]: [&Place; 3]) -> bool {
        let Some(key) = self.usual_key(lead.given(text)) else { return false };
        if self.kind == RowKind::Event {
            if name.kind != PlaceKind::Text {
                return false;
            }
            let (start, length) = (name.start as usize, name.length as usize);
            let name = self.recent_names.find_in(text.as_bytes(), start, length, &self.name.dictionary);
            let Some(name) = name else { return false };
            let time = time.given(text);
            let Some(time) = self.time.usual_time(time) else { return false };
            self.name.codes.push(name);
            self.time.push_time(time);
        }
        self.keys.push(key);
        true
    }

    /// Takes some rows of a stretch up to the first whose reserved values are not beyond doubt; returns where that is. `text` is
    /// that of the stretch's block.
    pub(in super::super) fn admit_stretch(&mut self, text: &str, stretch: &Stretch, rows: Range<usize>) -> usize {
        let places = [LEAD, TIME, NAME].map(|at| stretch.column(at, rows.clone()));
        let [leads, times, names] = places;
        let values = leads.iter().zip(times.iter().zip(names));
        let admitted = values.take_while(|(lead, (time, name))| self.admit_places(text, [lead, time, name])).count();
        let taken = rows.start..rows.start + admitted;
        let first = stretch.spot(rows.start);
        match self.kind {
            RowKind::Lead => {
                self.time.push_places(text, stretch.column(TIME, taken.clone()), first);
                self.spots.push_stretch(first, admitted);
            }
            RowKind::Event => self.id.push_places(text, stretch.column(ID, taken.clone()), first),
        }
        for (at, column) in self.columns.iter_mut().enumerate() {
            column.push_places(text, stretch.column(RESERVED + at, taken.clone()), first);
        }
        taken.end
    }
}
