//! People, their sessions and links, and what was done.

use super::connection::{Call, call};
use super::ledger::PostgresLedger;
use super::text::{spelled, unspelled};
use crate::error::StoreError;
use crate::people::{
    AuditFilter, AuditRow, InvitationRow, People, PersonRow, SessionRow, audit_question, audit_values,
};
use tokio_postgres::Row;

const PERSON: &str = "select id, email, version, body from person";
const SESSION: &str = "select hash, person, is_half, created_at, seen_at, address, agent from session";

impl PostgresLedger<'_> {
    fn first<T>(&mut self, question: Call, read: fn(&Row) -> Result<T, StoreError>) -> Result<Option<T>, StoreError> {
        self.ask(question)?.first().map(read).transpose()
    }
}

impl People for PostgresLedger<'_> {
    fn people(&mut self) -> Result<Vec<PersonRow>, StoreError> {
        self.ask(call!(format!("{PERSON} order by email collate \"C\"")))?.iter().map(read_person).collect()
    }

    fn person(&mut self, id: &str) -> Result<Option<PersonRow>, StoreError> {
        self.first(call!(format!("{PERSON} where id = $1"), kept(id)), read_person)
    }

    fn person_by_email(&mut self, email: &str) -> Result<Option<PersonRow>, StoreError> {
        self.first(call!(format!("{PERSON} where email = $1"), kept(email)), read_person)
    }

    fn save_person(&mut self, person: &PersonRow) -> Result<(), StoreError> {
        self.write(call!(
            "insert into person (id, email, version, body) values ($1, $2, $3, $4) \
             on conflict (id) do update set email = $2, version = $3, body = $4",
            kept(&person.id),
            kept(&person.email),
            person.version,
            person.body.clone()
        ))
    }

    fn remove_person(&mut self, id: &str) -> Result<(), StoreError> {
        self.end_sessions_of(id)?;
        self.remove_invitations_of(Some(id))?;
        self.write(call!("delete from person where id = $1", kept(id)))
    }

    fn add_session(&mut self, session: &SessionRow) -> Result<(), StoreError> {
        self.write(call!(
            "insert into session (hash, person, is_half, created_at, seen_at, address, agent) \
             values ($1, $2, $3, $4, $5, $6, $7)",
            session.hash.to_vec(),
            kept(&session.person),
            i64::from(session.is_half),
            session.created_at,
            session.seen_at,
            kept(&session.address),
            kept(&session.agent)
        ))
    }

    fn session(&mut self, hash: &[u8; 32]) -> Result<Option<SessionRow>, StoreError> {
        self.first(call!(format!("{SESSION} where hash = $1"), hash.to_vec()), read_session)
    }

    fn sessions_of(&mut self, person: &str) -> Result<Vec<SessionRow>, StoreError> {
        let query = format!("{SESSION} where person = $1 order by created_at desc, hash");
        self.ask(call!(query, kept(person)))?.iter().map(read_session).collect()
    }

    fn mark_session_seen(&mut self, hash: &[u8; 32], at: i64) -> Result<(), StoreError> {
        let update = "update session set seen_at = $2 where hash = $1 and seen_at < $2";
        self.write(call!(update, hash.to_vec(), at))
    }

    fn end_session(&mut self, hash: &[u8; 32]) -> Result<bool, StoreError> {
        Ok(!self.change(call!("delete from session where hash = $1 returning hash", hash.to_vec()))?.is_empty())
    }

    fn end_sessions_of(&mut self, person: &str) -> Result<(), StoreError> {
        self.write(call!("delete from session where person = $1", kept(person)))
    }

    fn forget_sessions(&mut self, created_before: i64, seen_before: i64) -> Result<(), StoreError> {
        let delete = "delete from session where created_at < $1 or seen_at < $2";
        self.write(call!(delete, created_before, seen_before))
    }

    fn add_invitation(&mut self, invitation: &InvitationRow) -> Result<(), StoreError> {
        self.write(call!(
            "insert into invitation (hash, kind, person, email, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)",
            invitation.hash.to_vec(),
            kept(&invitation.kind),
            invitation.person.as_deref().map(kept),
            kept(&invitation.email),
            invitation.created_at,
            invitation.expires_at
        ))
    }

    fn invitation(&mut self, hash: &[u8; 32]) -> Result<Option<InvitationRow>, StoreError> {
        let query = "select hash, kind, person, email, created_at, expires_at from invitation where hash = $1";
        self.first(call!(query, hash.to_vec()), |row| {
            Ok(InvitationRow {
                hash: hash_of(row, 0, "invitation")?,
                kind: unspelled(row.try_get(1)?),
                person: row.try_get::<_, Option<String>>(2)?.map(unspelled),
                email: unspelled(row.try_get(3)?),
                created_at: row.try_get(4)?,
                expires_at: row.try_get(5)?,
            })
        })
    }

    fn remove_invitations_of(&mut self, person: Option<&str>) -> Result<(), StoreError> {
        let delete = "delete from invitation where person is not distinct from $1";
        self.write(call!(delete, person.map(kept)))
    }

    fn forget_invitations(&mut self, expired_at: i64) -> Result<(), StoreError> {
        self.write(call!("delete from invitation where expires_at <= $1", expired_at))
    }

    fn append_audit(&mut self, entry: &AuditRow) -> Result<(), StoreError> {
        self.write(call!(
            "insert into audit (id, at, actor, action, object, body, hash) values ($1, $2, $3, $4, $5, $6, $7)",
            entry.id,
            entry.at,
            kept(&entry.actor),
            kept(&entry.action),
            kept(&entry.object),
            entry.body.clone(),
            entry.hash.to_vec()
        ))
    }

    fn audit_before(&mut self, filter: &AuditFilter, before: i64, limit: usize) -> Result<Vec<AuditRow>, StoreError> {
        let mut question = call!(audit_question(filter, '$'), before, i64::try_from(limit).unwrap_or(i64::MAX));
        question.1.extend(audit_values(filter).map(|value| Box::new(kept(value)) as _));
        self.ask(question)?.iter().map(read_audit).collect()
    }

    fn audit_after(&mut self, after: i64, limit: usize) -> Result<Vec<AuditRow>, StoreError> {
        let query = "select id, at, actor, action, object, body, hash from audit where id > $1 order by id limit $2";
        let question = call!(query, after, i64::try_from(limit).unwrap_or(i64::MAX));
        self.ask(question)?.iter().map(read_audit).collect()
    }
}

