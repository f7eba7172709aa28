//! Rows that a definition cannot tell apart are of one *kind*, a small number.
//!
//! Most of what rules ask of an event, or of a lead, has few answers: a name, the kind of a text, between which bounds a number
//! lies, a yes or no. All of those together are its kind. What rules say about it is then computed once for each kind, and a
//! row is kept in the few bytes of that number. What remains, numbers and times and texts that count for themselves, is kept
//! beside it.

use crate::classes::{NumberClasses, TextUses, looked_at};
use crate::columns::{Column, MISSING_CODE, Truth};
use bantam_lang::meaning::{Expr, ExprKind, Meaning, Name, Type};
use hashbrown::{HashMap, HashSet};

/// Kinds are found by a table where it has at most this many places.
const PLACES_MAX: u64 = 1 << 18;

/// How an attribute or property is kept.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Keep {
    /// Within the kind; numbers by their own kinds.
    InKind(Option<NumberClasses>),
    /// Each value for itself.
    Beside,
    /// Not at all: nothing asks for it.
    Nowhere,
}

impl Keep {
    /// Says it of a name, given all names that something asks for.
    pub(crate) fn of(meaning: &Meaning, asked: &HashSet<Name>, uses: &TextUses, name: Name) -> Keep {
        let numbers = || NumberClasses::of(meaning, name);
        match meaning.type_of(name) {
            _ if !asked.contains(&name) => Keep::Nowhere,
            Type::Text if uses.classes(name).is_some() => Keep::InKind(None),
            Type::Boolean => Keep::InKind(None),
            Type::Number => numbers().map_or(Keep::Beside, |numbers| Keep::InKind(Some(numbers))),
            Type::Text | Type::Time => Keep::Beside,
        }
    }
}

/// Returns all names that something in a definition asks for.
pub(crate) fn asked(meaning: &Meaning) -> HashSet<Name> {
    let mut asked: HashSet<Name> = meaning.criteria.iter().map(|&criterion| Name::Attribute(criterion)).collect();
    looked_at(meaning).into_iter().for_each(|expr| ask(expr, &mut asked));
    asked
}

/// Collects the names that an expression asks for.
pub(crate) fn ask(expr: &Expr, asked: &mut HashSet<Name>) {
    if let ExprKind::Name(name) | ExprKind::Known(name) = expr.kind {
        asked.insert(name);
    }
    crate::batch::children(expr).into_iter().for_each(|child| ask(child, asked));
}

/// The codes of a column that belongs to kinds.
pub(crate) enum Codes<'c> {
    Text(&'c [u32], usize),
    Truth(&'c [Truth]),
    Number(&'c [f64], &'c NumberClasses),
}

impl<'c> Codes<'c> {
    pub(crate) fn of(column: &'c Column, classes: Option<&'c NumberClasses>) -> Codes<'c> {
        match (column, classes) {
            (Column::Text(text), _) => Codes::Text(&text.codes, text.dictionary.len() + 1),
            (Column::Boolean(values), _) => Codes::Truth(values),
            (Column::Number(values), Some(classes)) => Codes::Number(values, classes),
            // Others do not belong to kinds.
            (Column::Number(_) | Column::Time(_), _) => Codes::Truth(&[]),
        }
    }

    /// Returns how many codes there are, with the one for missing.
    fn size(&self) -> u64 {
        match self {
            Codes::Text(_, size) => *size as u64,
            Codes::Truth(_) => 3,
            Codes::Number(_, classes) => classes.count() as u64 + 1,
        }
    }

    /// Turns places among the codes of earlier columns into places among those and this one's, for some cells, in rising
    /// order; a missing value has the last of the codes.
    fn add_to(&self, places: &mut [u64], cells: &[u32]) {
        let size = self.size();
        match self {
            Codes::Text(codes, _) => add_codes(places, cells, size, codes, |code| u64::from(code).min(size - 1)),
            Codes::Truth(values) => add_codes(places, cells, size, values, |truth| truth as u64),
            Codes::Number(values, classes) => {
                add_codes(places, cells, size, values, |number| u64::from(classes.class(number)));
            }
        }
    }
}

/// Makes the code of each cell the last digit of a place; a cell that is not there has the last of the codes.
fn add_codes<T: Copy>(places: &mut [u64], cells: &[u32], size: u64, values: &[T], code: impl Fn(T) -> u64) {
    let start = cells.first().map_or(0, |&first| first as usize);
    let is_stretch = cells.last().is_none_or(|&last| (last as usize + 1).checked_sub(start) == Some(cells.len()));
    match values.get(start..start + cells.len()).filter(|_| is_stretch) {
        Some(values) => {
            for (place, &value) in places.iter_mut().zip(values) {
                *place = *place * size + code(value);
            }
        }
        None => {
            for (place, &cell) in places.iter_mut().zip(cells) {
                *place = *place * size + values.get(cell as usize).map_or(size - 1, |&value| code(value));
            }
        }
    }
}

/// Finds the kinds of rows by the codes of their columns.
///
/// The codes of a row are the digits of its place among all rows that could be. What kind is at a place is looked up once.
#[derive(Default)]
pub(crate) struct KindFinder {
    /// How many codes each column has.
    sizes: Vec<u64>,
    /// Numbers of places that were given out where there were more places than numbers, one after the other.
    narrowed: Vec<HashMap<u64, u64>>,
    /// One more than the kind at each place, 0 where it is not known; empty where there are too many places.
    table: Vec<u32>,
    index: HashMap<u64, u32>,
}

