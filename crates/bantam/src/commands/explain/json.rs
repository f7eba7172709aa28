//! A lead's story as JSON.

use super::LeadStory;
use crate::clock::show;
use bantam_engine::explain::{Contribution, DecayState, DropReason, EventPoints, LimitedPoints, NamedValue};
use bantam_engine::live::Cause;
use bantam_engine::scores::LeadScore;
use bantam_lang::meaning::Value as Constant;
use serde_json::{Value, json};

pub(super) fn to_json(story: &LeadStory<'_>) -> Value {
    let explanation = &story.explanation;
    json!({
        "definition": story.definition.name,
        "fingerprint": story.definition.fingerprint().to_string(),
        "as_of": show(story.as_of),
        "result": score(&explanation.score),
        "reasons": explanation.reasons.iter().map(|reason| json!({"section": reason.section.word(), "rule": reason.rule, "group": reason.group, "points": reason.points})).collect::<Vec<_>>(),
        "missing_for_next": explanation.missing_for_next,
        "fit": limited(explanation.fit),
        "engagement": limited(explanation.engagement),
        "rules": explanation.rules.iter().map(|rule| json!({"section": rule.section.word(), "rule": rule.rule, "group": rule.group, "points": limited(rule.points), "events": rule.events.as_ref().map(events)})).collect::<Vec<_>>(),
        "groups": explanation.groups.iter().map(|group| json!({"section": group.section.word(), "group": group.group, "points": limited(group.points)})).collect::<Vec<_>>(),
        "undecided": explanation.undecided.iter().map(|rule| json!({"rule": rule.rule, "group": rule.group, "missing": rule.missing})).collect::<Vec<_>>(),
        "derived": named(&explanation.derived),
        "signals": named(&explanation.signals),
        "stages": explanation.stages.iter().map(|stage| json!({"stage": stage.stage, "reached": stage.truth.known(), "parts": stage.parts.iter().map(|part| json!({"text": part.text, "true": part.truth.known()})).collect::<Vec<_>>()})).collect::<Vec<_>>(),
        "history": story.history.iter().map(|change| json!({"at": show(change.at), "from": change.from, "to": change.to, "score": change.score.score, "cause": cause(story, change.cause)})).collect::<Vec<_>>(),
        "next_change": story.next.as_ref().map(|(at, then)| json!({"at": show(*at), "result": score(then)})),
    })
}

fn score(score: &LeadScore) -> Value {
    json!({
        "lead_id": score.lead_id,
        "stage": score.stage,
        "score": score.score,
        "fit": score.fit,
        "fit_unknown": score.fit_unknown,
        "engagement": score.engagement,
        "grade": score.grade,
        "persona": score.persona,
        "disqualified_by": score.disqualified_by,
        "route": score.route,
        "respond_within_s": score.respond_within_seconds,
    })
}

fn limited(points: LimitedPoints) -> Value {
    json!({"before_limit": points.before_limit, "points": points.points})
}

fn events(events: &EventPoints) -> Value {
    let dropped = |reason| events.dropped.iter().filter(|event| event.reason == reason).count();
    json!({
        "counted": events.contributions.iter().map(contribution).collect::<Vec<_>>(),
        "not_counted": {
            "repeat": dropped(DropReason::Repeat),
            "too_few": dropped(DropReason::TooFew),
            "out_of_window": events.out_of_window,
            "before_since": events.before_since,
            "condition_not_met": events.unmet,
        },
    })
}

fn contribution(event: &Contribution) -> Value {
    let decay = match event.decay {
        DecayState::Whole => Value::Null,
        DecayState::Halved { times } => json!({"halved": times}),
        DecayState::Faded { seconds_left, seconds } => json!({"seconds_left": seconds_left, "of_seconds": seconds}),
    };
    json!({
        "event": event.name,
        "event_id": event.id,
        "time": show(event.time),
        "age_s": event.age / 1_000_000,
        "base_points": event.base_points,
        "points": event.points,
        "decay": decay,
    })
}

fn named(values: &[NamedValue]) -> Value {
    let value = |value: &Constant| match value {
        Constant::Text(text) => json!(text),
        Constant::Number(number) => json!(number),
        Constant::Boolean(boolean) => json!(boolean),
        Constant::Time(time) => json!(show(*time)),
    };
    values.iter().map(|named| json!({"name": named.name, "value": named.value.as_ref().map(value)})).collect()
}

fn cause(story: &LeadStory<'_>, cause: Cause) -> Value {
    match cause {
        Cause::Event { index } => {
            let event = story.timeline.events.get(index);
            json!({"kind": "event", "event": event.map(|event| &event.name), "event_id": event.and_then(|event| event.id.as_ref())})
        }
        Cause::Profile { .. } => json!({"kind": "attributes"}),
        Cause::Time => json!({"kind": "time"}),
    }
}
