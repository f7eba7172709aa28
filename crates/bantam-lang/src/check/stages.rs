//! Resolves what follows from the score: disqualifiers, stages, hand-off, grades and routes.

use super::Checker;
use super::names::Scope;
use crate::codes;
use crate::definition::{Definition, Expression, StageDecl, Text};
use crate::diagnostic::Diagnostic;
use crate::expression::SyntaxKind;
use crate::meaning::{Band, Conditional, DISQUALIFIED, Expr, ExprKind, HandOff, Route, Stage};
use crate::nearest::{did_you_mean, list_names};
use crate::source::Spanned;

impl Checker {
    pub(super) fn disqualify(&mut self, definition: &Definition) {
        for decl in &definition.disqualify {
            if let Some(condition) = self.condition(&decl.expression, Scope::stages()) {
                self.meaning.disqualify.push(Conditional { name: decl.name.value.clone(), condition });
            }
        }
    }

    pub(super) fn stages(&mut self, definition: &Definition) {
        for decl in &definition.stages {
            self.stage_name(decl);
            let (mut condition, mut parts) = (None, Vec::new());
            if let Some(expression) = &decl.condition
                && let Some(typed) = self.condition(expression, Scope::stages())
            {
                parts = split_parts(expression, &typed);
                condition = Some(typed);
            }
            self.meaning.stages.push(Stage { name: decl.name.value.clone(), condition, parts, span: decl.name.span });
        }
        self.meaning.hand_off = definition.hand_off.as_ref().and_then(|decl| {
            let stage = self.find_stage(&decl.stage)?;
            let reject_reasons = decl.reject_reasons.iter().map(|reason| reason.value.clone()).collect();
            Some(HandOff {
                stage,
                reject_reasons,
                recycle_after_seconds: decl.recycle_after.as_ref().map(|after| after.value),
            })
        });
    }

    fn stage_name(&mut self, decl: &StageDecl) {
        if decl.name.value == DISQUALIFIED {
            let message = format!("`{DISQUALIFIED}` is the stage of leads that `disqualify` sorts out");
            self.diagnostics.push(
                Diagnostic::error(codes::RESERVED_STAGE, decl.name.span, message)
                    .help("remove this stage: disqualified leads get it by themselves"),
            );
        } else if let Some(first) = self.meaning.stages.iter().find(|stage| stage.name == decl.name.value) {
            let message = format!("there are two stages `{}`", decl.name.value);
            self.diagnostics.push(
                Diagnostic::error(codes::NAME_TAKEN, decl.name.span, message)
                    .label("second one")
                    .related(first.span, "first one")
                    .help("rename one"),
            );
        }
    }

    fn find_stage(&mut self, name: &Text) -> Option<usize> {
        let found = self.meaning.stages.iter().position(|stage| stage.name == name.value);
        if found.is_none() {
            let names = || self.meaning.stages.iter().map(|stage| stage.name.as_str());
            let help =
                did_you_mean(&name.value, names()).unwrap_or_else(|| format!("stages are {}", list_names(names(), 9)));
            let message = format!("there is no stage `{}`", name.value);
            self.diagnostics.push(Diagnostic::error(codes::UNKNOWN_STAGE, name.span, message).help(help));
        }
        found
    }

    pub(super) fn grades(&mut self, definition: &Definition) {
        self.meaning.grades.fit = definition.grades_fit.as_deref().map(bands);
        self.meaning.grades.engagement = definition.grades_engagement.as_deref().map(bands);
    }

    pub(super) fn routes(&mut self, definition: &Definition) {
        for decl in &definition.routes {
            let condition = match &decl.condition {
                Some(expression) => match self.condition(expression, Scope::routes()) {
                    Some(condition) => Some(condition),
                    None => continue,
                },
                None => None,
            };
            self.meaning.routes.push(Route {
                to: decl.to.value.clone(),
                condition,
                respond_within_seconds: decl.respond_within.as_ref().map(|within| within.value),
                escalate_to: decl.escalate_to.as_ref().map(|to| to.value.clone()),
                span: decl.span,
            });
        }
    }
}

/// Letters with the highest bound first.
fn bands(letters: &[(Text, Spanned<i64>)]) -> Vec<Band> {
    let mut bands: Vec<Band> =
        letters.iter().map(|(letter, from)| Band { letter: letter.value.clone(), from: from.value }).collect();
    bands.sort_by_key(|band| std::cmp::Reverse(band.from));
    bands
}

/// The top-level `&&` parts as written; what stands in parentheses is one part.
fn split_parts(expression: &Expression, typed: &Expr) -> Vec<(String, Expr)> {
    let whole = || vec![(expression.text.clone(), typed.clone())];
    match (expression.syntax.as_ref().map(|syntax| &syntax.kind), &typed.kind) {
        (Some(SyntaxKind::And(parts)), ExprKind::And(exprs)) if parts.len() == exprs.len() => {
            parts.iter().zip(exprs).map(|(part, expr)| (expression.part(part.span).to_owned(), expr.clone())).collect()
        }
        _ => whole(),
    }
}
