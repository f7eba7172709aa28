//! The signs that mean the same on every page: who a lead is, what it is worth, why, how far up it has come.

use super::words::signed;
use crate::api::shown::attributes;
use crate::people::everybody;
use bantam_core::fact::Fact;
use bantam_core::{LeadState, Rules};
use bantam_engine::explain::Explanation;
use bantam_engine::scores::{LeadScore, Reason};
use bantam_store::{Ledger, StoreError, StoredFact};
use serde_json::Value;
use std::collections::BTreeMap;

/// Names that attributes with a person's name go by, the best first.
const NAMES: [&str; 4] = ["name", "full_name", "fullName", "display_name"];
const FIRST_NAMES: [&str; 3] = ["first_name", "firstName", "firstname"];
const LAST_NAMES: [&str; 3] = ["last_name", "lastName", "lastname"];
const TITLES: [&str; 4] = ["title", "job_title", "jobTitle", "jobtitle"];
const COMPANIES: [&str; 5] = ["company", "company.name", "company_name", "account.name", "companyName"];
const EMAILS: [&str; 2] = ["email", "e_mail"];

/// Who a lead is, as far as its attributes say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Who {
    /// The id it goes by.
    pub(crate) id: String,
    /// What people call it: a name, else an address, else the id.
    pub(crate) name: String,
    /// Title and company, as far as they are known.
    pub(crate) role: String,
}

impl Who {
    pub(crate) fn new(id: &str, attributes: &BTreeMap<String, Value>) -> Who {
        let first = |keys: &[&str]| {
            let mut texts = keys.iter().filter_map(|&key| attributes.get(key)?.as_str()).map(str::trim);
            texts.find(|text| !text.is_empty())
        };
        let full = match (first(&FIRST_NAMES), first(&LAST_NAMES)) {
            (Some(given), Some(family)) => Some(format!("{given} {family}")),
            (one, other) => one.or(other).map(str::to_owned),
        };
        let name = first(&NAMES).map(str::to_owned).or(full).or_else(|| first(&EMAILS).map(str::to_owned));
        let role = [first(&TITLES), first(&COMPANIES)].into_iter().flatten().collect::<Vec<_>>().join(", ");
        Who { id: id.to_owned(), name: name.unwrap_or_else(|| id.to_owned()), role }
    }

    /// Returns who a lead is by what was ever said about it.
    pub(crate) fn of(id: &str, facts: &[(StoredFact, Fact)]) -> Who {
        Who::new(id, &attributes(facts))
    }

    /// Returns the path of the lead's page.
    pub(crate) fn path(&self) -> String {
        lead_path(&self.id)
    }
}

/// Returns the path of a lead's page.
pub(crate) fn lead_path(id: &str) -> String {
    format!("/leads/{}", encoded(id))
}

/// Returns a text as one part of a path.
pub(crate) fn encoded(text: &str) -> String {
    let encoded = url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    encoded.replace('+', "%20")
}

/// What people are called who stand in facts by an id.
#[derive(Default)]
pub(crate) struct Names(BTreeMap<String, String>);

impl Names {
    pub(crate) fn read(ledger: &mut dyn Ledger) -> Result<Names, StoreError> {
        let everybody = everybody(ledger)?;
        Ok(Names(everybody.iter().map(|person| (person.reference(), person.name().to_owned())).collect()))
    }

    /// Returns what somebody is called: a name in place of an id, anything else as it is.
    pub(crate) fn of(&self, by: &str) -> String {
        match self.0.get(by) {
            Some(name) => name.clone(),
            None if by.starts_with("person:") => "somebody who is no longer here".to_owned(),
            None => by.to_owned(),
        }
    }
}

/// What a lead is worth: the total, and under it a bar in two parts.
pub(crate) struct ScoreMark {
    pub(crate) score: i64,
    pub(crate) fit: i64,
    pub(crate) engagement: i64,
    pub(crate) grade: Option<String>,
    /// How wide each part is drawn, of [`BAR`].
    pub(crate) fit_width: i64,
    pub(crate) engagement_width: i64,
}

