//! Reads a row group page by page, where all its columns are flat.
//!
//! Rows whose reserved values will not do are not rejected here: from the first such batch on the row group goes by record
//! batches, which can show the row.

use super::super::report::{RowKind, Spot};
use super::super::rows::{LEAD, NAME, Rows, TIME};
use super::super::{Asked, TapPiece};
use super::cells::TIMES;
use super::fill::{FlatValues, for_each_entry, micros};
use super::flat::{Cells, CheckedTexts, DAMAGED, FlatColumn, FlatType, Next, is_readable};
use super::layout::{Layout, Source};
use super::source::GroupBytes;
use crate::columns::MISSING_TIME;
use crate::ids::Key;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::file::metadata::RowGroupMetaData;
use std::sync::Arc;

/// How many rows are decoded before anybody looks at them: five columns of them stay in the processor's cache.
const BATCH_ROWS: usize = 16_384;
/// No room is made for more leads than these before they have been seen.
const ROOM_MAX: usize = 1 << 18;
/// The place of a key or name that will not do.
const UNFIT: u32 = u32::MAX;

/// Where each column of a file is, for files that can be read page by page.
pub(super) struct FlatPlan {
    reserved: [Option<(usize, FlatType)>; 4],
    columns: Vec<Option<(usize, FlatType)>>,
}

impl FlatPlan {
    /// Returns the plan for a file; `None` where it takes record batches.
    pub(super) fn new(metadata: &ArrowReaderMetadata, layout: &Layout, kind: RowKind) -> Option<FlatPlan> {
        let schema = metadata.parquet_schema();
        let find = |name: &str| {
            let is_it = |leaf: &parquet::schema::types::ColumnDescPtr| leaf.path().parts() == [name];
            let leaf = schema.columns().iter().position(is_it)?;
            let data_type = metadata.schema().field_with_name(name).ok()?.data_type();
            Some((leaf, FlatType::of(&schema.column(leaf), data_type)?))
        };
        let mut reserved = [None; 4];
        for (slot, name) in reserved.iter_mut().zip(&layout.reserved) {
            *slot = match name {
                Some(name) => Some(find(name)?),
                None => None,
            };
        }
        let is = |at: usize, types: &[FlatType]| {
            reserved.get(at).copied().flatten().is_some_and(|(_, kind)| types.contains(&kind))
        };
        let fits = is(LEAD, &[FlatType::Text, FlatType::Int32, FlatType::Int64])
            && (kind == RowKind::Lead
                || is(TIME, &[FlatType::Millis, FlatType::Micros, FlatType::Nanos]) && is(NAME, &[FlatType::Text]));
        let column = |source: &Source| match source {
            Source::Path(path) if path.len() == 1 => path.first().and_then(|name| find(name)).map(Some),
            Source::Nowhere => Some(None),
            _ => None,
        };
        let columns = layout.columns.iter().map(column).collect::<Option<_>>()?;
        (fits && !layout.properties).then_some(FlatPlan { reserved, columns })
    }

    fn leaves(&self) -> impl Iterator<Item = usize> {
        self.reserved.iter().chain(&self.columns).flatten().map(|(leaf, _)| *leaf)
    }
}

