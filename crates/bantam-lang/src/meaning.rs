//! What a definition means once every name is resolved and every type is proven.
//!
//! These types are data for whoever executes a definition (batch, live, SQL) or studies it (checks, diff, impact).
//! They hold no source text except where the text is part of the meaning: the parts of a stage's condition are
//! shown to people as written. A [`Meaning`] may be put together freely, in tests for example; only
//! [`crate::check`] wraps one into a [`crate::CheckedDefinition`], which is the proof that it was checked.

mod compare;

use crate::pattern::Pattern;
use crate::source::Span;
pub use compare::CompareOp;

/// Points a single rule or table entry may give lie within plus and minus this.
pub const POINTS_MAX: i64 = 10_000;
/// Bounds of limits, grade bands and `range` lie within plus and minus this.
pub const BOUND_MAX: i64 = 1_000_000_000;
/// The stage of a lead that a disqualifier hit.
pub const DISQUALIFIED: &str = "Disqualified";

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// Unicode text.
    Text,
    /// 64-bit float, always finite.
    Number,
    /// True or false.
    Boolean,
    /// An instant: microseconds since 1970-01-01T00:00Z.
    Time,
}

impl Type {
    /// Returns the word the language uses for this type.
    pub fn word(self) -> &'static str {
        match self {
            Type::Text => "text",
            Type::Number => "number",
            Type::Boolean => "boolean",
            Type::Time => "time",
        }
    }
}

/// A present value. A missing or unknown one is `Option::None` wherever values are handled.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Unicode text, compared by code points.
    Text(String),
    /// A finite number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// Microseconds since 1970-01-01T00:00Z.
    Time(i64),
}

impl Value {
    /// Returns the type of this value.
    pub fn kind(&self) -> Type {
        match self {
            Value::Text(_) => Type::Text,
            Value::Number(_) => Type::Number,
            Value::Boolean(_) => Type::Boolean,
            Value::Time(_) => Type::Time,
        }
    }
}

/// The whole definition, resolved. Sections are in the order in which they see each other.
#[derive(Clone, Debug, Default)]
pub struct Meaning {
    /// The definition's title, where given.
    pub name: Option<String>,
    /// How often the teams agreed to review it, in seconds.
    pub review_every_seconds: Option<i64>,
    /// Texts that mean "no value" in any input column, trimmed.
    pub missing: Vec<String>,
    /// What a lead carries.
    pub lead: LeadShape,
    /// What an event carries.
    pub event: EventShape,
    /// Named events.
    pub actions: Vec<Action>,
    /// Named lists of texts, for `in`.
    pub lists: Vec<List>,
    /// Indexes into `lead.attributes` of the qualification criteria, in order.
    pub criteria: Vec<usize>,
    /// The events by which sales answers, in the order of [`SalesAnswer::ALL`].
    pub sales: [EventSet; 6],
    /// Computed attributes, each seeing only earlier ones.
    pub derived: Vec<Derived>,
    /// Facts about a lead's history.
    pub signals: Vec<Signal>,
    /// Personas in order; the first whose condition is true is the lead's.
    pub personas: Vec<Conditional>,
    /// Explicit data against the ideal customer profile. Every rule is [`RuleKind::Lead`].
    pub fit: Section,
    /// Behaviour.
    pub engagement: Section,
    /// Disqualifiers in order.
    pub disqualify: Vec<Conditional>,
    /// Stages from first to last.
    pub stages: Vec<Stage>,
    /// Where a lead passes from marketing to sales.
    pub hand_off: Option<HandOff>,
    /// Letters of fit and engagement.
    pub grades: Grades,
    /// Routes in order; the first that applies is taken.
    pub routes: Vec<Route>,
    /// When sales works, for clocks of hand-offs; it changes no score.
    pub office_hours: Option<OfficeHours>,
}

/// The columns of a lead's row.
#[derive(Clone, Debug, PartialEq)]
pub struct LeadShape {
    /// Header of the column with the lead's key.
    pub id_column: String,
    /// Declared attributes, then the qualification criteria that `lead` did not declare.
    pub attributes: Vec<Attribute>,
}

impl Default for LeadShape {
    fn default() -> Self {
        LeadShape { id_column: "lead_id".into(), attributes: Vec::new() }
    }
}

