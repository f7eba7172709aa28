//! Writes down who did what, each entry bound to all before it, and finds out whether any was changed or taken away.
//!
//! Ids stand in place of names and addresses of mail, so that the log can be kept when a person is forgotten.

use super::person::reference;
use bantam_store::{AuditFilter, AuditRow, Ledger, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The setting that holds the number and the hash of the last entry, by which a shortened log is noticed.
const HEAD: &str = "audit:head";
/// All that is written down, each with what it means.
pub(crate) const ACTIONS: &[(&str, &str)] = &[
    ("people.set_up", "became the first admin"),
    ("people.invited", "invited somebody"),
    ("people.joined", "accepted the invitation"),
    ("people.withdrawn", "took an invitation back"),
    ("people.roles", "changed roles"),
    ("people.disabled", "let somebody sign in no more"),
    ("people.enabled", "let somebody sign in again"),
    ("people.link_made", "made a link for somebody"),
    ("password.changed", "changed the password"),
    ("password.reset", "changed the password by a link"),
    ("second_factor.added", "added a second factor"),
    ("second_factor.removed", "removed a second factor"),
    ("second_factor.recovery_renewed", "made new recovery codes"),
    ("sso.linked", "signed in through single sign-on for the first time"),
    ("sso.unlinked", "took a link to single sign-on away"),
    ("session.began", "signed in"),
    ("session.ended", "ended a session"),
    ("session.refused", "could not sign in"),
    ("team.changed", "changed a team"),
    ("key.made", "made a key"),
    ("key.revoked", "revoked a key"),
    ("webhook.made", "made a webhook or connector"),
    ("webhook.changed", "changed a webhook or connector"),
    ("webhook.enabled", "switched a webhook or connector on"),
    ("webhook.disabled", "switched a webhook or connector off"),
    ("webhook.secret_renewed", "replaced the secret of a webhook or connector"),
    ("webhook.resent", "had messages sent again"),
    ("webhook.removed", "removed a webhook or connector"),
    ("audit.exported", "took this log as a file"),
    ("leads.exported", "took a list of leads as a file"),
    ("data.imported", "brought in a file"),
    ("definition.drafted", "wrote a definition down"),
    ("definition.proposed", "proposed a definition"),
    ("definition.signed", "signed a definition"),
    ("definition.signature_voided", "voided a signature: the role is gone"),
    ("definition.activated", "let a definition become active"),
    ("lead.exported", "took all that is known about a lead"),
    ("lead.erased", "erased a lead"),
    ("lead.merged", "merged two leads"),
    ("lead.do_not_score", "said whether a lead may be scored"),
    ("lead.handed_over", "handed a lead over by hand"),
    ("fact.retracted", "took a fact back"),
];
/// How many entries are read at once.
const PAGE: usize = 1_000;

/// Who does something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// A person, by the id.
    Person(String),
    /// A program with a key, by its source.
    Key(String),
    /// Somebody at the machine itself, with `bantam`.
    Console,
    /// The provider of single sign-on, by what it says of somebody.
    Provider,
    /// Somebody who has not signed in.
    Nobody,
}

/// Who does something, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub who: Who,
    /// The address of whoever asks; empty at the machine itself.
    pub address: String,
}

impl Actor {
    /// Returns somebody at the machine itself.
    pub fn console() -> Actor {
        Actor { who: Who::Console, address: String::new() }
    }

    /// Returns what stands for them in the log.
    pub fn reference(&self) -> String {
        match &self.who {
            Who::Person(id) => reference(id),
            Who::Key(source) => format!("key:{source}"),
            Who::Console => "console".to_owned(),
            Who::Provider => "single sign-on".to_owned(),
            Who::Nobody => "nobody".to_owned(),
        }
    }
}

/// What an entry says beside who did what to what.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Details {
    /// From where.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// What was before.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub old: Value,
    /// What is now.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub new: Value,
}

/// Returns what an entry says beside who did what to what.
pub fn details(row: &AuditRow) -> Details {
    serde_json::from_slice(&row.body).unwrap_or_default()
}

