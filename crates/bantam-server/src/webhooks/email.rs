//! Words a message as a mail, and gives it to a mail server.

use super::slack::Notice;
use super::trust::{Authorities, certificate_problem};
use super::visible::visible;
use lettre::message::{Mailbox, header::ContentType};
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::{AsyncSmtpTransportBuilder, SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::net::IpAddr;
use std::time::Duration;
use url::Url;

/// How long the mail server may take for one step.
const STEP_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest subject, in characters.
const SUBJECT_MAX: usize = 150;
/// The longest single value in a mail.
const VALUE_MAX: usize = 500;

/// How mails leave the service.
#[derive(Clone, PartialEq, Eq)]
pub struct MailSettings {
    /// The mail server, such as `smtps://user:password@mail.example.com`, `smtp://user:password@mail.example.com?tls=required`
    /// or `smtp://localhost:25`.
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
    pub(super) fn new(settings: &MailSettings, authorities: &Authorities) -> Result<Mailer, String> {
        let from = settings.from.parse().map_err(|_| format!("`{}` is no address of mail", settings.from))?;
        let transport = transport(&settings.server, authorities)?.timeout(Some(STEP_TIMEOUT)).build();
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
        self.transport.send(mail).await.map(|_| ()).map_err(|error| {
            match (error.status(), certificate_problem(&error)) {
                (Some(code), _) => format!("the mail server answered {code}"),
                (None, Some(problem)) => format!("the mail server is not trusted: {problem}"),
                // It does not offer what has to be there.
                (None, None) if error.is_client() => "the mail server does not encrypt, so nothing was sent".to_owned(),
                (None, None) => "the mail server cannot be reached".to_owned(),
            }
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

/// Returns what connects to a mail server.
///
/// It encrypts from the first byte (`smtps://`), or has to before it says anything (`smtp://HOST?tls=required`), or does not at
/// all (`smtp://`): that is for servers without a password. Nothing is encrypted only if it happens to work.
fn transport(server: &str, authorities: &Authorities) -> Result<AsyncSmtpTransportBuilder, String> {
    // The text of the settings is not repeated: there may be a password in it.
    let unusable = || {
        "the mail server cannot be used; write `smtps://USER:PASSWORD@HOST`, `smtp://USER:PASSWORD@HOST?tls=required` or, \
         without encryption, `smtp://HOST:PORT`"
            .to_owned()
    };
    let mut url = Url::parse(server).map_err(|_| unusable())?;
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(unusable)?.to_owned();
    let tls: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let tls: Vec<(&str, &str)> = tls.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let parameters = || tls_parameters(&host, authorities);
    let (tls, port) = match (url.scheme(), tls.as_slice()) {
        ("smtps", [] | [("tls", "required")]) => (Tls::Wrapper(parameters()?), SUBMISSIONS_PORT),
        ("smtp", [("tls", "required")]) => (Tls::Required(parameters()?), SUBMISSION_PORT),
        ("smtp", []) if url.username().is_empty() || is_here(&host) => (Tls::None, SMTP_PORT),
        ("smtp", []) => {
            return Err(
                "the mail server would get the password in the clear; write `smtps://` or `?tls=required`".into()
            );
        }
        ("smtp", [("tls", "opportunistic")]) => {
            return Err(
                "`tls=opportunistic` encrypts nothing where somebody is in between; write `tls=required`".into()
            );
        }
        _ => return Err(unusable()),
    };
    let port = url.port().unwrap_or(port);
    url.set_query(None);
    url.set_scheme("smtp").map_err(|()| unusable())?;
    url.set_port(Some(port)).map_err(|()| unusable())?;
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str()).map_err(|_| unusable())?;
    Ok(builder.tls(tls))
}

fn tls_parameters(host: &str, authorities: &Authorities) -> Result<TlsParameters, String> {
    let mut parameters = TlsParameters::builder(host.to_owned());
    for pem in &authorities.0 {
        let authority =
            Certificate::from_pem(pem).map_err(|_| "a certificate of an authority cannot be read".to_owned())?;
        parameters = parameters.add_root_certificate(authority);
    }
    parameters.build().map_err(|_| "no encrypted connection to the mail server can be prepared".to_owned())
}

/// Returns whether a host is this machine, so that nobody can listen in between.
fn is_here(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
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
        let mailer = Mailer::new(&settings, &Authorities::default()).unwrap();
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
        let refused = |server: &str| Mailer::new(&settings(server, "a@b.example"), &Authorities::default()).err();
        for (server, way_out) in [
            ("http://user:secret@host", "smtps://"),
            ("smtp://user:secret@host", "in the clear"),
            ("smtp://user:secret@host?tls=opportunistic", "tls=required"),
            ("smtp://user:secret@host?tls=maybe", "tls=required"),
            ("smtps:///", "smtps://"),
        ] {
            let refused = refused(server).unwrap();
            assert!(refused.contains(way_out) && !refused.contains("secret"), "{server}: {refused}");
        }
        for server in ["smtp://relay", "smtp://user:secret@localhost", "smtp://user:secret@[::1]:25"] {
            assert_eq!(refused(server), None, "{server}");
        }
        assert!(Mailer::new(&settings("smtp://localhost", "nobody"), &Authorities::default()).is_err());
    }
}