/// Reads a row group as far as it can be read page by page; returns how many rows that were.
pub(super) fn read_pages(
    rows: &mut Rows,
    plan: &FlatPlan,
    (metadata, group): (&ArrowReaderMetadata, &RowGroupMetaData),
    bytes: &GroupBytes,
    before: Spot,
    mut piece: Option<&mut (dyn TapPiece + '_)>,
) -> Result<usize, String> {
    if !plan.leaves().filter_map(|leaf| group.columns().get(leaf)).all(is_readable) {
        return Ok(0);
    }
    let total = usize::try_from(group.num_rows()).unwrap_or(0);
    let bytes = Arc::new(bytes.clone());
    let schema = metadata.parquet_schema();
    let open = |place: &Option<(usize, FlatType)>| -> Result<Option<FlatColumn>, String> {
        let Some((leaf, kind)) = *place else { return Ok(None) };
        FlatColumn::new(kind, &schema.column(leaf), group.column(leaf), &bytes, total).map(Some)
    };
    let [lead, time, name, id] = plan.reserved.each_ref().map(open);
    let is_event = rows.kind == RowKind::Event;
    if !is_event {
        rows.keys.reserve_each(total.min(ROOM_MAX));
    }
    let mut admission = Admission::new(lead?, if is_event { time? } else { None }, name?);
    let mut optional_values = if is_event { id? } else { open(&plan.reserved[TIME])? }.map(FlatValues::new);
    let others = plan.columns.iter().map(|place| Ok(open(place)?.map(FlatValues::new)));
    let mut others = others.collect::<Result<Vec<_>, String>>()?;
    let mut done = 0;
    while done < total {
        let count = BATCH_ROWS.min(total - done);
        let first = Spot { row: before.row + done as u64 + 1, ..before };
        if !admission.admit(rows, count, first)? {
            break;
        }
        let chosen = piece.as_mut().and_then(|piece| piece.choose(rows));
        let optional = if is_event { &mut rows.id } else { &mut rows.time };
        match &mut optional_values {
            Some(values) => values.read(count, first, optional)?,
            None => optional.lack(count),
        }
        let mut asked = chosen.iter().flat_map(|chosen| &chosen.asked);
        for (values, builder) in others.iter_mut().zip(&mut rows.columns) {
            let asked = asked.next().unwrap_or(&Asked::OfAll);
            match (values, &chosen) {
                (Some(values), Some(chosen)) => values.read_chosen(count, (&chosen.rows, asked), first, builder)?,
                (Some(values), None) => values.read(count, first, builder)?,
                (None, _) => builder.push_missing(count),
            }
        }
        done += count;
        match (&mut piece, chosen) {
            (Some(piece), Some(chosen)) => piece.take_chosen(rows, &chosen.rows)?,
            (Some(piece), None) => piece.take(rows)?,
            (None, _) => rows.sort_out(),
        }
    }
    Ok(done)
}

/// The columns that decide whether a row counts.
struct Admission {
    lead: Option<FlatColumn>,
    time: Option<FlatColumn>,
    name: Option<FlatColumn>,
    /// Places of the keys and names that dictionaries hold.
    key_entries: Vec<u32>,
    name_entries: Vec<u32>,
    time_entries: Vec<i64>,
}

impl Admission {
    fn new(lead: Option<FlatColumn>, time: Option<FlatColumn>, name: Option<FlatColumn>) -> Admission {
        let (key_entries, name_entries, time_entries) = (Vec::new(), Vec::new(), Vec::new());
        Admission { lead, time, name, key_entries, name_entries, time_entries }
    }

    /// Admits the next rows, all of them or none; returns whether it did.
    fn admit(&mut self, rows: &mut Rows, count: usize, first: Spot) -> Result<bool, String> {
        let mut reserved = rows.take_reserved();
        let before = reserved.keys.len();
        if let Some(column) = &mut self.lead {
            read_keys(column, &mut self.key_entries, count, rows, &mut reserved.keys)?;
        }
        if let Some(column) = &mut self.name {
            read_names(column, &mut self.name_entries, count, rows, &mut reserved.names)?;
        }
        let are_fit = |places: &[u32]| !places.get(before..).unwrap_or_default().contains(&UNFIT);
        let mut fits = are_fit(&reserved.keys) && are_fit(&reserved.names);
        if let Some(column) = &mut self.time {
            fits &= read_times(column, &mut self.time_entries, count, &mut reserved.times)?;
        }
        rows.give_reserved(reserved, (before, if fits { count } else { 0 }), first);
        Ok(fits)
    }
}

/// Plain values one after the other.
struct PlainValues<'b> {
    bytes: &'b [u8],
    count: usize,
    /// Whether they are the entries of a dictionary: then no two are the same.
    are_entries: bool,
}

