//! The arguments of the service.

use clap::Args;
use std::path::PathBuf;

/// Take events from tracking SDKs, decide about leads as they come, and hand them to sales
///
/// Speaks the Segment tracking protocol below /v1 and answers JSON below /api. The definition runs unsigned, for trying
/// out. Stop it with Ctrl-C: what is in progress is finished first.
///
/// Exit code: 0 stopped, 2 bad input or the store is in use, 74 a disk failed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bantam serve --store leads.db --definition acme.yaml --write-key WEB --read-key READ
  curl -u WEB: localhost:7070/v1/track -d '{\"userId\": \"ann\", \"event\": \"demo_requested\"}'
  curl -H 'Authorization: Bearer READ' localhost:7070/api/leads/ann")]
pub(crate) struct ServeArguments {
    /// The store; it is made where it does not exist
    #[arg(long, value_name = "FILE", env = "BANTAM_STORE")]
    pub(crate) store: PathBuf,
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
    /// Web pages that may send facts, such as `https://shop.example` [default: all]
    #[arg(long, value_name = "ORIGIN", num_args = 1..)]
    pub(crate) origin: Vec<String>,
    /// Hosts that webhooks may reach over plain HTTP or inside your network, such as `crm.acme.internal:8080`
    #[arg(long, value_name = "HOST[:PORT]", num_args = 1.., value_delimiter = ',', env = "BANTAM_WEBHOOK_ALLOW")]
    pub(crate) webhook_allow: Vec<String>,
    /// The mail server for notifications, such as `smtps://USER:PASSWORD@mail.example.com`
    #[arg(long, value_name = "URL", env = "BANTAM_SMTP", hide_env_values = true, requires = "mail_from")]
    pub(crate) smtp: Option<String>,
    /// Whom notifications by mail come from
    #[arg(long, value_name = "ADDRESS", env = "BANTAM_MAIL_FROM")]
    pub(crate) mail_from: Option<String>,
}
