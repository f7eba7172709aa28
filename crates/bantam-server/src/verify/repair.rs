//! Builds again what is derived from facts, where it is not what they give. Facts are never touched, nor what people set, nor
//! the audit log.
//!
//! 1. [`check_records`] says whether the facts themselves are whole. Where they are not, nothing can be built on them.
//! 2. The log is taken once more into an empty store, as a verification does.
//! 3. What differs is replaced by what came out, record by record; what erasure has touched is left as it is.
//! 4. All of it is verified again. The caller has one transaction for everything.

use super::compare::{DERIVED, Messages, differing_leads, is_derived};
use super::{
    Counted, Erased, Findings, PAGE, Progress, Verification, check_records, compare, hand_off_numbers, replay,
};
use bantam_core::fact::{FactKind, message_key};
use bantam_core::hand_off::HandOff;
use bantam_core::{CoreError, LeadState, Rules, read_decision, read_fact};
use bantam_store::sqlite::{HandOffNumbers, SqliteScratch};
use bantam_store::{HandOffRow, Inspection, Mending, PlacedDecision, Subject, SubjectId, Table};
use std::path::Path;

/// What a repair did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repair {
    /// What was wrong before.
    pub before: Findings,
    /// What was changed, in words: what, and how many.
    pub changed: Vec<(&'static str, u64)>,
    /// Why nothing was changed, though something is wrong.
    pub refused: Option<&'static str>,
    /// How the store stands after it.
    pub after: Verification,
}

impl Repair {
    fn count(&mut self, what: &'static str, count: u64) {
        match self.changed.iter_mut().find(|(known, _)| *known == what) {
            _ if count == 0 => {}
            Some((_, so_far)) => *so_far += count,
            None => self.changed.push((what, count)),
        }
    }
}

/// Verifies a store and builds again what does not follow from its log. Scratch files are made in `folder`, which is empty.
///
/// # Errors
/// Returns why the store failed; the caller takes the transaction back then.
pub fn repair(source: &mut dyn Mending, folder: &Path, progress: Progress<'_>) -> Result<Repair, CoreError> {
    let mut repair = Repair::default();
    let counted = check_records(source, &mut repair.before, &mut *progress)?;
    if !counted.can_be_built_again {
        repair.refused = Some("the log itself is damaged, and all else is built on it: restore a backup");
        repair.after = Verification { findings: repair.before.clone(), counted, comparison: None };
        return Ok(repair);
    }
    let erased = Erased::of(source, &mut *progress)?;
    let mut ignored = Findings::default();
    let mut copy = SqliteScratch::make(&folder.join("built.db"), numbers(source, &erased)?)?;
    let (comparison, is_taken) = copy.work(|copy| {
        if !replay(source, copy, &mut ignored, &mut *progress)? {
            return Ok((None, false));
        }
        let comparison = compare(source, copy, &erased, &mut repair.before, &mut *progress)?;
        if !repair.before.is_empty() {
            Mender { source, copy, erased: &erased, repair: &mut repair }.mend()?;
        }
        Ok::<_, CoreError>((Some(comparison), true))
    })?;
    if !is_taken {
        repair.refused = Some("the log cannot be taken once more as it was taken then: restore a backup");
        repair.before.lines.append(&mut ignored.lines);
    }
    repair.after = match repair.changed.is_empty() {
        true => Verification { findings: repair.before.clone(), counted, comparison },
        false => again(source, counted, &folder.join("verified.db"), progress)?,
    };
    Ok(repair)
}

/// Verifies what was built.
fn again(
    source: &mut dyn Mending,
    before: Counted,
    scratch: &Path,
    progress: Progress<'_>,
) -> Result<Verification, CoreError> {
    let mut verification = super::verify(source, Some(scratch), progress)?;
    // Of the facts there are as many as before, or something is very wrong.
    if (verification.counted.facts, verification.counted.last) != (before.facts, before.last) {
        verification.findings.add("facts were changed by the repair".to_owned());
    }
    Ok(verification)
}

