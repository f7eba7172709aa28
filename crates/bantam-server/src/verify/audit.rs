//! Asks of each decision alone whether it follows: the score at its moment, by its definition, from what was known then.

use super::known::{Horizon, facts_of_lead, last_before};
use super::{Erased, Progress, for_each};
use bantam_core::records::{Decision, DecisionCause, Evidence, Scores};
use bantam_core::{CoreError, Rules, rises, timeline_of};
use bantam_engine::live::{explain_lead, score_lead};
use bantam_store::{Inspection, Record, StoredFact, SubjectId, Table};
use hashbrown::HashMap;
use serde_json::{Value, json};
use std::sync::Arc;

/// What became of an audit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Audit {
    /// Decisions that follow from what was known then.
    pub confirmed: u64,
    /// Decisions that do not.
    pub differing: u64,
    /// Decisions that cannot be asked any more, because somebody was erased.
    pub left_out: u64,
    /// The first that differs.
    pub first: Option<Disagreement>,
}

/// A decision that does not follow.
#[derive(Clone, Debug, PartialEq)]
pub struct Disagreement {
    /// Its number.
    pub decision: i64,
    /// The lead's id then.
    pub lead: String,
    /// When it was made, in microseconds since 1970-01-01T00:00Z.
    pub as_of: i64,
    /// What was recorded, where it differs.
    pub recorded: Value,
    /// What follows instead.
    pub follows: Value,
}

/// What a decision says, in the parts that can be asked.
#[derive(Clone, Debug, PartialEq)]
struct Said {
    from: Option<String>,
    to: Option<String>,
    rises: bool,
    scores: Option<Scores>,
    evidence: Vec<Evidence>,
}

/// Asks of every decision, in the order in which they were made.
pub fn audit(source: &mut dyn Inspection, erased: &Erased, progress: Progress<'_>) -> Result<Audit, CoreError> {
    let facts = i64::try_from(source.count(Table::Facts)?).unwrap_or(i64::MAX);
    let mut auditing = Auditing { facts, ..Auditing::default() };
    for_each(source, Table::Decisions, "decisions", progress, &mut |source, record| {
        auditing.ask(source, erased, &record)
    })?;
    Ok(auditing.audit)
}

#[derive(Default)]
struct Auditing {
    audit: Audit,
    facts: i64,
    /// Definitions by their fingerprint; `None` where one cannot be used.
    definitions: HashMap<String, Option<Arc<Rules>>>,
    /// The stage of each lead's last decision.
    stages: HashMap<SubjectId, Option<Arc<str>>>,
    /// One text for each stage.
    names: HashMap<String, Arc<str>>,
}

impl Auditing {
    fn ask(&mut self, source: &mut dyn Inspection, erased: &Erased, record: &Record) -> Result<(), CoreError> {
        let subject = record.subject.unwrap_or(0);
        let decision = serde_json::from_slice::<Decision>(&record.body).ok().filter(|_| record.is_whole);
        let Some(decision) = decision else {
            let who = super::about(source, record.subject)?.trim_matches('`').to_owned();
            self.differs(Disagreement {
                decision: record.id,
                lead: who,
                as_of: 0,
                recorded: json!("damaged"),
                follows: Value::Null,
            });
            return Ok(());
        };
        let from = self.stages.get(&subject).cloned().flatten();
        let to = decision
            .to
            .as_ref()
            .map(|stage| self.names.entry_ref(stage.as_str()).or_insert_with(|| Arc::from(stage.as_str())).clone());
        self.stages.insert(subject, to);
        if erased.touches(subject) {
            self.audit.left_out += 1;
            return Ok(());
        }
        let recorded = said(&decision);
        let mut follows = None;
        for horizon in self.horizons(source, &decision)? {
            let Some(facts) = facts_of_lead(source, subject, horizon)? else {
                self.audit.left_out += 1;
                return Ok(());
            };
            let derived = self.derive(source, &decision, from.as_deref(), &facts)?;
            if derived.as_ref() == Some(&recorded) {
                self.audit.confirmed += 1;
                return Ok(());
            }
            follows.get_or_insert(derived);
        }
        if erased.is_uncertain() {
            self.audit.left_out += 1;
            return Ok(());
        }
        let (recorded, follows) = match follows.flatten() {
            Some(follows) => differing_parts(&recorded, &follows),
            None => (json!({"definition": decision.fingerprint}), json!({"definition": "it cannot be used"})),
        };
        let (lead, as_of) = (decision.lead, decision.as_of);
        self.differs(Disagreement { decision: record.id, lead, as_of, recorded, follows });
        Ok(())
    }

