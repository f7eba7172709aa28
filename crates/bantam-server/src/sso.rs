//! Single sign-on: a provider of OpenID Connect says who somebody is, in place of a password.
//!
//! 1. `settings` says which provider, and what its word counts for.
//! 2. `begun` makes a sign-in that begins: one cookie, from which all is derived that the provider has to send back.
//! 3. `provider` finds out where the provider is asked (`calls` does the asking), sends the browser there, takes the code that
//!    it comes back with to the provider, and verifies what that says: an [`Identity`].
//! 4. `people::provided` finds the person for it, or refuses.

pub(crate) mod begun;
mod calls;
mod claims;
pub(crate) mod provider;
mod settings;

pub use settings::{ClientSecret, SsoSettings};

use crate::app::App;
use crate::people::{ProvidedRefusal, Refusal, Role};
use crate::webhooks::Authorities;
use provider::Provider;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The path that a provider sends browsers back to.
pub(crate) const CALLBACK: &str = "/sign-in/sso/callback";

impl App {
    /// Lets people sign in through a provider.
    pub fn with_single_sign_on(mut self, sso: SingleSignOn) -> App {
        self.sso = Some(Arc::new(sso));
        self
    }

    /// Returns why passwords let nobody in, where that is so. A link made at the machine still does, once.
    pub(crate) fn passwords_off(&self) -> Option<Refusal> {
        let sso = self.sso.as_ref().filter(|sso| sso.settings.is_required)?;
        Some(Refusal::Provided(ProvidedRefusal::Required(sso.name().to_owned())))
    }
}

/// Single sign-on of a service.
pub struct SingleSignOn {
    settings: SsoSettings,
    pub(crate) provider: Provider,
}

/// Whom a provider vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) issuer: String,
    /// What the provider calls them for good, whatever becomes of name and address.
    pub(crate) subject: String,
    pub(crate) email: Option<String>,
    /// Whether the provider knows that the address is theirs.
    pub(crate) is_verified: bool,
    pub(crate) name: Option<String>,
    /// What the claim for roles holds.
    pub(crate) groups: Vec<String>,
}

impl SingleSignOn {
    /// Puts it together, for a service that browsers reach at `public_url`. The provider's certificate may also be one of
    /// `authorities`.
    ///
    /// # Errors
    /// Returns which setting is wrong.
    pub fn new(settings: SsoSettings, public_url: &str, authorities: &Authorities) -> Result<SingleSignOn, String> {
        settings.check()?;
        let callback = format!("{}{CALLBACK}", public_url.trim_end_matches('/'));
        let provider = Provider::new(&settings, callback, authorities)?;
        Ok(SingleSignOn { settings, provider })
    }

    /// Returns what people call the provider.
    pub(crate) fn name(&self) -> &str {
        &self.settings.name
    }

    /// Returns what it was set up with, which holds no secret that can be read.
    pub(crate) fn settings(&self) -> &SsoSettings {
        &self.settings
    }

    /// Returns whether the provider calls itself so.
    pub(crate) fn is_issuer(&self, issuer: &str) -> bool {
        self.settings.issuer == issuer
    }

    /// Returns whether an address is of a domain from which people come, at their first sign-in.
    pub(crate) fn admits(&self, email: &str) -> bool {
        let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
        let domains = &self.settings.domains;
        domains.is_empty() || domains.iter().any(|known| known.eq_ignore_ascii_case(domain))
    }

    /// Returns the roles that somebody has by their groups; `None` where roles are given by hand.
    pub(crate) fn roles_of(&self, groups: &[String]) -> Option<BTreeSet<Role>> {
        let rules = &self.settings.roles_by_group;
        if rules.is_empty() {
            return None;
        }
        let mut roles: BTreeSet<Role> =
            rules.iter().filter(|(group, _)| groups.contains(group)).map(|(_, role)| *role).collect();
        if roles.is_empty() {
            roles.extend(self.settings.new_role);
        }
        Some(roles)
    }

    /// Returns the role of somebody whom nobody knows; `None` where they are not let in.
    pub(crate) fn new_role(&self) -> Option<Role> {
        self.settings.new_role
    }
}
