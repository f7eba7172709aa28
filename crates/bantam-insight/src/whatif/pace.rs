//! Says how many hand-offs a week a version of a definition would have opened, beside the one in force: through time, lead by
//! lead, as [`impact`](crate::impact) does. Of many leads a sample is walked, so that the answer comes while somebody types.

use crate::history::{History, Prepared, gather};
use crate::impact::weekly;
use bantam_engine::input::Dataset;
use bantam_engine::timeline::Timeline;

/// Leads with all their facts, and what the definition in force makes of them.
pub struct PaceBench {
    sample: Vec<Timeline>,
    leads: u64,
    as_of: i64,
    base: History,
}

/// Hand-offs a week, as far as the leads that were looked at tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// By the definition in force and by the version. Of a sample, what all leads would make.
    pub per_week: [f64; 2],
    /// How many weeks there are facts of.
    pub weeks: f64,
    /// How many leads there are.
    pub leads: u64,
    /// How many of them were looked at.
    pub looked_at: u64,
}

impl PaceBench {
    /// Keeps at most about `most` leads of the data, which were read by `prepared`, and walks them as of a moment. Which
    /// leads those are is told by their ids alone, so the same ones are looked at after each new fact.
    pub fn new(prepared: &Prepared, data: &Dataset, as_of: i64, most: usize) -> PaceBench {
        let one_in = data.leads.ids.len().div_ceil(most.max(1)).max(1) as u64;
        let mut leads = 0;
        let counted = data.timelines().inspect(|_| leads += 1);
        let sample: Vec<Timeline> = counted.filter(|lead| hash(&lead.lead_id).is_multiple_of(one_in)).collect();
        let base = gather(prepared, sample.iter().cloned(), as_of, &|_| {});
        PaceBench { sample, leads, as_of, base }
    }

    /// Returns what a version would do, which reads files as the one in force does; `None` where one of the two hands
    /// nothing over, or where no fact has a time.
    pub fn try_definition(&self, prepared: &Prepared) -> Option<Pace> {
        if self.base.hand_off_stage.is_none() || prepared.meaning.hand_off.is_none() || self.sample.is_empty() {
            return None;
        }
        let version = gather(prepared, self.sample.iter().cloned(), self.as_of, &|_| {});
        let (per_week, weeks) = weekly([&self.base, &version], self.as_of)?;
        let looked_at = self.sample.len() as u64;
        let share = self.leads as f64 / looked_at as f64;
        Some(Pace { per_week: per_week.map(|count| count * share), weeks, leads: self.leads, looked_at })
    }
}

/// Returns a number that has nothing to do with the order in which ids were given out: FNV-1a, then mixed.
fn hash(id: &str) -> u64 {
    let folded = id
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (folded ^ (folded >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn a_sample_takes_its_share_of_ids_in_any_order() {
        let taken = (0..50_000).filter(|number| hash(&format!("L{number:07}")).is_multiple_of(10)).count();
        assert!((4_800..5_200).contains(&taken), "{taken}");
    }
}
