//! Sorts leads: highest score first, then by id; or as they stand in the input.
//!
//! Scores are few, so leads are first dealt out to them; what is left to sort are the ids of leads with one score, which stay
//! in the processor's cache.

use super::scored::ScoreTable;
use crate::ids::{LeadId, LeadIds};
use rayon::prelude::*;
use std::cmp::Ordering;

/// Leads are dealt out to at most this many scores. Where there are more, neighbouring scores share a place.
const BUCKETS_MAX: u64 = 1 << 16;

/// What a lead of a bucket is sorted by.
#[derive(Clone, Copy, Default)]
struct SortKey {
    /// The id's first bytes that tell ids apart.
    first: u64,
    /// Its place among the leads.
    place: u32,
}

/// Returns the places of leads in rank order.
pub(super) fn rank(ids: &LeadIds, table: &ScoreTable) -> Vec<u32> {
    let id = |place: u32| table.row(place).and_then(|row| ids.get(row.lead)).unwrap_or_default();
    let score = |place: u32| table.row(place).map_or(0, |row| row.score());
    let buckets = Buckets::of(table);
    let mut keys = deal_out(&buckets, table, first_bytes_of_all(table.len(), id));
    let by_score = |a: &SortKey, b: &SortKey| match buckets.shift {
        0 => Ordering::Equal,
        _ => score(b.place).cmp(&score(a.place)),
    };
    let by_id = |a: &SortKey, b: &SortKey| a.first.cmp(&b.first).then_with(|| id(a.place).cmp(&id(b.place)));
    let mut rest = keys.as_mut_slice();
    let parts: Vec<&mut [SortKey]> = buckets.counts.iter().filter_map(|&count| rest.split_off_mut(..count)).collect();
    parts.into_par_iter().for_each(|part| part.par_sort_unstable_by(|a, b| by_score(a, b).then_with(|| by_id(a, b))));
    keys.into_par_iter().map(|key| key.place).collect()
}

/// Returns the places of leads in the order of their numbers, and of those that have no row, after them, in the order of ids:
/// their numbers say who came first in reading, which is another one each time.
pub(super) fn by_input(ids: &LeadIds, table: &ScoreTable, has_row: &[bool]) -> Vec<u32> {
    let mut places = vec![u32::MAX; ids.len()];
    for (place, row) in (0..).zip(table.rows()) {
        if let Some(slot) = places.get_mut(row.lead as usize) {
            *slot = place;
        }
    }
    if table.len() == ids.len() && has_row.len() >= ids.len() && !has_row.contains(&false) {
        return places;
    }
    let with_row = |lead: usize| has_row.get(lead) == Some(&true);
    let (mut order, mut others) = (Vec::with_capacity(table.len()), Vec::new());
    for (lead, place) in places.into_iter().enumerate().filter(|&(_, place)| place != u32::MAX) {
        if with_row(lead) { order.push(place) } else { others.push((lead as u32, place)) }
    }
    others.sort_unstable_by_key(|&(lead, _)| ids.get(lead));
    order.extend(others.into_iter().map(|(_, place)| place));
    order
}

/// Leads by their scores, the highest first.
struct Buckets {
    best: i64,
    /// So many low bits of a distance from the best score do not count.
    shift: u32,
    /// How many leads each has.
    counts: Vec<usize>,
}

impl Buckets {
    #[expect(clippy::indexing_slicing, reason = "there is a bucket for every score")]
    fn of(table: &ScoreTable) -> Buckets {
        let scores = || table.rows().par_iter().map(|row| row.score());
        let best = scores().max().unwrap_or(0);
        let range = best.abs_diff(scores().min().unwrap_or(0));
        let shift = (u64::BITS - range.leading_zeros()).saturating_sub(BUCKETS_MAX.trailing_zeros());
        let mut buckets = Buckets { best, shift, counts: vec![0; (range >> shift) as usize + 1] };
        for row in table.rows() {
            let bucket = buckets.bucket(row.score());
            buckets.counts[bucket] += 1;
        }
        buckets
    }

    fn bucket(&self, score: i64) -> usize {
        (self.best.abs_diff(score) >> self.shift) as usize
    }
}

