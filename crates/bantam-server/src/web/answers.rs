//! The answers of sales, as forms: which can be given, with what, and how one is taken back.

use super::access::{Visitor, own_path, redirect};
use super::forms::FromForm;
use super::lead::caller;
use super::marks::encoded;
use super::words::{Notice, Undo};
use crate::api::hand_offs::{AnswerName, day, refused};
use crate::app::App;
use crate::people::{Entry, Origin, Person};
use crate::problem::Problem;
use crate::tracking::unavailable;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use bantam_core::fact::{self, Fact, FactKind, Values};
use bantam_core::hand_off::{HandOff, HandOffState};
use bantam_core::public_id::Secret;
use bantam_core::{Given, Refusal, Rules, Taken, read_fact};
use bantam_lang::convert::parse_time;
use bantam_lang::meaning::{Attribute, Type};
use bantam_store::Ledger;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::to_raw_value;
use std::collections::BTreeMap;

/// Where facts that pages make are said to come from.
pub(crate) const SOURCE: &str = "web";
/// What a field for a qualification answer begins with; the column follows.
const QUESTION: &str = "q.";
/// The longest reason or note.
const NOTE_MAX: usize = 2_000;

/// The answers that can be given to a hand-off now.
pub(crate) struct Answering {
    pub(crate) key: String,
    pub(crate) can_accept: bool,
    pub(crate) can_reject: bool,
    pub(crate) can_recycle: bool,
    pub(crate) can_open: bool,
    pub(crate) can_close: bool,
    /// The reasons that the teams agreed on; any where there are none.
    pub(crate) reject_reasons: Vec<String>,
    /// What has to be known before an opportunity is opened.
    pub(crate) questions: Vec<Question>,
    /// Where to go on.
    pub(crate) next: String,
}

/// A question of the qualification.
#[derive(Clone)]
pub(crate) struct Question {
    pub(crate) field: String,
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    /// The answer so far, as a text.
    pub(crate) answer: String,
    /// Who said so, and when, where that is known.
    pub(crate) said: Option<(String, super::words::Moment)>,
    pub(crate) note: Option<String>,
}

impl Question {
    pub(crate) fn is_answered(&self) -> bool {
        !self.answer.is_empty()
    }

    pub(crate) fn is_choice(&self) -> bool {
        self.kind == "choice"
    }

    pub(crate) fn new(attribute: &Attribute, known: Option<&Value>) -> Question {
        let answer = match known {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        };
        let kind = match attribute.kind {
            Type::Boolean => "choice",
            Type::Number => "number",
            Type::Time => "date",
            Type::Text => "text",
        };
        let name = attribute.name.replace('_', " ");
        Question { field: format!("{QUESTION}{}", attribute.column), name, kind, answer, said: None, note: None }
    }
}

impl Answering {
    pub(crate) fn new(rules: Option<&Rules>, hand_off: &HandOff, questions: &[Question], next: String) -> Answering {
        use bantam_lang::meaning::SalesAnswer;
        let can = |answer| !hand_off.is_erased && hand_off.state.after(answer).is_some();
        let agreed = rules.and_then(|rules| rules.meaning.hand_off.as_ref());
        Answering {
            key: hand_off.key.clone(),
            can_accept: can(SalesAnswer::Accepted),
            can_reject: can(SalesAnswer::Rejected),
            can_recycle: can(SalesAnswer::Recycled),
            can_open: can(SalesAnswer::Opportunity),
            can_close: can(SalesAnswer::Won),
            reject_reasons: agreed.map(|hand_off| hand_off.reject_reasons.clone()).unwrap_or_default(),
            questions: questions.to_vec(),
            next,
        }
    }

    pub(crate) fn can_answer(&self) -> bool {
        self.can_accept || self.can_reject || self.can_recycle || self.can_open || self.can_close
    }

    pub(crate) fn path(&self, answer: &str) -> String {
        format!("/hand-offs/{}/{answer}", encoded(&self.key))
    }
}

/// Returns the hand-off that others know by an id.
pub(crate) fn find(ledger: &mut dyn Ledger, key: &str) -> Result<Option<HandOff>, Problem> {
    let Some(number) = Secret::of(ledger)?.hand_off_number(key) else { return Ok(None) };
    let Some(row) = ledger.hand_off(number)? else { return Ok(None) };
    Ok(serde_json::from_slice(&row.body).ok().map(|found: HandOff| HandOff { id: number, ..found }))
}

