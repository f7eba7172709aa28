//! One transaction: what was read in it, and what is to be written at its end.
//!
//! Each question to the server costs a round trip, so the most frequent ones are answered from what was fetched at once
//! ([`Ledger::foresee`]), and what is written waits until the end, or until a question is asked whose answer may depend
//! on it. Then all of it goes to the server ahead of the question, in the same trip.

use super::connection::{Call, Connection, call};
use super::{facts, leads, outcomes, subjects};
use crate::error::StoreError;
use crate::ledger::{Foreseen, Ledger};
use crate::records::{
    Appended, Digest, Edge, Entry, HandOffRow, LeadCount, LeadRow, NewFact, Seq, StoredFact, Subject, SubjectId,
    SubjectKind,
};
use tokio_postgres::Row;

/// How many records are kept of a transaction at most, some kilobytes each: then they are written and read anew.
const KEPT_MAX: usize = 20_000;

/// The last numbers given out, and how many transactions have written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    pub(super) transactions: i64,
    pub(super) fact: i64,
    pub(super) subject: i64,
    pub(super) decision: i64,
    pub(super) hand_off: i64,
    pub(super) outbox: i64,
    pub(super) quarantine: i64,
    pub(super) definition: i64,
}

/// Returns the number after the last, which is the last from then on.
pub(super) fn next(last: &mut i64) -> i64 {
    *last += 1;
    *last
}

/// A transaction in progress.
pub(super) struct PostgresLedger<'t> {
    connection: &'t mut Connection,
    pub(super) numbers: Numbers,
    is_alone: bool,
    was_asked: bool,
    has_written: bool,
    pub(super) facts: facts::Facts,
    pub(super) subjects: subjects::Subjects,
    pub(super) leads: leads::Leads,
    pub(super) outcomes: outcomes::Outcomes,
}

impl<'t> PostgresLedger<'t> {
    pub(super) fn new(connection: &'t mut Connection, numbers: Numbers, is_alone: bool) -> PostgresLedger<'t> {
        PostgresLedger {
            connection,
            numbers,
            is_alone,
            was_asked: false,
            has_written: false,
            facts: facts::Facts::default(),
            subjects: subjects::Subjects::default(),
            leads: leads::Leads::default(),
            outcomes: outcomes::Outcomes::default(),
        }
    }

    /// Asks something whose answer does not depend on what waits to be written.
    pub(super) fn fetch(&mut self, question: Call) -> Result<Vec<Row>, StoreError> {
        let mut answers = self.connection.run(&[question])?;
        Ok(answers.pop().unwrap_or_default())
    }

    /// Asks several such things at once.
    pub(super) fn fetch_all(&mut self, questions: &[Call]) -> Result<Vec<Vec<Row>>, StoreError> {
        self.connection.run(questions)
    }

    /// Writes what waits, then asks.
    pub(super) fn ask(&mut self, question: Call) -> Result<Vec<Row>, StoreError> {
        let mut calls = self.waiting_calls();
        calls.push(question);
        let mut answers = self.connection.run(&calls)?;
        Ok(answers.pop().unwrap_or_default())
    }

    /// Writes what waits, then this.
    pub(super) fn write(&mut self, call: Call) -> Result<(), StoreError> {
        self.change(call).map(drop)
    }

    /// Writes what waits, then this; returns the rows it gives.
    pub(super) fn change(&mut self, call: Call) -> Result<Vec<Row>, StoreError> {
        self.has_written = true;
        self.ask(call)
    }

    /// Returns whether somebody asked whether others have written.
    pub(super) fn was_asked(&self) -> bool {
        self.was_asked
    }

    /// Takes what waits to be written, as statements.
    fn waiting_calls(&mut self) -> Vec<Call> {
        let mut calls = Vec::new();
        self.facts.write(&mut calls);
        self.subjects.write(&mut calls);
        self.leads.write(&mut calls);
        self.outcomes.write(&mut calls);
        self.has_written |= !calls.is_empty();
        calls
    }

    /// Forgets what was read, after what waits was written.
    pub(super) fn forget(&mut self) -> Result<(), StoreError> {
        let calls = self.waiting_calls();
        self.connection.run(&calls)?;
        self.facts = facts::Facts::default();
        self.subjects = subjects::Subjects::default();
        self.leads = leads::Leads::default();
        self.outcomes = outcomes::Outcomes::default();
        Ok(())
    }

    /// Keeps what was read within bounds.
    fn trim(&mut self) -> Result<(), StoreError> {
        if self.facts.len() + self.subjects.len() + self.leads.len() + self.outcomes.len() < KEPT_MAX {
            return Ok(());
        }
        self.forget()
    }

    /// Writes all that waits; returns the numbers as they are from now on. Then only the commit is missing, whose statements go
    /// in the same trip.
    pub(super) fn finish(mut self, node: &str) -> Result<Numbers, StoreError> {
        let mut calls = self.waiting_calls();
        if self.has_written {
            next(&mut self.numbers.transactions);
            let Numbers { transactions, fact, subject, decision, hand_off, outbox, quarantine, definition } =
                self.numbers;
            calls.push(call!(
                "update numbers set transactions = $1, fact = $2, subject = $3, decision = $4, hand_off = $5, outbox = $6, \
                 quarantine = $7, definition = $8",
                transactions,
                fact,
                subject,
                decision,
                hand_off,
                outbox,
                quarantine,
                definition
            ));
            let own = "insert into node (name, transactions) values ($1, $2) on conflict (name) do update set transactions = $2";
            calls.push(call!(own, node.to_owned(), transactions));
        }
        calls.push(call!("commit"));
        self.connection.run(&calls)?;
        Ok(self.numbers)
    }
}

impl Ledger for PostgresLedger<'_> {
    fn is_alone(&mut self) -> Result<bool, StoreError> {
        self.was_asked = true;
        Ok(self.is_alone)
    }

