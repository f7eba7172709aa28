//! The one name space of a definition, and which of its names are known where.

use super::Checker;
use crate::codes;
use crate::definition::Text;
use crate::diagnostic::Diagnostic;
use crate::meaning::Name;
use crate::source::Span;

/// Names that every definition has, with what they resolve to.
pub(super) const VARIABLES: &[(&str, Name)] = &[
    ("criteria_met", Name::CriteriaMet),
    ("sales_status", Name::SalesStatus),
    ("accepted_by_sales", Name::AcceptedBySales),
    ("became_opportunity", Name::BecameOpportunity),
    ("persona", Name::Persona),
    ("fit", Name::Fit),
    ("fit_unknown", Name::FitUnknown),
    ("engagement", Name::Engagement),
    ("score", Name::Score),
    ("stage", Name::Stage),
    ("grade", Name::Grade),
    ("disqualified", Name::Disqualified),
];

/// Words that CEL keeps for itself, and `event`.
const RESERVED: &[&str] = &[
    "event",
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// What a name of the definition stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meant {
    /// A value of the lead.
    Value(Name),
    /// A list, for `in`.
    List(usize),
}

/// All declared names with what they mean and where they are declared.
#[derive(Default)]
pub(super) struct Names {
    entries: Vec<(String, Meant, Span)>,
}

impl Names {
    pub(super) fn find(&self, name: &str) -> Option<Meant> {
        let declared = self.entries.iter().find(|(other, ..)| other == name).map(|(_, meant, _)| *meant);
        declared.or_else(|| VARIABLES.iter().find(|(other, _)| *other == name).map(|(_, name)| Meant::Value(*name)))
    }

    /// Names that may be used as values where `scope` holds.
    pub(super) fn known(&self, scope: Scope) -> impl Iterator<Item = &str> {
        let declared = self.entries.iter().map(|(name, meant, _)| (name.as_str(), *meant));
        let variables = VARIABLES.iter().map(|(name, meant)| (*name, Meant::Value(*meant)));
        declared.chain(variables).filter_map(move |(text, meant)| match meant {
            Meant::Value(name) => scope.sees(name).then_some(text),
            Meant::List(_) => None,
        })
    }

    pub(super) fn lists(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter(|(_, meant, _)| matches!(meant, Meant::List(_))).map(|(name, ..)| name.as_str())
    }
}

/// What an expression may use.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scope {
    /// Attributes of the lead, answers of sales and `criteria_met`.
    lead: bool,
    /// Derived attributes before this index.
    derived: usize,
    signals: bool,
    persona: bool,
    scores: bool,
    outcome: bool,
    /// `event.x`.
    pub(super) event: bool,
}

impl Scope {
    /// The event alone: conditions of actions.
    pub(super) fn event_only() -> Self {
        Scope { event: true, ..Scope::default() }
    }

    /// What the derived attribute at `index` sees.
    pub(super) fn derived(index: usize) -> Self {
        Scope { lead: true, derived: index, ..Scope::default() }
    }

    /// What signals see, beside the event.
    pub(super) fn signals() -> Self {
        Scope { event: true, ..Scope::derived(usize::MAX) }
    }

    /// What personas see.
    pub(super) fn personas() -> Self {
        Scope { signals: true, ..Scope::derived(usize::MAX) }
    }

    /// What rules over the lead see.
    pub(super) fn rules() -> Self {
        Scope { persona: true, ..Scope::personas() }
    }

    /// What rules over events see.
    pub(super) fn event_rules() -> Self {
        Scope { event: true, ..Scope::rules() }
    }

    /// What disqualifiers and stages see.
    pub(super) fn stages() -> Self {
        Scope { scores: true, ..Scope::rules() }
    }

    /// What routes see.
    pub(super) fn routes() -> Self {
        Scope { outcome: true, ..Scope::stages() }
    }

    pub(super) fn sees(self, name: Name) -> bool {
        match name {
            Name::Attribute(_)
            | Name::CriteriaMet
            | Name::SalesStatus
            | Name::AcceptedBySales
            | Name::BecameOpportunity => self.lead,
            Name::Derived(index) => self.lead && index < self.derived,
            Name::Signal(_) => self.signals,
            Name::Persona => self.persona,
            Name::Fit | Name::FitUnknown | Name::Engagement | Name::Score => self.scores,
            Name::Stage | Name::Grade | Name::Disqualified => self.outcome,
            Name::Property(_) | Name::EventName | Name::EventTime => self.event,
        }
    }
}

/// Says from where on a name is known.
pub(super) fn known_from(name: Name) -> &'static str {
    match name {
        Name::Derived(_) => "a derived attribute is known to the entries below it, signals, personas and rules",
        Name::Signal(_) => "signals are known to personas, rules, stages and routes",
        Name::Persona => "the persona is known to rules, stages and routes",
        Name::Fit | Name::FitUnknown | Name::Engagement | Name::Score => {
            "scores are known to `disqualify`, `stages` and `routes`"
        }
        Name::Stage | Name::Grade | Name::Disqualified => "the outcome is known to `routes` alone",
        _ => "an action sees `event.x` alone",
    }
}

impl Checker {
    /// Puts a name into the name space; says what is wrong with it, if anything.
    pub(super) fn declare(&mut self, name: &Text, meant: Meant) {
        if !is_name(&name.value) {
            let help = match suggest_name(&name.value) {
                Some(suggestion) => format!("write `{suggestion}`; names are made of a-z, 0-9 and `_`"),
                None => "names are made of a-z, 0-9 and `_` and begin with a letter or `_`".into(),
            };
            let message = format!("`{}` cannot be used in conditions", name.value);
            self.diagnostics.push(Diagnostic::error(codes::BAD_NAME, name.span, message).help(help));
            self.poisoned.push(name.value.clone());
        } else if RESERVED.contains(&name.value.as_str()) || VARIABLES.iter().any(|(other, _)| *other == name.value) {
            let message = format!("`{}` is a word of the language", name.value);
            self.diagnostics.push(Diagnostic::error(codes::BAD_NAME, name.span, message).help("choose another name"));
        } else if let Some((_, _, first)) = self.names.entries.iter().find(|(other, ..)| *other == name.value) {
            let first = *first;
            let message = format!("`{}` is declared twice", name.value);
            self.diagnostics.push(
                Diagnostic::error(codes::NAME_TAKEN, name.span, message)
                    .label("second time")
                    .related(first, "first time")
                    .help(
                        "attributes, criteria, derived attributes, signals and lists share one name space: rename one",
                    ),
            );
        } else {
            self.names.entries.push((name.value.clone(), meant, name.span));
        }
    }
}

fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_lowercase() || c == '_')
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn suggest_name(text: &str) -> Option<String> {
    let snake: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    let snake = snake.trim_matches('_').to_owned();
    is_name(&snake).then_some(snake)
}
