//! B0231: what is declared and decides nothing.

use super::Context;
use super::places::walk;
use super::written::rule_decls;
use crate::codes;
use crate::definition::{Definition, SectionDecl, Text};
use crate::diagnostic::Diagnostic;
use crate::meaning::{ExprKind, Name, SalesAnswer, Set};
use std::collections::HashSet;

/// So many names are pointed at; of more only the number is told.
const NAMES_SHOWN_MAX: usize = 6;

/// Finds declarations nobody uses.
pub(super) fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let used = Used::of(context);
    let definition = context.definition;
    let mut found = Vec::new();
    let attributes = definition.lead.iter().enumerate().filter(|(index, decl)| {
        let is_criterion = definition.criteria.iter().any(|criterion| criterion.value == decl.name.value);
        !used.names.contains(&Name::Attribute(*index)) && !is_criterion
    });
    let help = "that is fine for what people only want to see; else remove it, or check the spelling in the rules";
    found.extend(together(attributes.map(|(_, decl)| &decl.name), "attribute", "attributes", help));
    let properties = definition.event.iter().enumerate();
    let properties = properties.filter(|(index, _)| !used.names.contains(&Name::Property(*index)));
    let help = "remove what no rule looks at; a rule does as in `if: event.path.startsWith(\"/pricing\")`";
    found.extend(together(properties.map(|(_, decl)| &decl.name), "property", "properties", help));
    found.extend(computed(context, &used));
    found.extend(events_and_lists(definition, &used));
    found
}

/// One warning for all names of a kind: reading a column for nothing does no harm.
fn together<'a>(names: impl Iterator<Item = &'a Text>, one: &str, many: &str, help: &str) -> Option<Diagnostic> {
    let names: Vec<&Text> = names.collect();
    let (first, rest) = names.split_first()?;
    let message = match rest.len() {
        0 => format!("the {one} `{}` is used nowhere: bantam reads it for nothing", first.value),
        more => format!("{} {many} are used nowhere: bantam reads them for nothing", more + 1),
    };
    let mut diagnostic =
        Diagnostic::warning(codes::UNUSED, first.span, message).label("no rule looks at it").help(help);
    for name in rest.iter().take(NAMES_SHOWN_MAX - 1) {
        diagnostic = diagnostic.related(name.span, "nor at this");
    }
    Some(diagnostic)
}

fn computed(context: &Context<'_>, used: &Used) -> Vec<Diagnostic> {
    let definition = context.definition;
    let derived =
        definition.derive.iter().enumerate().map(|(i, decl)| (Name::Derived(i), &decl.name, "derived attribute"));
    let signals = definition.signals.iter().enumerate().map(|(i, decl)| (Name::Signal(i), &decl.name, "signal"));
    let unused = derived.chain(signals).filter(|(name, ..)| !used.names.contains(name));
    unused.map(|(_, name, kind)| unused_one(name, kind)).collect()
}

fn events_and_lists(definition: &Definition, used: &Used) -> Vec<Diagnostic> {
    let actions =
        definition.actions.iter().map(|action| &action.name).filter(|name| !used.events.contains(&name.value));
    let lists = definition.lists.iter().enumerate().filter(|(index, _)| !used.lists.contains(index));
    let actions = actions.map(|name| unused_one(name, "action"));
    actions.chain(lists.map(|(_, list)| unused_one(&list.name, "list"))).collect()
}

fn unused_one(name: &Text, kind: &str) -> Diagnostic {
    let message = format!("the {kind} `{}` is used nowhere", name.value);
    Diagnostic::warning(codes::UNUSED, name.span, message)
        .label("used nowhere")
        .help("use it in a rule or condition, or remove it")
}

/// What is used.
struct Used {
    names: HashSet<Name>,
    lists: HashSet<usize>,
    /// Names of events and actions.
    events: HashSet<String>,
}

impl Used {
    fn of(context: &Context<'_>) -> Self {
        let mut used = Used { names: HashSet::new(), lists: HashSet::new(), events: events(context.definition) };
        for place in &context.places {
            walk(place.expr, &mut |expr| match &expr.kind {
                ExprKind::Name(name) | ExprKind::Known(name) => {
                    used.names.insert(*name);
                }
                ExprKind::In(_, Set::List(list)) => {
                    used.lists.insert(*list);
                }
                _ => {}
            });
        }
        used
    }
}

fn events(definition: &Definition) -> HashSet<String> {
    let sections = [definition.fit.as_ref(), definition.engagement.as_ref()];
    let frames = sections.into_iter().flatten().flat_map(frames);
    let rules = sections
        .into_iter()
        .flat_map(rule_decls)
        .flat_map(|rule| rule.on.iter().flatten().chain(rule.selectors.since.iter().flat_map(|since| &since.value)));
    let signals = definition
        .signals
        .iter()
        .flat_map(|signal| signal.events.iter().chain(signal.selectors.since.iter().flat_map(|since| &since.value)));
    let sales = definition.sales.iter().flat_map(|(_, names)| names);
    let written = frames.chain(rules).chain(signals).chain(sales).map(|name| name.value.clone());
    // Answers of sales have names of their own where the definition gives none.
    written.chain(SalesAnswer::ALL.map(|answer| answer.default_event().to_owned())).collect()
}

/// Names of `since` on a section and its groups.
fn frames(section: &SectionDecl) -> impl Iterator<Item = &Text> {
    let groups = section.items.iter().filter_map(|item| match item {
        crate::definition::RuleOrGroup::Group(group) => Some(&group.frame),
        crate::definition::RuleOrGroup::Rule(_) => None,
    });
    groups.chain([&section.frame]).filter_map(|frame| frame.since.as_ref()).flat_map(|since| &since.value)
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::warnings;

    #[test]
    fn what_is_used_nowhere_is_told_once_a_kind() {
        let yaml = "lead: {a: text, b: text, need: boolean, c: text}\nevent: {p: text, q: text}\nqualification: [need]\n\
                    actions: {demo: {on: form, if: event.p == \"demo\"}, trial: {on: form}}\n\
                    lists: {l: [x], m: [y]}\nderive: {d: a in l, e: b in l}\nsignals: {s: {count: trial}, t: {last: page}}\n\
                    disqualify: {D: d && known(t)}\n";
        assert_eq!(
            warnings(yaml),
            [
                "2: B0231 the attribute `c` is used nowhere: bantam reads it for nothing",
                "3: B0231 the property `q` is used nowhere: bantam reads it for nothing",
                "5: B0231 the action `demo` is used nowhere",
                "6: B0231 the list `m` is used nowhere",
                "7: B0231 the derived attribute `e` is used nowhere",
                "8: B0231 the signal `s` is used nowhere",
            ]
        );
        assert_eq!(
            warnings("lead: {a: text, b: text}\n"),
            ["2: B0231 2 attributes are used nowhere: bantam reads them for nothing"]
        );
    }

    #[test]
    fn default_answers_of_sales_may_be_actions() {
        let yaml = "actions: {sales_accepted: {on: call_logged}}\nstages: [Lead, Accepted: accepted_by_sales]\nhand_off: Lead\n";
        assert_eq!(warnings(yaml), Vec::<String>::new());
    }
}
