//! The identity of a definition: what was signed is what runs.
//!
//! SHA-256 over RFC 8785 canonical JSON of the definition, defaults filled in, list files replaced by their values, maps
//! whose order has meaning as arrays of pairs, expressions as written. Layout, comments and quoting do not reach it.

use crate::definition::{
    AttributeDecl, ConditionDecl, Definition, Expression, Frame, OncePer, PointsDecl, RuleDecl, RuleOrGroup,
    SectionDecl, Selectors, SignalDecl, Text, Within,
};
use crate::meaning::{Attribute, Decay, EventShape, LeadShape, Meaning, SalesAnswer, Value as Constant};
use crate::source::Spanned;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::fmt;

/// A SHA-256 hash, shown in lower-case hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; 32]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Fingerprint {
    /// Returns the first twelve hexadecimal digits, enough to tell a team's definitions apart.
    pub fn short(&self) -> String {
        self.to_string().chars().take(12).collect()
    }
}

/// Returns the fingerprint of a definition without errors.
pub(crate) fn fingerprint(definition: &Definition, meaning: &Meaning) -> Fingerprint {
    let canonical = canonical_json(definition, meaning);
    Fingerprint(Sha256::digest(canonical.as_bytes()).into())
}

/// Returns the canonical JSON that is hashed.
pub(crate) fn canonical_json(definition: &Definition, meaning: &Meaning) -> String {
    let value = identity(definition, meaning);
    // Serialising a tree of plain JSON values cannot fail; were it ever to, no fingerprint would match the empty text's.
    serde_json_canonicalizer::to_string(&value).unwrap_or_default()
}

fn identity(definition: &Definition, meaning: &Meaning) -> Value {
    let mut sales = Map::new();
    for answer in SalesAnswer::ALL {
        let given = definition.sales.iter().find(|(given, _)| given.value == answer);
        let names = given.map_or_else(|| json!([answer.default_event()]), |(_, names)| texts(names));
        sales.insert(answer.key().into(), names);
    }
    json!({
        "bantam": "1",
        "name": definition.name.as_ref().map(|name| &name.value),
        "review_every": definition.review_every.as_ref().map(|every| every.value),
        "missing": texts(&definition.missing),
        "lead": lead(&meaning.lead, &definition.lead),
        "event": event(&meaning.event),
        "actions": definition.actions.iter().map(|action| (action.name.value.clone(), json!({"on": texts(&action.on), "if": text_of(action.condition.as_ref())}))).collect::<Map<_, _>>(),
        "lists": meaning.lists.iter().map(|list| (list.name.clone(), json!(list.values))).collect::<Map<_, _>>(),
        "sales": sales,
        "qualification": definition.criteria.iter().map(|name| &name.value).collect::<Vec<_>>(),
        "derive": conditions(&definition.derive),
        "signals": definition.signals.iter().map(signal).collect::<Vec<_>>(),
        "personas": conditions(&definition.personas),
        "fit": definition.fit.as_ref().map(section),
        "engagement": definition.engagement.as_ref().map(section),
        "disqualify": conditions(&definition.disqualify),
        "stages": definition.stages.iter().map(|stage| json!([stage.name.value, text_of(stage.condition.as_ref())])).collect::<Vec<_>>(),
        "hand_off": definition.hand_off.as_ref().map(|hand_off| json!({"stage": hand_off.stage.value, "reject_reasons": texts(&hand_off.reject_reasons), "recycle_after": seconds(&hand_off.recycle_after)})),
        "grades": {"fit": letters(&definition.grades_fit), "engagement": letters(&definition.grades_engagement)},
        "routes": definition.routes.iter().map(|route| json!({"to": route.to.value, "if": text_of(route.condition.as_ref()), "respond_within": seconds(&route.respond_within), "escalate_to": route.escalate_to.as_ref().map(|to| &to.value)})).collect::<Vec<_>>(),
        "office_hours": definition.office_hours.as_ref().map(|hours| json!({"time_zone": hours.time_zone, "days": hours.days, "holidays": hours.holidays})),
    })
}

fn texts(texts: &[Text]) -> Value {
    texts.iter().map(|text| text.value.as_str()).collect()
}

fn text_of(expression: Option<&Expression>) -> Value {
    json!(expression.map(|expression| &expression.text))
}

fn seconds(duration: &Option<Spanned<i64>>) -> Value {
    json!(duration.as_ref().map(|duration| duration.value))
}

fn conditions(decls: &[ConditionDecl]) -> Value {
    decls.iter().map(|decl| json!([decl.name.value, decl.expression.text])).collect()
}

fn letters(letters: &Option<Vec<(Text, Spanned<i64>)>>) -> Value {
    json!(letters.as_ref().map(|letters| {
        letters.iter().map(|(letter, from)| (letter.value.clone(), json!(from.value))).collect::<Map<_, _>>()
    }))
}

