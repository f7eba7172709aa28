//! A service with a clock that stands still, asked without a network.

#![allow(dead_code, reason = "not every test file uses all of it")]

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use bantam_core::fact::{Fact, FactKind};
use bantam_core::{DefinitionText, Given, Rules};
use bantam_lang::convert::parse_time;
use bantam_server::webhooks::{Authorities, MailSettings, Outgoing};
use bantam_server::{App, Clock, IntakeSettings, Keys, PageRule, Recorder, Scope, Settings, SingleSignOn};
use bantam_store::sqlite::SqliteStore;
use bantam_store::{Ledger, StoreError};
use http_body_util::BodyExt;
use serde_json::Value;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use tempfile::TempDir;
use tower::ServiceExt;

pub(crate) const DEFINITION: &str = r#"
bantam: 1
lead: {industry: text}
engagement:
  rules:
    Requested a demo: {on: demo_requested, points: 60, times: 1}
stages: [Inquiry, Sales-ready: score >= 50, Accepted: accepted_by_sales]
hand_off: Sales-ready
routes: [{to: sales, respond_within: 1h}]
"#;

/// Times do not move in tests.
pub(crate) const NOW: &str = "2026-11-21T12:00:00Z";

pub(crate) struct TestApp {
    origins: Vec<String>,
    intake: IntakeSettings,
    router: Option<Router>,
    thread: Option<JoinHandle<()>>,
    definition: &'static str,
    app: Option<App>,
    recorder: Option<Recorder>,
    folder: TempDir,
    now: Arc<AtomicI64>,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl TestApp {
    pub(crate) fn new() -> TestApp {
        TestApp::with(Vec::new(), IntakeSettings::default())
    }

    pub(crate) fn with(origins: Vec<String>, intake: IntakeSettings) -> TestApp {
        let now = Arc::new(AtomicI64::new(parse_time(NOW).unwrap()));
        let folder = tempfile::tempdir().unwrap();
        let mut app = TestApp {
            definition: DEFINITION,
            app: None,
            recorder: None,
            origins,
            intake,
            router: None,
            thread: None,
            folder,
            now,
        };
        app.start(&[], None);
        app
    }

    /// Starts a service with another definition.
    pub(crate) fn deciding_by(definition: &'static str) -> TestApp {
        let mut app = TestApp::new();
        app.stop();
        let folder = tempfile::tempdir().unwrap();
        app = TestApp { definition, folder, ..app };
        app.start(&[], None);
        app
    }

    /// Starts a service that delivers messages, to hosts that are named and by a mail server. It goes on until the
    /// test's runtime ends.
    pub(crate) fn delivering(now: i64, allow: &[String], mail: Option<MailSettings>) -> TestApp {
        TestApp::trusting(&Authorities::default(), IntakeSettings::default(), now, allow, mail)
    }

    /// The same, trusting further authorities.
    pub(crate) fn trusting(
        authorities: &Authorities,
        intake: IntakeSettings,
        now: i64,
        allow: &[String],
        mail: Option<MailSettings>,
    ) -> TestApp {
        let now = Arc::new(AtomicI64::new(now));
        let folder = tempfile::tempdir().unwrap();
        let mut app = TestApp {
            definition: DEFINITION,
            app: None,
            recorder: None,
            origins: Vec::new(),
            intake,
            router: None,
            thread: None,
            folder,
            now,
        };
        let delivering = app.start_with(allow, mail.as_ref(), authorities);
        tokio::spawn(delivering.deliver_messages());
        app
    }

    /// The path with which the first admin is made.
    pub(crate) async fn set_up_path(&self) -> Option<String> {
        self.app.as_ref().unwrap().set_up_path().await.unwrap()
    }

    /// Returns all pages, each with who may see it.
    pub(crate) async fn pages(&self) -> Vec<PageRule> {
        self.app.as_ref().unwrap().pages().await
    }

    /// Writes to the store as the service would.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Ledger, i64) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        let recorder = self.recorder.as_ref().unwrap();
        recorder.work(move |_, ledger, now| Ok(work(ledger, now)?)).await.unwrap()
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, seconds: i64) {
        self.now.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    fn start(&mut self, allow: &[String], mail: Option<&MailSettings>) -> App {
        self.start_with(allow, mail, &Authorities::default())
    }

    fn start_with(&mut self, allow: &[String], mail: Option<&MailSettings>, authorities: &Authorities) -> App {
        let path = self.folder.path().join("leads.db");
        let mut store = SqliteStore::open(&path, "a test").unwrap();
        let text = DefinitionText { name: "d.yaml".into(), text: self.definition.into(), lists: Vec::new() };
        // Without a text nothing decides.
        let fingerprint = (!self.definition.is_empty()).then(|| Rules::load(1, &text).unwrap().fingerprint);
        let body = serde_json::to_vec(&text).unwrap();
        if let Some(fingerprint) = &fingerprint {
            store.transaction(|ledger| ledger.keep_definition(fingerprint, &body)).unwrap();
        }
        let (clock, now) = (self.now.clone(), self.now.load(Ordering::SeqCst));
        let clock: Clock = Arc::new(move || clock.load(Ordering::SeqCst));
        let (recorder, thread) = Recorder::start(store, clock.clone()).unwrap();
        let activation = fingerprint.map(|fingerprint| {
            let activation = FactKind::Activation { fingerprint };
            Given::new(Fact::of_service("activation".into(), now, "test", activation))
        });
        let taking = recorder.clone();
        // The runtime of the test must not be waited for inside itself.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let facts: Vec<Given> = activation.into_iter().collect();
            if !facts.is_empty() {
                runtime.block_on(taking.take(facts, Vec::new())).unwrap();
            }
        })
        .join()
        .unwrap();
        let mut keys = Keys::default();
        keys.add("w", Scope::Write, "web");
        keys.add("w2", Scope::Write, "app");
        keys.add("r", Scope::Read, "reader");
        keys.add("m", Scope::Manage, "manager");
        let outgoing = Outgoing::new(allow, mail, authorities).unwrap();
        let (origins, intake) = (self.origins.clone(), self.intake.clone());
        self.recorder = Some(recorder.clone());
        let app = App::new(Settings { store: path.into(), keys, origins, outgoing, intake }, recorder, clock);
        self.router = Some(app.clone().router());
        self.app = Some(app.clone());
        self.thread = Some(thread);
        app
    }

    /// Lets people sign in through a provider from now on.
    pub(crate) fn sign_in_through(&mut self, sso: SingleSignOn) {
        let app = self.app.take().unwrap().with_single_sign_on(sso);
        self.router = Some(app.clone().router());
        self.app = Some(app);
    }

    /// Stops and starts once more with the same store.
    pub(crate) fn restart(&mut self) {
        self.stop();
        self.start(&[], None);
    }

    fn stop(&mut self) {
        drop((self.router.take(), self.app.take(), self.recorder.take()));
        self.thread.take().unwrap().join().unwrap();
    }

    /// Where the store is.
    pub(crate) fn store(&self) -> std::path::PathBuf {
        self.folder.path().join("leads.db")
    }

    /// All bytes of the store's files after it was stopped.
    pub(crate) fn bytes(mut self) -> Vec<u8> {
        self.stop();
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }

    pub(crate) async fn request(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        self.request_later(method, path, headers).send(body).await
    }

    /// Returns a request that needs the app no more.
    pub(crate) fn request_later(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Pending {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Pending { router: self.router.clone().unwrap(), request }
    }

    pub(crate) async fn send(&self, path: &str, body: &Value) -> Answer {
        self.request(Method::POST, path, &[("authorization", "Basic dzo=")], body.to_string().into_bytes()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path, &[("authorization", "Bearer r")], Vec::new()).await
    }

    pub(crate) async fn manage(&self, method: Method, path: &str, body: Value) -> Answer {
        let headers = [("authorization", "Bearer m"), ("content-type", "application/json")];
        self.request(method, path, &headers, body.to_string().into_bytes()).await
    }
}

