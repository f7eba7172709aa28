//! Finds where values fall in a rule's table: at which key, at none, or nowhere because there is no value.

use crate::batch::kernel::Kernel;
use crate::batch::plan::{BoundPoints, BoundSection};
use crate::columns::{Dictionary, MISSING_CODE, Truth};
use bantam_lang::meaning::{Points, Section, Table, TableKeys};
use hashbrown::HashMap;

/// Where the values of one table fall.
///
/// A place is a key's index in the order of [`TableKeys`] (`true`, `false` for a boolean), as many as there are keys for a
/// value without a key, one more for a missing value.
pub(super) struct Places {
    /// How many keys there are.
    pub(super) keys: usize,
    /// Place by the code of a text.
    by_code: Vec<u32>,
}

/// A row's place, with the code of its text; numbers have none.
#[derive(Clone, Copy)]
pub(super) struct Placed {
    pub(super) place: u32,
    pub(super) code: u32,
}

/// Returns the places of every rule that has a table.
pub(super) fn places(bound: &BoundSection<'_>, section: &Section) -> Vec<Option<Places>> {
    let pairs = bound.rules.iter().zip(&section.rules);
    pairs
        .map(|(bound, rule)| match &rule.points {
            Points::Fixed(_) => None,
            Points::Table { table, .. } => Some(Places::new(&bound.points, table)),
        })
        .collect()
}

impl Places {
    fn new(points: &BoundPoints<'_>, table: &Table) -> Places {
        let keys = match &table.keys {
            TableKeys::Text(keys) => keys.len(),
            TableKeys::Number(keys) => keys.len(),
            TableKeys::Boolean { .. } => 2,
        };
        let by_code = match (points, &table.keys) {
            (BoundPoints::Text(text, _), TableKeys::Text(keys)) => by_code(text.dictionary.get(), keys),
            _ => Vec::new(),
        };
        Places { keys, by_code }
    }

    /// Returns the place of a value without a key.
    pub(super) fn no_key(&self) -> u32 {
        self.keys as u32
    }

    fn missing(&self) -> u32 {
        self.keys as u32 + 1
    }

    /// Returns the place of every row.
    pub(super) fn of_rows(&self, kernel: &Kernel<'_, '_>, points: &BoundPoints<'_>) -> Vec<Placed> {
        let text = |&code: &u32| Placed { place: self.of_code(code), code };
        let number = |bounds: &[(f64, i64)], number: f64| {
            let above = bounds.partition_point(|(bound, _)| *bound <= number);
            let place = if number.is_nan() { self.missing() } else { above.checked_sub(1).unwrap_or(self.keys) as u32 };
            Placed { place, code: MISSING_CODE }
        };
        match points {
            BoundPoints::Fixed(_) => Vec::new(),
            BoundPoints::Text(bound, _) => kernel.codes(bound).iter().map(text).collect(),
            BoundPoints::Number(bound, Table { keys: TableKeys::Number(bounds), .. }) => {
                kernel.numbers(bound).iter().map(|&value| number(bounds, value)).collect()
            }
            BoundPoints::Truth(bound, Table { keys: TableKeys::Boolean { yes, no }, .. }) => {
                let placed = |truth: Truth| match truth {
                    Truth::Unknown => Placed { place: self.missing(), code: MISSING_CODE },
                    Truth::True => Placed { place: if yes.is_some() { 0 } else { self.no_key() }, code: 1 },
                    Truth::False => Placed { place: if no.is_some() { 1 } else { self.no_key() }, code: 0 },
                };
                kernel.truths(bound).iter().map(|&truth| placed(truth)).collect()
            }
            // A table's keys are of its value's type: the checker refuses others.
            BoundPoints::Number(..) | BoundPoints::Truth(..) => Vec::new(),
        }
    }

    fn of_code(&self, code: u32) -> u32 {
        self.by_code.get(code as usize).copied().unwrap_or(self.missing())
    }
}

fn by_code(dictionary: &Dictionary, keys: &[(String, i64)]) -> Vec<u32> {
    let index: HashMap<&str, u32> = (0..).zip(keys).map(|(place, (key, _))| (key.as_str(), place)).collect();
    dictionary.iter().map(|text| index.get(text).copied().unwrap_or(keys.len() as u32)).collect()
}

/// Returns the text that a code of [`Placed`] stands for.
pub(super) fn text_of(points: &BoundPoints<'_>, code: u32) -> String {
    match points {
        BoundPoints::Text(text, _) => text.dictionary.get().get(code).unwrap_or_default().to_owned(),
        _ if code == 1 => "true".to_owned(),
        _ => "false".to_owned(),
    }
}
