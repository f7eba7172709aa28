//! Sends one message to one endpoint and says what became of it.

use super::connectors::Tokens;
use super::dial::{self, DialRefusal};
use super::email::{MailSettings, Mailer};
use super::endpoint::Kind;
use super::queue::{Attempt, Outcome};
use super::schedule::SECOND;
use super::target::{self, AllowList, Target};
use super::trust::{Authorities, certificate_problem};
use super::visible::visible;
use super::worker::Tally;
use super::{sign, slack};
use reqwest::{Client, Response, StatusCode};

/// How much of an answer is read, in bytes.
const ANSWER_BYTES_MAX: usize = 4 * 1024;
/// How much of it is kept with a delivery, in characters.
const ANSWER_SHOWN: usize = 500;

/// How messages leave the service: its connections, its mail server, the hosts it may reach.
pub struct Outgoing {
    public: Client,
    named: Client,
    mailer: Option<Mailer>,
    pub(super) tokens: Tokens,
    /// Where the service is for people, such as `https://leads.example.com`, if it knows.
    pub(super) pages: Option<String>,
    pub(crate) allowed: AllowList,
    pub(crate) tally: Tally,
}

impl Outgoing {
    /// Makes ready to send. `allow` names hosts that may be reached over plain HTTP or at addresses that are not public;
    /// `authorities` may have issued certificates, beside those that this machine trusts.
    ///
    /// # Errors
    /// Returns what is wrong with the settings, for people.
    pub fn new(allow: &[String], mail: Option<&MailSettings>, authorities: &Authorities) -> Result<Outgoing, String> {
        Ok(Outgoing {
            public: dial::client(true, authorities)?,
            named: dial::client(false, authorities)?,
            mailer: mail.map(|settings| Mailer::new(settings, authorities)).transpose()?,
            tokens: Tokens::default(),
            pages: None,
            allowed: AllowList::read(allow)?,
            tally: Tally::default(),
        })
    }

    /// Says where the service is for people.
    pub(crate) fn linking_to(self, pages: Option<String>) -> Outgoing {
        Outgoing { pages, ..self }
    }

    /// Returns whether mails can be sent.
    pub(crate) fn has_mail(&self) -> bool {
        self.mailer.is_some()
    }

    /// Sends words to somebody by mail.
    ///
    /// # Errors
    /// Returns why the mail server did not take them, or that there is none.
    pub(crate) async fn send_words(&self, to: &str, subject: &str, text: String) -> Result<(), String> {
        let mailer = self.mailer.as_ref().ok_or("no mail server is set")?;
        mailer.send_words(to, subject, text).await
    }

    /// Sends a message. `now` is told to the receiver and signed.
    pub(crate) async fn deliver(&self, attempt: &Attempt, now: i64) -> Outcome {
        if let Some(write) = &attempt.write {
            return self.write_record(attempt, write).await;
        }
        if attempt.kind == Kind::Email {
            return self.mail(attempt).await;
        }
        // Settings may have changed since it was saved.
        let target = match target::check(&attempt.url, &self.allowed) {
            Ok(target) => target,
            Err(problem) => return failed(problem),
        };
        let mut request = self.client(&target).post(target.url).header("content-type", "application/json");
        let body = match attempt.kind {
            Kind::Slack => match slack::message(&attempt.body) {
                Some(body) => body,
                None => return failed("the message cannot be worded for a chat"),
            },
            Kind::Standard | Kind::Email | Kind::Hubspot | Kind::Salesforce => attempt.body.clone(),
        };
        if attempt.kind == Kind::Standard {
            let seconds = now.div_euclid(SECOND);
            let Some(signature) = sign::sign(&attempt.secrets, &attempt.message_id, seconds, &body) else {
                return failed("the secret cannot be used; make a new one");
            };
            request = request
                .header("webhook-id", &attempt.message_id)
                .header("webhook-timestamp", seconds)
                .header("webhook-signature", signature);
        }
        match request.body(body).send().await {
            Ok(response) => read_answer(response).await,
            Err(error) => failed(problem_of(&error)),
        }
    }

    /// Returns what opens connections to a target: to any address only where the settings name it.
    pub(super) fn client(&self, target: &Target) -> &Client {
        if target.is_named { &self.named } else { &self.public }
    }

    async fn mail(&self, attempt: &Attempt) -> Outcome {
        let Some(mailer) = &self.mailer else { return failed("the service has no mail server") };
        let to = attempt.url.strip_prefix("mailto:").unwrap_or(&attempt.url);
        match tokio::time::timeout(dial::TIMEOUT, mailer.send(to, &attempt.message_id, &attempt.body)).await {
            Ok(Ok(())) => Outcome::Delivered { status: None },
            Ok(Err(problem)) => failed(&problem),
            Err(_) => failed("the mail server took longer than 15 seconds"),
        }
    }
}

fn failed(error: &str) -> Outcome {
    Outcome::Failed { status: None, error: error.to_owned(), asked_seconds: None }
}

async fn read_answer(mut response: Response) -> Outcome {
    let status = response.status();
    if status.is_success() {
        return Outcome::Delivered { status: Some(status.as_u16()) };
    }
    if status == StatusCode::GONE {
        return Outcome::Gone;
    }
    let asked = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
    let asked_seconds = asked.and_then(|text| text.trim().parse().ok());
    let mut answer = Vec::new();
    // What an answer says that breaks off is still worth showing.
    while let Ok(Some(chunk)) = response.chunk().await {
        answer.extend_from_slice(&chunk);
        if answer.len() >= ANSWER_BYTES_MAX {
            answer.truncate(ANSWER_BYTES_MAX);
            break;
        }
    }
    let mut error = match status.is_redirection() {
        true => format!("answered {}, and redirects are not followed", status.as_u16()),
        false => format!("answered {}", status.as_u16()),
    };
    let shown = visible(String::from_utf8_lossy(&answer).trim(), ANSWER_SHOWN);
    if !shown.is_empty() {
        error = format!("{error}: {shown}");
    }
    Outcome::Failed { status: Some(status.as_u16()), error, asked_seconds }
}

/// Says what is wrong without what is inside: no address, no text of a library.
pub(super) fn problem_of(error: &reqwest::Error) -> &'static str {
    match dial::refusal(error) {
        Some(DialRefusal::Unknown) => "the host name is not known",
        Some(DialRefusal::Address) => "the host name leads to an address that is not allowed",
        None if certificate_problem(error).is_some() => certificate_problem(error).unwrap_or_default(),
        None if error.is_timeout() => "no answer within 15 seconds, or no connection within 5",
        None if error.is_connect() => "no connection could be opened",
        None => "the connection broke off",
    }
}
