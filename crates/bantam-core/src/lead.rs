//! A lead as it stands: its history, its score, where it is with sales.

use super::CoreError;
use super::codec::{Decoder, Encoder};
use super::history::History;
use super::rules::Rules;
use bantam_engine::explain::Explanation;
use bantam_engine::live::explain_lead;
use bantam_engine::scores::LeadScore;
use bantam_lang::meaning::Value;
use bantam_store::{LeadRow, Seq, SubjectId};

/// A hand-off in progress, as far as time matters to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) hand_off: i64,
    /// When it becomes overdue; `None` where it was answered, is overdue already, or there is no hurry.
    pub(super) due_at: Option<i64>,
}

/// Where a lead is with sales.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// The stage of the last decision.
    pub(super) stage: Option<String>,
    /// When that was; 0 where there was none.
    pub(super) changed_at: i64,
    /// Whether a hand-off may open when the lead stands on its stage: not again after one ended, until a decision has
    /// brought it up there once more.
    pub(super) may_open: bool,
    /// A recycled lead does not come back before this.
    pub(super) not_before: Option<i64>,
    /// Whether a hand-off was won.
    pub(super) is_won: bool,
    /// Hand-offs in progress.
    pub(super) clocks: Vec<Clock>,
}

impl Default for Standing {
    fn default() -> Self {
        Standing { stage: None, changed_at: 0, may_open: true, not_before: None, is_won: false, clocks: Vec::new() }
    }
}

/// A lead as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct LeadState {
    /// The subject by whose number it goes.
    pub id: SubjectId,
    /// Its id.
    pub name: String,
    /// The number of the definition it was last decided by; 0 for none.
    pub definition: i64,
    /// What the last decision about it was made from; `None` where it is no lead yet, or must not be scored.
    pub score: Option<LeadScore>,
    /// Whether it must not be scored.
    pub is_muted: bool,
    /// Where it is made of more than one user, when the oldest of them, whose id it goes by, was first heard of.
    pub(super) oldest_since: Option<i64>,
    /// The fact by which it was last made anew; not kept, as it matters only while that fact takes effect.
    pub(super) renewed_by: Option<Seq>,
    /// Whether nobody is told what is decided about it right now; not kept, either.
    pub(super) is_quiet: bool,
    pub(super) history: History,
    pub(super) standing: Standing,
    /// How many messages about it have been posted.
    pub(super) posted: u64,
    /// The next moment at which time alone may change something.
    pub(super) due_at: Option<i64>,
}

impl LeadState {
    /// Returns a lead without facts.
    pub(super) fn new(id: SubjectId, name: &str) -> LeadState {
        LeadState {
            id,
            name: name.to_owned(),
            definition: 0,
            score: None,
            is_muted: false,
            oldest_since: None,
            renewed_by: None,
            is_quiet: false,
            history: History::of(name),
            standing: Standing::default(),
            posted: 0,
            due_at: None,
        }
    }

    /// Returns whether another stands as this one does.
    ///
    /// Of its facts each keeps what can still count, and may keep more; a repeat lets a lead be looked at, so that its next
    /// moment may be another.
    pub fn stands_as(&self, other: &LeadState) -> bool {
        let own = |lead: &LeadState| LeadState {
            history: History::default(),
            renewed_by: None,
            due_at: None,
            ..lead.clone()
        };
        own(self) == own(other)
    }

    /// Returns where its score at a moment from now on comes from.
    pub fn explain(&self, rules: &Rules, as_of: i64) -> Option<Explanation> {
        if self.is_muted { None } else { explain_lead(&rules.plan, &self.history.timeline, as_of) }
    }

    /// Returns its attributes by a definition, in the order in which that declares them; none where it was last decided by
    /// another one, so that they stand in another order.
    pub fn attributes(&self, rules: &Rules) -> Option<&[Option<Value>]> {
        let last = self.history.timeline.profiles.last();
        (self.definition == rules.number).then(|| last.map_or(&[][..], |profile| &profile.attributes))
    }

    /// Returns the next moment at which time alone may change something.
    pub fn due_at(&self) -> Option<i64> {
        self.due_at
    }

    /// Returns it as it is kept.
    pub(super) fn row(&self) -> LeadRow {
        let score = self.score.as_ref();
        LeadRow {
            id: self.id,
            stage: score.and_then(|score| score.stage.clone()),
            score: score.map_or(0, |score| score.score),
            fit: score.map_or(0, |score| score.fit),
            engagement: score.map_or(0, |score| score.engagement),
            grade: score.and_then(|score| score.grade.clone()),
            route: score.and_then(|score| score.route.clone()),
            changed_at: self.standing.changed_at,
            due_at: self.due_at,
            state: self.encode(),
        }
    }

    /// Reads it back.
    pub fn from_row(row: &LeadRow) -> Result<LeadState, CoreError> {
        let problem = "its state is cut off".to_owned();
        LeadState::decode(row).ok_or(CoreError::Record { what: "lead", id: row.id, problem })
    }

    fn encode(&self) -> Vec<u8> {
        let mut to = Encoder::default();
        to.text(&self.name);
        to.signed(self.definition);
        to.flag(self.is_muted);
        to.option(self.oldest_since, Encoder::signed);
        to.unsigned(self.posted);
        to.option(self.score.as_ref(), |to, score| {
            to.signed(score.fit_unknown);
            to.option(score.persona.as_deref(), Encoder::text);
            to.option(score.disqualified_by.as_deref(), Encoder::text);
            to.option(score.respond_within_seconds, Encoder::signed);
        });
        let standing = &self.standing;
        to.option(standing.stage.as_deref(), Encoder::text);
        to.flag(standing.may_open);
        to.option(standing.not_before, Encoder::signed);
        to.flag(standing.is_won);
        to.unsigned(standing.clocks.len() as u64);
        for clock in &standing.clocks {
            to.signed(clock.hand_off);
            to.option(clock.due_at, Encoder::signed);
        }
        self.history.encode(&mut to);
        to.0
    }

    fn decode(row: &LeadRow) -> Option<LeadState> {
        let from = &mut Decoder(&row.state);
        let name = from.text()?;
        let (definition, is_muted) = (from.signed()?, from.flag()?);
        let oldest_since = from.option(Decoder::signed)?;
        let posted = from.unsigned()?;
        let score = from.option(|from| {
            Some(LeadScore {
                lead_id: name.clone(),
                stage: row.stage.clone(),
                score: row.score,
                fit: row.fit,
                fit_unknown: from.signed()?,
                engagement: row.engagement,
                grade: row.grade.clone(),
                persona: from.option(Decoder::text)?,
                disqualified_by: from.option(Decoder::text)?,
                route: row.route.clone(),
                respond_within_seconds: from.option(Decoder::signed)?,
            })
        })?;
        let mut standing = Standing {
            stage: from.option(Decoder::text)?,
            changed_at: row.changed_at,
            may_open: from.flag()?,
            not_before: from.option(Decoder::signed)?,
            is_won: from.flag()?,
            clocks: Vec::new(),
        };
        for _ in 0..from.count()? {
            standing.clocks.push(Clock { hand_off: from.signed()?, due_at: from.option(Decoder::signed)? });
        }
        let history = History::decode(name.clone(), from)?;
        let due_at = row.due_at;
        Some(LeadState {
            id: row.id,
            name,
            definition,
            score,
            is_muted,
            oldest_since,
            renewed_by: None,
            is_quiet: false,
            history,
            standing,
            posted,
            due_at,
        })
    }
}
