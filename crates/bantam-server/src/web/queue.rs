//! The queue: whom to call next. Hand-offs in progress by urgency, each with why, and the answers one key away.

use super::access::Visitor;
use super::answers::{self, Answering};
use super::changes;
use super::frame::{Frame, render};
use super::lead::{Card, calendar, card};
use super::marks::{Names, ReasonMark, ScoreMark, Who, is_cooling};
use super::words::{Calendar, Clock, counted};
use crate::api::extract::FromQuery;
use crate::api::shown::{active_rules, facts};
use crate::app::App;
use crate::people::Person;
use crate::problem::Problem;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bantam_core::fact::Fact;
use bantam_core::hand_off::{HandOff, HandOffState};
use bantam_core::{LeadState, Rules};
use bantam_store::{HandOffFilter, HandOffRow, Ledger, Reader, StoredFact};
use serde::Deserialize;

/// How many hand-offs a page shows: more than anybody answers before looking again.
const ROWS: usize = 50;
/// How many are counted for the heading; beyond it says "more than".
const COUNTED_MAX: usize = 500;
/// Reasons shown in a list.
const REASONS: usize = 3;

/// What of the queue is shown.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shown {
    /// Whose: `mine` or `all`.
    #[serde(default)]
    show: Whose,
    team: Option<String>,
    state: Option<HandOffState>,
    #[serde(default)]
    only: Only,
    /// The hand-off that is open beside the list.
    at: Option<String>,
    /// What was just done, and to which hand-off.
    done: Option<String>,
    of: Option<String>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Whose {
    Mine,
    #[default]
    All,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Only {
    #[default]
    Any,
    Overdue,
    Cooling,
}

impl Shown {
    /// Returns the address of the same view with something changed.
    fn address(&self, change: &[(&str, &str)]) -> String {
        let show = if self.show == Whose::Mine { "mine" } else { "" };
        let only = match self.only {
            Only::Any => "",
            Only::Overdue => "overdue",
            Only::Cooling => "cooling",
        };
        let kept = [
            ("show", show),
            ("team", self.team.as_deref().unwrap_or_default()),
            ("state", self.state.map_or("", HandOffState::word)),
            ("only", only),
        ];
        let changed = |name: &str| change.iter().any(|(other, _)| *other == name);
        let kept = kept.into_iter().filter(|(name, _)| !changed(name));
        let pairs: Vec<_> = kept.chain(change.iter().copied()).filter(|(_, value)| !value.is_empty()).collect();
        match serde_urlencoded::to_string(pairs) {
            Ok(query) if !query.is_empty() => format!("/queue?{query}"),
            _ => "/queue".to_owned(),
        }
    }
}

/// A filter to choose.
struct Choice {
    name: String,
    path: String,
    is_chosen: bool,
}

/// A hand-off in the list.
struct Row {
    key: String,
    path: String,
    who: Who,
    clock: Option<Clock>,
    state: &'static str,
    score: Option<ScoreMark>,
    reasons: Vec<ReasonMark>,
    owner: Option<String>,
    team: Option<String>,
    is_cooling: bool,
    is_at: bool,
    answering: Answering,
}

#[derive(Template)]
#[template(path = "queue.html")]
struct Page {
    frame: Frame,
    heading: String,
    whose: Vec<Choice>,
    states: Vec<Choice>,
    only: Vec<Choice>,
    teams: Vec<Choice>,
    rows: Vec<Row>,
    /// Whether there are more than are shown.
    has_more: bool,
    at: Option<Card>,
    /// The view without anything beside it.
    list_path: String,
    is_filtered: bool,
    has_definition: bool,
    /// The moment that the page shows, for what may have changed since.
    version: i64,
}

/// Shows the queue.
pub(crate) async fn show(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromQuery(shown): FromQuery<Shown>,
) -> Result<Response, Problem> {
    let now = app.now();
    app.read(move |reader| {
        let frame = Frame::of(Some(&signed), "/queue", "Queue").live();
        let page = Page::read(reader, frame, &signed.person, &shown, now)?;
        Ok(render(&page))
    })
    .await
}

impl Page {
    fn read(reader: &mut Reader, frame: Frame, person: &Person, shown: &Shown, now: i64) -> Result<Page, Problem> {
        let found = in_progress(reader, person, shown)?;
        let notice = match (&shown.done, &shown.of) {
            (Some(done), Some(of)) => reader.read(|ledger| answers::notice(ledger, done, of, &shown.address(&[])))?,
            _ => None,
        };
        reader.read(|ledger| {
            let rules = active_rules(ledger)?;
            let calendar = calendar(rules.as_deref(), now);
            let names = Names::read(ledger)?;
            let mut rows = Vec::new();
            let mut has_more = false;
            for stored in &found {
                let Some(row) = Row::read(ledger, rules.as_deref(), shown, stored, &calendar, &names)? else {
                    continue;
                };
                if shown.only == Only::Cooling && !row.is_cooling {
                    continue;
                }
                if rows.len() == ROWS {
                    has_more = true;
                    break;
                }
                rows.push(row);
            }
            let at = match &shown.at {
                Some(key) => {
                    answers::find(ledger, key)?.map(|hand_off| card(ledger, rules.as_deref(), hand_off, &calendar))
                }
                None => None,
            };
            Ok(Page {
                frame: frame.with_notice(notice),
                heading: heading(&found, shown),
                whose: shown.whose(),
                states: shown.states(),
                only: shown.only_choices(),
                teams: shown.teams(rules.as_deref()),
                rows,
                has_more,
                at: at.transpose()?,
                list_path: shown.address(&[]),
                is_filtered: shown.address(&[]) != "/queue",
                has_definition: rules.is_some(),
                version: changes::version(ledger)?,
            })
        })
    }
}

/// Returns the hand-offs in progress that are asked for, the most urgent first.
fn in_progress(reader: &mut Reader, person: &Person, shown: &Shown) -> Result<Vec<HandOffRow>, Problem> {
    let owners = match shown.show {
        Whose::All => vec![None],
        // Teams name their members in any of these ways.
        Whose::Mine => vec![Some(person.reference()), Some(person.email.clone()), Some(person.name().to_owned())],
    };
    let mut found = Vec::new();
    for owner in owners {
        let filter = HandOffFilter {
            in_progress: true,
            state: shown.state.map(|state| state.word().to_owned()),
            team: shown.team.clone(),
            owner,
            is_overdue: (shown.only == Only::Overdue).then_some(true),
            after: None,
            limit: COUNTED_MAX,
        };
        found.extend(reader.hand_offs(&filter)?);
    }
    found.sort_by_key(|row| (row.due_at.unwrap_or(i64::MAX), row.id));
    found.dedup_by_key(|row| row.id);
    Ok(found)
}

/// Returns what there is to do, as a sentence.
fn heading(found: &[HandOffRow], shown: &Shown) -> String {
    let more = if found.len() >= COUNTED_MAX { "More than " } else { "" };
    let count =
        |of: &dyn Fn(&HandOffRow) -> bool| i64::try_from(found.iter().filter(|row| of(row)).count()).unwrap_or(0);
    let (open, overdue) = (count(&|row| row.state == "open"), count(&|row| row.is_overdue));
    let whose = if shown.show == Whose::Mine { "of yours " } else { "" };
    match (open, overdue, found.len()) {
        (0, _, 0) => format!("No hand-off {whose}waits for an answer"),
        (0, _, _) => {
            format!("No hand-off {whose}waits for an answer; {}{} in progress", more.to_lowercase(), found.len())
        }
        (1, 0, _) => format!("1 hand-off {whose}waits for an answer"),
        (1, _, _) => format!("1 hand-off {whose}waits for an answer and is overdue"),
        (open, 0, _) => format!("{more}{} {whose}wait for an answer", counted(open, "hand-off")),
        (open, overdue, _) => {
            let verb = if overdue == 1 { "is" } else { "are" };
            format!("{more}{} {whose}wait for an answer, {overdue} {verb} overdue", counted(open, "hand-off"))
        }
    }
}

impl Shown {
    fn choice(&self, name: impl Into<String>, field: &str, value: &str, is_chosen: bool) -> Choice {
        Choice { name: name.into(), path: self.address(&[(field, value)]), is_chosen }
    }

    fn whose(&self) -> Vec<Choice> {
        vec![
            self.choice("Everybody's", "show", "", self.show == Whose::All),
            self.choice("Mine", "show", "mine", self.show == Whose::Mine),
        ]
    }

    fn states(&self) -> Vec<Choice> {
        let state =
            |name: &str, state: HandOffState| self.choice(name, "state", state.word(), self.state == Some(state));
        vec![
            self.choice("In progress", "state", "", self.state.is_none()),
            state("To answer", HandOffState::Open),
            state("Accepted", HandOffState::Accepted),
            state("Opportunities", HandOffState::Opportunity),
        ]
    }

    fn only_choices(&self) -> Vec<Choice> {
        // Chosen once more it is let go.
        let toggle = |name: &str, value: &str, only: Only| {
            let is_chosen = self.only == only;
            self.choice(name, "only", if is_chosen { "" } else { value }, is_chosen)
        };
        vec![toggle("Overdue", "overdue", Only::Overdue), toggle("Cooling", "cooling", Only::Cooling)]
    }

    /// Returns the teams that routes lead to, where there is a choice.
    fn teams(&self, rules: Option<&Rules>) -> Vec<Choice> {
        let mut names: Vec<&str> = Vec::new();
        for route in rules.map(|rules| rules.meaning.routes.as_slice()).unwrap_or_default() {
            for team in [Some(&route.to), route.escalate_to.as_ref()].into_iter().flatten() {
                if !names.contains(&team.as_str()) {
                    names.push(team);
                }
            }
        }
        if names.len() < 2 {
            return Vec::new();
        }
        let all = self.choice("All teams", "team", "", self.team.is_none());
        let one = names.into_iter().map(|name| self.choice(name, "team", name, self.team.as_deref() == Some(name)));
        std::iter::once(all).chain(one).collect()
    }
}

impl Row {
    fn read(
        ledger: &mut dyn Ledger,
        rules: Option<&Rules>,
        shown: &Shown,
        stored: &HandOffRow,
        calendar: &Calendar,
        names: &Names,
    ) -> Result<Option<Row>, Problem> {
        let Ok(found) = serde_json::from_slice::<HandOff>(&stored.body) else { return Ok(None) };
        let Known { lead, who, .. } = Known::read(ledger, &found)?;
        let explained = rules.zip(lead.as_ref()).and_then(|(rules, lead)| lead.explain(rules, calendar.now()));
        let score = rules.zip(explained.as_ref()).map(|(rules, explained)| ScoreMark::new(rules, &explained.score));
        let reasons = explained.iter().flat_map(|explained| explained.reasons.iter().take(REASONS));
        let at = shown.address(&[("at", &found.key)]);
        Ok(Some(Row {
            path: at,
            clock: clock(&found, calendar),
            state: state_words(found.state),
            score,
            reasons: reasons.map(ReasonMark::from).collect(),
            owner: found.owner.as_deref().map(|owner| names.of(owner)),
            team: found.team.clone(),
            is_cooling: rules.zip(lead.as_ref()).is_some_and(|(rules, lead)| is_cooling(rules, lead)),
            is_at: shown.at.as_deref() == Some(found.key.as_str()),
            answering: Answering::new(rules, &found, &[], shown.address(&[])),
            who,
            key: found.key,
        }))
    }
}

/// What is known about the lead of a hand-off, as it is now: it may have been merged since.
pub(crate) struct Known {
    /// None where it was erased, or is nobody's any more.
    pub(crate) lead: Option<LeadState>,
    pub(crate) facts: Vec<(StoredFact, Fact)>,
    pub(crate) who: Who,
}

impl Known {
    pub(crate) fn read(ledger: &mut dyn Ledger, hand_off: &HandOff) -> Result<Known, Problem> {
        let id = ledger.subject_by_id(hand_off.subject)?.and_then(|subject| subject.lead);
        let row = id.map(|id| ledger.lead(id)).transpose()?.flatten();
        let lead = row.map(|row| LeadState::from_row(&row)).transpose()?;
        let members = lead.as_ref().map(|lead| ledger.members(lead.id)).transpose()?.unwrap_or_default();
        let facts = facts(ledger, &members)?;
        let who = Who::of(lead.as_ref().map_or(&hand_off.lead, |lead| &lead.name), &facts);
        Ok(Known { lead, facts, who })
    }
}

/// Returns how much time is left to answer a hand-off, where somebody has to.
pub(crate) fn clock(hand_off: &HandOff, calendar: &Calendar) -> Option<Clock> {
    let due = hand_off.due_at.filter(|_| hand_off.state == HandOffState::Open)?;
    Some(calendar.clock(hand_off.opened_at, due))
}

/// Returns a state as a seller would say it.
pub(crate) fn state_words(state: HandOffState) -> &'static str {
    match state {
        HandOffState::Open => "To answer",
        HandOffState::Accepted => "Accepted",
        HandOffState::Opportunity => "Opportunity",
        HandOffState::Rejected => "Rejected",
        HandOffState::Recycled => "Recycled",
        HandOffState::Won => "Won",
        HandOffState::Lost => "Lost",
    }
}
