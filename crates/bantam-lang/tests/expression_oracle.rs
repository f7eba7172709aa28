//! Holds the expression parser to the `cel` crate's: for expressions of our subset both see the same structure.

#![expect(clippy::panic, reason = "helpers of tests may fail as tests do")]

use bantam_lang::convert::number_text;
use bantam_lang::expression::{Syntax, SyntaxKind, parse_expression, print_syntax};
use cel::common::ast::{Expr, IdedExpr, LiteralValue, operators};
use proptest::prelude::*;

/// An expression without what the two parsers are free to do differently: chains of `&&` and `||` are flat, and two
/// signs in a row are none.
#[derive(Clone, Debug, PartialEq)]
enum Plain {
    Leaf(String),
    Op(String, Vec<Plain>),
}

fn op(name: &str, parts: Vec<Plain>) -> Plain {
    let is_chain = matches!(name, "&&" | "||");
    let is_sign = matches!(name, "!" | "neg");
    let mut flat = Vec::new();
    for part in parts {
        match part {
            Plain::Op(inner, mut parts) if inner == name && is_sign => return parts.remove(0),
            Plain::Op(inner, parts) if inner == name && is_chain => flat.extend(parts),
            other => flat.push(other),
        }
    }
    Plain::Op(name.to_owned(), flat)
}

fn number(value: f64) -> Plain {
    let leaf = Plain::Leaf(number_text(value.abs()));
    if value.is_sign_negative() { op("neg", vec![leaf]) } else { leaf }
}

fn ours(syntax: &Syntax) -> Plain {
    let all = |parts: &[Syntax]| parts.iter().map(ours).collect::<Vec<_>>();
    match &syntax.kind {
        SyntaxKind::Number(value) => number(*value),
        SyntaxKind::Text(text) => Plain::Leaf(format!("{text:?}")),
        SyntaxKind::Boolean(value) => Plain::Leaf(value.to_string()),
        SyntaxKind::List(items) => op("list", all(items)),
        SyntaxKind::Name(name) => Plain::Leaf(name.clone()),
        SyntaxKind::Member(of, name) => op(&format!(".{}", name.value), vec![ours(of)]),
        SyntaxKind::Call { receiver, function, arguments } => {
            let receiver = receiver.iter().map(|receiver| op("of", vec![ours(receiver)]));
            op(&format!("{}()", function.value), receiver.chain(all(arguments)).collect())
        }
        SyntaxKind::Not(of) => op("!", vec![ours(of)]),
        SyntaxKind::Negate(of) => op("neg", vec![ours(of)]),
        SyntaxKind::And(parts) => op("&&", all(parts)),
        SyntaxKind::Or(parts) => op("||", all(parts)),
        SyntaxKind::Compare(sign, left, right) => op(sign.value.sign(), vec![ours(left), ours(right)]),
        SyntaxKind::In(left, right) => op("in", vec![ours(left), ours(right)]),
        SyntaxKind::Arithmetic(sign, left, right) => op(sign.value.sign(), vec![ours(left), ours(right)]),
        SyntaxKind::Choose(condition, then, otherwise) => op("?", vec![ours(condition), ours(then), ours(otherwise)]),
        SyntaxKind::Parenthesised(inner) => ours(inner),
    }
}

fn theirs(expr: &IdedExpr) -> Plain {
    let all = |parts: &[IdedExpr]| parts.iter().map(theirs).collect::<Vec<_>>();
    match &expr.expr {
        Expr::Literal(LiteralValue::Boolean(value)) => Plain::Leaf(value.inner().to_string()),
        Expr::Literal(LiteralValue::Int(value)) => number(*value.inner() as f64),
        Expr::Literal(LiteralValue::Double(value)) => number(*value.inner()),
        Expr::Literal(LiteralValue::String(text)) => Plain::Leaf(format!("{:?}", text.inner())),
        Expr::List(list) => op("list", all(&list.elements)),
        Expr::Ident(name) => Plain::Leaf(name.clone()),
        Expr::Select(select) => op(&format!(".{}", select.field), vec![theirs(&select.operand)]),
        Expr::Call(call) => {
            let name = match call.func_name.as_str() {
                operators::CONDITIONAL => "?".to_owned(),
                operators::LOGICAL_NOT => "!".to_owned(),
                operators::NEGATE => "neg".to_owned(),
                operators::IN => "in".to_owned(),
                name if name.starts_with('_') && name.ends_with('_') => name.trim_matches('_').to_owned(),
                name => format!("{name}()"),
            };
            let receiver = call.target.iter().map(|receiver| op("of", vec![theirs(receiver)]));
            op(&name, receiver.chain(all(&call.args)).collect())
        }
        other => panic!("not of our subset: {other:?}"),
    }
}

/// Texts of expressions; types play no part in parsing.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        prop::sample::select(vec!["employees", "industry", "event.path", "known(x)", "true", "false", "_a1"])
            .prop_map(str::to_owned),
        (0..100_000i64).prop_map(|number| number.to_string()),
        (0..100_000i64).prop_map(|number| format!("{}.{}e-2", number / 10, number % 10)),
        prop::sample::select(vec!["\"a b\"", "'it\\'s'", "\"\\\\d\\n\\u00e9\\x41\\101\"", "'日本'", "\"\""])
            .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(6, 48, 3, |inner| {
        let sign = prop::sample::select(vec![
            "&&", "||", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", " in ", " && ", " || ", "  +  ",
        ]);
        prop_oneof![
            4 => (inner.clone(), sign, inner.clone()).prop_map(|(left, sign, right)| format!("{left}{sign}{right}")),
            2 => inner.clone().prop_map(|of| format!("( {of} )")),
            // CEL has no `!-x`; here it is read, and refused for its type.
            1 => inner.clone().prop_map(|of| if of.starts_with('-') { format!("!({of})") } else { format!("!{of}") }),
            1 => inner.clone().prop_map(|of| if of.starts_with('!') { format!("-({of})") } else { format!("-{of}") }),
            1 => (inner.clone(), inner.clone(), inner.clone()).prop_map(|(c, a, b)| format!("{c} ? {a} : {b}")),
            1 => prop::collection::vec(inner.clone(), 0..3).prop_map(|items| format!("[{}]", items.join(", "))),
            1 => prop::collection::vec(inner.clone(), 1..3).prop_map(|items| format!("how_many({})", items.join(","))),
            1 => (inner.clone(), inner).prop_map(|(of, part)| format!("({of}).contains({part})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_parsers_see_the_same_structure(text in expression()) {
        match (parse_expression(&text), cel::parser::Parser::new().parse(&text)) {
            (Ok(syntax), Ok(expr)) => prop_assert_eq!(ours(&syntax), theirs(&expr), "{}", text),
            // `a.b` behind a number, or a keyword: both refuse it.
            (Err(_), Err(_)) => {}
            (ours, theirs) => prop_assert!(false, "`{}`: ours {:?}, theirs {:?}", text, ours, theirs.map(|_| "parsed")),
        }
    }

    #[test]
    fn printing_what_was_parsed_changes_nothing(text in expression()) {
        let Ok(syntax) = parse_expression(&text) else { return Ok(()) };
        let printed = print_syntax(&syntax);
        let again = parse_expression(&printed).expect("what is printed can be parsed");
        prop_assert_eq!(ours(&syntax), ours(&again), "`{}` is printed `{}`", text, printed);
        prop_assert_eq!(&printed, &print_syntax(&again));
    }
}
