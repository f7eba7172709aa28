//! Endpoints, and messages on their way to them.

use super::connection::call;
use super::ledger::PostgresLedger;
use super::text::{spelled, unspelled};
use crate::deliveries::Deliveries;
use crate::error::StoreError;
use crate::records::{DeliveryCounts, DeliveryRow, DeliveryState, EndpointRow, MessageRow, SubjectId};
use tokio_postgres::Row;

impl Deliveries for PostgresLedger<'_> {
    fn endpoints(&mut self) -> Result<Vec<EndpointRow>, StoreError> {
        self.ask(call!("select id, identity, body from endpoint order by id"))?.iter().map(read_endpoint).collect()
    }

    fn endpoint(&mut self, id: i64) -> Result<Option<EndpointRow>, StoreError> {
        let query = "select id, identity, body from endpoint where id = $1";
        self.ask(call!(query, id))?.first().map(read_endpoint).transpose()
    }

    fn find_endpoint(&mut self, identity: &str) -> Result<Option<EndpointRow>, StoreError> {
        let query = "select id, identity, body from endpoint where identity = $1";
        self.ask(call!(query, spelled(identity).into_owned()))?.first().map(read_endpoint).transpose()
    }

    fn save_endpoint(&mut self, endpoint: &EndpointRow) -> Result<i64, StoreError> {
        let EndpointRow { id, identity, body } = endpoint;
        let (identity, body) = (spelled(identity).into_owned(), body.clone());
        if *id == 0 {
            let insert = "insert into endpoint (identity, body) values ($1, $2) returning id";
            let rows = self.change(call!(insert, identity, body))?;
            return Ok(rows.first().map(|row| row.try_get(0)).transpose()?.unwrap_or_default());
        }
        self.write(call!("update endpoint set identity = $2, body = $3 where id = $1", *id, identity, body))?;
        Ok(*id)
    }

    fn remove_endpoint(&mut self, id: i64) -> Result<(), StoreError> {
        let gone = self.change(call!("delete from delivery where endpoint = $1 returning message", id))?;
        self.remove_unwanted(&gone)?;
        self.write(call!("delete from endpoint where id = $1", id))
    }

    fn untaken(&mut self, limit: usize) -> Result<Vec<MessageRow>, StoreError> {
        let query = "select id, subject, kind, body from outbox where taken_at is null order by id limit $1";
        self.ask(call!(query, limit as i64))?.iter().map(read_message).collect()
    }

    fn take_message(&mut self, id: i64, at: i64, body: Option<&[u8]>) -> Result<(), StoreError> {
        match body {
            Some(body) => {
                self.write(call!("update outbox set taken_at = $2, body = $3 where id = $1", id, at, body.to_vec()))
            }
            None => self.write(call!("delete from outbox where id = $1", id)),
        }
    }

    fn message(&mut self, id: i64) -> Result<Option<MessageRow>, StoreError> {
        let query = "select id, subject, kind, body from outbox where id = $1";
        self.ask(call!(query, id))?.first().map(read_message).transpose()
    }

    fn messages_about(&mut self, subject: SubjectId) -> Result<Vec<MessageRow>, StoreError> {
        let query = "select id, subject, kind, body from outbox where subject = $1 order by id";
        self.ask(call!(query, subject))?.iter().map(read_message).collect()
    }

    fn deliveries_of(&mut self, message: i64) -> Result<Vec<DeliveryRow>, StoreError> {
        let query = "select id, endpoint, message, lane, state, queued_at, due_at, first_tried_at, attempts, ended_at, \
                     status, error from delivery where message = $1 order by id";
        self.ask(call!(query, message))?.iter().map(read_delivery).collect()
    }

    fn add_delivery(&mut self, endpoint: i64, message: i64, lane: i64, at: i64) -> Result<(), StoreError> {
        // The last of a lane is due at once where it is also the first.
        self.write(call!(
            "insert into delivery (endpoint, message, lane, state, queued_at, due_at, attempts) \
             select $1::bigint, $2::bigint, $3::bigint, 0, $4::bigint, \
             case when exists (select 1 from delivery where endpoint = $1 and lane = $3 and state = 0) \
             then null else $4 end, 0 on conflict (endpoint, message) do nothing",
            endpoint,
            message,
            lane,
            at
        ))
    }

    fn delivery(&mut self, id: i64) -> Result<Option<DeliveryRow>, StoreError> {
        let query = "select id, endpoint, message, lane, state, queued_at, due_at, first_tried_at, attempts, ended_at, \
                     status, error from delivery where id = $1";
        self.ask(call!(query, id))?.first().map(read_delivery).transpose()
    }

    fn save_delivery(&mut self, delivery: &DeliveryRow) -> Result<(), StoreError> {
        self.write(call!(
            "update delivery set state = $2, due_at = $3, first_tried_at = $4, attempts = $5, ended_at = $6, \
             status = $7, error = $8 where id = $1",
            delivery.id,
            delivery.state.number(),
            delivery.due_at,
            delivery.first_tried_at,
            delivery.attempts,
            delivery.ended_at,
            delivery.status,
            delivery.error.as_deref().map(|error| spelled(error).into_owned())
        ))
    }

    fn arrange_lane(&mut self, endpoint: i64, lane: i64, at: i64) -> Result<(), StoreError> {
        let query = "select min(id) from delivery where endpoint = $1 and lane = $2 and state = 0";
        let rows = self.ask(call!(query, endpoint, lane))?;
        let first: Option<i64> = rows.first().map(|row| row.try_get(0)).transpose()?.flatten();
        let Some(first) = first else { return Ok(()) };
        let others = "update delivery set due_at = null \
                      where endpoint = $1 and lane = $2 and state = 0 and id > $3 and due_at is not null";
        self.write(call!(others, endpoint, lane, first))?;
        self.write(call!("update delivery set due_at = $2 where id = $1 and due_at is null", first, at))
    }

    fn due_deliveries(&mut self, endpoint: i64, until: i64, limit: usize) -> Result<Vec<DeliveryRow>, StoreError> {
        let query = "select id, endpoint, message, lane, state, queued_at, due_at, first_tried_at, attempts, ended_at, \
                     status, error from delivery where endpoint = $1 and state = 0 and due_at <= $2 \
                     order by due_at, id limit $3";
        self.ask(call!(query, endpoint, until, limit as i64))?.iter().map(read_delivery).collect()
    }

    fn hasten(&mut self, endpoint: i64, at: i64) -> Result<(), StoreError> {
        let update = "update delivery set due_at = $2 where endpoint = $1 and state = 0 and due_at > $2";
        self.write(call!(update, endpoint, at))
    }

    fn park_old(&mut self, endpoint: i64, queued_until: i64, at: i64, error: &str) -> Result<usize, StoreError> {
        let parked = self.change(call!(
            "update delivery set state = 2, due_at = null, ended_at = $3, error = coalesce(error, $4) \
             where endpoint = $1 and state = 0 and queued_at <= $2 returning id",
            endpoint,
            queued_until,
            at,
            spelled(error).into_owned()
        ))?;
        if !parked.is_empty() {
            // Those behind them are the first of their lanes now.
            let update = "update delivery set due_at = $2 where due_at is null and id in \
                          (select min(id) from delivery where endpoint = $1 and state = 0 group by lane)";
            self.write(call!(update, endpoint, at))?;
        }
        Ok(parked.len())
    }

    fn unpark(&mut self, endpoint: i64, at: i64, limit: usize) -> Result<usize, StoreError> {
        let query = "select id, lane from delivery where state = 2 and endpoint = $1 order by id limit $2";
        let parked = self.ask(call!(query, endpoint, limit as i64))?;
        for row in &parked {
            let (id, lane): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
            let update = "update delivery set state = 0, due_at = null, queued_at = $2, first_tried_at = null, \
                          attempts = 0, ended_at = null where id = $1";
            self.write(call!(update, id, at))?;
            self.arrange_lane(endpoint, lane, at)?;
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
        let query = "select id, endpoint, message, lane, state, queued_at, due_at, first_tried_at, attempts, ended_at, \
                     status, error from delivery where endpoint = $1 and ($2::bigint is null or state = $2) \
                     and id < $3 order by id desc limit $4";
        let question = call!(query, endpoint, state.map(DeliveryState::number), before, limit as i64);
        self.ask(question)?.iter().map(read_delivery).collect()
    }

    fn count_deliveries(&mut self, endpoint: Option<i64>) -> Result<DeliveryCounts, StoreError> {
        let query = "select count(*) filter (where state = 0), count(*) filter (where state = 2) from delivery \
                     where state in (0, 2) and ($1::bigint is null or endpoint = $1)";
        let rows = self.ask(call!(query, endpoint))?;
        let Some(row) = rows.first() else { return Ok(DeliveryCounts::default()) };
        Ok(DeliveryCounts { waiting: row.try_get(0)?, parked: row.try_get(1)? })
    }

    fn forget_delivered(&mut self, before: i64, limit: usize) -> Result<usize, StoreError> {
        let delete = "delete from delivery where id in \
                      (select id from delivery where state in (1, 3) and ended_at < $1 limit $2) returning message";
        let gone = self.change(call!(delete, before, limit as i64))?;
        self.remove_unwanted(&gone)?;
        Ok(gone.len())
    }
}

