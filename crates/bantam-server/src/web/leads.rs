//! Leads: how far have they come? All of them, searched, filtered and in order, with how many stand where beside.

mod counts;
mod export;
mod filter;
mod find;
mod row;
mod views;

pub(crate) use counts::Counts;
pub(crate) use export::file;
pub(crate) use views::{keep, remove};

use super::access::Visitor;
use super::forms::FromSearch;
use super::frame::{Frame, render};
use super::lead::calendar;
use super::marks::Names;
use super::words::{counted, grouped};
use crate::api::shown::active_rules;
use crate::api::teams;
use crate::app::App;
use crate::problem::Problem;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bantam_core::Rules;
use bantam_store::LeadCount;
use counts::{Grid, grid, sum};
use filter::{SORTS, Shown, word};
use find::{Finding, find};
use row::Row;
use views::View;

/// How many leads a page shows.
const ROWS: usize = 50;

/// Something to choose.
struct Choice {
    value: String,
    name: String,
    is_chosen: bool,
}

/// A stage with how many stand on it.
struct Rung {
    name: String,
    count: String,
    path: String,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "leads.html")]
struct Page {
    frame: Frame,
    heading: String,
    shown: Shown,
    stages: Vec<Choice>,
    grades: Vec<Choice>,
    routes: Vec<Choice>,
    owners: Vec<Choice>,
    attributes: Vec<Choice>,
    sorts: Vec<Choice>,
    rows: Vec<Row>,
    next: Option<String>,
    gave_up_after: Option<String>,
    ladder: Vec<Rung>,
    grid: Option<Grid>,
    is_counted: bool,
    views: Vec<View>,
    has_definition: bool,
}

/// Shows leads.
pub(crate) async fn show(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromSearch(shown): FromSearch<Shown>,
) -> Result<Response, Problem> {
    let counts = app.counts.get(&app).await;
    let now = app.now();
    app.read(move |reader| {
        let rules = reader.read(active_rules)?;
        let finding = find(reader, &shown, rules.as_deref(), ROWS)?;
        let counted = counts.as_deref().map(Vec::as_slice);
        let calendar = calendar(rules.as_deref(), now);
        let (rows, names, members, views) = reader.read(|ledger| {
            let names = Names::read(ledger)?;
            let rows = finding.leads.iter().map(|found| Row::read(ledger, rules.as_deref(), found, &calendar, &names));
            let rows = rows.collect::<Result<Vec<_>, Problem>>()?;
            Ok::<_, Problem>((rows, names, teams::everybody(ledger)?, views::of(ledger, &signed.person)?))
        })?;
        let known = Known { rules: rules.as_deref(), counts: counted, names: &names, members: &members };
        let frame = Frame::of(Some(&signed), "/leads", "Leads");
        // Where many leads are looked at to find few, that is not done again with each fact.
        let is_live = shown.cursor.is_none() && shown.attribute.is_none();
        let frame = if is_live { frame.live() } else { frame };
        Ok(render(&Page::new(frame, shown, &finding, &known, rows, views)))
    })
    .await
}

/// What the parts of a page are made from.
struct Known<'k> {
    rules: Option<&'k Rules>,
    counts: Option<&'k [LeadCount]>,
    names: &'k Names,
    members: &'k [String],
}

impl Page {
    fn new(frame: Frame, shown: Shown, finding: &Finding, known: &Known<'_>, rows: Vec<Row>, views: Vec<View>) -> Page {
        let counts = known.counts.unwrap_or_default();
        let meaning = known.rules.map(|rules| &*rules.meaning);
        let next = finding.next.as_ref().map(|next| shown.address(&[("cursor", next.text())]));
        let grade = shown.grade.as_deref();
        let grid = meaning.and_then(|meaning| grid(meaning, counts, grade, |grade| shown.address(&[("grade", grade)])));
        let grades = grid.iter().flat_map(|grid| &grid.rows).flat_map(|row| &row.cells).map(|cell| cell.grade.clone());
        let routes = meaning.map(|meaning| meaning.routes.iter().map(|route| route.to.clone()).collect::<Vec<_>>());
        let attributes = meaning.map(|meaning| meaning.lead.attributes.as_slice()).unwrap_or_default();
        let stages = meaning.map(|meaning| meaning.stages.as_slice()).unwrap_or_default();
        Page {
            heading: heading(&shown, known, finding),
            stages: choices(stages.iter().map(|stage| stage.name.clone()), shown.stage.as_deref()),
            grades: choices(grades, grade),
            routes: choices(routes.unwrap_or_default(), shown.route.as_deref()),
            owners: named(choices(known.members.to_vec(), shown.owner.as_deref()), known.names),
            attributes: choices(attributes.iter().map(|one| one.name.clone()), shown.attribute.as_deref()),
            sorts: sorts(&shown),
            next,
            gave_up_after: finding.gave_up_after.map(|count| grouped(i64::try_from(count).unwrap_or(i64::MAX))),
            ladder: ladder(stages.iter().map(|stage| stage.name.as_str()), &shown, counts),
            grid,
            is_counted: known.counts.is_some(),
            has_definition: known.rules.is_some(),
            frame,
            shown,
            rows,
            views,
        }
    }

