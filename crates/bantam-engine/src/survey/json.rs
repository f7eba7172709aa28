//! Turns a survey into JSON for programs. Names of keys are stable; counts are numbers, times RFC 3339.

use super::shown::time_text;
use super::{
    AbsentEvent, Choice, ColumnSurvey, EventSurvey, GroupSurvey, Key, KeySurvey, LimitSurvey, Listener, NamedCount,
    RuleSurvey, SectionSurvey, StageSurvey, Survey, TableSurvey,
};
use serde_json::{Value, json};

/// Returns the survey as a JSON object.
pub fn to_json(survey: &Survey) -> Value {
    let (lead_rows, event_rows) = survey.rows;
    let (rejected_leads, rejected_events) = survey.rejected;
    json!({
        "as_of": time_text(survey.as_of),
        "lead_rows": lead_rows,
        "event_rows": event_rows,
        "rejected_leads": rejected_leads,
        "rejected_events": rejected_events,
        "leads": survey.leads,
        "leads_without_row": survey.leads_without_row,
        "events": survey.events,
        "later_events": survey.later_events,
        "fit": section(&survey.fit),
        "engagement": section(&survey.engagement),
        "attributes": all(&survey.attributes, column),
        "properties": all(&survey.properties, column),
        "stray_columns": all(&survey.stray_columns, |stray| json!({
            "kind": stray.kind.word(), "column": stray.column, "rows": stray.rows, "nearest": stray.nearest,
        })),
        "event_names": all(&survey.event_names, event),
        "other_event_names": survey.other_event_names,
        "absent_events": all(&survey.absent_events, absent),
        "derived": all(&survey.derived, named),
        "signals": all(&survey.signals, |signal| json!({
            "name": signal.name, "known": signal.known, "nonzero": signal.nonzero,
        })),
        "lists": all(&survey.lists, |list| json!({
            "name": list.name, "values": list.values, "hits": list.hits, "leads": list.leads,
        })),
        "personas": all(&survey.personas, choice),
        "disqualifiers": all(&survey.disqualifiers, choice),
        "stages": all(&survey.stages, stage),
        "disqualified": survey.disqualified,
        "grades": all(&survey.grades, named),
        "routes": all(&survey.routes, choice),
    })
}

fn all<T>(each: &[T], to_json: impl Fn(&T) -> Value) -> Value {
    each.iter().map(to_json).collect()
}

fn section(section: &SectionSurvey) -> Value {
    json!({
        "rules": all(&section.rules, rule),
        "groups": all(&section.groups, |GroupSurvey { name, limit: of }| json!({
            "name": name, "limit": of.as_ref().map(limit),
        })),
        "limit": section.limit.as_ref().map(limit),
        "earning": section.earning,
        "points": section.points,
    })
}

fn rule(rule: &RuleSurvey) -> Value {
    json!({
        "name": rule.name,
        "group": rule.group,
        "on_events": rule.on_events,
        "applies": rule.applies,
        "earning": rule.earning,
        "points": rule.points,
        "undecided": rule.undecided,
        "selected": rule.selected,
        "counting": rule.counting,
        "table": rule.table.as_ref().map(table),
        "limit": rule.limit.as_ref().map(limit),
    })
}

fn table(table: &TableSurvey) -> Value {
    json!({
        "keys": all(&table.keys, key),
        "misses": all(&table.misses, |miss| json!({
            "value": miss.value, "count": miss.count, "nearest": miss.nearest,
        })),
        "other_misses": table.other_misses,
        "below_lowest": table.below_lowest,
    })
}

fn key(of: &KeySurvey) -> Value {
    let kind = match of.key {
        Key::Value(_) => "key",
        Key::Else => "else",
        Key::NoKey => "no_key",
        Key::Missing => "missing",
    };
    let text = match &of.key {
        Key::Value(text) => Some(text),
        _ => None,
    };
    json!({"kind": kind, "key": text, "points": of.points, "rows": of.rows, "leads": of.leads})
}

fn limit(limit: &LimitSurvey) -> Value {
    let LimitSurvey { low, high, leads, lowered, raised } = limit;
    json!({"low": low, "high": high, "leads": leads, "lowered": lowered, "raised": raised})
}

fn column(column: &ColumnSurvey) -> Value {
    json!({
        "name": column.name,
        "type": column.value_type.word(),
        "column": column.column,
        "found": column.found,
        "present": column.present,
        "missing": column.missing,
        "failed": column.failed,
        "example": column.example.as_ref().map(|(value, place)| json!({
            "value": value, "file": place.file, "row": place.row, "line": place.line,
        })),
        "default": column.default,
        "distinct": column.distinct,
        "frequent": all(&column.frequent, |(value, count)| json!({"value": value, "count": count})),
        "nearest": column.nearest,
    })
}

fn event(event: &EventSurvey) -> Value {
    json!({
        "name": event.name,
        "count": event.count,
        "first": time_text(event.first),
        "last": time_text(event.last),
        "heard_by": all(&event.heard_by, listener),
        "nearest": event.nearest,
    })
}

fn absent(event: &AbsentEvent) -> Value {
    json!({"name": event.name, "heard_by": all(&event.heard_by, listener), "nearest": event.nearest})
}

fn listener(listener: &Listener) -> Value {
    json!({"role": listener.role.word(), "name": listener.name})
}

fn named(count: &NamedCount) -> Value {
    json!({"name": count.name, "leads": count.leads})
}

fn choice(choice: &Choice) -> Value {
    json!({"name": choice.name, "leads": choice.leads, "holds": choice.holds})
}

fn stage(stage: &StageSurvey) -> Value {
    json!({
        "name": stage.name,
        "leads": stage.leads,
        "holds": stage.holds,
        "parts": all(&stage.parts, |part| json!({"text": part.text, "holds": part.holds, "unknown": part.unknown})),
    })
}
