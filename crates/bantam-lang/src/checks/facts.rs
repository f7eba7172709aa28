//! What has been assumed about expressions so far.

use super::interval::Interval;
use super::possible::{Possible, Values};
use super::show::show_name;
use super::world::World;
use crate::meaning::{Expr, ExprKind, Name, SalesAnswer};
use std::collections::HashMap;

/// Facts by the text of the expression they are about.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    entries: HashMap<String, Possible>,
}

impl Facts {
    pub(super) fn get(&self, key: &str) -> Option<&Possible> {
        self.entries.get(key)
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns what a name may be.
    pub(super) fn of_name(&self, world: &World<'_>, name: Name) -> Possible {
        self.get(&show_name(world.meaning, name)).cloned().unwrap_or_else(|| world.name(name))
    }

    /// Replaces what is known of an expression; `None` where nothing is possible any more.
    pub(super) fn put(mut self, key: String, possible: Possible) -> Option<Self> {
        if possible.is_impossible() {
            return None;
        }
        self.entries.insert(key, possible);
        Some(self)
    }

    /// Notes that an expression has a value, and so has all it is computed from.
    pub(super) fn with_present(self, world: &World<'_>, expr: &Expr) -> Option<Self> {
        if !world.pay(1) {
            return Some(self);
        }
        match &expr.kind {
            ExprKind::Name(name) => self.with_present_name(world, *name),
            ExprKind::Arithmetic(_, left, right)
            | ExprKind::Contains(left, right)
            | ExprKind::StartsWith(left, right)
            | ExprKind::EndsWith(left, right)
            | ExprKind::Compare(_, left, right) => self.with_present(world, left)?.with_present(world, right),
            ExprKind::Not(of)
            | ExprKind::Negate(of)
            | ExprKind::DaysSince(of)
            | ExprKind::Size(of)
            | ExprKind::Matches(of, _)
            | ExprKind::LowerAscii(of)
            | ExprKind::EmailDomain(of)
            | ExprKind::IsFreeEmail(of)
            | ExprKind::Seniority(of)
            | ExprKind::Department(of)
            | ExprKind::In(of, _) => {
                // Of a domain more is asked than an address: it is known to be there itself.
                let key = super::show::show(world.meaning, expr);
                let mut possible = world.evaluate(expr, &self);
                possible.missing = false;
                self.put(key, possible)?.with_present(world, of)
            }
            _ => Some(self),
        }
    }

    fn with_present_name(self, world: &World<'_>, name: Name) -> Option<Self> {
        let mut possible = self.of_name(world, name);
        if !possible.missing {
            return Some(self);
        }
        possible.missing = false;
        let facts = self.put(show_name(world.meaning, name), possible)?;
        match name {
            // A derived attribute is there where its expression has a value.
            Name::Derived(index) => match world.meaning.derived.get(index) {
                Some(derived) => facts.with_present(world, &derived.expr),
                None => Some(facts),
            },
            _ => Some(facts),
        }
    }

    /// Draws the conclusions that follow from how scores, and the answers of sales, hang together.
    pub(super) fn settled(self, world: &World<'_>) -> Option<Self> {
        let facts = self.settled_scores(world)?;
        facts.settled_answers(world)
    }

    fn settled_scores(self, world: &World<'_>) -> Option<Self> {
        if ["fit", "engagement", "score"].iter().all(|name| self.get(name).is_none()) {
            return Some(self);
        }
        let of = |name| self.of_name(world, name).values.interval();
        let (fit, engagement, score) = (of(Name::Fit), of(Name::Engagement), of(Name::Score));
        let score = score.meet(fit.plus(engagement));
        let fit = fit.meet(less(score, engagement));
        let engagement = engagement.meet(less(score, fit));
        let number = |interval| Possible::present(Values::Numbers(interval));
        self.put("fit".into(), number(fit))?
            .put("engagement".into(), number(engagement))?
            .put("score".into(), number(score))
    }

    fn settled_answers(self, world: &World<'_>) -> Option<Self> {
        if ["sales_status", "accepted_by_sales", "became_opportunity"].iter().all(|name| self.get(name).is_none()) {
            return Some(self);
        }
        let mut status = self.of_name(world, Name::SalesStatus);
        let flags = [Name::AcceptedBySales, Name::BecameOpportunity].map(|name| self.of_name(world, name).values);
        let holds = |flag: &Values, is_true: bool| match flag {
            Values::Booleans { yes, no } => (is_true && *yes) || (!is_true && *no),
            _ => true,
        };
        let [accepted, opportunity] = flags;
        let fits = |answer: Option<SalesAnswer>| {
            holds(&accepted, answer.is_some_and(SalesAnswer::is_accepted))
                && holds(&opportunity, answer.is_some_and(SalesAnswer::is_opportunity))
        };
        let answers: Vec<SalesAnswer> = SalesAnswer::ALL
            .into_iter()
            .filter(|answer| {
                let listed = matches!(&status.values, Values::Texts(texts) if texts.contains(answer.key()));
                listed && status.present && fits(Some(*answer))
            })
            .collect();
        status.missing &= fits(None);
        let flag = |of: fn(SalesAnswer) -> bool| {
            let yes = answers.iter().any(|answer| of(*answer));
            let no = status.missing || answers.iter().any(|answer| !of(*answer));
            Possible::present(Values::Booleans { yes, no })
        };
        let (accepted, opportunity) = (flag(SalesAnswer::is_accepted), flag(SalesAnswer::is_opportunity));
        status.values = Values::texts(answers.iter().map(|answer| answer.key()));
        status.present = !answers.is_empty();
        self.put("sales_status".into(), status)?
            .put("accepted_by_sales".into(), accepted)?
            .put("became_opportunity".into(), opportunity)
    }
}

/// Returns what is left of a sum without one of its parts.
fn less(sum: Interval, part: Interval) -> Interval {
    let (low, high) = (sum.low - part.high, sum.high - part.low);
    let low = if low.is_nan() { f64::NEG_INFINITY } else { low };
    let high = if high.is_nan() { f64::INFINITY } else { high };
    Interval::whole(low, high)
}