impl PostgresLedger<'_> {
    /// Removes messages that no delivery is left of.
    fn remove_unwanted(&mut self, messages: &[Row]) -> Result<(), StoreError> {
        let messages: Vec<i64> = messages.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
        self.write(call!(
            "delete from outbox where id = any($1::bigint[]) and taken_at is not null \
             and not exists (select 1 from delivery where message = outbox.id)",
            messages
        ))
    }
}

fn read_endpoint(row: &Row) -> Result<EndpointRow, StoreError> {
    Ok(EndpointRow { id: row.try_get(0)?, identity: unspelled(row.try_get(1)?), body: row.try_get(2)? })
}

fn read_message(row: &Row) -> Result<MessageRow, StoreError> {
    let kind = unspelled(row.try_get(2)?);
    Ok(MessageRow { id: row.try_get(0)?, subject: row.try_get(1)?, kind, body: row.try_get(3)? })
}

fn read_delivery(row: &Row) -> Result<DeliveryRow, StoreError> {
    let state = DeliveryState::of_number(row.try_get::<_, i64>(4)?);
    Ok(DeliveryRow {
        id: row.try_get(0)?,
        endpoint: row.try_get(1)?,
        message: row.try_get(2)?,
        lane: row.try_get(3)?,
        state,
        queued_at: row.try_get(5)?,
        due_at: row.try_get(6)?,
        first_tried_at: row.try_get(7)?,
        attempts: row.try_get(8)?,
        ended_at: row.try_get(9)?,
        status: row.try_get(10)?,
        error: row.try_get::<_, Option<String>>(11)?.map(unspelled),
    })
}
