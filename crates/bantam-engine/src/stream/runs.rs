//! Events of leads that may stand anywhere in the input, kept until all has been read.
//!
//! A run is some hundred thousand of them, sorted by partition: neighbouring leads. When all is read, each partition
//! gathers its events from every run.

use super::storage::Stored;
use crate::batch::LeadSet;
use std::ops::Range;

/// A partition has this many leads, as a power of two: with their events that is about what the cache holds.
pub(super) const PARTITION_BITS: u32 = 11;
pub(super) const PARTITION_LEADS: usize = 1 << PARTITION_BITS;
/// Events are sorted when there are this many: 16 to 40 bytes each, some 4 MB.
pub(super) const RUN_EVENTS: usize = 1 << 17;

/// Events sorted by partition.
pub(super) struct Run {
    /// Where each partition's events start, and where the last one's end.
    starts: Vec<u32>,
    /// Places in their partitions.
    place: Vec<u16>,
    time: Vec<i64>,
    kind: Vec<u32>,
    beside: Vec<Vec<u64>>,
}

impl Run {
    /// Sorts events by partition, and forgets them.
    #[expect(clippy::indexing_slicing, reason = "every partition of an event is below the number of partitions")]
    pub(super) fn sort(events: &mut Stored) -> Run {
        let partition = |lead: u32| (lead >> PARTITION_BITS) as usize;
        let count = events.lead.iter().map(|&lead| partition(lead) + 1).max().unwrap_or(0);
        let mut starts = vec![0_u32; count + 1];
        for &lead in &events.lead {
            starts[partition(lead) + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let target: Vec<u32> = events
            .lead
            .iter()
            .map(|&lead| {
                let slot = &mut next[partition(lead)];
                *slot += 1;
                *slot - 1
            })
            .collect();
        let mask = PARTITION_LEADS as u32 - 1;
        let run = Run {
            place: scatter(&events.lead, &target, |lead| (lead & mask) as u16),
            time: scatter(&events.time, &target, |time| time),
            kind: scatter(&events.kind, &target, |kind| kind),
            beside: events.beside.iter().map(|values| scatter(values, &target, |bits| bits)).collect(),
            starts,
        };
        *events = Stored::new(events.beside.len());
        run
    }

    /// Appends the events of a partition, with the places of their leads.
    fn gather(&self, partition: usize, events: &mut Stored) {
        let (Some(&start), Some(&end)) = (self.starts.get(partition), self.starts.get(partition + 1)) else { return };
        let range = start as usize..end as usize;
        events.lead.extend(self.place.get(range.clone()).unwrap_or_default().iter().map(|&place| u32::from(place)));
        events.time.extend_from_slice(self.time.get(range.clone()).unwrap_or_default());
        events.kind.extend_from_slice(self.kind.get(range.clone()).unwrap_or_default());
        for (all, values) in events.beside.iter_mut().zip(&self.beside) {
            all.extend_from_slice(values.get(range.clone()).unwrap_or_default());
        }
    }
}

#[expect(clippy::indexing_slicing, reason = "targets are a permutation of the places")]
fn scatter<T: Copy, U: Copy + Default>(values: &[T], targets: &[u32], of: impl Fn(T) -> U) -> Vec<U> {
    let mut scattered = vec![U::default(); values.len()];
    for (&value, &target) in values.iter().zip(targets) {
        scattered[target as usize] = of(value);
    }
    scattered
}

/// Returns the events of a partition from all runs, with the places of their leads.
pub(super) fn gather(runs: &[Run], partition: usize, beside: usize) -> Stored {
    let mut events = Stored::new(beside);
    runs.iter().for_each(|run| run.gather(partition, &mut events));
    events
}

/// Cuts events of whole leads, which it brings into their order, into partitions of about `rows` leads and events. Numbers of
/// leads become places.
pub(super) fn cut(events: &mut Stored, rows: usize) -> Vec<(LeadSet, Stored)> {
    if !events.lead.is_sorted() {
        sort_by_lead(events);
    }
    let mut places = Vec::with_capacity(events.len());
    let (mut parts, mut set, mut start) = (Vec::new(), Vec::new(), 0);
    let mut end_part = |set: &mut Vec<u32>, places: &mut Vec<u32>, range: Range<usize>| {
        if !set.is_empty() {
            parts.push((LeadSet::List(std::mem::take(set)), events.part(std::mem::take(places), range)));
        }
    };
    for (at, &lead) in events.lead.iter().enumerate() {
        if set.last() != Some(&lead) {
            if set.len() + (at - start) >= rows {
                end_part(&mut set, &mut places, start..at);
                start = at;
            }
            set.push(lead);
        }
        places.push(set.len() as u32 - 1);
    }
    end_part(&mut set, &mut places, start..events.len());
    parts
}

impl Stored {
    /// Returns some of these events, with leads at other places.
    fn part(&self, lead: Vec<u32>, range: Range<usize>) -> Stored {
        fn part<T: Clone>(values: &[T], range: &Range<usize>) -> Vec<T> {
            values.get(range.clone()).unwrap_or_default().to_vec()
        }
        Stored {
            lead,
            time: part(&self.time, &range),
            kind: part(&self.kind, &range),
            beside: self.beside.iter().map(|values| part(values, &range)).collect(),
        }
    }
}

fn sort_by_lead(events: &mut Stored) {
    let mut order: Vec<u32> = (0..events.len() as u32).collect();
    order.sort_by_key(|&at| events.lead.get(at as usize));
    fn pick<T: Copy>(values: &mut Vec<T>, order: &[u32]) {
        *values = order.iter().filter_map(|&at| values.get(at as usize).copied()).collect();
    }
    pick(&mut events.lead, &order);
    pick(&mut events.time, &order);
    pick(&mut events.kind, &order);
    events.beside.iter_mut().for_each(|values| pick(values, &order));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(leads: &[u32]) -> Stored {
        let time = leads.iter().map(|&lead| i64::from(lead) * 10).collect();
        let kind = (0..leads.len() as u32).collect();
        let beside = vec![leads.iter().map(|&lead| u64::from(lead)).collect()];
        Stored { lead: leads.to_vec(), time, kind, beside }
    }

    #[test]
    fn a_partition_gathers_its_events_from_every_run() {
        let size = PARTITION_LEADS as u32;
        let runs = [Run::sort(&mut stored(&[size + 3, 0, size, 1])), Run::sort(&mut stored(&[size + 3, 5 * size]))];
        let second = gather(&runs, 1, 1);
        assert_eq!((second.lead, second.kind), (vec![3, 0, 3], vec![0, 2, 0]));
        assert_eq!(second.beside, [[u64::from(size) + 3, u64::from(size), u64::from(size) + 3]]);
        assert_eq!(gather(&runs, 5, 1).lead, [0]);
        assert_eq!(gather(&runs, 6, 1).len(), 0);
    }

    #[test]
    fn leads_are_cut_whole() {
        let parts = cut(&mut stored(&[7, 2, 7, 9, 2, 2]), 3);
        let shown: Vec<_> = parts.iter().map(|(leads, events)| (format!("{leads:?}"), events.lead.clone())).collect();
        assert_eq!(
            shown,
            [
                ("List([2])".to_owned(), vec![0, 0, 0]),
                ("List([7])".to_owned(), vec![0, 0]),
                ("List([9])".to_owned(), vec![0])
            ]
        );
        assert_eq!(parts[1].1.time, [70, 70]);
    }
}
