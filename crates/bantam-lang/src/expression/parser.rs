//! Turns an expression's tokens into a syntax tree, by descending through CEL's levels of precedence.

use super::lexer::{Token, TokenKind, lex};
use super::{Syntax, SyntaxError, SyntaxKind};
use crate::meaning::{ArithmeticOp, CompareOp};
use crate::source::{Span, Spanned};

/// Parts of an expression may be nested this deep, chains of `+` and the like counted by their links.
const DEPTH_MAX: usize = 96;

/// Parses a whole expression; places are bytes of `text`.
pub fn parse_expression(text: &str) -> Result<Syntax, SyntaxError> {
    let tokens = lex(text)?;
    let mut parser = Parser { tokens, at: 0, depth: 0 };
    let tree = parser.choose()?;
    match parser.peek() {
        Token { kind: TokenKind::End, .. } => Ok(tree),
        token => Err(parser.trailing(token)),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

type Parsed = Result<Syntax, SyntaxError>;

impl Parser {
    fn peek(&self) -> &Token {
        static END: Token = Token { kind: TokenKind::End, span: Span { start: 0, end: 0 } };
        self.tokens.get(self.at).or(self.tokens.last()).unwrap_or(&END)
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    /// Takes the sign if it is next.
    fn take(&mut self, sign: &str) -> Option<Span> {
        match self.peek() {
            Token { kind: TokenKind::Sign(next), span } if *next == sign => {
                let span = *span;
                self.at += 1;
                Some(span)
            }
            _ => None,
        }
    }

    fn expect(&mut self, sign: &str, opened: Span, what: &str) -> Result<Span, SyntaxError> {
        self.take(sign).ok_or_else(|| match self.peek() {
            Token { kind: TokenKind::End, .. } => {
                SyntaxError::new(opened, format!("this {what} is never closed")).help(format!("add `{sign}`"))
            }
            token => self.trailing(token),
        })
    }

    /// Goes one level deeper, if that is not too deep.
    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, SyntaxError>) -> Result<T, SyntaxError> {
        self.deepen()?;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn deepen(&mut self) -> Result<(), SyntaxError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let help = "give parts of it names under `derive`";
            return Err(SyntaxError::new(self.peek().span, "the expression is nested too deeply").help(help));
        }
        Ok(())
    }

    fn trailing(&self, token: &Token) -> SyntaxError {
        let shown = describe(token);
        let error = SyntaxError::new(token.span, format!("{shown} does not belong here"));
        match &token.kind {
            TokenKind::Word(word) if word.eq_ignore_ascii_case("and") => error.help("write `&&` for \"and\""),
            TokenKind::Word(word) if word.eq_ignore_ascii_case("or") => error.help("write `||` for \"or\""),
            TokenKind::Word(word) if word == "not" || word == "is" => error.help("write `!x`, `==` or `!=`"),
            TokenKind::Sign(sign @ (")" | "]")) => error.help(format!("remove the `{sign}`, or open it before")),
            TokenKind::Sign("?") => error.help("put the inner choice in parentheses: `a ? (b ? c : d) : e`"),
            TokenKind::Sign("%") => error.help("there is no remainder; numbers have `+ - * /`"),
            _ => error.label("expected an operator such as `&&`, `==` or `in`, or the end"),
        }
    }

    fn choose(&mut self) -> Parsed {
        self.nested(|parser| {
            let condition = parser.or()?;
            let Some(question) = parser.take("?") else { return Ok(condition) };
            let then = parser.or()?;
            parser.expect(":", question, "`?`")?;
            let otherwise = parser.choose()?;
            let span = condition.span.join(otherwise.span);
            Ok(Syntax { kind: SyntaxKind::Choose(condition.into(), then.into(), otherwise.into()), span })
        })
    }

    fn or(&mut self) -> Parsed {
        self.chain("||", Parser::and, SyntaxKind::Or)
    }

    fn and(&mut self) -> Parsed {
        self.chain("&&", Parser::relation, SyntaxKind::And)
    }

    fn chain(&mut self, sign: &str, part: fn(&mut Self) -> Parsed, join: fn(Vec<Syntax>) -> SyntaxKind) -> Parsed {
        let first = part(self)?;
        let mut span = first.span;
        let mut parts = vec![first];
        while self.take(sign).is_some() {
            let next = part(self)?;
            span = span.join(next.span);
            parts.push(next);
        }
        match parts.pop() {
            Some(only) if parts.is_empty() => Ok(only),
            last => {
                parts.extend(last);
                Ok(Syntax { kind: join(parts), span })
            }
        }
    }

    fn relation(&mut self) -> Parsed {
        let mut left = self.sum()?;
        let depth = self.depth;
        loop {
            let token = self.peek().clone();
            let operator = match &token.kind {
                TokenKind::Sign(sign) => compare_op(sign),
                TokenKind::Word(word) if word == "in" => None,
                _ => break,
            };
            if operator.is_none() && !matches!(token.kind, TokenKind::Word(_)) {
                break;
            }
            self.at += 1;
            self.deepen()?;
            let right = self.sum()?;
            let span = left.span.join(right.span);
            let kind = match operator {
                Some(op) => SyntaxKind::Compare(Spanned::new(op, token.span), left.into(), right.into()),
                None => SyntaxKind::In(left.into(), right.into()),
            };
            left = Syntax { kind, span };
        }
        self.depth = depth;
        Ok(left)
    }

    fn sum(&mut self) -> Parsed {
        self.arithmetic(&[("+", ArithmeticOp::Add), ("-", ArithmeticOp::Subtract)], Parser::product)
    }

    fn product(&mut self) -> Parsed {
        self.arithmetic(&[("*", ArithmeticOp::Multiply), ("/", ArithmeticOp::Divide)], Parser::unary)
    }

    fn arithmetic(&mut self, signs: &[(&str, ArithmeticOp)], part: fn(&mut Self) -> Parsed) -> Parsed {
        let mut left = part(self)?;
        let depth = self.depth;
        while let Some((span, op)) = signs.iter().find_map(|(sign, op)| self.take(sign).map(|span| (span, *op))) {
            self.deepen()?;
            let right = part(self)?;
            let whole = left.span.join(right.span);
            left =
                Syntax { kind: SyntaxKind::Arithmetic(Spanned::new(op, span), left.into(), right.into()), span: whole };
        }
        self.depth = depth;
        Ok(left)
    }

    fn unary(&mut self) -> Parsed {
        let (span, make): (Span, fn(Box<Syntax>) -> SyntaxKind) = if let Some(span) = self.take("!") {
            (span, SyntaxKind::Not)
        } else if let Some(span) = self.take("-") {
            (span, SyntaxKind::Negate)
        } else {
            return self.member();
        };
        let inner = self.nested(Parser::unary)?;
        let span = span.join(inner.span);
        Ok(Syntax { kind: make(inner.into()), span })
    }

    fn member(&mut self) -> Parsed {
        let mut left = self.primary()?;
        let depth = self.depth;
        while self.take(".").is_some() {
            self.deepen()?;
            let token = self.next();
            let TokenKind::Word(word) = token.kind else {
                return Err(SyntaxError::new(token.span, "a name is missing behind the dot")
                    .help("for example `event.path` or `title.contains(\"VP\")`"));
            };
            let name = Spanned::new(word, token.span);
            left = match self.take("(") {
                Some(opened) => self.call(Some(left), name, opened)?,
                None => {
                    let span = left.span.join(name.span);
                    Syntax { kind: SyntaxKind::Member(left.into(), name), span }
                }
            };
        }
        self.depth = depth;
        if let Token { kind: TokenKind::Sign("["), span } = self.peek() {
            return Err(SyntaxError::new(*span, "`[...]` behind a value is not supported")
                .help("look a value up with a table (`by` and `points`) or `in [...]`"));
        }
        Ok(left)
    }

    fn call(&mut self, receiver: Option<Syntax>, function: Spanned<String>, opened: Span) -> Parsed {
        let (arguments, end) = self.items(")", opened, "parenthesis")?;
        let start = receiver.as_ref().map_or(function.span, |receiver| receiver.span);
        let receiver = receiver.map(Box::new);
        Ok(Syntax { kind: SyntaxKind::Call { receiver, function, arguments }, span: start.join(end) })
    }

    /// Reads expressions with commas between them up to the closing sign.
    fn items(&mut self, close: &str, opened: Span, what: &str) -> Result<(Vec<Syntax>, Span), SyntaxError> {
        let mut items = Vec::new();
        if let Some(end) = self.take(close) {
            return Ok((items, end));
        }
        loop {
            items.push(self.choose()?);
            if self.take(",").is_none() {
                return Ok((items, self.expect(close, opened, what)?));
            }
        }
    }

    fn primary(&mut self) -> Parsed {
        let token = self.next();
        let span = token.span;
        let kind = match token.kind {
            TokenKind::Number(value) => SyntaxKind::Number(value),
            TokenKind::Text(text) => SyntaxKind::Text(text),
            TokenKind::Word(word) if word == "true" => SyntaxKind::Boolean(true),
            TokenKind::Word(word) if word == "false" => SyntaxKind::Boolean(false),
            TokenKind::Word(word) => return self.name_or_call(Spanned::new(word, span)),
            TokenKind::Sign("(") => {
                let inner = self.choose()?;
                let end = self.expect(")", span, "parenthesis")?;
                return Ok(Syntax { kind: SyntaxKind::Parenthesised(inner.into()), span: span.join(end) });
            }
            TokenKind::Sign("[") => {
                let (items, end) = self.nested(|parser| parser.items("]", span, "list"))?;
                return Ok(Syntax { kind: SyntaxKind::List(items), span: span.join(end) });
            }
            TokenKind::Sign(_) | TokenKind::End => return Err(missing_value(&token)),
        };
        Ok(Syntax { kind, span })
    }

    fn name_or_call(&mut self, name: Spanned<String>) -> Parsed {
        match name.value.as_str() {
            "null" => {
                return Err(SyntaxError::new(name.span, "there is no `null`")
                    .help("ask `known(x)` whether a value is present, `!known(x)` whether it is missing"));
            }
            "in" | "and" | "or" | "not" => {
                return Err(missing_value(&Token { kind: TokenKind::Word(name.value), span: name.span }));
            }
            _ => {}
        }
        match self.take("(") {
            Some(opened) => self.call(None, name, opened),
            None => Ok(Syntax { span: name.span, kind: SyntaxKind::Name(name.value) }),
        }
    }
}

fn missing_value(token: &Token) -> SyntaxError {
    match &token.kind {
        TokenKind::End => SyntaxError::new(token.span, "the expression ends too early")
            .label("a name, number or text is missing here"),
        TokenKind::Sign("{") => SyntaxError::new(token.span, "maps are not supported"),
        TokenKind::Word(word) if word == "not" => {
            SyntaxError::new(token.span, "`not` has no meaning in a condition").help("write `!x`")
        }
        _ => SyntaxError::new(token.span, format!("a name, number or text is missing before {}", describe(token))),
    }
}

fn compare_op(sign: &str) -> Option<CompareOp> {
    Some(match sign {
        "==" => CompareOp::Equal,
        "!=" => CompareOp::NotEqual,
        "<" => CompareOp::Less,
        "<=" => CompareOp::LessOrEqual,
        ">" => CompareOp::Greater,
        ">=" => CompareOp::GreaterOrEqual,
        _ => return None,
    })
}

fn describe(token: &Token) -> String {
    match &token.kind {
        TokenKind::Number(_) => "this number".into(),
        TokenKind::Text(_) => "this text".into(),
        TokenKind::Word(word) => format!("`{word}`"),
        TokenKind::Sign(sign) => format!("`{sign}`"),
        TokenKind::End => "the end".into(),
    }
}
