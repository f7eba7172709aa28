//! Decodes the sections `fit` and `engagement`: rules, groups, points, limits and decays.

use super::{Decoder, Fields};
use crate::codes;
use crate::definition::{Frame, GroupDecl, LimitDecl, PointsDecl, RuleDecl, RuleOrGroup, SectionDecl, Text};
use crate::diagnostic::Diagnostic;
use crate::keys;
use crate::meaning::{BOUND_MAX, Decay, POINTS_MAX};
use crate::source::Spanned;
use crate::yaml::{Node, NodeKind, Scalar};

/// Which section is decoded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Fit,
    Engagement,
}

impl Kind {
    fn keys(self) -> (&'static [&'static str], &'static [&'static str], &'static [&'static str]) {
        match self {
            Kind::Fit => (keys::FIT, keys::FIT_GROUP, keys::FIT_RULE),
            Kind::Engagement => (keys::ENGAGEMENT, keys::ENGAGEMENT_GROUP, keys::ENGAGEMENT_RULE),
        }
    }
}

impl Decoder<'_> {
    pub(super) fn section(&mut self, node: &Node, kind: Kind) -> Option<SectionDecl> {
        let what = if kind == Kind::Fit { "`fit`" } else { "`engagement`" };
        let fields = self.fields(node, what, kind.keys().0)?;
        let frame = self.frame(&fields);
        let entries = self.rule_entries(&fields);
        let items = entries.iter().filter_map(|(key, value)| self.rule_or_group(key, value, kind)).collect();
        Some(SectionDecl { items, frame })
    }

    fn rule_entries<'n>(&mut self, fields: &Fields<'n>) -> &'n [(Scalar, Node)] {
        match fields.get("rules") {
            Some(node) => self.entries(node, "`Name: {...}` rules").unwrap_or_default(),
            None => {
                let help = "write `rules:` with a rule on each line below";
                self.diagnostics
                    .push(Diagnostic::error(codes::MISSING_KEY, fields.span, "there are no rules here").help(help));
                &[]
            }
        }
    }

    fn rule_or_group(&mut self, key: &Scalar, value: &Node, kind: Kind) -> Option<RuleOrGroup> {
        let has = |name: &str| matches!(&value.kind, NodeKind::Map(entries) if entries.iter().any(|(key, _)| key.text == name));
        if has("rules") {
            self.group(key, value, kind).map(RuleOrGroup::Group)
        } else {
            self.rule(key, value, kind).map(RuleOrGroup::Rule)
        }
    }

    fn group(&mut self, key: &Scalar, value: &Node, kind: Kind) -> Option<GroupDecl> {
        let name = Spanned::new(key.text.trim().to_owned(), key.span);
        let fields = self.fields(value, "a group", kind.keys().1)?;
        let frame = self.frame(&fields);
        let mut rules = Vec::new();
        for (key, value) in self.rule_entries(&fields) {
            match self.rule_or_group(key, value, kind) {
                Some(RuleOrGroup::Rule(rule)) => rules.push(rule),
                Some(RuleOrGroup::Group(_)) => {
                    let message = "a group inside a group is not possible";
                    self.error(codes::WRONG_SHAPE, key.span, message, "move it out, beside the outer group");
                }
                None => {}
            }
        }
        Some(GroupDecl { name, rules, frame })
    }

    fn rule(&mut self, key: &Scalar, value: &Node, kind: Kind) -> Option<RuleDecl> {
        let name = Spanned::new(key.text.trim().to_owned(), key.span);
        let what = if kind == Kind::Fit { "a fit rule" } else { "an engagement rule" };
        let fields = self.fields(value, what, kind.keys().2)?;
        let points = match fields.get("points") {
            Some(node) => self.points(node),
            None => {
                let message = format!("the rule `{}` gives no points", name.value);
                self.error(
                    codes::MISSING_KEY,
                    key.span,
                    message,
                    "add `points: 10`, or a table `points: {value: 10}` beside `by`",
                );
                PointsDecl::Unreadable
            }
        };
        Some(RuleDecl {
            name,
            on: fields.get("on").map(|node| self.events_of(node)),
            by: fields.get("by").and_then(|node| self.expression(node)),
            points,
            selectors: self.selectors(&fields),
            frame: self.frame(&fields),
        })
    }

    fn points(&mut self, node: &Node) -> PointsDecl {
        let NodeKind::Map(entries) = &node.kind else {
            return self.integer(node, -POINTS_MAX, POINTS_MAX).map_or(PointsDecl::Unreadable, PointsDecl::Fixed);
        };
        let mut table: Vec<(Text, Spanned<i64>)> = Vec::new();
        for (key, value) in entries {
            if let Some(points) = self.integer(value, -POINTS_MAX, POINTS_MAX) {
                table.push((Spanned::new(key.text.clone(), key.span), points));
            }
        }
        PointsDecl::Table(Spanned::new(table, node.span))
    }

    fn frame(&mut self, fields: &Fields<'_>) -> Frame {
        Frame {
            limit: self.limit(fields),
            within: fields.get("within").and_then(|node| self.within(node)),
            since: fields.get("since").and_then(|node| self.since(node)),
            decay: self.decay(fields),
        }
    }

    fn limit(&mut self, fields: &Fields<'_>) -> Option<LimitDecl> {
        let (range, cap) = (fields.get("range"), fields.get("cap"));
        if range.is_some() && cap.is_some() {
            let help = "`cap: 30` is short for `range: [-30, 30]`: keep one";
            self.error(codes::KEYS_EXCLUDE, fields.key_span("cap"), "`range` and `cap` exclude each other", help);
            return None;
        }
        if let Some(node) = cap {
            let cap = self.integer(node, 1, BOUND_MAX)?;
            return Some(LimitDecl { low: -cap.value, high: cap.value, is_cap: true, span: cap.span });
        }
        let node = range?;
        let items = self.items(node, "two numbers `[low, high]`")?;
        let [low, high] = items else {
            self.error(
                codes::WRONG_SHAPE,
                node.span,
                format!("a range has two bounds, not {}", items.len()),
                "write `range: [0, 100]`",
            );
            return None;
        };
        let (low, high) = (self.integer(low, -BOUND_MAX, BOUND_MAX)?, self.integer(high, -BOUND_MAX, BOUND_MAX)?);
        if low.value > high.value {
            let help = format!("write `range: [{}, {}]`", high.value, low.value);
            self.error(codes::OUT_OF_RANGE, node.span, "the lower bound is above the upper one", help);
            return None;
        }
        Some(LimitDecl { low: low.value, high: high.value, is_cap: false, span: node.span })
    }

    fn decay(&mut self, fields: &Fields<'_>) -> Option<Spanned<Decay>> {
        let (halve, fade) = (fields.get("halve_every"), fields.get("fade_over"));
        if halve.is_some() && fade.is_some() {
            let message = "`halve_every` and `fade_over` exclude each other";
            self.error(
                codes::TWO_DECAYS,
                fields.key_span("fade_over"),
                message,
                "keep the one that says how fast interest cools",
            );
            return None;
        }
        halve.and_then(|node| self.decay_of(node, Decay::HalveEvery)).or_else(|| self.decay_of(fade?, Decay::FadeOver))
    }

    fn decay_of(&mut self, node: &Node, kind: fn(i64) -> Decay) -> Option<Spanned<Decay>> {
        match &node.kind {
            NodeKind::Scalar(scalar) if scalar.text.trim() == "never" => Some(Spanned::new(Decay::Never, scalar.span)),
            _ => self.duration(node).map(|seconds| Spanned::new(kind(seconds.value), seconds.span)),
        }
    }
}
