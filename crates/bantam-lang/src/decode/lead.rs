//! Decodes what leads and events carry: `lead`, `event`, `actions`, `lists`, `sales`, `qualification`.

use super::{Decoder, Fields};
use crate::codes;
use crate::definition::{ActionDecl, AttributeDecl, Definition, ListContent, ListDecl, Text};
use crate::diagnostic::Diagnostic;
use crate::keys;
use crate::meaning::{SalesAnswer, Type};
use crate::nearest::{did_you_mean, list_names};
use crate::source::Spanned;
use crate::yaml::{Node, NodeKind, Scalar};

/// Frameworks of qualification with their criteria.
pub(crate) const FRAMEWORKS: &[(&str, &[&str])] = &[
    ("BANT", &["budget", "authority", "need", "timeline"]),
    ("MEDDIC", &["metrics", "economic_buyer", "decision_criteria", "decision_process", "identify_pain", "champion"]),
    (
        "MEDDPICC",
        &[
            "metrics",
            "economic_buyer",
            "decision_criteria",
            "decision_process",
            "paper_process",
            "identify_pain",
            "champion",
            "competition",
        ],
    ),
    ("CHAMP", &["challenges", "authority", "money", "prioritization"]),
];

/// Reserved entries of `event`.
const EVENT_COLUMNS: [&str; 4] = ["lead", "name", "time", "id"];

