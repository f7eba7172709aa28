//! Reads paths, queries and bodies strictly: what nobody knows is refused and not ignored, and the field is named.

use super::values::NO_TIME;
use crate::app::App;
use crate::problem::Problem;
use axum::body::Body;
use axum::extract::path::ErrorKind;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use bantam_lang::nearest::{list_names, nearest_name};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;
use std::collections::BTreeSet;
use std::time::Duration;

/// The largest body of the API, in bytes: a definition of 256 KiB with its list files.
const BODY_BYTES_MAX: usize = 1 << 20;
/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// How many known names a message lists.
const NAMES_MAX: usize = 12;

/// What stands in the path.
pub(crate) struct FromPath<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for FromPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let found = Path::<T>::from_request_parts(parts, app).await;
        found.map(|Path(value)| FromPath(value)).map_err(|rejection| match rejection {
            PathRejection::FailedToDeserializePathParams(error) if is_unknown(error.kind()) => {
                Problem::not_found("there is no such path")
            }
            _ => Problem::bad_request("invalid_path", "a part of the path cannot be read; it is percent-encoded UTF-8"),
        })
    }
}

/// Returns whether a part of the path is none of the words that are known there.
fn is_unknown(kind: &ErrorKind) -> bool {
    match kind {
        ErrorKind::Message(message) | ErrorKind::DeserializeError { message, .. } => {
            message.starts_with("unknown variant")
        }
        _ => false,
    }
}

/// What stands after the `?`, as a struct that refuses unknown fields.
pub(crate) struct FromQuery<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<App> for FromQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        read_query(parts.uri.query().unwrap_or_default()).map(FromQuery)
    }
}

/// Reads a query strictly.
pub(crate) fn read_query<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let broken = |_| Problem::bad_request("invalid_value", "the query is not percent-encoded UTF-8");
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).map_err(broken)?;
    let mut seen = BTreeSet::new();
    if let Some((twice, _)) = pairs.iter().find(|(name, _)| !seen.insert(name.as_str())) {
        let message = format!("the parameter `{twice}` is given twice");
        return Err(Problem::bad_request("invalid_value", message).at(twice.clone()));
    }
    // Numbers and booleans stand as texts in a query: `Text` converts them when they are asked for.
    let values = pairs.iter().map(|(name, value)| (name.as_str(), text::Text(value)));
    let deserializer = MapDeserializer::<_, serde::de::value::Error>::new(values);
    serde_path_to_error::deserialize(deserializer)
        .map_err(|error| wrong(&error.path().to_string(), &error.inner().to_string(), "parameter"))
}

/// A JSON body, as a struct that refuses unknown fields.
pub(crate) struct FromBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for FromBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        refuse_other_types(request.headers())?;
        let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        if length.is_some_and(|length: usize| length > BODY_BYTES_MAX) {
            return Err(too_large(length));
        }
        let late =
            |_| Problem::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", "the body took longer than 30 seconds");
        let bytes = tokio::time::timeout(BODY_TIMEOUT, receive(app, request.into_body())).await.map_err(late)??;
        read_json(&bytes).map(FromBody)
    }
}

async fn receive(app: &App, mut body: Body) -> Result<Vec<u8>, Problem> {
    let (mut bytes, mut permits) = (Vec::new(), Vec::new());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::bad_request("body_cut_off", "the body was cut off"))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > BODY_BYTES_MAX {
            return Err(too_large(None));
        }
        permits.push(app.reserve(data.len()).ok_or_else(Problem::busy)?);
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

fn too_large(got: Option<usize>) -> Problem {
    let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "the body is too large");
    problem.limit(BODY_BYTES_MAX, got)
}

fn refuse_other_types(headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence == "application/json" {
        return Ok(());
    }
    let message = "the body has to be JSON: `Content-Type: application/json`";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", message))
}

fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let (path, inner) = (error.path().to_string(), error.inner());
        if !inner.is_data() {
            return invalid_json(bytes, inner);
        }
        // The reader adds where it stands in the text, which says less than the field.
        let message = inner.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        wrong(&path, message, "field")
    })?;
    deserializer.end().map_err(|error| invalid_json(bytes, &error))?;
    Ok(value)
}

fn invalid_json(bytes: &[u8], error: &serde_json::Error) -> Problem {
    let lines = bytes.split(|&byte| byte == b'\n');
    let before: usize = lines.take(error.line().saturating_sub(1)).map(|line| line.len() + 1).sum();
    let offset = (before + error.column().saturating_sub(1)).min(bytes.len());
    let message = format!("the body is no JSON that can be read, see byte {offset}");
    Problem::bad_request("invalid_json", message).with(serde_json::json!({"offset": offset}))
}

