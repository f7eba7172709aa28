//! Who is at the other end of a request, and by which address it reached us.
//!
//! Behind a proxy every connection comes from that proxy, which tells in `x-forwarded-...` whom it speaks for. Anybody can
//! send those headers, so they count only on connections from proxies that were named.

use axum::http::{HeaderMap, header};
use std::net::{IpAddr, SocketAddr};

/// The address a connection came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// A range of addresses, such as `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    /// Reads an address, or a range of them with the number of bits that are fixed.
    pub fn parse(text: &str) -> Option<Network> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(bits);
        (prefix <= bits).then_some(Network { address, prefix })
    }

    /// Returns whether an address is in it.
    pub fn holds(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let differ = own.to_bits() ^ other.to_bits();
                differ.leading_zeros() >= self.prefix
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros() >= self.prefix,
            _ => false,
        }
    }
}

/// Returns the address of whoever asks: the nearest one on the way that is no proxy of ours.
pub fn client_address(peer: SocketAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let is_proxy = |address: IpAddr| proxies.iter().any(|proxy| proxy.holds(address));
    let mut nearest = peer.ip().to_canonical();
    let told = headers.get_all("x-forwarded-for").into_iter().filter_map(|value| value.to_str().ok());
    let told: Vec<&str> = told.flat_map(|value| value.split(',')).collect();
    // Each proxy adds on the right whom it heard from, so what stands further left was claimed by somebody unknown.
    for claimed in told.iter().rev() {
        if !is_proxy(nearest) {
            break;
        }
        let Ok(address) = claimed.trim().parse::<IpAddr>() else { break };
        nearest = address.to_canonical();
    }
    nearest
}

/// Returns the scheme and host by which a request reached us, such as `("https", "leads.example.com")`.
pub(crate) fn own_address(
    peer: Option<SocketAddr>,
    headers: &HeaderMap,
    proxies: &[Network],
) -> Option<(String, String)> {
    let is_trusted = peer.is_some_and(|peer| proxies.iter().any(|proxy| proxy.holds(peer.ip())));
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let told =
        |name: &str| text(name).filter(|_| is_trusted).map(|value| value.split(',').next().unwrap_or_default().trim());
    let scheme = match told("x-forwarded-proto") {
        Some("https") => "https",
        _ => "http",
    };
    let host = told("x-forwarded-host").or_else(|| text(header::HOST.as_str()))?;
    // What is not a host is not repeated to anybody.
    let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']' | '_');
    (!host.is_empty() && host.len() <= 255 && host.chars().all(is_host)).then(|| (scheme.to_owned(), host.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for &(name, value) in pairs {
            headers.append(name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn networks_hold_their_addresses_and_no_others() {
        let holds = |network: &str, address: &str| Network::parse(network).unwrap().holds(address.parse().unwrap());
        assert!(holds("10.0.0.0/8", "10.200.1.1") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("127.0.0.1", "127.0.0.1") && holds("127.0.0.1", "::ffff:127.0.0.1"));
        assert!(holds("0.0.0.0/0", "8.8.8.8") && !holds("0.0.0.0/0", "::1"));
        assert!(holds("fd00::/8", "fd12::1") && !holds("fd00::/8", "fe80::1"));
        for wrong in ["", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.1/", "proxy"] {
            assert_eq!(Network::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ing_17_forwarded_for_counts_only_from_proxies_that_were_named() {
        let proxies = [Network::parse("10.0.0.0/8").unwrap()];
        let from = |peer: &str, told: &[(&'static str, &'static str)]| {
            client_address(peer.parse().unwrap(), &headers(told), &proxies).to_string()
        };
        assert_eq!(from("9.9.9.9:1", &[("x-forwarded-for", "1.1.1.1")]), "9.9.9.9");
        assert_eq!(from("10.0.0.1:1", &[("x-forwarded-for", "1.1.1.1")]), "1.1.1.1");
        assert_eq!(from("10.0.0.1:1", &[("x-forwarded-for", "6.6.6.6, 1.1.1.1, 10.0.0.2")]), "1.1.1.1");
        assert_eq!(from("10.0.0.1:1", &[("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "1.1.1.1")]), "1.1.1.1");
        assert_eq!(from("10.0.0.1:1", &[("x-forwarded-for", "nobody")]), "10.0.0.1");
        let told = headers(&[("host", "a.example"), ("x-forwarded-proto", "https"), ("x-forwarded-host", "b.example")]);
        let own = |peer: &str| own_address(peer.parse().ok(), &told, &proxies).unwrap();
        assert_eq!(own("9.9.9.9:1"), ("http".into(), "a.example".into()));
        assert_eq!(own("10.0.0.1:1"), ("https".into(), "b.example".into()));
        assert_eq!(own_address(None, &headers(&[("host", "a\"b")]), &proxies), None);
    }
}
