//! Keys of programs.

use super::SqliteLedger;
use crate::api_keys::{ApiKeyRow, ApiKeys};
use crate::error::StoreError;
use rusqlite::{Row, params};

impl ApiKeys for SqliteLedger<'_> {
    fn api_keys(&mut self) -> Result<Vec<ApiKeyRow>, StoreError> {
        let query = "select id, shown, hash, scope, source, created_at, expires_at, last_used_at, revoked_at, made_by \
                     from api_key order by id";
        let mut statement = self.connection.prepare_cached(query)?;
        Ok(statement.query_map([], read)?.collect::<Result<_, _>>()?)
    }

    fn add_api_key(&mut self, key: &ApiKeyRow) -> Result<i64, StoreError> {
        let insert = "insert into api_key (shown, hash, scope, source, created_at, expires_at, last_used_at, \
                      revoked_at, made_by) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let ApiKeyRow { shown, hash, scope, source, created_at, expires_at, last_used_at, revoked_at, made_by, .. } =
            key;
        let row = params![shown, hash, scope, source, created_at, expires_at, last_used_at, revoked_at, made_by];
        self.connection.prepare_cached(insert)?.execute(row)?;
        Ok(self.connection.last_insert_rowid())
    }

    fn mark_api_key_used(&mut self, id: i64, at: i64) -> Result<(), StoreError> {
        let update =
            "update api_key set last_used_at = ?2 where id = ?1 and (last_used_at is null or last_used_at < ?2)";
        self.connection.prepare_cached(update)?.execute([id, at])?;
        Ok(())
    }

    fn revoke_api_key(&mut self, id: i64, at: i64) -> Result<bool, StoreError> {
        let update = "update api_key set revoked_at = coalesce(revoked_at, ?2) where id = ?1";
        Ok(self.connection.prepare_cached(update)?.execute([id, at])? > 0)
    }

    fn forget_api_key(&mut self, id: i64) -> Result<(), StoreError> {
        self.connection.prepare_cached("delete from api_key where id = ?1")?.execute([id])?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<ApiKeyRow> {
    Ok(ApiKeyRow {
        id: row.get(0)?,
        shown: row.get(1)?,
        hash: row.get(2)?,
        scope: row.get(3)?,
        source: row.get(4)?,
        created_at: row.get(5)?,
        expires_at: row.get(6)?,
        last_used_at: row.get(7)?,
        revoked_at: row.get(8)?,
        made_by: row.get(9)?,
    })
}