/// Writes down that something was done, in the transaction in which it is done.
pub fn note(
    ledger: &mut dyn Ledger,
    now: i64,
    actor: &Actor,
    action: &str,
    object: &str,
    change: (Value, Value),
) -> Result<(), StoreError> {
    let last = ledger.audit_before(&AuditFilter::default(), i64::MAX, 1)?.pop();
    let (id, before) = last.map_or((1, [0; 32]), |last| (last.id + 1, last.hash));
    let details = Details { from: actor.address.clone(), old: change.0, new: change.1 };
    let mut row = AuditRow {
        id,
        at: now,
        actor: actor.reference(),
        action: action.to_owned(),
        object: object.to_owned(),
        body: serde_json::to_vec(&details).unwrap_or_default(),
        hash: [0; 32],
    };
    row.hash = chained(&before, &row);
    ledger.append_audit(&row)?;
    ledger.set(HEAD, &[&id.to_be_bytes()[..], &row.hash].concat())
}

/// Returns the hash of an entry and all before it.
fn chained(before: &[u8; 32], row: &AuditRow) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(before);
    hasher.update(row.id.to_be_bytes());
    hasher.update(row.at.to_be_bytes());
    // With its length before it, no text runs into the next.
    for part in [row.actor.as_bytes(), row.action.as_bytes(), row.object.as_bytes(), &row.body] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// Follows the log from its first entry to its last; says what is wrong with it, and returns how many there are.
pub fn check(ledger: &mut dyn Ledger, found: &mut dyn FnMut(String)) -> Result<u64, StoreError> {
    let (mut last, mut hash, mut count) = (0, [0; 32], 0);
    loop {
        let page = ledger.audit_after(last, PAGE)?;
        if page.is_empty() {
            break;
        }
        for row in page {
            if row.id != last + 1 {
                found(format!("entries of the audit log before {} are missing", row.id));
            } else if chained(&hash, &row) != row.hash {
                found(format!("entry {} of the audit log is not what was written, or one before it", row.id));
            }
            (last, hash, count) = (row.id, row.hash, count + 1);
        }
    }
    let head = ledger.setting(HEAD)?.unwrap_or_default();
    let expected = if last == 0 { Vec::new() } else { [&last.to_be_bytes()[..], &hash].concat() };
    if head != expected {
        found("the audit log does not end where it ended: entries were taken away or added".to_owned());
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bantam_store::sqlite::SqliteStore;
    use rusqlite::Connection;
    use serde_json::json;

    /// What is found after a log of five entries was meddled with.
    fn found_after(meddling: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let mut store = SqliteStore::open(&path, "a test").unwrap();
        for number in 0..5 {
            let change = (json!(null), json!({"number": number}));
            store
                .transaction(|ledger| note(ledger, number, &Actor::console(), "tested", &format!("p{number}"), change))
                .unwrap();
        }
        Connection::open(&path).unwrap().execute_batch(meddling).unwrap();
        let mut found = Vec::new();
        store.transaction(|ledger| check(ledger, &mut |line| found.push(line))).unwrap();
        found
    }

    #[test]
    fn aut_12_a_log_that_was_meddled_with_is_noticed() {
        assert_eq!(found_after(""), Vec::<String>::new());
        for (meddling, says) in [
            ("update audit set object = 'p9' where id = 2", "entry 2 "),
            ("update audit set at = 9 where id = 1", "entry 1 "),
            ("update audit set actor = 'consol', action = 'etested' where id = 4", "entry 4 "),
            ("delete from audit where id = 3", "before 4 "),
            ("delete from audit where id = 5", "does not end"),
            ("delete from audit", "does not end"),
            ("delete from setting where key = 'audit:head'", "does not end"),
            ("insert into audit select 6, at, actor, action, object, body, hash from audit where id = 5", "entry 6 "),
        ] {
            let found = found_after(meddling);
            assert!(found.first().is_some_and(|line| line.contains(says)), "{meddling}: {found:?}");
        }
    }

    #[test]
    fn aut_12_entries_say_who_what_when_and_from_where() {
        let mut store = SqliteStore::in_memory().unwrap();
        let actor = Actor { who: Who::Person("p1".into()), address: "10.0.0.7".into() };
        store
            .transaction(|ledger| {
                note(ledger, 7, &actor, "people.roles", "person:p2", (json!(["sales"]), json!(["admin"])))?;
                let row = ledger.audit_before(&AuditFilter::default(), i64::MAX, 9)?.pop().unwrap();
                assert_eq!((row.at, row.actor.as_str(), row.object.as_str()), (7, "person:p1", "person:p2"));
                let details = details(&row);
                assert_eq!(
                    (details.from.as_str(), details.old, details.new),
                    ("10.0.0.7", json!(["sales"]), json!(["admin"]))
                );
                Ok::<(), StoreError>(())
            })
            .unwrap();
    }
}
