//! One lead: why this one, and what now. The answer stands at the top; where each point comes from, below.

mod actions;
mod attributes;
mod card;
pub(crate) mod story;

pub(crate) use actions::{caller, do_not_score, erase, export, hand_over, merge, name, retract};
pub(crate) use card::{Card, card};

use super::access::Visitor;
use super::answers;
use super::charts::score_line::{Event, ScoreLine, Step, score_line};
use super::charts::waterfall::{Waterfall, waterfall};
use super::frame::{Frame, render};
use super::marks::{Names, Who};
use super::words::Calendar;
use crate::api::extract::{FromPath, FromQuery};
use crate::api::shown::{active_rules, facts, find_lead, hand_offs};
use crate::app::App;
use crate::problem::Problem;
use askama::Template;
use attributes::{AttributeRow, attribute_rows};
use axum::extract::State;
use axum::response::Response;
use bantam_core::hand_off::HandOff;
use bantam_core::{LeadState, Rules, lead_timeline, read_decision};
use bantam_engine::explain::Explanation;
use bantam_engine::live::{explain_lead, walk_scores};
use bantam_engine::timeline::Timeline;
use bantam_store::Ledger;
use serde::Deserialize;
use story::{Entry, story};

/// What was just done.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shown {
    done: Option<String>,
    of: Option<String>,
    /// Whether the whole story is told, and not only its latest part.
    #[serde(default)]
    all: bool,
}

#[derive(Template)]
#[template(path = "lead.html")]
struct Page {
    frame: Frame,
    card: Card,
    ids: Vec<String>,
    waterfall: Option<Waterfall>,
    undecided: Vec<String>,
    history: Option<ScoreLine>,
    story: Vec<Entry>,
    /// How many more there are to tell.
    untold: usize,
    attributes: Vec<AttributeRow>,
    earlier: Vec<Card>,
    is_muted: bool,
    can_hand_over: bool,
    path: String,
}

/// Shows a lead.
pub(crate) async fn show(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromPath(id): FromPath<String>,
    FromQuery(shown): FromQuery<Shown>,
) -> Result<Response, Problem> {
    let now = app.now();
    app.read(move |reader| {
        reader.read(|ledger| {
            let page = Page::read(ledger, Frame::of(Some(&signed), "/leads", ""), &id, &shown, now)?;
            Ok(render(&page))
        })
    })
    .await
}

impl Page {
    fn read(ledger: &mut dyn Ledger, frame: Frame, id: &str, shown: &Shown, now: i64) -> Result<Page, Problem> {
        let lead = find_lead(ledger, id)?;
        let members = ledger.members(lead.id)?;
        let rules = active_rules(ledger)?;
        let calendar = calendar(rules.as_deref(), now);
        let known = facts(ledger, &members)?;
        let who = Who::of(&lead.name, &known);
        let path = who.path();
        let notice = match (&shown.done, &shown.of) {
            (Some(done), Some(of)) => answers::notice(ledger, done, of, &path)?,
            _ => None,
        };
        let state = ledger.lead(lead.id)?.map(|row| LeadState::from_row(&row)).transpose()?;
        let is_muted = state.as_ref().is_some_and(|state| state.is_muted);
        let timeline = match rules.as_deref().filter(|_| !is_muted) {
            Some(rules) => Some(lead_timeline(ledger, rules, lead.id)?),
            None => None,
        };
        let scoring = rules.as_deref().zip(timeline.as_ref());
        let explanation = scoring.and_then(|(rules, timeline)| explain_lead(&rules.plan, timeline, now));
        let mut decisions = Vec::new();
        for member in &members {
            for entry in ledger.decisions_of(member.id)? {
                decisions.push(read_decision(&entry)?);
            }
        }
        decisions.sort_by_key(|decision| decision.as_of);
        let mut given = hand_offs(ledger, &members)?;
        let names = Names::read(ledger)?;
        let (story, untold) = story(&known, &decisions, &calendar, &names, shown.all);
        let attributes = attribute_rows(&known, &calendar, &names);
        // The one to work on stands at the top: the one in progress, else the latest.
        let current = given.iter().rposition(|one| !one.state.is_ended()).or(given.len().checked_sub(1));
        let current = current.map(|place| given.remove(place));
        let can_hand_over = rules.is_some() && current.as_ref().is_none_or(|one| one.state.is_ended());
        let history = scoring.and_then(|(rules, timeline)| {
            let events = events(&decisions, current.iter().chain(&given), &names);
            score_line(&steps(rules, timeline, now), &events, &calendar)
        });
        let scene = card::Scene {
            rules: rules.as_deref(),
            explanation: explanation.as_ref(),
            facts: &known,
            calendar: &calendar,
            names: &names,
            next: path.clone(),
        };
        let card = Card::new(&scene, &who, current.as_ref());
        let earlier = given.iter().rev().map(|one| Card::new(&scene, &who, Some(one))).collect();
        Ok(Page {
            frame: Frame { title: who.name.clone(), ..frame.with_notice(notice).live() },
            card,
            ids: members.iter().map(|member| member.name.clone()).filter(|name| *name != lead.name).collect(),
            waterfall: explanation.as_ref().map(waterfall),
            undecided: undecided(explanation.as_ref()),
            history,
            story,
            untold,
            attributes,
            earlier,
            is_muted,
            can_hand_over,
            path,
        })
    }
}

/// Returns the calendar of the teams.
pub(crate) fn calendar(rules: Option<&Rules>, now: i64) -> Calendar {
    let hours = rules.and_then(|rules| rules.meaning.office_hours.as_ref());
    Calendar::new(now, hours.map(|hours| hours.time_zone.as_str()))
}

fn steps(rules: &Rules, timeline: &Timeline, now: i64) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    walk_scores(&rules.plan, timeline, now, |at, score| {
        let is_same = steps.last().is_some_and(|last| (last.fit, last.score) == (score.fit, score.score));
        if !is_same {
            steps.push(Step { at, fit: score.fit, score: score.score });
        }
    });
    steps
}

fn events<'h>(
    decisions: &[bantam_core::records::Decision],
    hand_offs: impl Iterator<Item = &'h HandOff>,
    names: &Names,
) -> Vec<Event> {
    let decided = decisions.iter().map(|decision| Event {
        at: decision.as_of,
        text: decision.to.clone().unwrap_or_else(|| "no stage".into()),
        is_answer: false,
    });
    let answered = hand_offs.flat_map(|one| &one.steps).map(|step| Event {
        at: step.at,
        text: format!("{} by {}", super::queue::state_words(step.state).to_lowercase(), names.of(&step.by)),
        is_answer: true,
    });
    decided.chain(answered).collect()
}

/// Returns what could not be told about who it is, as sentences.
fn undecided(explanation: Option<&Explanation>) -> Vec<String> {
    let undecided = explanation.map(|found| found.undecided.as_slice()).unwrap_or_default();
    undecided.iter().map(|one| format!("{}: {} is not known", one.rule, one.missing.join(", "))).collect()
}
