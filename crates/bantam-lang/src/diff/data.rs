//! Compares what leads and events carry: `missing`, `lead`, `event`, `actions`, `lists`, `sales`, `qualification`.

use super::expressions::{IF, maybe_change, shown};
use super::lists::{list_change, names_change};
use super::pairing::{Order, Speech, pair, report};
use super::words::{all_of, counted, examples, values};
use super::{Aspect, Changes};
use crate::CheckedDefinition;
use crate::definition::{ActionDecl, AttributeDecl, Definition, Text};
use crate::meaning::{Attribute, List, SalesAnswer};

pub(super) fn lead_and_events(changes: &mut Changes, old: &CheckedDefinition, new: &CheckedDefinition) {
    let (before, after) = (old.definition(), new.definition());
    let missing = list_change(&values(&before.missing), &values(&after.missing));
    changes.aspects("missing", "missing", "texts that mean no value: ", missing.into_iter().collect());
    column(changes, "lead", "the lead's key", (&old.lead.id_column, &new.lead.id_column));
    attributes(changes, "lead", (declared(old), &before.lead), (declared(new), &after.lead));
    let columns = [
        ("the event's lead", &old.event.lead_column, &new.event.lead_column),
        ("the event's name", &old.event.name_column, &new.event.name_column),
        ("the event's time", &old.event.time_column, &new.event.time_column),
        ("the event's key", &old.event.id_column, &new.event.id_column),
    ];
    for (what, was, is) in columns {
        column(changes, "event", what, (was, is));
    }
    let (was, is) = (&old.event.properties, &new.event.properties);
    attributes(changes, "event", (was, &before.event), (is, &after.event));
    actions(changes, &before.actions, &after.actions);
    lists(changes, &old.lists, &new.lists);
    sales(changes, before, after);
    qualification(changes, before, after);
}

/// The attributes that `lead` declares; criteria it does not declare follow from `qualification`.
fn declared(definition: &CheckedDefinition) -> &[Attribute] {
    let count = definition.definition().lead.len();
    definition.lead.attributes.get(..count).unwrap_or(&[])
}

fn column(changes: &mut Changes, section: &'static str, what: &str, (was, is): (&String, &String)) {
    let aspect = (was != is).then(|| Aspect::scoring(format!("from the column {was} -> {is}")));
    changes.aspects(section, what, &format!("{what}: "), aspect.into_iter().collect());
}

/// An attribute as resolved and as declared.
type Pair<'a> = (&'a Attribute, &'a AttributeDecl);

fn attributes(
    changes: &mut Changes,
    section: &'static str,
    old: (&[Attribute], &[AttributeDecl]),
    new: (&[Attribute], &[AttributeDecl]),
) {
    let old: Vec<Pair<'_>> = old.0.iter().zip(old.1).collect();
    let new: Vec<Pair<'_>> = new.0.iter().zip(new.1).collect();
    let pairing = pair(&old, &new, |a, b| a.0.name == b.0.name, |a, b| attribute_aspects(*a, *b).is_empty());
    let speech = Speech {
        section,
        name: &|pair: &Pair<'_>| pair.0.name.clone(),
        noun: "",
        renamed: "is now called",
        described: &|pair| pair.0.kind.word().to_owned(),
        order: Order::Free,
        name_affects: true,
        adding_affects: false,
    };
    report(changes, &speech, &old, &new, &pairing);
    for (a, b) in pairing.pairs {
        let (Some(a), Some(b)) = (old.get(a), new.get(b)) else { continue };
        changes.aspects(section, &b.0.name, &format!("{}: ", b.0.name), attribute_aspects(*a, *b));
    }
}

