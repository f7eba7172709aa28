//! Turns a definition into the keys of all its steps, in the order in which they see each other.

use super::keys::{Key, Keys, write_expr};
use bantam_lang::meaning::{
    EventSet, Expr, ExprKind, Meaning, Name, Once, OnceKey, Points, Rule, RuleKind, Section, Select, Signal, SignalKind,
};

/// The steps of a definition.
pub(super) struct Steps<'m> {
    pub(super) meaning: &'m Meaning,
    actions: Vec<Key>,
    lists: Vec<Key>,
    /// `sales_status` and what follows from it.
    pub(super) sales: Key,
    pub(super) criteria: Key,
    pub(super) derived: Vec<Key>,
    pub(super) signals: Vec<Key>,
    pub(super) persona: Key,
    pub(super) fit: SectionSteps,
    pub(super) engagement: SectionSteps,
    pub(super) disqualify: Vec<Condition<'m>>,
    pub(super) stages: Vec<Option<Condition<'m>>>,
    pub(super) routes: Vec<Option<Condition<'m>>>,
    stage: Key,
    grade: Key,
    disqualified: Key,
}

/// The steps of fit or engagement.
pub(super) struct SectionSteps {
    /// What each rule earns before its limit.
    pub(super) rules: Vec<Key>,
    /// The section's points.
    pub(super) total: Key,
}

