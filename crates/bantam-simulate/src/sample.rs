//! Writes a whole sample, four files, in one pass over the leads.

use std::io::{self, Write};

use crate::error::Error;
use crate::event::Event;
use crate::lead::{Journey, Kind, Lead, Truth};
use crate::settings::Settings;
use crate::simulate::simulate;
use crate::spend::{Spend, spend};
use crate::write::{Format, TableWriter, write_spend};

/// The order of the events file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventOrder {
    /// All events of a lead together, by time: made and written in constant memory.
    ByLead,
    /// By timestamp over all leads: all events are held in memory, 48 bytes each.
    ByTime,
}

/// What a sample has in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Leads.
    pub leads: u64,
    /// Rows of the events file, repeats included.
    pub events: u64,
    /// Events sent again under the id of one before.
    pub repeats: u64,
    /// Leads that are machines.
    pub bots: u64,
    /// Events made by machines: those leads' and the clicks of mail scanners.
    pub machine_made: u64,
    /// Events received an hour or more after they happened.
    pub late: u64,
    /// Leads without an event.
    pub silent: u64,
    /// Leads that truly convert, whether or not it shows yet.
    pub converted: u64,
    /// Events by which it shows: opportunities won, or a consumer's first order.
    pub won: u64,
}

impl Summary {
    /// Counts one more journey in.
    pub fn add(&mut self, journey: &Journey) {
        self.leads += 1;
        self.events += journey.events.len() as u64;
        self.repeats += count(journey, Event::is_repeat);
        self.bots += u64::from(journey.truth.kind == Kind::Bot);
        self.machine_made += count(journey, Event::is_machine_made);
        self.late += count(journey, Event::is_late);
        self.silent += u64::from(journey.events.is_empty());
        self.converted += u64::from(journey.truth.converts);
        self.won += u64::from(
            journey.events.iter().any(|event| matches!(event.event(), "opportunity_won" | "order_completed")),
        );
    }
}

fn count(journey: &Journey, is: impl Fn(&Event) -> bool) -> u64 {
    journey.events.iter().filter(|event| is(event)).count() as u64
}

/// After how many leads progress is told.
const PROGRESS_LEADS: u64 = 1_000;

/// Writes `leads`, `events`, `spend` and `truth`, each with the format's extension, to the outputs that `open` gives for
/// those names; tells `progress` how many leads are done.
pub fn write_sample(
    settings: &Settings,
    format: Format,
    order: EventOrder,
    mut open: impl FnMut(&str) -> io::Result<Box<dyn Write + Send>>,
    mut progress: impl FnMut(u64),
) -> Result<Summary, Error> {
    let mut open = |name: &str| open(&format!("{name}.{}", format.extension()));
    let mut leads = TableWriter::begin::<Lead>(format, open("leads")?)?;
    let mut events = TableWriter::begin::<Event>(format, open("events")?)?;
    let mut truth = TableWriter::begin::<Truth>(format, open("truth")?)?;
    let mut held = Vec::new();
    let mut summary = Summary::default();
    for journey in simulate(settings) {
        leads.write(&journey.lead)?;
        truth.write(&journey.truth)?;
        match order {
            EventOrder::ByLead => write_all(&journey.events, &mut events)?,
            EventOrder::ByTime => held.extend_from_slice(&journey.events),
        }
        summary.add(&journey);
        if summary.leads.is_multiple_of(PROGRESS_LEADS) || summary.leads == settings.leads {
            progress(summary.leads);
        }
    }
    sort_by_time(&mut held);
    write_all(&held, &mut events)?;
    leads.finish()?;
    events.finish()?;
    truth.finish()?;
    write_spend::<Spend>(spend(settings), format, open("spend")?)?;
    Ok(summary)
}

/// Sorts the events of several leads by timestamp, then by when they were received, then by id.
pub fn sort_by_time(events: &mut [Event]) {
    events.sort_unstable_by_key(|event| (event.timestamp, event.received_at, event.lead, event.number));
}

fn write_all<W: Write + Send>(rows: &[Event], events: &mut TableWriter<W>) -> Result<(), Error> {
    for event in rows {
        events.write(event)?;
    }
    Ok(())
}
