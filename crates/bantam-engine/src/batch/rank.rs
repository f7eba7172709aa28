//! Sorts leads: highest score first, then by id.

use super::scored::ScoreColumns;
use crate::ids::LeadIds;
use rayon::prelude::*;

/// What a lead is sorted by: the negated score, the id's first bytes that tell ids apart, and its place.
type SortKey = (i64, u64, u32);

/// Returns the places of leads in rank order.
pub(super) fn rank(ids: &LeadIds, columns: &ScoreColumns) -> Vec<u32> {
    let id = |place: u32| columns.lead.get(place as usize).and_then(|&lead| ids.get(lead)).unwrap_or("").as_bytes();
    let first = columns.lead.first().and_then(|&lead| ids.get(lead)).unwrap_or("").as_bytes();
    let places = || (0..columns.lead.len() as u32).into_par_iter();
    let shared = places().map(|place| shared_start(first, id(place))).min().unwrap_or(0);
    let totals = columns.fit.par_iter().zip(&columns.engagement);
    let key =
        |(place, (fit, engagement)): (u32, (&i64, &i64))| (-(fit + engagement), first_bytes(id(place), shared), place);
    let mut keys: Vec<SortKey> = places().zip(totals).map(key).collect();
    keys.par_sort_unstable_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| id(a.2).cmp(id(b.2))));
    keys.into_iter().map(|(_, _, place)| place).collect()
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