impl KindFinder {
    /// Returns whether rows were found before by as many codes of each column; if not, kinds are looked up anew.
    pub(crate) fn knows(&self, first: usize, columns: &[Codes<'_>]) -> bool {
        self.sizes.iter().copied().eq(std::iter::once(first as u64).chain(columns.iter().map(Codes::size)))
    }

    /// Returns the kind of each of some rows. `first` has a code of each row, of so many; the others are in `columns`, at the
    /// places that `cells` says. `look_up` is asked for the kind of a row, by its place among them, where no row like it has
    /// come before.
    pub(crate) fn find(
        &mut self,
        first: (Vec<u64>, usize),
        columns: &[Codes<'_>],
        cells: &[u32],
        mut look_up: impl FnMut(usize) -> u32,
    ) -> Vec<u32> {
        let (mut places, first_count) = first;
        let mut count = first_count as u64;
        if !self.knows(first_count, columns) {
            let sizes = std::iter::once(count).chain(columns.iter().map(Codes::size)).collect();
            *self = KindFinder { sizes, ..KindFinder::default() };
        }
        let mut narrowed = self.narrowed.iter_mut();
        let mut more = Vec::new();
        for codes in columns {
            if count.checked_mul(codes.size()).is_none() {
                let mut fresh = HashMap::new();
                narrow(narrowed.next().unwrap_or(&mut fresh), &mut places);
                more.extend((!fresh.is_empty()).then_some(fresh));
                // There are fewer rows, and no column has as many codes.
                count = 1 << u32::BITS;
            }
            codes.add_to(&mut places, cells);
            count *= codes.size();
        }
        self.narrowed.extend(more);
        if count > PLACES_MAX {
            let kind = |(at, place)| *self.index.entry(place).or_insert_with(|| look_up(at));
            return places.into_iter().enumerate().map(kind).collect();
        }
        self.table.resize(count as usize, 0);
        let kind = |(at, place): (usize, u64)| match self.table.get_mut(place as usize) {
            Some(known @ 0) => {
                let kind = look_up(at);
                *known = kind + 1;
                kind
            }
            Some(known) => *known - 1,
            None => look_up(at),
        };
        places.into_iter().enumerate().map(kind).collect()
    }
}

/// Gives out numbers for places, so that they become small.
fn narrow(known: &mut HashMap<u64, u64>, places: &mut [u64]) {
    for place in places {
        let next = known.len() as u64;
        *place = *known.entry(*place).or_insert(next);
    }
}

/// What each kind stands for: a number of codes.
#[derive(Clone, Default)]
pub(crate) struct Kinds {
    index: HashMap<Box<[u32]>, u32>,
    /// All codes, kind after kind.
    codes: Vec<u32>,
    width: usize,
}

impl Kinds {
    /// Returns the kind of these codes.
    pub(crate) fn intern(&mut self, codes: &[u32]) -> u32 {
        if let Some(&kind) = self.index.get(codes) {
            return kind;
        }
        let kind = self.index.len() as u32;
        self.index.insert(codes.into(), kind);
        self.codes.extend(codes);
        self.width = codes.len();
        kind
    }

    /// Returns one code of each of some kinds.
    pub(crate) fn of<T>(&self, kinds: &[u32], at: usize, of: impl Fn(u32) -> T) -> Vec<T> {
        let code = |kind: u32| self.codes.get(kind as usize * self.width + at).copied().unwrap_or(MISSING_CODE);
        kinds.iter().map(|&kind| of(code(kind))).collect()
    }

    /// Returns how many kinds there are.
    pub(crate) fn count(&self) -> usize {
        self.index.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_are_of_one_kind_where_all_their_codes_are_the_same(
            rows in prop::collection::vec((0_u64..3, 0_u32..3, 0_u32..3, 0_u32..3, 0_usize..3), 1..60),
            size in prop_oneof![Just(4_usize), Just(300), Just(1 << 20), Just(u32::MAX as usize)],
            cut in 0_usize..60,
        ) {
            let column = |of: fn(&(u64, u32, u32, u32, usize)) -> u32| rows.iter().map(of).collect::<Vec<u32>>();
            let [a, b, c] = [column(|row| row.1), column(|row| row.2), column(|row| row.3)];
            let truths: Vec<Truth> = rows.iter().map(|row| [Truth::False, Truth::True, Truth::Unknown][row.4]).collect();
            let columns =
                [Codes::Text(&a, size), Codes::Text(&b, size), Codes::Text(&c, size), Codes::Truth(&truths)];
            // In two batches; every other row of the second is left out, so that its cells are no stretch.
            let cells: Vec<u32> = (0..rows.len()).filter(|row| *row < cut || row % 2 == 0).map(|row| row as u32).collect();
            let (mut finder, mut firsts, mut kinds) = (KindFinder::default(), Vec::new(), Vec::new());
            let (early, late) = cells.split_at(cells.partition_point(|&row| (row as usize) < cut));
            for cells in [early, late] {
                let first = cells.iter().map(|&row| rows[row as usize].0).collect();
                kinds.extend(finder.find((first, 3), &columns, cells, |at| {
                    firsts.push(cells[at]);
                    firsts.len() as u32 - 1
                }));
                prop_assert!(finder.knows(3, &columns));
            }
            for (&row, &kind) in cells.iter().zip(&kinds) {
                prop_assert_eq!(rows[row as usize], rows[firsts[kind as usize] as usize]);
            }
            let distinct: HashSet<_> = cells.iter().map(|&row| rows[row as usize]).collect();
            prop_assert_eq!(firsts.len(), distinct.len());
        }
    }
}
