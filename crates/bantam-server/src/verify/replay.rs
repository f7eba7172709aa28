//! Takes a log once more, in the groups in which it was received, into an empty store.

use super::{Findings, PAGE, Progress};
use bantam_core::fact::{Fact, FactKind};
use bantam_core::public_id::SETTING as SECRET;
use bantam_core::{CoreError, Desk, Given, Taken, read_fact};
use bantam_store::sqlite::HandOffNumbers;
use bantam_store::{Inspection, StoredFact, Table};

/// Returns the numbers that hand-offs had, so that they have them again: answers name them.
pub fn hand_off_numbers(source: &mut dyn Inspection) -> Result<HandOffNumbers, CoreError> {
    let mut numbers = HandOffNumbers::default();
    super::for_each(source, Table::HandOffs, "hand-offs", &mut |_, _, _| {}, &mut |_, record| {
        numbers.add(record.subject.unwrap_or(0), record.id);
        Ok(())
    })?;
    Ok(numbers)
}

/// Takes a log once more into an empty store, as far as time had been followed; returns whether every fact was accepted
/// again.
///
/// What was erased has left only its place in the log; in the copy a fact stands there that changes nothing.
pub fn replay(
    source: &mut dyn Inspection,
    copy: &mut dyn Inspection,
    found: &mut Findings,
    progress: Progress<'_>,
) -> Result<bool, CoreError> {
    prepare(source, copy)?;
    let mut desk = Desk::open(copy)?;
    let total = source.count(Table::Facts)?;
    let (mut seq, mut done) = (0, 0);
    let mut waiting: Vec<StoredFact> = Vec::new();
    loop {
        progress("the log once more", done, total);
        let page = source.facts_after(seq, PAGE)?;
        let is_last = page.is_empty();
        seq = page.last().map_or(seq, |last| last.seq);
        done += page.len() as u64;
        waiting.extend(page);
        // More of the last group may follow.
        let open_from = match waiting.last().filter(|_| !is_last) {
            Some(last) => waiting.partition_point(|fact| fact.received_at < last.received_at),
            None => waiting.len(),
        };
        let open = waiting.split_off(open_from);
        for group in waiting.chunk_by(|a, b| a.received_at == b.received_at) {
            if !take(&mut desk, copy, group, found)? {
                return Ok(false);
            }
        }
        waiting = open;
        if is_last {
            break;
        }
    }
    follow(&mut desk, source, copy)?;
    Ok(true)
}

/// Gives definitions and subjects the numbers they had. A subject that nobody speaks of yet changes nothing.
fn prepare(source: &mut dyn Inspection, copy: &mut dyn Inspection) -> Result<(), CoreError> {
    for (fingerprint, body) in source.kept_definitions()? {
        copy.keep_definition(&fingerprint, &body)?;
    }
    // Ids that others see come from it.
    if let Some(secret) = source.setting(SECRET)? {
        copy.set(SECRET, &secret)?;
    }
    super::for_each(source, Table::Subjects, "subjects", &mut |_, _, _| {}, &mut |source, record| {
        if let Some(subject) = source.subject_by_id(record.id)? {
            copy.subject(subject.kind, &subject.name)?;
        }
        Ok(())
    })?;
    Ok(())
}

fn take(
    desk: &mut Desk,
    copy: &mut dyn Inspection,
    group: &[StoredFact],
    found: &mut Findings,
) -> Result<bool, CoreError> {
    let Some(first) = group.first() else { return Ok(true) };
    let given = group.iter().map(|stored| Ok(Given::new(read_fact(stored)?.unwrap_or_else(|| blank(stored)))));
    let given: Vec<Given> = given.collect::<Result<_, CoreError>>()?;
    let taken = desk.take(copy, first.received_at, &given)?;
    for (stored, taken) in group.iter().zip(&taken) {
        let what = match taken {
            Taken::Accepted { seq, .. } if *seq == stored.seq => continue,
            Taken::Accepted { seq, .. } => format!("it gets the number {seq}"),
            Taken::Duplicate { seq } | Taken::Conflict { seq } => format!("it repeats fact {seq}"),
            Taken::Refused(refusal) => format!("it is refused ({refusal:?})"),
        };
        found.add(format!("fact {} was accepted, but taken once more {what}", stored.seq));
        return Ok(false);
    }
    Ok(true)
}

/// A fact about nobody that changes nothing.
fn blank(stored: &StoredFact) -> Fact {
    let kind = FactKind::Spend { amount: 0.0, campaign: None, lead_source: None, by: String::new() };
    Fact::of_service(format!("erased fact {}", stored.seq), stored.happened_at, "", kind)
}

/// Decides what time alone changed, up to where the source has come: leads are looked at in the order of their moments.
fn follow(desk: &mut Desk, source: &mut dyn Inspection, copy: &mut dyn Inspection) -> Result<(), CoreError> {
    let Some(end) = source.next_due()? else { return Ok(()) };
    desk.advance(copy, end.0.saturating_sub(1), usize::MAX)?;
    while copy.next_due()?.is_some_and(|next| next < end) {
        desk.advance(copy, end.0, 1)?;
    }
    Ok(())
}
