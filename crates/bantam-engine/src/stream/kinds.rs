//! Finds the kind of each row of a piece: its name with all properties that have few answers (`storage.rs`).
//!
//! A piece has codes of its own for names and texts. What they are among those of all pieces is looked up once for each
//! combination of them.

use super::piece::{StreamPiece, UNKNOWN};
use super::storage::Place;
use super::{Tables, lock};
use crate::classes::NumberClasses;
use crate::columns::{Column, MISSING_CODE, MISSING_NUMBER};
use crate::input::Rows;
use hashbrown::HashMap;

/// Kinds are found by a table where it has at most this many places.
const KIND_PLACES_MAX: usize = 1 << 16;

/// Finds kinds by the codes of the piece's own dictionaries.
#[derive(Default)]
pub(super) struct KindCache {
    /// How many codes each column has, with the one for missing.
    sizes: Vec<usize>,
    /// By place, where there are few enough.
    table: Vec<u32>,
    index: HashMap<Vec<u32>, u32>,
}

impl StreamPiece<'_, '_> {
    /// Returns the kind of each of some rows; `cells` says where in the columns each of them is.
    pub(super) fn kinds_of(&mut self, rows: &Rows, kept: &[u32], cells: &[u32]) -> Vec<u32> {
        let storage = &self.stream.storage;
        let in_kind = storage.kept().filter(|(_, place)| matches!(place, Place::Kind(_)));
        let properties: Vec<usize> = in_kind.map(|(property, _)| property).collect();
        let classes = |property: usize| storage.numbers.get(property).and_then(Option::as_ref);
        let codes = |&property: &usize| rows.values(property).map(|column| Codes::of(column, classes(property)));
        let columns: Vec<Codes<'_>> = properties.iter().filter_map(codes).collect();
        let sizes: Vec<usize> =
            std::iter::once(self.names.len()).chain(columns.iter().map(|codes| codes.size())).collect();
        let product = sizes.iter().try_fold(1_usize, |product, &size| product.checked_mul(size.max(1)));
        let places = product.filter(|&product| product <= KIND_PLACES_MAX);
        let mut cache = std::mem::take(&mut self.kinds);
        if cache.sizes != sizes {
            cache = KindCache { table: vec![UNKNOWN; places.unwrap_or(0)], sizes, index: HashMap::new() };
        }
        let kinds = self.look_up_kinds(&mut cache, places.is_some(), rows, &properties, &columns, (kept, cells));
        self.kinds = cache;
        kinds
    }

    fn look_up_kinds(
        &self,
        cache: &mut KindCache,
        by_place: bool,
        rows: &Rows,
        properties: &[usize],
        columns: &[Codes<'_>],
        (kept, cells): (&[u32], &[u32]),
    ) -> Vec<u32> {
        let names = &rows.names().codes;
        let name = |row: u32| names.get(row as usize).copied().unwrap_or(0);
        let look_up = |row: u32, cell: u32| self.look_up(rows, properties, name(row), cell as usize);
        let KindCache { sizes, table, index } = cache;
        if by_place {
            let mut at: Vec<u32> = kept.iter().map(|&row| name(row)).collect();
            for (codes, &size) in columns.iter().zip(sizes.iter().skip(1)) {
                codes.add_to(&mut at, cells, size as u32);
            }
            let kind = |(&at, (&row, &cell)): (&u32, (&u32, &u32))| match table.get_mut(at as usize) {
                Some(kind) if *kind != UNKNOWN => *kind,
                Some(kind) => {
                    *kind = look_up(row, cell);
                    *kind
                }
                None => look_up(row, cell),
            };
            return at.iter().zip(kept.iter().zip(cells)).map(kind).collect();
        }
        let kind = |(&row, &cell): (&u32, &u32)| {
            let codes: Vec<u32> =
                std::iter::once(name(row)).chain(columns.iter().map(|codes| codes.at(cell))).collect();
            *index.entry_ref(codes.as_slice()).or_insert_with(|| look_up(row, cell))
        };
        kept.iter().zip(cells).map(kind).collect()
    }

    /// Looks a kind up among those of all pieces.
    fn look_up(&self, rows: &Rows, properties: &[usize], name: u32, cell: usize) -> u32 {
        let storage = &self.stream.storage;
        let mut tables = lock(&self.stream.tables);
        let Tables { values, kinds } = &mut *tables;
        let mut codes = vec![self.names.get(name as usize).map_or(MISSING_CODE, |&(code, _)| code)];
        for &property in properties {
            let code = match (rows.values(property), values.get_mut(property)) {
                (Some(Column::Text(column)), Some(values)) => storage.text_code(property, values, column.get(cell)),
                (Some(Column::Number(numbers)), Some(values)) => {
                    let number = numbers.get(cell).copied().unwrap_or(MISSING_NUMBER);
                    storage.number_code(property, &mut values.numbers, number)
                }
                (Some(Column::Boolean(values)), _) => {
                    storage.truth_code(property, values.get(cell).copied().unwrap_or_default())
                }
                _ => MISSING_CODE,
            };
            codes.push(code);
        }
        kinds.intern(&codes)
    }
}

/// The codes of a column that belongs to kinds.
enum Codes<'c> {
    Text(&'c [u32], usize),
    Truth(&'c [crate::columns::Truth]),
    Number(&'c [f64], &'c NumberClasses),
}

impl<'c> Codes<'c> {
    fn of(column: &'c Column, classes: Option<&'c NumberClasses>) -> Codes<'c> {
        match (column, classes) {
            (Column::Text(text), _) => Codes::Text(&text.codes, text.dictionary.len() + 1),
            (Column::Boolean(values), _) => Codes::Truth(values),
            (Column::Number(values), Some(classes)) => Codes::Number(values, classes),
            // Others do not belong to kinds.
            (Column::Number(_) | Column::Time(_), _) => Codes::Truth(&[]),
        }
    }

    /// Returns how many codes there are, with the one for missing.
    fn size(&self) -> usize {
        match self {
            Codes::Text(_, size) => *size,
            Codes::Truth(_) => 3,
            Codes::Number(_, classes) => classes.count() + 1,
        }
    }

    /// Returns the code of a cell; a missing text or number has the last.
    fn at(&self, cell: u32) -> u32 {
        match self {
            Codes::Text(codes, size) => codes.get(cell as usize).map_or(0, |&code| code.min(*size as u32 - 1)),
            Codes::Truth(values) => values.get(cell as usize).map_or(2, |&truth| truth as u32),
            Codes::Number(values, classes) => {
                classes.class(values.get(cell as usize).copied().unwrap_or(MISSING_NUMBER))
            }
        }
    }

    /// Turns places among the codes of earlier columns into places among those and this one's.
    fn add_to(&self, places: &mut [u32], cells: &[u32], size: u32) {
        for (place, &cell) in places.iter_mut().zip(cells) {
            *place = *place * size + self.at(cell);
        }
    }
}