    fn differs(&mut self, disagreement: Disagreement) {
        self.audit.differing += 1;
        self.audit.first.get_or_insert(disagreement);
    }

    /// Returns the places of the log from which a decision may have been made.
    fn horizons(&self, source: &mut dyn Inspection, decision: &Decision) -> Result<Vec<Horizon>, CoreError> {
        let before = |source: &mut dyn Inspection, moment| last_before(source, moment, self.facts);
        let at = |last| Horizon { last, merged: true };
        Ok(match decision.cause {
            DecisionCause::Fact(seq) => vec![at(seq), Horizon { last: seq, merged: false }],
            DecisionCause::Time => vec![at(before(source, decision.as_of)?)],
            // The facts of its own moment stand before or after the activation.
            DecisionCause::Definition => {
                let (first, end) = (before(source, decision.as_of)?, before(source, decision.as_of.saturating_add(1))?);
                (first..=end).map(at).collect()
            }
        })
    }

    /// Returns what follows from some facts; `None` where the definition cannot be used.
    fn derive(
        &mut self,
        source: &mut dyn Inspection,
        decision: &Decision,
        from: Option<&str>,
        facts: &[StoredFact],
    ) -> Result<Option<Said>, CoreError> {
        let Some(rules) = self.rules(source, &decision.fingerprint) else { return Ok(None) };
        let timeline = timeline_of(&rules, &decision.lead, facts)?;
        let score = timeline.as_ref().and_then(|timeline| score_lead(&rules.plan, timeline, decision.as_of));
        let explanation = timeline.and_then(|timeline| explain_lead(&rules.plan, &timeline, decision.as_of));
        let to = score.as_ref().and_then(|score| score.stage.clone());
        Ok(Some(Said {
            from: from.map(str::to_owned),
            rises: rises(&rules, from, to.as_deref()),
            to,
            scores: score.as_ref().map(Scores::from),
            evidence: explanation.map(|found| found.reasons).unwrap_or_default().into_iter().map(Into::into).collect(),
        }))
    }

    fn rules(&mut self, source: &mut dyn Inspection, fingerprint: &str) -> Option<Arc<Rules>> {
        let load = || Rules::kept(source, fingerprint).ok().flatten().map(Arc::new);
        self.definitions.entry(fingerprint.to_owned()).or_insert_with(load).clone()
    }
}

fn said(decision: &Decision) -> Said {
    let Decision { from, to, rises, scores, evidence, .. } = decision.clone();
    Said { from, to, rises, scores: Some(scores), evidence }
}

/// Returns the parts in which two differ, for people.
fn differing_parts(recorded: &Said, follows: &Said) -> (Value, Value) {
    let parts = |said: &Said| {
        [
            ("from", json!(said.from)),
            ("to", json!(said.to)),
            ("rises", json!(said.rises)),
            ("scores", json!(said.scores)),
            ("evidence", json!(said.evidence)),
        ]
    };
    let (mut left, mut right) = (serde_json::Map::new(), serde_json::Map::new());
    for ((name, is), (_, should)) in parts(recorded).into_iter().zip(parts(follows)) {
        if is != should {
            left.insert(name.to_owned(), is);
            right.insert(name.to_owned(), should);
        }
    }
    (left.into(), right.into())
}
