//! Where each property of an event is kept, between its row and its score.
//!
//! What has few answers belongs to the event's kind (`crate::kinds`), what remains is kept beside it, eight bytes each.

use super::Tables;
use crate::batch::codes;
use crate::classes::{Classes, NumberClasses, TextUses};
use crate::columns::{Column, Dictionary, EventTable, MISSING_CODE, MISSING_NUMBER, MISSING_TIME, Truth};
use crate::input::Asked;
use crate::kinds::{Keep, asked};
use crate::needs::Needs;
use bantam_lang::meaning::{Meaning, Name, Type, Value};

/// Where a property is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Among the codes of the kind.
    Kind(usize),
    /// Among the values beside it.
    Beside(usize),
    /// Nothing asks for it.
    Nowhere,
}

/// Where each property is kept, and what stands for a missing one.
pub(super) struct Storage {
    pub(super) places: Vec<Place>,
    types: Vec<Type>,
    /// The kinds of number of each property that has few.
    pub(super) numbers: Vec<Option<NumberClasses>>,
    /// How many codes a kind has beside its name.
    pub(super) kind_codes: usize,
    pub(super) beside: usize,
    defaults: Vec<Option<Value>>,
    needs: Needs,
}

/// Some of the properties that are kept: a bit each, by their order. Those beyond the last bit are always among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PropertySet(u64);

impl PropertySet {
    /// Returns whether a property is among them, by its place among those that are kept.
    pub(super) fn has(self, at: usize) -> bool {
        at >= u64::BITS as usize || self.0 >> at & 1 == 1
    }
}

impl Storage {
    pub(super) fn new(meaning: &Meaning, uses: &TextUses) -> Storage {
        let asked = asked(meaning);
        let properties = &meaning.event.properties;
        let mut storage = Storage {
            places: Vec::new(),
            types: properties.iter().map(|property| property.kind).collect(),
            kind_codes: 0,
            beside: 0,
            numbers: Vec::new(),
            needs: Needs::of(meaning),
            defaults: properties.iter().map(|property| property.default.clone()).collect(),
        };
        for index in 0..properties.len() {
            let take = |count: &mut usize| {
                *count += 1;
                *count - 1
            };
            let (place, numbers) = match Keep::of(meaning, &asked, uses, Name::Property(index)) {
                Keep::InKind(numbers) => (Place::Kind(take(&mut storage.kind_codes)), numbers),
                Keep::Beside => (Place::Beside(take(&mut storage.beside)), None),
                Keep::Nowhere => (Place::Nowhere, None),
            };
            storage.places.push(place);
            storage.numbers.push(numbers);
        }
        storage
    }

    /// Returns the properties that are kept, with their places.
    pub(super) fn kept(&self) -> impl Iterator<Item = (usize, Place)> {
        self.places.iter().copied().enumerate().filter(|(_, place)| *place != Place::Nowhere)
    }

    /// Returns the properties that something asks for of events of a name.
    pub(super) fn needs_of(&self, name: &str) -> PropertySet {
        let kept = self.kept().take(u64::BITS as usize).enumerate();
        PropertySet(kept.fold(0, |set, (at, (property, _))| set | u64::from(self.needs.has(name, property)) << at))
    }

    /// Returns of each property for which of the chosen rows it is asked, given what is asked of each row.
    pub(super) fn asked(&self, chosen: &[u32], needs: &[PropertySet]) -> Vec<Asked> {
        let mut kept = 0;
        let asked = |place: &Place| match place {
            Place::Nowhere => Asked::OfSome { rows: Vec::new(), places: Vec::new() },
            _ => {
                kept += 1;
                if kept > u64::BITS { Asked::OfAll } else { asked_of(chosen, needs, kept as usize - 1) }
            }
        };
        self.places.iter().map(asked).collect()
    }

    /// Returns the value kept beside the kind: the bits of a number, a time or a code, or those of the default.
    pub(super) fn bits(&self, property: usize, values: &mut Values, column: &Column, row: usize) -> u64 {
        let default = self.defaults.get(property).and_then(Option::as_ref);
        match column {
            Column::Number(values) => {
                let value = values.get(row).copied().unwrap_or(f64::NAN);
                match default {
                    Some(Value::Number(default)) if value.is_nan() => default.to_bits(),
                    _ => value.to_bits(),
                }
            }
            Column::Time(values) => {
                let value = values.get(row).copied().unwrap_or(MISSING_TIME);
                match default {
                    Some(Value::Time(default)) if value == MISSING_TIME => *default as u64,
                    _ => value as u64,
                }
            }
            Column::Text(column) => u64::from(self.text_code(property, values, column.get(row))),
            Column::Boolean(_) => 0,
        }
    }

    /// Returns the code of a text, or of the default where it is missing.
    pub(super) fn text_code(&self, property: usize, values: &mut Values, text: Option<&str>) -> u32 {
        match (text, self.defaults.get(property)) {
            (Some(text), _) => values.code(text),
            (None, Some(Some(Value::Text(default)))) => values.code(default),
            (None, _) => MISSING_CODE,
        }
    }

    /// Returns the code of a truth, or of the default where it is unknown.
    pub(super) fn truth_code(&self, property: usize, truth: Truth) -> u32 {
        match (truth, self.defaults.get(property)) {
            (Truth::Unknown, Some(Some(Value::Boolean(default)))) => Truth::from(*default) as u32,
            _ => truth as u32,
        }
    }

