//! Keeps leads by their kinds (`crate::kinds`): a row for each kind, and for each lead the number of its kind.
//!
//! Each piece sorts its own rows out; pieces are then put together by what their kinds stand for. Where rows of one kind turn
//! out to be few, all leads get rows of their own.

use super::cell::ColumnBuilder;
use super::dataset::pick;
use crate::classes::{NumberClasses, TextUses};
use crate::columns::{Column, LeadKinds, MISSING_CODE, MISSING_NUMBER};
use crate::kinds::{Codes, Keep, KindFinder, Kinds, asked};
use bantam_lang::meaning::{Meaning, Name};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// So few kinds are always worth it.
const KINDS_MIN: usize = 1_024;
/// How many rows there must be to a kind, where there are more kinds.
const ROWS_PER_KIND: usize = 8;
/// So many rows are sorted out in the processor's cache.
const ROWS_AT_A_TIME: usize = 4_096;

/// How each attribute of leads is kept, by any piece.
pub(super) struct KeptLeads {
    keep: Vec<Keep>,
    /// Whether some piece has found that there are too many kinds.
    is_given_up: AtomicBool,
}

impl KeptLeads {
    pub(super) fn of(meaning: &Meaning, uses: &TextUses) -> KeptLeads {
        let asked = asked(meaning);
        let keep = |index| Keep::of(meaning, &asked, uses, Name::Attribute(index));
        let keep = (0..meaning.lead.attributes.len()).map(keep).collect();
        KeptLeads { keep, is_given_up: AtomicBool::new(false) }
    }
}

/// Sorts the rows of a piece out while it is read.
pub(super) struct Sorting {
    kept: Arc<KeptLeads>,
    finder: KindFinder,
    /// The kind of each row that has been sorted out. Columns that belong to kinds have a row for each kind, then the rows that
    /// have not been sorted out yet.
    pub(super) kinds: Vec<u32>,
    count: usize,
}

impl Sorting {
    pub(super) fn new(kept: &Arc<KeptLeads>) -> Sorting {
        Sorting { kept: Arc::clone(kept), finder: KindFinder::default(), kinds: Vec::new(), count: 0 }
    }

    /// Returns the same for another piece; `None` where there are too many kinds.
    pub(super) fn blank(&self) -> Option<Sorting> {
        (!self.kept.is_given_up.load(Ordering::Relaxed)).then(|| Sorting::new(&self.kept))
    }

    /// Sorts out the rows that a piece of so many rows has more than it had.
    pub(super) fn go_on(&mut self, columns: &mut [ColumnBuilder], rows: usize) {
        let more = rows - self.kinds.len();
        let known = self.count as u32;
        let cells: Vec<u32> = (0..known + more as u32).collect();
        let mut firsts = Vec::new();
        let keep = &self.kept.keep;
        let codes: Vec<Codes<'_>> =
            in_kind(keep, columns.iter()).map(|(numbers, column)| Codes::of(&column.values, numbers)).collect();
        let (known_cells, new_cells) = cells.split_at(known as usize);
        if !self.finder.knows(1, &codes) {
            self.finder.find((vec![0; known_cells.len()], 1), &codes, known_cells, |at| at as u32);
        }
        for cells in new_cells.chunks(ROWS_AT_A_TIME) {
            self.kinds.extend(self.finder.find((vec![0; cells.len()], 1), &codes, cells, |at| {
                firsts.extend(cells.get(at).map(|cell| cell - known));
                known + firsts.len() as u32 - 1
            }));
        }
        self.count += firsts.len();
        for (keep, column) in keep.iter().zip(columns) {
            match keep {
                Keep::InKind(_) => column.values.keep(known as usize, &firsts),
                Keep::Nowhere => column.values.clear(),
                Keep::Beside => {}
            }
        }
    }

    /// Returns whether rows of one kind are many; gives all rows back their values where they are few.
    pub(super) fn end(&mut self, columns: &mut [ColumnBuilder]) -> bool {
        if self.count <= KINDS_MIN.max(self.kinds.len() / ROWS_PER_KIND) {
            return true;
        }
        self.kept.is_given_up.store(true, Ordering::Relaxed);
        self.spread(columns);
        false
    }

    /// Gives every row the values of its kind.
    pub(super) fn spread(&self, columns: &mut [ColumnBuilder]) {
        spread(&self.kept.keep, columns, &self.kinds);
    }
}

/// Returns the columns that belong to kinds, with the kinds of numbers.
fn in_kind<C>(
    keep: &[Keep],
    columns: impl IntoIterator<Item = C>,
) -> impl Iterator<Item = (Option<&NumberClasses>, C)> {
    keep.iter().zip(columns).filter_map(|(keep, column)| match keep {
        Keep::InKind(numbers) => Some((numbers.as_ref(), column)),
        Keep::Beside | Keep::Nowhere => None,
    })
}

/// The kinds of all leads so far.
pub(super) struct LeadKindsBuilder {
    kept: Arc<KeptLeads>,
    kinds: Kinds,
    /// The kind of each row.
    of_row: Vec<u32>,
}

