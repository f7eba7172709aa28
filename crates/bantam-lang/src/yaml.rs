//! Turns the text of a definition into a tree of scalars, lists and maps with places.
//!
//! `saphyr-parser` reads YAML; this file refuses what the language leaves out (tags, anchors, several documents, doubled
//! keys, oversize files) and keeps every scalar's source characters. Where a text cannot be read because an expression
//! should have been quoted, [`repair`] quotes it, the reading goes on, and the author sees all other problems too.

mod offsets;
mod repair;
mod stumble;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span};
use saphyr_parser::{Event, Parser, ScalarStyle};

/// A definition's file is at most this large: 256 KiB is thousands of rules.
pub(crate) const FILE_BYTES_MAX: usize = 256 * 1024;
/// Maps and lists are nested at most this deep; the language itself needs seven levels.
pub(crate) const DEPTH_MAX: usize = 32;
/// Scalars, lists and maps together.
pub(crate) const NODES_MAX: usize = 10_000;

/// A scalar, list or map with its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) kind: NodeKind,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum NodeKind {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<(Scalar, Node)>),
}

/// A text with its place; a plain one holds its source characters.
#[derive(Clone, Debug)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    pub(crate) span: Span,
    pub(crate) style: ScalarStyle,
}

impl Scalar {
    /// Returns whether nothing was written, or a plain `null`: an optional key is then as if absent.
    pub(crate) fn is_absent(&self) -> bool {
        self.style == ScalarStyle::Plain && matches!(self.text.as_str(), "" | "null")
    }

    /// Returns, for every byte of the text and its end, the byte of the source it comes from.
    pub(crate) fn offsets(&self, source: &Source) -> Vec<usize> {
        offsets::source_offsets(self, &source.text)
    }
}

impl Node {
    /// Returns whether nothing was written, or a plain `null`.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(&self.kind, NodeKind::Scalar(scalar) if scalar.is_absent())
    }

    /// Returns what was written, in a marketer's words.
    pub(crate) fn describe(&self) -> &'static str {
        match &self.kind {
            NodeKind::Scalar(scalar) if scalar.is_absent() => "nothing",
            NodeKind::Scalar(_) => "a single value",
            NodeKind::List(_) => "a list",
            NodeKind::Map(_) => "a map (`key: value` lines)",
        }
    }
}

/// Reads the whole text; the tree is `None` where not even a part of it can be read.
pub(crate) fn read_yaml(source: &Source) -> (Option<Node>, Vec<Diagnostic>) {
    if source.text.len() > FILE_BYTES_MAX {
        let message = format!("the definition is {} bytes long, at most {FILE_BYTES_MAX} are read", source.text.len());
        let help = "move long value lists to files: `lists: {name: {file: values.txt}}`";
        return (None, vec![Diagnostic::error(codes::TOO_LARGE, Span::default(), message).help(help)]);
    }
    repair::read_with_repairs(source)
}

/// Reads one candidate text. Spans are places in that text.
fn read_once(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
    let mut reader =
        Reader { bytes: byte_offsets(text), text, nodes: 0, diagnostics: Vec::new(), open: Vec::new(), root: None };
    for item in Parser::new_from_str(text) {
        let go_on = match item {
            Ok((event, span)) => reader.event(event, span),
            Err(error) => {
                let at = reader.byte(error.marker().index());
                if error.info().contains("recursion limit") {
                    // The scanner looks ahead and meets a deep nesting before the tree has grown to it.
                    reader.too_large(Span::new(at, at + 1), too_deep());
                    return (None, reader.diagnostics);
                }
                reader.diagnostics.push(stumble::diagnostic(text, at, error.info()));
                false
            }
        };
        if !go_on {
            return (None, reader.diagnostics);
        }
    }
    (reader.root, reader.diagnostics)
}

fn too_deep() -> String {
    format!("maps and lists are nested more than {DEPTH_MAX} deep")
}

/// Byte offset of every character, and of the end; empty where each character is one byte.
fn byte_offsets(text: &str) -> Vec<usize> {
    if text.is_ascii() {
        return Vec::new();
    }
    text.char_indices().map(|(at, _)| at).chain([text.len()]).collect()
}

/// A list or map whose end has not come yet.
struct Open {
    start: Span,
    content: OpenContent,
}

enum OpenContent {
    List(Vec<Node>),
    Map { entries: Vec<(Scalar, Node)>, key: Option<Scalar> },
}

struct Reader<'a> {
    text: &'a str,
    bytes: Vec<usize>,
    nodes: usize,
    diagnostics: Vec<Diagnostic>,
    open: Vec<Open>,
    root: Option<Node>,
}