    /// Returns the kind of a number, or of the default where it is missing; takes note of the first number of each kind.
    pub(super) fn number_code(&self, property: usize, numbers: &mut Vec<f64>, number: f64) -> u32 {
        let Some(Some(classes)) = self.numbers.get(property) else { return MISSING_CODE };
        let number = match self.defaults.get(property) {
            Some(Some(Value::Number(default))) if number.is_nan() => *default,
            _ => number,
        };
        let class = classes.class(number);
        numbers.resize(classes.count(), f64::NAN);
        match numbers.get_mut(class as usize) {
            Some(first) => {
                if first.is_nan() {
                    *first = number;
                }
                class
            }
            None => MISSING_CODE,
        }
    }

    /// Returns one event of each kind, all of lead 0 at the time 0.
    pub(super) fn of_each_kind(&self, tables: &Tables) -> EventTable {
        let count = tables.kinds.count();
        let kind = (0..count as u32).collect();
        let stored = Stored { lead: vec![0; count], time: vec![0; count], kind, ..Stored::new(self.beside) };
        self.unfold(tables, stored).0
    }

    /// Returns events with their names and properties, and their kinds.
    pub(super) fn unfold(&self, tables: &Tables, stored: Stored) -> (EventTable, Vec<u32>) {
        let Stored { lead, time, kind, beside } = stored;
        let name = codes(tables.kinds.of(&kind, 0, |code| code));
        let properties = self.properties(&kind, tables, &beside);
        (EventTable { lead, name, time, properties }, kind)
    }

    /// Returns the columns of events that are kept apart, in the order of properties. `kinds` holds the kind of each.
    fn properties(&self, kinds: &[u32], tables: &Tables, beside: &[Vec<u64>]) -> Vec<Column> {
        let table = &tables.kinds;
        let column = |((place, kind), values): ((&Place, &Type), &Values)| match (place, kind) {
            (Place::Kind(at), Type::Boolean) => Column::Boolean(table.of(kinds, at + 1, truth_of)),
            (Place::Kind(at), Type::Number) => {
                let number = |code: u32| values.numbers.get(code as usize).copied().unwrap_or(MISSING_NUMBER);
                Column::Number(table.of(kinds, at + 1, number))
            }
            (Place::Kind(at), _) => Column::Text(codes(table.of(kinds, at + 1, |code| code))),
            (Place::Beside(at), kind) => {
                let bits = beside.get(*at).map(Vec::as_slice).unwrap_or_default();
                match kind {
                    Type::Number => Column::Number(bits.iter().map(|&bits| f64::from_bits(bits)).collect()),
                    Type::Time => Column::Time(bits.iter().map(|&bits| bits as i64).collect()),
                    _ => Column::Text(codes(bits.iter().map(|&bits| bits as u32).collect())),
                }
            }
            (Place::Nowhere, kind) => Column::new(*kind),
        };
        self.places.iter().zip(&self.types).zip(&tables.values).map(column).collect()
    }
}

/// Returns for which of the chosen rows the property is asked that is at a place among those that are kept.
fn asked_of(chosen: &[u32], needs: &[PropertySet], at: usize) -> Asked {
    // A row is written where the next one that is asked for belongs, and stays there if it is one.
    let (mut rows, mut places, mut count) = (vec![0; chosen.len()], vec![0; chosen.len()], 0);
    for (place, (&row, needs)) in (0..).zip(chosen.iter().zip(needs)) {
        if let (Some(of_row), Some(of_place)) = (rows.get_mut(count), places.get_mut(count)) {
            (*of_row, *of_place) = (row, place);
        }
        count += usize::from(needs.has(at));
    }
    rows.truncate(count);
    places.truncate(count);
    Asked::OfSome { rows, places }
}

fn truth_of(code: u32) -> Truth {
    match code {
        0 => Truth::False,
        1 => Truth::True,
        _ => Truth::Unknown,
    }
}

/// What the codes of one property stand for, in all pieces.
#[derive(Clone, Default)]
pub(super) struct Values {
    pub(super) dictionary: Dictionary,
    classes: Option<Classes>,
    /// The first number of each kind; NaN where there was none yet.
    pub(super) numbers: Vec<f64>,
}

impl Values {
    pub(super) fn new(classes: Option<Classes>) -> Values {
        Values { dictionary: Dictionary::default(), classes, numbers: Vec::new() }
    }

    fn code(&mut self, text: &str) -> u32 {
        match &mut self.classes {
            Some(classes) => classes.code(text, &mut self.dictionary),
            None => self.dictionary.intern(text),
        }
    }
}

/// Events that count, before they are scored; leads are numbers, or places in a partition.
#[derive(Default)]
pub(super) struct Stored {
    pub(super) lead: Vec<u32>,
    pub(super) time: Vec<i64>,
    pub(super) kind: Vec<u32>,
    pub(super) beside: Vec<Vec<u64>>,
}

impl Stored {
    pub(super) fn new(beside: usize) -> Stored {
        Stored { beside: vec![Vec::new(); beside], ..Stored::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.lead.len()
    }

    /// Forgets the events, not their memory.
    pub(super) fn clear(&mut self) {
        self.lead.clear();
        self.time.clear();
        self.kind.clear();
        self.beside.iter_mut().for_each(Vec::clear);
    }
}
