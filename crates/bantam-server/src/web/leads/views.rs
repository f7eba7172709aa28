//! Lists of leads that a person comes back to, under names of their own.

use super::filter::Shown;
use crate::app::App;
use crate::people::Person;
use crate::problem::Problem;
use crate::tracking::unavailable;
use crate::web::access::{Visitor, redirect};
use crate::web::forms::{FromForm, search};
use axum::extract::State;
use axum::response::Response;
use bantam_store::Ledger;
use serde::{Deserialize, Serialize};

/// What settings that hold somebody's views begin with.
const SETTING: &str = "views:";
/// How many views somebody may have: more would be a list to search in.
const VIEWS_MAX: usize = 20;
/// The longest name, in characters.
const NAME_MAX: usize = 60;

/// A list that somebody comes back to.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct View {
    pub(super) name: String,
    /// The query of its address.
    pub(super) query: String,
}

impl View {
    pub(super) fn path(&self) -> String {
        format!("/leads?{}", self.query)
    }
}

/// Returns somebody's views, in the order in which they were made.
pub(super) fn of(ledger: &mut dyn Ledger, person: &Person) -> Result<Vec<View>, bantam_store::StoreError> {
    let kept = ledger.setting(&key(person))?.unwrap_or_default();
    // What cannot be read back is no loss that should keep a page from being shown.
    Ok(serde_json::from_slice(&kept).unwrap_or_default())
}

fn key(person: &Person) -> String {
    format!("{SETTING}{}", person.id)
}

/// What the form for a view sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    #[serde(default)]
    name: String,
    #[serde(default)]
    query: String,
}

/// Keeps a view; one of that name is replaced.
pub(crate) async fn keep(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromForm(wanted): FromForm<Wanted>,
) -> Result<Response, Problem> {
    let name = wanted.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > NAME_MAX {
        let message = format!("a view needs a name of at most {NAME_MAX} characters");
        return Err(Problem::bad_request("invalid_value", message).at("name"));
    }
    // The search is for one lead, and a view must not keep the id of somebody who is erased.
    let query = Shown { q: None, ..search::<Shown>(&wanted.query)? }.query(&[]);
    let (person, view) = (signed.person.clone(), View { name, query });
    let path = view.path();
    let kept = app.recorder.work(move |_, ledger, _| {
        let mut views = of(ledger, &person)?;
        views.retain(|other| other.name != view.name);
        if views.len() >= VIEWS_MAX {
            return Ok(false);
        }
        views.push(view);
        ledger.set(&key(&person), &serde_json::to_vec(&views).unwrap_or_default())?;
        Ok(true)
    });
    match kept.await.map_err(unavailable)? {
        true => Ok(redirect(&path)),
        false => Err(Problem::conflict(format!("you have {VIEWS_MAX} views; remove one first"))),
    }
}

/// Removes a view.
pub(crate) async fn remove(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromForm(wanted): FromForm<Wanted>,
) -> Result<Response, Problem> {
    let person = signed.person.clone();
    let removed = app.recorder.work(move |_, ledger, _| {
        let mut views = of(ledger, &person)?;
        views.retain(|view| view.name != wanted.name);
        Ok(ledger.set(&key(&person), &serde_json::to_vec(&views).unwrap_or_default())?)
    });
    removed.await.map_err(unavailable)?;
    Ok(redirect("/leads"))
}
