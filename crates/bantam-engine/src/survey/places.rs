//! Finds the places in a definition that findings about data point at.

use crate::input::RowKind;
use bantam_lang::definition::{AttributeDecl, Definition, PointsDecl, RuleDecl, RuleOrGroup, SectionDecl, Text};
use bantam_lang::source::Span;

/// Returns where an attribute, a criterion or a property is declared.
pub(super) fn declaration(definition: &Definition, kind: RowKind, name: &str) -> Span {
    let criterion = || definition.criteria.iter().find(|criterion| criterion.value == name).map(|text| text.span);
    declared(definition, kind, name).map(|decl| decl.name.span).or_else(criterion).unwrap_or_default()
}

/// Returns where an attribute's or property's column is named.
pub(super) fn column(definition: &Definition, kind: RowKind, name: &str) -> Span {
    let from = declared(definition, kind, name).and_then(|decl| decl.from.as_ref());
    from.map_or_else(|| declaration(definition, kind, name), |from| from.span)
}

/// Returns whether a name was declared, and did not come with a framework.
pub(super) fn is_declared(definition: &Definition, kind: RowKind, name: &str) -> bool {
    declared(definition, kind, name).is_some()
}

fn declared<'d>(definition: &'d Definition, kind: RowKind, name: &str) -> Option<&'d AttributeDecl> {
    let decls = match kind {
        RowKind::Lead => &definition.lead,
        RowKind::Event => &definition.event,
    };
    decls.iter().find(|decl| decl.name.value == name)
}

/// Returns where a key of a rule's table is written. Rules have one name in a section.
pub(super) fn table_key(section: Option<&SectionDecl>, rule: &str, key: &str) -> Option<Span> {
    let decl = rules(section).find(|decl| decl.name.value == rule)?;
    match &decl.points {
        PointsDecl::Table(entries) => {
            entries.value.iter().find(|(entry, _)| entry.value == key).map(|(entry, _)| entry.span)
        }
        _ => None,
    }
}

/// Returns where the name of an event is first written: under what gives it points or a value, or else where it resets or
/// answers. `None` where it is nowhere written, as a default of `sales` is.
pub(super) fn event_name(definition: &Definition, name: &str) -> Option<Span> {
    let actions = definition.actions.iter().flat_map(|action| &action.on);
    let signals = definition.signals.iter().flat_map(|signal| &signal.events);
    let rules = || rules(definition.fit.as_ref()).chain(rules(definition.engagement.as_ref()));
    let on = rules().filter_map(|rule| rule.on.as_ref()).flatten();
    let resets = definition.signals.iter().map(|signal| &signal.selectors).chain(rules().map(|rule| &rule.selectors));
    let resets = resets.filter_map(|selectors| selectors.since.as_ref());
    let frames = definition.engagement.iter().flat_map(frames_since);
    let answers = definition.sales.iter().flat_map(|(_, names)| names);
    let since = resets.flat_map(|since| &since.value).chain(frames);
    let mut places = actions.chain(signals).chain(on).chain(since).chain(answers);
    places.find(|text| text.value == name).map(|text| text.span)
}

fn frames_since(section: &SectionDecl) -> impl Iterator<Item = &Text> {
    let groups = section.items.iter().filter_map(|item| match item {
        RuleOrGroup::Group(group) => Some(&group.frame),
        RuleOrGroup::Rule(_) => None,
    });
    std::iter::once(&section.frame)
        .chain(groups)
        .filter_map(|frame| frame.since.as_ref())
        .flat_map(|since| &since.value)
}

/// Returns where events are listened to, for findings about those that are not.
pub(super) fn listening(definition: &Definition) -> Span {
    let rule = rules(definition.engagement.as_ref()).next().map(|rule| rule.name.span);
    let signal = || definition.signals.first().map(|signal| signal.name.span);
    let name = || definition.name.as_ref().map(|name| name.span);
    rule.or_else(signal).or_else(name).unwrap_or_default()
}

fn rules(section: Option<&SectionDecl>) -> impl Iterator<Item = &RuleDecl> {
    section.into_iter().flat_map(|section| &section.items).flat_map(|item| match item {
        RuleOrGroup::Rule(rule) => std::slice::from_ref(rule),
        RuleOrGroup::Group(group) => &group.rules,
    })
}
