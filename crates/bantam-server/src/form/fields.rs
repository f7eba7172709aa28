//! The fields of a form: who it is about, what it says, and how it is to be taken.

use crate::problem::Problem;
use axum::http::StatusCode;
use bantam_store::Digest;
use serde_json::{Map, Value, json};
use url::Url;

/// How many fields a form may have.
const FIELDS_MAX: usize = 100;
/// The longest address of mail, in bytes: what mail servers hold to.
const EMAIL_BYTES_MAX: usize = 254;
/// The same form sent again within this is the same, in microseconds: people press buttons twice.
const AGAIN: i64 = 60_000_000;
/// The names of the field with the address of mail, in small letters.
const EMAILS: [&str; 6] = ["email", "e-mail", "e_mail", "email_address", "emailaddress", "mail"];
/// What the event is called unless the form says otherwise.
const EVENT: &str = "form_submitted";

/// What a form sent.
#[derive(Debug)]
pub(super) struct Form {
    /// Whether the field is filled in that people do not see.
    pub(super) is_of_a_machine: bool,
    /// Where to go on.
    pub(super) next: Option<String>,
    event: Option<String>,
    name: Option<String>,
    visitor: Option<String>,
    email: Option<String>,
    traits: Map<String, Value>,
}

impl Form {
    /// Reads the fields. Of several of one name all are kept, in a list.
    pub(super) fn read(bytes: &[u8]) -> Result<Form, Problem> {
        let mut form = Form {
            is_of_a_machine: false,
            next: None,
            event: None,
            name: None,
            visitor: None,
            email: None,
            traits: Map::new(),
        };
        for (count, (name, value)) in url::form_urlencoded::parse(bytes).enumerate() {
            if count >= FIELDS_MAX {
                let message = "the form has too many fields";
                return Err(Problem::bad_request("invalid_value", message).limit(FIELDS_MAX, None));
            }
            let (name, value) = (name.trim(), value.trim());
            if !value.is_empty() {
                form.take(name, value);
            }
        }
        Ok(form)
    }

    fn take(&mut self, name: &str, value: &str) {
        let text = || Some(value.to_owned());
        match name {
            "_gotcha" => self.is_of_a_machine = true,
            "_next" => self.next = text(),
            "_event" => self.event = text(),
            "_form" => self.name = text(),
            "_anonymous_id" => self.visitor = text(),
            // Others are for programs to come.
            name if name.is_empty() || name.starts_with('_') => {}
            name if self.email.is_none() && EMAILS.contains(&name.to_ascii_lowercase().as_str()) => {
                // People write their own address in several ways; it is one person.
                self.email = Some(value.to_lowercase());
                self.traits.insert("email".into(), value.to_lowercase().into());
            }
            name => match self.traits.get_mut(name) {
                None => drop(self.traits.insert(name.to_owned(), value.into())),
                Some(Value::Array(values)) => values.push(value.into()),
                Some(first) => *first = json!([first.take(), value]),
            },
        }
    }

    /// Returns the form as a batch of the tracking protocol: who it is, then what was done.
    pub(super) fn messages(&self, source: &str, page: Option<Url>, now: i64) -> Result<Value, Problem> {
        let email = self.email.as_deref().filter(|email| is_address(email)).ok_or_else(|| {
            let message = "the form needs your address of mail in its field `email`";
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_value", message).at("email")
        })?;
        let said = json!([source, email, self.event, self.name, self.traits, now.div_euclid(AGAIN)]);
        let id = Digest::of(said.to_string().as_bytes()).hex();
        let mut properties = self.traits.clone();
        properties.remove("email");
        properties.extend(self.name.as_ref().map(|name| ("form".to_owned(), name.as_str().into())));
        properties.extend(page.as_ref().map(|page| ("url".to_owned(), page.as_str().into())));
        // Of other sites browsers tell the origin alone, unless the page allows more.
        let path = page.as_ref().map(Url::path).filter(|path| *path != "/");
        properties.extend(path.map(|path| ("path".to_owned(), path.into())));
        let event = self.event.as_deref().unwrap_or(EVENT);
        Ok(json!({"batch": [
            {"type": "identify", "userId": email, "anonymousId": self.visitor, "traits": self.traits,
                "messageId": format!("form-{id}-who")},
            {"type": "track", "userId": email, "anonymousId": self.visitor, "event": event, "properties": properties,
                "messageId": format!("form-{id}")},
        ]}))
    }
}

/// Returns whether a text may be an address of mail: whether it is one, only mail can tell.
fn is_address(text: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control());
    text.len() <= EMAIL_BYTES_MAX
        && text.rsplit_once('@').is_some_and(|(user, host)| is_part(user) && is_part(host) && host.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_become_attributes_and_an_event() {
        let form = Form::read(b"name=Ann+Lee&E-Mail=Ann%40Acme.example&use=a&use=b&empty=&_form=demo&_x=1").unwrap();
        let page = Url::parse("https://www.acme.example/demo?utm=1").ok();
        let batch = form.messages("web", page, 0).unwrap();
        let traits = json!({"name": "Ann Lee", "email": "ann@acme.example", "use": ["a", "b"]});
        assert_eq!((&batch["batch"][0]["userId"], &batch["batch"][0]["traits"]), (&json!("ann@acme.example"), &traits));
        let properties = json!({"name": "Ann Lee", "use": ["a", "b"], "form": "demo", "path": "/demo",
            "url": "https://www.acme.example/demo?utm=1"});
        assert_eq!(
            (&batch["batch"][1]["event"], &batch["batch"][1]["properties"]),
            (&json!("form_submitted"), &properties)
        );
    }

    #[test]
    fn a_button_that_is_pressed_twice_sends_once() {
        let id = |now| {
            Form::read(b"email=a%40b.example").unwrap().messages("web", None, now).unwrap()["batch"][1]["messageId"]
                .clone()
        };
        assert_eq!(id(0), id(AGAIN - 1));
        assert_ne!(id(0), id(AGAIN));
    }

    #[test]
    fn a_form_without_an_address_is_refused() {
        for form in ["name=ann", "email=ann", "email=ann%40", "email=a+b%40acme.example", "email=a%40b%0a.example"] {
            assert!(Form::read(form.as_bytes()).unwrap().messages("web", None, 0).is_err(), "{form}");
        }
        assert!(Form::read("a=1&".repeat(200).as_bytes()).is_err());
    }
}
