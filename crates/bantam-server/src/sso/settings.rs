//! Which provider says who people are, and what its word counts for.

use crate::people::Role;
use std::fmt;
use url::{Host, Url};

/// The longest text of a setting: all are names and addresses.
const TEXT_BYTES_MAX: usize = 1_000;

/// What the provider knows this service by. Nothing shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientSecret(String);

impl ClientSecret {
    /// Takes a secret, without blanks and line ends around it, as files have.
    pub fn new(text: &str) -> ClientSecret {
        ClientSecret(text.trim().to_owned())
    }

    pub(super) fn told(&self) -> String {
        self.0.clone()
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ClientSecret(..)")
    }
}

/// How people sign in through a provider of OpenID Connect.
#[derive(Clone, Debug)]
pub struct SsoSettings {
    /// The provider, as it calls itself, such as `https://login.acme.example`.
    pub issuer: String,
    /// What the provider calls this service.
    pub client_id: String,
    /// Without one the service is what the standard calls a public client.
    pub client_secret: Option<ClientSecret>,
    /// What is asked for beside `openid`.
    pub scopes: Vec<String>,
    /// What people call the provider.
    pub name: String,
    /// Of which domains an address has to be at the first sign-in; empty is any.
    pub domains: Vec<String>,
    /// The role of somebody whom nobody invited; `None` lets only those in who were.
    pub new_role: Option<Role>,
    /// The claim that holds groups.
    pub role_claim: String,
    /// Which groups have which roles; empty where roles are given by hand.
    pub roles_by_group: Vec<(String, Role)>,
    /// Whether passwords let nobody in.
    pub is_required: bool,
}

impl SsoSettings {
    /// Returns what is wrong with them.
    pub(super) fn check(&self) -> Result<(), String> {
        let texts = [&self.issuer, &self.client_id, &self.name, &self.role_claim];
        if texts.iter().any(|text| text.is_empty() || text.len() > TEXT_BYTES_MAX || text.contains(char::is_control)) {
            return Err(
                "issuer, client id, name and claim of single sign-on have 1 to 1000 characters in one line".into()
            );
        }
        let url = Url::parse(&self.issuer).map_err(|_| self.no_issuer())?;
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
            return Err(self.no_issuer());
        }
        check_address(&url).map_err(|problem| format!("the issuer `{}` {problem}", self.issuer))
    }

    fn no_issuer(&self) -> String {
        format!(
            "`{}` is no issuer; write what the provider calls itself, such as `https://login.acme.example`",
            self.issuer
        )
    }

    /// Reads a rule such as `Growth team=marketing`.
    ///
    /// # Errors
    /// Returns what is wrong with it.
    pub fn read_rule(text: &str) -> Result<(String, Role), String> {
        let parts = text.rsplit_once('=').map(|(group, role)| (group.trim(), role.trim()));
        let (group, role) = parts
            .filter(|(group, _)| !group.is_empty())
            .ok_or_else(|| format!("`{text}` gives no group a role; write `GROUP=ROLE`"))?;
        Ok((group.to_owned(), SsoSettings::read_role(role)?))
    }

    /// Reads a role.
    ///
    /// # Errors
    /// Returns that there is no such role.
    pub fn read_role(name: &str) -> Result<Role, String> {
        let known = Role::ALL.map(Role::name).join("`, `");
        Role::of_name(name).ok_or_else(|| format!("`{name}` is no role; there are `{known}`"))
    }
}

/// Returns why a provider is not asked at an address: only TLS keeps others from answering in its place. This machine may
/// be asked without, so that a provider can be tried out.
pub(super) fn check_address(url: &Url) -> Result<(), &'static str> {
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err("names no host"),
    };
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_here => Ok(()),
        _ => Err("must begin with `https://`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(issuer: &str) -> SsoSettings {
        SsoSettings {
            issuer: issuer.into(),
            client_id: "bantam".into(),
            client_secret: Some(ClientSecret::new("hush\n")),
            scopes: Vec::new(),
            name: "Acme".into(),
            domains: Vec::new(),
            new_role: None,
            role_claim: "groups".into(),
            roles_by_group: Vec::new(),
            is_required: false,
        }
    }

    #[test]
    fn aut_07_only_tls_reaches_a_provider_that_is_not_on_this_machine() {
        for good in [
            "https://login.acme.example",
            "https://login.acme.example/realms/a",
            "http://127.0.0.1:9000",
            "http://localhost:1",
        ] {
            assert_eq!(settings(good).check(), Ok(()), "{good}");
        }
        for bad in [
            "",
            "acme",
            "http://login.acme.example",
            "ftp://localhost",
            "https://a@b.example",
            "https://a.example?b",
            "https://a.example#b",
        ] {
            assert!(settings(bad).check().is_err(), "{bad}");
        }
    }

    #[test]
    fn exp_05_the_secret_is_not_shown() {
        let shown = format!("{:?}", settings("https://a.example"));
        assert!(!shown.contains("hush") && shown.contains("ClientSecret(..)"));
        assert_eq!(ClientSecret::new("hush\n").told(), "hush");
    }

    #[test]
    fn a_rule_gives_a_group_a_role() {
        assert_eq!(SsoSettings::read_rule("a=b = sales"), Ok(("a=b".into(), Role::Sales)));
        for bad in ["sales", "=sales", "a=boss"] {
            assert!(SsoSettings::read_rule(bad).is_err(), "{bad}");
        }
    }
}