    fn looks_ahead(&self) -> bool {
        true
    }

    fn foresee(&mut self, foreseen: &Foreseen<'_>) -> Result<(), StoreError> {
        self.subjects.keep_known(&foreseen.known);
        let questions = [
            facts::foreseen_keys(&foreseen.messages),
            subjects::foreseen(&foreseen.subjects),
            subjects::foreseen_edges(&foreseen.subjects),
            leads::foreseen(&foreseen.subjects, &foreseen.leads),
        ];
        let mut answers = self.fetch_all(&questions)?.into_iter();
        facts::keep_keys(self, &foreseen.messages, answers.next().unwrap_or_default())?;
        subjects::keep(self, &foreseen.subjects, answers.next().unwrap_or_default())?;
        subjects::keep_edges(self, answers.next().unwrap_or_default())?;
        leads::keep(self, answers.next().unwrap_or_default())?;
        self.leads.keep_absent(foreseen.leads.iter().copied());
        self.leads.keep_absent(self.subjects.leads_of(&foreseen.subjects));
        Ok(())
    }

    fn append_fact(&mut self, fact: &NewFact<'_>) -> Result<Appended, StoreError> {
        self.trim()?;
        facts::append(self, fact)
    }

    fn find_message(&mut self, message: Digest) -> Result<Option<StoredFact>, StoreError> {
        facts::find_message(self, message)
    }

    fn facts_of(&mut self, subject: SubjectId) -> Result<Vec<StoredFact>, StoreError> {
        facts::of_subject(self, subject)
    }

    fn facts_after(&mut self, seq: Seq, limit: usize) -> Result<Vec<StoredFact>, StoreError> {
        facts::after(self, seq, limit)
    }

    fn facts_before(&mut self, seq: Seq, limit: usize) -> Result<Vec<StoredFact>, StoreError> {
        facts::before(self, seq, limit)
    }

    fn facts_of_nobody(&mut self, seq: Seq, limit: usize) -> Result<Vec<StoredFact>, StoreError> {
        facts::of_nobody(self, seq, limit)
    }

    fn last_fact(&mut self) -> Result<Seq, StoreError> {
        facts::last(self)
    }

    fn facts_of_leads(&mut self, after: SubjectId, to: SubjectId) -> Result<Vec<(SubjectId, StoredFact)>, StoreError> {
        facts::of_leads(self, after, to)
    }

    fn retract(&mut self, fact: Seq, by: Seq) -> Result<(), StoreError> {
        facts::retract(self, fact, by)
    }

    fn find_subject(&mut self, kind: SubjectKind, name: &str) -> Result<Option<Subject>, StoreError> {
        subjects::find(self, kind, name)
    }

    fn subject(&mut self, kind: SubjectKind, name: &str) -> Result<Subject, StoreError> {
        subjects::find_or_add(self, kind, name)
    }

    fn subject_by_id(&mut self, id: SubjectId) -> Result<Option<Subject>, StoreError> {
        subjects::by_id(self, id)
    }

