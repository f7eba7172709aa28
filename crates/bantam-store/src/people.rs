//! What a store keeps of people, inside one transaction: who may sign in, who is signed in, which links let somebody in, and
//! who did what.

use crate::error::StoreError;

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    /// Chance, so that nobody guesses it.
    pub id: String,
    /// What they sign in with; no two have the same.
    pub email: String,
    /// How often it was changed: a change that was thought out before another is noticed by it.
    pub version: i64,
    /// Everything else, in the caller's words.
    pub body: Vec<u8>,
}

/// A browser in which somebody is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of what the browser holds.
    pub hash: [u8; 32],
    /// Who.
    pub person: String,
    /// Whether the second factor is still missing.
    pub is_half: bool,
    /// When they signed in.
    pub created_at: i64,
    /// When they were last seen, to a minute.
    pub seen_at: i64,
    /// From where they signed in.
    pub address: String,
    /// What the browser called itself then.
    pub agent: String,
}

/// A link that lets somebody in once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationRow {
    /// SHA-256 of what the link holds.
    pub hash: [u8; 32],
    /// What it is for, in the caller's words.
    pub kind: String,
    /// Whom it lets in; `None` before there is anybody.
    pub person: Option<String>,
    /// The address it was made for.
    pub email: String,
    /// When it was made.
    pub created_at: i64,
    /// From when on it is refused.
    pub expires_at: i64,
}

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number: one more than that of the one before.
    pub id: i64,
    /// When.
    pub at: i64,
    /// Who did it.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what.
    pub object: String,
    /// From where, and what was before and after, in the caller's words.
    pub body: Vec<u8>,
    /// SHA-256 of the hash before it and of all of this.
    pub hash: [u8; 32],
}

/// Which entries of the audit log are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Who did it.
    pub actor: Option<String>,
    /// What was done.
    pub action: Option<String>,
    /// To what it was done.
    pub object: Option<String>,
}

/// People, their sessions and links, and what was done.
pub trait People {
    /// Returns everybody, by address.
    fn people(&mut self) -> Result<Vec<PersonRow>, StoreError>;
    /// Returns a person.
    fn person(&mut self, id: &str) -> Result<Option<PersonRow>, StoreError>;
    /// Returns a person by the address.
    fn person_by_email(&mut self, email: &str) -> Result<Option<PersonRow>, StoreError>;
    /// Writes a person, a new one where there is none with this id. The caller sees to it that the address is nobody else's.
    fn save_person(&mut self, person: &PersonRow) -> Result<(), StoreError>;
    /// Removes a person with all sessions and links.
    fn remove_person(&mut self, id: &str) -> Result<(), StoreError>;

    /// Adds a session.
    fn add_session(&mut self, session: &SessionRow) -> Result<(), StoreError>;
    /// Returns a session.
    fn session(&mut self, hash: &[u8; 32]) -> Result<Option<SessionRow>, StoreError>;
    /// Returns the sessions of a person, the latest first.
    fn sessions_of(&mut self, person: &str) -> Result<Vec<SessionRow>, StoreError>;
    /// Says when a session was last seen, unless it is known to have been seen later.
    fn mark_session_seen(&mut self, hash: &[u8; 32], at: i64) -> Result<(), StoreError>;
    /// Ends a session; returns whether there was one.
    fn end_session(&mut self, hash: &[u8; 32]) -> Result<bool, StoreError>;
    /// Ends all sessions of a person.
    fn end_sessions_of(&mut self, person: &str) -> Result<(), StoreError>;
    /// Removes sessions that began or were last seen before some moments.
    fn forget_sessions(&mut self, created_before: i64, seen_before: i64) -> Result<(), StoreError>;

    /// Adds a link.
    fn add_invitation(&mut self, invitation: &InvitationRow) -> Result<(), StoreError>;
    /// Returns a link.
    fn invitation(&mut self, hash: &[u8; 32]) -> Result<Option<InvitationRow>, StoreError>;
    /// Removes the links of a person; those of nobody where none is named.
    fn remove_invitations_of(&mut self, person: Option<&str>) -> Result<(), StoreError>;
    /// Removes links that were good until some moment.
    fn forget_invitations(&mut self, expired_at: i64) -> Result<(), StoreError>;

    /// Adds to the audit log.
    fn append_audit(&mut self, entry: &AuditRow) -> Result<(), StoreError>;
    /// Returns entries before a number, the latest first.
    fn audit_before(&mut self, filter: &AuditFilter, before: i64, limit: usize) -> Result<Vec<AuditRow>, StoreError>;
    /// Returns entries after a number, in order.
    fn audit_after(&mut self, after: i64, limit: usize) -> Result<Vec<AuditRow>, StoreError>;
}

/// Returns the question for entries, without its limits, by the way in which a database numbers parameters: `1` is the
/// number before which they are, `2` how many are wanted, the rest are the values of the filter that are there.
pub(crate) fn audit_question(filter: &AuditFilter, mark: char) -> String {
    let given = [("actor", &filter.actor), ("action", &filter.action), ("object", &filter.object)];
    let mut query = format!("select id, at, actor, action, object, body, hash from audit where id < {mark}1");
    let named = given.iter().filter(|(_, value)| value.is_some());
    for (place, (name, _)) in named.enumerate() {
        query += &format!(" and {name} = {mark}{}", place + 3);
    }
    query + &format!(" order by id desc limit {mark}2")
}

/// Returns the values that the question asks for, after the first two.
pub(crate) fn audit_values(filter: &AuditFilter) -> impl Iterator<Item = &String> {
    [&filter.actor, &filter.action, &filter.object].into_iter().flatten()
}