impl Reader<'_> {
    fn byte(&self, character: usize) -> usize {
        if self.bytes.is_empty() {
            character.min(self.text.len())
        } else {
            self.bytes.get(character).copied().unwrap_or(self.text.len())
        }
    }

    /// Takes one event; returns whether reading goes on.
    fn event(&mut self, event: Event<'_>, span: saphyr_parser::Span) -> bool {
        let span = Span::new(self.byte(span.start.index()), self.byte(span.end.index()));
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_extras(span, anchor, tag.is_some());
                let span = if style == ScalarStyle::Plain && text.is_empty() {
                    Span::new(span.start, span.start)
                } else {
                    span
                };
                self.scalar(Scalar { text: text.into_owned(), span, style });
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_extras(span, anchor, tag.is_some());
                self.open.push(Open { start: span, content: OpenContent::List(Vec::new()) });
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_extras(span, anchor, tag.is_some());
                self.open.push(Open { start: span, content: OpenContent::Map { entries: Vec::new(), key: None } });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(_) => {
                self.extra(span, "an alias `*name` is not allowed: write the value again");
                self.scalar(Scalar { text: String::new(), span, style: ScalarStyle::Plain });
            }
            Event::DocumentStart(_) if self.root.is_some() => {
                self.extra(span, "a definition is one document: nothing may follow a second `---`");
                return false;
            }
            _ => {}
        }
        self.nodes += 1;
        self.within_limits(span)
    }

    fn extra(&mut self, span: Span, message: &str) {
        self.diagnostics.push(Diagnostic::error(codes::YAML_EXTRA, span, message));
    }

    fn refuse_extras(&mut self, span: Span, anchor: usize, tagged: bool) {
        if tagged {
            let message = "a text that begins with `!` must be quoted, YAML reads it as a tag";
            self.diagnostics.push(Diagnostic::error(codes::NEEDS_QUOTES, span, message));
        } else if anchor > 0 {
            self.extra(span, "an anchor `&name` is not allowed: write the value where it is needed");
        }
    }

    fn within_limits(&mut self, span: Span) -> bool {
        let message = if self.open.len() > DEPTH_MAX {
            too_deep()
        } else if self.nodes > NODES_MAX {
            format!("the definition has more than {NODES_MAX} values")
        } else {
            return true;
        };
        self.too_large(span, message);
        false
    }

    fn too_large(&mut self, span: Span, message: String) {
        let help = "move long value lists to files: `lists: {name: {file: values.txt}}`";
        self.diagnostics.push(Diagnostic::error(codes::TOO_LARGE, span, message).help(help));
    }

    fn scalar(&mut self, scalar: Scalar) {
        if let Some(Open { content: OpenContent::Map { key, .. }, .. }) = self.open.last_mut()
            && key.is_none()
        {
            *key = Some(scalar);
            return;
        }
        let span = scalar.span;
        self.place(Node { kind: NodeKind::Scalar(scalar), span });
    }

    fn close(&mut self, end: Span) {
        let Some(Open { start, content }) = self.open.pop() else { return };
        let kind = match content {
            OpenContent::List(items) => NodeKind::List(items),
            OpenContent::Map { entries, .. } => NodeKind::Map(entries),
        };
        self.place(Node { kind, span: self.trimmed(start.join(end)) });
    }

    /// A block's end is reported where the next thing begins: blank space behind the last line is not part of it.
    fn trimmed(&self, span: Span) -> Span {
        let inside = self.text.get(span.start..span.end).unwrap_or("");
        Span::new(span.start, span.start + inside.trim_end().len())
    }

    fn place(&mut self, node: Node) {
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(node),
            Some(OpenContent::List(items)) => items.push(node),
            Some(OpenContent::Map { entries, key }) => match key.take() {
                None => {
                    // A list or map as a key: nothing in the language has one.
                    let message = "a key must be a single text";
                    self.diagnostics.push(Diagnostic::error(codes::WRONG_SHAPE, node.span, message));
                    *key = Some(Scalar { text: String::new(), span: node.span, style: ScalarStyle::Plain });
                }
                Some(name) => {
                    if let Some((first, _)) = entries.iter().find(|(other, _)| other.text == name.text) {
                        let message = format!("`{}` stands here twice", name.text);
                        self.diagnostics.push(
                            Diagnostic::error(codes::DUPLICATE_KEY, name.span, message)
                                .label("second time")
                                .related(first.span, "first time")
                                .help("keep one of them, or give the second another name"),
                        );
                    } else if name.text == "<<" {
                        let message = "a merge key `<<` is not allowed: write the entries out";
                        self.diagnostics.push(Diagnostic::error(codes::YAML_EXTRA, name.span, message));
                    } else {
                        entries.push((name, node));
                    }
                }
            },
        }
    }
}
