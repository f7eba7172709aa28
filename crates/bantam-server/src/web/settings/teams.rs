//! Teams: who takes hand-offs, with how large a share of the turns, and who is away.

use super::team_form::{Form, Member as Wanted};
use crate::api::extract::{FromPath, FromQuery};
use crate::api::shown::active_rules;
use crate::app::App;
use crate::people::{Person, Role, Signed, everybody};
use crate::problem::Problem;
use crate::web::access::{KEEPERS, Visitor};
use crate::web::errors::Errors;
use crate::web::frame::{Frame, render};
use crate::web::marks::{Names, encoded};
use crate::web::words::Calendar;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bantam_core::Rules;
use bantam_core::assignment::{Member, Team};
use bantam_store::Ledger;
use jiff::tz::TimeZone;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// What settings that hold a team begin with.
const SETTING: &str = "team:";

/// A team in the list.
struct TeamRow {
    name: String,
    path: String,
    members: usize,
    there: usize,
    /// Whether a route of the definition leads to it.
    is_used: bool,
}

#[derive(Template)]
#[template(path = "teams.html")]
struct ListPage {
    frame: Frame,
    heading: String,
    rows: Vec<TeamRow>,
}

/// Lists teams: those that routes lead to, and those that somebody said who is in them.
pub(crate) async fn list(State(app): State<App>, Visitor(signed): Visitor) -> Result<Response, Problem> {
    let now = app.now();
    let (kept, routed) = app
        .read(|reader| {
            reader.read(|ledger| {
                let kept = ledger.settings_with(SETTING)?;
                Ok::<_, Problem>((kept, routed(active_rules(ledger)?.as_deref())))
            })
        })
        .await?;
    let kept: Vec<Team> = kept.iter().map(|(_, kept)| read(kept)).collect::<Result<_, _>>()?;
    let names: BTreeSet<String> = kept.iter().map(|team| team.name.clone()).chain(routed.iter().cloned()).collect();
    let row = |name: String| {
        let team = kept.iter().find(|team| team.name == name);
        let members = team.map(|team| team.members.as_slice()).unwrap_or_default();
        TeamRow {
            path: path_of(&name),
            members: members.len(),
            there: members.iter().filter(|member| member.is_there(now)).count(),
            is_used: routed.contains(&name),
            name,
        }
    };
    let rows: Vec<TeamRow> = names.into_iter().map(row).collect();
    let nobody = rows.iter().filter(|row| row.is_used && row.there == 0).count();
    let heading = match (rows.len(), nobody) {
        (0, _) => "No team takes hand-offs yet".to_owned(),
        (_, 0) => "Every team has somebody who takes hand-offs".to_owned(),
        (_, 1) => "1 team has nobody who takes hand-offs now".to_owned(),
        (_, nobody) => format!("{nobody} teams have nobody who takes hand-offs now"),
    };
    Ok(render(&ListPage { frame: Frame::of(Some(&signed), "/settings", "Teams"), heading, rows }))
}

/// Returns the teams that routes lead to.
fn routed(rules: Option<&Rules>) -> BTreeSet<String> {
    let routes = rules.map(|rules| rules.meaning.routes.as_slice()).unwrap_or_default();
    routes.iter().flat_map(|route| [Some(route.to.clone()), route.escalate_to.clone()]).flatten().collect()
}

/// Returns the address of a team's page.
pub(super) fn path_of(team: &str) -> String {
    format!("/settings/teams/{}", encoded(team))
}

pub(super) fn read(kept: &[u8]) -> Result<Team, Problem> {
    serde_json::from_slice(kept).map_err(|_| Problem::fault("a team cannot be read"))
}

/// Returns a team as it stands with what it is known by; an empty one where nobody said who is in it.
pub(super) fn standing(ledger: &mut dyn Ledger, name: &str) -> Result<(Team, String), Problem> {
    match ledger.setting(&format!("{SETTING}{name}"))? {
        None => Ok((Team { name: name.to_owned(), members: Vec::new() }, "none".to_owned())),
        Some(kept) => {
            let digest = Sha256::digest(&kept).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
            Ok((read(&kept)?, digest))
        }
    }
}

