//! Resolves what leads and events carry, lists and computed names.

use super::names::{Meant, Scope};
use super::{Checker, ReadList};
use crate::codes;
use crate::convert::convert_text;
use crate::definition::{AttributeDecl, Definition, ListContent, ListDecl, Text};
use crate::diagnostic::Diagnostic;
use crate::meaning::{Attribute, Conditional, Derived, List, Name, Type};

/// A list file may hold this many values: a million texts are tens of megabytes.
const LIST_VALUES_MAX: usize = 1_000_000;

impl Checker {
    pub(super) fn attributes(&mut self, definition: &Definition) {
        if let Some(id) = &definition.lead_id {
            self.meaning.lead.id_column = id.value.clone();
        }
        for decl in &definition.lead {
            let attribute = self.attribute(decl);
            self.declare(&decl.name, Meant::Value(Name::Attribute(self.meaning.lead.attributes.len())));
            self.meaning.lead.attributes.push(attribute);
        }
        for criterion in &definition.criteria {
            self.criterion(definition, criterion);
        }
    }

    fn attribute(&mut self, decl: &AttributeDecl) -> Attribute {
        let default = decl.default.as_ref().and_then(|text| {
            let value = convert_text(&text.value, decl.kind);
            if value.is_none() {
                let message = format!("the default `{}` is not {}", text.value, super::type_phrase(decl.kind));
                let help = format!("write {} here, or change the type", super::type_phrase(decl.kind));
                self.diagnostics.push(Diagnostic::error(codes::BAD_DEFAULT, text.span, message).help(help));
            }
            value
        });
        Attribute {
            name: decl.name.value.clone(),
            kind: decl.kind,
            column: decl.from.as_ref().unwrap_or(&decl.name).value.clone(),
            missing: decl.missing.iter().map(|text| text.value.clone()).collect(),
            default,
        }
    }

    fn criterion(&mut self, definition: &Definition, criterion: &Text) {
        let declared = definition.lead.iter().position(|decl| decl.name.value == criterion.value);
        let repeated = self.meaning.criteria.iter().any(|&index| {
            self.meaning.lead.attributes.get(index).is_some_and(|attribute| attribute.name == criterion.value)
        });
        if repeated {
            let message = format!("the criterion `{}` is listed twice", criterion.value);
            self.diagnostics.push(Diagnostic::error(codes::NAME_TAKEN, criterion.span, message).help("remove one"));
            return;
        }
        match declared {
            Some(index) => {
                let decl = definition.lead.get(index).filter(|decl| decl.kind != Type::Boolean);
                if let Some(decl) = decl {
                    let message = format!("the criterion `{}` must be a boolean", criterion.value);
                    let help = format!("write `{}: boolean`", criterion.value);
                    self.diagnostics.push(
                        Diagnostic::error(codes::WRONG_TYPE, decl.name.span, message)
                            .related(criterion.span, "made a criterion here")
                            .help(help),
                    );
                }
                self.meaning.criteria.push(index);
            }
            None => {
                let index = self.meaning.lead.attributes.len();
                self.declare(criterion, Meant::Value(Name::Attribute(index)));
                self.meaning.lead.attributes.push(Attribute {
                    name: criterion.value.clone(),
                    kind: Type::Boolean,
                    column: criterion.value.clone(),
                    missing: Vec::new(),
                    default: None,
                });
                self.meaning.criteria.push(index);
            }
        }
    }

    pub(super) fn properties(&mut self, definition: &Definition) {
        let [lead, name, time, id] = &definition.event_columns;
        let event = &mut self.meaning.event;
        let columns = [
            (lead, &mut event.lead_column),
            (name, &mut event.name_column),
            (time, &mut event.time_column),
            (id, &mut event.id_column),
        ];
        for (given, column) in columns {
            if let Some(given) = given {
                *column = given.value.clone();
            }
        }
        for decl in &definition.event {
            self.property(decl, definition);
        }
    }

