//! Resolves the sections `fit` and `engagement`.

use super::events::seconds;
use super::names::Scope;
use super::{Checker, type_phrase};
use crate::codes;
use crate::convert::parse_number;
use crate::definition::{Expression, Frame, LimitDecl, PointsDecl, RuleDecl, RuleOrGroup, SectionDecl, Text};
use crate::diagnostic::Diagnostic;
use crate::meaning::{Decay, Expr, Group, Limit, Points, Rule, RuleKind, Section, Table, TableKeys, Type};
use crate::source::{Span, Spanned};

impl Checker {
    /// Resolves a section; `over_events` is true for `engagement`.
    pub(super) fn section(&mut self, decl: &SectionDecl, over_events: bool) -> Section {
        let mut section = Section { limit: limit(decl.frame.limit), ..Section::default() };
        for item in &decl.items {
            match item {
                RuleOrGroup::Rule(rule) => self.rule(&mut section, rule, None, &[&decl.frame], over_events),
                RuleOrGroup::Group(group) => {
                    self.unique(&section, &group.name);
                    let index = section.groups.len();
                    let limit = limit(group.frame.limit);
                    section.groups.push(Group { name: group.name.value.clone(), limit, span: group.name.span });
                    for rule in &group.rules {
                        self.rule(&mut section, rule, Some(index), &[&group.frame, &decl.frame], over_events);
                    }
                }
            }
        }
        section
    }

    fn unique(&mut self, section: &Section, name: &Text) {
        let rules = section.rules.iter().map(|rule| (&rule.name, rule.span));
        let groups = section.groups.iter().map(|group| (&group.name, group.span));
        if let Some((_, first)) = rules.chain(groups).find(|(other, _)| **other == name.value) {
            let message = format!("`{}` names two rules of this section", name.value);
            self.diagnostics.push(
                Diagnostic::error(codes::NAME_TAKEN, name.span, message)
                    .label("second time")
                    .related(first, "first time")
                    .help("explanations show rules by name: give each its own"),
            );
        }
    }

    /// Resolves a rule; `frames` are what surrounds it, innermost first.
    fn rule(
        &mut self,
        section: &mut Section,
        decl: &RuleDecl,
        group: Option<usize>,
        frames: &[&Frame],
        over_events: bool,
    ) {
        self.unique(section, &decl.name);
        let kind = match &decl.on {
            Some(events) if over_events => self.event_rule(decl, events, frames),
            _ => {
                self.refuse_selectors(decl);
                RuleKind::Lead { condition: self.maybe_condition(decl.selectors.condition.as_ref(), Scope::rules()) }
            }
        };
        let scope = if decl.on.is_some() && over_events { Scope::event_rules() } else { Scope::rules() };
        if let Some(points) = self.points(decl, scope) {
            let limit = limit(decl.frame.limit);
            section.rules.push(Rule {
                name: decl.name.value.clone(),
                group,
                kind,
                points,
                limit,
                span: decl.name.span,
            });
        }
    }

    fn event_rule(&mut self, decl: &RuleDecl, events: &[Text], frames: &[&Frame]) -> RuleKind {
        let scope = Scope::event_rules();
        let within = decl.selectors.within.or_else(|| frames.iter().find_map(|frame| frame.within));
        let within = within.and_then(|within| seconds(within.value));
        let since = decl.selectors.since.as_ref().or_else(|| frames.iter().find_map(|frame| frame.since.as_ref()));
        let since = since.map(|names| self.event_set(&names.value)).filter(|set| !set.is_empty());
        let decay = decl.frame.decay.or_else(|| frames.iter().find_map(|frame| frame.decay));
        let select = self.select(events, &decl.selectors, within, since, scope);
        let once = self.once(&decl.selectors, scope);
        RuleKind::Events { select, once, decay: decay.map_or(Decay::Never, |decay| decay.value) }
    }

    /// A rule without `on` looks at the lead, not at events: what chooses or ages events has no meaning there.
    fn refuse_selectors(&mut self, decl: &RuleDecl) {
        let selectors = &decl.selectors;
        let given = [
            ("`within`", selectors.within.as_ref().map(|within| within.span)),
            ("`since`", selectors.since.as_ref().map(|since| since.span)),
            ("`times`", selectors.times.as_ref().map(|times| times.span)),
            ("`once_per`", selectors.once_per.as_ref().map(|_| decl.name.span)),
            ("a decay", decl.frame.decay.as_ref().map(|decay| decay.span)),
        ];
        for (key, span) in given.into_iter().filter_map(|(key, span)| span.map(|span| (key, span))) {
            let message = format!("{key} needs events to look at, the rule `{}` has no `on`", decl.name.value);
            let help = "add `on: event_name`, or make a signal with it and use that in `if`";
            self.diagnostics.push(Diagnostic::error(codes::INCOMPLETE_RULE, span, message).help(help));
        }
    }

