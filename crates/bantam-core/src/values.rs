//! Turns a JSON value into a value of an attribute, as the reader of NDJSON files does.

use bantam_lang::convert::{is_clean_text, number_text, parse_boolean, parse_number, parse_time};
use bantam_lang::meaning::{Attribute, Type, Value};
use std::borrow::Cow;

/// How values of one attribute are read.
#[derive(Debug)]
pub(super) struct ValueReader {
    kind: Type,
    /// Texts that mean "no value".
    missing: Vec<String>,
    /// Those of them that read as a number.
    missing_numbers: Vec<f64>,
    default: Option<Value>,
}

impl ValueReader {
    pub(super) fn new(attribute: &Attribute, global_missing: &[String]) -> ValueReader {
        let missing: Vec<String> = global_missing.iter().chain(&attribute.missing).cloned().collect();
        let missing_numbers = missing.iter().filter_map(|text| parse_number(text)).collect();
        ValueReader { kind: attribute.kind, missing, missing_numbers, default: attribute.default.clone() }
    }

    /// Returns the value that a JSON text gives; the default where it gives none.
    pub(super) fn read(&self, raw: &str) -> Option<Value> {
        self.convert(raw).or_else(|| self.default.clone())
    }

    /// Returns the value where nothing is given.
    pub(super) fn default(&self) -> Option<Value> {
        self.default.clone()
    }

    fn convert(&self, raw: &str) -> Option<Value> {
        let raw = raw.trim_matches([' ', '\t', '\n', '\r']);
        match raw.as_bytes().first()? {
            b'n' | b'{' | b'[' => None,
            b't' | b'f' => self.text_value(raw),
            b'"' => self.text_value(text_of(raw)?.trim()),
            _ => self.number_value(raw),
        }
    }

    fn number_value(&self, raw: &str) -> Option<Value> {
        let is_integer = !raw.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E'));
        match self.kind {
            Type::Time => None,
            _ if is_integer => self.text_value(if raw == "-0" { "0" } else { raw }),
            Type::Number => self.number(raw.parse().ok()?),
            _ => self.text_value(&number_text(raw.parse().ok().filter(|number: &f64| number.is_finite())?)),
        }
    }

    fn text_value(&self, text: &str) -> Option<Value> {
        if text.is_empty() || self.missing.iter().any(|missing| missing == text) {
            return None;
        }
        match self.kind {
            Type::Text => is_clean_text(text).then(|| Value::Text(text.to_owned())),
            Type::Number => self.number(parse_number(text)?),
            Type::Boolean => parse_boolean(text).map(Value::Boolean),
            Type::Time => parse_time(text).map(Value::Time),
        }
    }

    fn number(&self, number: f64) -> Option<Value> {
        // -0 equals 0; one of them is enough.
        let number = if number == 0.0 { 0.0 } else { number };
        (number.is_finite() && !self.missing_numbers.contains(&number)).then_some(Value::Number(number))
    }
}

fn text_of(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.get(1..raw.len().checked_sub(1)?)?;
    if inner.contains('\\') { serde_json::from_str(raw).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(inner)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: Type, raw: &str) -> Option<Value> {
        let attribute =
            Attribute { name: "a".into(), kind, column: "a".into(), missing: vec!["-1".into()], default: None };
        ValueReader::new(&attribute, &["N/A".into()]).read(raw)
    }

    #[test]
    fn values_convert_as_cells_of_files_do() {
        let text = |text: &str| Some(Value::Text(text.to_owned()));
        assert_eq!(read(Type::Text, r#"" Software\u0021 ""#), text("Software!"));
        assert_eq!(read(Type::Text, "12345678901234567890123"), text("12345678901234567890123"));
        assert_eq!(read(Type::Text, "1.50"), text("1.5"));
        assert_eq!(read(Type::Text, "true"), text("true"));
        assert_eq!(read(Type::Number, r#"" 1e2 ""#), Some(Value::Number(100.0)));
        assert_eq!(read(Type::Boolean, "1"), Some(Value::Boolean(true)));
        assert_eq!(read(Type::Time, r#""2026-01-01""#), parse_time("2026-01-01").map(Value::Time));
        for (kind, raw) in [
            (Type::Text, "null"),
            (Type::Text, r#""N/A""#),
            (Type::Text, "[1]"),
            (Type::Text, r#""\ud800""#),
            (Type::Number, "-1.0"),
            (Type::Number, "1e999"),
            (Type::Number, r#""many""#),
            (Type::Time, "20260101"),
        ] {
            assert_eq!(read(kind, raw), None, "{raw}");
        }
    }
}
