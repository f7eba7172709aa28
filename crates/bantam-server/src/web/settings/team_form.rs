//! Changes a team, one member at a time: somebody comes in, takes more or fewer turns, is away, leaves.
//!
//! The form says which state of the team it was made from. Where another stands by then, nothing is changed, and both are shown.

use super::teams::{page, path_of, standing, time_zone, zone_name};
use crate::api::extract::FromPath;
use crate::api::shown::active_rules;
use crate::api::teams::{CAPACITY_MAX, MEMBERS_MAX};
use crate::app::App;
use crate::people::audit::{Actor, note};
use crate::people::{Origin, Signed};
use crate::problem::Problem;
use crate::tracking::unavailable;
use crate::web::access::{Visitor, redirect};
use crate::web::answers::SOURCE;
use crate::web::errors::{Errors, FieldError};
use crate::web::forms::FromForm;
use crate::web::marks::Names;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use bantam_core::Given;
use bantam_core::assignment::{self, Team};
use bantam_core::fact::{Fact, FactKind};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;
use serde_json::json;

/// The longest name of a member, in characters.
const NAME_CHARACTERS_MAX: usize = 200;

/// What the form for a member sends.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Member {
    /// The team as the page showed it.
    was: String,
    /// Who is changed; empty where somebody comes in.
    member: String,
    /// A person of the service, by the reference.
    person: String,
    /// Somebody who is none, by name.
    name: String,
    capacity: String,
    limit: String,
    /// First and last day.
    away_from: String,
    away_to: String,
}

/// The form, as it is shown.
pub(super) struct Form {
    pub(super) values: Member,
    /// Who is changed, for people; empty where somebody comes in.
    pub(super) who: String,
    /// Who could come in: reference, name, whether chosen.
    pub(super) candidates: Vec<(String, String, bool)>,
}

impl Form {
    pub(super) fn new(
        chosen: Option<&assignment::Member>,
        wanted: Option<Member>,
        candidates: Vec<(String, String)>,
        names: &Names,
        zone: &TimeZone,
    ) -> Form {
        let kept = || chosen.map_or_else(Member::fresh, |member| Member::of(member, zone));
        let values = wanted.unwrap_or_else(kept);
        let who = if values.member.is_empty() { String::new() } else { names.of(&values.member) };
        let chosen = |(key, name): (String, String)| {
            let is_chosen = values.person == key;
            (key, name, is_chosen)
        };
        Form { candidates: candidates.into_iter().map(chosen).collect(), who, values }
    }
}

impl Member {
    pub(super) fn member(&self) -> &str {
        &self.member
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn capacity(&self) -> &str {
        &self.capacity
    }

    pub(super) fn limit(&self) -> &str {
        &self.limit
    }

    pub(super) fn away_from(&self) -> &str {
        &self.away_from
    }

    pub(super) fn away_to(&self) -> &str {
        &self.away_to
    }

    fn fresh() -> Member {
        Member { capacity: "1".to_owned(), ..Member::default() }
    }

    fn of(member: &assignment::Member, zone: &TimeZone) -> Member {
        let day = |at: i64| {
            let time = Timestamp::from_microsecond(at).map(|time| time.to_zoned(zone.clone()).date().to_string());
            time.unwrap_or_default()
        };
        Member {
            member: member.name.clone(),
            capacity: member.capacity.to_string(),
            limit: member.limit.map(|limit| limit.to_string()).unwrap_or_default(),
            away_from: member.away.map(|(from, _)| day(from)).unwrap_or_default(),
            away_to: member.away.map(|(_, to)| day(to.saturating_sub(1))).unwrap_or_default(),
            ..Member::default()
        }
    }

    /// Returns the member that this makes, or what is wrong at which field.
    fn read(&self, zone: &TimeZone) -> Result<assignment::Member, Errors> {
        let mut errors = Vec::new();
        let mut note = |field, message: &str| errors.push(FieldError { field, message: message.to_owned() });
        let name =
            [&self.member, &self.person, &self.name].map(|name| name.trim()).into_iter().find(|name| !name.is_empty());
        if name.is_none_or(|name| name.chars().count() > NAME_CHARACTERS_MAX) {
            note("person", "Choose somebody, or give a name of up to 200 characters.");
        }
        let capacity: Option<u32> = self.capacity.trim().parse().ok().filter(|capacity| *capacity <= CAPACITY_MAX);
        if capacity.is_none() {
            note("capacity", "This is no whole number from 0 to 1,000,000.");
        }
        let limit: Option<u32> = self.limit.trim().parse().ok();
        if limit.is_none() && !self.limit.trim().is_empty() {
            note("limit", "This is no whole number.");
        }
        let away = match away(&self.away_from, &self.away_to, zone) {
            Ok(away) => away,
            Err((field, message)) => {
                note(field, message);
                None
            }
        };
        match (name, capacity) {
            (Some(name), Some(capacity)) if errors.is_empty() => {
                Ok(assignment::Member { name: name.to_owned(), capacity, limit, away })
            }
            _ => Err(Errors::all_of(errors)),
        }
    }
}

/// Returns from when until when somebody is away who is so from the first day to the end of the last.
fn away(from: &str, to: &str, zone: &TimeZone) -> Result<Option<(i64, i64)>, (&'static str, &'static str)> {
    if from.trim().is_empty() && to.trim().is_empty() {
        return Ok(None);
    }
    let day =
        |field, text: &str| text.trim().parse::<Date>().map_err(|_| (field, "This is no day such as 2026-12-24."));
    let (first, last) = (day("away_from", from)?, day("away_to", to)?);
    if last < first {
        return Err(("away_to", "The last day is before the first."));
    }
    let moment = |day: Date| Some(day.to_zoned(zone.clone()).ok()?.timestamp().as_microsecond());
    let to = last.checked_add(1.day()).ok().and_then(moment);
    moment(first).zip(to).map(Some).ok_or(("away_to", "This day is too far away."))
}

/// What became of a change.
enum Done {
    Changed,
    /// Somebody else was faster.
    Other,
    /// Somebody of that name is in it already.
    Known,
    Full,
    NoMember,
}

/// Takes a member in, or changes one.
pub(crate) async fn save(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(team): FromPath<String>,
    FromForm(wanted): FromForm<Member>,
) -> Result<Response, Problem> {
    let rules = app.read(|reader| reader.read(active_rules)).await?;
    let member = match wanted.read(&time_zone(&zone_name(rules.as_deref()))) {
        Ok(member) => member,
        Err(errors) => return again(&app, &signed, team, wanted, errors, StatusCode::UNPROCESSABLE_ENTITY).await,
    };
    let is_new = wanted.member.is_empty();
    let done = change(&app, &signed, &origin, &team, &wanted.was, move |team| {
        let is_full = team.members.len() >= MEMBERS_MAX;
        match team.members.iter_mut().find(|known| known.name == member.name) {
            Some(_) if is_new => Done::Known,
            Some(known) => {
                *known = member;
                Done::Changed
            }
            None if !is_new => Done::NoMember,
            None if is_full => Done::Full,
            None => {
                team.members.push(member);
                Done::Changed
            }
        }
    });
    let (field, message, status) = match done.await? {
        Done::Changed => return Ok(redirect(&path_of(&team))),
        Done::Other | Done::NoMember => (
            "capacity",
            "Somebody else changed the team meanwhile. It is shown as it is now, with what you typed below; send it again if it still fits.",
            StatusCode::CONFLICT,
        ),
        Done::Known => ("person", "Somebody of that name is in the team already.", StatusCode::CONFLICT),
        Done::Full => ("person", "The team has as many members as it can have.", StatusCode::CONFLICT),
    };
    let errors = Errors::all_of(vec![FieldError { field, message: message.to_owned() }]);
    again(&app, &signed, team, wanted, errors, status).await
}

async fn again(
    app: &App,
    signed: &Signed,
    team: String,
    wanted: Member,
    errors: Errors,
    status: StatusCode,
) -> Result<Response, Problem> {
    let mut response = page(app, signed, team, None, Some(wanted), errors).await?;
    *response.status_mut() = status;
    Ok(response)
}

/// Whom the form sends away.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Leaving {
    was: String,
    member: String,
}