/// The columns of an event's row.
#[derive(Clone, Debug, PartialEq)]
pub struct EventShape {
    /// Header of the column with the lead's key.
    pub lead_column: String,
    /// Header of the column with the event's name.
    pub name_column: String,
    /// Header of the column with the event's time.
    pub time_column: String,
    /// Header of the optional column with the event's own key, by which repeats are known.
    pub id_column: String,
    /// Declared properties.
    pub properties: Vec<Attribute>,
}

impl Default for EventShape {
    fn default() -> Self {
        EventShape {
            lead_column: "lead_id".into(),
            name_column: "event".into(),
            time_column: "timestamp".into(),
            id_column: "event_id".into(),
            properties: Vec::new(),
        }
    }
}

/// An attribute of a lead or a property of an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// The name conditions use.
    pub name: String,
    /// Its type.
    pub kind: Type,
    /// Header of its column, or a path like `a.b` into nested objects.
    pub column: String,
    /// Texts that mean "no value" in this column, beside the global ones; trimmed.
    pub missing: Vec<String>,
    /// The value where it is missing, of type `kind`.
    pub default: Option<Value>,
}

/// An event worth a name of its own: an event named in `on` for which `condition` is true.
#[derive(Clone, Debug)]
pub struct Action {
    /// The action's name. It hides an event of the same name.
    pub name: String,
    /// The events' own names.
    pub on: Vec<String>,
    /// Sees the event alone.
    pub condition: Option<Expr>,
}

/// A named list of texts.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// Its name, used right of `in`.
    pub name: String,
    /// Its values in file order, trimmed, repeats kept.
    pub values: Vec<String>,
}

/// A set of events by name: an event belongs to it if its own name is in `names` or it is one of `actions`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventSet {
    /// Events' own names, none of them hidden by an action, without repeats.
    pub names: Vec<String>,
    /// Indexes into [`Meaning::actions`], without repeats.
    pub actions: Vec<usize>,
}

impl EventSet {
    /// Returns whether no event can belong to it.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.actions.is_empty()
    }
}

/// An answer of sales; of equal times the later in this order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SalesAnswer {
    /// Sales takes the lead.
    Accepted,
    /// Sales refuses it.
    Rejected,
    /// Back to nurture.
    Recycled,
    /// A deal was opened.
    Opportunity,
    /// The deal was won.
    Won,
    /// The deal was lost.
    Lost,
}

impl SalesAnswer {
    /// All answers, in the order in which the later wins at equal times.
    pub const ALL: [SalesAnswer; 6] = [
        SalesAnswer::Accepted,
        SalesAnswer::Rejected,
        SalesAnswer::Recycled,
        SalesAnswer::Opportunity,
        SalesAnswer::Won,
        SalesAnswer::Lost,
    ];

    /// Returns the key under `sales`, which is also the value of `sales_status`.
    pub fn key(self) -> &'static str {
        match self {
            SalesAnswer::Accepted => "accepted",
            SalesAnswer::Rejected => "rejected",
            SalesAnswer::Recycled => "recycled",
            SalesAnswer::Opportunity => "opportunity",
            SalesAnswer::Won => "won",
            SalesAnswer::Lost => "lost",
        }
    }

    /// Returns the name of the event that gives this answer unless `sales` says otherwise.
    pub fn default_event(self) -> &'static str {
        match self {
            SalesAnswer::Accepted => "sales_accepted",
            SalesAnswer::Rejected => "sales_rejected",
            SalesAnswer::Recycled => "lead_recycled",
            SalesAnswer::Opportunity => "opportunity_opened",
            SalesAnswer::Won => "opportunity_won",
            SalesAnswer::Lost => "opportunity_lost",
        }
    }

    /// Returns whether `accepted_by_sales` is true for it.
    pub fn is_accepted(self) -> bool {
        matches!(self, SalesAnswer::Accepted) || self.is_opportunity()
    }

    /// Returns whether `became_opportunity` is true for it.
    pub fn is_opportunity(self) -> bool {
        matches!(self, SalesAnswer::Opportunity | SalesAnswer::Won | SalesAnswer::Lost)
    }
}

/// A computed attribute.
#[derive(Clone, Debug)]
pub struct Derived {
    /// Its name.
    pub name: String,
    /// Its value; unknown is missing.
    pub expr: Expr,
}

