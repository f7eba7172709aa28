//! Turns `postgres://...` into how a database is reached: its address, and whether the connection must be encrypted.

use super::tls::Encryption;
use crate::error::StoreError;
use percent_encoding::percent_decode_str;
use std::fmt::{self, Debug, Display, Formatter};
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// How long the address of a host and its first answer are waited for.
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
/// How long a connection is silent before the other side is asked whether it is still there.
const KEEPALIVE: Duration = Duration::from_secs(5);
/// How long what was sent may stay unacknowledged before the connection counts as lost.
const SILENCE_MAX: Duration = Duration::from_secs(20);

/// How a database is reached. Shown, it leaves the password out.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl {
    pub(super) config: Config,
    pub(super) encryption: Encryption,
    shown: String,
}

impl PostgresUrl {
    /// Returns whether a text is a URL of a PostgreSQL database rather than the name of a file.
    pub fn is_one(text: &str) -> bool {
        text.starts_with("postgres://") || text.starts_with("postgresql://")
    }
}

impl FromStr for PostgresUrl {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<PostgresUrl, StoreError> {
        let refused = |problem: String| StoreError::Url { url: without_password(text), problem };
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let (mut mode, mut root, mut rest) = (None, None, Vec::new());
        for part in query.split('&').filter(|part| !part.is_empty()) {
            let decoded = |value: &str| percent_decode_str(value).decode_utf8_lossy().into_owned();
            match part.split_once('=') {
                Some(("sslmode", value)) => mode = Some(decoded(value)),
                Some(("sslrootcert", value)) => root = Some(PathBuf::from(decoded(value))),
                _ => rest.push(part),
            }
        }
        let mut config: Config = match rest.is_empty() {
            true => address.parse(),
            false => format!("{address}?{}", rest.join("&")).parse(),
        }
        .map_err(|error| refused(super::told(&error)))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(refused("it names no host; a socket is `?host=/var/run/postgresql`".into()));
        }
        let encryption = encryption(&config, mode.as_deref(), root).map_err(refused)?;
        config.ssl_mode(if encryption == Encryption::None { SslMode::Disable } else { SslMode::Require });
        config.connect_timeout(CONNECT_PATIENCE).keepalives_idle(KEEPALIVE).tcp_user_timeout(SILENCE_MAX);
        if config.get_application_name().is_none() {
            config.application_name("bantam");
        }
        Ok(PostgresUrl { config, encryption, shown: without_password(text) })
    }
}

/// Returns how a connection is encrypted. Unlike other programs it never falls back to plain text, and whoever encrypts
/// also verifies.
fn encryption(config: &Config, mode: Option<&str>, root: Option<PathBuf>) -> Result<Encryption, String> {
    match mode {
        Some("disable") => Ok(Encryption::None),
        Some("require" | "verify-ca" | "verify-full") => Ok(Encryption::Verified { root }),
        None if root.is_none() && is_local(config) => Ok(Encryption::None),
        None => Ok(Encryption::Verified { root }),
        Some(other) => Err(format!("`sslmode={other}` is not known; `verify-full` and `disable` are")),
    }
}

fn is_local(config: &Config) -> bool {
    let is_loopback = |name: &str| name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let hosts = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => is_loopback(name),
        #[cfg(unix)]
        Host::Unix(_) => true,
    });
    hosts && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

/// Returns a URL as it may be shown: what stands between the user and the host is left out, and so is a password that
/// stands among the parameters.
fn without_password(text: &str) -> String {
    let (address, query) = text.split_once('?').map_or((text, None), |(address, query)| (address, Some(query)));
    let mut shown = match address.rsplit_once('@').map(|(who, place)| (who.split_once("://"), place)) {
        Some((Some((scheme, who)), place)) => {
            format!("{scheme}://{}@{place}", who.split_once(':').map_or(who, |(user, _)| user))
        }
        _ => address.to_owned(),
    };
    let open = query.into_iter().flat_map(|query| query.split('&')).filter(|part| !part.starts_with("password="));
    for (place, part) in open.enumerate() {
        shown.push(if place == 0 { '?' } else { '&' });
        shown.push_str(part);
    }
    shown
}

impl Display for PostgresUrl {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.shown)
    }
}

impl Debug for PostgresUrl {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encryption_of(url: &str) -> Encryption {
        url.parse::<PostgresUrl>().unwrap().encryption
    }

    #[test]
    fn sto_14_tls_is_verified_unless_the_host_is_this_one_or_it_is_refused() {
        let verified = Encryption::Verified { root: None };
        assert_eq!(encryption_of("postgres://u:p@db.example/leads"), verified);
        assert_eq!(encryption_of("postgres://u:p@10.1.2.3/leads"), verified);
        assert_eq!(encryption_of("postgres://u:p@localhost,db.example/leads"), verified);
        assert_eq!(encryption_of("postgres://u@localhost/leads?sslmode=require"), verified);
        assert_eq!(encryption_of("postgres://u:p@db.example/leads?sslmode=disable"), Encryption::None);
        assert_eq!(encryption_of("postgres://u@127.0.0.1:5433/leads"), Encryption::None);
        assert_eq!(encryption_of("postgres:///leads?host=/var/run/postgresql&user=u"), Encryption::None);
        let root = Some(PathBuf::from("/etc/my ca.pem"));
        assert_eq!(encryption_of("postgres://u@db/leads?sslrootcert=/etc/my%20ca.pem"), Encryption::Verified { root });
    }

    #[test]
    fn a_url_that_cannot_be_used_is_told_without_its_password() {
        let refused = |url: &str| url.parse::<PostgresUrl>().unwrap_err().to_string();
        assert_eq!(
            refused("postgres://u:secret@db/leads?sslmode=prefer"),
            "`postgres://u@db/leads?sslmode=prefer` cannot be used: `sslmode=prefer` is not known; `verify-full` and \
             `disable` are"
        );
        assert_eq!(
            refused("postgres:///leads?user=u&password=secret"),
            "`postgres:///leads?user=u` cannot be used: it names no host; a socket is `?host=/var/run/postgresql`"
        );
        assert!(refused("postgres://u:secret@db/leads?colour=red").starts_with("`postgres://u@db/leads?colour=red`"));
    }
}
