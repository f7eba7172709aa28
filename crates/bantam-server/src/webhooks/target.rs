//! Looks at a URL before anything is sent to it: only public addresses, over TLS, unless the service's own settings name
//! the host.

use reqwest::Url;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::Host;

/// The longest URL; browsers and proxies take no longer ones.
const URL_BYTES_MAX: usize = 2_000;
/// Ports of receivers on the internet.
const PORTS: [u16; 2] = [443, 8_443];
/// Names that lead inside: of this machine, of a local network, of a cloud's own services.
const INSIDE: [&str; 7] = ["localhost", "local", "internal", "intranet", "lan", "home.arpa", "localdomain"];

/// Hosts that may be reached although the rules say otherwise, from the service's own settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AllowList(Vec<(String, Option<u16>)>);

/// Where a message may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) url: Url,
    /// Whether the settings name the host: then any address will do.
    pub(crate) is_named: bool,
}

impl AllowList {
    /// Reads hosts with or without a port, such as `crm.acme.internal:8080`.
    pub(crate) fn read(entries: &[String]) -> Result<AllowList, String> {
        let read = |entry: &String| {
            let entry = entry.trim();
            let (host, port) = match entry.rsplit_once(':') {
                Some((host, port)) if !host.ends_with(':') && !host.is_empty() && !port.ends_with(']') => {
                    (host, Some(port.parse().map_err(|_| format!("`{entry}` has no usable port; write `HOST:PORT`"))?))
                }
                _ => (entry, None),
            };
            match Host::parse(host) {
                Ok(host) => Ok((host.to_string(), port)),
                Err(_) => Err(format!("`{entry}` is no host; write `HOST` or `HOST:PORT`")),
            }
        };
        entries.iter().map(read).collect::<Result<_, String>>().map(AllowList)
    }

    fn names(&self, host: &str, port: u16) -> bool {
        self.0.iter().any(|(known, only)| known == host && only.is_none_or(|only| only == port))
    }
}

/// Returns where a URL leads, or why nothing is sent there.
pub(crate) fn check(text: &str, allowed: &AllowList) -> Result<Target, &'static str> {
    if text.len() > URL_BYTES_MAX {
        return Err("the URL is longer than 2000 characters");
    }
    let url = Url::parse(text).map_err(|_| "this is no URL; it begins with `https://`")?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err("the URL must begin with `https://`");
    }
    if !url.username().is_empty() || url.password().is_some() || authority(text).contains('@') {
        return Err("the URL must not hold a user or a password");
    }
    let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
        return Err("the URL has no host");
    };
    let is_named = allowed.names(&host.to_string(), port);
    if !is_named {
        check_public(&url, &host.to_owned(), port, text)?;
    }
    Ok(Target { is_named, url })
}

fn check_public(url: &Url, host: &Host<String>, port: u16, text: &str) -> Result<(), &'static str> {
    if url.scheme() != "https" {
        return Err("the URL must begin with `https://`; other hosts are named with `--webhook-allow`");
    }
    if !PORTS.contains(&port) {
        return Err("the port must be 443 or 8443; other hosts are named with `--webhook-allow`");
    }
    let inside = "the host must be a public one; others are named with `--webhook-allow`";
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            let is_inside =
                |suffix: &&str| name.strip_suffix(*suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
            let is_public = name.contains('.') && !INSIDE.iter().any(is_inside);
            if is_public { Ok(()) } else { Err(inside) }
        }
        // Other spellings of an address, such as `0x7f.1`, are read as one: nobody writes them in good faith.
        Host::Ipv4(address) if !authority(text).starts_with(&address.to_string()) => {
            Err("an address must be written as four numbers")
        }
        Host::Ipv4(address) if is_public(IpAddr::V4(*address)) => Ok(()),
        Host::Ipv6(address) if is_public(IpAddr::V6(*address)) => Ok(()),
        Host::Ipv4(_) | Host::Ipv6(_) => Err(inside),
    }
}

/// Returns the part of a URL's text between the slashes and the path.
fn authority(text: &str) -> &str {
    let rest = text.split_once(':').map_or("", |(_, rest)| rest).trim_start_matches(['/', '\\']);
    rest.split(['/', '\\', '?', '#']).next().unwrap_or_default()
}

