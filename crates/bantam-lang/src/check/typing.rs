//! Gives every part of an expression its type and every name its meaning.

use super::functions::type_call;
use super::names::{Meant, Scope, known_from};
use super::{Checker, type_phrase};
use crate::codes;
use crate::definition::Expression;
use crate::diagnostic::{Code, Diagnostic};
use crate::expression::{Syntax, SyntaxKind};
use crate::meaning::{CompareOp, Expr, ExprKind, Name, Set, Type, Value};
use crate::nearest::{did_you_mean, list_names};
use crate::source::{Span, Spanned};

/// Types an expression that must be true or false.
pub(super) fn type_condition(checker: &mut Checker, expression: &Expression, scope: Scope) -> Option<Expr> {
    let syntax = expression.syntax.as_ref()?;
    Typing { checker, expression, scope }.expect(syntax, Type::Boolean, "a condition")
}

/// Types an expression of any type.
pub(super) fn type_value(checker: &mut Checker, expression: &Expression, scope: Scope) -> Option<Expr> {
    let syntax = expression.syntax.as_ref()?;
    Typing { checker, expression, scope }.infer(syntax)
}

/// One expression on its way to a typed one. Methods return `None` where an error was told, and go on with siblings first,
/// so that all errors of an expression are told at once.
pub(super) struct Typing<'a> {
    pub(super) checker: &'a mut Checker,
    pub(super) expression: &'a Expression,
    pub(super) scope: Scope,
}