    /// Returns the list without filters of the page's own, as it is saved.
    fn query(&self) -> String {
        self.shown.query(&[])
    }

    fn first_page(&self) -> String {
        self.shown.address(&[])
    }

    fn export(&self) -> String {
        format!("/leads.csv?{}", self.shown.query(&[]))
    }

    fn has_finer(&self) -> bool {
        self.shown.attribute.is_some() || self.shown.route.is_some() || self.shown.owner.is_some()
    }
}

fn choices(values: impl IntoIterator<Item = String>, chosen: Option<&str>) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::new();
    for value in values {
        if !choices.iter().any(|other| other.value == value) {
            let is_chosen = chosen == Some(value.as_str());
            choices.push(Choice { name: value.clone(), value, is_chosen });
        }
    }
    // What was chosen stays chosen, also where the definition no longer has it.
    if let Some(chosen) = chosen.filter(|_| !choices.iter().any(|choice| choice.is_chosen)) {
        choices.push(Choice { value: chosen.to_owned(), name: chosen.to_owned(), is_chosen: true });
    }
    choices
}

fn named(choices: Vec<Choice>, names: &Names) -> Vec<Choice> {
    choices.into_iter().map(|choice| Choice { name: names.of(&choice.value), ..choice }).collect()
}

fn sorts(shown: &Shown) -> Vec<Choice> {
    let choice = |(value, name): (&str, &str)| Choice {
        value: value.to_owned(),
        name: name.to_owned(),
        is_chosen: word(shown.sort) == value,
    };
    SORTS.into_iter().map(choice).collect()
}

/// Returns the stages of the definition, and after them those that leads stand on beside it, such as the disqualified.
fn ladder<'s>(stages: impl Iterator<Item = &'s str>, shown: &Shown, counts: &'s [LeadCount]) -> Vec<Rung> {
    let mut names: Vec<&str> = stages.collect();
    for other in counts.iter().filter_map(|count| count.stage.as_deref()) {
        if !names.contains(&other) {
            names.push(other);
        }
    }
    names.into_iter().map(|name| rung(name, shown, counts)).collect()
}

fn rung(stage: &str, shown: &Shown, counts: &[LeadCount]) -> Rung {
    let is_chosen = shown.stage.as_deref() == Some(stage);
    Rung {
        name: stage.to_owned(),
        count: grouped(sum(counts, |count| count.stage.as_deref() == Some(stage))),
        path: shown.address(&[("stage", if is_chosen { "" } else { stage })]),
        is_chosen,
    }
}

/// Returns how many leads are shown, and which, as a sentence.
fn heading(shown: &Shown, known: &Known<'_>, finding: &Finding) -> String {
    let is_wanted = |wish: &Option<String>, is: &Option<String>| wish.is_none() || wish == is;
    let all = |count: &LeadCount| {
        is_wanted(&shown.stage, &count.stage)
            && is_wanted(&shown.grade, &count.grade)
            && is_wanted(&shown.route, &count.route)
    };
    let found = i64::try_from(finding.leads.len()).unwrap_or(0);
    let is_whole = shown.cursor.is_none() && finding.next.is_none();
    let count = match known.counts.filter(|_| shown.is_countable()) {
        Some(counts) => counted(sum(counts, all), "lead"),
        None if is_whole => counted(found, "lead"),
        None if shown.cursor.is_some() => "More leads".to_owned(),
        None if finding.gave_up_after.is_some() => format!("{} so far", counted(found, "lead")),
        None => format!("More than {}", counted(found, "lead")),
    };
    let owner = shown.owner.as_ref().map(|owner| known.names.of(owner));
    let test = match (&shown.is, &shown.at_least) {
        (Some(is), _) => format!("is {is}"),
        (None, Some(least)) => format!("is at least {least}"),
        (None, None) => "is known".to_owned(),
    };
    let parts = [
        shown.stage.as_ref().map(|stage| format!(" on {stage}")),
        shown.grade.as_ref().map(|grade| format!(" with grade {grade}")),
        shown.route.as_ref().map(|route| format!(" for {route}")),
        owner.map(|owner| format!(" that {owner} has")),
        shown.attribute.as_ref().map(|attribute| format!(" whose {} {test}", attribute.replace('_', " "))),
        shown.q.as_ref().map(|q| format!(" whose id begins with \u{201c}{q}\u{201d}")),
    ];
    parts.into_iter().flatten().fold(count, |text, part| text + &part)
}
