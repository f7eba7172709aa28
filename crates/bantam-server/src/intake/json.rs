//! Reads JSON that strangers send: strictly, within limits, and saying where something is wrong.
//!
//! Unlike a reader made for convenience it refuses doubled keys, halves of surrogate pairs, numbers too large for any type
//! and what is nested too deeply; so whoever reads the same bytes later reads the same.

use std::borrow::Cow;
use std::collections::HashSet;

/// How deep values may be nested.
const DEPTH_MAX: usize = 32;
/// How many values a body may hold: a few for each of 5,000 events of usual size.
const VALUES_MAX: usize = 250_000;

/// A value with its text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node<'t> {
    /// As it was written.
    pub(crate) raw: &'t str,
    pub(crate) value: Json<'t>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json<'t> {
    Null,
    Boolean,
    Number,
    Text(Cow<'t, str>),
    Array(Vec<Node<'t>>),
    Object(Vec<(Cow<'t, str>, Node<'t>)>),
}

/// What is wrong, and at which byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct JsonError {
    pub(crate) offset: usize,
    pub(crate) problem: &'static str,
}

impl<'t> Node<'t> {
    /// Returns the value of a key; `None` where there is none, or this is no object.
    pub(crate) fn get(&self, key: &str) -> Option<&Node<'t>> {
        match &self.value {
            Json::Object(entries) => entries.iter().find(|(known, _)| known == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Returns the value of a key, unless it is null.
    pub(crate) fn given(&self, key: &str) -> Option<&Node<'t>> {
        self.get(key).filter(|node| node.value != Json::Null)
    }

    pub(crate) fn entries(&self) -> Option<&[(Cow<'t, str>, Node<'t>)]> {
        match &self.value {
            Json::Object(entries) => Some(entries),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Reads one value and nothing after it.
pub(crate) fn parse(bytes: &[u8]) -> Result<Node<'_>, JsonError> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Err(JsonError { offset: error.valid_up_to(), problem: "not UTF-8" }),
    };
    let mut reader = Reader { text, at: 0, values: 0 };
    reader.skip_white();
    let node = reader.value(0)?;
    reader.skip_white();
    if reader.at < text.len() {
        return reader.fail("something after the end of the value");
    }
    Ok(node)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    values: usize,
}

impl<'t> Reader<'t> {
    fn fail<T>(&self, problem: &'static str) -> Result<T, JsonError> {
        Err(JsonError { offset: self.at.min(self.text.len()), problem })
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_white(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn skip(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Result<Node<'t>, JsonError> {
        if depth > DEPTH_MAX {
            return self.fail("nested too deeply");
        }
        self.values += 1;
        if self.values > VALUES_MAX {
            return self.fail("too many values");
        }
        let start = self.at;
        let value = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Json::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => self.word()?,
        };
        Ok(Node { raw: self.text.get(start..self.at).unwrap_or_default(), value })
    }

    fn word(&mut self) -> Result<Json<'t>, JsonError> {
        for (word, value) in [("null", Json::Null), ("true", Json::Boolean), ("false", Json::Boolean)] {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        self.fail("no JSON value")
    }

    fn number(&mut self) -> Result<Json<'t>, JsonError> {
        let start = self.at;
        self.skip(b'-');
        if !self.skip(b'0') {
            self.digits()?;
        }
        if self.skip(b'.') {
            self.digits()?;
        }
        if self.skip(b'e') || self.skip(b'E') {
            if !self.skip(b'+') {
                self.skip(b'-');
            }
            self.digits()?;
        }
        let number = self.text.get(start..self.at).and_then(|text| text.parse::<f64>().ok());
        match number {
            Some(number) if number.is_finite() => Ok(Json::Number),
            _ => Err(JsonError { offset: start, problem: "a number too large" }),
        }
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { self.fail("a digit is missing") } else { Ok(()) }
    }

    fn string(&mut self) -> Result<Cow<'t, str>, JsonError> {
        self.at += 1;
        let start = self.at;
        let mut has_escapes = false;
        loop {
            match self.peek() {
                None => return self.fail("a text does not end"),
                Some(b'"') => break,
                Some(0..=0x1f) => return self.fail("a control character in a text"),
                Some(b'\\') => {
                    has_escapes = true;
                    self.at += 2;
                }
                Some(_) => self.at += 1,
            }
        }
        let inner = self.text.get(start..self.at).unwrap_or_default();
        self.at += 1;
        if !has_escapes {
            return Ok(Cow::Borrowed(inner));
        }
        let quoted = self.text.get(start - 1..self.at).unwrap_or_default();
        match serde_json::from_str::<String>(quoted) {
            Ok(text) if !text.contains('\0') => Ok(Cow::Owned(text)),
            Ok(_) => Err(JsonError { offset: start, problem: "a NUL character in a text" }),
            Err(_) => Err(JsonError { offset: start, problem: "an escape that means no character" }),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Json<'t>, JsonError> {
        self.at += 1;
        let mut values = Vec::new();
        self.skip_white();
        if self.skip(b']') {
            return Ok(Json::Array(values));
        }
        loop {
            self.skip_white();
            values.push(self.value(depth + 1)?);
            self.skip_white();
            if self.skip(b']') {
                return Ok(Json::Array(values));
            }
            if !self.skip(b',') {
                return self.fail("a comma or `]` is missing");
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json<'t>, JsonError> {
        self.at += 1;
        let mut entries: Vec<(Cow<'t, str>, Node<'t>)> = Vec::new();
        let mut seen: HashSet<Cow<'t, str>> = HashSet::new();
        self.skip_white();
        if self.skip(b'}') {
            return Ok(Json::Object(entries));
        }
        loop {
            self.skip_white();
            if self.peek() != Some(b'"') {
                return self.fail("a key is missing");
            }
            let start = self.at;
            let key = self.string()?;
            if !seen.insert(key.clone()) {
                return Err(JsonError { offset: start, problem: "a key that was there before" });
            }
            self.skip_white();
            if !self.skip(b':') {
                return self.fail("a colon is missing");
            }
            self.skip_white();
            entries.push((key, self.value(depth + 1)?));
            self.skip_white();
            if self.skip(b'}') {
                return Ok(Json::Object(entries));
            }
            if !self.skip(b',') {
                return self.fail("a comma or `}` is missing");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ing_04_what_is_wrong_is_told_with_its_place() {
        let deep = "[".repeat(40) + &"]".repeat(40);
        let cases: [(&str, usize, &str); 14] = [
            (&deep, 33, "nested too deeply"),
            (r#"{"a":1,"a":2}"#, 7, "a key that was there before"),
            (r#"{"a":1,"\u0061":2}"#, 7, "a key that was there before"),
            (r#"{"a":NaN}"#, 5, "no JSON value"),
            (r#"{"a":1e999999}"#, 5, "a number too large"),
            (r#"{"a":"\ud800"}"#, 6, "an escape that means no character"),
            ("\u{feff}{}", 0, "no JSON value"),
            ("{\"a\":\"\0\"}", 6, "a control character in a text"),
            (r#"{"a":"\u0000"}"#, 6, "a NUL character in a text"),
            ("{} {}", 3, "something after the end of the value"),
            (r#"{"a":01}"#, 6, "a comma or `}` is missing"),
            (r#"{"a":"b"#, 7, "a text does not end"),
            (r#"{"a":"\"#, 7, "a text does not end"),
            ("", 0, "no JSON value"),
        ];
        for (text, offset, problem) in cases {
            assert_eq!(parse(text.as_bytes()), Err(JsonError { offset, problem }), "{text}");
        }
        assert_eq!(parse(b"\"\xff\""), Err(JsonError { offset: 1, problem: "not UTF-8" }));
        let many = format!("[{}1]", "1,".repeat(VALUES_MAX));
        assert_eq!(parse(many.as_bytes()).unwrap_err().problem, "too many values");
    }

    #[test]
    fn values_keep_their_spelling() {
        let node = parse(br#" {"a": [1.50, "x\n\u00fc"], "b" : null} "#).unwrap();
        assert_eq!(node.get("a").unwrap().raw, r#"[1.50, "x\n\u00fc"]"#);
        assert!(node.given("b").is_none() && node.get("b").is_some());
    }
}
