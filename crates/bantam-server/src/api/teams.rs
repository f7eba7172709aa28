//! The teams that take hand-offs, and who is in them.

use super::extract::{FromBody, FromPath};
use super::values::{Moment, Name};
use crate::app::App;
use crate::keys::Caller;
use crate::problem::{Problem, ProblemBody};
use crate::tracking::unavailable;
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use bantam_core::Given;
use bantam_core::assignment;
use bantam_core::fact::{Fact, FactKind};
use bantam_store::Ledger;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// What settings that hold a team begin with.
const SETTING: &str = "team:";

/// Returns the members of all teams, by name, each once.
pub(crate) fn everybody(ledger: &mut dyn Ledger) -> Result<Vec<String>, Problem> {
    let mut names = BTreeSet::new();
    for (_, kept) in ledger.settings_with(SETTING)? {
        let team: assignment::Team = serde_json::from_slice(&kept).map_err(Problem::fault)?;
        names.extend(team.members.into_iter().map(|member| member.name));
    }
    Ok(names.into_iter().collect())
}

/// A stretch of time.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Away {
    from: Moment,
    to: Moment,
}

/// A member of a team.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Member {
    name: Name,
    /// Their share of the turns, against the others'; 0 is none.
    #[serde(default = "usual_capacity")]
    #[schema(maximum = 1_000_000, default = 1)]
    capacity: u32,
    /// How many hand-offs they can have in progress; any number unless given.
    limit: Option<u32>,
    /// When they take none.
    away: Option<Away>,
}

/// A team.
#[derive(Serialize, ToSchema)]
pub(crate) struct Team {
    name: String,
    /// In the order that decides between equals.
    members: Vec<Member>,
}

impl From<assignment::Team> for Team {
    fn from(team: assignment::Team) -> Self {
        let member = |member: assignment::Member| Member {
            name: Name(member.name),
            capacity: member.capacity,
            limit: member.limit,
            away: member.away.map(|(from, to)| Away { from: Moment(from), to: Moment(to) }),
        };
        Team { name: team.name, members: team.members.into_iter().map(member).collect() }
    }
}

/// All teams.
#[derive(Serialize, ToSchema)]
pub(crate) struct Teams {
    /// By name.
    teams: Vec<Team>,
}

/// List all teams
#[utoipa::path(get, path = "/api/teams", tag = "teams",
    responses((status = 200, description = "All teams with who is in them", body = Teams)))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<Teams>, Problem> {
    let found = app.read(|reader| Ok(reader.read(|ledger| ledger.settings_with(SETTING))?)).await?;
    let teams = found.iter().map(|(_, kept)| read(kept)).collect::<Result<_, _>>()?;
    Ok(Json(Teams { teams }))
}

fn read(kept: &[u8]) -> Result<Team, Problem> {
    let team: Result<assignment::Team, _> = serde_json::from_slice(kept);
    team.map(Team::from).map_err(|_| Problem::fault("a team cannot be read"))
}

/// Show who is in a team
#[utoipa::path(get, path = "/api/teams/{name}", tag = "teams",
    params(("name" = Name, Path, description = "What routes call it")),
    responses((status = 200, description = "The team", body = Team),
        (status = 404, description = "Nobody said who is in it", body = ProblemBody)))]
pub(crate) async fn show(State(app): State<App>, FromPath(name): FromPath<Name>) -> Result<Json<Team>, Problem> {
    app.read(move |reader| {
        reader.read(|ledger| {
            let kept = ledger.setting(&format!("{SETTING}{}", name.0))?;
            let kept = kept.ok_or_else(|| Problem::not_found("there is no such team"))?;
            read(&kept).map(Json)
        })
    })
    .await
}

/// A capacity beyond this is a slip of the pen: the sum over a team must stay a number.
pub(crate) const CAPACITY_MAX: u32 = 1_000_000;
/// The most members of a team: each turn looks at all of them.
pub(crate) const MEMBERS_MAX: usize = 1_000;

fn usual_capacity() -> u32 {
    1
}

/// Who is in a team.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TeamRequest {
    /// In the order that decides between equals.
    #[schema(max_items = 1_000)]
    members: Vec<Member>,
}

/// Say who is in a team
///
/// What a route calls it is its name. Members take turns by their capacity from the next hand-off on.
#[utoipa::path(put, path = "/api/teams/{name}", tag = "teams", request_body = TeamRequest,
    params(("name" = Name, Path, description = "What routes call it")),
    responses((status = 204, description = "These are its members now")))]
pub(crate) async fn set(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    FromPath(name): FromPath<Name>,
    FromBody(body): FromBody<TeamRequest>,
) -> Result<StatusCode, Problem> {
    let members = members(body)?;
    let now = app.now();
    let name = name.0;
    let kind = FactKind::Team(assignment::Team { name: name.clone(), members });
    let fact = Fact::of_service(format!("team-{name}-{now}"), now, &caller.source, kind);
    app.recorder.take(vec![Given::new(fact)], Vec::new()).await.map_err(unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}

fn members(body: TeamRequest) -> Result<Vec<assignment::Member>, Problem> {
    if body.members.len() > MEMBERS_MAX {
        let problem = Problem::bad_request("invalid_value", "the team has too many members").at("members");
        return Err(problem.limit(MEMBERS_MAX, Some(body.members.len())));
    }
    let read = |(place, member): (usize, Member)| {
        if member.capacity > CAPACITY_MAX {
            let message = format!("the capacity is larger than {CAPACITY_MAX}");
            return Err(Problem::bad_request("invalid_value", message).at(format!("members[{place}].capacity")));
        }
        Ok(assignment::Member {
            name: member.name.0,
            capacity: member.capacity,
            limit: member.limit,
            away: member.away.map(|away| (away.from.0, away.to.0)),
        })
    };
    body.members.into_iter().enumerate().map(read).collect()
}
