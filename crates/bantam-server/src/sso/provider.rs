//! The provider: where it is asked, where browsers are sent, and whom it vouches for by a code that they come back with.

use super::Identity;
use super::begun::Begun;
use super::calls::{CallError, Calls};
use super::claims::{ALGORITHMS, Asking, Others, Token, Tokens};
use super::settings::{SsoSettings, check_address};
use crate::edge::one_line;
use crate::people::ProvidedRefusal;
use crate::webhooks::Authorities;
use chrono::DateTime;
use openidconnect::core::{CoreAuthenticationFlow, CoreClientAuthMethod, CoreGenderClaim, CoreProviderMetadata};
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClaimsVerificationError, Client, ClientId, CsrfToken, DiscoveryError,
    IdTokenClaims, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, Scope, TokenResponse, UserInfoClaims,
};
use std::fmt::Display;
use std::sync::Arc;
use tokio::sync::Mutex;
use url::Url;

const SECOND: i64 = 1_000_000;
/// After how long it is asked again what it can do and which keys it signs with.
const FRESH_MAX: i64 = 3_600 * SECOND;
/// How long it is left alone after it was asked for them, whoever wants to sign in meanwhile.
const PAUSE: i64 = 10 * SECOND;
/// The longest name by which a provider calls somebody; the standard allows 255 characters.
const SUBJECT_BYTES_MAX: usize = 1_000;

/// A provider of OpenID Connect.
pub(crate) struct Provider {
    settings: SsoSettings,
    issuer: IssuerUrl,
    callback: RedirectUrl,
    calls: Calls,
    known: Mutex<Known>,
}

/// What was found out about it.
#[derive(Default)]
struct Known {
    metadata: Option<Arc<CoreProviderMetadata>>,
    learned_at: i64,
    asked_at: Option<i64>,
}

type Claims = IdTokenClaims<Others, CoreGenderClaim>;

impl Provider {
    /// Takes the settings; nothing is asked yet, so that the service starts while the provider is away.
    pub(super) fn new(settings: &SsoSettings, callback: String, authorities: &Authorities) -> Result<Provider, String> {
        let wrong = |error: url::ParseError| format!("the address of the service is none: {error}");
        Ok(Provider {
            issuer: IssuerUrl::new(settings.issuer.clone()).map_err(wrong)?,
            callback: RedirectUrl::new(callback).map_err(wrong)?,
            calls: Calls::new(authorities)?,
            known: Mutex::default(),
            settings: settings.clone(),
        })
    }