/// How wide a whole bar is drawn: the scale is common to all leads, and what goes beyond it is cut.
pub(crate) const BAR: i64 = 120;
/// The score that fills a bar where the definition sets no bounds.
const USUAL_MOST: i64 = 200;

impl ScoreMark {
    pub(crate) fn new(rules: &Rules, score: &LeadScore) -> ScoreMark {
        let most = |section: &bantam_lang::meaning::Section| section.limit.map(|limit| limit.high);
        let most = match (most(&rules.meaning.fit), most(&rules.meaning.engagement)) {
            (Some(fit), Some(engagement)) => fit.saturating_add(engagement),
            (one, other) => one.or(other).map_or(USUAL_MOST, |one| one.saturating_mul(2)),
        };
        let width = |points: i64| points.max(0).saturating_mul(BAR).checked_div(most.max(1)).unwrap_or(0).min(BAR);
        let fit_width = width(score.fit);
        ScoreMark {
            score: score.score,
            fit: score.fit,
            engagement: score.engagement,
            grade: score.grade.clone(),
            fit_width,
            engagement_width: width(score.engagement).min(BAR - fit_width),
        }
    }
}

/// A rule with its points, in words.
pub(crate) struct ReasonMark {
    pub(crate) points: String,
    pub(crate) rule: String,
    pub(crate) is_gain: bool,
}

impl From<&Reason> for ReasonMark {
    fn from(reason: &Reason) -> ReasonMark {
        let limit = || match &reason.group {
            Some(group) => format!("limit of {group}"),
            None => format!("limit of {}", reason.section.word()),
        };
        ReasonMark {
            points: signed(reason.points),
            rule: reason.rule.clone().unwrap_or_else(limit),
            is_gain: reason.points >= 0,
        }
    }
}

/// A rung of the ladder.
pub(crate) struct Rung {
    pub(crate) stage: String,
    /// `done`, `here`, `next` or `later`.
    pub(crate) place: &'static str,
}

/// Returns the ladder as a lead stands on it.
pub(crate) fn ladder(rules: &Rules, explanation: &Explanation) -> Vec<Rung> {
    let here = rules.rung(explanation.score.stage.as_deref());
    let next = here.map_or(0, |here| here + 1);
    let stages = rules.meaning.stages.iter().enumerate();
    let rung = |(place, stage): (usize, &bantam_lang::meaning::Stage)| Rung {
        stage: stage.name.clone(),
        place: match place {
            place if Some(place) == here => "here",
            place if place == next && !explanation.score.is_disqualified() => "next",
            place if place < next => "done",
            _ => "later",
        },
    };
    stages.map(rung).collect()
}

/// Returns whether a lead that was handed off has fallen below the hand-off stage since.
pub(crate) fn is_cooling(rules: &Rules, lead: &LeadState) -> bool {
    let Some(hand_off) = &rules.meaning.hand_off else { return false };
    let stage = lead.score.as_ref().and_then(|score| score.stage.as_deref());
    rules.rung(stage).is_none_or(|rung| rung < hand_off.stage)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn who(attributes: Value) -> String {
        let attributes = attributes.as_object().unwrap().clone().into_iter().collect();
        let who = Who::new("u-1", &attributes);
        format!("{} | {}", who.name, who.role)
    }

    #[test]
    fn a_lead_is_called_as_people_would_call_it() {
        assert_eq!(
            who(json!({"firstName": "Ann", "last_name": "Lee", "title": "CTO", "company.name": "Acme"})),
            "Ann Lee | CTO, Acme"
        );
        assert_eq!(who(json!({"name": " ", "email": "ann@acme.example"})), "ann@acme.example | ");
        assert_eq!(who(json!({"name": 5})), "u-1 | ");
    }

    #[test]
    fn ui_01_an_id_is_one_part_of_a_path_whatever_it_holds() {
        assert_eq!(lead_path("../a b?c#d%"), "/leads/..%2Fa%20b%3Fc%23d%25");
    }
}
