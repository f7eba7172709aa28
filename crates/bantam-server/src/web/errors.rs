//! What is wrong with a form: at each field, and above all of them.

use crate::people::{ProvidedRefusal, Refusal};
use axum::http::StatusCode;

/// Something that is wrong, at the field to be changed.
pub(crate) struct FieldError {
    pub(crate) field: &'static str,
    pub(crate) message: String,
}

/// All that is wrong with a form.
#[derive(Default)]
pub(crate) struct Errors(Vec<FieldError>);

impl Errors {
    /// Returns why something about people was not done, at the field that it is about; `otherwise` where it is about all.
    pub(crate) fn of(refusal: &Refusal, otherwise: &'static str) -> Errors {
        let field = match refusal {
            Refusal::Email | Refusal::Known => "email",
            Refusal::Name => "name",
            Refusal::NoRoles | Refusal::LastAdmin => "roles",
            Refusal::Password(_) => "password",
            Refusal::Wrong => "email",
            Refusal::WrongPassword => "current",
            Refusal::Code => "code",
            Refusal::Provided(_) => "sso",
            _ => otherwise,
        };
        Errors(vec![FieldError { field, message: sentence(&refusal.to_string()) }])
    }

    /// Returns what was found wrong at several fields.
    pub(crate) fn all_of(errors: Vec<FieldError>) -> Errors {
        Errors(errors)
    }

    /// Returns what is wrong with one field.
    pub(crate) fn one(field: &'static str, message: &str) -> Errors {
        Errors(vec![FieldError { field, message: sentence(message) }])
    }

    pub(crate) fn all(&self) -> &[FieldError] {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns what is wrong at a field.
    pub(crate) fn at(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|error| error.field == field).map(|error| error.message.as_str())
    }
}

/// Returns the status of a page that shows a form once more.
pub(crate) fn status_of(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::Provided(ProvidedRefusal::Away(_)) => StatusCode::SERVICE_UNAVAILABLE,
        Refusal::Provided(ProvidedRefusal::Begun) => StatusCode::BAD_REQUEST,
        Refusal::Provided(_) => StatusCode::FORBIDDEN,
        Refusal::TooOften(_) => StatusCode::TOO_MANY_REQUESTS,
        Refusal::Changed | Refusal::NotOffered => StatusCode::CONFLICT,
        Refusal::NoPerson | Refusal::NoSession | Refusal::Link => StatusCode::NOT_FOUND,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// Returns a message as a sentence of its own.
pub(crate) fn sentence(message: &str) -> String {
    let mut characters = message.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", characters.as_str())
}
