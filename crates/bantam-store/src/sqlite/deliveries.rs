//! Endpoints, and messages on their way to them.

use super::SqliteLedger;
use crate::deliveries::Deliveries;
use crate::error::StoreError;
use crate::records::{DeliveryCounts, DeliveryRow, DeliveryState, EndpointRow, MessageRow, SubjectId};
use rusqlite::{Connection, OptionalExtension, Params, Row, params};

const ENDPOINT: &str = "id, identity, body";
const MESSAGE: &str = "id, subject, kind, body";
const DELIVERY: &str =
    "id, endpoint, message, lane, state, queued_at, due_at, first_tried_at, attempts, ended_at, status, error";

impl Deliveries for SqliteLedger<'_> {
    fn endpoints(&mut self) -> Result<Vec<EndpointRow>, StoreError> {
        let query = format!("select {ENDPOINT} from endpoint order by id");
        let mut statement = self.connection.prepare_cached(&query)?;
        Ok(statement.query_map([], read_endpoint)?.collect::<Result<_, _>>()?)
    }

    fn endpoint(&mut self, id: i64) -> Result<Option<EndpointRow>, StoreError> {
        let query = format!("select {ENDPOINT} from endpoint where id = ?1");
        Ok(self.connection.prepare_cached(&query)?.query_row([id], read_endpoint).optional()?)
    }

    fn find_endpoint(&mut self, identity: &str) -> Result<Option<EndpointRow>, StoreError> {
        let query = format!("select {ENDPOINT} from endpoint where identity = ?1");
        Ok(self.connection.prepare_cached(&query)?.query_row([identity], read_endpoint).optional()?)
    }

    fn save_endpoint(&mut self, endpoint: &EndpointRow) -> Result<i64, StoreError> {
        let EndpointRow { id, identity, body } = endpoint;
        if *id == 0 {
            let insert = "insert into endpoint (identity, body) values (?1, ?2)";
            run(self.connection, insert, params![identity, body])?;
            return Ok(self.connection.last_insert_rowid());
        }
        let update = "update endpoint set identity = ?2, body = ?3 where id = ?1";
        run(self.connection, update, params![id, identity, body])?;
        Ok(*id)
    }

    fn remove_endpoint(&mut self, id: i64) -> Result<(), StoreError> {
        let only_here = "delete from outbox where id in (select message from delivery where endpoint = ?1) and not exists \
                         (select 1 from delivery where message = outbox.id and endpoint <> ?1)";
        run(self.connection, only_here, [id])?;
        run(self.connection, "delete from delivery where endpoint = ?1", [id])?;
        run(self.connection, "delete from endpoint where id = ?1", [id])?;
        Ok(())
    }

    fn untaken(&mut self, limit: usize) -> Result<Vec<MessageRow>, StoreError> {
        let query = format!("select {MESSAGE} from outbox where taken_at is null order by id limit ?1");
        let mut statement = self.connection.prepare_cached(&query)?;
        Ok(statement.query_map([limit as i64], read_message)?.collect::<Result<_, _>>()?)
    }

    fn take_message(&mut self, id: i64, at: i64, body: Option<&[u8]>) -> Result<(), StoreError> {
        match body {
            Some(body) => {
                let update = "update outbox set taken_at = ?2, body = ?3 where id = ?1";
                run(self.connection, update, params![id, at, body])?;
            }
            None => {
                run(self.connection, "delete from outbox where id = ?1", [id])?;
            }
        }
        Ok(())
    }

    fn message(&mut self, id: i64) -> Result<Option<MessageRow>, StoreError> {
        let query = format!("select {MESSAGE} from outbox where id = ?1");
        Ok(self.connection.prepare_cached(&query)?.query_row([id], read_message).optional()?)
    }

    fn messages_about(&mut self, subject: SubjectId) -> Result<Vec<MessageRow>, StoreError> {
        let query = format!("select {MESSAGE} from outbox where subject = ?1 order by id");
        let mut statement = self.connection.prepare_cached(&query)?;
        Ok(statement.query_map([subject], read_message)?.collect::<Result<_, _>>()?)
    }

    fn deliveries_of(&mut self, message: i64) -> Result<Vec<DeliveryRow>, StoreError> {
        let query = format!("select {DELIVERY} from delivery where message = ?1 order by id");
        let mut statement = self.connection.prepare_cached(&query)?;
        Ok(statement.query_map([message], read_delivery)?.collect::<Result<_, _>>()?)
    }

    fn add_delivery(&mut self, endpoint: i64, message: i64, lane: i64, at: i64) -> Result<(), StoreError> {
        // The last of a lane is due at once where it is also the first.
        let insert = "insert into delivery (endpoint, message, lane, state, queued_at, due_at, attempts) \
                      select ?1, ?2, ?3, 0, ?4, \
                      case when exists (select 1 from delivery where endpoint = ?1 and lane = ?3 and state = 0) \
                      then null else ?4 end, 0 on conflict (endpoint, message) do nothing";
        run(self.connection, insert, params![endpoint, message, lane, at])?;
        Ok(())
    }

    fn delivery(&mut self, id: i64) -> Result<Option<DeliveryRow>, StoreError> {
        let query = format!("select {DELIVERY} from delivery where id = ?1");
        Ok(self.connection.prepare_cached(&query)?.query_row([id], read_delivery).optional()?)
    }

    fn save_delivery(&mut self, delivery: &DeliveryRow) -> Result<(), StoreError> {
        let update = "update delivery set state = ?2, due_at = ?3, first_tried_at = ?4, attempts = ?5, \
                      ended_at = ?6, status = ?7, error = ?8 where id = ?1";
        let DeliveryRow { id, state, due_at, first_tried_at, attempts, ended_at, status, error, .. } = delivery;
        let state = state.number();
        run(self.connection, update, params![id, state, due_at, first_tried_at, attempts, ended_at, status, error])?;
        Ok(())
    }

    fn arrange_lane(&mut self, endpoint: i64, lane: i64, at: i64) -> Result<(), StoreError> {
        let query = "select min(id) from delivery where endpoint = ?1 and lane = ?2 and state = 0";
        let first: Option<i64> =
            self.connection.prepare_cached(query)?.query_row([endpoint, lane], |row| row.get(0))?;
        let Some(first) = first else { return Ok(()) };
        let others = "update delivery set due_at = null \
                      where endpoint = ?1 and lane = ?2 and state = 0 and id > ?3 and due_at is not null";
        run(self.connection, others, params![endpoint, lane, first])?;
        let update = "update delivery set due_at = ?2 where id = ?1 and due_at is null";
        run(self.connection, update, params![first, at])?;
        Ok(())
    }

    fn due_deliveries(&mut self, endpoint: i64, until: i64, limit: usize) -> Result<Vec<DeliveryRow>, StoreError> {
        let query = format!(
            "select {DELIVERY} from delivery where endpoint = ?1 and state = 0 and due_at <= ?2 \
             order by due_at, id limit ?3"
        );
        let mut statement = self.connection.prepare_cached(&query)?;
        let rows = statement.query_map(params![endpoint, until, limit as i64], read_delivery)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn hasten(&mut self, endpoint: i64, at: i64) -> Result<(), StoreError> {
        let update = "update delivery set due_at = ?2 where endpoint = ?1 and state = 0 and due_at > ?2";
        run(self.connection, update, [endpoint, at])?;
        Ok(())
    }

    fn park_old(&mut self, endpoint: i64, queued_until: i64, at: i64, error: &str) -> Result<usize, StoreError> {
        let update = "update delivery set state = 2, due_at = null, ended_at = ?3, error = coalesce(error, ?4) \
                      where endpoint = ?1 and state = 0 and queued_at <= ?2";
        let parked = run(self.connection, update, params![endpoint, queued_until, at, error])?;
        if parked > 0 {
            // Those behind them are the first of their lanes now.
            let update = "update delivery set due_at = ?2 where due_at is null and id in \
                          (select min(id) from delivery where endpoint = ?1 and state = 0 group by lane)";
            run(self.connection, update, [endpoint, at])?;
        }
        Ok(parked)
    }

    fn unpark(&mut self, endpoint: i64, at: i64, limit: usize) -> Result<usize, StoreError> {
        let query = "select id, lane from delivery where state = 2 and endpoint = ?1 order by id limit ?2";
        let parked: Vec<(i64, i64)> = self
            .connection
            .prepare_cached(query)?
            .query_map(params![endpoint, limit as i64], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        for (id, lane) in &parked {
            let update = "update delivery set state = 0, due_at = null, queued_at = ?2, first_tried_at = null, \
                          attempts = 0, ended_at = null where id = ?1";
            run(self.connection, update, [*id, at])?;
            self.arrange_lane(endpoint, *lane, at)?;
        }
        Ok(parked.len())
    }

    fn list_deliveries(
        &mut self,
        endpoint: i64,
        state: Option<DeliveryState>,
        before: i64,
        limit: usize,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        // Indexes are of one state each, so it stands in the text.
        let of_state = state.map_or_else(String::new, |state| format!("state = {} and", state.number()));
        let query = format!(
            "select {DELIVERY} from delivery where {of_state} endpoint = ?1 and id < ?2 order by id desc limit ?3"
        );
        let mut statement = self.connection.prepare_cached(&query)?;
        let rows = statement.query_map(params![endpoint, before, limit as i64], read_delivery)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn count_deliveries(&mut self, endpoint: Option<i64>) -> Result<DeliveryCounts, StoreError> {
        let of_endpoint = if endpoint.is_some() { "endpoint = ?1" } else { "?1 is null" };
        let count = |state: DeliveryState| -> Result<i64, StoreError> {
            let query = format!("select count(*) from delivery where state = {} and {of_endpoint}", state.number());
            Ok(self.connection.prepare_cached(&query)?.query_row([endpoint], |row| row.get(0))?)
        };
        Ok(DeliveryCounts { waiting: count(DeliveryState::Waiting)?, parked: count(DeliveryState::Parked)? })
    }

    fn forget_delivered(&mut self, before: i64, limit: usize) -> Result<usize, StoreError> {
        // Each on its own: there is an index of what was delivered, and few are skipped.
        let mut old: Vec<(i64, i64)> = Vec::new();
        for query in [
            "select id, message from delivery where state = 1 and ended_at < ?1 limit ?2",
            "select id, message from delivery where state = 3 and ended_at < ?1 limit ?2",
        ] {
            let rest = limit.saturating_sub(old.len()) as i64;
            let mut statement = self.connection.prepare_cached(query)?;
            let rows = statement.query_map(params![before, rest], |row| Ok((row.get(0)?, row.get(1)?)))?;
            old.extend(rows.collect::<Result<Vec<_>, _>>()?);
        }
        for (id, message) in &old {
            run(self.connection, "delete from delivery where id = ?1", [id])?;
            remove_unwanted(self.connection, *message)?;
        }
        Ok(old.len())
    }
}

/// Removes what is on its way about a subject, and what it says.
pub(super) fn erase(connection: &Connection, subject: i64) -> Result<(), StoreError> {
    let deliveries = "delete from delivery where message in (select id from outbox where subject = ?1)";
    connection.execute(deliveries, [subject])?;
    connection.execute("delete from outbox where subject = ?1", [subject])?;
    Ok(())
}

/// Removes a message that no delivery is left of.
fn remove_unwanted(connection: &Connection, message: i64) -> Result<(), StoreError> {
    let delete = "delete from outbox where id = ?1 and taken_at is not null \
                  and not exists (select 1 from delivery where message = ?1)";
    run(connection, delete, [message])?;
    Ok(())
}

fn run(connection: &Connection, statement: &str, values: impl Params) -> rusqlite::Result<usize> {
    connection.prepare_cached(statement)?.execute(values)
}

fn read_endpoint(row: &Row<'_>) -> rusqlite::Result<EndpointRow> {
    Ok(EndpointRow { id: row.get(0)?, identity: row.get(1)?, body: row.get(2)? })
}

fn read_message(row: &Row<'_>) -> rusqlite::Result<MessageRow> {
    Ok(MessageRow { id: row.get(0)?, subject: row.get(1)?, kind: row.get(2)?, body: row.get(3)? })
}

fn read_delivery(row: &Row<'_>) -> rusqlite::Result<DeliveryRow> {
    let state = DeliveryState::of_number(row.get::<_, i64>(4)?);
    Ok(DeliveryRow {
        id: row.get(0)?,
        endpoint: row.get(1)?,
        message: row.get(2)?,
        lane: row.get(3)?,
        state,
        queued_at: row.get(5)?,
        due_at: row.get(6)?,
        first_tried_at: row.get(7)?,
        attempts: row.get(8)?,
        ended_at: row.get(9)?,
        status: row.get(10)?,
        error: row.get(11)?,
    })
}