/// Returns what is wrong with a field or a parameter, from what the reader says about it.
fn wrong(path: &str, message: &str, what: &str) -> Problem {
    let field = if path == "." { String::new() } else { path.to_owned() };
    if let Some((word, known)) = unknown(message, "unknown field `") {
        // The path ends with the unknown name, or before it, as the reader has it.
        let parent = field.strip_suffix(word).unwrap_or(&field).trim_end_matches('.');
        let field = if parent.is_empty() { word.to_owned() } else { format!("{parent}.{word}") };
        let message = format!("unknown {what} `{word}`; {}", suggestion(word, &known));
        return Problem::bad_request("unknown_field", message).at(field);
    }
    if let Some((word, known)) = unknown(message, "unknown variant `") {
        let message = format!("`{word}` is no value of `{field}`; {}", suggestion(word, &known));
        return Problem::bad_request("invalid_value", message).at(field);
    }
    if let Some(name) = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        let at = if field.is_empty() { name.to_owned() } else { format!("{field}.{name}") };
        return Problem::bad_request("missing_field", format!("`{at}` is needed")).at(at);
    }
    let code = if message == NO_TIME { "invalid_time" } else { "invalid_value" };
    let message = if field.is_empty() { message.to_owned() } else { format!("`{field}`: {message}") };
    let problem = Problem::bad_request(code, message);
    if field.is_empty() { problem } else { problem.at(field) }
}

/// Takes apart "unknown field `x`, expected one of `a`, `b`".
fn unknown<'m>(message: &'m str, start: &str) -> Option<(&'m str, Vec<&'m str>)> {
    let rest = message.strip_prefix(start)?;
    let (word, known) = rest.rsplit_once("`, expected ").or_else(|| rest.rsplit_once("`, there are no fields"))?;
    Some((word, known.split('`').skip(1).step_by(2).collect()))
}

fn suggestion(word: &str, known: &[&str]) -> String {
    match nearest_name(word, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("known: {}", list_names(known.iter().copied(), NAMES_MAX)),
    }
}

/// Texts of a query as the values they are asked for.
mod text {
    use serde::de::value::Error;
    use serde::de::{Deserializer, Error as _, IntoDeserializer, Visitor};
    use serde::forward_to_deserialize_any;

    #[derive(Clone, Copy)]
    pub(super) struct Text<'q>(pub(super) &'q str);

    impl<'de> IntoDeserializer<'de, Error> for Text<'de> {
        type Deserializer = Self;

        fn into_deserializer(self) -> Self {
            self
        }
    }

    impl<'de> Deserializer<'de> for Text<'de> {
        type Error = Error;

        fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.visit_borrowed_str(self.0)
        }

        fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.visit_some(self)
        }

        fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.0 {
                "true" => visitor.visit_bool(true),
                "false" => visitor.visit_bool(false),
                _ => Err(Error::custom("is neither `true` nor `false`")),
            }
        }

        fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            // `+5` is a number to Rust and to nobody else.
            let digits = Some(self.0).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
            let number = digits.and_then(|text| text.parse().ok());
            number.ok_or_else(|| Error::custom("is no whole number")).and_then(|number| visitor.visit_u64(number))
        }

        fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let digits = self.0.strip_prefix('-').unwrap_or(self.0);
            let number = Some(digits).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
            let number = number.and_then(|_| self.0.parse().ok());
            number.ok_or_else(|| Error::custom("is no whole number")).and_then(|number| visitor.visit_i64(number))
        }

        fn deserialize_enum<V: Visitor<'de>>(
            self,
            _: &'static str,
            _: &'static [&'static str],
            visitor: V,
        ) -> Result<V::Value, Error> {
            visitor.visit_enum(self.0.into_deserializer())
        }

        fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
            visitor.visit_newtype_struct(self)
        }

        forward_to_deserialize_any! {
            i8 i16 i32 i128 u8 u16 u32 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
            tuple_struct map struct identifier ignored_any
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        stage: Option<String>,
        limit: Option<u64>,
        #[serde(default)]
        all: bool,
        inner: Option<Box<Asked>>,
    }

    #[track_caller]
    fn check(problem: Problem, expected: &str) {
        let field = problem.field.unwrap_or_default();
        assert_eq!(format!("{} {field}: {}", problem.code, problem.message), expected);
    }

    #[test]
    fn ui_04_a_query_is_read_strictly() {
        let asked: Asked = read_query("stage=Sales%20ready+x&limit=5&all=true").unwrap();
        assert_eq!((asked.stage.as_deref(), asked.limit, asked.all), (Some("Sales ready x"), Some(5), true));
        assert!(asked.inner.is_none());
        let refused = |query: &str| read_query::<Asked>(query).unwrap_err();
        check(refused("stag=x"), "unknown_field stag: unknown parameter `stag`; did you mean `stage`?");
        check(refused("limit=-1"), "invalid_value limit: `limit`: is no whole number");
        check(refused("all=1"), "invalid_value all: `all`: is neither `true` nor `false`");
        check(refused("stage=a&stage=b"), "invalid_value stage: the parameter `stage` is given twice");
    }

    #[test]
    fn aut_03_what_nobody_knows_is_refused_with_its_place() {
        let refused = |text: &str| read_json::<Asked>(text.as_bytes()).unwrap_err();
        check(
            refused(r#"{"inner": {"owner": 1}}"#),
            "unknown_field inner.owner: unknown field `owner`; known: `stage`, `limit`, `all` or `inner`",
        );
        check(
            refused(r#"{"inner": {"limit": "x"}}"#),
            "invalid_value inner.limit: `inner.limit`: invalid type: string \"x\", expected u64",
        );
        check(refused(r#"{"all": true} x"#), "invalid_json : the body is no JSON that can be read, see byte 14");
        check(refused("{"), "invalid_json : the body is no JSON that can be read, see byte 0");
    }
}