/// Takes an answer.
pub(crate) async fn answer(
    State(app): State<App>,
    Visitor(signed): Visitor,
    Path((key, name)): Path<(String, AnswerName)>,
    FromForm(mut fields): FromForm<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let next = own_path(fields.remove("next").as_deref());
    let (answer, word) = name.answer();
    let found = {
        let key = key.clone();
        app.read(move |reader| reader.read(|ledger| find(ledger, &key))).await?
    };
    let hand_off = found.ok_or_else(|| Problem::not_found("there is no such hand-off"))?;
    let kind = fact::Answer {
        hand_off: hand_off.id,
        answer,
        by: by(&signed.person),
        reason: reason(&mut fields)?,
        amount: fields.remove("amount").map(|text| number("amount", &text)).transpose()?,
        close_date: fields.remove("close_date").map(|text| date("close_date", &text)).transpose()?.map(day),
        not_before: fields.remove("not_before").map(|text| date("not_before", &text)).transpose()?.map(|at| at.0),
        qualification: qualification(&mut fields)?,
    };
    refuse_others(&fields)?;
    // Sent twice it is one answer; given again after it was taken back it is another.
    let step = hand_off.steps.len();
    let message_id =
        format!("answer-{}-{step}-{word}-{}", hand_off.id, hand_off.steps.last().map_or(0, |step| step.at));
    let message_id = again(&app, message_id, app.now()).await?;
    let fact = Fact::of_service(message_id, app.now(), SOURCE, FactKind::Answer(kind));
    take(&app, fact).await?;
    Ok(redirect(&done(&next, word, &key)))
}

/// Takes the last answer to a hand-off back.
pub(crate) async fn undo(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    Path(key): Path<String>,
    FromForm(mut fields): FromForm<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let next = own_path(fields.remove("next").as_deref());
    refuse_others(&fields)?;
    let own = by(&signed.person);
    let wanted = key.clone();
    let message_id = app
        .read(move |reader| {
            reader.read(|ledger| {
                let found = find(ledger, &wanted)?.ok_or_else(|| Problem::not_found("there is no such hand-off"))?;
                last_answer(ledger, &found, &own)
            })
        })
        .await?;
    let kind = FactKind::Retraction { message_id: message_id.clone(), reason: "undone".into(), by: by(&signed.person) };
    let fact = Fact::of_service(format!("undo-{message_id}"), app.now(), SOURCE, kind);
    let entry = Entry::new("fact.retracted", format!("hand_off:{key}"));
    let Extension(caller) = caller(&signed, &origin);
    settled(app.state(&caller, fact, entry).await?)?;
    Ok(redirect(&done(&next, "undo", &key)))
}

/// Returns the message id of the last answer, where somebody may take it back: who gave it, as long as nothing followed.
fn last_answer(ledger: &mut dyn Ledger, hand_off: &HandOff, own: &str) -> Result<String, Problem> {
    let Some(last) = hand_off.steps.last() else { return Err(Problem::conflict("there is no answer to take back")) };
    if last.by != own {
        return Err(Problem::conflict(format!("`{}` answered since; only they can take it back", last.by)));
    }
    let others = ledger.hand_offs_of(hand_off.subject)?;
    if others.iter().any(|other| other.id > hand_off.id) {
        return Err(Problem::conflict("the lead has been handed off once more since"));
    }
    let stored = ledger.facts_after(last.fact - 1, 1)?;
    let fact = stored.first().map(read_fact).transpose()?.flatten();
    let fact = fact.filter(|fact| matches!(fact.kind, FactKind::Answer(_)));
    let message_id = fact.map(|fact| fact.message_id);
    message_id.ok_or_else(|| Problem::conflict("the answer came from another program; take it back there"))
}

/// Returns a message id that no answer which was taken back has.
async fn again(app: &App, message_id: String, now: i64) -> Result<String, Problem> {
    let wanted = message_id.clone();
    let known = app
        .read(move |reader| {
            reader.read(|ledger| {
                let digest = bantam_store::Digest::of(wanted.as_bytes());
                Ok::<_, Problem>(ledger.find_message(digest)?.is_some_and(|known| known.retracted_by.is_some()))
            })
        })
        .await?;
    Ok(if known { format!("{message_id}-{now}") } else { message_id })
}

/// Gives a fact to the recorder; what it refuses is told.
pub(crate) async fn take(app: &App, fact: Fact) -> Result<Taken, Problem> {
    let taken = app.recorder.take(vec![Given::new(fact)], Vec::new()).await.map_err(unavailable)?;
    settled(taken.into_iter().next().unwrap_or(Taken::Refused(Refusal::Nobody)))
}

fn settled(taken: Taken) -> Result<Taken, Problem> {
    match taken {
        Taken::Refused(refusal) => Err(refused(refusal)),
        taken @ (Taken::Accepted { .. } | Taken::Duplicate { .. }) => Ok(taken),
        Taken::Conflict { .. } => {
            Err(Problem::conflict("the same was sent before with other content; load the page again"))
        }
    }
}

/// Returns what stands for a person in facts.
pub(crate) fn by(person: &Person) -> String {
    person.reference()
}

fn done(next: &str, word: &str, key: &str) -> String {
    let join = if next.contains('?') { '&' } else { '?' };
    let query = serde_urlencoded::to_string([("done", word), ("of", key)]).unwrap_or_default();
    format!("{next}{join}{query}")
}

