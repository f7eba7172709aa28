//! A hand-off from marketing to sales: what state it is in, and which answers lead where.

use super::fact::Answer;
use bantam_lang::meaning::SalesAnswer;
use bantam_store::{HandOffRow, Seq, SubjectId};
use serde::{Deserialize, Serialize};

/// Where a hand-off is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandOffState {
    /// Nobody has answered; the clock runs.
    Open,
    /// Sales took it.
    Accepted,
    /// A deal was opened.
    Opportunity,
    /// Sales refused it.
    Rejected,
    /// Back to nurture.
    Recycled,
    /// The deal was won.
    Won,
    /// The deal was lost.
    Lost,
}

impl HandOffState {
    /// Returns where an answer leads; `None` where it cannot be given.
    pub fn after(self, answer: SalesAnswer) -> Option<HandOffState> {
        use HandOffState::{Accepted, Lost, Open, Opportunity, Recycled, Rejected, Won};
        match (self, answer) {
            (Open, SalesAnswer::Accepted) => Some(Accepted),
            (Open | Accepted, SalesAnswer::Rejected) => Some(Rejected),
            (Open | Accepted | Opportunity, SalesAnswer::Recycled) => Some(Recycled),
            (Accepted, SalesAnswer::Opportunity) => Some(Opportunity),
            (Opportunity, SalesAnswer::Won) => Some(Won),
            (Opportunity, SalesAnswer::Lost) => Some(Lost),
            _ => None,
        }
    }

    /// Returns its name, as others know it.
    pub fn word(self) -> &'static str {
        match self {
            HandOffState::Open => "open",
            HandOffState::Accepted => "accepted",
            HandOffState::Opportunity => "opportunity",
            HandOffState::Rejected => "rejected",
            HandOffState::Recycled => "recycled",
            HandOffState::Won => "won",
            HandOffState::Lost => "lost",
        }
    }

    /// Returns whether nothing can follow.
    pub fn is_ended(self) -> bool {
        !matches!(self, HandOffState::Open | HandOffState::Accepted | HandOffState::Opportunity)
    }
}

/// What opened a hand-off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opened {
    /// A lead came to stand on the hand-off stage.
    Decision,
    /// A person did it by hand.
    Person {
        /// Why.
        reason: String,
        /// Who.
        by: String,
    },
}

/// One step of a hand-off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The state from then on.
    pub state: HandOffState,
    /// When.
    pub at: i64,
    /// The fact.
    pub fact: Seq,
    /// Who.
    pub by: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<f64>,
    /// When the deal is expected to be closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_date: Option<String>,
}

/// A hand-off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HandOff {
    /// Its number.
    pub id: i64,
    /// The id under which others know it.
    #[serde(default)]
    pub key: String,
    /// The subject it was opened for.
    pub subject: SubjectId,
    /// The lead's id at that time.
    pub lead: String,
    /// When.
    pub opened_at: i64,
    /// What opened it.
    pub opened: Opened,
    /// The definition that decided then, by its fingerprint.
    pub fingerprint: String,
    /// The lead's stage and score then.
    pub stage: Option<String>,
    /// The lead's score then.
    pub score: i64,
    /// The route it was given; `None` where none applied.
    pub route: Option<String>,
    /// The team that has it now.
    pub team: Option<String>,
    /// The member that has it now; `None` where all are away or at their limit.
    pub owner: Option<String>,
    /// How long sales has to answer, in seconds of office time.
    pub respond_within_seconds: Option<i64>,
    /// When the first answer is due.
    pub due_at: Option<i64>,
    /// Who takes over when it is overdue.
    pub escalate_to: Option<String>,
    /// When it became overdue.
    pub overdue_at: Option<i64>,
    /// Where it is.
    pub state: HandOffState,
    /// When the first answer came.
    pub first_answered_at: Option<i64>,
    /// Before when the lead may not come back.
    pub not_before: Option<i64>,
    /// What happened, in order.
    pub steps: Vec<Step>,
    /// Whether the person was erased: it is counted, and nobody works on it any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_erased: bool,
}

/// Why an answer cannot be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerRefusal {
    /// Somebody else answered before.
    Answered {
        /// Who.
        by: String,
        /// When.
        at: i64,
        /// What became of it.
        state: HandOffState,
    },
    /// It cannot be given in this state.
    OutOfTurn {
        /// The state.
        state: HandOffState,
    },
    /// Something has to be given with it.
    Needs {
        /// What.
        field: &'static str,
    },
    /// The reason is none of those agreed on.
    Reason {
        /// Those agreed on.
        agreed: Vec<String>,
    },
    /// Questions of the qualification are not answered.
    Qualification {
        /// Which.
        open: Vec<String>,
    },
}

