//! Turns the parts of a definition into keys and values, in the order of [`crate::keys`].

use super::durations::duration;
use super::layout::{Entry, Layout, Shape};
use super::{ladder, rules};
use crate::definition::{
    ActionDecl, AttributeDecl, ConditionDecl, Definition, Expression, ListContent, ListDecl, SignalDecl, Text,
};
use crate::meaning::SalesAnswer;
use crate::source::Spanned;

/// The reserved entries of `event`, in the order of [`Definition::event_columns`].
const EVENT_COLUMNS: [&str; 4] = ["lead", "name", "time", "id"];

/// Returns the entries of the whole file.
pub(super) fn file_entries(definition: &Definition) -> Vec<Entry> {
    let mut entries = vec![text_entry("bantam", "1")];
    entries.extend(definition.name.as_ref().map(|name| text_entry("name", &name.value)));
    entries.extend(duration_entry("review_every", definition.review_every.as_ref()));
    entries.extend(texts_entry("missing", &definition.missing));
    entries.extend(section("lead", lead(definition)));
    entries.extend(section("event", event(definition)));
    entries.extend(section("actions", definition.actions.iter().map(action).collect()));
    entries.extend(section("lists", definition.lists.iter().map(list).collect()));
    entries.extend(section("sales", sales(definition)));
    entries.extend(qualification(definition));
    entries.extend(section("derive", definition.derive.iter().map(condition).collect()));
    entries.extend(section("signals", definition.signals.iter().map(signal).collect()));
    entries.extend(open_list("personas", definition.personas.iter().map(item).collect()));
    entries.extend(definition.fit.as_ref().map(|decl| ("fit".to_owned(), rules::section(decl))));
    entries.extend(definition.engagement.as_ref().map(|decl| ("engagement".to_owned(), rules::section(decl))));
    entries.extend(section("disqualify", definition.disqualify.iter().map(condition).collect()));
    entries.extend(ladder::ladder_entries(definition));
    entries
}

/// Returns a map with a line for each entry; nothing where there are none.
pub(super) fn section(key: &str, entries: Vec<Entry>) -> Option<Entry> {
    (!entries.is_empty()).then(|| (key.to_owned(), Layout::Map(entries, Shape::Open)))
}

/// Returns a list with a line for each item; nothing where there are none.
pub(super) fn open_list(key: &str, items: Vec<Layout>) -> Option<Entry> {
    (!items.is_empty()).then(|| (key.to_owned(), Layout::List(items, Shape::Open)))
}

pub(super) fn text_entry(key: &str, text: &str) -> Entry {
    (key.to_owned(), Layout::Text(text.to_owned()))
}

pub(super) fn duration_entry(key: &str, seconds: Option<&Spanned<i64>>) -> Option<Entry> {
    seconds.map(|seconds| text_entry(key, &duration(seconds.value)))
}

pub(super) fn number_entry(key: &str, number: i64) -> Entry {
    text_entry(key, &number.to_string())
}

pub(super) fn expression_entry(key: &str, expression: Option<&Expression>) -> Option<Entry> {
    expression.map(|expression| (key.to_owned(), Layout::Expression(expression.text.clone())))
}

/// Returns a list of texts; nothing where there are none.
pub(super) fn texts_entry(key: &str, texts: &[Text]) -> Option<Entry> {
    (!texts.is_empty()).then(|| (key.to_owned(), text_list(texts)))
}

fn text_list(texts: &[Text]) -> Layout {
    Layout::List(texts.iter().map(|text| Layout::Text(text.value.clone())).collect(), Shape::Close)
}

/// One name alone, several as a list.
pub(super) fn names(names: &[Text]) -> Layout {
    match names {
        [name] => Layout::Text(name.value.clone()),
        names => text_list(names),
    }
}

/// `- Name: condition`.
pub(super) fn item(decl: &ConditionDecl) -> Layout {
    Layout::Map(vec![condition(decl)], Shape::Open)
}

fn condition(decl: &ConditionDecl) -> Entry {
    (decl.name.value.clone(), Layout::Expression(decl.expression.text.clone()))
}

fn lead(definition: &Definition) -> Vec<Entry> {
    let id = definition.lead_id.as_ref().map(|column| reserved_column("id", column));
    id.into_iter().chain(definition.lead.iter().map(attribute)).collect()
}

fn event(definition: &Definition) -> Vec<Entry> {
    let columns = EVENT_COLUMNS.into_iter().zip(&definition.event_columns);
    let reserved = columns.filter_map(|(name, column)| Some(reserved_column(name, column.as_ref()?)));
    reserved.chain(definition.event.iter().map(attribute)).collect()
}

fn reserved_column(name: &str, column: &Text) -> Entry {
    (name.to_owned(), Layout::Map(vec![text_entry("from", &column.value)], Shape::Close))
}

fn attribute(decl: &AttributeDecl) -> Entry {
    let mut entries = vec![text_entry("type", decl.kind.word())];
    let from = decl.from.as_ref().filter(|from| from.value != decl.name.value);
    entries.extend(from.map(|from| text_entry("from", &from.value)));
    entries.extend(texts_entry("missing", &decl.missing));
    entries.extend(decl.default.as_ref().map(|default| text_entry("default", &default.value)));
    let layout = match entries.len() {
        1 => Layout::Text(decl.kind.word().to_owned()),
        _ => Layout::Map(entries, Shape::Close),
    };
    (decl.name.value.clone(), layout)
}

fn action(decl: &ActionDecl) -> Entry {
    let mut entries = vec![("on".to_owned(), names(&decl.on))];
    entries.extend(expression_entry("if", decl.condition.as_ref()));
    (decl.name.value.clone(), Layout::Map(entries, Shape::Close))
}

fn list(decl: &ListDecl) -> Entry {
    let layout = match &decl.content {
        ListContent::Inline(values) => text_list(values),
        ListContent::File(path) => Layout::Map(vec![text_entry("file", &path.value)], Shape::Close),
    };
    (decl.name.value.clone(), layout)
}

fn sales(definition: &Definition) -> Vec<Entry> {
    let given = |answer| definition.sales.iter().find(|(given, _)| given.value == answer);
    let answers = SalesAnswer::ALL.into_iter().filter_map(|answer| Some((answer, given(answer)?)));
    answers.map(|(answer, (_, events))| (answer.key().to_owned(), names(events))).collect()
}

fn qualification(definition: &Definition) -> Option<Entry> {
    match &definition.framework {
        Some(framework) => Some(text_entry("qualification", &framework.value)),
        None => texts_entry("qualification", &definition.criteria),
    }
}

fn signal(decl: &SignalDecl) -> Entry {
    let selectors = &decl.selectors;
    let mut entries = vec![(decl.verb.key().to_owned(), names(&decl.events))];
    entries.extend(expression_entry("of", decl.of.as_ref()));
    entries.extend(expression_entry("if", selectors.condition.as_ref()));
    entries.extend(rules::window(selectors));
    entries.extend(duration_entry("span", decl.span.as_ref()));
    entries.extend(rules::once(selectors));
    (decl.name.value.clone(), Layout::Map(entries, Shape::Close))
}