/// A fact about a lead's history.
#[derive(Clone, Debug)]
pub struct Signal {
    /// Its name.
    pub name: String,
    /// What it computes.
    pub kind: SignalKind,
}

/// What a signal computes.
#[derive(Clone, Debug)]
pub enum SignalKind {
    /// How many selected events, or keys with enough of them: a number.
    Count {
        /// Which events.
        select: Select,
        /// Counting once per key.
        once: Option<Once>,
    },
    /// Sum of a number over selected events, exact to thousandths: a number.
    Sum {
        /// Which events.
        select: Select,
        /// Counting once per key.
        once: Option<Once>,
        /// The number of one event.
        of: Expr,
    },
    /// Time of the earliest selected event; missing without one.
    First(Select),
    /// Time of the latest selected event; missing without one.
    Last(Select),
    /// Time of the latest event that completes the steps in order; missing without one.
    Sequence {
        /// Two steps or more; each holds one name.
        steps: Vec<EventSet>,
        /// Holds for the event of every step.
        condition: Option<Expr>,
        /// Binds every step.
        since: Option<EventSet>,
        /// Binds the completing event alone, in seconds.
        within_seconds: Option<i64>,
        /// The completing event comes less than this after the first step's.
        span_seconds: Option<i64>,
    },
}

impl Signal {
    /// Returns the type of its value.
    pub fn value_type(&self) -> Type {
        match self.kind {
            SignalKind::Count { .. } | SignalKind::Sum { .. } => Type::Number,
            SignalKind::First(_) | SignalKind::Last(_) | SignalKind::Sequence { .. } => Type::Time,
        }
    }
}

/// Which events of a lead are looked at.
#[derive(Clone, Debug)]
pub struct Select {
    /// Their names.
    pub events: EventSet,
    /// Must be true for the event.
    pub condition: Option<Expr>,
    /// The event is younger than this, in seconds.
    pub within_seconds: Option<i64>,
    /// The event is later than the latest of these, whatever `condition` and `within_seconds` say.
    pub since: Option<EventSet>,
}

/// Events with the same key count as one, the latest, and only where there are at least `times` of them.
#[derive(Clone, Debug)]
pub struct Once {
    /// What makes two events the same.
    pub key: OnceKey,
    /// How many it takes; at least 1.
    pub times: u32,
}

/// What makes two selected events count as one.
#[derive(Clone, Debug)]
pub enum OnceKey {
    /// All selected events share one key.
    All,
    /// The UTC day.
    Day,
    /// The UTC week, from Monday.
    Week,
    /// The UTC month.
    Month,
    /// Windows of this many seconds counted from 1970-01-01T00:00Z.
    Window(i64),
    /// A value of the event; a missing one is a key like any other.
    Value(Expr),
}

/// How the points of an event shrink with its age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decay {
    /// They do not.
    Never,
    /// Halved, toward zero, once per this many seconds of age.
    HalveEvery(i64),
    /// Down to zero in a straight line over this many seconds of age.
    FadeOver(i64),
}

/// A name with the condition under which it applies.
#[derive(Clone, Debug)]
pub struct Conditional {
    /// The persona's or disqualifier's name.
    pub name: String,
    /// When it applies.
    pub condition: Expr,
}

/// `fit` or `engagement`.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// All rules in the order written, members of groups at their group's place.
    pub rules: Vec<Rule>,
    /// Groups in the order written.
    pub groups: Vec<Group>,
    /// Limit of the whole section.
    pub limit: Option<Limit>,
}

/// Rules whose sum has a limit of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name, unique in the section among rules and groups.
    pub name: String,
    /// Limit of the sum of its members.
    pub limit: Option<Limit>,
    /// Where the name is written.
    pub span: Span,
}

/// Inclusive bounds into which a result is brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Not below this.
    pub low: i64,
    /// Not above this; not less than `low`.
    pub high: i64,
}

/// A named way to earn or lose points.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name, unique in the section among rules and groups.
    pub name: String,
    /// Index into [`Section::groups`].
    pub group: Option<usize>,
    /// What decides it.
    pub kind: RuleKind,
    /// What it gives: once for a lead rule, per counting event otherwise.
    pub points: Points,
    /// Limit of its result.
    pub limit: Option<Limit>,
    /// Where the name is written.
    pub span: Span,
}