/// Lets a member leave the team.
pub(crate) async fn remove(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(team): FromPath<String>,
    FromForm(leaving): FromForm<Leaving>,
) -> Result<Response, Problem> {
    let member = leaving.member;
    let done = change(&app, &signed, &origin, &team, &leaving.was, move |team| {
        let before = team.members.len();
        team.members.retain(|known| known.name != member);
        if team.members.len() < before { Done::Changed } else { Done::NoMember }
    });
    match done.await? {
        Done::Changed => Ok(redirect(&path_of(&team))),
        _ => {
            Err(Problem::conflict("somebody else changed the team meanwhile, so nothing was changed; look at it again"))
        }
    }
}

/// Changes a team that is still what it was, and writes down who did it.
async fn change(
    app: &App,
    signed: &Signed,
    origin: &Origin,
    name: &str,
    was: &str,
    work: impl FnOnce(&mut Team) -> Done + Send + 'static,
) -> Result<Done, Problem> {
    let (actor, name, was): (Actor, String, String) = (signed.actor(origin), name.to_owned(), was.to_owned());
    let done = app.recorder.work(move |desk, ledger, now| {
        // What cannot be read is not written over either.
        let Ok((before, is)) = standing(ledger, &name) else { return Ok(Done::Other) };
        if is != was {
            return Ok(Done::Other);
        }
        let mut team = before.clone();
        let done = work(&mut team);
        if matches!(done, Done::Changed) && team != before {
            let (old, new) = (json!(summary(&before)), json!(summary(&team)));
            let kind = FactKind::Team(team);
            // Known by what it changes: two changes at one moment are two facts.
            let fact = Fact::of_service(format!("team-{name}-{now}-{is}"), now, SOURCE, kind);
            desk.take(ledger, now, &[Given::new(fact)])?;
            note(ledger, now, &actor, "team.changed", &format!("team:{name}"), (old, new))?;
        }
        Ok(done)
    });
    done.await.map_err(unavailable)
}

/// Returns what the audit log keeps of a team. Whoever is no person of the service is told apart by the place alone.
fn summary(team: &Team) -> Vec<String> {
    let member = |(place, member): (usize, &assignment::Member)| {
        let who = match member.name.starts_with("person:") {
            true => member.name.clone(),
            false => format!("member {}", place + 1),
        };
        let limit = member.limit.map(|limit| format!(" limit {limit}")).unwrap_or_default();
        let day = |at| Timestamp::from_microsecond(at).map(|at| at.to_string()).unwrap_or_default();
        let away = member.away.map(|(from, to)| format!(" away {} to {}", day(from), day(to))).unwrap_or_default();
        format!("{who} capacity {}{limit}{away}", member.capacity)
    };
    team.members.iter().enumerate().map(member).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_away_to_the_end_of_the_last_day() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let (from, to) = away("2026-12-24", "2026-12-24", &zone).unwrap().unwrap();
        assert_eq!((to - from) / 3_600_000_000, 24);
        assert_eq!(away("2026-12-24", "2026-12-23", &zone).unwrap_err().0, "away_to");
        assert_eq!(away("", "2026-12-23", &zone).unwrap_err().0, "away_from");
        assert_eq!(away(" ", "", &zone), Ok(None));
    }
}