impl Decoder<'_> {
    pub(super) fn lead(&mut self, fields: &Fields<'_>, definition: &mut Definition) {
        let Some(entries) = fields.get("lead").and_then(|node| self.entries(node, "`name: type` entries")) else {
            return;
        };
        for (key, value) in entries {
            if key.text.trim() == "id" {
                definition.lead_id = self.reserved_column(key, value);
            } else {
                definition.lead.extend(self.attribute(key, value));
            }
        }
    }

    pub(super) fn events(&mut self, fields: &Fields<'_>, definition: &mut Definition) {
        let entries =
            fields.get("event").and_then(|node| self.entries(node, "`name: type` entries")).unwrap_or_default();
        for (key, value) in entries {
            match EVENT_COLUMNS.iter().position(|name| *name == key.text.trim()) {
                Some(index) => {
                    if let Some(column) = definition.event_columns.get_mut(index) {
                        *column = self.reserved_column(key, value);
                    }
                }
                None => definition.event.extend(self.attribute(key, value)),
            }
        }
        definition.actions = self.actions(fields.get("actions"));
        definition.lists = self.lists(fields.get("lists"));
        definition.sales = self.sales(fields.get("sales"));
    }

    fn reserved_column(&mut self, key: &Scalar, value: &Node) -> Option<Text> {
        let what = format!("`{}`", key.text.trim());
        let fields = self.fields(value, &what, keys::RESERVED_COLUMN)?;
        let from = fields.get("from");
        if from.is_none() {
            self.error(
                codes::MISSING_KEY,
                key.span,
                format!("{what} only says which column it comes from"),
                "write `{from: Column}`",
            );
        }
        self.text(from?)
    }

    fn attribute(&mut self, key: &Scalar, value: &Node) -> Option<AttributeDecl> {
        let name = Spanned::new(key.text.trim().to_owned(), key.span);
        if let NodeKind::Scalar(scalar) = &value.kind {
            let kind = if scalar.is_absent() { Type::Text } else { self.type_word(scalar)? };
            return Some(AttributeDecl { name, kind, from: None, missing: Vec::new(), default: None });
        }
        let fields = self.fields(value, "an attribute", keys::ATTRIBUTE)?;
        let kind = match fields.get("type") {
            Some(node) => {
                let scalar = self.scalar(node, "a type")?.clone();
                self.type_word(&scalar)?
            }
            None => Type::Text,
        };
        let from = fields.get("from").and_then(|node| self.text(node));
        let missing = fields.get("missing").map(|node| self.texts(node, "text")).unwrap_or_default();
        let default = fields.get("default").and_then(|node| self.text(node));
        Some(AttributeDecl { name, kind, from, missing, default })
    }

    fn type_word(&mut self, scalar: &Scalar) -> Option<Type> {
        const TYPES: [Type; 4] = [Type::Text, Type::Number, Type::Boolean, Type::Time];
        let word = scalar.text.trim();
        let found = TYPES.into_iter().find(|kind| kind.word() == word);
        if found.is_none() {
            let alias = match word.to_ascii_lowercase().as_str() {
                "string" | "str" | "varchar" | "email" => Some("text"),
                "int" | "integer" | "float" | "double" | "decimal" | "numeric" => Some("number"),
                "bool" | "flag" => Some("boolean"),
                "date" | "datetime" | "timestamp" => Some("time"),
                _ => None,
            };
            let help = alias
                .map(|alias| format!("write `{alias}`"))
                .or_else(|| did_you_mean(word, TYPES.map(Type::word)))
                .unwrap_or_else(|| "types are `text`, `number`, `boolean` and `time`".into());
            self.error(codes::BAD_VALUE, scalar.span, format!("`{word}` is not a type"), help);
        }
        found
    }

    fn actions(&mut self, node: Option<&Node>) -> Vec<ActionDecl> {
        let entries =
            node.and_then(|node| self.entries(node, "`name: {on: event, if: condition}` entries")).unwrap_or_default();
        let mut actions = Vec::new();
        for (key, value) in entries {
            let name = Spanned::new(key.text.trim().to_owned(), key.span);
            let Some(fields) = self.fields(value, "an action", keys::ACTION) else { continue };
            let Some(on) = fields.get("on") else {
                let help = "write `on: event_name`";
                self.error(codes::MISSING_KEY, key.span, format!("the action `{}` names no event", name.value), help);
                continue;
            };
            let on = self.events_of(on);
            let condition = fields.get("if").and_then(|node| self.expression(node));
            actions.push(ActionDecl { name, on, condition });
        }
        actions
    }

    fn lists(&mut self, node: Option<&Node>) -> Vec<ListDecl> {
        let entries = node.and_then(|node| self.entries(node, "`name: [values]` entries")).unwrap_or_default();
        entries.iter().filter_map(|(key, value)| self.list(key, value)).collect()
    }

    fn list(&mut self, key: &Scalar, value: &Node) -> Option<ListDecl> {
        let name = Spanned::new(key.text.trim().to_owned(), key.span);
        let content = if let NodeKind::Map(_) = &value.kind {
            let fields = self.fields(value, "a list", keys::LIST)?;
            let Some(file) = fields.get("file") else {
                self.error(
                    codes::MISSING_KEY,
                    key.span,
                    format!("the list `{}` names no file", name.value),
                    "write `{file: values.txt}`",
                );
                return None;
            };
            ListContent::File(self.text(file)?)
        } else {
            ListContent::Inline(self.texts(value, "text"))
        };
        Some(ListDecl { name, content })
    }

    fn sales(&mut self, node: Option<&Node>) -> Vec<(Spanned<SalesAnswer>, Vec<Text>)> {
        let Some(node) = node else { return Vec::new() };
        let Some(fields) = self.fields(node, "`sales`", keys::SALES) else { return Vec::new() };
        let mut answers = Vec::new();
        for answer in SalesAnswer::ALL {
            if let Some(node) = fields.get(answer.key()) {
                answers.push((Spanned::new(answer, fields.key_span(answer.key())), self.events_of(node)));
            }
        }
        answers
    }

    pub(super) fn qualification(&mut self, fields: &Fields<'_>, definition: &mut Definition) {
        let Some(node) = fields.get("qualification") else { return };
        if let NodeKind::List(_) = &node.kind {
            definition.criteria = self.texts(node, "criterion's name");
            return;
        }
        let Some(word) = self.text(node) else { return };
        match FRAMEWORKS.iter().find(|(name, _)| *name == word.value) {
            Some((_, criteria)) => {
                definition.criteria = criteria.iter().map(|name| Spanned::new((*name).to_owned(), word.span)).collect();
                definition.framework = Some(word);
            }
            None => {
                let names = FRAMEWORKS.iter().map(|(name, _)| *name);
                let help = did_you_mean(&word.value, names.clone()).unwrap_or_else(|| {
                    format!("known are {}; or list your own criteria: `[budget, need]`", list_names(names, 9))
                });
                let message = format!("`{}` is not a known way to qualify", word.value);
                self.diagnostics.push(Diagnostic::error(codes::BAD_VALUE, word.span, message).help(help));
            }
        }
    }
}
