//! What leaves the service encrypted: to receivers of webhooks over HTTPS, to mail servers over TLS and STARTTLS.
//! Whoever shows a certificate that is not trusted is told nothing, and it is said why.

use crate::browser::Browser;
use crate::test_app::TestApp;
use crate::webhooks::receiver::{eventually, speak};
use axum::http::Method;
use bantam_lang::convert::parse_time;
use bantam_server::IntakeSettings;
use bantam_server::webhooks::{Authorities, MailSettings, Outgoing};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// An authority of a company's own.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// What is wrong with a certificate.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    None,
    OtherHost,
    Expired,
    NotYetValid,
}

static AUTHORITIES: AtomicU32 = AtomicU32::new(1);

impl Authority {
    fn new() -> Authority {
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        // Two of one name would differ in their keys alone.
        let number = AUTHORITIES.fetch_add(1, Ordering::Relaxed);
        parameters.distinguished_name.push(DnType::CommonName, format!("Authority {number}"));
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = parameters.self_signed(&key).unwrap().pem();
        Authority { issuer: Issuer::new(parameters, key), pem }
    }

    fn trusted(&self) -> Authorities {
        Authorities(vec![self.pem.clone().into_bytes()])
    }

    fn acceptor(&self, flaw: Flaw) -> TlsAcceptor {
        let name = if flaw == Flaw::OtherHost { "elsewhere.example" } else { "localhost" };
        let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
        match flaw {
            Flaw::Expired => parameters.not_after = date_time_ymd(2020, 1, 1),
            Flaw::NotYetValid => parameters.not_before = date_time_ymd(2999, 1, 1),
            _ => {}
        }
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        TlsAcceptor::from(Arc::new(config.with_single_cert(vec![certificate.der().clone()], key).unwrap()))
    }
}