/// What decides a rule.
#[derive(Clone, Debug)]
pub enum RuleKind {
    /// A condition over the lead's names. Fixed points always have one; beside a table it is optional.
    Lead {
        /// Must be true for the points, or the table, to count.
        condition: Option<Expr>,
    },
    /// Selected events; its points expression may use `event.x`.
    Events {
        /// Which events.
        select: Select,
        /// Counting once per key.
        once: Option<Once>,
        /// How points shrink with age.
        decay: Decay,
    },
}

/// What a rule gives.
#[derive(Clone, Debug)]
pub enum Points {
    /// The same always.
    Fixed(i64),
    /// Looked up by a value.
    Table {
        /// The value; text, number or boolean.
        by: Expr,
        /// The points; of the same type as `by`.
        table: Table,
    },
}

/// Points by value.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The keys.
    pub keys: TableKeys,
    /// Points of a present value that matches no key; 0 where not given.
    pub otherwise: Option<i64>,
    /// Points of a missing value; 0 where not given.
    pub missing: Option<i64>,
}

/// The keys of a table, by the type of its value.
#[derive(Clone, Debug, PartialEq)]
pub enum TableKeys {
    /// Exact texts, in the order written.
    Text(Vec<(String, i64)>),
    /// Lower bounds, ascending: the greatest not above the value decides.
    Number(Vec<(f64, i64)>),
    /// Points of true and of false; `None` where there is no such key.
    Boolean {
        /// Points of true.
        yes: Option<i64>,
        /// Points of false.
        no: Option<i64>,
    },
}

/// A rung of a ladder.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// When a lead may stand on it; `None` is always.
    pub condition: Option<Expr>,
    /// The top-level `&&` parts of the condition, as written, with their meaning; empty without a condition.
    pub parts: Vec<(String, Expr)>,
    /// Where the name is written.
    pub span: Span,
}

/// Where a lead passes from marketing to sales.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOff {
    /// Index into [`Meaning::stages`].
    pub stage: usize,
    /// The reasons sales may give for a rejection; empty leaves it open.
    pub reject_reasons: Vec<String>,
    /// How long a recycled lead stays in nurture, in seconds.
    pub recycle_after_seconds: Option<i64>,
}

/// Letters of fit and of engagement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grades {
    /// Letters of fit, highest bound first.
    pub fit: Option<Vec<Band>>,
    /// Letters of engagement, highest bound first.
    pub engagement: Option<Vec<Band>>,
}

/// One letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    /// The letter, any text.
    pub letter: String,
    /// The least points that earn it.
    pub from: i64,
}

/// Where a lead goes.
#[derive(Clone, Debug)]
pub struct Route {
    /// The team.
    pub to: String,
    /// When it is taken; `None` is always.
    pub condition: Option<Expr>,
    /// Time sales has to answer, in seconds.
    pub respond_within_seconds: Option<i64>,
    /// Who takes over when that time has passed.
    pub escalate_to: Option<String>,
    /// Where it is written.
    pub span: Span,
}

/// When sales works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficeHours {
    /// IANA name, such as `America/New_York`.
    pub time_zone: String,
    /// Per day of the week from Monday: minutes since midnight from and to, ascending and apart.
    pub days: [Vec<(u16, u16)>; 7],
    /// Days off, as `YYYY-MM-DD`.
    pub holidays: Vec<String>,
}

/// A typed expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it computes.
    pub kind: ExprKind,
    /// The type of its value.
    pub ty: Type,
    /// Where it is written in the definition.
    pub span: Span,
}

