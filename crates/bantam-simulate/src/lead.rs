//! A generated lead, as a row of the leads file, and the truth about it.

use crate::event::{Event, LeadId};

/// A number as it stands in a customer file: mostly a number, sometimes text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Figure {
    /// A number.
    Number(u64),
    /// Something else, as `1,200 employees`; missing in Parquet, whose columns have a type.
    Text(String),
}

/// One lead with its attributes as known at the end of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// Its id.
    pub lead_id: LeadId,
    /// When the lead came to be known, in microseconds since 1970-01-01T00:00Z; none of its events is earlier.
    pub created_at: i64,
    /// An invented e-mail address: at a reserved domain, or with an invented local part at a free one.
    pub email: String,
    /// The job title.
    pub title: Option<String>,
    /// The firm's name.
    pub company: Option<String>,
    /// The firm's industry.
    pub industry: Option<String>,
    /// How many people work there.
    pub employees: Option<Figure>,
    /// The firm's revenue a year, in dollars.
    pub annual_revenue: Option<Figure>,
    /// ISO 3166 code of the country.
    pub country: Option<String>,
    /// Sales territory: `North America`, `EMEA`, `APAC`, `LATAM`.
    pub region: Option<&'static str>,
    /// The part of the country.
    pub state: Option<&'static str>,
    /// Where the lead came from.
    pub lead_source: &'static str,
    /// The campaign that brought it, where the source has campaigns.
    pub campaign: Option<&'static str>,
    /// Whether it agreed to get e-mails; others get none.
    pub consent: bool,
    /// Whether there is a budget: mostly known only where sales worked the lead, as are the next three.
    pub budget: Option<bool>,
    /// Whether the lead may decide.
    pub authority: Option<bool>,
    /// Whether there is a need.
    pub need: Option<bool>,
    /// Whether there is a date by which it is needed.
    pub timeline: Option<bool>,
    /// When the opportunity should close, where there is one: days since 1970-01-01.
    pub expected_close_date: Option<i32>,
}

/// What a lead truly is; a qualification definition has to guess it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// May buy.
    Buyer,
    /// Looks for a job.
    JobSeeker,
    /// Studies.
    Student,
    /// Works for a competitor.
    Competitor,
    /// Is a machine.
    Bot,
}

impl Kind {
    /// Returns the kind as written in the truth file.
    pub fn text(self) -> &'static str {
        match self {
            Self::Buyer => "buyer",
            Self::JobSeeker => "job seeker",
            Self::Student => "student",
            Self::Competitor => "competitor",
            Self::Bot => "bot",
        }
    }
}

/// The truth about a lead: whether it converts, once all of its journey has run, also past the end of the history.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Truth {
    /// The lead.
    pub lead_id: LeadId,
    /// Whether it buys if it is given the chance: a single draw with `probability`.
    pub converts: bool,
    /// The chance to convert, to a millionth.
    pub probability: f64,
    /// What the lead is.
    pub kind: Kind,
    /// What weighed most: `fit`, `intent`, the name of an event, the kind,
    /// `silent` for one that never does anything, or `partner` where the drift decided.
    pub driver: &'static str,
    /// Log-odds from who they are.
    pub fit: f64,
    /// How much they want it: standard normal.
    pub intent: f64,
    /// Log-odds from what they do.
    pub touches: f64,
    /// Whether the planted drift decided.
    pub drifted: bool,
    /// Whether marketing passed the lead to sales, at whatever time.
    pub handed_off: bool,
}

/// One lead with all that happened to it and the truth about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Journey {
    /// The lead.
    pub lead: Lead,
    /// Its events by time; those received only after the end of the history are not among them.
    pub events: Vec<Event>,
    /// The truth about it.
    pub truth: Truth,
}