impl Typing<'_> {
    pub(super) fn place(&self, syntax: &Syntax) -> Span {
        self.expression.place(syntax.span)
    }

    pub(super) fn shown(&self, syntax: &Syntax) -> &str {
        self.expression.part(syntax.span)
    }

    pub(super) fn error(&mut self, code: Code, span: Span, message: String, help: Option<String>) {
        self.checker.diagnostics.push(Diagnostic::error(code, span, message).maybe_help(help));
    }

    pub(super) fn infer(&mut self, syntax: &Syntax) -> Option<Expr> {
        let span = self.place(syntax);
        let (kind, ty) = match &syntax.kind {
            SyntaxKind::Parenthesised(inner) => return self.infer(inner),
            SyntaxKind::Number(value) => (ExprKind::Literal(Value::Number(*value)), Type::Number),
            SyntaxKind::Text(text) => (ExprKind::Literal(Value::Text(text.clone())), Type::Text),
            SyntaxKind::Boolean(value) => (ExprKind::Literal(Value::Boolean(*value)), Type::Boolean),
            SyntaxKind::List(_) => return self.stray_list(span),
            SyntaxKind::Name(_) | SyntaxKind::Member(..) => {
                let name = self.name(syntax)?;
                (ExprKind::Name(name), self.checker.meaning.type_of(name))
            }
            SyntaxKind::Call { receiver, function, arguments } => {
                return type_call(self, syntax, receiver.as_deref(), function, arguments);
            }
            SyntaxKind::Not(inner) => {
                (ExprKind::Not(self.expect(inner, Type::Boolean, "what stands behind `!`")?.into()), Type::Boolean)
            }
            SyntaxKind::Negate(inner) => self.negate(inner)?,
            SyntaxKind::And(parts) => (ExprKind::And(self.conditions(parts, "`&&`")?), Type::Boolean),
            SyntaxKind::Or(parts) => (ExprKind::Or(self.conditions(parts, "`||`")?), Type::Boolean),
            SyntaxKind::Compare(op, left, right) => (self.compare(op, left, right)?, Type::Boolean),
            SyntaxKind::In(value, set) => (self.is_in(value, set)?, Type::Boolean),
            SyntaxKind::Arithmetic(op, left, right) => {
                let what = format!("a side of `{}`", op.value.sign());
                let left = self.expect(left, Type::Number, &what);
                let right = self.expect(right, Type::Number, &what);
                (ExprKind::Arithmetic(op.value, left?.into(), right?.into()), Type::Number)
            }
            SyntaxKind::Choose(condition, then, otherwise) => return self.choose(span, condition, then, otherwise),
        };
        Some(Expr { kind, ty, span })
    }

    fn stray_list(&mut self, span: Span) -> Option<Expr> {
        let help = "compare with `x in [...]`".to_owned();
        self.error(codes::WRONG_TYPE, span, "a list may stand right of `in` or in `size()` only".into(), Some(help));
        None
    }

    fn conditions(&mut self, parts: &[Syntax], sign: &str) -> Option<Vec<Expr>> {
        let what = format!("a side of {sign}");
        let typed: Vec<_> = parts.iter().map(|part| self.expect(part, Type::Boolean, &what)).collect();
        typed.into_iter().collect()
    }

    fn negate(&mut self, inner: &Syntax) -> Option<(ExprKind, Type)> {
        let typed = self.expect(inner, Type::Number, "what stands behind `-`")?;
        Some(match typed.kind {
            ExprKind::Literal(Value::Number(value)) => (ExprKind::Literal(Value::Number(-value)), Type::Number),
            _ => (ExprKind::Negate(typed.into()), Type::Number),
        })
    }

    /// Types a part that must be of one type; `what` says what the part is.
    pub(super) fn expect(&mut self, syntax: &Syntax, kind: Type, what: &str) -> Option<Expr> {
        let typed = self.infer(syntax)?;
        if typed.ty == kind {
            return Some(typed);
        }
        let shown = self.shown(syntax).to_owned();
        let message = format!("{what} must be {}, `{shown}` is {}", type_phrase(kind), type_phrase(typed.ty));
        let help = match (kind, &typed.kind) {
            (Type::Boolean, ExprKind::Name(_)) if typed.ty == Type::Number => {
                Some(format!("compare it: `{shown} >= 1`; `known({shown})` asks whether it is present"))
            }
            (Type::Boolean, ExprKind::Name(_)) => Some(format!("`known({shown})` asks whether it is present")),
            (Type::Number, ExprKind::Literal(Value::Text(text))) if crate::convert::parse_number(text).is_some() => {
                Some(format!("write {text} without quotes"))
            }
            (Type::Number, _) if typed.ty == Type::Time => Some(format!("count its days: `days_since({shown})`")),
            _ => None,
        };
        self.error(codes::WRONG_TYPE, typed.span, message, help);
        None
    }

    /// Resolves `name` or `event.name`.
    pub(super) fn name(&mut self, syntax: &Syntax) -> Option<Name> {
        match &syntax.kind {
            SyntaxKind::Name(name) => self.lead_name(name, self.place(syntax)),
            SyntaxKind::Member(of, member) => match &of.kind {
                SyntaxKind::Name(event) if event == "event" => self.event_name(member, self.place(syntax)),
                _ => {
                    let shown = self.shown(of).to_owned();
                    let message = format!("`{shown}` has no parts");
                    let help = format!(
                        "only events have, as in `event.{}`; for a nested column declare `name: {{from: a.b}}`",
                        member.value
                    );
                    self.error(codes::UNKNOWN_NAME, self.place(syntax), message, Some(help));
                    None
                }
            },
            _ => {
                let message = format!("`{}` is not a name", self.shown(syntax));
                self.error(
                    codes::BAD_CALL,
                    self.place(syntax),
                    message,
                    Some("write a name here, such as `industry` or `event.path`".into()),
                );
                None
            }
        }
    }

    fn lead_name(&mut self, name: &str, span: Span) -> Option<Name> {
        if self.checker.poisoned.iter().any(|poisoned| poisoned == name) {
            return None;
        }
        match self.checker.names.find(name) {
            Some(Meant::Value(found)) if self.scope.sees(found) => Some(found),
            Some(Meant::Value(found)) => {
                let message = format!("`{name}` is not known here");
                self.error(codes::NAME_NOT_YET, span, message, Some(known_from(found).into()));
                None
            }
            Some(Meant::List(_)) => {
                let message = format!("`{name}` is a list");
                self.error(
                    codes::WRONG_TYPE,
                    span,
                    message,
                    Some(format!("ask whether it holds a text: `x in {name}`")),
                );
                None
            }
            None => {
                self.unknown_name(name, span);
                None
            }
        }
    }

    fn unknown_name(&mut self, name: &str, span: Span) {
        let property = self.checker.meaning.event.properties.iter().any(|property| property.name == name);
        let help = if name == "event" {
            "name what you want of the event, such as `event.path` or `event.name`".to_owned()
        } else if property {
            format!("`{name}` belongs to events: write `event.{name}`")
        } else if let Some(help) = did_you_mean(name, self.checker.names.known(self.scope)) {
            help
        } else if name.chars().any(|c| c.is_ascii_uppercase()) {
            format!("a text stands in quotes: `\"{name}\"`")
        } else {
            format!("declare it under `lead`: `{name}: text`; a text stands in quotes: `\"{name}\"`")
        };
        let message = format!("unknown attribute `{name}`");
        self.checker.diagnostics.push(
            Diagnostic::error(codes::UNKNOWN_NAME, span, message)
                .label("not declared under `lead`, `derive` or `signals`")
                .help(help),
        );
    }

    fn event_name(&mut self, member: &Spanned<String>, span: Span) -> Option<Name> {
        let properties = &self.checker.meaning.event.properties;
        let found = match member.value.as_str() {
            "name" => Some(Name::EventName),
            "time" => Some(Name::EventTime),
            other => properties.iter().position(|property| property.name == other).map(Name::Property),
        };
        if !self.scope.event {
            let help = "`event.x` has a value in rules with `on`, signals and actions; elsewhere use a signal such as `{last: page_viewed}`";
            self.error(codes::NO_EVENT_HERE, span, "there is no event to look at here".into(), Some(help.into()));
            return None;
        }
        if found.is_none() {
            let known: Vec<&str> =
                properties.iter().map(|property| property.name.as_str()).chain(["name", "time"]).collect();
            let lead = self.checker.names.find(&member.value).is_some();
            let help = if lead {
                format!("`{0}` is the lead's: write `{0}`", member.value)
            } else {
                did_you_mean(&member.value, known.iter().copied())
                    .unwrap_or_else(|| format!("declare it under `event`: `{}: text`", member.value))
            };
            let message = format!("unknown property `event.{}`", member.value);
            let label = format!("events have {}", list_names(known, 6));
            self.checker
                .diagnostics
                .push(Diagnostic::error(codes::UNKNOWN_NAME, span, message).label(label).help(help));
        }
        found
    }

    fn compare(&mut self, op: &Spanned<CompareOp>, left: &Syntax, right: &Syntax) -> Option<ExprKind> {
        let ordering = !matches!(op.value, CompareOp::Equal | CompareOp::NotEqual);
        if ordering
            && matches!(&left.kind, SyntaxKind::Compare(inner, ..) if !matches!(inner.value, CompareOp::Equal | CompareOp::NotEqual))
        {
            let SyntaxKind::Compare(_, _, middle) = &left.kind else { return None };
            let fixed =
                format!("{} && {} {} {}", self.shown(left), self.shown(middle), op.value.sign(), self.shown(right));
            let span = self.place(left).join(self.place(right));
            self.error(
                codes::WRONG_TYPE,
                span,
                "comparisons cannot be chained".into(),
                Some(format!("write `{fixed}`")),
            );
            return None;
        }
        let (typed_left, typed_right) = (self.infer(left), self.infer(right));
        let (typed_left, typed_right) = (typed_left?, typed_right?);
        if typed_left.ty != typed_right.ty {
            self.types_differ(op.value, (left, &typed_left), (right, &typed_right));
            return None;
        }
        if ordering && !matches!(typed_left.ty, Type::Number | Type::Time) {
            let span = typed_left.span.join(typed_right.span);
            let message = format!("`{}` takes numbers and times, not {}", op.value.sign(), type_phrase(typed_left.ty));
            let help = (typed_left.ty == Type::Text)
                .then(|| format!("if `{}` holds numbers, declare it as `number`", self.shown(left)));
            self.error(codes::WRONG_TYPE, span, message, help);
            return None;
        }
        Some(ExprKind::Compare(op.value, typed_left.into(), typed_right.into()))
    }

    fn types_differ(&mut self, op: CompareOp, left: (&Syntax, &Expr), right: (&Syntax, &Expr)) {
        let span = left.1.span.join(right.1.span);
        let shown = (self.shown(left.0).to_owned(), self.shown(right.0).to_owned());
        let message = format!(
            "`{}` is {} and `{}` is {}: they cannot be compared",
            shown.0,
            type_phrase(left.1.ty),
            shown.1,
            type_phrase(right.1.ty)
        );
        let ((name, kind), (literal, value)) = match (&left.1.kind, &right.1.kind) {
            (ExprKind::Literal(value), _) => ((&shown.1, right.1.ty), (&shown.0, Some(value))),
            (_, ExprKind::Literal(value)) => ((&shown.0, left.1.ty), (&shown.1, Some(value))),
            _ => ((&shown.0, left.1.ty), (&shown.1, None)),
        };
        let help = match (kind, value) {
            (Type::Number, Some(Value::Text(text))) if crate::convert::parse_number(text).is_some() => {
                Some(format!("write {} without quotes", text.trim()))
            }
            (Type::Text, Some(Value::Number(_))) => {
                Some(format!("declare `{name}` as `number`, or write `\"{literal}\"`"))
            }
            (Type::Time, Some(Value::Text(text))) => Some(format!("write `timestamp(\"{text}\")`")),
            (Type::Time, Some(Value::Number(_))) => {
                Some(format!("count its days: `days_since({name}) {} {literal}`", op.sign()))
            }
            (Type::Boolean, Some(Value::Text(_) | Value::Number(_))) => Some(format!("write `{name}` or `!{name}`")),
            (Type::Text, Some(Value::Boolean(_))) => Some(format!("declare `{name}` as `boolean`")),
            _ => None,
        };
        self.error(codes::WRONG_TYPE, span, message, help);
    }

    fn is_in(&mut self, value: &Syntax, set: &Syntax) -> Option<ExprKind> {
        if let SyntaxKind::Name(name) = &set.bare().kind
            && let Some(Meant::List(index)) = self.checker.names.find(name)
        {
            let value = self.expect(value, Type::Text, &format!("what is looked up in `{name}`"))?;
            return Some(ExprKind::In(value.into(), Set::List(index)));
        }
        let SyntaxKind::List(items) = &set.bare().kind else {
            self.not_a_list(set);
            return None;
        };
        let (typed, set) = (self.infer(value), self.literal_set(items));
        let (typed, (set, kind)) = (typed?, set?);
        if let Some(kind) = kind
            && kind != typed.ty
        {
            let message =
                format!("`{}` is {} and the list holds {}s", self.shown(value), type_phrase(typed.ty), kind.word());
            let help =
                (kind == Type::Text && typed.ty == Type::Number).then(|| "write the numbers without quotes".to_owned());
            self.error(codes::WRONG_TYPE, typed.span, message, help);
            return None;
        }
        Some(ExprKind::In(typed.into(), set))
    }

    fn not_a_list(&mut self, set: &Syntax) {
        let shown = self.shown(set).to_owned();
        let known = did_you_mean(&shown, self.checker.names.lists());
        let help = match &set.bare().kind {
            SyntaxKind::Text(_) => format!("put it in brackets: `[{shown}]`"),
            _ => known.unwrap_or_else(|| "write `[\"a\", \"b\"]`, or the name of a list under `lists`".into()),
        };
        self.error(codes::WRONG_TYPE, self.place(set), format!("`{shown}` is not a list"), Some(help));
    }

    /// Types the literals of a list; the type is `None` for an empty one.
    pub(super) fn literal_set(&mut self, items: &[Syntax]) -> Option<(Set, Option<Type>)> {
        let mut values = Vec::new();
        for item in items {
            let typed = self.infer(item)?;
            let ExprKind::Literal(value) = typed.kind else {
                let message = format!("`{}` is not a literal", self.shown(item));
                self.error(
                    codes::WRONG_TYPE,
                    typed.span,
                    message,
                    Some("lists hold texts, numbers or true and false".into()),
                );
                return None;
            };
            values.push((value, typed.span));
        }
        let kind = values.first().map(|(value, _)| value.kind());
        if let Some((_, span)) =
            values.iter().find(|(value, _)| Some(value.kind()) != kind || value.kind() == Type::Time)
        {
            self.error(
                codes::WRONG_TYPE,
                *span,
                "a list holds literals of one type: texts, numbers or true and false".into(),
                None,
            );
            return None;
        }
        let values = values.into_iter().map(|(value, _)| value);
        let set = match kind {
            Some(Type::Number) => {
                Set::Numbers(values.filter_map(|v| if let Value::Number(n) = v { Some(n) } else { None }).collect())
            }
            Some(Type::Boolean) => {
                Set::Booleans(values.filter_map(|v| if let Value::Boolean(b) = v { Some(b) } else { None }).collect())
            }
            _ => Set::Texts(values.filter_map(|v| if let Value::Text(t) = v { Some(t) } else { None }).collect()),
        };
        Some((set, kind))
    }

    fn choose(&mut self, span: Span, condition: &Syntax, then: &Syntax, otherwise: &Syntax) -> Option<Expr> {
        let condition = self.expect(condition, Type::Boolean, "what stands before `?`");
        let (then_typed, otherwise_typed) = (self.infer(then), self.infer(otherwise));
        let (condition, then_typed, otherwise_typed) = (condition?, then_typed?, otherwise_typed?);
        if then_typed.ty != otherwise_typed.ty {
            let message = format!(
                "both sides of `:` need one type: `{}` is {} and `{}` is {}",
                self.shown(then),
                type_phrase(then_typed.ty),
                self.shown(otherwise),
                type_phrase(otherwise_typed.ty)
            );
            self.error(codes::WRONG_TYPE, span, message, None);
            return None;
        }
        let ty = then_typed.ty;
        Some(Expr { kind: ExprKind::Choose(condition.into(), then_typed.into(), otherwise_typed.into()), ty, span })
    }
}
