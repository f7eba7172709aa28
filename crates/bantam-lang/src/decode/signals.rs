//! Decodes `signals`, and the keys that choose events wherever they stand.

use super::{Decoder, Fields};
use crate::codes;
use crate::decode::fields::parse_duration;
use crate::definition::{OncePer, Selectors, SignalDecl, SignalVerb, Text, Within};
use crate::keys;
use crate::source::Spanned;
use crate::yaml::{Node, NodeKind, Scalar};

/// Keys of `once_per` kept for later versions.
const RESERVED_KEYS: [&str; 3] = ["quarter", "year", "visit"];
/// At most this many events for `times`: more than any lead's history holds.
const TIMES_MAX: i64 = 1_000_000;

impl Decoder<'_> {
    pub(super) fn signals(&mut self, node: Option<&Node>) -> Vec<SignalDecl> {
        let entries = node.and_then(|node| self.entries(node, "`name: {count: event}` entries")).unwrap_or_default();
        entries.iter().filter_map(|(key, value)| self.signal(key, value)).collect()
    }

    fn signal(&mut self, key: &Scalar, value: &Node) -> Option<SignalDecl> {
        let name = Spanned::new(key.text.trim().to_owned(), key.span);
        let fields = self.fields(value, "a signal", keys::SIGNAL)?;
        let given: Vec<SignalVerb> =
            SignalVerb::ALL.into_iter().filter(|verb| fields.get(verb.key()).is_some()).collect();
        let verb = match given.as_slice() {
            [verb] => *verb,
            [] => {
                let help =
                    "write one of `count`, `sum`, `first`, `last` or `sequence`, for example `count: page_viewed`";
                self.error(codes::MISSING_KEY, key.span, format!("the signal `{}` computes nothing", name.value), help);
                return None;
            }
            [first, second, ..] => {
                let message = format!("a signal computes one thing, not both `{}` and `{}`", first.key(), second.key());
                self.error(codes::KEYS_EXCLUDE, fields.key_span(second.key()), message, "make two signals of it");
                return None;
            }
        };
        self.refuse_for(verb, &fields);
        let events = fields.get(verb.key()).map(|node| self.signal_events(verb, node)).unwrap_or_default();
        let of = fields.get("of").and_then(|node| self.expression(node));
        if verb == SignalVerb::Sum && fields.get("of").is_none() {
            self.error(codes::MISSING_KEY, key.span, "a sum needs the number to add up", "write `of: event.price`");
            return None;
        }
        let span = fields.get("span").and_then(|node| self.duration(node));
        Some(SignalDecl { name, verb, events, of, span, selectors: self.selectors(&fields) })
    }

    fn signal_events(&mut self, verb: SignalVerb, node: &Node) -> Vec<Text> {
        let events = self.events_of(node);
        if verb == SignalVerb::Sequence && events.len() < 2 {
            let message = "a sequence needs two steps or more";
            self.error(
                codes::BAD_VALUE,
                node.span,
                message,
                "list events in their order: `[case_study_downloaded, demo_requested]`",
            );
        }
        events
    }

    /// Keys that have no meaning for a verb.
    fn refuse_for(&mut self, verb: SignalVerb, fields: &Fields<'_>) {
        let refused: &[&str] = match verb {
            SignalVerb::Count => &["of", "span"],
            SignalVerb::Sum => &["span"],
            SignalVerb::First | SignalVerb::Last => &["of", "span", "once_per", "times"],
            SignalVerb::Sequence => &["of", "once_per", "times"],
        };
        for key in refused.iter().filter(|key| fields.get(key).is_some()) {
            let message = format!("`{key}` has no meaning beside `{}`", verb.key());
            self.error(codes::KEYS_EXCLUDE, fields.key_span(key), message, "remove it");
        }
    }

    pub(super) fn selectors(&mut self, fields: &Fields<'_>) -> Selectors {
        Selectors {
            condition: fields.get("if").and_then(|node| self.expression(node)),
            within: fields.get("within").and_then(|node| self.within(node)),
            since: fields.get("since").and_then(|node| self.since(node)),
            once_per: fields.get("once_per").and_then(|node| self.once_per(node)),
            times: fields.get("times").and_then(|node| self.integer(node, 1, TIMES_MAX)),
        }
    }

    pub(super) fn within(&mut self, node: &Node) -> Option<Spanned<Within>> {
        match &node.kind {
            NodeKind::Scalar(scalar) if scalar.text.trim() == "never" => Some(Spanned::new(Within::Never, scalar.span)),
            _ => self.duration(node).map(|seconds| Spanned::new(Within::Seconds(seconds.value), seconds.span)),
        }
    }

    pub(super) fn since(&mut self, node: &Node) -> Option<Spanned<Vec<Text>>> {
        let names = match &node.kind {
            NodeKind::Scalar(scalar) if scalar.text.trim() == "never" => Vec::new(),
            _ => self.one_or_more(node),
        };
        Some(Spanned::new(names, node.span))
    }

    fn once_per(&mut self, node: &Node) -> Option<OncePer> {
        let scalar = self.scalar(node, "`day`, `week`, `month`, a duration or an event expression")?;
        let text = scalar.text.trim();
        if RESERVED_KEYS.contains(&text) {
            let message = format!("`{text}` is not a key of `once_per` yet");
            self.error(
                codes::RESERVED_KEY,
                scalar.span,
                message,
                "write `day`, `week`, `month`, a duration such as `90d`, or an event expression",
            );
            return None;
        }
        if let Some(seconds) = parse_duration(text) {
            return Some(OncePer::Window(seconds));
        }
        Some(match text {
            "day" => OncePer::Day,
            "week" => OncePer::Week,
            "month" => OncePer::Month,
            _ => OncePer::Value(self.expression(node)?),
        })
    }
}