    fn property(&mut self, decl: &AttributeDecl, definition: &Definition) {
        let attribute = self.attribute(decl);
        let event = &self.meaning.event;
        let reserved = [&event.lead_column, &event.name_column, &event.time_column, &event.id_column];
        let span = decl.from.as_ref().unwrap_or(&decl.name).span;
        if reserved.contains(&&attribute.column) || attribute.column == "properties" {
            let message = format!("the column `{}` cannot be a property", attribute.column);
            let help = "it holds the event's lead, name, time, id or all its properties; `event.name` and `event.time` are always known";
            self.diagnostics.push(Diagnostic::error(codes::RESERVED_COLUMN, span, message).help(help));
        }
        let twice = definition.event.iter().find(|other| other.name.value == decl.name.value);
        if let Some(first) = twice.filter(|first| first.name.span != decl.name.span) {
            let message = format!("`{}` is declared twice", decl.name.value);
            self.diagnostics.push(
                Diagnostic::error(codes::NAME_TAKEN, decl.name.span, message).related(first.name.span, "first time"),
            );
        }
        self.property_name(&decl.name);
        self.meaning.event.properties.push(attribute);
    }

    fn property_name(&mut self, name: &Text) {
        let ok = name.value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            && !name.value.starts_with(|c: char| c.is_ascii_digit());
        if !ok || name.value.is_empty() {
            let message = format!("`{}` cannot be used in conditions", name.value);
            let help = "names are made of a-z, 0-9 and `_`; use `from:` for the column's own header";
            self.diagnostics.push(Diagnostic::error(codes::BAD_NAME, name.span, message).help(help));
        }
    }

    pub(super) fn lists(&mut self, definition: &Definition, read_list: &mut ReadList<'_>) {
        for decl in &definition.lists {
            self.declare(&decl.name, Meant::List(self.meaning.lists.len()));
            let values = self.list_values(decl, read_list);
            self.meaning.lists.push(List { name: decl.name.value.clone(), values });
        }
    }

    fn list_values(&mut self, decl: &ListDecl, read_list: &mut ReadList<'_>) -> Vec<String> {
        let file = match &decl.content {
            ListContent::Inline(values) => return values.iter().map(|text| text.value.clone()).collect(),
            ListContent::File(file) => file,
        };
        match read_list(&file.value) {
            Ok(content) => {
                let lines = content.strip_prefix('\u{feff}').unwrap_or(&content).lines().map(str::trim);
                let values: Vec<String> = lines
                    .filter(|line| !line.is_empty() && !line.starts_with('#'))
                    .take(LIST_VALUES_MAX + 1)
                    .map(str::to_owned)
                    .collect();
                if values.len() > LIST_VALUES_MAX {
                    let message = format!("the list file `{}` has more than {LIST_VALUES_MAX} values", file.value);
                    self.diagnostics.push(
                        Diagnostic::error(codes::TOO_LARGE, file.span, message)
                            .help("mark such leads with a column of their own"),
                    );
                }
                values
            }
            Err(reason) => {
                let message = format!("the list file `{}` cannot be read: {reason}", file.value);
                let help = "the path is relative to the definition's folder; one value a line, UTF-8";
                self.diagnostics.push(Diagnostic::error(codes::LIST_FILE, file.span, message).help(help));
                Vec::new()
            }
        }
    }

    /// Declares derived attributes and signals before anything is typed, so that using one too early is told as such.
    pub(super) fn declare_computed(&mut self, definition: &Definition) {
        for (index, decl) in definition.derive.iter().enumerate() {
            self.declare(&decl.name, Meant::Value(Name::Derived(index)));
        }
        for (index, decl) in definition.signals.iter().enumerate() {
            self.declare(&decl.name, Meant::Value(Name::Signal(index)));
        }
    }

    pub(super) fn derive(&mut self, definition: &Definition) {
        for (index, decl) in definition.derive.iter().enumerate() {
            let typed = self.value(&decl.expression, Scope::derived(index));
            let expr = typed.unwrap_or_else(|| {
                self.poisoned.push(decl.name.value.clone());
                placeholder()
            });
            self.meaning.derived.push(Derived { name: decl.name.value.clone(), expr });
        }
    }

    pub(super) fn personas(&mut self, definition: &Definition) {
        for decl in &definition.personas {
            if let Some(condition) = self.condition(&decl.expression, Scope::personas()) {
                self.meaning.personas.push(Conditional { name: decl.name.value.clone(), condition });
            }
        }
    }
}

/// Stands for an expression that is in error, so that indexes of later ones stay right. It is never executed.
fn placeholder() -> crate::meaning::Expr {
    use crate::meaning::{Expr, ExprKind, Value};
    Expr { kind: ExprKind::Literal(Value::Boolean(false)), ty: Type::Boolean, span: crate::source::Span::default() }
}