/// Returns whether an address is one of the public internet.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = match a {
        // This network, private, this machine, multicast, and what is reserved or broadcast.
        0 | 10 | 127 | 224..=255 => true,
        // Shared by providers.
        100 => (64..128).contains(&b),
        // Link-local, where clouds tell their secrets.
        169 => b == 254,
        172 => (16..32).contains(&b),
        // Protocol assignments, documentation, relays of 6to4, private.
        192 => (b == 0 && (c == 0 || c == 2)) || (b == 88 && c == 99) || b == 168,
        // Benchmarks, documentation.
        198 => b == 18 || b == 19 || (b == 51 && c == 100),
        203 => b == 0 && c == 113,
        _ => false,
    };
    // A cloud's own service at an address that looks public.
    !is_special && address != Ipv4Addr::new(168, 63, 129, 16)
}

/// Only what is assigned for the internet: mapped and translated IPv4, local, link-local and multicast are elsewhere.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let is_assigned = a & 0xe000 == 0x2000;
    // Protocol assignments (Teredo among them), documentation, 6to4, documentation again.
    let is_special = (a == 0x2001 && (b < 0x0200 || b == 0x0db8)) || a == 0x2002 || (a == 0x3fff && b < 0x1000);
    is_assigned && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whk_07_only_public_targets_over_tls_pass() {
        let none = AllowList::default();
        for good in [
            "https://hooks.example.com/a?b=c",
            "https://example.com:8443/",
            "https://8.8.8.8/",
            "https://[2606:4700::1111]/",
            "https://EXAMPLE.com",
        ] {
            assert!(check(good, &none).is_ok(), "{good}: {:?}", check(good, &none));
        }
        for bad in [
            "",
            "example.com",
            "ftp://example.com/",
            "file:///etc/passwd",
            "http://example.com/",
            "https://user@example.com/",
            "https://user:word@example.com/",
            "https://@example.com/",
            "https://example.com:22/",
            "https://example.com:6379/",
            "https://localhost/",
            "https://localhost./",
            "https://a.localhost/",
            "https://metadata.google.internal/",
            "https://printer.local/",
            "https://intranet/",
            "https://127.0.0.1/",
            "https://10.0.0.1/",
            "https://172.16.0.1/",
            "https://172.31.255.255/",
            "https://192.168.1.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1/",
            "https://100.100.100.200/",
            "https://168.63.129.16/",
            "https://198.18.0.1/",
            "https://198.19.255.255/",
            "https://0.0.0.0/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
            "https://192.88.99.1/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:8.8.8.8]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[64:ff9b:1::1]/",
            "https://[2002:7f00:1::]/",
            "https://[2001:0:1::]/",
            "https://[fd00:ec2::254]/",
            "https://[fe80::1]/",
            "https://[ff02::1]/",
            // Odd spellings.
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://127.1/",
            "https://0x08080808/",
            "https://134744072/",
            "https://①②⑦.0.0.1/",
            "https:\\\\127.0.0.1\\",
            "https:127.0.0.1",
        ] {
            assert!(check(bad, &none).is_err(), "{bad}");
        }
        assert!(check(&format!("https://example.com/{}", "a".repeat(2_000)), &none).is_err());
    }

    #[test]
    fn whk_07_the_services_own_settings_name_other_hosts() {
        let entries = ["127.0.0.1:8080", "crm.acme.internal", "[::1]:9000"].map(str::to_owned);
        let allowed = AllowList::read(&entries).unwrap();
        for good in [
            "http://127.0.0.1:8080/x",
            "http://crm.acme.internal/",
            "https://CRM.acme.internal:9999/",
            "http://[::1]:9000/",
        ] {
            assert!(check(good, &allowed).unwrap().is_named, "{good}");
        }
        for bad in ["http://127.0.0.1:8081/", "http://a.crm.acme.internal/", "http://u@crm.acme.internal/"] {
            assert!(check(bad, &allowed).is_err(), "{bad}");
        }
        assert!(!check("https://example.com/", &allowed).unwrap().is_named);
        for bad in ["a:b", "a b", ":80", "a:99999", ""] {
            assert!(AllowList::read(&[bad.to_owned()]).is_err(), "{bad}");
        }
    }
}