    fn assign_lead(&mut self, subject: SubjectId, lead: Option<SubjectId>) -> Result<(), StoreError> {
        subjects::assign_lead(self, subject, lead)
    }

    fn members(&mut self, lead: SubjectId) -> Result<Vec<Subject>, StoreError> {
        subjects::members(self, lead)
    }

    fn add_edge(&mut self, edge: &Edge) -> Result<(), StoreError> {
        subjects::add_edge(self, edge);
        Ok(())
    }

    fn edges_of(&mut self, subject: SubjectId) -> Result<Vec<Edge>, StoreError> {
        subjects::edges_of(self, subject)
    }

    fn edges_by(&mut self, fact: Seq) -> Result<Vec<Edge>, StoreError> {
        subjects::edges_by(self, fact)
    }

    fn merges_before(&mut self, fact: Seq, limit: usize) -> Result<Vec<Edge>, StoreError> {
        subjects::merges_before(self, fact, limit)
    }

    fn erase_subject(&mut self, subject: SubjectId, name: &str) -> Result<(), StoreError> {
        subjects::erase(self, subject, name)
    }

    fn lead(&mut self, id: SubjectId) -> Result<Option<LeadRow>, StoreError> {
        leads::load(self, id)
    }

    fn save_lead(&mut self, lead: &LeadRow) -> Result<(), StoreError> {
        self.trim()?;
        self.leads.save(lead);
        Ok(())
    }

    fn remove_lead(&mut self, id: SubjectId) -> Result<(), StoreError> {
        self.leads.remove(id);
        Ok(())
    }

    fn next_due(&mut self) -> Result<Option<(i64, SubjectId)>, StoreError> {
        leads::next_due(self)
    }

    fn leads_after(&mut self, id: SubjectId, limit: usize) -> Result<Vec<SubjectId>, StoreError> {
        leads::after(self, id, limit)
    }

    fn erased_after(&mut self, id: SubjectId, limit: usize) -> Result<Vec<SubjectId>, StoreError> {
        subjects::erased_after(self, id, limit)
    }

    fn lead_counts(&mut self) -> Result<Vec<LeadCount>, StoreError> {
        leads::counts(self)
    }

    fn record_decision(&mut self, subject: SubjectId, at: i64, body: &[u8]) -> Result<i64, StoreError> {
        Ok(outcomes::record_decision(self, subject, at, body))
    }

    fn decisions_of(&mut self, subject: SubjectId) -> Result<Vec<Entry>, StoreError> {
        outcomes::decisions_of(self, subject)
    }

    fn blank_decision(&mut self, id: i64, body: &[u8]) -> Result<(), StoreError> {
        outcomes::blank_decision(self, id, body)
    }

    fn save_hand_off(&mut self, hand_off: &HandOffRow) -> Result<i64, StoreError> {
        Ok(outcomes::save_hand_off(self, hand_off))
    }

    fn hand_off(&mut self, id: i64) -> Result<Option<HandOffRow>, StoreError> {
        outcomes::hand_off(self, id)
    }

    fn hand_offs_of(&mut self, subject: SubjectId) -> Result<Vec<HandOffRow>, StoreError> {
        outcomes::hand_offs_of(self, subject)
    }

    fn load_of(&mut self, owner: &str) -> Result<usize, StoreError> {
        outcomes::load_of(self, owner)
    }

    fn post(&mut self, kind: &str, subject: Option<SubjectId>, body: &[u8]) -> Result<i64, StoreError> {
        Ok(outcomes::post(self, kind, subject, body))
    }

    fn waiting(&mut self, limit: usize) -> Result<Vec<Entry>, StoreError> {
        outcomes::waiting(self, limit)
    }

    fn setting(&mut self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        outcomes::setting(self, key)
    }

    fn settings_with(&mut self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        outcomes::settings_with(self, prefix)
    }

    fn set(&mut self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.outcomes.set(key, value);
        Ok(())
    }

    fn keep_definition(&mut self, fingerprint: &str, body: &[u8]) -> Result<i64, StoreError> {
        outcomes::keep_definition(self, fingerprint, body)
    }

    fn definitions(&mut self) -> Result<Vec<(i64, String)>, StoreError> {
        outcomes::definitions(self)
    }

    fn definition(&mut self, fingerprint: &str) -> Result<Option<Vec<u8>>, StoreError> {
        outcomes::definition(self, fingerprint)
    }
}
