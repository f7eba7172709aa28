//! What was refused.

use super::connection::{Call, call};
use super::ledger::{PostgresLedger, next};
use super::text::{spelled, unspelled};
use crate::error::StoreError;
use crate::quarantine::{Quarantine, QuarantineFilter, Refused};
use tokio_postgres::Row;

const COLUMNS: &str = "id, received_at, source, call, sent_at, reason, field, body";

impl Quarantine for PostgresLedger<'_> {
    fn quarantine(&mut self, refused: &Refused) -> Result<i64, StoreError> {
        let id = next(&mut self.numbers.quarantine);
        self.outcomes.put_aside(id, refused);
        Ok(id)
    }

    fn quarantined(&mut self, filter: &QuarantineFilter) -> Result<Vec<(i64, Refused)>, StoreError> {
        let (beyond, after, order) = filter.range();
        // An index takes no long text: it has the beginnings.
        let query = format!(
            "select {COLUMNS} from quarantine where id {beyond} $1 \
             and ($3::text is null or (left(reason, 100) = left($3, 100) and reason = $3)) \
             and ($4::text is null or (left(source, 100) = left($4, 100) and source = $4)) \
             order by id {order} limit $2"
        );
        let text = |text: &Option<String>| text.as_deref().map(|text| spelled(text).into_owned());
        let (reason, source) = (text(&filter.reason), text(&filter.source));
        self.ask(call!(query, after, filter.limit as i64, reason, source))?.iter().map(read).collect()
    }

    fn find_quarantined(&mut self, id: i64) -> Result<Option<Refused>, StoreError> {
        let rows = self.ask(call!(format!("select {COLUMNS} from quarantine where id = $1"), id))?;
        Ok(rows.first().map(read).transpose()?.map(|(_, refused)| refused))
    }

    fn quarantined_with(&mut self, texts: &[String], limit: usize) -> Result<Vec<(i64, Refused)>, StoreError> {
        let query = format!(
            "select {COLUMNS} from quarantine where exists (select 1 from unnest($1::bytea[]) as texts (text) \
             where position(text in body) > 0) order by id limit $2"
        );
        self.ask(call!(query, bytes(texts), limit as i64))?.iter().map(read).collect()
    }

    fn remove_quarantined(&mut self, id: i64) -> Result<bool, StoreError> {
        Ok(!self.change(call!("delete from quarantine where id = $1 returning id", id))?.is_empty())
    }

    fn erase_quarantined(&mut self, texts: &[String]) -> Result<(), StoreError> {
        self.write(call!(
            "delete from quarantine where exists (select 1 from unnest($1::bytea[]) as texts (text) \
             where position(text in body) > 0)",
            bytes(texts)
        ))
    }
}

/// Returns the statement that writes what was put aside.
pub(super) fn written(refused: Vec<(i64, Refused)>) -> Call {
    let text = |text: &str| spelled(text).into_owned();
    call!(
        "insert into quarantine (id, received_at, source, call, sent_at, reason, field, body) select * from \
         unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::bytea[])",
        refused.iter().map(|(id, _)| *id).collect::<Vec<_>>(),
        refused.iter().map(|(_, refused)| refused.received_at).collect::<Vec<_>>(),
        refused.iter().map(|(_, refused)| text(&refused.source)).collect::<Vec<_>>(),
        refused.iter().map(|(_, refused)| text(&refused.call)).collect::<Vec<_>>(),
        refused.iter().map(|(_, refused)| refused.sent_at).collect::<Vec<_>>(),
        refused.iter().map(|(_, refused)| text(&refused.reason)).collect::<Vec<_>>(),
        refused.iter().map(|(_, refused)| refused.field.as_deref().map(text)).collect::<Vec<_>>(),
        refused.into_iter().map(|(_, refused)| refused.body).collect::<Vec<_>>()
    )
}

fn bytes(texts: &[String]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.clone().into_bytes()).collect()
}

fn read(row: &Row) -> Result<(i64, Refused), StoreError> {
    let refused = Refused {
        received_at: row.try_get(1)?,
        source: unspelled(row.try_get(2)?),
        call: unspelled(row.try_get(3)?),
        sent_at: row.try_get(4)?,
        reason: unspelled(row.try_get(5)?),
        field: row.try_get::<_, Option<String>>(6)?.map(unspelled),
        body: row.try_get(7)?,
    };
    Ok((row.try_get(0)?, refused))
}
