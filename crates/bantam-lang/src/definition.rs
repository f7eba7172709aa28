//! A definition as written: everything decoded, every expression parsed, with places; names and types not yet checked.
//!
//! Only [`crate::parse`] makes one. [`crate::check`] turns it into a [`crate::CheckedDefinition`].

use crate::expression::Syntax;
use crate::meaning::{Decay, OfficeHours, SalesAnswer};
use crate::source::{Span, Spanned};

/// A text with its place.
pub type Text = Spanned<String>;

/// A whole definition.
#[derive(Clone, Debug, Default)]
pub struct Definition {
    /// `name`
    pub name: Option<Text>,
    /// `review_every`, in seconds.
    pub review_every: Option<Spanned<i64>>,
    /// `missing`
    pub missing: Vec<Text>,
    /// `lead`, without `id`.
    pub lead: Vec<AttributeDecl>,
    /// `lead.id.from`
    pub lead_id: Option<Text>,
    /// `event`, without the four reserved columns.
    pub event: Vec<AttributeDecl>,
    /// `event.lead.from`, `event.name.from`, `event.time.from`, `event.id.from`.
    pub event_columns: [Option<Text>; 4],
    /// `actions`
    pub actions: Vec<ActionDecl>,
    /// `lists`
    pub lists: Vec<ListDecl>,
    /// `sales`
    pub sales: Vec<(Spanned<SalesAnswer>, Vec<Text>)>,
    /// `qualification`: the criteria's names.
    pub criteria: Vec<Text>,
    /// `qualification`: the framework's name, where one was given.
    pub framework: Option<Text>,
    /// `derive`
    pub derive: Vec<ConditionDecl>,
    /// `signals`
    pub signals: Vec<SignalDecl>,
    /// `personas`
    pub personas: Vec<ConditionDecl>,
    /// `fit`
    pub fit: Option<SectionDecl>,
    /// `engagement`
    pub engagement: Option<SectionDecl>,
    /// `disqualify`
    pub disqualify: Vec<ConditionDecl>,
    /// `stages`
    pub stages: Vec<StageDecl>,
    /// `hand_off`
    pub hand_off: Option<HandOffDecl>,
    /// `grades.fit`: letters with lower bounds.
    pub grades_fit: Option<Vec<(Text, Spanned<i64>)>>,
    /// `grades.engagement`: letters with lower bounds.
    pub grades_engagement: Option<Vec<(Text, Spanned<i64>)>>,
    /// `routes`
    pub routes: Vec<RouteDecl>,
    /// `office_hours`
    pub office_hours: Option<OfficeHours>,
}

/// An expression with its tree.
#[derive(Clone, Debug)]
pub struct Expression {
    /// As written, trimmed.
    pub text: String,
    /// The tree; `None` where it could not be read, which was told.
    pub syntax: Option<Syntax>,
    /// Where the whole stands in the file.
    pub span: Span,
    /// For every byte of `text` and its end, its place in the file.
    pub(crate) offsets: Vec<usize>,
}

impl Expression {
    /// Returns the place in the file of a part of the expression's text.
    pub fn place(&self, part: Span) -> Span {
        let at = |index: usize| self.offsets.get(index).or(self.offsets.last()).copied().unwrap_or(self.span.start);
        let end = if part.end > part.start { at(part.end - 1) + self.char_length(part.end - 1) } else { at(part.end) };
        Span::new(at(part.start), end.max(at(part.start)))
    }

    /// Bytes up to the end of the character that holds byte `index`, counted from where its source starts.
    fn char_length(&self, index: usize) -> usize {
        let mut start = index;
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        self.text.get(start..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
    }

    /// Returns the text of a part of the expression.
    pub fn part(&self, part: Span) -> &str {
        self.text.get(part.start..part.end).unwrap_or("")
    }
}

/// An attribute of a lead or a property of an event.
#[derive(Clone, Debug)]
pub struct AttributeDecl {
    /// Its name.
    pub name: Text,
    /// Its type.
    pub kind: crate::meaning::Type,
    /// `from`
    pub from: Option<Text>,
    /// `missing`
    pub missing: Vec<Text>,
    /// `default`
    pub default: Option<Text>,
}

/// `name: {on: ..., if: ...}` under `actions`.
#[derive(Clone, Debug)]
pub struct ActionDecl {
    /// Its name.
    pub name: Text,
    /// `on`
    pub on: Vec<Text>,
    /// `if`
    pub condition: Option<Expression>,
}

/// A list of texts, inline or in a file.
#[derive(Clone, Debug)]
pub struct ListDecl {
    /// Its name.
    pub name: Text,
    /// Where its values come from.
    pub content: ListContent,
}

/// Where the values of a list come from.
#[derive(Clone, Debug)]
pub enum ListContent {
    /// Written in the definition.
    Inline(Vec<Text>),
    /// A file beside the definition.
    File(Text),
}

/// A name with an expression: a derived attribute, a persona, a disqualifier.
#[derive(Clone, Debug)]
pub struct ConditionDecl {
    /// Its name.
    pub name: Text,
    /// Its expression.
    pub expression: Expression,
}

/// What a signal computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignalVerb {
    /// `count`
    Count,
    /// `sum`
    Sum,
    /// `first`
    First,
    /// `last`
    Last,
    /// `sequence`
    Sequence,
}

