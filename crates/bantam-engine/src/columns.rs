//! Columns of values: what file readers fill and the batch executor computes on.
//!
//! Text is touched once: a text column holds small integers that stand for the entries of its dictionary, so a condition on
//! a text runs once per distinct value. Missing is a reserved value in each kind of column, not a second bitmap: NaN is
//! missing in the language anyway, and the reserved code, time and truth cannot be produced by data.

mod texts;

use crate::ids::LeadIds;
use bantam_lang::meaning::Value;
pub use texts::{Dictionary, TextList};

/// The code of a missing text.
pub const MISSING_CODE: u32 = u32::MAX;
/// A missing time.
pub const MISSING_TIME: i64 = i64::MIN;
/// A missing number is NaN; test with `is_nan`.
pub const MISSING_NUMBER: f64 = f64::NAN;

/// A boolean that may be missing, or the value of a condition that may be unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Truth {
    /// No.
    False = 0,
    /// Yes.
    True = 1,
    /// Missing or unknown.
    #[default]
    Unknown = 2,
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Truth::True } else { Truth::False }
    }
}

impl From<Option<bool>> for Truth {
    fn from(value: Option<bool>) -> Self {
        value.map_or(Truth::Unknown, Truth::from)
    }
}

impl Truth {
    /// Returns the boolean, or `None` where it is missing or unknown.
    pub fn known(self) -> Option<bool> {
        match self {
            Truth::False => Some(false),
            Truth::True => Some(true),
            Truth::Unknown => None,
        }
    }
}

/// One column; all kinds may hold missing values.
#[derive(Clone, Debug)]
pub enum Column {
    /// Codes into a dictionary.
    Text(TextColumn),
    /// NaN is missing; infinities and -0 do not occur.
    Number(Vec<f64>),
    /// Unknown is missing.
    Boolean(Vec<Truth>),
    /// Microseconds since 1970-01-01T00:00Z; [`MISSING_TIME`] is missing.
    Time(Vec<i64>),
}

impl Column {
    /// Returns an empty column of a type.
    pub fn new(kind: bantam_lang::meaning::Type) -> Column {
        use bantam_lang::meaning::Type;
        match kind {
            Type::Text => Column::Text(TextColumn::default()),
            Type::Number => Column::Number(Vec::new()),
            Type::Boolean => Column::Boolean(Vec::new()),
            Type::Time => Column::Time(Vec::new()),
        }
    }

    /// Returns an empty column of the same type.
    pub(crate) fn blank(&self) -> Column {
        match self {
            Column::Text(_) => Column::Text(TextColumn::default()),
            Column::Number(_) => Column::Number(Vec::new()),
            Column::Boolean(_) => Column::Boolean(Vec::new()),
            Column::Time(_) => Column::Time(Vec::new()),
        }
    }

    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        match self {
            Column::Text(text) => text.codes.len(),
            Column::Number(values) => values.len(),
            Column::Boolean(values) => values.len(),
            Column::Time(values) => values.len(),
        }
    }

    /// Returns whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the column and leaves an empty one.
    pub(crate) fn take(&mut self) -> Column {
        let blank = self.blank();
        std::mem::replace(self, blank)
    }

    /// Forgets all rows; a dictionary stays.
    pub(crate) fn clear(&mut self) {
        match self {
            Column::Text(text) => text.codes.clear(),
            Column::Number(values) => values.clear(),
            Column::Boolean(values) => values.clear(),
            Column::Time(values) => values.clear(),
        }
    }

    /// Keeps, of the rows from `from` on, those at some places among them, in rising order.
    pub(crate) fn keep(&mut self, from: usize, places: &[u32]) {
        fn keep<T: Copy>(values: &mut Vec<T>, from: usize, places: &[u32]) {
            for (to, &place) in (from..).zip(places) {
                let value = values.get(from + place as usize).copied();
                if let (Some(value), Some(slot)) = (value, values.get_mut(to)) {
                    *slot = value;
                }
            }
            values.truncate(from + places.len());
        }
        match self {
            Column::Text(text) => keep(&mut text.codes, from, places),
            Column::Number(values) => keep(values, from, places),
            Column::Boolean(values) => keep(values, from, places),
            Column::Time(values) => keep(values, from, places),
        }
    }

    /// Makes of the rows from `from` on `count` rows: those that are there come to some places among them, in rising order,
    /// and all others are missing.
    pub(crate) fn spread(&mut self, from: usize, places: &[u32], count: usize) {
        fn spread<T: Copy>(values: &mut Vec<T>, from: usize, places: &[u32], count: usize, missing: T) {
            values.resize(from + count, missing);
            // From the last on, so that none is overwritten before it is moved.
            for (at, &place) in places.iter().enumerate().rev() {
                let at = from + at;
                let value = values.get_mut(at).map(|value| std::mem::replace(value, missing));
                if let (Some(value), Some(slot)) = (value, values.get_mut(from + place as usize)) {
                    *slot = value;
                }
            }
        }
        match self {
            Column::Text(text) => spread(&mut text.codes, from, places, count, MISSING_CODE),
            Column::Number(values) => spread(values, from, places, count, MISSING_NUMBER),
            Column::Boolean(values) => spread(values, from, places, count, Truth::Unknown),
            Column::Time(values) => spread(values, from, places, count, MISSING_TIME),
        }
    }

    /// Appends a value; one that is missing, or of another type, is missing.
    pub fn push(&mut self, value: Option<&Value>) {
        match (self, value) {
            (Column::Text(texts), Some(Value::Text(text))) => texts.push(Some(text)),
            (Column::Number(numbers), Some(Value::Number(number))) => numbers.push(*number),
            (Column::Boolean(truths), Some(Value::Boolean(truth))) => truths.push(Truth::from(*truth)),
            (Column::Time(times), Some(Value::Time(time))) => times.push(*time),
            (column, _) => column.push_missing(1),
        }
    }

    /// Appends `count` missing values.
    pub fn push_missing(&mut self, count: usize) {
        let rows = self.len() + count;
        match self {
            Column::Text(text) => text.codes.resize(rows, MISSING_CODE),
            Column::Number(values) => values.resize(rows, MISSING_NUMBER),
            Column::Boolean(values) => values.resize(rows, Truth::Unknown),
            Column::Time(values) => values.resize(rows, MISSING_TIME),
        }
    }
}

