//! Where messages go: a receiver with what it wants, its secrets, and how it has been doing.

use super::connectors::Connector;
use super::schedule;
use serde::{Deserialize, Serialize};

/// All types of messages there are.
pub const TYPES: [&str; 6] = [
    "lead.stage_changed",
    "hand_off.opened",
    "hand_off.overdue",
    "hand_off.answered",
    "definition.activated",
    "lead.erased",
];
/// Those that people are notified of.
pub const TYPES_FOR_PEOPLE: [&str; 2] = ["hand_off.opened", "hand_off.overdue"];
/// Those that let a CRM be written to: all that are about a lead.
pub const TYPES_FOR_CRMS: [&str; 5] =
    ["lead.stage_changed", "hand_off.opened", "hand_off.overdue", "hand_off.answered", "lead.erased"];
/// How many messages a second an endpoint gets unless its settings say so, and at most.
pub const RATE: u32 = 50;
/// Chat services take about one a second.
pub const RATE_FOR_PEOPLE: u32 = 1;
/// HubSpot takes 100 requests in ten seconds of all programs of an account together; others are to have a part of it.
pub const RATE_FOR_CRMS: u32 = 5;
/// The most that can be set: one writer records every try.
pub const RATE_MAX: u32 = 500;
/// After how many failures in a row an endpoint counts as failing.
const FAILURES: i64 = 5;
/// How long messages are signed with the secret before, too: a day to put the new one into place.
const OLD_SECRET_FOR: i64 = 24 * 3_600 * schedule::SECOND;

/// In what form an endpoint gets its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// As JSON, signed by the Standard Webhooks scheme.
    Standard,
    /// As a text for a chat.
    Slack,
    /// As a mail.
    Email,
    /// As fields of a contact of HubSpot.
    Hubspot,
    /// As fields of a lead or contact of Salesforce.
    Salesforce,
}

impl Kind {
    /// Returns whether fields of a CRM are written, rather than messages sent.
    pub fn is_connector(self) -> bool {
        matches!(self, Kind::Hubspot | Kind::Salesforce)
    }

    /// Returns its name, as others know it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Standard => "standard",
            Kind::Slack => "slack",
            Kind::Email => "email",
            Kind::Hubspot => "hubspot",
            Kind::Salesforce => "salesforce",
        }
    }

    /// Returns the types of messages that fit it.
    pub fn types(self) -> &'static [&'static str] {
        match self {
            Kind::Standard => &TYPES,
            Kind::Slack | Kind::Email => &TYPES_FOR_PEOPLE,
            Kind::Hubspot | Kind::Salesforce => &TYPES_FOR_CRMS,
        }
    }

    /// Returns how many messages a second it gets unless its settings say so.
    pub fn rate(self) -> u32 {
        match self {
            Kind::Standard => RATE,
            Kind::Slack | Kind::Email => RATE_FOR_PEOPLE,
            Kind::Hubspot | Kind::Salesforce => RATE_FOR_CRMS,
        }
    }
}

/// A receiver of messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// In what form.
    pub kind: Kind,
    /// Where to; `mailto:` with an address for mails.
    pub url: String,
    /// What it wants.
    pub types: Vec<String>,
    /// What people call it.
    pub description: String,
    /// How many messages a second it gets.
    pub rate: u32,
    /// The source of facts that is this same receiver: it is not told what it said itself.
    pub source: Option<String>,
    /// Part of the ids of its messages.
    pub token: String,
    /// What messages are signed with, or what a CRM knows the service by.
    pub secret: Option<String>,
    /// The secret before, and until when messages are signed with it, too.
    pub old_secret: Option<(String, i64)>,
    /// When it was made.
    pub created_at: i64,
    /// When it was switched off, and why.
    pub disabled: Option<(i64, String)>,
    /// How a CRM is written to, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connector: Option<Box<Connector>>,
    /// How it has been doing.
    pub health: Health,
}

