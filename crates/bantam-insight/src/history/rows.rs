//! What is kept of all leads: rows of a few bytes, texts as codes.

use bantam_engine::columns::{Column, Dictionary, TextList};
use bantam_engine::scores::SectionName;
use bantam_lang::meaning::{SalesAnswer, Type};
use std::ops::Range;

/// A time that there is not.
pub const NO_TIME: i64 = bantam_engine::columns::MISSING_TIME;
/// A text that there is not.
pub const NO_CODE: u32 = bantam_engine::columns::MISSING_CODE;
/// No hand-off.
pub const NO_HAND_OFF: u32 = u32::MAX;

/// Where a lead stands, by the index of its stage among [`History::stages`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// On none.
    #[default]
    None,
    /// Kept out of all of them.
    Disqualified,
    /// On a rung.
    Rung(u16),
}

impl Stage {
    /// Returns the index of the rung.
    pub fn rung(self) -> Option<usize> {
        match self {
            Stage::Rung(rung) => Some(usize::from(rung)),
            Stage::None | Stage::Disqualified => None,
        }
    }
}

/// A change of a lead's stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Index into [`History::leads`].
    pub lead: u32,
    /// When; [`NO_TIME`] where the lead has no fact with a time.
    pub at: i64,
    /// Before.
    pub from: Stage,
    /// From then on.
    pub to: Stage,
}

/// How a hand-off stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HandOffEnd {
    /// In progress.
    Open,
    /// Its deal was won.
    Won,
    /// Its deal was lost.
    Lost,
    /// Sales refused the lead.
    Rejected,
    /// Sales gave the lead back to nurture.
    Recycled,
}

impl HandOffEnd {
    /// Returns whether it ended in anything but a win.
    pub fn is_failure(self) -> bool {
        matches!(self, HandOffEnd::Lost | HandOffEnd::Rejected | HandOffEnd::Recycled)
    }
}

/// A lead's passing from marketing to sales. Times are in microseconds, [`NO_TIME`] where there is none; codes are of
/// [`History::texts`], [`NO_CODE`] where there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HandOff {
    /// Index into [`History::leads`].
    pub lead: u32,
    /// Whether the lead had no hand-off before.
    pub is_first: bool,
    /// When it opened; [`NO_TIME`] where the lead has no fact with a time.
    pub opened: i64,
    /// When sales first answered.
    pub answered: i64,
    /// What sales first answered.
    pub first_answer: Option<SalesAnswer>,
    /// From opening to the first answer, or to the end of the history without one, in microseconds: of office hours where
    /// the definition has them.
    pub answer_took: i64,
    /// When the answer is due; where the route gives no time, never.
    pub due: i64,
    /// The time the route gives for the answer, in seconds; 0 where it gives none.
    pub respond_within_seconds: i64,
    /// When sales took the lead.
    pub accepted: i64,
    /// When it became an opportunity.
    pub opportunity: i64,
    /// When it ended.
    pub ended: i64,
    /// How.
    pub end: HandOffEnd,
    /// What the deal is worth; NaN where it is not told.
    pub amount: f64,
    /// Why it was rejected, recycled or lost.
    pub reason: u32,
    /// Who in sales has it.
    pub owner: u32,
    /// Where it went.
    pub route: u32,
    /// Letters at its moment.
    pub grade: u32,
    /// Persona at its moment.
    pub persona: u32,
    /// Points at its moment.
    pub fit: i32,
    /// Points at its moment.
    pub engagement: i32,
}

impl HandOff {
    /// Returns fit and engagement together, at its moment.
    pub fn score(&self) -> i64 {
        i64::from(self.fit) + i64::from(self.engagement)
    }

    /// Returns whether its answer is, or at `as_of` would be, later than the route allows.
    pub fn was_overdue(&self, as_of: i64) -> bool {
        self.due != NO_TIME && if self.answered == NO_TIME { as_of > self.due } else { self.answered > self.due }
    }
}

/// How a deal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DealEnd {
    /// In progress.
    Open,
    /// Won.
    Won,
    /// Lost.
    Lost,
    /// The lead was rejected or recycled meanwhile.
    Dropped,
}