fn attribute(attribute: &Attribute) -> (String, Value) {
    let default = attribute.default.as_ref().map(|value| match value {
        Constant::Text(text) => json!(text),
        Constant::Number(number) => json!(number),
        Constant::Boolean(boolean) => json!(boolean),
        Constant::Time(time) => json!(time),
    });
    let mut missing = attribute.missing.clone();
    missing.sort();
    missing.dedup();
    (
        attribute.name.clone(),
        json!({"type": attribute.kind.word(), "from": attribute.column, "missing": missing, "default": default}),
    )
}

/// Declared attributes alone: criteria that `lead` does not declare follow from `qualification`.
fn lead(shape: &LeadShape, declared: &[AttributeDecl]) -> Value {
    let attributes: Map<_, _> = shape.attributes.iter().take(declared.len()).map(attribute).collect();
    json!({"id": shape.id_column, "attributes": attributes})
}

fn event(shape: &EventShape) -> Value {
    let properties: Map<_, _> = shape.properties.iter().map(attribute).collect();
    json!({"lead": shape.lead_column, "name": shape.name_column, "time": shape.time_column, "id": shape.id_column, "properties": properties})
}

fn selectors(selectors: &Selectors) -> Map<String, Value> {
    let within = selectors.within.as_ref().map(|within| match within.value {
        Within::Never => json!("never"),
        Within::Seconds(seconds) => json!(seconds),
    });
    let once_per = selectors.once_per.as_ref().map(|once| match once {
        OncePer::Day => json!("day"),
        OncePer::Week => json!("week"),
        OncePer::Month => json!("month"),
        OncePer::Window(seconds) => json!(seconds),
        OncePer::Value(expression) => json!({"value": expression.text}),
    });
    let mut map = Map::new();
    map.insert("if".into(), text_of(selectors.condition.as_ref()));
    map.insert("within".into(), json!(within));
    map.insert("since".into(), json!(selectors.since.as_ref().map(|since| texts(&since.value))));
    map.insert("once_per".into(), json!(once_per));
    map.insert("times".into(), seconds(&selectors.times));
    map
}

fn signal(decl: &SignalDecl) -> Value {
    let mut map = selectors(&decl.selectors);
    map.insert(decl.verb.key().into(), texts(&decl.events));
    map.insert("of".into(), text_of(decl.of.as_ref()));
    map.insert("span".into(), seconds(&decl.span));
    json!([decl.name.value, map])
}

fn frame(frame: &Frame) -> Map<String, Value> {
    let decay = frame.decay.as_ref().map(|decay| match decay.value {
        Decay::Never => json!("never"),
        Decay::HalveEvery(seconds) => json!({"halve_every": seconds}),
        Decay::FadeOver(seconds) => json!({"fade_over": seconds}),
    });
    let within = frame.within.as_ref().map(|within| match within.value {
        Within::Never => json!("never"),
        Within::Seconds(seconds) => json!(seconds),
    });
    let mut map = Map::new();
    map.insert("range".into(), json!(frame.limit.map(|limit| [limit.low, limit.high])));
    map.insert("within".into(), json!(within));
    map.insert("since".into(), json!(frame.since.as_ref().map(|since| texts(&since.value))));
    map.insert("decay".into(), json!(decay));
    map
}

fn section(decl: &SectionDecl) -> Value {
    let mut map = frame(&decl.frame);
    let mut rules = Map::new();
    for item in &decl.items {
        match item {
            RuleOrGroup::Rule(decl) => rules.insert(decl.name.value.clone(), rule(decl)),
            RuleOrGroup::Group(group) => {
                let mut map = frame(&group.frame);
                map.insert(
                    "rules".into(),
                    group.rules.iter().map(|decl| (decl.name.value.clone(), rule(decl))).collect::<Map<_, _>>().into(),
                );
                rules.insert(group.name.value.clone(), map.into())
            }
        };
    }
    map.insert("rules".into(), rules.into());
    map.into()
}

fn rule(decl: &RuleDecl) -> Value {
    let mut map = frame(&decl.frame);
    map.extend(selectors(&decl.selectors));
    let points = match &decl.points {
        PointsDecl::Fixed(points) => json!(points.value),
        PointsDecl::Table(entries) => entries
            .value
            .iter()
            .map(|(key, points)| (key.value.clone(), json!(points.value)))
            .collect::<Map<_, _>>()
            .into(),
        PointsDecl::Unreadable => Value::Null,
    };
    map.insert("on".into(), json!(decl.on.as_ref().map(|names| texts(names))));
    map.insert("by".into(), text_of(decl.by.as_ref()));
    map.insert("points".into(), points);
    map.into()
}