    fn points(&mut self, decl: &RuleDecl, scope: Scope) -> Option<Points> {
        let incomplete = |checker: &mut Checker, message: String, help: &str| {
            checker.diagnostics.push(Diagnostic::error(codes::INCOMPLETE_RULE, decl.name.span, message).help(help));
        };
        let name = &decl.name.value;
        match (&decl.points, &decl.by) {
            (PointsDecl::Unreadable, by) => {
                by.as_ref().and_then(|by| self.table_value(by, scope));
                None
            }
            (PointsDecl::Fixed(points), None) => {
                if decl.on.is_none() && decl.selectors.condition.is_none() {
                    let help = "add `if: condition`; in `engagement` also `on: event_name`";
                    incomplete(self, format!("the rule `{name}` would give everybody its points"), help);
                }
                Some(Points::Fixed(points.value))
            }
            (PointsDecl::Fixed(_), Some(_)) => {
                incomplete(
                    self,
                    format!("the rule `{name}` looks at a value and gives the same points for all"),
                    "write a table, `points: {value: 10}`, or `if` instead of `by`",
                );
                None
            }
            (PointsDecl::Table(_), None) => {
                incomplete(
                    self,
                    format!("the rule `{name}` has a table and no value to look up"),
                    "add `by: attribute`",
                );
                None
            }
            (PointsDecl::Table(entries), Some(by)) => {
                let by = self.table_value(by, scope)?;
                let table = self.table(entries, &by)?;
                Some(Points::Table { by, table })
            }
        }
    }

    fn table_value(&mut self, by: &Expression, scope: Scope) -> Option<Expr> {
        let typed = self.value(by, scope)?;
        if typed.ty == Type::Time {
            let message = format!("a table cannot look up a time, and `{}` is one", by.text);
            let help = format!("count its days: `by: days_since({})`", by.text);
            self.diagnostics.push(Diagnostic::error(codes::WRONG_TYPE, typed.span, message).help(help));
            return None;
        }
        Some(typed)
    }

    fn table(&mut self, entries: &Spanned<Vec<(Text, Spanned<i64>)>>, by: &Expr) -> Option<Table> {
        let special =
            |key: &str| entries.value.iter().find(|(name, _)| name.value == key).map(|(_, points)| points.value);
        let (otherwise, missing) = (special("else"), special("missing"));
        let keys: Vec<(&Text, i64)> = entries
            .value
            .iter()
            .filter(|(name, _)| !matches!(name.value.as_str(), "else" | "missing"))
            .map(|(name, points)| (name, points.value))
            .collect();
        if entries.value.is_empty() {
            let message = "the table is empty";
            self.diagnostics.push(
                Diagnostic::error(codes::INCOMPLETE_RULE, entries.span, message)
                    .help("give values points: `{Software: 30}`"),
            );
            return None;
        }
        let keys = match by.ty {
            Type::Number => self.number_keys(&keys)?,
            Type::Boolean => self.boolean_keys(&keys)?,
            _ => TableKeys::Text(keys.into_iter().map(|(name, points)| (name.value.clone(), points)).collect()),
        };
        Some(Table { keys, otherwise, missing })
    }

    fn number_keys(&mut self, keys: &[(&Text, i64)]) -> Option<TableKeys> {
        let mut bounds: Vec<(f64, i64, Span)> = Vec::new();
        let mut sound = true;
        for (name, points) in keys {
            let text = name.value.trim();
            let Some(bound) = text.strip_suffix('+').and_then(parse_number) else {
                let message = format!("`{text}` is not a key for numbers");
                let help = match parse_number(text) {
                    Some(_) => format!(
                        "write `{text}+` for \"from {text} up\"; the greatest bound not above the value decides"
                    ),
                    None => "keys for numbers are lower bounds such as `50+`, and `else`, `missing`".into(),
                };
                self.diagnostics.push(Diagnostic::error(codes::BAD_TABLE_KEY, name.span, message).help(help));
                sound = false;
                continue;
            };
            if let Some((.., first)) = bounds.iter().find(|(other, ..)| *other == bound) {
                let message = format!("`{text}` and the marked key are the same bound");
                self.diagnostics.push(
                    Diagnostic::error(codes::EQUAL_BOUNDS, name.span, message)
                        .related(*first, "the same bound")
                        .help("keep one"),
                );
                sound = false;
            }
            bounds.push((bound, *points, name.span));
        }
        bounds.sort_by(|a, b| a.0.total_cmp(&b.0));
        sound.then(|| TableKeys::Number(bounds.into_iter().map(|(bound, points, _)| (bound, points)).collect()))
    }

    fn boolean_keys(&mut self, keys: &[(&Text, i64)]) -> Option<TableKeys> {
        let (mut yes, mut no, mut sound) = (None, None, true);
        for (name, points) in keys {
            match name.value.as_str() {
                "true" => yes = Some(*points),
                "false" => no = Some(*points),
                other => {
                    let message = format!("`{other}` is not a key for {}", type_phrase(Type::Boolean));
                    let help = "keys are `true`, `false`, `else` and `missing`";
                    self.diagnostics.push(Diagnostic::error(codes::BAD_TABLE_KEY, name.span, message).help(help));
                    sound = false;
                }
            }
        }
        sound.then_some(TableKeys::Boolean { yes, no })
    }
}

fn limit(decl: Option<LimitDecl>) -> Option<Limit> {
    decl.map(|decl| Limit { low: decl.low, high: decl.high })
}