/// Returns the keys of all leads, bucket by bucket; `first` holds the first bytes of their ids.
#[expect(clippy::indexing_slicing, reason = "every bucket has as many places as it has leads")]
fn deal_out(buckets: &Buckets, table: &ScoreTable, first: Vec<u64>) -> Vec<SortKey> {
    let mut keys = vec![SortKey::default(); table.len()];
    let mut next: Vec<usize> = Vec::with_capacity(buckets.counts.len());
    let mut before = 0;
    for count in &buckets.counts {
        next.push(before);
        before += count;
    }
    for (place, (row, first)) in (0..).zip(table.rows().iter().zip(first)) {
        let next = &mut next[buckets.bucket(row.score())];
        keys[*next] = SortKey { first, place };
        *next += 1;
    }
    keys
}

/// Returns, of each id, eight bytes behind those that all ids begin with.
fn first_bytes_of_all<'t>(count: usize, id: impl Fn(u32) -> LeadId<'t> + Sync) -> Vec<u64> {
    let places = || (0..count as u32).into_par_iter();
    let one = id(0);
    let shared = places().map(|place| shared_start(one.as_bytes(), id(place).as_bytes())).min().unwrap_or(0);
    places().map(|place| first_bytes(id(place).as_bytes(), shared)).collect()
}

/// Returns how many bytes two texts begin with alike.
fn shared_start(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(a, b)| a == b).count()
}

/// Returns eight bytes of a text from a place on, as a number that sorts as they do.
///
/// Behind the end of a text stand zeros. A text that ends there and one that goes on with NUL look alike; whole texts are
/// compared then, as they are wherever eight bytes do not decide.
fn first_bytes(text: &[u8], from: usize) -> u64 {
    let rest = text.get(from..).unwrap_or_default();
    match rest.first_chunk::<8>() {
        Some(bytes) => u64::from_be_bytes(*bytes),
        None => {
            let mut bytes = [0; 8];
            bytes.iter_mut().zip(rest).for_each(|(byte, text)| *byte = *text);
            u64::from_be_bytes(bytes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::workings::Row;
    use crate::columns::MISSING_CODE;
    use crate::ids::Key;
    use proptest::prelude::*;

    fn row(fit: i64, engagement: i64) -> Row {
        let [persona, stage, disqualified_by, route] = [MISSING_CODE; 4];
        Row { fit, fit_unknown: 0, engagement, persona, stage, disqualified_by, route }
    }

    proptest! {
        #[test]
        fn leads_stand_by_score_and_then_by_id(
            leads in prop::collection::vec(("lead_[0-9]{1,3}|[a-c]{0,12}", prop_oneof![-3_i64..3, -(1_i64 << 60)..1 << 60], -2_i64..2), 0..60)
        ) {
            let (mut ids, mut table, mut expected) = (LeadIds::default(), ScoreTable::default(), Vec::new());
            for (id, fit, engagement) in &leads {
                if ids.find(Key::of(id)).is_none() {
                    table.push(ids.intern(Key::of(id)), &row(*fit, *engagement));
                    expected.push((-(fit + engagement), id.clone()));
                }
            }
            let ranked: Vec<_> = rank(&ids, &table)
                .into_iter()
                .map(|place| table.row(place).unwrap())
                .map(|row| (-row.score(), ids.get(row.lead).unwrap().to_string()))
                .collect();
            expected.sort_unstable();
            prop_assert_eq!(ranked, expected);
        }
    }

    #[test]
    fn first_bytes_sort_as_texts_do() {
        let texts = ["", "\0", "1", "10", "100", "1000000", "10000000", "100000000", "2", "é"];
        for pair in texts.windows(2) {
            assert!(first_bytes(pair[0].as_bytes(), 0) <= first_bytes(pair[1].as_bytes(), 0), "{pair:?}");
        }
        assert_eq!(first_bytes(b"lead_7", 5), u64::from(b'7') << 56);
        assert_eq!(first_bytes(b"lead", 5), 0);
    }

    #[test]
    fn shared_starts_end_at_the_first_difference() {
        let shared = |one: &str, other: &str| shared_start(one.as_bytes(), other.as_bytes());
        assert_eq!([shared("", ""), shared("abc", "abc"), shared("abc", "abd"), shared("a", "")], [0, 3, 2, 0]);
    }
}
