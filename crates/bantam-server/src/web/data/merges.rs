//! Merges: which ids are said to be one person, by whom and why, and the way back.

use super::{Tab, frame, tabs};
use crate::api::extract::FromQuery;
use crate::app::App;
use crate::problem::Problem;
use crate::web::access::{MARKETING, Visitor};
use crate::web::frame::{Frame, render};
use crate::web::marks::{Names, encoded, lead_path};
use crate::web::words::{Calendar, Moment, counted};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bantam_core::fact::FactKind;
use bantam_core::read_fact;
use bantam_store::{Edge, Ledger};
use serde::Deserialize;

/// How many a page shows.
const ROWS: usize = 50;

/// Where the page begins.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shown {
    before: Option<i64>,
}

/// A merge.
struct Row {
    one: String,
    other: String,
    path: String,
    by: String,
    reason: String,
    received: Moment,
    take_back: Option<String>,
}

#[derive(Template)]
#[template(path = "data_merges.html")]
struct Page {
    frame: Frame,
    tabs: [Tab; 6],
    heading: String,
    rows: Vec<Row>,
    earlier: Option<i64>,
    is_marketing: bool,
}

/// Shows merges, the latest first.
pub(crate) async fn show(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromQuery(shown): FromQuery<Shown>,
) -> Result<Response, Problem> {
    let calendar = Calendar::new(app.now(), None);
    app.read(move |reader| {
        reader.read(|ledger| {
            let names = Names::read(ledger)?;
            let edges = ledger.merges_before(shown.before.unwrap_or(i64::MAX), ROWS)?;
            let mut rows = Vec::with_capacity(edges.len());
            for edge in &edges {
                rows.extend(Row::read(ledger, edge, &calendar, &names)?);
            }
            let earlier = edges.last().filter(|_| edges.len() == ROWS).map(|last| last.fact);
            let count = i64::try_from(rows.len()).unwrap_or(0);
            let heading = match (count, earlier, shown.before) {
                (0, ..) => "No two ids were merged".to_owned(),
                (count, None, None) => counted(count, "merge"),
                (count, ..) => format!("{}, and more", counted(count, "merge")),
            };
            let frame = frame(&signed, "Merges");
            let is_marketing = MARKETING.admits(Some(&signed));
            Ok(render(&Page { frame, tabs: tabs("/data/merges"), heading, rows, earlier, is_marketing }))
        })
    })
    .await
}

impl Row {
    fn read(ledger: &mut dyn Ledger, edge: &Edge, calendar: &Calendar, names: &Names) -> Result<Option<Row>, Problem> {
        let stored = ledger.facts_before(edge.fact.saturating_add(1), 1)?.into_iter().find(|one| one.seq == edge.fact);
        let Some(stored) = stored else { return Ok(None) };
        // Of somebody who was erased nothing is told.
        let Some(fact) = read_fact(&stored)? else { return Ok(None) };
        let FactKind::Alias { previous, by, reason } = &fact.kind else { return Ok(None) };
        let user = fact.user.clone().unwrap_or_default();
        Ok(Some(Row {
            path: lead_path(&user),
            one: user,
            other: previous.clone(),
            by: names.of(by.as_ref().unwrap_or(&fact.source)),
            reason: reason.clone().unwrap_or_else(|| "a program said so".into()),
            received: calendar.moment(stored.received_at),
            take_back: stored.retracted_by.is_none().then(|| format!("/facts/{}/retract", encoded(&fact.message_id))),
        }))
    }
}