impl LeadKindsBuilder {
    pub(super) fn new(kept: Arc<KeptLeads>) -> LeadKindsBuilder {
        LeadKindsBuilder { kept, kinds: Kinds::default(), of_row: Vec::new() }
    }

    /// Makes room for more rows.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.of_row.reserve(rows);
    }

    /// Appends the rows of a piece that has been sorted out into `kinds`; columns that belong to kinds get a row for each kind
    /// that is new.
    pub(super) fn append(&mut self, columns: &mut [ColumnBuilder], piece: Vec<ColumnBuilder>, kinds: &[u32]) {
        let count = kinds.iter().max().map_or(0, |&most| most as usize + 1);
        let codes: Vec<Vec<u32>> = in_kind(&self.kept.keep, columns.iter_mut().zip(&piece))
            .map(|(numbers, (column, piece))| codes_of(column, &piece.values, numbers))
            .collect();
        let (mut known, mut codes_of_kind) = (Vec::with_capacity(count), Vec::with_capacity(codes.len()));
        for at in 0..count {
            codes_of_kind.clear();
            codes_of_kind.extend(codes.iter().map(|codes| codes.get(at).copied().unwrap_or(MISSING_CODE)));
            let before = self.kinds.count();
            known.push(self.kinds.intern(&codes_of_kind));
            if self.kinds.count() > before {
                self.push_kind(columns, &piece, at, &codes_of_kind);
            }
        }
        self.of_row.extend(kinds.iter().map(|&kind| known.get(kind as usize).copied().unwrap_or(0)));
        for ((_, column), piece) in
            self.kept.keep.iter().zip(columns).zip(piece).filter(|((keep, _), _)| **keep == Keep::Beside)
        {
            column.append_values(piece.values);
        }
    }

    /// Appends a kind that stands for a row of a piece.
    fn push_kind(&self, columns: &mut [ColumnBuilder], piece: &[ColumnBuilder], row: usize, codes: &[u32]) {
        let mut codes = codes.iter();
        for ((keep, column), piece) in self.kept.keep.iter().zip(columns).zip(piece) {
            let code = if matches!(keep, Keep::InKind(_)) { codes.next() } else { None };
            match (keep, &mut column.values, &piece.values) {
                (Keep::Beside, ..) => {}
                (Keep::InKind(_), Column::Text(text), _) => text.codes.push(code.copied().unwrap_or(MISSING_CODE)),
                (Keep::InKind(_), Column::Number(values), Column::Number(numbers)) => {
                    values.push(numbers.get(row).copied().unwrap_or(MISSING_NUMBER));
                }
                (Keep::InKind(_), Column::Boolean(values), Column::Boolean(truths)) => {
                    values.push(truths.get(row).copied().unwrap_or_default());
                }
                (_, values, _) => values.push_missing(1),
            }
        }
    }

    /// Gives every row the values of its kind.
    pub(super) fn spread_out(&self, columns: &mut [ColumnBuilder]) {
        spread(&self.kept.keep, columns, &self.of_row);
    }

    /// Returns the kinds of `leads`, of which each has the row that is `chosen` for it, or none; all rows in their order where
    /// nothing is chosen. Columns that belong to kinds get a row more, for leads without one.
    pub(super) fn finish(self, attributes: &mut [Column], chosen: Option<&[u32]>) -> LeadKinds {
        let LeadKindsBuilder { kept, kinds, of_row } = self;
        let of_none = kinds.count() as u32;
        let holds: Vec<bool> = kept.keep.iter().map(|keep| *keep != Keep::Beside).collect();
        attributes.iter_mut().zip(&holds).filter(|(_, holds)| **holds).for_each(|(column, _)| column.push_missing(1));
        let of_lead = match chosen {
            None => of_row,
            Some(chosen) => chosen.iter().map(|&row| of_row.get(row as usize).copied().unwrap_or(of_none)).collect(),
        };
        LeadKinds { of_lead, of_none, holds }
    }
}

/// Gives every row of a piece that has been sorted out the values of its kind.
fn spread(keep: &[Keep], columns: &mut [ColumnBuilder], kinds: &[u32]) {
    for (keep, column) in keep.iter().zip(columns) {
        match keep {
            Keep::InKind(_) => column.values = pick(&column.values, kinds),
            Keep::Nowhere => column.values.push_missing(kinds.len() - column.values.len().min(kinds.len())),
            Keep::Beside => {}
        }
    }
}

/// Returns the codes of a piece's values as they are among all.
fn codes_of(column: &mut ColumnBuilder, piece: &Column, numbers: Option<&NumberClasses>) -> Vec<u32> {
    match (piece, numbers) {
        (Column::Text(text), _) => column.carry(text),
        (Column::Boolean(values), _) => values.iter().map(|&truth| truth as u32).collect(),
        (Column::Number(values), Some(numbers)) => values.iter().map(|&number| numbers.class(number)).collect(),
        // Others do not belong to kinds.
        (Column::Number(_) | Column::Time(_), _) => Vec::new(),
    }
}
