//! A lead in short: who, how much time, what it is worth and why, what is missing, what can be answered. It stands beside
//! the queue and at the top of the lead's page.

use crate::problem::Problem;
use crate::web::answers::{Answering, Question};
use crate::web::marks::{Names, ReasonMark, Rung, ScoreMark, Who, ladder};
use crate::web::queue::{Known, clock, state_words};
use crate::web::words::{Calendar, Clock, Moment, amount};
use bantam_core::Rules;
use bantam_core::fact::{Fact, FactKind};
use bantam_core::hand_off::{HandOff, Opened};
use bantam_engine::explain::Explanation;
use bantam_lang::describe::describe_condition;
use bantam_store::{Ledger, StoredFact};
use serde_json::Value;

/// Reasons shown on a card.
const REASONS: usize = 8;

/// A lead in short, with one of its hand-offs.
pub(crate) struct Card {
    pub(crate) who: Who,
    pub(crate) score: Option<ScoreMark>,
    pub(crate) persona: Option<String>,
    pub(crate) disqualified_by: Option<String>,
    pub(crate) ladder: Vec<Rung>,
    /// What it needs for the next stage.
    pub(crate) needs: Vec<String>,
    /// Whether all of that is points.
    pub(crate) needs_points: bool,
    pub(crate) next_stage: Option<String>,
    pub(crate) reasons: Vec<ReasonMark>,
    pub(crate) hand_off: Option<HandOffCard>,
    pub(crate) questions: Vec<Question>,
}

/// A hand-off in short.
pub(crate) struct HandOffCard {
    pub(crate) state: &'static str,
    pub(crate) clock: Option<Clock>,
    pub(crate) opened: Moment,
    /// Why a person opened it.
    pub(crate) by_hand: Option<(String, String)>,
    pub(crate) stage: Option<String>,
    pub(crate) score: i64,
    pub(crate) owner: Option<String>,
    pub(crate) team: Option<String>,
    pub(crate) steps: Vec<StepLine>,
    pub(crate) not_before: Option<Moment>,
    pub(crate) answering: Answering,
}

/// What happened to a hand-off.
pub(crate) struct StepLine {
    pub(crate) what: &'static str,
    pub(crate) at: Moment,
    pub(crate) by: String,
    pub(crate) detail: String,
}

/// What cards are made from.
pub(crate) struct Scene<'s> {
    pub(crate) rules: Option<&'s Rules>,
    pub(crate) explanation: Option<&'s Explanation>,
    pub(crate) facts: &'s [(StoredFact, Fact)],
    pub(crate) calendar: &'s Calendar,
    pub(crate) names: &'s Names,
    /// Where to go on after an answer.
    pub(crate) next: String,
}

/// Returns the card of a hand-off, for beside the queue.
pub(crate) fn card(
    ledger: &mut dyn Ledger,
    rules: Option<&Rules>,
    hand_off: HandOff,
    calendar: &Calendar,
) -> Result<Card, Problem> {
    let Known { lead, facts, who } = Known::read(ledger, &hand_off)?;
    let explanation = rules.zip(lead.as_ref()).and_then(|(rules, lead)| lead.explain(rules, calendar.now()));
    let next = "/queue".to_owned();
    let names = &Names::read(ledger)?;
    let scene = Scene { rules, explanation: explanation.as_ref(), facts: &facts, calendar, names, next };
    Ok(Card::new(&scene, &who, Some(&hand_off)))
}

impl Card {
    pub(crate) fn new(scene: &Scene<'_>, who: &Who, hand_off: Option<&HandOff>) -> Card {
        let known = scene.rules.zip(scene.explanation);
        let score = scene.explanation.map(|explanation| &explanation.score);
        let questions = questions(scene);
        let ladder = known.map(|(rules, explanation)| ladder(rules, explanation)).unwrap_or_default();
        let next_stage = ladder.iter().find(|rung| rung.place == "next").map(|rung| rung.stage.clone());
        let missing = scene.explanation.map(|explanation| explanation.missing_for_next.as_slice()).unwrap_or_default();
        Card {
            who: who.clone(),
            score: known.map(|(rules, explanation)| ScoreMark::new(rules, &explanation.score)),
            persona: score.and_then(|score| score.persona.clone()),
            disqualified_by: score.and_then(|score| score.disqualified_by.clone()),
            needs_points: missing.iter().all(|part| points_needed(part, scene.explanation).is_some()),
            needs: missing.iter().map(|part| need(part, scene)).collect(),
            next_stage,
            ladder,
            reasons: scene
                .explanation
                .iter()
                .flat_map(|explanation| explanation.reasons.iter().take(REASONS))
                .map(ReasonMark::from)
                .collect(),
            hand_off: hand_off.map(|hand_off| HandOffCard::new(scene, hand_off, &questions)),
            questions,
        }
    }
}

