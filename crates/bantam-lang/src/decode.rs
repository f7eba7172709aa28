//! Turns the YAML tree into a [`Definition`]: every key known, every value of the right shape, every expression parsed.

mod fields;
mod ladder;
mod lead;
mod rules;
mod signals;

use crate::codes;
use crate::definition::{ConditionDecl, Definition};
use crate::diagnostic::Diagnostic;
use crate::keys;
use crate::source::{Source, Spanned};
use crate::yaml::Node;
use fields::Fields;

/// The language version this program reads.
const VERSION: &str = "1";

/// Decodes a whole file.
pub(crate) fn decode(source: &Source, root: &Node) -> (Definition, Vec<Diagnostic>) {
    let mut decoder = Decoder { source, diagnostics: Vec::new() };
    let definition = decoder.definition(root);
    (definition, decoder.diagnostics)
}

/// Carries the source along and collects what is wrong; all its methods go on after a problem.
struct Decoder<'a> {
    source: &'a Source,
    diagnostics: Vec<Diagnostic>,
}

impl Decoder<'_> {
    fn definition(&mut self, root: &Node) -> Definition {
        let mut definition = Definition::default();
        let Some(fields) = self.fields(root, "a definition", keys::TOP) else { return definition };
        self.version(&fields, root);
        definition.name = fields.get("name").and_then(|node| self.text(node));
        definition.review_every = fields.get("review_every").and_then(|node| self.duration(node));
        definition.missing = fields.get("missing").map(|node| self.texts(node, "a text")).unwrap_or_default();
        self.lead(&fields, &mut definition);
        self.events(&fields, &mut definition);
        self.qualification(&fields, &mut definition);
        definition.derive = self.conditions(fields.get("derive"));
        definition.signals = self.signals(fields.get("signals"));
        definition.personas = self.personas(fields.get("personas"));
        definition.fit = fields.get("fit").and_then(|node| self.section(node, rules::Kind::Fit));
        definition.engagement = fields.get("engagement").and_then(|node| self.section(node, rules::Kind::Engagement));
        definition.disqualify = self.conditions(fields.get("disqualify"));
        self.ladder(&fields, &mut definition);
        definition
    }

    fn version(&mut self, fields: &Fields<'_>, root: &Node) {
        let Some(node) = fields.get("bantam") else {
            let start = crate::source::Span::new(root.span.start, root.span.start);
            let message = "the language version is missing";
            self.diagnostics.push(
                Diagnostic::error(codes::MISSING_KEY, start, message)
                    .help(format!("begin the file with `bantam: {VERSION}`")),
            );
            return;
        };
        if let Some(version) = self.text(node)
            && version.value != VERSION
        {
            let message = format!("language version `{}` is not known here", version.value);
            self.diagnostics.push(
                Diagnostic::error(codes::WRONG_VERSION, version.span, message)
                    .help(format!("write `bantam: {VERSION}`")),
            );
        }
    }

    /// `name: expression` entries whose order counts.
    fn conditions(&mut self, node: Option<&Node>) -> Vec<ConditionDecl> {
        let Some(entries) = node.and_then(|node| self.entries(node, "`name: condition` entries")) else {
            return Vec::new();
        };
        entries.iter().filter_map(|(key, value)| self.condition(key, value)).collect()
    }

    fn condition(&mut self, key: &crate::yaml::Scalar, value: &Node) -> Option<ConditionDecl> {
        let name = Spanned::new(key.text.trim().to_owned(), key.span);
        Some(ConditionDecl { name, expression: self.expression(value)? })
    }

    /// A list of `Name: condition`.
    fn personas(&mut self, node: Option<&Node>) -> Vec<ConditionDecl> {
        let items = node.and_then(|node| self.items(node, "a list of `- Name: condition`")).unwrap_or_default();
        items
            .iter()
            .filter_map(|item| {
                let (key, value) = self.single_entry(item, "`- Name: condition`")?;
                self.condition(key, value)
            })
            .collect()
    }
}
