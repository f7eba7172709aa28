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
    lead: u32,
}

/// Leads in the order in which they come out.
pub(super) enum Sequence {
    /// So many, by their numbers.
    ByNumber(u32),
    Listed(Vec<u32>),
}

impl Sequence {
    /// Returns the number of leads.
    pub(super) fn len(&self) -> usize {
        match self {
            Sequence::ByNumber(count) => *count as usize,
            Sequence::Listed(leads) => leads.len(),
        }
    }

    /// Returns the lead of a rank, counted from 0.
    pub(super) fn get(&self, rank: usize) -> Option<u32> {
        match self {
            Sequence::ByNumber(count) => u32::try_from(rank).ok().filter(|rank| rank < count),
            Sequence::Listed(leads) => leads.get(rank).copied(),
        }
    }
}

/// Returns leads in rank order.
pub(super) fn rank(ids: &LeadIds, table: &ScoreTable) -> Sequence {
    let id = |lead: u32| ids.get(lead).unwrap_or_default();
    let score = |lead: u32| table.get(lead).map_or(0, |score| score.score());
    let leads: Vec<u32> = table.leads().collect();
    let buckets = Buckets::of(&leads, score);
    let mut keys = deal_out(&buckets, &leads, score, first_bytes_of_all(&leads, id));
    let by_score = |a: &SortKey, b: &SortKey| match buckets.shift {
        0 => Ordering::Equal,
        _ => score(b.lead).cmp(&score(a.lead)),
    };
    let by_id = |a: &SortKey, b: &SortKey| a.first.cmp(&b.first).then_with(|| id(a.lead).cmp(&id(b.lead)));
    let mut rest = keys.as_mut_slice();
    let parts: Vec<&mut [SortKey]> = buckets.counts.iter().filter_map(|&count| rest.split_off_mut(..count)).collect();
    parts.into_par_iter().for_each(|part| part.par_sort_unstable_by(|a, b| by_score(a, b).then_with(|| by_id(a, b))));
    Sequence::Listed(keys.into_par_iter().map(|key| key.lead).collect())
}

/// Returns leads in the order of their numbers, and those that have no row, after them, in the order of ids: their numbers say
/// who came first in reading, which is another one each time.
pub(super) fn by_input(ids: &LeadIds, table: &ScoreTable, has_row: &[bool]) -> Sequence {
    if table.len() == ids.len() && has_row.len() >= ids.len() && !has_row.contains(&false) {
        return Sequence::ByNumber(ids.len() as u32);
    }
    let (mut order, mut others): (Vec<u32>, Vec<u32>) =
        table.leads().partition(|&lead| has_row.get(lead as usize) == Some(&true));
    others.sort_unstable_by_key(|&lead| ids.get(lead));
    order.append(&mut others);
    Sequence::Listed(order)
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
    fn of(leads: &[u32], score: impl Fn(u32) -> i64 + Sync) -> Buckets {
        let scores = || leads.par_iter().map(|&lead| score(lead));
        let best = scores().max().unwrap_or(0);
        let range = best.abs_diff(scores().min().unwrap_or(0));
        let shift = (u64::BITS - range.leading_zeros()).saturating_sub(BUCKETS_MAX.trailing_zeros());
        let mut buckets = Buckets { best, shift, counts: vec![0; (range >> shift) as usize + 1] };
        for &lead in leads {
            let bucket = buckets.bucket(score(lead));
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
fn deal_out(buckets: &Buckets, leads: &[u32], score: impl Fn(u32) -> i64, first: Vec<u64>) -> Vec<SortKey> {
    let mut keys = vec![SortKey::default(); leads.len()];
    let mut next: Vec<usize> = Vec::with_capacity(buckets.counts.len());
    let mut before = 0;
    for count in &buckets.counts {
        next.push(before);
        before += count;
    }
    for (&lead, first) in leads.iter().zip(first) {
        let next = &mut next[buckets.bucket(score(lead))];
        keys[*next] = SortKey { first, lead };
        *next += 1;
    }
    keys
}

/// Returns, of each id, eight bytes behind those that all ids begin with.
fn first_bytes_of_all<'t>(leads: &[u32], id: impl Fn(u32) -> LeadId<'t> + Sync) -> Vec<u64> {
    let one = leads.first().map(|&lead| id(lead)).unwrap_or_default();
    let shared = leads.par_iter().map(|&lead| shared_start(one.as_bytes(), id(lead).as_bytes())).min().unwrap_or(0);
    leads.par_iter().map(|&lead| first_bytes(id(lead).as_bytes(), shared)).collect()
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
    use crate::batch::scored::PartScores;
    use crate::batch::workings::Row;
    use crate::columns::MISSING_CODE;
    use crate::ids::Key;
    use proptest::prelude::*;

    fn row(fit: i64, engagement: i64) -> Row {
        let [persona, stage, disqualified_by, route] = [MISSING_CODE; 4];
        Row { fit, fit_unknown: 0, engagement, persona, stage, disqualified_by, route }
    }

    fn table_of(leads: usize, part: PartScores) -> ScoreTable {
        let mut table = ScoreTable::default();
        table.extend_to(leads);
        table.put(part);
        table
    }

    #[test]
    fn leads_without_a_row_stand_behind_the_others_by_id() {
        let mut ids = LeadIds::default();
        let leads = ["3", "9", "7", "1", "5"].map(|id| ids.intern(Key::of(id)));
        let listed = |count: usize, has_row: &[bool]| {
            let mut part = PartScores::default();
            leads.iter().take(count).for_each(|&lead| part.push(lead, &row(0, 0)));
            let order = by_input(&ids, &table_of(ids.len(), part), has_row);
            (0..order.len()).map(|rank| ids.get(order.get(rank).unwrap()).unwrap().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(listed(5, &[true; 5]), ["3", "9", "7", "1", "5"]);
        assert_eq!(listed(5, &[true, false, true, false, true]), ["3", "7", "5", "1", "9"]);
        assert_eq!(listed(3, &[true, true, true]), ["3", "9", "7"]);
        assert_eq!(by_input(&ids, &table_of(5, PartScores::default()), &[true; 5]).get(0), None);
    }

    proptest! {
        #[test]
        fn leads_stand_by_score_and_then_by_id(
            leads in prop::collection::vec(("lead_[0-9]{1,3}|[a-c]{0,12}", prop_oneof![-3_i64..3, -(1_i64 << 60)..1 << 60], -2_i64..2), 0..60)
        ) {
            let (mut ids, mut part, mut expected) = (LeadIds::default(), PartScores::default(), Vec::new());
            for (id, fit, engagement) in &leads {
                if ids.find(Key::of(id)).is_none() {
                    part.push(ids.intern(Key::of(id)), &row(*fit, *engagement));
                    expected.push((-(fit + engagement), id.clone()));
                }
            }
            let table = table_of(ids.len(), part);
            let order = rank(&ids, &table);
            let shown = |lead| (-table.get(lead).unwrap().score(), ids.get(lead).unwrap().to_string());
            let ranked: Vec<_> = (0..order.len()).map(|rank| shown(order.get(rank).unwrap())).collect();
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
