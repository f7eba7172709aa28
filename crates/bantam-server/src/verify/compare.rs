//! Compares a store with what its log gave when it was taken once more.

use super::{Erased, Findings, PAGE, Progress, about, for_each, unless_damaged};
use bantam_core::{CoreError, LeadState, Rules, changes_between};
use bantam_store::{Inspection, Record, Subject, SubjectId, Table};
use serde_json::Value;

/// What of a hand-off depends on whose turn it was, so on hand-offs of people who were erased since.
const BY_TURN: [&str; 2] = ["owner", "team"];
/// The settings that follow from the log.
const DERIVED: [&str; 4] = ["active", "renewal", "team:", "turns:"];
/// How much of a value is shown.
const SHOWN_MAX: usize = 60;

/// How much was compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Leads that were compared.
    pub leads: u64,
    /// Leads that erasure has touched.
    pub left_out: u64,
}

/// Compares leads, decisions, hand-offs, who is who, messages and turns.
pub fn compare(
    source: &mut dyn Inspection,
    copy: &mut dyn Inspection,
    erased: &Erased,
    found: &mut Findings,
    progress: Progress<'_>,
) -> Result<Comparison, CoreError> {
    let mut comparison = Comparison::default();
    let ignored = if erased.is_nobody() { &[][..] } else { &BY_TURN[..] };
    let active = source.setting("active")?.map(|fingerprint| String::from_utf8_lossy(&fingerprint).into_owned());
    let rules = active.and_then(|fingerprint| Rules::kept(source, &fingerprint).ok().flatten());
    for_each(source, Table::Subjects, "leads", &mut *progress, &mut |source, record| {
        let Some(subject) = source.subject_by_id(record.id)? else { return Ok(()) };
        let is_lead = source.lead(record.id).map_or(true, |lead| lead.is_some());
        if erased.touches(record.id) || subject.lead.is_some_and(|lead| erased.touches(lead)) {
            comparison.left_out += u64::from(is_lead);
            return Ok(());
        }
        comparison.leads += u64::from(is_lead);
        let mut differences = Vec::new();
        compare_subject(source, copy, &subject, (rules.as_ref(), ignored), &mut differences)?;
        if !differences.is_empty() && erased.is_uncertain() {
            comparison.left_out += 1;
            comparison.leads -= u64::from(is_lead);
            return Ok(());
        }
        differences.into_iter().for_each(|line| found.add(line));
        Ok(())
    })?;
    if !erased.is_uncertain() {
        compare_messages(source, copy, erased, ignored, found, &mut *progress)?;
    }
    compare_settings(source, copy, erased, found)?;
    Ok(comparison)
}

fn compare_subject(
    source: &mut dyn Inspection,
    copy: &mut dyn Inspection,
    subject: &Subject,
    (rules, ignored): (Option<&Rules>, &[&str]),
    differences: &mut Vec<String>,
) -> Result<(), CoreError> {
    let (id, who) = (subject.id, format!("`{}`", subject.name));
    let again = copy.subject_by_id(id)?;
    if again.as_ref().is_none_or(|again| (again.lead, &again.name) != (subject.lead, &subject.name)) {
        let lead = again.and_then(|again| again.lead);
        differences.push(format!("{who} is part of lead {:?}; by the log it is part of {lead:?}", subject.lead));
    }
    if source.known_edges(id)? != copy.known_edges(id)? {
        differences.push(format!("what ties {who} to others does not follow from the log"));
    }
    if let Some(lead) = unless_damaged(source.lead(id))? {
        let states = [lead, copy.lead(id)?].map(|row| row.map(|row| LeadState::from_row(&row)).transpose());
        if let [Ok(is), Ok(should)] = states
            && let Some(difference) = differing_leads(rules, is.as_ref(), should.as_ref())
        {
            differences.push(format!("lead {who}: {difference}"));
        }
    }
    if let Some(decisions) = unless_damaged(source.decisions_of(id))? {
        let again = copy.decisions_of(id)?;
        let bodies = decisions.iter().map(|entry| (entry.id, entry.body.as_slice())).collect();
        let again = again.iter().map(|entry| entry.body.as_slice()).collect();
        differences.extend(differing_bodies("decision", &who, bodies, again, &[]));
    }
    if let Some(hand_offs) = unless_damaged(source.hand_offs_of(id))? {
        let again = copy.hand_offs_of(id)?;
        let bodies = hand_offs.iter().map(|row| (row.id, row.body.as_slice())).collect();
        let again = again.iter().map(|row| row.body.as_slice()).collect();
        differences.extend(differing_bodies("hand-off", &who, bodies, again, ignored));
    }
    Ok(())
}

