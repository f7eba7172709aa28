//! Opens connections to receivers: looks at the addresses a host name leads to when it dials, not before.

use super::target::is_public;
use super::trust::Authorities;
use reqwest::Client;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// How long a connection may take to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a try may take in all.
pub(super) const TIMEOUT: Duration = Duration::from_secs(15);
/// How long a connection is kept for the next message.
const IDLE: Duration = Duration::from_secs(30);
/// What receivers read about the sender.
const USER_AGENT: &str = concat!("bantam/", env!("CARGO_PKG_VERSION"));

/// Why a host was not dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum DialRefusal {
    /// It is not known.
    #[error("the host name is not known")]
    Unknown,
    /// It leads to addresses that nothing is sent to.
    #[error("the host name leads to an address that is not allowed")]
    Address,
}

/// Finds the addresses of a host: only public ones, unless the host is named in the settings.
#[derive(Clone, Copy)]
struct Resolver {
    public_only: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let public_only = self.public_only;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|_| DialRefusal::Unknown)?;
            let usable = usable(found.collect(), public_only)?;
            Ok(Box::new(usable.into_iter()) as Addrs)
        })
    }
}

fn usable(mut found: Vec<SocketAddr>, public_only: bool) -> Result<Vec<SocketAddr>, DialRefusal> {
    if found.is_empty() {
        return Err(DialRefusal::Unknown);
    }
    found.retain(|address| !public_only || is_public(address.ip()));
    if found.is_empty() { Err(DialRefusal::Address) } else { Ok(found) }
}

/// Makes a client that follows no redirects and uses no proxy. `public_only` is for hosts that the settings do not name.
pub(super) fn client(public_only: bool, authorities: &Authorities) -> Result<Client, String> {
    let more = authorities.for_requests()?;
    // Whoever came first chose the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = || {
        Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .pool_idle_timeout(IDLE)
            .user_agent(USER_AGENT)
            .dns_resolver(Arc::new(Resolver { public_only }))
            .tls_certs_merge(more.clone())
    };
    // A machine may have no certificates of authorities. The service works all the same; no connection over TLS opens but
    // those that the settings trust.
    let built = builder().build().or_else(|_| builder().tls_certs_only(more.clone()).build());
    built.map_err(|error| format!("no connections can be opened: {error}"))
}

/// Returns why a host was not dialled, where that is what an error is about.
pub(super) fn refusal(error: &(dyn std::error::Error + 'static)) -> Option<DialRefusal> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(refusal) = error.downcast_ref::<DialRefusal>() {
            return Some(*refusal);
        }
        next = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whk_07_a_name_that_leads_inside_is_not_dialled() {
        let address = |text: &str| SocketAddr::new(text.parse().unwrap(), 0);
        let mixed = vec![address("10.0.0.1"), address("8.8.8.8"), address("::ffff:127.0.0.1")];
        assert_eq!(usable(mixed.clone(), true), Ok(vec![address("8.8.8.8")]));
        assert_eq!(usable(mixed.clone(), false), Ok(mixed));
        assert_eq!(usable(vec![address("169.254.169.254")], true), Err(DialRefusal::Address));
        assert_eq!(usable(Vec::new(), true), Err(DialRefusal::Unknown));
    }

    #[tokio::test]
    async fn whk_07_the_client_asks_the_resolver() {
        // `localhost` is known on every machine, and leads inside.
        let error =
            client(true, &Authorities::default()).unwrap().get("https://localhost:8443/").send().await.unwrap_err();
        assert_eq!(refusal(&error), Some(DialRefusal::Address));
    }
}