/// A request without its body.
pub(crate) struct Pending {
    router: Router,
    request: axum::http::request::Builder,
}

impl Pending {
    pub(crate) async fn send(self, body: Vec<u8>) -> Answer {
        self.send_body(Body::from(body)).await
    }

    /// Sends a body whose sender goes away in the middle.
    pub(crate) async fn send_cut_off(self, body: &[u8]) -> Answer {
        self.send_body(Body::new(CutOff(Some(body[..body.len() / 2].to_vec())))).await
    }

    /// Sends a body and reads of the answer only what tells of a refusal: an answer that goes on may never end.
    pub(crate) async fn send_and_look(self, body: Vec<u8>) -> Answer {
        let response = self.router.oneshot(self.request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = match parts.status {
            StatusCode::OK => Vec::new(),
            _ => body.collect().await.unwrap().to_bytes().to_vec(),
        };
        Answer { status: parts.status, headers: parts.headers, body }
    }

    async fn send_body(self, body: Body) -> Answer {
        let response = self.router.oneshot(self.request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

struct CutOff(Option<Vec<u8>>);

impl hyper::body::Body for CutOff {
    type Data = axum::body::Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
        let frame = self.0.take().map(|bytes| hyper::body::Frame::data(bytes.into()));
        Poll::Ready(Some(frame.ok_or_else(|| std::io::ErrorKind::ConnectionReset.into())))
    }
}
