//! The arguments of the service.

use super::sso::SsoArguments;
use bantam_server::ReserveSize;
use bantam_store::Location;
use clap::Args;
use std::path::PathBuf;

/// Take events from tracking SDKs, decide about leads as they come, and hand them to sales
///
/// Speaks the Segment tracking protocol below /v1 and answers JSON below /api. The definition runs unsigned, for trying
/// out. Stop it with Ctrl-C: what is in progress is finished first.
///
/// Several nodes may share one PostgreSQL database, whose tables `bantam migrate` makes.
///
/// Exit code: 0 stopped, 2 bad input or the store is in use, 74 a disk failed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bantam serve --store leads.db --definition acme.yaml --write-key WEB --read-key READ
  curl -u WEB: localhost:7070/v1/track -d '{\"userId\": \"ann\", \"event\": \"demo_requested\"}'
  curl -H 'Authorization: Bearer READ' localhost:7070/api/leads/ann")]
pub(crate) struct ServeArguments {
    /// A file of settings, in TOML: any option below, such as `listen = "0.0.0.0:7070"`; arguments and the environment
    /// win over it
    #[arg(long, value_name = "FILE", env = "BANTAM_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// The store: a file, which is made where it does not exist, or `postgres://USER:PASSWORD@HOST/DATABASE`
    #[arg(long, value_name = "FILE|URL", env = "BANTAM_STORE", hide_env_values = true)]
    pub(crate) store: Location,
    /// The definition that decides [default: the one that decided before]
    #[arg(long, value_name = "FILE", env = "BANTAM_DEFINITION")]
    pub(crate) definition: Option<PathBuf>,
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7070", env = "BANTAM_LISTEN")]
    pub(crate) listen: std::net::SocketAddr,
    /// A key that may send facts, and nothing else
    #[arg(long, value_name = "KEY", env = "BANTAM_WRITE_KEY", hide_env_values = true)]
    pub(crate) write_key: Option<String>,
    /// A key that may read
    #[arg(long, value_name = "KEY", env = "BANTAM_READ_KEY", hide_env_values = true)]
    pub(crate) read_key: Option<String>,
    /// A key that may read, answer hand-offs, retract events and erase leads
    #[arg(long, value_name = "KEY", env = "BANTAM_MANAGE_KEY", hide_env_values = true)]
    pub(crate) manage_key: Option<String>,
    /// How much of the store's disk is kept free, such as 2GiB or 10%: with less, no more facts are taken [default: 5 %, and
    /// no less than 512 MiB]
    #[arg(long, value_name = "SIZE", env = "BANTAM_DISK_RESERVE", value_parser = parse_reserve)]
    pub(crate) disk_reserve: Option<ReserveSize>,
    /// Web pages that may send facts, such as `https://shop.example` [default: all]
    #[arg(long, value_name = "ORIGIN", num_args = 1..)]
    pub(crate) origin: Vec<String>,
    /// Hosts that webhooks may reach over plain HTTP or inside your network, such as `crm.acme.internal:8080`
    #[arg(long, value_name = "HOST[:PORT]", num_args = 1.., value_delimiter = ',', env = "BANTAM_WEBHOOK_ALLOW")]
    pub(crate) webhook_allow: Vec<String>,
    /// Authorities that may have issued the certificates of webhooks' receivers, of the mail server and of the provider of
    /// single sign-on, beside those that this machine trusts: files in PEM
    #[arg(long, value_name = "FILE", num_args = 1.., value_delimiter = ',', env = "BANTAM_AUTHORITY")]
    pub(crate) authority: Vec<PathBuf>,
    /// The mail server, such as `smtps://USER:PASSWORD@mail.example.com`, or with STARTTLS
    /// `smtp://USER:PASSWORD@mail.example.com?tls=required`
    #[arg(long, value_name = "URL", env = "BANTAM_SMTP", hide_env_values = true, requires = "mail_from")]
    pub(crate) smtp: Option<String>,
    /// Whom notifications by mail come from
    #[arg(long, value_name = "ADDRESS", env = "BANTAM_MAIL_FROM")]
    pub(crate) mail_from: Option<String>,
    /// How many requests a second each write key may make; a batch is one [default: 2000]
    #[arg(long, value_name = "N")]
    pub(crate) requests_per_second: Option<std::num::NonZeroU32>,
    /// Scheme and host by which browsers reach the service, where it is not the host they ask
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
    #[command(flatten)]
    pub(crate) sso: SsoArguments,
    /// Proxies that are believed for whom they speak (`x-forwarded-...`), as addresses or ranges
    #[arg(long, value_name = "ADDRESS", num_args = 1..)]
    pub(crate) proxy: Vec<String>,
    /// What is written to standard error: error, warn, info, debug or trace; info is a line for each request
    #[arg(long, value_name = "LEVEL", default_value = "warn", env = "BANTAM_LOG")]
    pub(crate) log: String,
    /// How a line of it looks
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text", env = "BANTAM_LOG_FORMAT")]
    pub(crate) log_format: crate::logs::LogFormat,
}

/// Parses how much of a disk is kept free: bytes with a unit, or a share.
fn parse_reserve(text: &str) -> Result<ReserveSize, String> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: Option<u64> = number.parse().ok();
    let factor = match unit.trim() {
        "%" => return number.filter(|&share| share < 100).map(ReserveSize::Percent).ok_or_else(reserve_help),
        "" | "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err(reserve_help()),
    };
    number.and_then(|number| number.checked_mul(factor)).map(ReserveSize::Bytes).ok_or_else(reserve_help)
}

fn reserve_help() -> String {
    "write a size such as `2GiB` or `500MB`, or a share of the disk such as `10%`".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reserve_is_a_size_or_a_share() {
        assert_eq!(parse_reserve("2GiB"), Ok(ReserveSize::Bytes(2 << 30)));
        assert_eq!(parse_reserve(" 500 MB"), Ok(ReserveSize::Bytes(500_000_000)));
        assert_eq!(parse_reserve("0"), Ok(ReserveSize::Bytes(0)));
        assert_eq!(parse_reserve("10%"), Ok(ReserveSize::Percent(10)));
        for text in ["", "-1", "10 per cent", "100%", "GiB", "99999999999999GiB", "1.5GiB"] {
            assert_eq!(parse_reserve(text), Err(reserve_help()), "{text}");
        }
    }
}
