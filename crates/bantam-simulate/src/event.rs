//! Events: what happened to a lead, when, and when it was heard of.
//!
//! A time-ordered sample is sorted in memory, so an event is packed into 48 bytes: every text is a small number here and
//! becomes text when read.

use std::fmt;

use crate::words::{Channel, Form, Name, Path, Reason};

/// The id of a lead, written `L0000001`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeadId(pub(crate) u64);

impl LeadId {
    /// Returns the lead's number, from 1.
    pub fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for LeadId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "L{:07}", self.0)
    }
}

/// The id of an event, written `E0000001-001`: the lead's number, then the event's; a repeat has the id of its original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    pub(crate) lead: u64,
    pub(crate) number: u32,
}

impl fmt::Display for EventId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "E{:07}-{:03}", self.lead, self.number)
    }
}

/// The id of a visit, written `S0000001-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId {
    pub(crate) lead: u64,
    pub(crate) number: u16,
}

impl fmt::Display for SessionId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "S{:07}-{:02}", self.lead, self.number)
    }
}

/// Something a lead, a machine or a salesperson did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    pub(crate) timestamp: i64,
    pub(crate) received_at: i64,
    pub(crate) lead: u64,
    pub(crate) number: u32,
    /// Price or amount, whichever its name has; 0 is none.
    pub(crate) money: u32,
    /// 0 is none.
    pub(crate) session: u16,
    pub(crate) name: Name,
    pub(crate) path: Option<Path>,
    pub(crate) form: Option<Form>,
    pub(crate) channel: Option<Channel>,
    pub(crate) reason: Option<Reason>,
    /// An index into the owners, from 1; 0 is none.
    pub(crate) owner: u8,
    pub(crate) machine: bool,
    pub(crate) repeat: bool,
}

const _: () = assert!(size_of::<Event>() <= 48, "time-ordered samples hold all events in memory");

impl Event {
    /// Returns an event with no properties, received when it happened.
    pub(crate) fn new(name: Name, timestamp: i64) -> Self {
        Self {
            timestamp,
            received_at: timestamp,
            lead: 0,
            number: 0,
            money: 0,
            session: 0,
            name,
            path: None,
            form: None,
            channel: None,
            reason: None,
            owner: 0,
            machine: false,
            repeat: false,
        }
    }

    /// Returns the event's id.
    pub fn event_id(&self) -> EventId {
        EventId { lead: self.lead, number: self.number }
    }

    /// Returns the id of the lead it is about.
    pub fn lead_id(&self) -> LeadId {
        LeadId(self.lead)
    }

    /// Returns its name, such as `page_viewed`.
    pub fn event(&self) -> &'static str {
        self.name.text()
    }

    /// Returns when it happened, in microseconds since 1970-01-01T00:00Z.
    pub fn timestamp(&self) -> i64 {
        self.timestamp
    }

    /// Returns when it was heard of: at its timestamp or later.
    pub fn received_at(&self) -> i64 {
        self.received_at
    }

    /// Returns the page's path.
    pub fn path(&self) -> Option<&'static str> {
        self.path.map(Path::text)
    }

    /// Returns the form that was sent.
    pub fn form(&self) -> Option<&'static str> {
        self.form.map(Form::text)
    }

    /// Returns the price of a product or an order.
    pub fn price(&self) -> Option<f64> {
        self.money().filter(|_| !self.name.has_amount())
    }

    /// Returns the amount of an opportunity.
    pub fn amount(&self) -> Option<f64> {
        self.money().filter(|_| self.name.has_amount())
    }

    /// Returns why sales rejected, recycled or lost the lead.
    pub fn reason(&self) -> Option<&'static str> {
        self.reason.map(Reason::text)
    }

    /// Returns the channel of a visit or an e-mail.
    pub fn channel(&self) -> Option<&'static str> {
        self.channel.map(Channel::text)
    }

    /// Returns the visit it belongs to.
    pub fn session_id(&self) -> Option<SessionId> {
        (self.session > 0).then_some(SessionId { lead: self.lead, number: self.session })
    }

    /// Returns who of sales gave the answer.
    pub fn owner(&self) -> Option<&'static str> {
        crate::words::owner_text(self.owner)
    }

    /// Is true for what a machine did; no file says so.
    pub fn is_machine_made(&self) -> bool {
        self.machine
    }

    /// Is true where an event with this id came before; no file says so.
    pub fn is_repeat(&self) -> bool {
        self.repeat
    }

    /// Is true where it was received an hour or more after it happened.
    pub fn is_late(&self) -> bool {
        self.received_at.saturating_sub(self.timestamp) >= crate::planted::LATE_FROM
    }

    fn money(&self) -> Option<f64> {
        (self.money > 0).then_some(f64::from(self.money) / 100.0)
    }
}