/// Returns the numbers that hand-offs get when the log is taken once more. Where nobody was erased they are those that they
/// got then, in order; what stands in a damaged store is not asked.
pub(super) fn numbers(source: &mut dyn Inspection, erased: &Erased) -> Result<HandOffNumbers, CoreError> {
    if erased.is_nobody() { Ok(HandOffNumbers::default()) } else { hand_off_numbers(source) }
}

/// Decisions or hand-offs of a subject that are placed anew; hand-offs as they should be.
type Differing = (Table, SubjectId, Vec<HandOffRow>);

/// A repair in progress.
struct Mender<'m> {
    source: &'m mut dyn Mending,
    copy: &'m mut dyn Inspection,
    erased: &'m Erased,
    repair: &'m mut Repair,
}

impl Mender<'_> {
    fn mend(&mut self) -> Result<(), CoreError> {
        let strays = self.source.remove_strays()?;
        self.repair.count("stray records", strays);
        self.mend_keys()?;
        let (mut differing, mut after) = (Vec::new(), i64::MIN);
        loop {
            let page = self.source.records(Table::Subjects, after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.id;
            for record in page {
                let Some(subject) = self.source.subject_by_id(record.id)? else { continue };
                if !self.is_left_alone(&subject) {
                    self.mend_standing(&subject)?;
                    self.mend_outcomes(subject.id, &mut differing)?;
                }
            }
        }
        for (table, subject, _) in &differing {
            self.source.clear(*table, *subject)?;
        }
        for (table, subject, hand_offs) in differing {
            self.place(table, subject, hand_offs)?;
        }
        self.mend_messages()?;
        self.mend_settings()
    }

    /// Returns whether what stands for a subject cannot be built again, as somebody was erased.
    fn is_left_alone(&self, subject: &Subject) -> bool {
        subject.erased
            || self.erased.is_uncertain()
            || self.erased.touches(subject.id)
            || subject.lead.is_some_and(|lead| self.erased.touches(lead))
    }

    /// Puts message keys and retractions right.
    fn mend_keys(&mut self) -> Result<(), CoreError> {
        let mut seq = 0;
        loop {
            let page = self.source.facts_after(seq, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            let again = self.copy.facts_after(seq, PAGE)?;
            seq = last.seq;
            for (stored, again) in page.iter().zip(again) {
                let Some(fact) = read_fact(stored)? else { continue };
                let key = message_key(&fact.message_id);
                if self.source.find_message(key)?.map(|known| known.seq) != Some(stored.seq) {
                    self.source.key_fact(stored.seq, key)?;
                    self.repair.count("message keys", 1);
                }
                if stored.retracted_by != again.retracted_by && self.is_known(stored.retracted_by)? {
                    self.source.set_retraction(stored.seq, again.retracted_by)?;
                    self.repair.count("retractions", 1);
                }
            }
        }
    }

    /// Returns whether a retraction can be told from its fact: that of somebody who was erased cannot.
    fn is_known(&mut self, by: Option<i64>) -> Result<bool, CoreError> {
        let Some(by) = by else { return Ok(true) };
        let found = self.source.facts_after(by - 1, 1)?;
        let fact = found.first().filter(|found| found.seq == by).map(read_fact).transpose()?.flatten();
        Ok(self.erased.is_nobody() || fact.is_some_and(|fact| !matches!(fact.kind, FactKind::Retraction { .. })))
    }

    /// Puts right which lead a subject is part of, what ties it to others, and how it stands as a lead.
    fn mend_standing(&mut self, subject: &Subject) -> Result<(), CoreError> {
        let id = subject.id;
        let lead = self.copy.subject_by_id(id)?.and_then(|again| again.lead);
        if subject.lead != lead {
            self.source.assign_lead(id, lead)?;
            self.repair.count("ids in another lead", 1);
        }
        let edges = self.copy.known_edges(id)?;
        if self.source.known_edges(id)? != edges {
            let edges: Vec<_> = edges.into_iter().map(|(edge, _)| edge).collect();
            self.source.replace_edges(id, &edges)?;
            self.repair.count("ids with other ties", 1);
        }
        let should = self.copy.lead(id)?;
        if self.is_right(subject, should.as_ref())? {
            return Ok(());
        }
        self.source.clear(Table::Leads, id)?;
        if let Some(row) = should {
            self.source.save_lead(&row)?;
        }
        self.repair.count("leads", 1);
        Ok(())
    }

    fn is_right(&mut self, subject: &Subject, should: Option<&bantam_store::LeadRow>) -> Result<bool, CoreError> {
        let Some(row) = super::unless_damaged(self.source.lead(subject.id))? else { return Ok(false) };
        let is = row.as_ref().map(LeadState::from_row).transpose();
        let (Ok(is), should) = (is, should.map(LeadState::from_row).transpose()?) else { return Ok(false) };
        let active = self.copy.setting("active")?.map(|text| String::from_utf8_lossy(&text).into_owned());
        let rules = active.and_then(|fingerprint| Rules::kept(self.copy, &fingerprint).ok().flatten());
        Ok(is.as_ref().is_none_or(|lead| lead.name == subject.name)
            && differing_leads(rules.as_ref(), is.as_ref(), should.as_ref()).is_none())
    }

    /// Finds out whether decisions and hand-offs of a subject are what follows. All of a kind are taken away and placed anew
    /// when those of all subjects are gone, as one may have another's number.
    fn mend_outcomes(&mut self, id: SubjectId, differing: &mut Vec<Differing>) -> Result<(), CoreError> {
        let decisions = super::unless_damaged(self.source.decisions_of(id))?;
        let bodies =
            |entries: Vec<bantam_store::Entry>| entries.into_iter().map(|entry| entry.body).collect::<Vec<_>>();
        if decisions.map(bodies) != Some(bodies(self.copy.decisions_of(id)?)) {
            differing.push((Table::Decisions, id, Vec::new()));
        }
        let hand_offs = super::unless_damaged(self.source.hand_offs_of(id))?;
        if !hand_offs.is_some_and(|is| self.are_right(&is, id).unwrap_or(false)) {
            let should = self.hand_offs_by_turn(id)?;
            differing.push((Table::HandOffs, id, should));
        }
        Ok(())
    }

    /// Returns the hand-offs of a subject as they should be. Where somebody was erased, whose turn it was is told by what stands
    /// there, as long as it can be read: the hand-offs of erased leads took turns, too.
    fn hand_offs_by_turn(&mut self, id: SubjectId) -> Result<Vec<HandOffRow>, CoreError> {
        let mut rows = self.copy.hand_offs_of(id)?;
        if self.erased.is_nobody() {
            return Ok(rows);
        }
        for row in &mut rows {
            let found = self.source.records(Table::HandOffs, row.id - 1, 1)?.pop();
            let found = found.filter(|found| found.id == row.id && found.is_whole && found.subject == Some(id));
            let stands = found.and_then(|found| serde_json::from_slice::<HandOff>(&found.body).ok());
            let should = serde_json::from_slice::<HandOff>(&row.body).ok();
            if let (Some(HandOff { team, owner, .. }), Some(should)) = (stands, should) {
                *row = HandOff { id: row.id, team, owner, ..should }.row();
            }
        }
        Ok(rows)
    }

    fn are_right(&mut self, is: &[HandOffRow], id: SubjectId) -> Result<bool, CoreError> {
        let should = self.copy.hand_offs_of(id)?;
        if self.erased.is_nobody() {
            return Ok(is == should);
        }
        // Whose turn it was may have depended on hand-offs of people who were erased since.
        let by_turn = |row: &HandOffRow| {
            let hand_off: Option<HandOff> = serde_json::from_slice(&row.body).ok();
            hand_off.map(|hand_off| HandOff { team: None, owner: None, ..hand_off })
        };
        let is_listed = |row: &HandOffRow| {
            let hand_off: Option<HandOff> = serde_json::from_slice(&row.body).ok();
            let listed = hand_off.map(|hand_off| HandOff { id: row.id, ..hand_off }.row());
            listed.is_some_and(|listed| HandOffRow { body: row.body.clone(), ..listed } == *row)
        };
        Ok(is.len() == should.len()
            && is.iter().zip(&should).all(|(is, should)| by_turn(is) == by_turn(should) && is_listed(is)))
    }

    fn place(&mut self, table: Table, id: SubjectId, placed: Vec<HandOffRow>) -> Result<(), CoreError> {
        if table == Table::Decisions {
            for entry in self.copy.decisions_of(id)? {
                let at = read_decision(&entry)?.as_of;
                self.source.place_decision(id, &PlacedDecision { id: entry.id, at, body: entry.body })?;
            }
            self.repair.count("ids with other decisions", 1);
        } else {
            for row in placed {
                self.source.place_hand_off(&row)?;
            }
            self.repair.count("ids with other hand-offs", 1);
        }
        Ok(())
    }

    /// Puts messages right that wait. Where somebody was erased they have other numbers than those that follow.
    fn mend_messages(&mut self) -> Result<(), CoreError> {
        if !self.erased.is_nobody() {
            return Ok(());
        }
        let Some(first) = Messages::default().next(self.source, self.erased)? else { return Ok(()) };
        let (mut is, mut should) = (Messages::from(first.id - 1), Messages::from(first.id - 1));
        let mut changed = 0;
        let (mut waits, mut follows) = (is.next(self.source, self.erased)?, should.next(self.copy, self.erased)?);
        loop {
            let order = match (&waits, &follows) {
                (None, None) => break,
                (Some(waits), Some(follows)) => waits.id.cmp(&follows.id),
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
            };
            let own = |message: &bantam_store::Record| (message.kind.clone(), message.subject, message.body.clone());
            match order {
                std::cmp::Ordering::Less => {
                    if let Some(message) = waits.as_ref().filter(|message| is_derived(message, self.erased)) {
                        self.source.place_message(message.id, None)?;
                        changed += 1;
                    }
                }
                std::cmp::Ordering::Greater => {
                    if let Some(message) = &follows
                        && !self.source.has_message(message.id)?
                    {
                        self.source.place_message(message.id, Some(message))?;
                        changed += 1;
                    }
                }
                std::cmp::Ordering::Equal => {
                    if let (Some(waits), Some(follows)) = (&waits, &follows)
                        && own(waits) != own(follows)
                    {
                        self.source.place_message(follows.id, Some(follows))?;
                        changed += 1;
                    }
                }
            }
            if order.is_le() {
                waits = is.next(self.source, self.erased)?;
            }
            if order.is_ge() {
                follows = should.next(self.copy, self.erased)?;
            }
        }
        self.repair.count("messages", changed);
        Ok(())
    }

    fn mend_settings(&mut self) -> Result<(), CoreError> {
        let follows = |key: &str| {
            DERIVED.iter().any(|known| key.starts_with(known))
                && (self.erased.is_nobody() || !["turns:", "renewal"].iter().any(|known| key.starts_with(known)))
        };
        let [is, should] = [self.source.settings()?, self.copy.settings()?]
            .map(|settings| settings.into_iter().filter(|(key, _)| follows(key)).collect::<Vec<_>>());
        let mut changed = 0;
        for (key, _) in is.iter().filter(|(key, _)| !should.iter().any(|(known, _)| known == key)) {
            self.source.remove_setting(key)?;
            changed += 1;
        }
        for (key, value) in should.iter().filter(|setting| !is.contains(setting)) {
            self.source.set(key, value)?;
            changed += 1;
        }
        self.repair.count("settings", changed);
        Ok(())
    }
}