    /// Returns where a browser is sent to sign in.
    pub(crate) async fn page(&self, begun: &Begun, now: i64) -> Result<Url, ProvidedRefusal> {
        let client = self.client(self.metadata(now, false).await?.as_ref());
        let (state, nonce) = (CsrfToken::new(begun.state()), Nonce::new(begun.nonce()));
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(begun.verifier()));
        let scopes = self.settings.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new);
        let asked = client.authorize_url(flow, || state, || nonce).add_scopes(scopes).set_pkce_challenge(challenge);
        let url = asked.url().0;
        check_address(&url).map_err(|problem| self.away(&format!("its page for signing in {problem}")))?;
        Ok(url)
    }

    /// Takes a code to the provider; returns whom it vouches for.
    pub(crate) async fn identity(&self, code: String, begun: &Begun, now: i64) -> Result<Identity, ProvidedRefusal> {
        let metadata = self.metadata(now, false).await?;
        let client = self.client(&metadata);
        let tokens = self.exchange(&client, code, begun).await?;
        let token = tokens.id_token().ok_or_else(|| self.unproven(&"it sent no id token"))?;
        let claims = match self.verified(&client, token, &tokens, begun, now) {
            Ok(claims) => claims,
            // It may sign with other keys by now.
            Err(ClaimsVerificationError::SignatureVerification(_)) => {
                let client = self.client(self.metadata(now, true).await?.as_ref());
                self.verified(&client, token, &tokens, begun, now).map_err(|error| self.unproven(&error))?
            }
            Err(error) => return Err(self.unproven(&error)),
        };
        self.told(&client, &metadata, &tokens, &claims).await
    }

    async fn exchange(&self, client: &Asking, code: String, begun: &Begun) -> Result<Tokens, ProvidedRefusal> {
        let request = client.exchange_code(AuthorizationCode::new(code)).map_err(|error| self.unproven(&error))?;
        let request = request.set_pkce_verifier(PkceCodeVerifier::new(begun.verifier()));
        request.request_async(&self.calls).await.map_err(|error| match &error {
            // What it says beside the kind of error may be about somebody.
            RequestTokenError::ServerResponse(answer) => self.unproven(&format!("`{}`", answer.error())),
            RequestTokenError::Request(error) => self.away(error),
            _ => self.unproven(&error),
        })
    }

    /// Returns what an id token says, where all that the standard asks for holds.
    fn verified(
        &self,
        client: &Asking,
        token: &Token,
        tokens: &Tokens,
        begun: &Begun,
        now: i64,
    ) -> Result<Claims, ClaimsVerificationError> {
        let moment = DateTime::from_timestamp_micros(now).unwrap_or(DateTime::UNIX_EPOCH);
        let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS).set_time_fn(move || moment);
        let claims = token.claims(&verifier, &Nonce::new(begun.nonce()))?;
        if claims.authorized_party().is_some_and(|party| party.as_str() != self.settings.client_id) {
            return Err(ClaimsVerificationError::InvalidAudience("the authorized party is another".to_owned()));
        }
        if let Some(expected) = claims.access_token_hash() {
            let unsigned = ClaimsVerificationError::SignatureVerification;
            let algorithm = token.signing_alg().map_err(unsigned)?;
            let key = token.signing_key(&verifier).map_err(unsigned)?;
            let actual = AccessTokenHash::from_token(tokens.access_token(), algorithm, key).ok();
            if actual.as_ref() != Some(expected) {
                return Err(ClaimsVerificationError::Other("the access token is another".to_owned()));
            }
        }
        Ok(claims.clone())
    }

    /// Puts together what is known of somebody. Where the token leaves out what is needed, the provider is asked for it.
    async fn told(
        &self,
        client: &Asking,
        metadata: &CoreProviderMetadata,
        tokens: &Tokens,
        claims: &Claims,
    ) -> Result<Identity, ProvidedRefusal> {
        let mut identity = Identity {
            issuer: self.settings.issuer.clone(),
            subject: claims.subject().to_string(),
            email: claims.email().map(|email| email.to_string()),
            is_verified: claims.email_verified().unwrap_or(false),
            name: claims.name().and_then(|name| name.get(None)).map(|name| name.to_string()),
            groups: Vec::new(),
        };
        if identity.subject.is_empty() || identity.subject.len() > SUBJECT_BYTES_MAX {
            return Err(self.unproven(&"it does not say who somebody is"));
        }
        let mut groups = claims.additional_claims().texts(&self.settings.role_claim);
        let lacks_groups = groups.is_none() && !self.settings.roles_by_group.is_empty();
        if (identity.email.is_none() || lacks_groups) && metadata.userinfo_endpoint().is_some() {
            let token = tokens.access_token().clone();
            let request = client.user_info(token, Some(claims.subject().clone()));
            let request = request.map_err(|error| self.unproven(&error))?;
            // The answer has to be about the subject of the token, which the library looks after.
            let more: Result<UserInfoClaims<Others, CoreGenderClaim>, _> = request.request_async(&self.calls).await;
            let more = more.map_err(|error| self.unproven(&error))?;
            if identity.email.is_none() {
                identity.email = more.email().map(|email| email.to_string());
                identity.is_verified = more.email_verified().unwrap_or(false);
            }
            identity.name = identity.name.or_else(|| more.name()?.get(None).map(|name| name.to_string()));
            groups = groups.or_else(|| more.additional_claims().texts(&self.settings.role_claim));
        }
        identity.groups = groups.unwrap_or_default();
        Ok(identity)
    }

    /// Returns what the provider says of itself, and its keys: at hand, or asked for.
    async fn metadata(&self, now: i64, anew: bool) -> Result<Arc<CoreProviderMetadata>, ProvidedRefusal> {
        let mut known = self.known.lock().await;
        let kept = known.metadata.clone();
        let is_fresh = (0..FRESH_MAX).contains(&now.saturating_sub(known.learned_at));
        if let Some(kept) = kept.as_ref().filter(|_| is_fresh && !anew) {
            return Ok(kept.clone());
        }
        let was_asked = known.asked_at.is_some_and(|asked| (0..PAUSE).contains(&now.saturating_sub(asked)));
        if was_asked && !anew {
            return kept.ok_or_else(|| ProvidedRefusal::Away(self.settings.name.clone()));
        }
        known.asked_at = Some(now);
        match CoreProviderMetadata::discover_async(self.issuer.clone(), &self.calls).await {
            Ok(found) => {
                let found = Arc::new(found);
                (known.metadata, known.learned_at) = (Some(found.clone()), now);
                Ok(found)
            }
            Err(error) => {
                let refusal = self.undiscovered(&error);
                kept.filter(|_| !anew).ok_or(refusal)
            }
        }
    }

    fn client(&self, metadata: &CoreProviderMetadata) -> Asking {
        let secret = self.settings.client_secret.as_ref().map(|secret| openidconnect::ClientSecret::new(secret.told()));
        let id = ClientId::new(self.settings.client_id.clone());
        let client: Asking = Client::from_provider_metadata(metadata.clone(), id, secret);
        // Where it says nothing, it takes the secret in a header.
        let methods = metadata.token_endpoint_auth_methods_supported();
        let in_header = methods.is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let auth = if in_header { AuthType::BasicAuth } else { AuthType::RequestBody };
        client.set_auth_type(auth).set_redirect_uri(self.callback.clone())
    }

    /// Where the provider was asked in vain, the cause stands behind the library's own error.
    fn undiscovered(&self, error: &DiscoveryError<CallError>) -> ProvidedRefusal {
        match error {
            DiscoveryError::Request(cause) => self.away(cause),
            error => self.away(error),
        }
    }

    fn away(&self, why: &dyn Display) -> ProvidedRefusal {
        tracing::warn!(problem = one_line(&why.to_string()), "the provider of single sign-on cannot be used");
        ProvidedRefusal::Away(self.settings.name.clone())
    }

    fn unproven(&self, why: &dyn Display) -> ProvidedRefusal {
        tracing::warn!(problem = one_line(&why.to_string()), "what the provider of single sign-on says does not hold");
        ProvidedRefusal::Unproven(self.settings.name.clone())
    }
}