/// What an expression computes. "Unknown" is the third value of the logic: whatever is computed from a missing
/// value, a division by zero or an arithmetic result that is not finite.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A constant.
    Literal(Value),
    /// The value of a name.
    Name(Name),
    /// Swaps true and false.
    Not(Box<Expr>),
    /// False if any is false, else unknown if any is, else true. Two or more, never nested directly
    /// unless parenthesised so in the text.
    And(Vec<Expr>),
    /// True if any is true, else unknown if any is, else false.
    Or(Vec<Expr>),
    /// Compares two values of one type; `Less` and its kin only numbers and times.
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    /// Whether the value is among some constants.
    In(Box<Expr>, Set),
    /// Arithmetic on two numbers.
    Arithmetic(ArithmeticOp, Box<Expr>, Box<Expr>),
    /// The number with the other sign.
    Negate(Box<Expr>),
    /// The second where the first is true, the third where it is false.
    Choose(Box<Expr>, Box<Expr>, Box<Expr>),
    /// Whether the name has a value; never unknown.
    Known(Name),
    /// Whole days, floored, from a time to *as of*.
    DaysSince(Box<Expr>),
    /// How many of the conditions are true; never unknown.
    HowMany(Vec<Expr>),
    /// Code points of a text.
    Size(Box<Expr>),
    /// Whether the first text holds the second.
    Contains(Box<Expr>, Box<Expr>),
    /// Whether the first text starts with the second.
    StartsWith(Box<Expr>, Box<Expr>),
    /// Whether the first text ends with the second.
    EndsWith(Box<Expr>, Box<Expr>),
    /// Whether the pattern occurs in the text.
    Matches(Box<Expr>, Pattern),
    /// The text with A-Z lowered.
    LowerAscii(Box<Expr>),
    /// [`crate::email::email_domain`]; unknown without a domain.
    EmailDomain(Box<Expr>),
    /// [`crate::email::is_free_email`]; unknown without a domain.
    IsFreeEmail(Box<Expr>),
    /// [`crate::titles::seniority`].
    Seniority(Box<Expr>),
    /// [`crate::titles::department`].
    Department(Box<Expr>),
}

/// A resolved name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Name {
    /// Index into [`LeadShape::attributes`].
    Attribute(usize),
    /// How many criteria are true: a number, never unknown.
    CriteriaMet,
    /// Key of the latest answer of sales: a text.
    SalesStatus,
    /// Never unknown.
    AcceptedBySales,
    /// Never unknown.
    BecameOpportunity,
    /// Index into [`Meaning::derived`].
    Derived(usize),
    /// Index into [`Meaning::signals`].
    Signal(usize),
    /// Name of the lead's persona: a text.
    Persona,
    /// Points of fit: a number.
    Fit,
    /// How many fit rules could not be decided: a number.
    FitUnknown,
    /// Points of engagement: a number.
    Engagement,
    /// Fit and engagement together: a number.
    Score,
    /// Name of the lead's stage: a text.
    Stage,
    /// The lead's grade: a text.
    Grade,
    /// Whether a disqualifier hit: a boolean, never unknown.
    Disqualified,
    /// Index into [`EventShape::properties`].
    Property(usize),
    /// The event's own name: a text.
    EventName,
    /// The event's time.
    EventTime,
}

/// Arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ArithmeticOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

/// Constants right of `in`.
#[derive(Clone, Debug, PartialEq)]
pub enum Set {
    /// Texts written in the condition.
    Texts(Vec<String>),
    /// Numbers written in the condition.
    Numbers(Vec<f64>),
    /// Booleans written in the condition.
    Booleans(Vec<bool>),
    /// Index into [`Meaning::lists`].
    List(usize),
}

impl Meaning {
    /// Returns the type of a name's value.
    ///
    /// # Panics
    /// Never for a name that [`crate::check`] resolved: its index is in range. Otherwise returns `Type::Text`.
    pub fn type_of(&self, name: Name) -> Type {
        match name {
            Name::Attribute(i) => self.lead.attributes.get(i).map_or(Type::Text, |a| a.kind),
            Name::Property(i) => self.event.properties.get(i).map_or(Type::Text, |a| a.kind),
            Name::Derived(i) => self.derived.get(i).map_or(Type::Text, |d| d.expr.ty),
            Name::Signal(i) => self.signals.get(i).map_or(Type::Text, Signal::value_type),
            Name::SalesStatus | Name::Persona | Name::Stage | Name::Grade | Name::EventName => Type::Text,
            Name::CriteriaMet | Name::Fit | Name::FitUnknown | Name::Engagement | Name::Score => Type::Number,
            Name::AcceptedBySales | Name::BecameOpportunity | Name::Disqualified => Type::Boolean,
            Name::EventTime => Type::Time,
        }
    }
}
