//! What was refused.

use super::SqliteLedger;
use crate::error::StoreError;
use crate::quarantine::{Quarantine, QuarantineFilter, Refused};
use rusqlite::{OptionalExtension, Row, params, params_from_iter};

const COLUMNS: &str = "id, received_at, source, call, sent_at, reason, field, body";

impl Quarantine for SqliteLedger<'_> {
    fn quarantine(&mut self, refused: &Refused) -> Result<i64, StoreError> {
        let insert = "insert into quarantine (received_at, source, call, sent_at, reason, field, body) \
                      values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let Refused { received_at, source, call, sent_at, reason, field, body } = refused;
        let row = params![received_at, source, call, sent_at, reason, field, body];
        self.connection.prepare_cached(insert)?.execute(row)?;
        Ok(self.connection.last_insert_rowid())
    }

    fn quarantined(&mut self, filter: &QuarantineFilter) -> Result<Vec<(i64, Refused)>, StoreError> {
        let (beyond, after, order) = filter.range();
        let of = |column: &str, value: &Option<String>, place: &str| match value {
            Some(_) => format!(" and {column} = {place}"),
            None => format!(" and {place} is null"),
        };
        let (reason, source) = (of("reason", &filter.reason, "?3"), of("source", &filter.source, "?4"));
        let query = format!(
            "select {COLUMNS} from quarantine where id {beyond} ?1{reason}{source} order by id {order} limit ?2"
        );
        let mut statement = self.connection.prepare_cached(&query)?;
        let found = statement.query_map(params![after, filter.limit as i64, filter.reason, filter.source], read)?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    fn find_quarantined(&mut self, id: i64) -> Result<Option<Refused>, StoreError> {
        let query = format!("select {COLUMNS} from quarantine where id = ?1");
        let found = self.connection.prepare_cached(&query)?.query_row([id], read).optional()?;
        Ok(found.map(|(_, refused)| refused))
    }

    fn quarantined_with(&mut self, texts: &[String], limit: usize) -> Result<Vec<(i64, Refused)>, StoreError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let holds: Vec<String> =
            (1..=texts.len()).map(|place| format!("instr(body, cast(?{place} as blob)) > 0")).collect();
        let query = format!("select {COLUMNS} from quarantine where {} order by id limit {limit}", holds.join(" or "));
        let mut statement = self.connection.prepare(&query)?;
        Ok(statement.query_map(params_from_iter(texts), read)?.collect::<Result<_, _>>()?)
    }

    fn remove_quarantined(&mut self, id: i64) -> Result<bool, StoreError> {
        Ok(self.connection.prepare_cached("delete from quarantine where id = ?1")?.execute([id])? > 0)
    }

    fn erase_quarantined(&mut self, texts: &[String]) -> Result<(), StoreError> {
        for text in texts {
            let delete = "delete from quarantine where instr(body, cast(?1 as blob)) > 0";
            self.connection.prepare_cached(delete)?.execute([text])?;
        }
        Ok(())
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<(i64, Refused)> {
    let refused = Refused {
        received_at: row.get(1)?,
        source: row.get(2)?,
        call: row.get(3)?,
        sent_at: row.get(4)?,
        reason: row.get(5)?,
        field: row.get(6)?,
        body: row.get(7)?,
    };
    Ok((row.get(0)?, refused))
}
