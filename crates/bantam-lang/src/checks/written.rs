//! Finds what belongs to a resolved part in the definition as written: places of keys, limits and texts.

use crate::definition::{Definition, Expression, OncePer, RuleDecl, RuleOrGroup, SectionDecl};
use crate::expression::{Syntax, SyntaxKind};
use crate::source::Span;

/// Returns the rules of a section in the order of [`crate::meaning::Section::rules`].
pub(super) fn rule_decls(section: Option<&SectionDecl>) -> Vec<&RuleDecl> {
    let items = section.map(|section| section.items.as_slice()).unwrap_or_default();
    items
        .iter()
        .flat_map(|item| match item {
            RuleOrGroup::Rule(rule) => std::slice::from_ref(rule),
            RuleOrGroup::Group(group) => group.rules.as_slice(),
        })
        .collect()
}

/// Returns the place of a text literal within a part of an expression; the part itself where it is not found.
pub(super) fn text_place(definition: &Definition, within: Span, text: &str) -> Span {
    let inside = |expression: &&Expression| {
        let whole = expression.span.join(expression.place(Span::new(0, expression.text.len())));
        whole.start <= within.start && within.end <= whole.end
    };
    let expressions = expressions(definition);
    let Some(expression) = expressions.into_iter().find(inside) else { return within };
    let mut found = None;
    if let Some(syntax) = &expression.syntax {
        walk(syntax, &mut |syntax| {
            let place = expression.place(syntax.span);
            let is_it = matches!(&syntax.kind, SyntaxKind::Text(literal) if literal == text);
            if is_it && found.is_none() && within.start <= place.start && place.end <= within.end {
                found = Some(place);
            }
        });
    }
    found.unwrap_or(within)
}

/// Returns every expression as written.
fn expressions(definition: &Definition) -> Vec<&Expression> {
    let rules = rule_decls(definition.fit.as_ref()).into_iter().chain(rule_decls(definition.engagement.as_ref()));
    let rules = rules.flat_map(|rule| {
        let selectors = &rule.selectors;
        rule.by.iter().chain(&selectors.condition).chain(once_value(selectors.once_per.as_ref()))
    });
    let signals = definition.signals.iter().flat_map(|signal| {
        let selectors = &signal.selectors;
        signal.of.iter().chain(&selectors.condition).chain(once_value(selectors.once_per.as_ref()))
    });
    let named = [&definition.derive, &definition.personas, &definition.disqualify];
    named
        .into_iter()
        .flatten()
        .map(|decl| &decl.expression)
        .chain(definition.actions.iter().filter_map(|action| action.condition.as_ref()))
        .chain(definition.stages.iter().filter_map(|stage| stage.condition.as_ref()))
        .chain(definition.routes.iter().filter_map(|route| route.condition.as_ref()))
        .chain(rules)
        .chain(signals)
        .collect()
}

fn once_value(once: Option<&OncePer>) -> Option<&Expression> {
    match once {
        Some(OncePer::Value(expression)) => Some(expression),
        _ => None,
    }
}

fn walk(syntax: &Syntax, visit: &mut dyn FnMut(&Syntax)) {
    visit(syntax);
    match &syntax.kind {
        SyntaxKind::Number(_) | SyntaxKind::Text(_) | SyntaxKind::Boolean(_) | SyntaxKind::Name(_) => {}
        SyntaxKind::List(items) | SyntaxKind::And(items) | SyntaxKind::Or(items) => {
            items.iter().for_each(|item| walk(item, visit));
        }
        SyntaxKind::Call { receiver, arguments, .. } => {
            receiver.iter().for_each(|receiver| walk(receiver, visit));
            arguments.iter().for_each(|argument| walk(argument, visit));
        }
        SyntaxKind::Member(of, _) | SyntaxKind::Not(of) | SyntaxKind::Negate(of) | SyntaxKind::Parenthesised(of) => {
            walk(of, visit)
        }
        SyntaxKind::Compare(_, left, right) | SyntaxKind::Arithmetic(_, left, right) | SyntaxKind::In(left, right) => {
            walk(left, visit);
            walk(right, visit);
        }
        SyntaxKind::Choose(condition, then, otherwise) => {
            [condition, then, otherwise].into_iter().for_each(|part| walk(part, visit));
        }
    }
}