/// An opportunity. Times are in microseconds, [`NO_TIME`] where there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deal {
    /// Index into [`History::leads`].
    pub lead: u32,
    /// Index into [`History::hand_offs`] of the lead's last hand-off before; [`NO_HAND_OFF`] without one.
    pub hand_off: u32,
    /// When it was opened; where that was not told, when it was closed.
    pub opened: i64,
    /// When it was won, lost or dropped.
    pub closed: i64,
    /// Which of these.
    pub end: DealEnd,
    /// What it is worth; NaN where it is not told.
    pub amount: f64,
    /// Code of why it was lost.
    pub reason: u32,
    /// Code of who in sales has it.
    pub owner: u32,
}

/// A lead.
///
/// Its *decisive moment* is its first hand-off; without one, just before its first deal was opened; without either, the
/// end of the history. Its attributes and points are those of that moment, its touches those up to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeadRow {
    /// When it first did something, or came to be known; [`NO_TIME`] where that is not told.
    pub first_fact: i64,
    /// When its first touch was: an event that is no answer of sales; [`NO_TIME`] without one.
    pub first_touch: i64,
    /// The decisive moment.
    pub decisive: i64,
    /// Where it stands at the end of the history.
    pub stage_now: Stage,
    /// Code of its letters at the decisive moment.
    pub grade: u32,
    /// Code of its persona at the decisive moment.
    pub persona: u32,
    /// Points at the decisive moment.
    pub fit: i32,
    /// Points at the decisive moment.
    pub engagement: i32,
    /// Fit and engagement at the age of [`History::AGE_DAYS`] days; `None` for a lead that is younger, or of unknown age.
    pub at_age: Option<(i32, i32)>,
    /// The last touches up to the decisive moment, latest last, [`NO_CODE`] before the first.
    pub last_touches: [u32; 5],
}

/// The name of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleName {
    /// Fit or engagement.
    pub section: SectionName,
    /// The rule.
    pub rule: String,
    /// Its group.
    pub group: Option<String>,
}

/// Rows of unequal length, one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists<T> {
    values: Vec<T>,
    ends: Vec<usize>,
}

impl<T> Lists<T> {
    pub(super) fn push(&mut self, values: impl IntoIterator<Item = T>) {
        self.values.extend(values);
        self.ends.push(self.values.len());
    }

    fn get(&self, index: usize) -> &[T] {
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(index).copied().unwrap_or(start);
        self.values.get(start..end).unwrap_or_default()
    }
}

/// Everything that reports know about leads. Made by [`super::gather`].
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The moment up to which facts count.
    pub as_of: i64,
    /// The definition's stages, first to last.
    pub stages: Vec<String>,
    /// The index of the stage at which leads pass to sales.
    pub hand_off_stage: Option<usize>,
    /// The versions of the definition, each with the moment from which on it decided, the earliest first; empty where that is
    /// not told. Whoever makes the history says it.
    pub versions: Vec<(i64, String)>,
    /// The letters of fit and of engagement, best first; empty where the definition gives none.
    pub letters: [Vec<String>; 2],
    /// The definition's rules, those of fit first.
    pub rules: Vec<RuleName>,
    /// All leads with a fact up to the end, in the order in which they came.
    pub leads: Vec<LeadRow>,
    /// All changes of stages, by lead, then time.
    pub steps: Vec<Step>,
    /// All hand-offs, by lead, then time.
    pub hand_offs: Vec<HandOff>,
    /// All deals, by lead, then time.
    pub deals: Vec<Deal>,
    /// Names of routes, owners, reasons, personas, grades, events and conditions.
    pub texts: Dictionary,
    /// Names of the attributes by which leads may be compared, then of the computed ones, with their types.
    pub attributes: Vec<(String, Type)>,
    /// How many of them are not computed.
    pub declared_attributes: usize,
    /// Their values at each lead's decisive moment; computed ones for leads with a hand-off or deal only.
    pub values: Vec<Column>,
    /// The attributes that say where leads came from: source, then campaign; best first.
    pub origins: [Vec<usize>; 2],
    /// How many answers of sales met no hand-off or deal in progress, and began none.
    pub idle_answers: u64,
    /// Whether outcomes come from a column: then deals have no times.
    pub has_outcome_column: bool,
    /// How many leads have no fact with a time.
    pub undated_leads: u64,
    /// How many leads have one row without a time: it counts from the beginning, although it was written later.
    pub timeless_rows: u64,
    pub(super) ids: TextList,
    /// By lead: when the score rose above all before, until sales first answered.
    pub(super) peaks: Lists<(i64, i32)>,
    /// By lead: codes of the distinct names of its touches up to the decisive moment; empty without a hand-off or deal.
    pub(super) touches: Lists<u32>,
    /// By hand-off: rules that gave or took points.
    pub(super) evidence: Lists<(u16, i32)>,
    /// By deal: codes of what its lead lacked; empty where there was a hand-off before.
    pub(super) lacked: Lists<u32>,
}

