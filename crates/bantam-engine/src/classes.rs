//! Finds out which texts a definition cannot tell apart, so that one of them can stand for all.
//!
//! A definition that asks of `email` only whether it is a free one sees two kinds of e-mail address. Scores are the same
//! when each address is replaced by the first one seen of its kind, and then a million of them take the space of two.
//! Texts are replaced only where every use is a function of that one text; where two texts are compared, or events are
//! counted once per text, a column keeps its texts.

mod numbers;
mod text_test;

use crate::batch::{only_text, text_points};
use crate::columns::{Dictionary, MISSING_CODE};
use crate::evaluate::{Scalar, Scope, evaluate};
use bantam_lang::meaning::{Expr, ExprKind, Meaning, Name, OnceKey, Points, RuleKind, Select, SignalKind, Table, Type};
use hashbrown::{HashMap, HashSet};
pub(crate) use numbers::NumberClasses;
use std::borrow::Cow;
use std::sync::Arc;
use text_test::TextTest;

/// Up to so many questions, a kind is found by their answers without a look into a hash table.
const TESTS_MAX: usize = 8;

/// How a definition looks at the texts of one name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Uses {
    /// Whether a text may be carried on as it is: then each counts for itself.
    as_is: bool,
    functions: Vec<Function>,
}

/// Something that depends on one text alone.
#[derive(Clone, Debug)]
enum Function {
    /// Whether any of some questions is answered with yes.
    Any(Vec<TextTest>),
    Value(Expr),
    Points(Table),
}

/// How a definition looks at all its texts.
pub(crate) struct TextUses {
    of: HashMap<Name, Uses>,
    lists: Arc<Vec<HashSet<String>>>,
}

/// The kinds of text of one name.
#[derive(Clone, Debug)]
pub(crate) struct Classes {
    name: Name,
    functions: Arc<Vec<Function>>,
    lists: Arc<Vec<HashSet<String>>>,
    /// The code of the text that stands for a kind, by what the functions give for it.
    known: HashMap<Vec<u8>, u32>,
    /// The same by the answers of functions that are all questions, a bit each; [`MISSING_CODE`] where none was seen. Empty
    /// where not all of them are.
    by_answers: Vec<u32>,
    signature: Vec<u8>,
}

impl TextUses {
    /// Goes through all expressions of a definition.
    pub(crate) fn of(meaning: &Meaning) -> TextUses {
        let lists = meaning.lists.iter().map(|list| list.values.iter().cloned().collect()).collect();
        let mut uses = TextUses { of: HashMap::new(), lists: Arc::new(lists) };
        for expr in expressions(meaning) {
            uses.visit(expr);
        }
        for (by, table) in tables(meaning) {
            uses.visit_table(by, table);
        }
        uses
    }

    /// Returns the kinds of text of a name; `None` where each text counts for itself.
    pub(crate) fn classes(&self, name: Name) -> Option<Classes> {
        let uses = self.of.get(&name).cloned().unwrap_or_default();
        (!uses.as_is).then(|| Classes {
            name,
            known: HashMap::new(),
            by_answers: none_by_answers(&uses.functions),
            signature: Vec::new(),
            functions: Arc::new(uses.functions),
            lists: Arc::clone(&self.lists),
        })
    }

    fn visit(&mut self, expr: &Expr) {
        match (only_text(expr), &expr.kind) {
            (Some(name), _) => {
                let function =
                    TextTest::all_of(expr, name).map_or_else(|| Function::Value(expr.clone()), Function::Any);
                self.of.entry(name).or_default().functions.push(function);
            }
            (None, &ExprKind::Name(name)) if expr.ty == Type::Text => self.of.entry(name).or_default().as_is = true,
            _ => crate::batch::children(expr).into_iter().for_each(|child| self.visit(child)),
        }
    }

    fn visit_table(&mut self, by: &Expr, table: &Table) {
        match &by.kind {
            ExprKind::Name(name) if by.ty == Type::Text => {
                self.of.entry(*name).or_default().functions.push(Function::Points(table.clone()));
            }
            _ => self.visit(by),
        }
    }
}