/// A server that encrypts.
struct Server {
    address: SocketAddr,
    /// What came over encrypted connections: bodies of requests, or mails.
    got: Arc<Mutex<Vec<String>>>,
    /// How many connections were opened, whatever came of them.
    opened: Arc<Mutex<usize>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Speaks {
    Http,
    Smtps,
    StartTls,
    /// It says that it does not encrypt, as somebody in between would.
    PlainSmtp,
}

impl Server {
    async fn start(authority: &Authority, flaw: Flaw, speaks: Speaks) -> Server {
        let acceptor = authority.acceptor(flaw);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (got, opened): (Arc<Mutex<Vec<String>>>, Arc<Mutex<usize>>) = Default::default();
        let (keep, count) = (got.clone(), opened.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *count.lock().unwrap() += 1;
                tokio::spawn(serve(stream, acceptor.clone(), speaks, keep.clone()));
            }
        });
        Server { address, got, opened }
    }

    fn port(&self) -> u16 {
        self.address.port()
    }

    async fn wait(&self, count: usize) -> Vec<String> {
        eventually(&format!("{count} came"), async || self.got.lock().unwrap().len() >= count).await;
        self.got.lock().unwrap().clone()
    }

    #[track_caller]
    fn assert_told_nothing(&self) {
        assert!(*self.opened.lock().unwrap() > 0, "nobody tried");
        assert_eq!(*self.got.lock().unwrap(), [""; 0]);
    }
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, speaks: Speaks, got: Arc<Mutex<Vec<String>>>) {
    match speaks {
        Speaks::Http => {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let mut bytes = Vec::new();
            let mut piece = [0; 4_096];
            loop {
                let Ok(count @ 1..) = stream.read(&mut piece).await else { return };
                bytes.extend_from_slice(&piece[..count]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
                if body.len() >= length.parse().unwrap() {
                    got.lock().unwrap().push(body.to_owned());
                    break;
                }
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await.unwrap();
            let _ = stream.shutdown().await;
        }
        Speaks::Smtps => {
            let Ok(stream) = acceptor.accept(stream).await else { return };
            speak(stream, "220 here\r\n", got, "250 fine\r\n").await;
        }
        Speaks::StartTls => {
            let offers = "250-here\r\n250 STARTTLS\r\n";
            let Some(stream) = speak(stream, "220 here\r\n", got.clone(), offers).await else { return };
            let Ok(stream) = acceptor.accept(stream).await else { return };
            speak(stream, "", got, "250 fine\r\n").await;
        }
        Speaks::PlainSmtp => drop(speak(stream, "220 here\r\n", got, "250 fine\r\n").await),
    }
}

const NOW: &str = "2026-11-21T12:00:00Z";

fn service(authorities: &Authorities, allow: &[String], mail: Option<MailSettings>) -> TestApp {
    let public_url = Some("https://leads.acme.example".to_owned());
    let intake = IntakeSettings { public_url, ..IntakeSettings::default() };
    TestApp::trusting(authorities, intake, parse_time(NOW).unwrap(), allow, mail)
}

async fn demo(app: &TestApp, user: &str) {
    let message = json!({"userId": user, "event": "demo_requested", "messageId": format!("m-{user}")});
    assert_eq!(app.send("/v1/track", &message).await.status, 200);
}

/// Makes a webhook; returns its number.
async fn create(app: &TestApp, webhook: Value) -> i64 {
    let made = app.manage(Method::POST, "/api/webhooks", webhook).await;
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()["id"].as_i64().unwrap()
}

/// Waits until a delivery has been tried, and returns what is said of it.
async fn problem(app: &TestApp, id: i64) -> String {
    let path = format!("/api/webhooks/{id}/deliveries");
    let told: Mutex<String> = Mutex::default();
    eventually("a delivery failed", async || {
        let found = app.manage(Method::GET, &path, json!({})).await.json();
        let deliveries = found["deliveries"].as_array().unwrap();
        assert!(deliveries.iter().all(|delivery| delivery["state"] != "delivered"), "{found}");
        let error = deliveries.iter().find_map(|delivery| delivery["error"].as_str()).unwrap_or_default().to_owned();
        *told.lock().unwrap() = error;
        !told.lock().unwrap().is_empty()
    })
    .await;
    told.into_inner().unwrap()
}

#[tokio::test]
async fn whk_07_messages_go_over_https_to_receivers_of_a_trusted_authority() {
    let authority = Authority::new();
    let server = Server::start(&authority, Flaw::None, Speaks::Http).await;
    let host = format!("localhost:{}", server.port());
    let app = service(&authority.trusted(), std::slice::from_ref(&host), None);
    create(&app, json!({"url": format!("https://{host}/hook"), "types": ["hand_off.opened"]})).await;
    demo(&app, "u1").await;
    let told: Value = serde_json::from_str(&server.wait(1).await[0]).unwrap();
    assert_eq!((&told["type"], &told["data"]["lead"]), (&json!("hand_off.opened"), &json!("u1")));
}

#[tokio::test]
async fn whk_07_a_receiver_whose_certificate_is_not_trusted_is_told_nothing() {
    let (authority, other) = (Authority::new(), Authority::new());
    let cases = [
        (Flaw::OtherHost, authority.trusted(), "the certificate is for another host name"),
        (Flaw::Expired, authority.trusted(), "the certificate has expired"),
        (Flaw::NotYetValid, authority.trusted(), "the certificate is not valid yet"),
        (Flaw::None, other.trusted(), "not issued by an authority that is trusted; `--authority` names further ones"),
    ];
    for (flaw, trusted, says) in cases {
        let server = Server::start(&authority, flaw, Speaks::Http).await;
        let host = format!("localhost:{}", server.port());
        let app = service(&trusted, std::slice::from_ref(&host), None);
        let id = create(&app, json!({"url": format!("https://{host}/hook")})).await;
        demo(&app, "u1").await;
        let told = problem(&app, id).await;
        assert!(told.contains(says), "{flaw:?}: {told}");
        server.assert_told_nothing();
    }
}

fn mail(scheme: &str, server: &Server, query: &str) -> Option<MailSettings> {
    let server = format!("{scheme}://bantam:secret@localhost:{}{query}", server.port());
    Some(MailSettings { server, from: "Leads <leads@acme.example>".into() })
}

#[tokio::test]
async fn mails_go_over_tls_and_starttls() {
    let authority = Authority::new();
    for (speaks, scheme, query) in [(Speaks::Smtps, "smtps", ""), (Speaks::StartTls, "smtp", "?tls=required")] {
        let server = Server::start(&authority, Flaw::None, speaks).await;
        let mut settings = mail(scheme, &server, query);
        if let Some(settings) = &mut settings {
            settings.server = settings.server.replace("bantam:secret@", "");
        }
        let app = service(&authority.trusted(), &[], settings);
        create(&app, json!({"url": "mailto:team@acme.example", "kind": "email"})).await;
        demo(&app, "u1").await;
        let mail = server.wait(1).await.remove(0);
        assert!(mail.contains("\r\nSubject: New hand-off: u1\r\n"), "{scheme}: {mail}");
    }
}

#[tokio::test]
async fn a_mail_server_that_is_not_trusted_or_does_not_encrypt_is_told_nothing() {
    let (authority, other) = (Authority::new(), Authority::new());
    let cases = [
        (Flaw::OtherHost, authority.trusted(), "not trusted: the certificate is for another host name"),
        (Flaw::Expired, authority.trusted(), "not trusted: the certificate has expired"),
        (Flaw::None, other.trusted(), "not trusted: the certificate was not issued by an authority that is trusted"),
    ];
    for (flaw, trusted, says) in cases {
        for (speaks, scheme, query) in [(Speaks::Smtps, "smtps", ""), (Speaks::StartTls, "smtp", "?tls=required")] {
            let server = Server::start(&authority, flaw, speaks).await;
            let app = service(&trusted, &[], mail(scheme, &server, query));
            let id = create(&app, json!({"url": "mailto:team@acme.example", "kind": "email"})).await;
            demo(&app, "u1").await;
            let told = problem(&app, id).await;
            assert!(told.contains(says), "{flaw:?} {scheme}: {told}");
            server.assert_told_nothing();
        }
    }
    let server = Server::start(&authority, Flaw::None, Speaks::PlainSmtp).await;
    let app = service(&authority.trusted(), &[], mail("smtp", &server, "?tls=required"));
    let id = create(&app, json!({"url": "mailto:team@acme.example", "kind": "email"})).await;
    demo(&app, "u1").await;
    assert_eq!(problem(&app, id).await, "the mail server does not encrypt, so nothing was sent");
    server.assert_told_nothing();
}

#[tokio::test]
async fn links_of_invitations_and_of_forgotten_passwords_are_mailed() {
    let authority = Authority::new();
    let server = Server::start(&authority, Flaw::None, Speaks::Smtps).await;
    let settings =
        MailSettings { server: format!("smtps://localhost:{}", server.port()), from: "b@acme.example".into() };
    let app = service(&authority.trusted(), &[], Some(settings));
    let mut ann = Browser::ann(&app).await;
    let invited = [("email", "ben@acme.example"), ("sales", "true")];
    let answer = ann.change("/settings/people", &invited).await;
    assert!(answer.status.is_success() || answer.status.is_redirection(), "{}", answer.text());
    let mail = server.wait(1).await.remove(0);
    assert!(mail.contains("\r\nTo: ben@acme.example\r\n"), "{mail}");
    assert!(mail.contains("https://leads.acme.example/invitation/"), "{mail}");
    let asked = Browser::new(&app).post("/forgotten", &[("email", "ann@acme.example")]).await;
    assert!(asked.status.is_success() || asked.status.is_redirection(), "{}", asked.text());
    let mail = server.wait(2).await.remove(1);
    assert!(mail.contains("\r\nTo: ann@acme.example\r\n"), "{mail}");
    let text = mail.replace("=\r\n", "");
    let path = text.split("https://leads.acme.example").nth(1).unwrap().split_whitespace().next().unwrap();
    assert!(path.starts_with("/reset/"), "{text}");
    assert_eq!(Browser::new(&app).get(path).await.status, 200);
}

#[test]
fn run_03_a_file_that_holds_no_certificate_is_refused() {
    for text in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        assert!(Outgoing::new(&[], None, &Authorities(vec![text.into()])).is_err(), "{text}");
    }
}