/// A condition taken apart down to what is no `&&`, `||` or `!`: the parts are kept, and joined anew each time.
pub(super) enum Condition<'m> {
    Part(Key, &'m Expr),
    Not(Box<Condition<'m>>),
    And(Vec<Condition<'m>>),
    Or(Vec<Condition<'m>>),
}

impl<'m> Steps<'m> {
    /// Finds the steps of a definition.
    pub(super) fn new(meaning: &'m Meaning, keys: &mut Keys) -> Steps<'m> {
        let nothing = keys.of("nothing".to_owned());
        let none = || SectionSteps { rules: Vec::new(), total: nothing };
        let mut steps = Steps {
            meaning,
            actions: Vec::new(),
            lists: meaning.lists.iter().map(|list| keys.of(format!("list {:?}", list.values))).collect(),
            sales: nothing,
            criteria: keys.of(format!("criteria {:?}", meaning.criteria)),
            derived: Vec::new(),
            signals: Vec::new(),
            persona: nothing,
            fit: none(),
            engagement: none(),
            disqualify: Vec::new(),
            stages: Vec::new(),
            routes: Vec::new(),
            stage: nothing,
            grade: nothing,
            disqualified: nothing,
        };
        for action in &meaning.actions {
            let condition = steps.maybe(action.condition.as_ref());
            steps.actions.push(keys.of(format!("action {:?} if {condition}", action.on)));
        }
        let sales: Vec<String> = meaning.sales.iter().map(|set| steps.events(set)).collect();
        steps.sales = keys.of(format!("sales {sales:?}"));
        for derived in &meaning.derived {
            steps.derived.push(keys.of(format!("value {}", steps.expr(&derived.expr))));
        }
        for signal in &meaning.signals {
            steps.signals.push(keys.of(steps.signal(signal)));
        }
        let personas = meaning.personas.iter().map(|each| (&each.name, steps.expr(&each.condition)));
        steps.persona = keys.of(format!("personas {:?}", personas.collect::<Vec<_>>()));
        steps.fit = steps.section(&meaning.fit, keys);
        steps.engagement = steps.section(&meaning.engagement, keys);
        steps.outcome(keys);
        steps
    }

    fn outcome(&mut self, keys: &mut Keys) {
        let meaning = self.meaning;
        let disqualify: Vec<String> = meaning.disqualify.iter().map(|each| self.expr(&each.condition)).collect();
        let stages: Vec<_> =
            meaning.stages.iter().map(|stage| (&stage.name, self.maybe(stage.condition.as_ref()))).collect();
        let hand_off = meaning.hand_off.as_ref().map(|hand_off| hand_off.stage);
        self.disqualify = meaning.disqualify.iter().map(|each| self.condition(&each.condition, keys)).collect();
        self.stages = self.conditions(meaning.stages.iter().map(|stage| stage.condition.as_ref()), keys);
        self.disqualified = keys.of(format!("disqualified {disqualify:?}"));
        self.stage = keys.of(format!("stage {stages:?} {hand_off:?} {disqualify:?}"));
        self.grade = keys.of(format!("grade {:?} {:?} {:?}", meaning.grades, self.fit.total, self.engagement.total));
        self.routes = self.conditions(meaning.routes.iter().map(|route| route.condition.as_ref()), keys);
    }

    fn conditions(&self, of: impl Iterator<Item = Option<&'m Expr>>, keys: &mut Keys) -> Vec<Option<Condition<'m>>> {
        of.map(|condition| condition.map(|condition| self.condition(condition, keys))).collect()
    }

    fn condition(&self, expr: &'m Expr, keys: &mut Keys) -> Condition<'m> {
        match &expr.kind {
            ExprKind::Not(inner) => Condition::Not(Box::new(self.condition(inner, keys))),
            ExprKind::And(parts) => Condition::And(parts.iter().map(|part| self.condition(part, keys)).collect()),
            ExprKind::Or(parts) => Condition::Or(parts.iter().map(|part| self.condition(part, keys)).collect()),
            _ => Condition::Part(keys.of(format!("value {}", self.expr(expr))), expr),
        }
    }

    fn section(&self, section: &Section, keys: &mut Keys) -> SectionSteps {
        let rules: Vec<Key> = section.rules.iter().map(|rule| keys.of(self.rule(rule))).collect();
        let limits: Vec<_> =
            section.rules.iter().zip(&rules).map(|(rule, key)| (key, rule.group, rule.limit)).collect();
        let groups: Vec<_> = section.groups.iter().map(|group| group.limit).collect();
        let total = keys.of(format!("section {limits:?} {groups:?} {:?}", section.limit));
        SectionSteps { rules, total }
    }

    fn rule(&self, rule: &Rule) -> String {
        let kind = match &rule.kind {
            RuleKind::Lead { condition } => format!("lead if {}", self.maybe(condition.as_ref())),
            RuleKind::Events { select, once, decay } => {
                format!("{} once {} {decay:?}", self.select(select), self.once(once.as_ref()))
            }
        };
        let points = match &rule.points {
            Points::Fixed(points) => points.to_string(),
            Points::Table { by, table } => format!("by {} {table:?}", self.expr(by)),
        };
        format!("rule {kind} points {points}")
    }

    fn signal(&self, signal: &Signal) -> String {
        match &signal.kind {
            SignalKind::Count { select, once } => {
                format!("count {} once {}", self.select(select), self.once(once.as_ref()))
            }
            SignalKind::Sum { select, once, of } => {
                format!("sum {} once {} of {}", self.select(select), self.once(once.as_ref()), self.expr(of))
            }
            SignalKind::First(select) => format!("first {}", self.select(select)),
            SignalKind::Last(select) => format!("last {}", self.select(select)),
            SignalKind::Sequence { steps, condition, since, within_seconds, span_seconds } => {
                let steps: Vec<String> = steps.iter().map(|step| self.events(step)).collect();
                let since = since.as_ref().map(|since| self.events(since));
                let condition = self.maybe(condition.as_ref());
                format!("sequence {steps:?} if {condition} since {since:?} {within_seconds:?} {span_seconds:?}")
            }
        }
    }

    fn select(&self, select: &Select) -> String {
        let since = select.since.as_ref().map(|since| self.events(since));
        let condition = self.maybe(select.condition.as_ref());
        format!("{} if {condition} within {:?} since {since:?}", self.events(&select.events), select.within_seconds)
    }

    fn once(&self, once: Option<&Once>) -> String {
        let Some(once) = once else { return "-".to_owned() };
        let key = match &once.key {
            OnceKey::All => "all".to_owned(),
            OnceKey::Day => "day".to_owned(),
            OnceKey::Week => "week".to_owned(),
            OnceKey::Month => "month".to_owned(),
            OnceKey::Window(seconds) => format!("window {seconds}"),
            OnceKey::Value(expr) => format!("value {}", self.expr(expr)),
        };
        format!("{key} times {}", once.times)
    }

    fn events(&self, set: &EventSet) -> String {
        let actions: Vec<_> = set.actions.iter().map(|&action| self.actions.get(action)).collect();
        format!("{:?} {actions:?}", set.names)
    }

    fn maybe(&self, condition: Option<&Expr>) -> String {
        condition.map_or_else(|| "-".to_owned(), |condition| self.expr(condition))
    }

    fn expr(&self, expr: &Expr) -> String {
        write_expr(expr, &|name| self.name(name), &|list| format!("{:?}", self.lists.get(list)))
    }

    fn name(&self, name: Name) -> String {
        let (word, keys) = match name {
            Name::Attribute(index) => return format!("attribute {index}"),
            Name::Property(index) => return format!("property {index}"),
            Name::EventName => return "event name".to_owned(),
            Name::EventTime => return "event time".to_owned(),
            Name::CriteriaMet => ("criteria_met", vec![self.criteria]),
            Name::SalesStatus => ("sales_status", vec![self.sales]),
            Name::AcceptedBySales => ("accepted_by_sales", vec![self.sales]),
            Name::BecameOpportunity => ("became_opportunity", vec![self.sales]),
            Name::Derived(index) => ("derived", self.derived.get(index).copied().into_iter().collect()),
            Name::Signal(index) => ("signal", self.signals.get(index).copied().into_iter().collect()),
            Name::Persona => ("persona", vec![self.persona]),
            Name::Fit => ("fit", vec![self.fit.total]),
            Name::FitUnknown => ("fit_unknown", vec![self.fit.total]),
            Name::Engagement => ("engagement", vec![self.engagement.total]),
            Name::Score => ("score", vec![self.fit.total, self.engagement.total]),
            Name::Stage => ("stage", vec![self.stage]),
            Name::Grade => ("grade", vec![self.grade]),
            Name::Disqualified => ("disqualified", vec![self.disqualified]),
        };
        format!("{word} {keys:?}")
    }

    /// Returns fit and engagement with their meanings.
    pub(super) fn sections(&self) -> [(&SectionSteps, &'m Section); 2] {
        [(&self.fit, &self.meaning.fit), (&self.engagement, &self.meaning.engagement)]
    }
}