/// Returns all expressions of a definition but those that a table looks up.
fn expressions(meaning: &Meaning) -> Vec<&Expr> {
    let mut all: Vec<&Expr> = meaning.actions.iter().filter_map(|action| action.condition.as_ref()).collect();
    all.extend(meaning.derived.iter().map(|derived| &derived.expr));
    for signal in &meaning.signals {
        match &signal.kind {
            SignalKind::Count { select, once } => all.extend(selecting(select, once.as_ref().map(|once| &once.key))),
            SignalKind::Sum { select, once, of } => {
                all.extend(selecting(select, once.as_ref().map(|once| &once.key)));
                all.push(of);
            }
            SignalKind::First(select) | SignalKind::Last(select) => all.extend(selecting(select, None)),
            SignalKind::Sequence { condition, .. } => all.extend(condition),
        }
    }
    all.extend(meaning.personas.iter().chain(&meaning.disqualify).map(|each| &each.condition));
    for rule in meaning.fit.rules.iter().chain(&meaning.engagement.rules) {
        match &rule.kind {
            RuleKind::Lead { condition } => all.extend(condition),
            RuleKind::Events { select, once, .. } => {
                all.extend(selecting(select, once.as_ref().map(|once| &once.key)));
            }
        }
    }
    all.extend(meaning.stages.iter().filter_map(|stage| stage.condition.as_ref()));
    all.extend(meaning.stages.iter().flat_map(|stage| stage.parts.iter().map(|(_, part)| part)));
    all.extend(meaning.routes.iter().filter_map(|route| route.condition.as_ref()));
    all
}

/// Returns all expressions of a definition.
pub(crate) fn looked_at(meaning: &Meaning) -> Vec<&Expr> {
    let mut all = expressions(meaning);
    all.extend(tables(meaning).map(|(by, _)| by));
    all
}

fn selecting<'m>(select: &'m Select, key: Option<&'m OnceKey>) -> impl Iterator<Item = &'m Expr> {
    let by_value = key.and_then(|key| match key {
        OnceKey::Value(expr) => Some(expr),
        _ => None,
    });
    select.condition.iter().chain(by_value)
}

fn tables(meaning: &Meaning) -> impl Iterator<Item = (&Expr, &Table)> {
    let rules = meaning.fit.rules.iter().chain(&meaning.engagement.rules);
    rules.filter_map(|rule| match &rule.points {
        Points::Table { by, table } => Some((by, table)),
        Points::Fixed(_) => None,
    })
}

impl Classes {
    /// Returns kinds that none has been seen of yet.
    pub(crate) fn blank(&self) -> Classes {
        Classes {
            known: HashMap::new(),
            by_answers: none_by_answers(&self.functions),
            signature: Vec::new(),
            functions: Arc::clone(&self.functions),
            lists: Arc::clone(&self.lists),
            ..*self
        }
    }

    /// Returns the code of the text that stands for the kind of this one: itself where it is the first of its kind.
    pub(crate) fn code(&mut self, text: &str, dictionary: &mut Dictionary) -> u32 {
        if self.by_answers.is_empty() {
            return self.code_by_signature(text, dictionary);
        }
        let answers = self.functions.iter().fold(0, |answers, function| answers << 1 | usize::from(function.any(text)));
        match self.by_answers.get_mut(answers) {
            Some(code) => {
                if *code == MISSING_CODE {
                    *code = dictionary.intern(text);
                }
                *code
            }
            None => dictionary.intern(text),
        }
    }

    fn code_by_signature(&mut self, text: &str, dictionary: &mut Dictionary) -> u32 {
        let mut signature = std::mem::take(&mut self.signature);
        signature.clear();
        let scope = OneText { name: self.name, text, lists: &self.lists };
        for function in self.functions.iter() {
            function.sign(&scope, &mut signature);
        }
        let code = match self.known.get(signature.as_slice()) {
            Some(&code) => code,
            None => {
                let code = dictionary.intern(text);
                self.known.insert(signature.clone(), code);
                code
            }
        };
        self.signature = signature;
        code
    }
}

/// Returns no code for each way in which some functions can be answered; nothing where not all of them are questions, or they
/// are many.
fn none_by_answers(functions: &[Function]) -> Vec<u32> {
    let are_questions = functions.iter().all(|function| matches!(function, Function::Any(_)));
    if are_questions && functions.len() <= TESTS_MAX { vec![MISSING_CODE; 1 << functions.len()] } else { Vec::new() }
}

