//! Binds expressions to the dictionaries of the data: whatever depends on one text alone becomes a table with a value per
//! distinct text, computed once by the scalar evaluator. What is left works on numbers, times and truths.

use super::names::{DictionaryRef, Names};
use crate::columns::{Dictionary, MISSING_CODE, MISSING_NUMBER, Truth};
use crate::evaluate::{Scalar, Scope, number, text, truth};
use bantam_lang::meaning::{ArithmeticOp, CompareOp, Expr, ExprKind, Name, Set, Type, Value};
use std::borrow::Cow;

/// A bound expression of any type.
pub(super) enum Bound<'a> {
    Text(BoundText<'a>),
    Number(BoundNumber<'a>),
    Boolean(BoundTruth<'a>),
    Time(BoundTime<'a>),
}

/// A text expression; its values are codes in `dictionary`.
pub(super) struct BoundText<'a> {
    pub(super) kind: TextKind<'a>,
    pub(super) dictionary: DictionaryRef<'a>,
}

pub(super) enum TextKind<'a> {
    /// The same code in every row.
    Constant(u32),
    Load(Name),
    /// A function of one text: the result's code by the text's.
    Function(Box<BoundText<'a>>, Vec<u32>),
    /// One of two texts; the tables carry their codes over into the common dictionary.
    Choose(Box<BoundTruth<'a>>, Box<(BoundText<'a>, Vec<u32>)>, Box<(BoundText<'a>, Vec<u32>)>),
}

pub(super) enum BoundTruth<'a> {
    Constant(Truth),
    Load(Name),
    /// A function of one text.
    Function(Box<BoundText<'a>>, Table<Truth>),
    /// A function of two texts: the expression, with the placeholders in their stead.
    Pair(Box<Expr>, Box<BoundText<'a>>, Box<BoundText<'a>>),
    Not(Box<BoundTruth<'a>>),
    And(Vec<BoundTruth<'a>>),
    Or(Vec<BoundTruth<'a>>),
    HowMuch(CompareOp, BoundNumber<'a>, BoundNumber<'a>),
    When(CompareOp, BoundTime<'a>, BoundTime<'a>),
    /// Whether two truths are equal, or unequal.
    Same(bool, Box<(BoundTruth<'a>, BoundTruth<'a>)>),
    AmongNumbers(BoundNumber<'a>, Vec<f64>),
    AmongTruths(Box<BoundTruth<'a>>, Vec<bool>),
    Known(Name, Type),
    Choose(Box<[BoundTruth<'a>; 3]>),
}

pub(super) enum BoundNumber<'a> {
    Constant(f64),
    Load(Name),
    Function(Box<BoundText<'a>>, Table<f64>),
    Arithmetic(ArithmeticOp, Box<(BoundNumber<'a>, BoundNumber<'a>)>),
    Negate(Box<BoundNumber<'a>>),
    DaysSince(BoundTime<'a>),
    HowMany(Vec<BoundTruth<'a>>),
    Choose(Box<BoundTruth<'a>>, Box<(BoundNumber<'a>, BoundNumber<'a>)>),
}

pub(super) enum BoundTime<'a> {
    Constant(i64),
    Load(Name),
    Choose(Box<BoundTruth<'a>>, Box<(BoundTime<'a>, BoundTime<'a>)>),
}

/// A value per code of a dictionary, and one for a missing text.
pub(super) struct Table<T> {
    pub(super) values: Vec<T>,
    pub(super) missing: T,
}

impl<T: Copy> Table<T> {
    pub(super) fn new(dictionary: &Dictionary, of: impl Fn(Option<&str>) -> T) -> Self {
        Table { values: dictionary.iter().map(|text| of(Some(text))).collect(), missing: of(None) }
    }

    pub(super) fn get(&self, code: u32) -> T {
        self.values.get(code as usize).copied().unwrap_or(self.missing)
    }
}

/// Stand for the first and second text argument while a function is computed for one entry of a dictionary.
const PLACEHOLDERS: [Name; 2] = [Name::Persona, Name::Stage];

/// What a function of one or two texts sees: the texts.
pub(super) struct Entry<'a, 'n> {
    pub(super) names: &'n Names<'a>,
    pub(super) first: (Name, Option<&'n str>),
    pub(super) second: Option<&'n str>,
}

impl<'n> Scope<'n> for Entry<'_, 'n> {
    fn value(&self, name: Name) -> Option<Scalar<'n>> {
        let text = if name == self.first.0 { self.first.1 } else { self.second };
        text.map(|text| Scalar::Text(Cow::Borrowed(text)))
    }

    fn as_of(&self) -> i64 {
        0
    }

    fn list_contains(&self, list: usize, text: &str) -> bool {
        self.names.list_contains(list, text)
    }
}

/// Binds an expression.
pub(super) fn bind<'a>(expr: &Expr, names: &Names<'a>) -> Bound<'a> {
    match expr.ty {
        Type::Text => Bound::Text(bind_text(expr, names)),
        Type::Number => Bound::Number(bind_number(expr, names)),
        Type::Boolean => Bound::Boolean(bind_truth(expr, names)),
        Type::Time => Bound::Time(bind_time(expr, names)),
    }
}

/// Binds a condition.
pub(super) fn bind_truth<'a>(expr: &Expr, names: &Names<'a>) -> BoundTruth<'a> {
    if let Some(name) = only_text(expr) {
        let of = load_text(name, names);
        let table = Table::new(of.dictionary.get(), |entry| truth_of(expr, names, name, entry));
        return BoundTruth::Function(of.into(), table);
    }
    let many = |parts: &[Expr]| parts.iter().map(|part| bind_truth(part, names)).collect();
    match &expr.kind {
        ExprKind::Literal(Value::Boolean(value)) => BoundTruth::Constant(Truth::from(*value)),
        ExprKind::Name(name) => BoundTruth::Load(*name),
        ExprKind::Not(inner) => BoundTruth::Not(bind_truth(inner, names).into()),
        ExprKind::And(parts) => BoundTruth::And(many(parts)),
        ExprKind::Or(parts) => BoundTruth::Or(many(parts)),
        ExprKind::Compare(op, left, right) if left.ty == Type::Number => {
            BoundTruth::HowMuch(*op, bind_number(left, names), bind_number(right, names))
        }
        ExprKind::Compare(op, left, right) if left.ty == Type::Time => {
            BoundTruth::When(*op, bind_time(left, names), bind_time(right, names))
        }
        ExprKind::Compare(op, left, right) if left.ty == Type::Boolean => {
            BoundTruth::Same(*op == CompareOp::Equal, Box::new((bind_truth(left, names), bind_truth(right, names))))
        }
        ExprKind::In(value, Set::Numbers(set)) => BoundTruth::AmongNumbers(bind_number(value, names), set.clone()),
        ExprKind::In(value, Set::Booleans(set)) => {
            BoundTruth::AmongTruths(bind_truth(value, names).into(), set.clone())
        }
        ExprKind::Known(name) => BoundTruth::Known(*name, names.type_of(*name)),
        ExprKind::Choose(condition, yes, no) => {
            BoundTruth::Choose(Box::new([bind_truth(condition, names), bind_truth(yes, names), bind_truth(no, names)]))
        }
        _ => truth_of_texts(expr, names),
    }
}

/// Binds a condition on texts that come from several names.
fn truth_of_texts<'a>(expr: &Expr, names: &Names<'a>) -> BoundTruth<'a> {
    let (abstracted, texts) = abstract_texts(expr);
    let mut bound: Vec<BoundText<'a>> = texts.iter().map(|text| bind_text(text, names)).collect();
    let second = if bound.len() > 1 { bound.pop() } else { None };
    match (bound.pop(), second) {
        (Some(left), Some(right)) => BoundTruth::Pair(abstracted.into(), left.into(), right.into()),
        (Some(only), None) => {
            let table = Table::new(only.dictionary.get(), |entry| truth_of(&abstracted, names, PLACEHOLDERS[0], entry));
            BoundTruth::Function(only.into(), table)
        }
        _ => BoundTruth::Constant(truth_of(expr, names, PLACEHOLDERS[0], None)),
    }
}

fn truth_of(expr: &Expr, names: &Names<'_>, name: Name, entry: Option<&str>) -> Truth {
    truth(expr, &Entry { names, first: (name, entry), second: None }).into()
}

/// Computes a condition on two texts.
pub(super) fn truth_of_pair(expr: &Expr, names: &Names<'_>, left: Option<&str>, right: Option<&str>) -> Truth {
    truth(expr, &Entry { names, first: (PLACEHOLDERS[0], left), second: right }).into()
}

/// Binds a number.
pub(super) fn bind_number<'a>(expr: &Expr, names: &Names<'a>) -> BoundNumber<'a> {
    let of_entry = |expr: &Expr, name, entry: Option<&str>| {
        number(expr, &Entry { names, first: (name, entry), second: None }).unwrap_or(MISSING_NUMBER)
    };
    if let Some(name) = only_text(expr) {
        let of = load_text(name, names);
        let table = Table::new(of.dictionary.get(), |entry| of_entry(expr, name, entry));
        return BoundNumber::Function(of.into(), table);
    }
    match &expr.kind {
        ExprKind::Literal(Value::Number(value)) => BoundNumber::Constant(*value),
        ExprKind::Name(name) => BoundNumber::Load(*name),
        ExprKind::Arithmetic(op, left, right) => {
            BoundNumber::Arithmetic(*op, Box::new((bind_number(left, names), bind_number(right, names))))
        }
        ExprKind::Negate(inner) => BoundNumber::Negate(bind_number(inner, names).into()),
        ExprKind::DaysSince(start) => BoundNumber::DaysSince(bind_time(start, names)),
        ExprKind::HowMany(parts) => BoundNumber::HowMany(parts.iter().map(|part| bind_truth(part, names)).collect()),
        ExprKind::Choose(condition, yes, no) => BoundNumber::Choose(
            bind_truth(condition, names).into(),
            Box::new((bind_number(yes, names), bind_number(no, names))),
        ),
        ExprKind::Size(inner) => {
            let of = bind_text(inner, names);
            let size = |entry: Option<&str>| entry.map_or(MISSING_NUMBER, |text| text.chars().count() as f64);
            let table = Table::new(of.dictionary.get(), size);
            BoundNumber::Function(of.into(), table)
        }
        _ => BoundNumber::Constant(MISSING_NUMBER),
    }
}

/// Binds a time.
pub(super) fn bind_time<'a>(expr: &Expr, names: &Names<'a>) -> BoundTime<'a> {
    match &expr.kind {
        ExprKind::Literal(Value::Time(value)) => BoundTime::Constant(*value),
        ExprKind::Name(name) => BoundTime::Load(*name),
        ExprKind::Choose(condition, yes, no) => BoundTime::Choose(
            bind_truth(condition, names).into(),
            Box::new((bind_time(yes, names), bind_time(no, names))),
        ),
        _ => BoundTime::Constant(crate::columns::MISSING_TIME),
    }
}

/// Binds a text.
pub(super) fn bind_text<'a>(expr: &Expr, names: &Names<'a>) -> BoundText<'a> {
    match &expr.kind {
        ExprKind::Name(name) => load_text(*name, names),
        ExprKind::Literal(Value::Text(value)) => {
            let mut dictionary = Dictionary::default();
            let code = dictionary.intern(value);
            BoundText { kind: TextKind::Constant(code), dictionary: DictionaryRef::new(dictionary) }
        }
        ExprKind::Choose(condition, yes, no) => {
            let (yes, no) = (bind_text(yes, names), bind_text(no, names));
            let mut dictionary = Dictionary::default();
            let mut carry = |text: &BoundText<'_>| -> Vec<u32> {
                text.dictionary.get().iter().map(|entry| dictionary.intern(entry)).collect()
            };
            let (yes_codes, no_codes) = (carry(&yes), carry(&no));
            let condition = bind_truth(condition, names).into();
            let kind = TextKind::Choose(condition, Box::new((yes, yes_codes)), Box::new((no, no_codes)));
            BoundText { kind, dictionary: DictionaryRef::new(dictionary) }
        }
        _ => text_function(expr, names),
    }
}

/// Binds a function from text to text.
fn text_function<'a>(expr: &Expr, names: &Names<'a>) -> BoundText<'a> {
    let (abstracted, texts) = abstract_texts(expr);
    let mut dictionary = Dictionary::default();
    let Some(of) = texts.first().map(|inner| bind_text(inner, names)) else {
        let code = text(expr, &Entry { names, first: (PLACEHOLDERS[0], None), second: None })
            .map_or(MISSING_CODE, |value| dictionary.intern(&value));
        return BoundText { kind: TextKind::Constant(code), dictionary: DictionaryRef::new(dictionary) };
    };
    let codes = of.dictionary.get().iter().map(|entry| {
        let scope = Entry { names, first: (PLACEHOLDERS[0], Some(entry)), second: None };
        text(&abstracted, &scope).map_or(MISSING_CODE, |value| dictionary.intern(&value))
    });
    let codes = codes.collect();
    BoundText { kind: TextKind::Function(of.into(), codes), dictionary: DictionaryRef::new(dictionary) }
}

