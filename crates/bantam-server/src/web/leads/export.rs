//! The leads of a list as a file, read piece by piece while it is sent. That somebody took it is written down.

use super::filter::Shown;
use super::find::{Found, find};
use crate::api::paging::Cursor;
use crate::api::shown::active_rules;
use crate::app::App;
use crate::people::{Origin, audit};
use crate::problem::Problem;
use crate::web::access::Visitor;
use crate::web::csv;
use crate::web::forms::FromSearch;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bantam_core::Rules;
use bantam_lang::meaning::Value;
use jiff::Timestamp;
use serde_json::json;
use std::sync::Arc;

/// How many leads are read at once, so that the length of a file makes no difference.
const PART: usize = 1_000;
/// The columns before those of attributes.
const COLUMNS: [&str; 8] = ["id", "stage", "score", "fit", "engagement", "grade", "route", "changed_at"];

/// Gives out the leads of a list.
pub(crate) async fn file(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromSearch(shown): FromSearch<Shown>,
) -> Result<Response, Problem> {
    let rules = app.read(|reader| reader.read(active_rules)).await?;
    // What is wrong with the filter is told before anything is sent.
    shown.wish(rules.as_deref().map(|rules| &*rules.meaning))?;
    shown.filter(PART)?;
    // Without the search, which may be for one lead: the log is kept when that is erased.
    let (actor, of) = (signed.actor(&origin), Shown { q: None, ..shown.clone() }.query(&[]));
    let (people, is_search) = (app.people(), shown.q.is_some());
    let noted = people.change(move |ledger, now| {
        let change = json!({"filter": of, "search": is_search});
        Ok(audit::note(ledger, now, &actor, "leads.exported", "leads", (serde_json::Value::Null, change))?)
    });
    noted.await?.map_err(Problem::fault)?;
    let parts = futures_util::stream::unfold(Some(Part::First), move |part| {
        let (app, shown, rules) = (app.clone(), shown.clone(), rules.clone());
        async move {
            let part = part?;
            match read(&app, shown, rules, part).await {
                Ok((text, next)) => Some((Ok(text), next.map(Part::After))),
                // The connection is broken off, so that nobody takes a part for the whole.
                Err(problem) => Some((Err(std::io::Error::other(problem.message)), None)),
            }
        }
    });
    Ok(csv::file(Body::from_stream(parts), "leads.csv"))
}

enum Part {
    First,
    After(Cursor),
}

async fn read(
    app: &App,
    shown: Shown,
    rules: Option<Arc<Rules>>,
    part: Part,
) -> Result<(String, Option<Cursor>), Problem> {
    let (head, cursor) = match part {
        Part::First => (head(rules.as_deref()), shown.cursor.clone()),
        Part::After(cursor) => (String::new(), Some(cursor)),
    };
    app.read(move |reader| {
        let finding = find(reader, &Shown { cursor, ..shown }, rules.as_deref(), PART)?;
        let lines = finding.leads.iter().map(|found| line(found, rules.as_deref()));
        Ok((lines.fold(head, |text, line| text + &line), finding.next))
    })
    .await
}

fn head(rules: Option<&Rules>) -> String {
    let attributes = rules.map(|rules| rules.meaning.lead.attributes.as_slice()).unwrap_or_default();
    csv::line(COLUMNS.into_iter().chain(attributes.iter().map(|attribute| attribute.name.as_str())))
}

fn line(found: &Found, rules: Option<&Rules>) -> String {
    let row = &found.row;
    let is_scored = found.lead.score.is_some();
    // Numbers are ours and no formulas; texts are anybody's.
    let number = |number: i64| if is_scored { number.to_string() } else { String::new() };
    let text = |text: &Option<String>| csv::cell(text.as_deref().unwrap_or_default());
    let mut cells = vec![
        csv::cell(&found.name),
        text(&row.stage),
        number(row.score),
        number(row.fit),
        number(row.engagement),
        text(&row.grade),
        text(&row.route),
        if row.changed_at == 0 { String::new() } else { moment(row.changed_at) },
    ];
    if let Some(rules) = rules {
        let known = found.lead.attributes(rules).unwrap_or_default();
        let all = 0..rules.meaning.lead.attributes.len();
        cells.extend(all.map(|place| known.get(place).and_then(Option::as_ref).map(cell).unwrap_or_default()));
    }
    format!("{}\r\n", cells.join(","))
}

fn cell(value: &Value) -> String {
    match value {
        Value::Text(text) => csv::cell(text),
        Value::Number(number) => number.to_string(),
        Value::Boolean(is_so) => is_so.to_string(),
        Value::Time(time) => moment(*time),
    }
}

fn moment(at: i64) -> String {
    Timestamp::from_microsecond(at).map(|at| at.to_string()).unwrap_or_default()
}