fn differing_leads(rules: Option<&Rules>, is: Option<&LeadState>, should: Option<&LeadState>) -> Option<String> {
    let (is, should) = match (is, should) {
        (Some(is), Some(should)) => (is, should),
        (None, None) => return None,
        (Some(_), None) => return Some("it is there, and does not follow from the log".to_owned()),
        (None, Some(_)) => return Some("it follows from the log, and is not there".to_owned()),
    };
    if is.stands_as(should) {
        let sleeps = "it is not looked at when time changes something";
        return is_late(rules, is, should).then(|| sleeps.to_owned());
    }
    let told = |lead: &LeadState| match &lead.score {
        Some(score) => format!("{} with {} points", score.stage.as_deref().unwrap_or("no stage"), score.score),
        None => "no score".to_owned(),
    };
    let (is, should) = (told(is), told(should));
    Some(match is == should {
        true => format!("where it is with sales does not follow from the log ({is})"),
        false => format!("it stands at {is}; by the log it stands at {should}"),
    })
}

/// Returns whether a lead is looked at too late: after time alone has changed something.
fn is_late(rules: Option<&Rules>, is: &LeadState, should: &LeadState) -> bool {
    match (rules, is.due_at(), should.due_at()) {
        (_, _, None) => false,
        (_, None, Some(_)) => true,
        (None, Some(is), Some(should)) => is > should,
        (Some(rules), Some(is), Some(due)) => is > due && changes_between(rules, should, due, is),
    }
}

/// Returns the first difference between records and what they should be.
fn differing_bodies(
    what: &str,
    who: &str,
    is: Vec<(i64, &[u8])>,
    should: Vec<&[u8]>,
    ignored: &[&str],
) -> Option<String> {
    for ((id, is), should) in is.iter().zip(&should) {
        if let Some(difference) = difference(is, should, ignored) {
            return Some(format!("{what} {id} of {who} does not follow from the log: {difference}"));
        }
    }
    match is.get(should.len()) {
        Some((id, _)) => Some(format!("{what} {id} of {who} does not follow from the log")),
        None if is.len() < should.len() => {
            Some(format!("{who} has {} of {} {what}s that follow from the log", is.len(), should.len()))
        }
        None => None,
    }
}

/// Returns where two bodies differ, in words.
fn difference(is: &[u8], should: &[u8], ignored: &[&str]) -> Option<String> {
    if is == should {
        return None;
    }
    let read = |body: &[u8]| serde_json::from_slice::<Value>(body).unwrap_or_default();
    first_difference("", &read(is), &read(should), ignored)
}

fn first_difference(place: &str, is: &Value, should: &Value, ignored: &[&str]) -> Option<String> {
    if let (Value::Object(is), Value::Object(should)) = (is, should) {
        let keys = is.keys().chain(should.keys().filter(|key| !is.contains_key(*key)));
        return keys.filter(|key| !ignored.contains(&key.as_str())).find_map(|key| {
            let place = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
            let none = Value::Null;
            first_difference(&place, is.get(key).unwrap_or(&none), should.get(key).unwrap_or(&none), ignored)
        });
    }
    (is != should).then(|| format!("`{place}` is {} and should be {}", shown(is), shown(should)))
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= SHOWN_MAX {
        return text;
    }
    text.chars().take(SHOWN_MAX).chain("...".chars()).collect()
}

