//! Turns leads that were touched into the rows they are kept as, on several cores where they are many.

use crate::decide::set_alarm;
use crate::lead::LeadState;
use crate::rules::Rules;
use bantam_store::LeadRow;
use std::num::NonZero;
use std::thread;

/// How many leads a thread is worth: it takes some ten microseconds to begin one, and about as long to settle a lead.
const LEADS_PER_THREAD: usize = 64;
/// More threads than this would wait for the one that writes.
const THREADS_MAX: usize = 4;

/// Finds out when time alone may change something about each lead, and returns their rows in the same order.
pub(super) fn rows(rules: Option<&Rules>, leads: &mut [LeadState], at: i64) -> Vec<LeadRow> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX);
    let threads = (leads.len() / LEADS_PER_THREAD).clamp(1, cores);
    let share = leads.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let mut shares = leads.chunks_mut(share);
        let own = shares.next().unwrap_or_default();
        let others: Vec<_> = shares.map(|leads| scope.spawn(move || settle(rules, leads, at))).collect();
        let mut rows = settle(rules, own, at);
        for other in others {
            rows.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        rows
    })
}

fn settle(rules: Option<&Rules>, leads: &mut [LeadState], at: i64) -> Vec<LeadRow> {
    let row = |lead: &mut LeadState| {
        match rules {
            Some(rules) if rules.number == lead.definition => set_alarm(rules, lead, at),
            Some(_) => lead.due_at = Some(at),
            None => lead.due_at = None,
        }
        lead.row()
    };
    leads.iter_mut().map(row).collect()
}