impl History {
    /// The age at which leads' scores are compared, in days: young and old leads differ by their age alone otherwise.
    pub const AGE_DAYS: i64 = 30;

    /// Returns the id of a lead.
    pub fn lead_id(&self, lead: u32) -> &str {
        self.ids.get(lead).unwrap_or_default()
    }

    /// Returns the version of the definition that decided at a moment; `None` before the first, and where there is no moment.
    pub fn version_at(&self, at: i64) -> Option<&str> {
        let after = self.versions.partition_point(|(from, _)| *from <= at);
        let (_, name) = self.versions.get(after.checked_sub(1)?)?;
        (at != NO_TIME).then_some(name)
    }

    /// Returns a text by its code.
    pub fn text(&self, code: u32) -> Option<&str> {
        self.texts.get(code)
    }

    /// Returns when a lead's score rose above all before: moments with scores, both ascending, until sales first answered.
    pub fn peaks(&self, lead: u32) -> &[(i64, i32)] {
        self.peaks.get(lead as usize)
    }

    /// Returns the codes of the distinct names of a lead's touches up to its decisive moment; empty for leads that have
    /// neither a hand-off nor a deal.
    pub fn touches(&self, lead: u32) -> &[u32] {
        self.touches.get(lead as usize)
    }

    /// Returns the rules that gave or took points at a hand-off's moment, by their index into [`History::rules`].
    pub fn evidence(&self, hand_off: usize) -> &[(u16, i32)] {
        self.evidence.get(hand_off)
    }

    /// Returns the codes of what the lead of a deal lacked for a hand-off, just before the deal was opened: conditions of
    /// stages as written, or what disqualified it. Empty where there was a hand-off before.
    pub fn lacked(&self, deal: usize) -> &[u32] {
        self.lacked.get(deal)
    }

    /// Returns the hand-offs of a lead, as a range of [`History::hand_offs`].
    pub fn hand_offs_of(&self, lead: u32) -> Range<usize> {
        range_of(&self.hand_offs, lead, |hand_off| hand_off.lead)
    }

    /// Returns the deals of a lead, as a range of [`History::deals`].
    pub fn deals_of(&self, lead: u32) -> Range<usize> {
        range_of(&self.deals, lead, |deal| deal.lead)
    }

    /// Returns the changes of a lead's stage, in order of time.
    pub fn steps_of(&self, lead: u32) -> &[Step] {
        self.steps.get(range_of(&self.steps, lead, |step| step.lead)).unwrap_or_default()
    }

    /// Returns a lead's value of an attribute as text; `None` where it is missing.
    pub fn value(&self, attribute: usize, lead: u32) -> Option<String> {
        use bantam_lang::meaning::Value;
        let lead = lead as usize;
        let value = match self.values.get(attribute)? {
            Column::Text(texts) => return texts.get(lead).map(str::to_owned),
            Column::Number(numbers) => Value::Number(*numbers.get(lead).filter(|number| !number.is_nan())?),
            Column::Boolean(truths) => Value::Boolean(truths.get(lead)?.known()?),
            Column::Time(times) => Value::Time(*times.get(lead).filter(|&&time| time != NO_TIME)?),
        };
        Some(super::roles::text_of(&value))
    }

    /// Returns whether facts have times at all: without, nothing can be said about when.
    pub fn has_times(&self) -> bool {
        (self.undated_leads as usize) < self.leads.len()
    }
}

fn range_of<T>(rows: &[T], lead: u32, lead_of: impl Fn(&T) -> u32) -> Range<usize> {
    rows.partition_point(|row| lead_of(row) < lead)..rows.partition_point(|row| lead_of(row) <= lead)
}
