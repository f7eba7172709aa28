//! Which message goes to whom, and when. Knows no clock and no network: moments are arguments, and what is on its way
//! stands in the store.
//!
//! A delivery is one message to one endpoint. Those of one lead to one endpoint are a *lane*: one after the other, so
//! that their order is never inverted, and a lead that cannot be told holds nobody else up.
//!
//! 1. [`fan_out`] makes deliveries of new messages.
//! 2. [`Queue::pick`] returns those to send now, and holds their lanes.
//! 3. [`Queue::release`] lets go of a lane, and [`settle`] notes what became of the try.

use super::connectors::Connector;
use super::connectors::record::{self, Record};
use super::endpoint::{Endpoint, Health, Kind};
use super::{payload, schedule};
use bantam_core::CoreError;
use bantam_store::{DeliveryRow, DeliveryState, EndpointRow, Ledger};
use hashbrown::{HashMap, HashSet};

/// How many messages become deliveries in one transaction: with facts coming in it must not be held for long.
const FAN_OUT_MAX: usize = 500;
/// How many messages are on their way to an endpoint at once. With 50 a second answers may take 600 ms.
const IN_FLIGHT_MAX: usize = 32;
/// For how long an endpoint's rate can be saved up, in microseconds: twice the time between two looks.
const CREDIT_FOR: i64 = schedule::SECOND / 2;
/// How long delivered messages can be looked at.
const DELIVERED_KEPT_FOR: i64 = 30 * 24 * 3_600 * schedule::SECOND;
/// How many of them are removed in one transaction.
const FORGOTTEN_MAX: usize = 1_000;
/// What is said of messages that were given up without a try of their own.
const NEVER_REACHED: &str = "the receiver failed for seven days";

/// A try that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The delivery.
    pub delivery: i64,
    /// The endpoint.
    pub endpoint: i64,
    /// Whose turn others of the lane wait for.
    pub lane: i64,
    /// By what the receiver knows the message: the same on every try.
    pub message_id: String,
    /// In what form it goes.
    pub kind: Kind,
    /// Where to.
    pub url: String,
    /// What to sign with.
    pub secrets: Vec<String>,
    /// What is sent: the same bytes on every try.
    pub body: Vec<u8>,
    /// What is written in its place, where it is for a CRM.
    pub write: Option<Box<Write>>,
}

/// What is to be written to a CRM: how the lead stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// How.
    pub settings: Connector,
    /// What; or why nothing is.
    pub record: Result<Record, &'static str>,
}

/// What became of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver has it.
    Delivered {
        /// The HTTP status.
        status: Option<u16>,
    },
    /// There was nothing to send, or nobody to tell: it ends here.
    Skipped {
        /// The HTTP status, where the receiver was asked.
        status: Option<u16>,
        /// What is told to people.
        reason: String,
    },
    /// The receiver wants no more messages.
    Gone,
    /// The receiver does not take the secret: nothing is sent until there is another.
    Refused {
        /// The HTTP status.
        status: u16,
        /// What is told to people.
        error: String,
    },
    /// It has to be tried again.
    Failed {
        /// The HTTP status.
        status: Option<u16>,
        /// What is told to people.
        error: String,
        /// The pause that the receiver asked for, in seconds.
        asked_seconds: Option<i64>,
    },
}

/// A try with what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// The delivery.
    pub delivery: i64,
    /// The endpoint.
    pub endpoint: i64,
    /// Its lane.
    pub lane: i64,
    /// What became of it.
    pub outcome: Outcome,
}

/// What is on its way now. Lost with the process: after a start all that was not settled is sent again.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    in_flight: HashMap<i64, HashSet<i64>>,
    /// Which records of a CRM are written to, by endpoint and lane: two leads may have one address.
    records: HashMap<(i64, i64), String>,
    paces: HashMap<i64, Pace>,
}

/// How many messages an endpoint may be sent now, in millionths.
#[derive(Clone, Copy, Debug)]
struct Pace {
    credit: i64,
    at: i64,
}