impl PlainValues<'_> {
    /// Appends the place that `add` gives to each text; returns how many bytes they took.
    fn each_text(&self, places: &mut Vec<u32>, mut add: impl FnMut(&str) -> Option<u32>) -> Result<usize, String> {
        // A dictionary has nothing behind its entries, so that where they end need not be looked for.
        let texts = if self.are_entries {
            Some(CheckedTexts::of(self.bytes))
        } else {
            CheckedTexts::first(self.bytes, self.count)
        };
        let mut texts = texts.ok_or(DAMAGED)?;
        for _ in 0..self.count {
            places.push(add(texts.next()?).unwrap_or(UNFIT));
        }
        Ok(texts.byte_count())
    }
}

/// Appends the place of each row's value: of an entry of the dictionary, or of what `add` makes of plain values, which returns how
/// many bytes those of no fixed size took.
fn read_places(
    column: &mut FlatColumn,
    entries: &mut Vec<u32>,
    count: usize,
    places: &mut Vec<u32>,
    mut add: impl FnMut(PlainValues<'_>, &mut Vec<u32>) -> Result<usize, String>,
) -> Result<(), String> {
    let end = places.len() + count;
    while places.len() < end {
        if let Next::Dictionary(count, bytes) = column.next()? {
            entries.clear();
            add(PlainValues { bytes: &bytes, count, are_entries: true }, entries)?;
            continue;
        }
        let segment = column.segment(end - places.len())?;
        if segment.valid.is_some() {
            // Rows without a value: which ones does not matter here.
            places.resize(end, UNFIT);
            return Ok(());
        }
        let passed = match segment.values {
            Cells::Indexes(indexes) => {
                places.extend(indexes.iter().map(|&index| entries.get(index as usize).copied().unwrap_or(UNFIT)));
                0
            }
            Cells::Plain(bytes) => add(PlainValues { bytes, count: segment.rows, are_entries: false }, places)?,
            Cells::Truths(_) => return Err("a key is no truth".to_owned()),
        };
        column.pass(passed);
    }
    Ok(())
}

fn read_keys(
    column: &mut FlatColumn,
    entries: &mut Vec<u32>,
    count: usize,
    rows: &mut Rows,
    places: &mut Vec<u32>,
) -> Result<(), String> {
    let kind = column.kind;
    let mut keys = std::mem::take(&mut rows.keys);
    // Events of one lead often stand together: then its key is made once.
    let result = if kind == FlatType::Text {
        let mut last: (String, u32) = (String::new(), UNFIT);
        read_places(column, entries, count, places, |values, places| {
            if values.are_entries {
                // There are as many as the file says: it has been refused where they could not stand in these bytes.
                keys.reserve_texts(values.count, values.bytes.len());
                let taken = values.each_text(places, |text| Some(keys.add(Key::of(rows.reserved_text(text)?))));
                keys.keep_entries();
                return taken;
            }
            values.each_text(places, |text| {
                if last.1 == UNFIT || last.0 != text {
                    last.1 = rows.reserved_text(text).map_or(UNFIT, |text| keys.add(Key::of(text)));
                    last.0.clear();
                    last.0.push_str(text);
                }
                Some(last.1)
            })
        })
    } else {
        let mut last = (0, UNFIT);
        read_places(column, entries, count, places, |values, places| {
            for_each_entry(kind, values.count, values.bytes, |bytes| {
                let number = match kind {
                    FlatType::Int32 => bytes.first_chunk().map(|word| i32::from_le_bytes(*word).into()),
                    _ => bytes.first_chunk().map(|word| i64::from_le_bytes(*word)),
                };
                let number = number.ok_or("a key is cut off")?;
                if last.1 == UNFIT || last.0 != number {
                    last = (number, keys.add(Key::Number(number)));
                }
                places.push(last.1);
                Ok(())
            })?;
            if values.are_entries {
                keys.keep_entries();
            }
            Ok(0)
        })
    };
    rows.keys = keys;
    result
}

fn read_names(
    column: &mut FlatColumn,
    entries: &mut Vec<u32>,
    count: usize,
    rows: &mut Rows,
    places: &mut Vec<u32>,
) -> Result<(), String> {
    let mut names = std::mem::take(&mut rows.name);
    let result = read_places(column, entries, count, places, |values, places| {
        values.each_text(places, |text| Some(names.dictionary.intern(rows.reserved_text(text)?)))
    });
    rows.name = names;
    result
}

/// Appends times in microseconds; returns whether all rows have one that can be written.
fn read_times(
    column: &mut FlatColumn,
    entries: &mut Vec<i64>,
    count: usize,
    times: &mut Vec<i64>,
) -> Result<bool, String> {
    let (kind, end) = (column.kind, times.len() + count);
    let time = |bytes: &[u8]| {
        let word = bytes.first_chunk().copied().map(i64::from_le_bytes);
        word.and_then(|value| micros(kind, value)).unwrap_or(MISSING_TIME)
    };
    let mut fits = true;
    while times.len() < end {
        if let Next::Dictionary(count, bytes) = column.next()? {
            entries.clear();
            for_each_entry(kind, count, &bytes, |bytes| {
                entries.push(time(bytes));
                Ok(())
            })?;
            continue;
        }
        let segment = column.segment(end - times.len())?;
        fits &= match segment.values {
            _ if segment.valid.is_some() => return Ok(false),
            // Already in microseconds: taken as they stand, without a decision for each.
            Cells::Plain(bytes) if kind == FlatType::Micros => {
                extend_times(times, bytes.as_chunks().0.iter().copied().map(i64::from_le_bytes))
            }
            Cells::Plain(bytes) => extend_times(times, bytes.chunks_exact(8).map(time)),
            Cells::Indexes(indexes) => {
                let entry = |&at: &u32| entries.get(at as usize).copied().unwrap_or(MISSING_TIME);
                extend_times(times, indexes.iter().map(entry))
            }
            Cells::Truths(_) => return Ok(false),
        };
    }
    Ok(fits)
}

/// Appends times; returns whether all of them can be written, which a missing one cannot.
fn extend_times(times: &mut Vec<i64>, more: impl Iterator<Item = i64>) -> bool {
    /// So many bits hold the times of the first 4,500 years, which are all that most files have.
    const EARLY_BITS: u32 = 57;
    let from = times.len();
    times.extend(more);
    let added = times.get(from..).unwrap_or_default();
    // Put together, all of them tell in one go what each of them would.
    let bits = added.iter().fold(0, |bits, time| bits | time.wrapping_sub(TIMES.start) as u64);
    bits >> EARLY_BITS == 0 || added.iter().all(|time| TIMES.contains(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_taken_where_all_can_be_written() {
        let extend = |given: &[i64]| {
            let mut times = vec![7];
            let fits = extend_times(&mut times, given.iter().copied());
            assert!(!fits || times == [&[7], given].concat());
            fits
        };
        let (first, last) = (TIMES.start, TIMES.end - 1);
        assert!(extend(&[]) && extend(&[first, 0, 1_765_929_600_000_000]) && extend(&[first, last, 0]));
        for bad in [first - 1, last + 1, i64::MIN, i64::MAX, MISSING_TIME] {
            assert!(!extend(&[0, bad, 0]) && !extend(&[bad]) && !extend(&[last, bad]), "{bad}");
        }
        let early = first + (1 << 57);
        assert!(early > 0 && early < last && extend(&[early - 1]) && extend(&[early]) && extend(&[early + 1]));
    }
}