fn load_text<'a>(name: Name, names: &Names<'a>) -> BoundText<'a> {
    BoundText { kind: TextKind::Load(name), dictionary: names.dictionary(name) }
}

/// Returns the one text name on which an expression depends, where it depends on nothing else and is more than the name.
pub(crate) fn only_text(expr: &Expr) -> Option<Name> {
    let mut found = None;
    let simple = !matches!(expr.kind, ExprKind::Name(_) | ExprKind::Known(_)) && depends_on(expr, &mut found);
    found.filter(|_| simple)
}

fn depends_on(expr: &Expr, found: &mut Option<Name>) -> bool {
    let leaf = |name: Name, found: &mut Option<Name>| *found.get_or_insert(name) == name;
    match &expr.kind {
        ExprKind::Name(name) => expr.ty == Type::Text && leaf(*name, found),
        // Whether another kind of value is known is not a function of a text.
        ExprKind::Known(name) => found.is_some_and(|found| found == *name),
        ExprKind::DaysSince(_) => false,
        _ => children(expr).into_iter().all(|child| depends_on(child, found)),
    }
}

/// Returns whether an expression asks for nothing but names that are `known`; the age of a time is something else.
pub(super) fn asks_only(expr: &Expr, known: &dyn Fn(Name) -> bool) -> bool {
    match &expr.kind {
        ExprKind::Name(name) | ExprKind::Known(name) => known(*name),
        ExprKind::DaysSince(_) => false,
        _ => children(expr).into_iter().all(|child| asks_only(child, known)),
    }
}

