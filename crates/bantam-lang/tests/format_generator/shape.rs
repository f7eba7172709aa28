//! A tree of values, written as JSON.

use std::fmt;

pub(crate) enum Shape {
    Text(String),
    Raw(String),
    List(Vec<Shape>),
    Map(Vec<(String, Shape)>),
}

pub(crate) fn text(text: &str) -> Shape {
    Shape::Text(text.to_owned())
}

pub(crate) fn raw(text: &str) -> Shape {
    Shape::Raw(text.to_owned())
}

pub(crate) fn list(items: Vec<Shape>) -> Shape {
    Shape::List(items)
}

pub(crate) fn map(entries: Vec<(&str, Shape)>) -> Shape {
    Shape::Map(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // JSON writes this character as it is, YAML wants it escaped.
            Shape::Text(text) => {
                write!(f, "{}", serde_json::Value::from(text.as_str()).to_string().replace('\u{7f}', "\\u007f"))
            }
            Shape::Raw(text) => write!(f, "{text}"),
            Shape::List(items) => {
                let items: Vec<String> = items.iter().map(Shape::to_string).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Shape::Map(entries) => {
                let entries: Vec<String> =
                    entries.iter().map(|(key, value)| format!("{}: {value}", text(key))).collect();
                write!(f, "{{{}}}", entries.join(",\n"))
            }
        }
    }
}