impl Queue {
    /// Returns what to send now, and holds the lanes of it.
    ///
    /// # Errors
    /// Returns how the store failed. Nothing is written.
    pub fn pick(&mut self, ledger: &mut dyn Ledger, now: i64) -> Result<Vec<Attempt>, CoreError> {
        let mut attempts = Vec::new();
        for row in ledger.endpoints()? {
            let Some(endpoint) = Endpoint::read(&row.body) else { continue };
            let is_quiet = endpoint.health.quiet_until.is_some_and(|until| now < until);
            if endpoint.disabled.is_some() || is_quiet {
                continue;
            }
            let room = self.room(row.id, endpoint.rate, now);
            for delivery in self.due(ledger, row.id, &endpoint.health, room, now)? {
                // A message that was erased meanwhile took its deliveries along.
                let Some(message) = ledger.message(delivery.message)? else { continue };
                let write = match &endpoint.connector {
                    Some(settings) => Some(write(ledger, settings, delivery.lane)?),
                    None => None,
                };
                let record = write.as_ref().and_then(|write| write.record.as_ref().ok());
                let address = record.map(|record| record.address.clone());
                if address.as_ref().is_some_and(|address| self.is_written_to(row.id, address)) {
                    continue;
                }
                self.hold(row.id, delivery.lane, address);
                let attempt = attempt(&endpoint, &delivery, message.body, now);
                attempts.push(Attempt { write: write.map(Box::new), ..attempt });
            }
        }
        Ok(attempts)
    }

    /// Lets go of the lane of a try that ended.
    pub fn release(&mut self, endpoint: i64, lane: i64) {
        if let Some(lanes) = self.in_flight.get_mut(&endpoint) {
            lanes.remove(&lane);
        }
        self.records.remove(&(endpoint, lane));
    }

    fn is_written_to(&self, endpoint: i64, address: &str) -> bool {
        self.records.iter().any(|((of, _), known)| *of == endpoint && known == address)
    }

    /// Returns how many messages are on their way.
    pub fn in_flight(&self) -> usize {
        self.in_flight.values().map(HashSet::len).sum()
    }

    fn hold(&mut self, endpoint: i64, lane: i64, address: Option<String>) {
        self.in_flight.entry(endpoint).or_default().insert(lane);
        self.records.extend(address.map(|address| ((endpoint, lane), address)));
        if let Some(pace) = self.paces.get_mut(&endpoint) {
            pace.credit -= schedule::SECOND;
        }
    }

    /// Returns how many messages may be sent to an endpoint now.
    fn room(&mut self, endpoint: i64, rate: u32, now: i64) -> usize {
        let rate = i64::from(rate.max(1));
        // One message is always within reach, however low the rate.
        let credit_max = rate.saturating_mul(CREDIT_FOR).max(schedule::SECOND);
        let pace = self.paces.entry(endpoint).or_insert(Pace { credit: credit_max, at: now });
        let gained = now.saturating_sub(pace.at).max(0).saturating_mul(rate);
        *pace = Pace { credit: pace.credit.saturating_add(gained).min(credit_max), at: now };
        let in_flight = self.in_flight.get(&endpoint).map_or(0, HashSet::len);
        let by_rate = usize::try_from(pace.credit / schedule::SECOND).unwrap_or(0);
        by_rate.min(IN_FLIGHT_MAX.saturating_sub(in_flight))
    }

    /// Returns the deliveries to send to an endpoint now: a single one where it is probed.
    fn due(
        &self,
        ledger: &mut dyn Ledger,
        endpoint: i64,
        health: &Health,
        room: usize,
        now: i64,
    ) -> Result<Vec<DeliveryRow>, CoreError> {
        let none = HashSet::new();
        let held = self.in_flight.get(&endpoint).unwrap_or(&none);
        if room == 0 {
            return Ok(Vec::new());
        }
        if health.is_probed() {
            let is_time = held.is_empty() && health.probe_at.is_none_or(|probe| probe <= now);
            // What was due longest, whether or not its own pause is over: the endpoint's counts.
            return Ok(if is_time { ledger.due_deliveries(endpoint, i64::MAX, 1)? } else { Vec::new() });
        }
        let mut due = ledger.due_deliveries(endpoint, now, room + held.len())?;
        due.retain(|delivery| !held.contains(&delivery.lane));
        due.truncate(room);
        Ok(due)
    }
}