impl SignalVerb {
    /// All verbs.
    pub const ALL: [SignalVerb; 5] =
        [SignalVerb::Count, SignalVerb::Sum, SignalVerb::First, SignalVerb::Last, SignalVerb::Sequence];

    /// Returns its key.
    pub fn key(self) -> &'static str {
        match self {
            SignalVerb::Count => "count",
            SignalVerb::Sum => "sum",
            SignalVerb::First => "first",
            SignalVerb::Last => "last",
            SignalVerb::Sequence => "sequence",
        }
    }
}

/// A signal.
#[derive(Clone, Debug)]
pub struct SignalDecl {
    /// Its name.
    pub name: Text,
    /// What it computes.
    pub verb: SignalVerb,
    /// Names of events; the steps of a sequence.
    pub events: Vec<Text>,
    /// `of`
    pub of: Option<Expression>,
    /// `span`, in seconds.
    pub span: Option<Spanned<i64>>,
    /// `if`, `within`, `since`, `once_per`, `times`.
    pub selectors: Selectors,
}

/// Keys that choose events.
#[derive(Clone, Debug, Default)]
pub struct Selectors {
    /// `if`
    pub condition: Option<Expression>,
    /// `within`
    pub within: Option<Spanned<Within>>,
    /// `since`; no names is never.
    pub since: Option<Spanned<Vec<Text>>>,
    /// `once_per`
    pub once_per: Option<OncePer>,
    /// `times`
    pub times: Option<Spanned<i64>>,
}

/// `within`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// No window here, whatever stands further out.
    Never,
    /// A window, in seconds.
    Seconds(i64),
}

/// `once_per`.
#[derive(Clone, Debug)]
pub enum OncePer {
    /// `day`
    Day,
    /// `week`
    Week,
    /// `month`
    Month,
    /// A duration, in seconds.
    Window(i64),
    /// An event expression.
    Value(Expression),
}

/// `fit` or `engagement`.
#[derive(Clone, Debug)]
pub struct SectionDecl {
    /// Rules and groups in order.
    pub items: Vec<RuleOrGroup>,
    /// Limit and defaults.
    pub frame: Frame,
}

/// What may surround rules.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// `range` or `cap`.
    pub limit: Option<LimitDecl>,
    /// `within`, for the rules inside.
    pub within: Option<Spanned<Within>>,
    /// `since`, for the rules inside.
    pub since: Option<Spanned<Vec<Text>>>,
    /// `halve_every` or `fade_over`, for the rules inside.
    pub decay: Option<Spanned<Decay>>,
}

/// `range` or `cap`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitDecl {
    /// Lower bound.
    pub low: i64,
    /// Upper bound.
    pub high: i64,
    /// Whether it was written as `cap`.
    pub is_cap: bool,
    /// Where.
    pub span: Span,
}

/// An entry of a section.
#[derive(Clone, Debug)]
pub enum RuleOrGroup {
    /// A rule.
    Rule(RuleDecl),
    /// A group of rules.
    Group(GroupDecl),
}

/// Rules under one name.
#[derive(Clone, Debug)]
pub struct GroupDecl {
    /// Its name.
    pub name: Text,
    /// Its members.
    pub rules: Vec<RuleDecl>,
    /// Limit and defaults.
    pub frame: Frame,
}

/// A rule.
#[derive(Clone, Debug)]
pub struct RuleDecl {
    /// Its name.
    pub name: Text,
    /// `on`
    pub on: Option<Vec<Text>>,
    /// `by`
    pub by: Option<Expression>,
    /// `points`
    pub points: PointsDecl,
    /// `if` and the other selectors.
    pub selectors: Selectors,
    /// Limit and decay.
    pub frame: Frame,
}

/// `points`.
#[derive(Clone, Debug)]
pub enum PointsDecl {
    /// One number.
    Fixed(Spanned<i64>),
    /// By value.
    Table(Spanned<Vec<(Text, Spanned<i64>)>>),
    /// Could not be read, which was told.
    Unreadable,
}

/// A stage.
#[derive(Clone, Debug)]
pub struct StageDecl {
    /// Its name.
    pub name: Text,
    /// Its condition; `None` is always.
    pub condition: Option<Expression>,
}

/// `hand_off`.
#[derive(Clone, Debug)]
pub struct HandOffDecl {
    /// The stage's name.
    pub stage: Text,
    /// `reject_reasons`
    pub reject_reasons: Vec<Text>,
    /// `recycle_after`, in seconds.
    pub recycle_after: Option<Spanned<i64>>,
}

/// A route.
#[derive(Clone, Debug)]
pub struct RouteDecl {
    /// `to`
    pub to: Text,
    /// `if`
    pub condition: Option<Expression>,
    /// `respond_within`, in seconds.
    pub respond_within: Option<Spanned<i64>>,
    /// `escalate_to`
    pub escalate_to: Option<Text>,
    /// Where it is written.
    pub span: Span,
}
