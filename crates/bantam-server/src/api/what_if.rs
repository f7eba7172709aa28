//! What a definition that somebody types would do, at once.

use super::extract::FromBody;
use crate::app::App;
use crate::insight::{Tried, whatif};
use crate::problem::{Problem, ProblemBody};
use axum::Json;
use axum::extract::State;
use bantam_core::DefinitionText;
use bantam_insight::impact::{Ladder, Place};
use bantam_insight::whatif::{Moved, Pace, WhatIf};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// How many leads that move are named.
const NAMED: usize = 20;

/// A definition as it is typed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhatIfRequest {
    /// The YAML.
    text: String,
    /// The files it names, by name.
    #[serde(default)]
    lists: BTreeMap<String, String>,
}

/// What it would do.
#[derive(Serialize, ToSchema)]
pub(crate) struct WhatIfShown {
    /// How many leads there are.
    leads: u64,
    /// How many go up.
    up: u64,
    /// How many go down.
    down: u64,
    /// How many go elsewhere.
    aside: u64,
    /// How many have another score, whether they move or not.
    other_scores: u64,
    /// Leads by stage by the active definition, lowest first.
    now: Vec<StageCount>,
    /// And by this one.
    then: Vec<StageCount>,
    /// Hand-offs a week; null where one of the two hands nothing over, or where no fact has a time.
    hand_offs: Option<PaceShown>,
    /// The first that move, by score.
    first: Vec<WhatIfMove>,
}

/// How many leads stand on a stage.
#[derive(Serialize, ToSchema)]
struct StageCount {
    /// None is on no stage.
    stage: Option<String>,
    is_disqualified: bool,
    leads: u64,
}

/// Hand-offs a week, over the time there are facts of.
#[derive(Serialize, ToSchema)]
struct PaceShown {
    /// By the active definition.
    now: f64,
    /// By this one.
    then: f64,
    /// How many weeks that is over.
    weeks: f64,
    /// How many leads were looked at; where that is fewer than there are, the figures are estimated from them.
    looked_at: u64,
}

impl From<Pace> for PaceShown {
    fn from(pace: Pace) -> PaceShown {
        let rounded = |figure: f64| (figure * 100.0).round() / 100.0;
        let [now, then] = pace.per_week.map(rounded);
        PaceShown { now, then, weeks: rounded(pace.weeks), looked_at: pace.looked_at }
    }
}

/// A lead that moves.
#[derive(Serialize, ToSchema)]
struct WhatIfMove {
    lead: String,
    from: Option<String>,
    to: Option<String>,
    /// `up`, `down` or `aside`.
    direction: &'static str,
    score_now: i64,
    score_then: i64,
}

/// Try a definition
///
/// Nothing is kept. What the active definition computed for each lead is in memory, so only what differs is computed: quick
/// enough for an editor. One that reads other columns than the active one is told by its impact, once it is a draft.
#[utoipa::path(post, path = "/api/definitions/what-if", tag = "definitions", request_body = WhatIfRequest,
    responses((status = 200, description = "What it would do", body = WhatIfShown),
        (status = 409, description = "No definition is active, or this one reads other columns", body = ProblemBody)))]
pub(crate) async fn what_if(
    State(app): State<App>,
    FromBody(body): FromBody<WhatIfRequest>,
) -> Result<Json<WhatIfShown>, Problem> {
    let WhatIfRequest { text, lists } = body;
    let text = DefinitionText { name: "definition.yaml".into(), text, lists: lists.into_iter().collect() };
    super::definitions::check(&text)?;
    match &*whatif(&app, text, NAMED).await? {
        Tried::Found(trial) => {
            let hand_offs = trial.pace.map(PaceShown::from);
            Ok(Json(WhatIfShown { hand_offs, ..WhatIfShown::from(trial.whatif.clone()) }))
        }
        Tried::Faulty => Err(Problem::bad_request("invalid_definition", "the definition has errors").at("text")),
        Tried::ReadsOthers => {
            let message = "it reads other columns than the active one; write it down and ask for its impact";
            Err(Problem::conflict(message).at("text"))
        }
    }
}

impl From<WhatIf> for WhatIfShown {
    fn from(found: WhatIf) -> Self {
        let now = found.stages.iter().map(|row| row.iter().sum()).collect();
        let column = |place: usize| found.stages.iter().filter_map(|row| row.get(place)).sum();
        let then = (0..found.new.places().count()).map(column).collect();
        WhatIfShown {
            leads: found.leads,
            up: found.up,
            down: found.down,
            aside: found.aside,
            other_scores: found.other_scores,
            now: counts(&found.old, now),
            then: counts(&found.new, then),
            hand_offs: None,
            first: found.first.into_iter().map(WhatIfMove::from).collect(),
        }
    }
}

fn counts(ladder: &Ladder, sums: Vec<u64>) -> Vec<StageCount> {
    let count = |(place, leads): (Place, u64)| {
        let is_disqualified = place == Place::Disqualified;
        let stage = ladder.name(place).filter(|_| !is_disqualified).map(str::to_owned);
        StageCount { stage, is_disqualified, leads }
    };
    ladder.places().zip(sums).map(count).collect()
}

impl From<Moved> for WhatIfMove {
    fn from(moved: Moved) -> Self {
        WhatIfMove {
            lead: moved.lead_id,
            from: moved.from,
            to: moved.to,
            direction: moved.direction.word(),
            score_now: moved.old_score,
            score_then: moved.new_score,
        }
    }
}
