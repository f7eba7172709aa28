//! People, their sessions and links, and what was done.

use super::SqliteLedger;
use crate::error::StoreError;
use crate::people::{
    AuditFilter, AuditRow, InvitationRow, People, PersonRow, SessionRow, audit_question, audit_values,
};
use rusqlite::{OptionalExtension, Params, Row, ToSql, params};

const PERSON: &str = "select id, email, version, body from person";
const SESSION: &str = "select hash, person, is_half, created_at, seen_at, address, agent from session";

impl SqliteLedger<'_> {
    fn all<T>(
        &self,
        query: &str,
        values: impl Params,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.connection.prepare_cached(query)?;
        Ok(statement.query_map(values, read)?.collect::<Result<_, _>>()?)
    }

    fn one<T>(
        &self,
        query: &str,
        values: impl Params,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.connection.prepare_cached(query)?.query_row(values, read).optional()?)
    }

    fn change(&self, statement: &str, values: impl Params) -> Result<usize, StoreError> {
        Ok(self.connection.prepare_cached(statement)?.execute(values)?)
    }
}

impl People for SqliteLedger<'_> {
    fn people(&mut self) -> Result<Vec<PersonRow>, StoreError> {
        self.all(&format!("{PERSON} order by email"), [], read_person)
    }

    fn person(&mut self, id: &str) -> Result<Option<PersonRow>, StoreError> {
        self.one(&format!("{PERSON} where id = ?1"), [id], read_person)
    }

    fn person_by_email(&mut self, email: &str) -> Result<Option<PersonRow>, StoreError> {
        self.one(&format!("{PERSON} where email = ?1"), [email], read_person)
    }

    fn save_person(&mut self, person: &PersonRow) -> Result<(), StoreError> {
        let save = "insert into person (id, email, version, body) values (?1, ?2, ?3, ?4) \
                    on conflict (id) do update set email = ?2, version = ?3, body = ?4";
        self.change(save, params![person.id, person.email, person.version, person.body]).map(drop)
    }

    fn remove_person(&mut self, id: &str) -> Result<(), StoreError> {
        self.end_sessions_of(id)?;
        self.remove_invitations_of(Some(id))?;
        self.change("delete from person where id = ?1", [id]).map(drop)
    }

    fn add_session(&mut self, session: &SessionRow) -> Result<(), StoreError> {
        let insert = "insert into session (hash, person, is_half, created_at, seen_at, address, agent) \
                      values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let SessionRow { hash, person, is_half, created_at, seen_at, address, agent } = session;
        self.change(insert, params![hash, person, is_half, created_at, seen_at, address, agent]).map(drop)
    }

    fn session(&mut self, hash: &[u8; 32]) -> Result<Option<SessionRow>, StoreError> {
        self.one(&format!("{SESSION} where hash = ?1"), [hash], read_session)
    }

    fn sessions_of(&mut self, person: &str) -> Result<Vec<SessionRow>, StoreError> {
        self.all(&format!("{SESSION} where person = ?1 order by created_at desc, hash"), [person], read_session)
    }

    fn mark_session_seen(&mut self, hash: &[u8; 32], at: i64) -> Result<(), StoreError> {
        self.change("update session set seen_at = ?2 where hash = ?1 and seen_at < ?2", params![hash, at]).map(drop)
    }

    fn end_session(&mut self, hash: &[u8; 32]) -> Result<bool, StoreError> {
        Ok(self.change("delete from session where hash = ?1", [hash])? > 0)
    }

    fn end_sessions_of(&mut self, person: &str) -> Result<(), StoreError> {
        self.change("delete from session where person = ?1", [person]).map(drop)
    }

    fn forget_sessions(&mut self, created_before: i64, seen_before: i64) -> Result<(), StoreError> {
        let delete = "delete from session where created_at < ?1 or seen_at < ?2";
        self.change(delete, [created_before, seen_before]).map(drop)
    }

    fn add_invitation(&mut self, invitation: &InvitationRow) -> Result<(), StoreError> {
        let insert = "insert into invitation (hash, kind, person, email, created_at, expires_at) \
                      values (?1, ?2, ?3, ?4, ?5, ?6)";
        let InvitationRow { hash, kind, person, email, created_at, expires_at } = invitation;
        self.change(insert, params![hash, kind, person, email, created_at, expires_at]).map(drop)
    }

    fn invitation(&mut self, hash: &[u8; 32]) -> Result<Option<InvitationRow>, StoreError> {
        let query = "select hash, kind, person, email, created_at, expires_at from invitation where hash = ?1";
        self.one(query, [hash], |row| {
            Ok(InvitationRow {
                hash: row.get(0)?,
                kind: row.get(1)?,
                person: row.get(2)?,
                email: row.get(3)?,
                created_at: row.get(4)?,
                expires_at: row.get(5)?,
            })
        })
    }

    fn remove_invitations_of(&mut self, person: Option<&str>) -> Result<(), StoreError> {
        self.change("delete from invitation where person is ?1", [person]).map(drop)
    }

    fn forget_invitations(&mut self, expired_at: i64) -> Result<(), StoreError> {
        self.change("delete from invitation where expires_at <= ?1", [expired_at]).map(drop)
    }

    fn append_audit(&mut self, entry: &AuditRow) -> Result<(), StoreError> {
        let insert =
            "insert into audit (id, at, actor, action, object, body, hash) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let AuditRow { id, at, actor, action, object, body, hash } = entry;
        self.change(insert, params![id, at, actor, action, object, body, hash]).map(drop)
    }

    fn audit_before(&mut self, filter: &AuditFilter, before: i64, limit: usize) -> Result<Vec<AuditRow>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut values: Vec<&dyn ToSql> = vec![&before, &limit];
        values.extend(audit_values(filter).map(|value| value as &dyn ToSql));
        self.all(&audit_question(filter, '?'), values.as_slice(), read_audit)
    }

    fn audit_after(&mut self, after: i64, limit: usize) -> Result<Vec<AuditRow>, StoreError> {
        let query = "select id, at, actor, action, object, body, hash from audit where id > ?1 order by id limit ?2";
        self.all(query, [after, i64::try_from(limit).unwrap_or(i64::MAX)], read_audit)
    }
}

fn read_person(row: &Row<'_>) -> rusqlite::Result<PersonRow> {
    Ok(PersonRow { id: row.get(0)?, email: row.get(1)?, version: row.get(2)?, body: row.get(3)? })
}

fn read_session(row: &Row<'_>) -> rusqlite::Result<SessionRow> {
    Ok(SessionRow {
        hash: row.get(0)?,
        person: row.get(1)?,
        is_half: row.get(2)?,
        created_at: row.get(3)?,
        seen_at: row.get(4)?,
        address: row.get(5)?,
        agent: row.get(6)?,
    })
}

fn read_audit(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    Ok(AuditRow {
        id: row.get(0)?,
        at: row.get(1)?,
        actor: row.get(2)?,
        action: row.get(3)?,
        object: row.get(4)?,
        body: row.get(5)?,
        hash: row.get(6)?,
    })
}
