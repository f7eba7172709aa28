//! Finds the kind of each row of a piece: its name with all properties that have few answers (`storage.rs`).
//!
//! A piece has codes of its own for names and texts. What they are among those of all pieces is looked up once for each
//! combination of them.

use super::piece::StreamPiece;
use super::storage::Place;
use super::{Tables, lock};
use crate::columns::{Column, MISSING_CODE, MISSING_NUMBER};
use crate::input::Rows;
use crate::kinds::Codes;

impl StreamPiece<'_, '_> {
    /// Returns the kind of each of some rows; `cells` says where in the columns each of them is.
    pub(super) fn kinds_of(&mut self, rows: &Rows, kept: &[u32], cells: &[u32]) -> Vec<u32> {
        let storage = &self.stream.storage;
        let in_kind = storage.kept().enumerate().filter(|(_, (_, place))| matches!(place, Place::Kind(_)));
        let properties: Vec<(usize, usize)> = in_kind.map(|(at, (property, _))| (at, property)).collect();
        let classes = |property: usize| storage.numbers.get(property).and_then(Option::as_ref);
        let codes =
            |&(_, property): &(usize, usize)| rows.values(property).map(|column| Codes::of(column, classes(property)));
        let columns: Vec<Codes<'_>> = properties.iter().filter_map(codes).collect();
        let names = &rows.names().codes;
        let name = |row: u32| names.get(row as usize).copied().unwrap_or(0);
        let mut finder = std::mem::take(&mut self.kinds);
        let first = kept.iter().map(|&row| u64::from(name(row))).collect();
        let kinds = finder.find((first, self.names.len()), &columns, cells, |at| {
            let at = |rows: &[u32]| rows.get(at).copied().unwrap_or(0);
            self.look_up(rows, &properties, name(at(kept)), at(cells) as usize)
        });
        self.kinds = finder;
        kinds
    }

    /// Looks a kind up among those of all pieces. Properties come with their places among those that are kept; what nobody asks
    /// of events of the name makes no other kind.
    fn look_up(&self, rows: &Rows, properties: &[(usize, usize)], name: u32, cell: usize) -> u32 {
        let storage = &self.stream.storage;
        let mut tables = lock(&self.stream.tables);
        let Tables { values, kinds } = &mut *tables;
        let name = self.names.get(name as usize);
        let mut codes = vec![name.map_or(MISSING_CODE, |name| name.code)];
        for &(at, property) in properties {
            let is_asked = name.is_some_and(|name| name.needs.has(at));
            let code = match (rows.values(property), values.get_mut(property)) {
                _ if !is_asked => MISSING_CODE,
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