/// Returns a reason, with what was noted beside.
fn reason(fields: &mut BTreeMap<String, String>) -> Result<Option<String>, Problem> {
    let (reason, note) = (fields.remove("reason"), fields.remove("note"));
    let joined = match (reason, note) {
        (Some(reason), Some(note)) => Some(format!("{}: {}", reason.trim(), note.trim())),
        (one, other) => one.or(other),
    };
    match joined {
        Some(text) if text.chars().count() > NOTE_MAX => {
            Err(Problem::bad_request("too_long", format!("the reason is longer than {NOTE_MAX} characters"))
                .at("reason"))
        }
        other => Ok(other),
    }
}

fn number(field: &'static str, text: &str) -> Result<f64, Problem> {
    let plain = text.trim().replace([',', ' ', '\u{a0}', '_'], "");
    let parsed = plain.parse().ok().filter(|number: &f64| number.is_finite());
    let wrong = || Problem::bad_request("invalid_value", format!("`{text}` is no number, such as 12000.50")).at(field);
    parsed.ok_or_else(wrong)
}

fn date(field: &'static str, text: &str) -> Result<crate::api::values::Moment, Problem> {
    let wrong = || Problem::bad_request("invalid_time", format!("`{text}` is no date, such as 2026-12-31")).at(field);
    parse_time(text.trim()).map(crate::api::values::Moment).ok_or_else(wrong)
}

/// Takes the answers to questions out of a form.
pub(crate) fn qualification(fields: &mut BTreeMap<String, String>) -> Result<Values, Problem> {
    let names: Vec<String> = fields.keys().filter(|name| name.starts_with(QUESTION)).cloned().collect();
    let mut values = Values::new();
    for name in names {
        let Some(text) = fields.remove(&name) else { continue };
        if text.chars().count() > NOTE_MAX {
            let message = format!("the answer is longer than {NOTE_MAX} characters");
            return Err(Problem::bad_request("too_long", message).at(name));
        }
        // Texts are read by the attribute's own type, as those of files are.
        let raw = to_raw_value(text.trim()).map_err(Problem::fault)?;
        values.insert(name.trim_start_matches(QUESTION).to_owned(), raw);
    }
    Ok(values)
}

/// Refuses fields that nobody knows.
pub(crate) fn refuse_others(fields: &BTreeMap<String, String>) -> Result<(), Problem> {
    match fields.keys().next() {
        Some(name) => Err(Problem::bad_request("unknown_field", format!("unknown field `{name}`")).at(name.clone())),
        None => Ok(()),
    }
}

/// Returns what to say after an answer was given, with a way back.
pub(crate) fn notice(ledger: &mut dyn Ledger, done: &str, of: &str, next: &str) -> Result<Option<Notice>, Problem> {
    let Some(hand_off) = find(ledger, of)? else { return Ok(None) };
    let name = super::queue::Known::read(ledger, &hand_off)?.who.name;
    let Some(text) = done_words(done, hand_off.state, &name) else { return Ok(None) };
    let undo =
        (done != "undo").then(|| Undo { path: format!("/hand-offs/{}/undo", encoded(of)), next: next.to_owned() });
    Ok(Some(Notice { text, undo, is_bad: false }))
}

/// Returns what was done, as long as it still stands: an address may be opened much later.
fn done_words(done: &str, state: HandOffState, name: &str) -> Option<String> {
    Some(match (done, state) {
        ("accept", HandOffState::Accepted) => format!("You accepted {name}."),
        ("reject", HandOffState::Rejected) => format!("You rejected {name}."),
        ("recycle", HandOffState::Recycled) => format!("{name} goes back to nurture."),
        ("open-opportunity", HandOffState::Opportunity) => format!("The opportunity with {name} is open."),
        ("win", HandOffState::Won) => format!("Won: {name}."),
        ("lose", HandOffState::Lost) => format!("Lost: {name}."),
        ("undo", state) => {
            format!("Taken back. {name} stands as before: {}.", super::queue::state_words(state).to_lowercase())
        }
        _ => return None,
    })
}

/// What a person says about a lead beside an answer: its qualification so far.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Said(BTreeMap<String, String>);

/// Keeps what was found out about a lead.
pub(crate) async fn qualify(
    State(app): State<App>,
    Visitor(signed): Visitor,
    Path(id): Path<String>,
    FromForm(Said(mut fields)): FromForm<Said>,
) -> Result<Response, Problem> {
    let next = own_path(fields.remove("next").as_deref());
    let note = fields.remove("note").filter(|note| !note.trim().is_empty());
    let traits = qualification(&mut fields)?;
    refuse_others(&fields)?;
    if traits.is_empty() {
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "missing_field",
            "nothing was filled in, so nothing was kept",
        ));
    }
    let now = app.now();
    let kind = FactKind::Qualification { answers: traits, by: by(&signed.person), note };
    let mut fact = Fact::of_service(format!("qualify-{id}-{now}"), now, SOURCE, kind);
    fact.user = Some(id);
    take(&app, fact).await?;
    Ok(redirect(&next))
}