/// A member of a team, for people.
struct MemberRow {
    name: String,
    /// What the team calls them.
    key: String,
    capacity: u32,
    /// Their share of the turns.
    share: String,
    limit: String,
    away: String,
    is_there: bool,
    change: String,
}

#[derive(Template)]
#[template(path = "team.html")]
struct TeamPage {
    frame: Frame,
    errors: Errors,
    name: String,
    path: String,
    heading: String,
    members: Vec<MemberRow>,
    /// What the team is known by as the page shows it.
    was: String,
    may_change: bool,
    form: Form,
    zone: String,
}

/// Whose settings stand in the form.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Chosen {
    member: Option<String>,
}

/// Shows a team.
pub(crate) async fn show(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromPath(name): FromPath<String>,
    FromQuery(chosen): FromQuery<Chosen>,
) -> Result<Response, Problem> {
    page(&app, &signed, name, chosen.member, None, Errors::default()).await
}

/// Returns the page of a team. `wanted` is what somebody typed who has to try again.
pub(super) async fn page(
    app: &App,
    signed: &Signed,
    name: String,
    member: Option<String>,
    wanted: Option<Wanted>,
    errors: Errors,
) -> Result<Response, Problem> {
    let (now, wanted_team, signed) = (app.now(), name.clone(), signed.clone());
    app.read(move |reader| {
        reader.read(|ledger| {
            let (team, was) = standing(ledger, &wanted_team)?;
            let rules = active_rules(ledger)?;
            if was == "none" && !routed(rules.as_deref()).contains(&name) {
                return Err(Problem::not_found("there is no such team, and no route leads to it"));
            }
            let (people, names) = (everybody(ledger)?, Names::read(ledger)?);
            let zone = zone_name(rules.as_deref());
            let calendar = Calendar::new(now, Some(&zone));
            let chosen = member.as_ref().and_then(|key| team.members.iter().find(|member| member.name == *key));
            let form = Form::new(chosen, wanted, candidates(&people, &team), &names, &time_zone(&zone));
            let path = path_of(&team.name);
            let rows: Vec<MemberRow> =
                team.members.iter().map(|member| row(&team, member, &names, &calendar, &path)).collect();
            let there = rows.iter().filter(|row| row.is_there).count();
            Ok(render(&TeamPage {
                frame: Frame::of(Some(&signed), "/settings", format!("Team {name}")),
                errors,
                heading: format!("{there} of {} take hand-offs now", rows.len()),
                members: rows,
                was,
                may_change: KEEPERS.admits(Some(&signed)),
                form,
                path,
                name,
                zone,
            }))
        })
    })
    .await
}

/// Returns the time zone in which days begin: that of the office hours.
pub(super) fn zone_name(rules: Option<&Rules>) -> String {
    let hours = rules.and_then(|rules| rules.meaning.office_hours.as_ref());
    hours.map_or_else(|| "UTC".to_owned(), |hours| hours.time_zone.clone())
}

pub(super) fn time_zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// Returns the people of sales who are not in the team: the reference and the name of each.
fn candidates(people: &[Person], team: &Team) -> Vec<(String, String)> {
    let is_in = |person: &&Person| team.members.iter().any(|member| member.name == person.reference());
    let sales = people.iter().filter(|person| person.is_active() && person.has(Role::Sales) && !is_in(person));
    sales.map(|person| (person.reference(), person.name().to_owned())).collect()
}

fn row(team: &Team, member: &Member, names: &Names, calendar: &Calendar, path: &str) -> MemberRow {
    let total: u64 = team.members.iter().map(|member| u64::from(member.capacity)).sum();
    let share = match total {
        0 => "none".to_owned(),
        total => format!("{} %", (u64::from(member.capacity) * 200 + total) / (2 * total)),
    };
    let away = member.away.filter(|(_, to)| *to > calendar.now());
    MemberRow {
        name: names.of(&member.name),
        key: member.name.clone(),
        capacity: member.capacity,
        share,
        limit: member.limit.map_or_else(|| "any number".to_owned(), |limit| limit.to_string()),
        away: away.map_or_else(String::new, |(from, to)| {
            format!("{} to {}", calendar.day(from), calendar.day(to.saturating_sub(1)))
        }),
        is_there: member.is_there(calendar.now()),
        change: format!("{path}?member={}#h-form", encoded(&member.name)),
    }
}