fn kept(text: &str) -> String {
    spelled(text).into_owned()
}

fn hash_of(row: &Row, column: usize, what: &'static str) -> Result<[u8; 32], StoreError> {
    let hash: &[u8] = row.try_get(column)?;
    hash.try_into().map_err(|_| StoreError::Damaged { what, id: 0 })
}

fn read_person(row: &Row) -> Result<PersonRow, StoreError> {
    Ok(PersonRow {
        id: unspelled(row.try_get(0)?),
        email: unspelled(row.try_get(1)?),
        version: row.try_get(2)?,
        body: row.try_get(3)?,
    })
}

fn read_session(row: &Row) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        hash: hash_of(row, 0, "session")?,
        person: unspelled(row.try_get(1)?),
        is_half: row.try_get::<_, i64>(2)? != 0,
        created_at: row.try_get(3)?,
        seen_at: row.try_get(4)?,
        address: unspelled(row.try_get(5)?),
        agent: unspelled(row.try_get(6)?),
    })
}

fn read_audit(row: &Row) -> Result<AuditRow, StoreError> {
    Ok(AuditRow {
        id: row.try_get(0)?,
        at: row.try_get(1)?,
        actor: unspelled(row.try_get(2)?),
        action: unspelled(row.try_get(3)?),
        object: unspelled(row.try_get(4)?),
        body: row.try_get(5)?,
        hash: hash_of(row, 6, "audit entry")?,
    })
}