/// Compares the messages that wait with the last ones that follow from the log: they leave the outbox in order.
fn compare_messages(
    source: &mut dyn Inspection,
    copy: &mut dyn Inspection,
    erased: &Erased,
    ignored: &[&str],
    found: &mut Findings,
    progress: Progress<'_>,
) -> Result<(), CoreError> {
    let mut again = Messages::default();
    for _ in 0..sent(source, copy, erased)? {
        again.next(copy, erased)?;
    }
    let mut is_different = false;
    for_each(source, Table::Outbox, "messages", progress, &mut |source, message| {
        if is_different || !is_derived(&message, erased) {
            return Ok(());
        }
        let should = again.next(copy, erased)?;
        let who = about(source, message.subject)?;
        let what = format!("message {} about {who} does not follow from the log", message.id);
        let difference = match &should {
            None => Some(what),
            Some(should) if (&should.kind, should.subject) != (&message.kind, message.subject) => Some(what),
            Some(should) => difference(&message.body, &should.body, ignored).map(|place| format!("{what}: {place}")),
        };
        is_different = difference.is_some();
        difference.into_iter().for_each(|line| found.add(line));
        Ok(())
    })?;
    if !is_different && let Some(missing) = again.next(copy, erased)? {
        let (who, kind) = (about(copy, missing.subject)?, missing.kind.unwrap_or_default());
        found.add(format!("a message `{kind}` about {who} follows from the log, and is not there"));
    }
    Ok(())
}

/// Returns how many of the messages that follow from the log have left the outbox.
fn sent(source: &mut dyn Inspection, copy: &mut dyn Inspection, erased: &Erased) -> Result<u64, CoreError> {
    let Some(first) = Messages::default().next(source, erased)? else { return count(copy, erased) };
    if erased.is_nobody() {
        // Numbers are given in order, and none is given twice.
        return Ok(u64::try_from(first.id - 1).unwrap_or(0));
    }
    Ok(count(copy, erased)?.saturating_sub(count(source, erased)?))
}

fn count(store: &mut dyn Inspection, erased: &Erased) -> Result<u64, CoreError> {
    let mut messages = Messages::default();
    let mut count = 0;
    while messages.next(store, erased)?.is_some() {
        count += 1;
    }
    Ok(count)
}

/// Returns whether a message follows from what is left of the log. That somebody was erased is told by the erasure alone.
fn is_derived(message: &Record, erased: &Erased) -> bool {
    let touched = |id: SubjectId| erased.touches(id);
    message.kind.as_deref() != Some("lead.erased") && !message.subject.is_some_and(touched)
}

/// The messages of a store, one after the other.
#[derive(Default)]
struct Messages {
    page: std::vec::IntoIter<Record>,
    after: i64,
}

impl Messages {
    fn next(&mut self, store: &mut dyn Inspection, erased: &Erased) -> Result<Option<Record>, CoreError> {
        loop {
            let Some(message) = self.page.next() else {
                self.page = store.records(Table::Outbox, self.after, PAGE)?.into_iter();
                match self.page.as_slice().last() {
                    Some(last) => self.after = last.id,
                    None => return Ok(None),
                }
                continue;
            };
            if is_derived(&message, erased) {
                return Ok(Some(message));
            }
        }
    }
}

fn compare_settings(
    source: &mut dyn Inspection,
    copy: &mut dyn Inspection,
    erased: &Erased,
    found: &mut Findings,
) -> Result<(), CoreError> {
    let follows = |key: &str| {
        DERIVED.iter().any(|known| key.starts_with(known))
            && (erased.is_nobody() || !["turns:", "renewal"].iter().any(|known| key.starts_with(known)))
    };
    let [is, should] = [source.settings()?, copy.settings()?]
        .map(|settings| settings.into_iter().filter(|(key, _)| follows(key)).collect::<Vec<_>>());
    for (key, _) in is.iter().filter(|setting| !should.contains(setting)) {
        found.add(format!("the setting `{key}` does not follow from the log"));
    }
    for (key, _) in should.iter().filter(|(key, _)| !is.iter().any(|(known, _)| known == key)) {
        found.add(format!("the setting `{key}` follows from the log, and is not there"));
    }
    Ok(())
}
