//! Keys of programs.

use super::connection::call;
use super::ledger::PostgresLedger;
use super::text::{spelled, unspelled};
use crate::api_keys::{ApiKeyRow, ApiKeys};
use crate::error::StoreError;
use tokio_postgres::Row;

impl ApiKeys for PostgresLedger<'_> {
    fn api_keys(&mut self) -> Result<Vec<ApiKeyRow>, StoreError> {
        let query = "select id, shown, hash, scope, source, created_at, expires_at, last_used_at, revoked_at, made_by \
                     from api_key order by id";
        self.ask(call!(query))?.iter().map(read).collect()
    }

    fn add_api_key(&mut self, key: &ApiKeyRow) -> Result<i64, StoreError> {
        let rows = self.change(call!(
            "insert into api_key (shown, hash, scope, source, created_at, expires_at, last_used_at, revoked_at, \
             made_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
            spelled(&key.shown).into_owned(),
            key.hash.to_vec(),
            spelled(&key.scope).into_owned(),
            spelled(&key.source).into_owned(),
            key.created_at,
            key.expires_at,
            key.last_used_at,
            key.revoked_at,
            key.made_by.as_deref().map(|by| spelled(by).into_owned())
        ))?;
        Ok(rows.first().map(|row| row.try_get(0)).transpose()?.unwrap_or_default())
    }

    fn mark_api_key_used(&mut self, id: i64, at: i64) -> Result<(), StoreError> {
        let update =
            "update api_key set last_used_at = $2 where id = $1 and (last_used_at is null or last_used_at < $2)";
        self.write(call!(update, id, at))
    }

    fn revoke_api_key(&mut self, id: i64, at: i64) -> Result<bool, StoreError> {
        let update = "update api_key set revoked_at = coalesce(revoked_at, $2) where id = $1 returning id";
        Ok(!self.change(call!(update, id, at))?.is_empty())
    }

    fn forget_api_key(&mut self, id: i64) -> Result<(), StoreError> {
        self.write(call!("delete from api_key where id = $1", id))
    }
}

fn read(row: &Row) -> Result<ApiKeyRow, StoreError> {
    let id = row.try_get(0)?;
    let hash: &[u8] = row.try_get(2)?;
    Ok(ApiKeyRow {
        id,
        shown: unspelled(row.try_get(1)?),
        hash: hash.try_into().map_err(|_| StoreError::Damaged { what: "key", id })?,
        scope: unspelled(row.try_get(3)?),
        source: unspelled(row.try_get(4)?),
        created_at: row.try_get(5)?,
        expires_at: row.try_get(6)?,
        last_used_at: row.try_get(7)?,
        revoked_at: row.try_get(8)?,
        made_by: row.try_get::<_, Option<&str>>(9)?.map(|by| unspelled(by.to_owned())),
    })
}