/// Texts as codes into a dictionary of their own.
#[derive(Clone, Debug, Default)]
pub struct TextColumn {
    /// One code a row; [`MISSING_CODE`] is missing.
    pub codes: Vec<u32>,
    /// What the codes stand for.
    pub dictionary: Dictionary,
}

impl TextColumn {
    /// Appends a text, or a missing value.
    pub fn push(&mut self, text: Option<&str>) {
        let code = text.map_or(MISSING_CODE, |text| self.dictionary.intern(text));
        self.codes.push(code);
    }

    /// Returns the text of a row; `None` where it is missing or the row does not exist.
    pub fn get(&self, row: usize) -> Option<&str> {
        self.codes.get(row).and_then(|&code| self.dictionary.get(code))
    }
}

/// Leads as they count at *as of*: one row per lead.
#[derive(Clone, Debug, Default)]
pub struct LeadTable {
    /// The leads' keys; a lead's number is its code here. It also holds leads that only have events.
    pub ids: LeadIds,
    /// One column per attribute of the definition, in its order, with a row per lead number. Leads without a row of their
    /// own have every attribute missing (or its default).
    ///
    /// Where leads were read for scores alone, most columns have a row for each kind of lead instead.
    pub attributes: Vec<Column>,
    /// Whether a lead has a counting row of its own, by lead number.
    pub has_row: Vec<bool>,
    /// The kinds of leads, where columns have a row for each.
    pub(crate) kinds: Option<LeadKinds>,
}

/// Which leads a definition cannot tell apart by what it is told about them.
#[derive(Clone, Debug)]
pub(crate) struct LeadKinds {
    /// The kind of each lead, by lead number.
    pub(crate) of_lead: Vec<u32>,
    /// The kind of leads without a row of their own; it is the last.
    pub(crate) of_none: u32,
    /// Whether an attribute has a row for each kind.
    pub(crate) holds: Vec<bool>,
}

impl LeadKinds {
    /// Returns whether an attribute has a row for each kind.
    pub(crate) fn hold(&self, attribute: usize) -> bool {
        self.holds.get(attribute) == Some(&true)
    }

    /// Returns how many kinds there are.
    pub(crate) fn count(&self) -> usize {
        self.of_none as usize + 1
    }
}

/// Events that count: at or before *as of* or not, repeats already removed, in input order.
#[derive(Clone, Debug, Default)]
pub struct EventTable {
    /// Lead number of each event, into [`LeadTable::ids`].
    pub lead: Vec<u32>,
    /// The events' own names.
    pub name: TextColumn,
    /// Microseconds since 1970-01-01T00:00Z; never missing.
    pub time: Vec<i64>,
    /// One column per property of the definition, in its order.
    pub properties: Vec<Column>,
}

impl EventTable {
    /// Returns the number of events.
    pub fn len(&self) -> usize {
        self.time.len()
    }

    /// Returns whether there are no events.
    pub fn is_empty(&self) -> bool {
        self.time.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_comes_back_to_its_places() {
        let mut column = Column::Number(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        column.keep(1, &[0, 1, 4]);
        column.spread(1, &[0, 1, 4], 6);
        let Column::Number(values) = column else { unreachable!() };
        let known: Vec<Option<f64>> = values.iter().map(|value| Some(*value).filter(|value| !value.is_nan())).collect();
        assert_eq!(known, [Some(1.0), Some(2.0), Some(3.0), None, None, Some(6.0), None]);
    }

    #[test]
    fn a_text_gets_one_code_however_often_it_comes() {
        let mut column = TextColumn::default();
        for text in [Some("b"), Some(""), None, Some("b"), Some("a")] {
            column.push(text);
        }
        assert_eq!(column.codes, [0, 1, MISSING_CODE, 0, 2]);
        assert_eq!((column.get(0), column.get(1), column.get(2)), (Some("b"), Some(""), None));
        assert_eq!(column.dictionary.code("a"), Some(2));
        assert_eq!(column.dictionary.code("c"), None);
        assert_eq!(column.dictionary.iter().collect::<Vec<_>>(), ["b", "", "a"]);
    }
}