impl HandOffCard {
    fn new(scene: &Scene<'_>, hand_off: &HandOff, questions: &[Question]) -> HandOffCard {
        let calendar = scene.calendar;
        let step = |step: &bantam_core::hand_off::Step| StepLine {
            what: state_words(step.state),
            at: calendar.moment(step.at),
            by: scene.names.of(&step.by),
            detail: [
                step.reason.clone(),
                step.amount.map(amount),
                step.close_date.as_ref().map(|date| format!("expected by {date}")),
            ]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", "),
        };
        HandOffCard {
            state: state_words(hand_off.state),
            clock: clock(hand_off, calendar),
            opened: calendar.moment(hand_off.opened_at),
            by_hand: match &hand_off.opened {
                Opened::Decision => None,
                Opened::Person { reason, by } => Some((scene.names.of(by), reason.clone())),
            },
            stage: hand_off.stage.clone(),
            score: hand_off.score,
            owner: hand_off.owner.as_deref().map(|owner| scene.names.of(owner)),
            team: hand_off.team.clone(),
            steps: hand_off.steps.iter().map(step).collect(),
            not_before: hand_off.not_before.map(|at| calendar.moment(at)),
            answering: Answering::new(scene.rules, hand_off, questions, scene.next.clone()),
        }
    }
}

/// Returns the questions of the qualification with what is known: the answer, who said so, when, and the note beside.
fn questions(scene: &Scene<'_>) -> Vec<Question> {
    let Some(rules) = scene.rules else { return Vec::new() };
    let attributes = &rules.meaning.lead.attributes;
    let asked = rules.meaning.criteria.iter().filter_map(|&place| attributes.get(place));
    asked
        .map(|attribute| {
            let mut question = Question::new(attribute, None);
            for (stored, fact) in scene.facts.iter().filter(|(stored, _)| stored.retracted_by.is_none()) {
                let given = fact.kind.attributes().and_then(|values| values.get(&attribute.column));
                let Some(raw) = given else { continue };
                let (by, note) = match &fact.kind {
                    FactKind::Qualification { by, note, .. } => (by.as_str(), note.clone()),
                    FactKind::Answer(answer) => (answer.by.as_str(), answer.reason.clone()),
                    _ => (fact.source.as_str(), None),
                };
                let value: Value = serde_json::from_str(raw.get()).unwrap_or_default();
                if matches!(&value, Value::Null) || value.as_str().is_some_and(|text| text.trim().is_empty()) {
                    continue;
                }
                question = Question::new(attribute, Some(&value));
                question.said = Some((scene.names.of(by), scene.calendar.moment(stored.received_at)));
                question.note = note;
            }
            question
        })
        .collect()
}

/// Returns a part of a condition that is not true as what a seller would say.
fn need(part: &str, scene: &Scene<'_>) -> String {
    if let Some(points) = points_needed(part, scene.explanation) {
        return points;
    }
    let Some(meaning) = scene.rules.map(|rules| &rules.meaning) else { return part.to_owned() };
    let mut parts = meaning.stages.iter().flat_map(|stage| &stage.parts);
    let known = parts.find(|(text, _)| text == part);
    known.map_or_else(|| part.to_owned(), |(_, condition)| describe_condition(meaning, condition))
}

/// Returns how many points a part of a condition lacks, where that is all it asks for.
fn points_needed(part: &str, explanation: Option<&Explanation>) -> Option<String> {
    let words: Vec<&str> = part.split_whitespace().collect();
    let [what, ">=", least] = words.as_slice() else { return None };
    let score = &explanation?.score;
    let (has, name) = match *what {
        "fit" => (score.fit, "fit"),
        "engagement" => (score.engagement, "engagement"),
        "score" => (score.score, "score"),
        _ => return None,
    };
    let least: i64 = least.parse().ok().filter(|least| *least > has)?;
    Some(format!("{} more {name} points", least - has))
}
