//! A lead in the list: who it is, what it is worth, where it stands, who has it.

use super::find::Found;
use crate::api::shown::facts;
use crate::problem::Problem;
use crate::web::marks::{Names, ScoreMark, Who};
use crate::web::words::{Calendar, Moment};
use bantam_core::Rules;
use bantam_store::{Ledger, Subject};

/// A lead in the list.
pub(super) struct Row {
    pub(super) who: Who,
    pub(super) score: Option<ScoreMark>,
    pub(super) stage: Option<String>,
    pub(super) route: Option<String>,
    pub(super) owner: Option<String>,
    pub(super) changed: Option<Moment>,
    pub(super) is_muted: bool,
}

impl Row {
    pub(super) fn read(
        ledger: &mut dyn Ledger,
        rules: Option<&Rules>,
        found: &Found,
        calendar: &Calendar,
        names: &Names,
    ) -> Result<Row, Problem> {
        let members = ledger.members(found.row.id)?;
        let lead = &found.lead;
        Ok(Row {
            who: Who::of(&found.name, &facts(ledger, &members)?),
            score: rules.zip(lead.score.as_ref()).map(|(rules, score)| ScoreMark::new(rules, score)),
            stage: found.row.stage.clone(),
            route: found.row.route.clone(),
            owner: owner(ledger, &members)?.map(|owner| names.of(&owner)),
            changed: Some(found.row.changed_at).filter(|at| *at != 0).map(|at| calendar.moment(at)),
            is_muted: lead.is_muted,
        })
    }
}

/// Returns who has the lead's hand-off in progress.
fn owner(ledger: &mut dyn Ledger, members: &[Subject]) -> Result<Option<String>, Problem> {
    for member in members {
        let found = ledger.hand_offs_of(member.id)?.into_iter().find(|row| row.in_progress && row.owner.is_some());
        if let Some(found) = found {
            return Ok(found.owner);
        }
    }
    Ok(None)
}