/// Returns the direct parts of an expression.
pub(crate) fn children(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Name(_) | ExprKind::Known(_) => Vec::new(),
        ExprKind::And(parts) | ExprKind::Or(parts) | ExprKind::HowMany(parts) => parts.iter().collect(),
        ExprKind::Choose(condition, yes, no) => vec![condition, yes, no],
        ExprKind::Compare(_, left, right)
        | ExprKind::Arithmetic(_, left, right)
        | ExprKind::Contains(left, right)
        | ExprKind::StartsWith(left, right)
        | ExprKind::EndsWith(left, right) => vec![left, right],
        ExprKind::Not(inner)
        | ExprKind::Negate(inner)
        | ExprKind::In(inner, _)
        | ExprKind::DaysSince(inner)
        | ExprKind::Size(inner)
        | ExprKind::Matches(inner, _)
        | ExprKind::LowerAscii(inner)
        | ExprKind::EmailDomain(inner)
        | ExprKind::IsFreeEmail(inner)
        | ExprKind::Seniority(inner)
        | ExprKind::Department(inner) => vec![inner],
    }
}

/// Puts placeholders in the stead of an expression's direct text parts that are no literals; returns them in order.
fn abstract_texts(expr: &Expr) -> (Expr, Vec<Expr>) {
    let mut abstracted = expr.clone();
    let mut texts = Vec::new();
    for part in text_parts(&mut abstracted) {
        if matches!(part.kind, ExprKind::Literal(_)) {
            continue;
        }
        let name = if texts.is_empty() { PLACEHOLDERS[0] } else { PLACEHOLDERS[1] };
        let placeholder = Expr { kind: ExprKind::Name(name), ty: Type::Text, span: part.span };
        texts.push(std::mem::replace(part, placeholder));
    }
    (abstracted, texts)
}

fn text_parts(expr: &mut Expr) -> Vec<&mut Expr> {
    match &mut expr.kind {
        ExprKind::Compare(_, left, right)
        | ExprKind::Contains(left, right)
        | ExprKind::StartsWith(left, right)
        | ExprKind::EndsWith(left, right) => vec![left, right],
        ExprKind::In(inner, _)
        | ExprKind::Matches(inner, _)
        | ExprKind::LowerAscii(inner)
        | ExprKind::EmailDomain(inner)
        | ExprKind::IsFreeEmail(inner)
        | ExprKind::Seniority(inner)
        | ExprKind::Department(inner) => vec![inner],
        _ => Vec::new(),
    }
}