fn attempt(endpoint: &Endpoint, delivery: &DeliveryRow, body: Vec<u8>, now: i64) -> Attempt {
    Attempt {
        delivery: delivery.id,
        endpoint: delivery.endpoint,
        lane: delivery.lane,
        message_id: endpoint.message_id(delivery.message),
        kind: endpoint.kind,
        url: endpoint.url.clone(),
        secrets: endpoint.secrets(now),
        body,
        write: None,
    }
}

fn write(ledger: &mut dyn Ledger, settings: &Connector, lane: i64) -> Result<Write, CoreError> {
    let record = match record::read(ledger, settings, lane) {
        // One lead that cannot be read holds nobody else up.
        Err(CoreError::Record { .. }) => {
            Err("what is kept of the lead cannot be read; `bantam verify` says what is wrong")
        }
        read => read?,
    };
    Ok(Write { settings: settings.clone(), record })
}

/// Makes deliveries of new messages; returns whether that were all.
///
/// # Errors
/// Returns how the store failed.
pub fn fan_out(ledger: &mut dyn Ledger, now: i64) -> Result<bool, CoreError> {
    let messages = ledger.untaken(FAN_OUT_MAX)?;
    if messages.is_empty() {
        return Ok(true);
    }
    let rows = ledger.endpoints()?;
    let endpoints: Vec<(i64, Endpoint)> =
        rows.iter().filter_map(|row| Some((row.id, Endpoint::read(&row.body)?))).collect();
    let is_all = messages.len() < FAN_OUT_MAX;
    for message in messages {
        let is_wanted = |endpoint: &Endpoint| endpoint.wants(&message.kind, None);
        if !endpoints.iter().any(|(_, endpoint)| is_wanted(endpoint)) {
            ledger.take_message(message.id, now, None)?;
            continue;
        }
        let composed = payload::compose(ledger, &message)?;
        let source = composed.source.as_deref();
        let wanting = endpoints.iter().filter(|(_, endpoint)| endpoint.wants(&message.kind, source));
        let wanting: Vec<i64> = wanting.map(|(id, _)| *id).collect();
        let body = (!wanting.is_empty()).then_some(composed.body.as_slice());
        ledger.take_message(message.id, now, body)?;
        for endpoint in wanting {
            ledger.add_delivery(endpoint, message.id, message.subject.unwrap_or(0), now)?;
        }
    }
    Ok(is_all)
}

/// Notes what became of a try.
///
/// # Errors
/// Returns how the store failed.
pub fn settle(ledger: &mut dyn Ledger, finished: &Finished, now: i64) -> Result<(), CoreError> {
    let Some(row) = ledger.endpoint(finished.endpoint)? else { return Ok(()) };
    let Some(mut endpoint) = Endpoint::read(&row.body) else { return Ok(()) };
    let before = endpoint.clone();
    match &finished.outcome {
        Outcome::Delivered { .. } | Outcome::Skipped { status: Some(_), .. } => endpoint.health = Health::default(),
        Outcome::Skipped { status: None, .. } => {}
        Outcome::Refused { error, .. } => endpoint.refuse(error, now),
        Outcome::Gone => {
            endpoint.disabled.get_or_insert((now, "the receiver answered 410 Gone".to_owned()));
        }
        Outcome::Failed { status, asked_seconds, .. } => {
            // Only these answers speak for the receiver as a whole.
            let is_busy = matches!(status, Some(429 | 503));
            endpoint.health.fail(finished.lane, now, asked_seconds.filter(|_| is_busy));
        }
    }
    if endpoint != before {
        ledger.save_endpoint(&EndpointRow { body: endpoint.body(), ..row })?;
    }
    settle_delivery(ledger, finished, &endpoint.health, now)?;
    if before.health.is_failing() && !endpoint.health.is_failing() {
        ledger.hasten(finished.endpoint, now)?;
    }
    let has_long_failed = endpoint.health.failing_since.is_some_and(|since| now - since >= schedule::TRIED_FOR);
    if has_long_failed && endpoint.health.is_failing() {
        ledger.park_old(finished.endpoint, now - schedule::TRIED_FOR, now, NEVER_REACHED)?;
    }
    Ok(())
}