impl HandOff {
    /// Returns why an answer cannot be given, if it cannot.
    pub fn refusal(&self, answer: &Answer, agreed: &[String]) -> Option<AnswerRefusal> {
        if self.state.after(answer.answer).is_none() {
            return Some(match self.steps.last() {
                Some(last) => AnswerRefusal::Answered { by: last.by.clone(), at: last.at, state: self.state },
                None => AnswerRefusal::OutOfTurn { state: self.state },
            });
        }
        let reason = answer.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
        let amount = answer.amount.filter(|amount| amount.is_finite());
        let needs = |field| Some(AnswerRefusal::Needs { field });
        match answer.answer {
            SalesAnswer::Rejected | SalesAnswer::Recycled | SalesAnswer::Lost if reason.is_none() => needs("reason"),
            SalesAnswer::Rejected
                if !agreed.is_empty() && !agreed.iter().any(|known| Some(known.as_str()) == reason) =>
            {
                Some(AnswerRefusal::Reason { agreed: agreed.to_vec() })
            }
            SalesAnswer::Opportunity | SalesAnswer::Won if amount.is_none() => needs("amount"),
            SalesAnswer::Opportunity if answer.close_date.is_none() => needs("close_date"),
            _ => None,
        }
    }

    /// Takes an answer that can be given. `recycle_after_seconds` is how long a recycled lead stays away where the answer
    /// does not say.
    pub fn take(&mut self, answer: &Answer, at: i64, fact: Seq, recycle_after_seconds: Option<i64>) {
        let Some(state) = self.state.after(answer.answer) else { return };
        self.state = state;
        self.first_answered_at.get_or_insert(at);
        if state == HandOffState::Recycled {
            let after = recycle_after_seconds.map(|seconds| at.saturating_add(seconds.saturating_mul(1_000_000)));
            self.not_before = answer.not_before.or(after);
        }
        self.steps.push(Step {
            state,
            at,
            fact,
            by: answer.by.clone(),
            reason: answer.reason.clone(),
            amount: answer.amount,
            close_date: answer.close_date.clone(),
        });
    }

    /// Takes the last answer back, where a fact gave it: somebody slipped. Returns whether it did.
    pub fn take_back(&mut self, fact: Seq) -> bool {
        if self.is_erased || self.steps.last().is_none_or(|step| step.fact != fact) {
            return false;
        }
        self.steps.pop();
        self.state = self.steps.last().map_or(HandOffState::Open, |step| step.state);
        self.first_answered_at = self.steps.first().map(|step| step.at);
        self.not_before = None;
        true
    }

    /// Returns when it ended.
    pub fn ended_at(&self) -> Option<i64> {
        self.steps.last().filter(|_| self.state.is_ended()).map(|step| step.at)
    }

    /// Returns when it becomes overdue, where that can still happen.
    pub fn runs_until(&self) -> Option<i64> {
        self.due_at.filter(|_| self.state == HandOffState::Open && self.overdue_at.is_none())
    }

    /// Returns it as it is kept.
    pub fn row(&self) -> HandOffRow {
        let waits = self.state == HandOffState::Open;
        HandOffRow {
            id: self.id,
            subject: self.subject,
            in_progress: !self.state.is_ended() && !self.is_erased,
            state: self.state.word().to_owned(),
            team: self.team.clone(),
            owner: self.owner.clone(),
            due_at: self.due_at.filter(|_| waits),
            is_overdue: waits && self.overdue_at.is_some(),
            body: serde_json::to_vec(self).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_lead_where_the_two_teams_agreed() {
        let states = [
            HandOffState::Open,
            HandOffState::Accepted,
            HandOffState::Opportunity,
            HandOffState::Rejected,
            HandOffState::Recycled,
            HandOffState::Won,
            HandOffState::Lost,
        ];
        let mut lines = String::new();
        for state in states {
            let ways = SalesAnswer::ALL.into_iter().filter_map(|answer| state.after(answer));
            lines += &format!("{state:?}: {:?}\n", ways.collect::<Vec<_>>());
        }
        assert_eq!(
            lines,
            "Open: [Accepted, Rejected, Recycled]\n\
             Accepted: [Rejected, Recycled, Opportunity]\n\
             Opportunity: [Recycled, Won, Lost]\n\
             Rejected: []\nRecycled: []\nWon: []\nLost: []\n"
        );
    }
}