/// How an endpoint has been doing since something last arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// Failures in a row.
    pub failures: i64,
    /// When the first of them was.
    pub failing_since: Option<i64>,
    /// Whose message failed, while it is one lane's alone.
    pub lane: Option<i64>,
    /// Whether messages of more than one lane failed.
    pub is_general: bool,
    /// When it is probed next.
    pub probe_at: Option<i64>,
    /// How many probes failed.
    pub probes: i64,
    /// The receiver asked for silence until then.
    pub quiet_until: Option<i64>,
}

impl Endpoint {
    /// Reads it back; `None` where it cannot be read.
    pub fn read(body: &[u8]) -> Option<Endpoint> {
        serde_json::from_slice(body).ok()
    }

    /// Returns it as it is kept.
    pub fn body(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Returns what tells it from others.
    pub fn identity(&self) -> String {
        let kind = self.kind.word();
        match &self.connector {
            // Leads and contacts of one company may both be written to.
            Some(connector) if self.kind == Kind::Salesforce => {
                format!("{kind} {} {}", self.url, connector.object.word())
            }
            _ => format!("{kind} {}", self.url),
        }
    }

    /// Returns whether it is told of messages of a type that a source of facts brought about.
    pub fn wants(&self, kind: &str, source: Option<&str>) -> bool {
        let is_own = self.source.is_some() && self.source.as_deref() == source;
        // What a CRM refused for its secret alone waits for another one.
        let is_refused = self.connector.as_ref().is_some_and(|connector| connector.is_refused);
        (self.disabled.is_none() || is_refused) && !is_own && self.types.iter().any(|wanted| wanted == kind)
    }

    /// Returns the secrets to sign with at a moment, the newest first.
    pub fn secrets(&self, now: i64) -> Vec<String> {
        let old = self.old_secret.as_ref().filter(|(_, until)| now < *until).map(|(secret, _)| secret);
        self.secret.iter().chain(old).cloned().collect()
    }

    /// Takes another secret into use; the one before goes on for a day.
    pub fn rotate(&mut self, secret: String, now: i64) {
        self.old_secret = self.secret.replace(secret).map(|old| (old, now.saturating_add(OLD_SECRET_FOR)));
    }

    /// Switches it off: a CRM did not take the secret. What is to be written waits.
    pub fn refuse(&mut self, why: &str, now: i64) {
        self.disabled.get_or_insert((now, why.to_owned()));
        if let Some(connector) = &mut self.connector {
            connector.is_refused = true;
        }
    }

    /// Switches it on.
    pub fn enable(&mut self) {
        (self.disabled, self.health) = (None, Health::default());
        if let Some(connector) = &mut self.connector {
            connector.is_refused = false;
        }
    }

    /// Returns the id by which the receiver knows a message, the same on every try.
    pub fn message_id(&self, message: i64) -> String {
        format!("msg_{}_{message}", self.token)
    }
}

impl Health {
    /// Returns whether the receiver seems to be away.
    pub fn is_failing(&self) -> bool {
        self.failures >= FAILURES
    }

    /// Returns whether it is probed with single messages: more than one lane's messages failed, and nothing arrived since.
    pub fn is_probed(&self) -> bool {
        self.is_failing() && self.is_general
    }

    /// Notes that a message of a lane failed.
    pub fn fail(&mut self, lane: i64, now: i64, asked_seconds: Option<i64>) {
        self.failures = self.failures.saturating_add(1);
        self.failing_since.get_or_insert(now);
        self.is_general |= *self.lane.get_or_insert(lane) != lane;
        if asked_seconds.is_some() {
            self.quiet_until = Some(now.saturating_add(schedule::asked(asked_seconds)));
        }
        // Tries that were on their way before are no probes.
        if self.is_failing() && self.probe_at.is_none_or(|probe| probe <= now) {
            self.probe_at = Some(schedule::probe_at(now, self.probes, asked_seconds));
            self.probes = self.probes.saturating_add(1);
        }
    }
}
