//! A small provider of OpenID Connect, which can be made to say what a provider must not.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKeyId, PrivateSigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use url::Url;

/// What it does, which a test may change at any time.
pub(crate) struct Plan {
    /// Claims of the id token, over those that are right.
    pub(crate) claims: Value,
    /// What it says beside the token.
    pub(crate) user_info: Value,
    /// The algorithm that a token names without being signed by it.
    pub(crate) pretends: Option<&'static str>,
    /// Which of its keys signs.
    pub(crate) key: u8,
    /// Whether it answers with 500 characters more than is taken.
    pub(crate) is_verbose: bool,
    /// Whether it sends whoever asks elsewhere.
    pub(crate) redirects: bool,
    pub(crate) is_down: bool,
    /// How often it was asked for what it is.
    pub(crate) asked: usize,
    granted: usize,
    codes: HashMap<String, Grant>,
}

/// What a code stands for.
struct Grant {
    nonce: String,
    challenge: String,
}

#[derive(Clone)]
pub(crate) struct FakeProvider {
    pub(crate) url: String,
    plan: Arc<Mutex<Plan>>,
}

impl FakeProvider {
    /// Starts one that vouches for `ann@acme.example`.
    pub(crate) async fn start() -> FakeProvider {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let plan = Plan {
            claims: json!({"sub": "A1", "email": "ann@acme.example", "email_verified": true, "name": "Ann Lee"}),
            user_info: json!({"sub": "A1"}),
            pretends: None,
            key: 1,
            is_verbose: false,
            redirects: false,
            is_down: false,
            asked: 0,
            granted: 0,
            codes: HashMap::new(),
        };
        let provider = FakeProvider { url, plan: Arc::new(Mutex::new(plan)) };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/elsewhere", get(async |State(provider): State<FakeProvider>| provider.metadata()))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/me", get(me))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    pub(crate) fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap()
    }

    /// Sets what it says of somebody beside or in place of what it says already.
    pub(crate) fn says(&self, name: &str, value: Value) {
        self.plan().claims[name] = value;
    }

    /// Signs somebody in who was sent to its page; returns where it sends the browser back to.
    pub(crate) fn grant(&self, page: &str) -> Url {
        let page = Url::parse(page).unwrap();
        let asked: HashMap<String, String> = page.query_pairs().into_owned().collect();
        assert_eq!(page.path(), "/sign-in-here");
        assert_eq!((asked["response_type"].as_str(), asked["client_id"].as_str()), ("code", "bantam"));
        assert_eq!((asked["scope"].as_str(), asked["code_challenge_method"].as_str()), ("openid email", "S256"));
        self.plan().granted += 1;
        let code = format!("code {}", self.plan().granted);
        let grant = Grant { nonce: asked["nonce"].clone(), challenge: asked["code_challenge"].clone() };
        self.plan().codes.insert(code.clone(), grant);
        let mut back = Url::parse(&asked["redirect_uri"]).unwrap();
        let pairs = [("code", code.as_str()), ("state", &asked["state"]), ("iss", &self.url), ("session_state", "x")];
        back.query_pairs_mut().extend_pairs(pairs);
        back
    }

    fn metadata(&self) -> Response {
        let url = &self.url;
        answer(&json!({
            "issuer": url,
            "authorization_endpoint": format!("{url}/sign-in-here"),
            "token_endpoint": format!("{url}/token"),
            "userinfo_endpoint": format!("{url}/me"),
            "jwks_uri": format!("{url}/keys"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            // That it would sign with nothing at all makes no difference to whoever verifies.
            "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
            "filler": "x".repeat(if self.plan().is_verbose { (256 << 10) + 500 } else { 0 }),
        }))
    }
}

fn answer(value: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

async fn configuration(State(provider): State<FakeProvider>) -> Response {
    let (is_down, redirects) = {
        let mut plan = provider.plan();
        plan.asked += 1;
        (plan.is_down, plan.redirects)
    };
    match (is_down, redirects) {
        (true, _) => StatusCode::BAD_GATEWAY.into_response(),
        (_, true) => Redirect::temporary("/elsewhere").into_response(),
        _ => provider.metadata(),
    }
}

/// Returns a key pair, always the same one of a number.
fn key(number: u8) -> CoreEdDsaPrivateSigningKey {
    // The head of every such key in PKCS #8, and 32 bytes.
    let head = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    let body = BASE64_STANDARD.encode([head.as_slice(), &[number; 32]].concat());
    let label = "PRIVATE KEY";
    let pem = format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
    let id = JsonWebKeyId::new(format!("key {number}"));
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(id)).unwrap()
}

async fn keys(State(provider): State<FakeProvider>) -> Response {
    let public = serde_json::to_value(key(provider.plan().key).as_verification_key()).unwrap();
    answer(&json!({"keys": [public]}))
}

async fn me(State(provider): State<FakeProvider>, headers: HeaderMap) -> Response {
    assert_eq!(headers["authorization"], "Bearer pass");
    answer(&provider.plan().user_info)
}

async fn token(State(provider): State<FakeProvider>, headers: HeaderMap, body: Bytes) -> Response {
    assert_eq!(headers["authorization"], format!("Basic {}", BASE64_STANDARD.encode("bantam:hush")).as_str());
    let given: HashMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
    let refused = || {
        let mut response = answer(&json!({"error": "invalid_grant"}));
        *response.status_mut() = StatusCode::BAD_REQUEST;
        response
    };
    let grant = provider.plan().codes.remove(&given["code"]);
    let Some(grant) = grant else { return refused() };
    if BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&given["code_verifier"])) != grant.challenge {
        return refused();
    }
    let id_token = provider.id_token(&grant.nonce);
    answer(&json!({"access_token": "pass", "token_type": "Bearer", "expires_in": 300, "id_token": id_token}))
}

impl FakeProvider {
    fn id_token(&self, nonce: &str) -> String {
        let plan = self.plan();
        let now = bantam_lang::convert::parse_time(crate::test_app::NOW).unwrap() / 1_000_000;
        let mut claims = json!({"iss": self.url, "aud": "bantam", "nonce": nonce, "iat": now, "exp": now + 300});
        for (name, value) in plan.claims.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let algorithm = plan.pretends.unwrap_or("EdDSA");
        let header = json!({"alg": algorithm, "kid": format!("key {}", plan.key)});
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature = match plan.pretends {
            None => key(plan.key).sign(&CoreJwsSigningAlgorithm::EdDsa, signed.as_bytes()).unwrap(),
            Some("none") => Vec::new(),
            // By what whoever holds the public key, or the client's secret, could sign.
            Some(_) => hmac(b"hush", signed.as_bytes()),
        };
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}
