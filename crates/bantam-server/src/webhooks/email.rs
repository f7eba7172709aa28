//! Words a message as a mail, and gives it to a mail server.

use super::slack::Notice;
use super::visible::visible;
use lettre::message::{Mailbox, header::ContentType};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::time::Duration;

/// How long the mail server may take for one step.
const STEP_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest subject, in characters.
const SUBJECT_MAX: usize = 150;
/// The longest single value in a mail.
const VALUE_MAX: usize = 500;

/// How mails leave the service.
#[derive(Clone, PartialEq, Eq)]
pub struct MailSettings {
    /// The mail server, such as `smtps://user:password@mail.example.com` or `smtp://localhost:25`.
    pub server: String,
    /// Whom mails come from.
    pub from: String,
}

/// Gives mails to a mail server.
pub(super) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    pub(super) fn new(settings: &MailSettings) -> Result<Mailer, String> {
        // The text of the settings is not repeated: there may be a password in it.
        let unusable = "the mail server cannot be used; write `smtps://USER:PASSWORD@HOST` or `smtp://HOST:PORT`";
        let from = settings.from.parse().map_err(|_| format!("`{}` is no address of mail", settings.from))?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&settings.server)
            .map_err(|_| unusable.to_owned())?
            .timeout(Some(STEP_TIMEOUT))
            .build();
        Ok(Mailer { transport, from })
    }

    pub(super) async fn send(&self, to: &str, message_id: &str, payload: &[u8]) -> Result<(), String> {
        self.hand_in(self.word(to, message_id, payload)).await
    }

    /// Sends a text as it is.
    pub(super) async fn send_words(&self, to: &str, subject: &str, text: String) -> Result<(), String> {
        let to = to.parse().map_err(|_| "the address is none".to_owned())?;
        let mail = Message::builder().from(self.from.clone()).to(Mailbox::new(None, to)).message_id(None);
        self.hand_in(mail.subject(subject).header(ContentType::TEXT_PLAIN).body(text).ok()).await
    }

    async fn hand_in(&self, mail: Option<Message>) -> Result<(), String> {
        let mail = mail.ok_or("the message cannot be worded as a mail")?;
        self.transport.send(mail).await.map(|_| ()).map_err(|error| match error.status() {
            Some(code) => format!("the mail server answered {code}"),
            None => "the mail server cannot be reached".to_owned(),
        })
    }

    fn word(&self, to: &str, message_id: &str, payload: &[u8]) -> Option<Message> {
        let notice = Notice::read(payload)?;
        let show = |value: &str| visible(value, VALUE_MAX);
        let mut text = notice.lines(&show).join("\r\n");
        text.push_str("\r\n");
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.parse().ok()?))
            // Whoever gets a mail twice, after a try whose end was not seen, can tell.
            .message_id(Some(format!("<{message_id}@{}>", self.from.email.domain())))
            .subject(visible(&notice.title(&show), SUBJECT_MAX))
            .header(ContentType::TEXT_PLAIN)
            .body(text)
            .ok()
    }
}

/// Returns whether a text is an address of mail.
pub(crate) fn is_address(text: &str) -> bool {
    text.parse::<Address>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn mail(lead: &str) -> String {
        let settings = MailSettings { server: "smtp://localhost:25".into(), from: "Bantam <b@acme.example>".into() };
        let payload = json!({"type": "hand_off.overdue", "data": {"lead": lead, "owner": "ann"}}).to_string();
        let mailer = Mailer::new(&settings).unwrap();
        let mail = mailer.word("team@acme.example", "msg_a_1", payload.as_bytes()).unwrap();
        String::from_utf8(mail.formatted()).unwrap()
    }

    #[test]
    fn ui_01_a_hostile_id_adds_no_header() {
        let text = mail("x\r\nBcc: all@acme.example\r\n\r\nhello");
        let (headers, _) = text.split_once("\r\n\r\n").unwrap();
        assert!(!headers.contains("\r\nBcc"), "{headers}");
        assert!(headers.contains("Message-ID: <msg_a_1@acme.example>"), "{headers}");
    }

    #[test]
    fn settings_that_cannot_be_used_are_refused_without_repeating_the_password() {
        let settings = |server: &str, from: &str| MailSettings { server: server.into(), from: from.into() };
        let refused = Mailer::new(&settings("http://user:secret@host", "a@b.example")).err().unwrap();
        assert!(refused.contains("smtps://") && !refused.contains("secret"), "{refused}");
        assert!(Mailer::new(&settings("smtp://localhost", "nobody")).is_err());
    }
}