impl Function {
    /// Returns whether it is questions of which any is answered with yes.
    fn any(&self, text: &str) -> bool {
        matches!(self, Function::Any(tests) if tests.iter().any(|test| test.holds(text)))
    }

    /// Appends what the function gives for a text, so that two texts with equal signatures give the same throughout.
    fn sign(&self, scope: &OneText<'_>, signature: &mut Vec<u8>) {
        match self {
            Function::Any(_) => signature.push(u8::from(self.any(scope.text))),
            Function::Value(expr) => match evaluate(expr, scope) {
                None => signature.push(2),
                Some(Scalar::Boolean(truth)) => signature.push(u8::from(truth)),
                Some(Scalar::Number(number)) => {
                    signature.push(3);
                    signature.extend(number.to_bits().to_le_bytes());
                }
                Some(Scalar::Time(time)) => {
                    signature.push(4);
                    signature.extend(time.to_le_bytes());
                }
                Some(Scalar::Text(text)) => {
                    signature.push(5);
                    signature.extend(text.len().to_le_bytes());
                    signature.extend(text.as_bytes());
                }
            },
            Function::Points(table) => {
                signature.extend(text_points(table, Some(scope.text)).to_le_bytes());
            }
        }
    }
}

/// What a function of one text sees.
struct OneText<'t> {
    name: Name,
    text: &'t str,
    lists: &'t [HashSet<String>],
}

impl<'t> Scope<'t> for OneText<'t> {
    fn value(&self, name: Name) -> Option<Scalar<'t>> {
        (name == self.name).then_some(Scalar::Text(Cow::Borrowed(self.text)))
    }

    fn as_of(&self) -> i64 {
        0
    }

    fn list_contains(&self, list: usize, text: &str) -> bool {
        self.lists.get(list).is_some_and(|values| values.contains(text))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at what cannot be")]
mod tests {
    use super::*;
    use bantam_lang::source::Source;
    use proptest::prelude::*;

    /// Returns the conditions of a definition's rules about `email`, and its kinds.
    fn classes(conditions: &[&str]) -> (Vec<Expr>, Classes) {
        let rules: String =
            (0..).zip(conditions).map(|(at, each)| format!("    R{at}: {{if: {each}, points: 1}}\n")).collect();
        let text = format!("bantam: 1\nlead: {{email: text}}\nfit:\n  rules:\n{rules}stages: [One, Two: score >= 1]\n");
        let loaded = bantam_lang::load(Source::new("d.yaml", text), &mut |_| unreachable!());
        let meaning = loaded.checked.unwrap().meaning();
        let conditions = meaning.fit.rules.iter().filter_map(|rule| match &rule.kind {
            RuleKind::Lead { condition } => condition.clone(),
            RuleKind::Events { .. } => None,
        });
        (conditions.collect(), TextUses::of(&meaning).classes(Name::Attribute(0)).unwrap())
    }

    fn holds_what_conditions_tell(
        conditions: &[&str],
        are_questions: bool,
        texts: &[String],
    ) -> Result<(), TestCaseError> {
        let (conditions, mut classes) = classes(conditions);
        prop_assert_eq!(!classes.by_answers.is_empty(), are_questions);
        let (mut dictionary, lists) = (Dictionary::default(), []);
        for text in texts {
            let code = classes.code(text, &mut dictionary);
            let other = dictionary.get(code).unwrap();
            for condition in &conditions {
                let [one, other] = [text.as_str(), other]
                    .map(|text| evaluate(condition, &OneText { name: Name::Attribute(0), text, lists: &lists }));
                prop_assert_eq!(one, other, "{} stands for {}", dictionary.get(code).unwrap(), text);
            }
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn a_text_stands_for_those_of_which_all_conditions_say_the_same(texts in prop::collection::vec("[ab@]{0,4}", 1..40)) {
            let questions =
                ["email.endsWith('@a') || email.endsWith('@b')", "email == 'ab'", "email.contains('@') || email.startsWith('b')"];
            holds_what_conditions_tell(&questions, true, &texts)?;
            let others = ["email.endsWith('@a') && !email.startsWith('a')", "email != 'ab'", "size(email) > 2"];
            holds_what_conditions_tell(&others, false, &texts)?;
            holds_what_conditions_tell(&["email.endsWith('a')"; TESTS_MAX + 1], false, &texts)?;
        }
    }
}