fn settle_delivery(ledger: &mut dyn Ledger, finished: &Finished, health: &Health, now: i64) -> Result<(), CoreError> {
    // Its lead may have been erased while it was on its way.
    let Some(mut delivery) = ledger.delivery(finished.delivery)? else { return Ok(()) };
    delivery.attempts += 1;
    let first = *delivery.first_tried_at.get_or_insert(now);
    delivery.due_at = None;
    match &finished.outcome {
        Outcome::Delivered { status } => {
            delivery.state = DeliveryState::Delivered;
            (delivery.ended_at, delivery.status, delivery.error) = (Some(now), status.map(i64::from), None);
        }
        Outcome::Skipped { status, reason } => {
            delivery.state = DeliveryState::Skipped;
            (delivery.ended_at, delivery.status, delivery.error) =
                (Some(now), status.map(i64::from), Some(reason.clone()));
        }
        Outcome::Gone => {
            (delivery.status, delivery.error) = (Some(410), Some("answered 410".to_owned()));
            delivery.due_at = Some(now);
        }
        Outcome::Refused { status, error } => {
            (delivery.status, delivery.error) = (Some(i64::from(*status)), Some(error.clone()));
            delivery.due_at = Some(now);
        }
        Outcome::Failed { status, error, asked_seconds } => {
            (delivery.status, delivery.error) = (status.map(i64::from), Some(error.clone()));
            match now - first >= schedule::TRIED_FOR {
                true => (delivery.state, delivery.ended_at) = (DeliveryState::Parked, Some(now)),
                false => {
                    let retry = schedule::retry_at(now, delivery.attempts, *asked_seconds, delivery.id);
                    // Where this lane's alone fail, its own first message is the probe.
                    let probe = health.probe_at.filter(|_| health.is_failing());
                    let earliest = now.saturating_add(schedule::asked(*asked_seconds));
                    delivery.due_at = Some(probe.map_or(retry, |probe| retry.min(probe).max(earliest)));
                }
            }
        }
    }
    ledger.save_delivery(&delivery)?;
    // Another may have been put before it meanwhile, and one that waits behind it may be the first now.
    ledger.arrange_lane(delivery.endpoint, delivery.lane, now)?;
    Ok(())
}

/// Lets a delivery that ended be sent again, in its old place; returns whether there is such a one.
///
/// # Errors
/// Returns how the store failed.
pub fn resend(ledger: &mut dyn Ledger, endpoint: i64, delivery: i64, now: i64) -> Result<bool, CoreError> {
    let found = ledger.delivery(delivery)?.filter(|found| found.endpoint == endpoint);
    let Some(found) = found.filter(|found| found.state != DeliveryState::Waiting) else { return Ok(false) };
    let lane = found.lane;
    ledger.save_delivery(&DeliveryRow {
        state: DeliveryState::Waiting,
        due_at: None,
        first_tried_at: None,
        attempts: 0,
        ended_at: None,
        ..found
    })?;
    ledger.arrange_lane(endpoint, lane, now)?;
    Ok(true)
}

/// Removes what was delivered long ago; returns whether that was all.
///
/// # Errors
/// Returns how the store failed.
pub fn forget(ledger: &mut dyn Ledger, now: i64) -> Result<bool, CoreError> {
    Ok(ledger.forget_delivered(now.saturating_sub(DELIVERED_KEPT_FOR), FORGOTTEN_MAX)? < FORGOTTEN_MAX)
}