fn attribute_aspects((old, old_decl): Pair<'_>, (new, new_decl): Pair<'_>) -> Vec<Aspect> {
    let mut aspects = Vec::new();
    if old.kind != new.kind {
        aspects.push(Aspect::scoring(format!("{} -> {}", old.kind.word(), new.kind.word())));
    }
    if old.column != new.column {
        aspects.push(Aspect::scoring(format!("from the column {} -> {}", old.column, new.column)));
    }
    // The order and repeats of these texts have no meaning, nor has the fingerprint any.
    let texts = |attribute: &Attribute| {
        let mut texts = attribute.missing.clone();
        texts.sort();
        texts.dedup();
        texts
    };
    let missing = list_change(&texts(old), &texts(new));
    aspects.extend(
        missing.map(|aspect| Aspect { words: format!("texts that mean no value: {}", aspect.words), ..aspect }),
    );
    if old.default != new.default {
        let shown = |decl: &AttributeDecl| decl.default.as_ref().map(|text| text.value.clone());
        aspects.push(Aspect::scoring(match (shown(old_decl), shown(new_decl)) {
            (Some(old), Some(new)) => format!("where missing {old} -> {new}"),
            (None, Some(new)) => format!("now {new} where missing"),
            (Some(old), None) => format!("no longer {old} where missing"),
            (None, None) => "where missing".into(),
        }));
    }
    aspects
}

fn actions(changes: &mut Changes, old: &[ActionDecl], new: &[ActionDecl]) {
    let pairing = pair(old, new, |a, b| a.name.value == b.name.value, |a, b| action_aspects(a, b).is_empty());
    let described = |decl: &ActionDecl| {
        let condition = decl.condition.as_ref().map(|condition| format!(" if `{}`", shown(condition)));
        format!("{}{}", all_of(&values(&decl.on)), condition.unwrap_or_default())
    };
    let speech = Speech {
        section: "actions",
        name: &|decl: &ActionDecl| decl.name.value.clone(),
        noun: "",
        renamed: "is now called",
        described: &described,
        order: Order::Free,
        name_affects: true,
        // An action hides an event of the same name.
        adding_affects: true,
    };
    report(changes, &speech, old, new, &pairing);
    for (a, b) in pairing.pairs {
        let (Some(a), Some(b)) = (old.get(a), new.get(b)) else { continue };
        changes.aspects("actions", &b.name.value, &format!("{}: ", b.name.value), action_aspects(a, b));
    }
}

fn action_aspects(old: &ActionDecl, new: &ActionDecl) -> Vec<Aspect> {
    let events = names_change(&values(&old.on), &values(&new.on));
    let events = events.map(|change| Aspect { words: format!("events: {}", change.words), ..change });
    events.into_iter().chain(maybe_change(IF, old.condition.as_ref(), new.condition.as_ref())).collect()
}

fn lists(changes: &mut Changes, old: &[List], new: &[List]) {
    let pairing = pair(old, new, |a, b| a.name == b.name, |a, b| a.values == b.values);
    let described = |list: &List| match list.values.as_slice() {
        [] => "no values".to_owned(),
        values => format!("{} ({})", counted(values.len() as i64, "value"), examples(values)),
    };
    let speech = Speech {
        section: "lists",
        name: &|list: &List| list.name.clone(),
        noun: "",
        renamed: "is now called",
        described: &described,
        order: Order::Free,
        name_affects: true,
        adding_affects: false,
    };
    report(changes, &speech, old, new, &pairing);
    for (a, b) in pairing.pairs {
        let (Some(a), Some(b)) = (old.get(a), new.get(b)) else { continue };
        let aspects = list_change(&a.values, &b.values).into_iter().collect();
        changes.aspects("lists", &b.name, &format!("{}: ", b.name), aspects);
    }
}

fn sales(changes: &mut Changes, old: &Definition, new: &Definition) {
    let events = |definition: &Definition, answer: SalesAnswer| {
        let given = definition.sales.iter().find(|(given, _)| given.value == answer);
        given.map_or_else(|| vec![answer.default_event().to_owned()], |(_, names)| values(names))
    };
    for answer in SalesAnswer::ALL {
        let aspects = names_change(&events(old, answer), &events(new, answer)).into_iter().collect();
        changes.aspects("sales", answer.key(), &format!("{}: ", answer.key()), aspects);
    }
}

fn qualification(changes: &mut Changes, old: &Definition, new: &Definition) {
    let Some(change) = list_change(&values(&old.criteria), &values(&new.criteria)) else { return };
    let name =
        |framework: &Option<Text>| framework.as_ref().map_or("own criteria".to_owned(), |text| text.value.clone());
    let frameworks = match (&old.framework, &new.framework) {
        (None, None) => String::new(),
        (was, is) => format!("{} -> {}, ", name(was), name(is)),
    };
    let words = format!("{frameworks}{}", change.words);
    changes.aspects("qualification", "qualification", "qualification: ", vec![Aspect { words, ..change }]);
}
