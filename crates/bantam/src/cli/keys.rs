//! The arguments of `bantam keys`.

use bantam_store::Location;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Make, list and revoke keys of programs
///
/// They are kept in the store, as hashes. The first manage key of a service is made with --store before it is started, or
/// given to it with --manage-key; with it, others are made while it runs.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bantam keys create --scope manage --source ops --store leads.db
  bantam keys create --scope write --source shop --to https://leads.example.com --key-file manage.key
  bantam keys list --store leads.db
  bantam keys revoke 3 --to https://leads.example.com --key-file manage.key")]
pub(crate) struct KeysArguments {
    #[command(subcommand)]
    pub(crate) command: KeysCommand,
}

/// What to do with keys. The commands' help stands at their arguments.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    Create(CreateKeyArguments),
    List(ListKeysArguments),
    Revoke(RevokeKeyArguments),
}

/// Make a key
///
/// The key goes to standard output, now and never again.
///
/// Exit code: 0 done, 2 bad input or the store is in use, 74 a disk or the service failed.
#[derive(Debug, Args)]
pub(crate) struct CreateKeyArguments {
    /// What it may do
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: ScopeName,
    /// What facts sent with it are said to come from, and whose name stands at what is done with it
    #[arg(long, value_name = "NAME")]
    pub(crate) source: String,
    /// From when on it is refused, such as 2027-01-31 [default: never]
    #[arg(long, value_name = "TIME")]
    pub(crate) expires: Option<String>,
    #[command(flatten)]
    pub(crate) keeper: KeeperArguments,
}

/// List keys: those too that have expired or were revoked
///
/// With --store also beside a running service. Keys that a service was started with are not among them.
///
/// Exit code: 0 done, 2 bad input, 74 a disk or the service failed.
#[derive(Debug, Args)]
pub(crate) struct ListKeysArguments {
    #[command(flatten)]
    pub(crate) keeper: KeeperArguments,
}

/// Revoke a key: it is refused from then on
///
/// Exit code: 0 done, 2 bad input or the store is in use, 74 a disk or the service failed.
#[derive(Debug, Args)]
pub(crate) struct RevokeKeyArguments {
    /// Its number, as `bantam keys list` shows it
    pub(crate) id: i64,
    #[command(flatten)]
    pub(crate) keeper: KeeperArguments,
}

/// Where the keys are.
#[derive(Debug, Args)]
pub(crate) struct KeeperArguments {
    /// The store: a file that no service is using, or `postgres://USER:PASSWORD@HOST/DATABASE`, also beside services
    #[arg(long, value_name = "FILE|URL", env = "BANTAM_STORE", hide_env_values = true)]
    pub(crate) store: Option<Location>,
    /// A running service, such as `https://leads.example.com`; wins over a store from the environment
    #[arg(long, value_name = "URL")]
    pub(crate) to: Option<String>,
    /// A manage key of the service
    #[arg(long, value_name = "KEY", env = "BANTAM_KEY", hide_env_values = true)]
    pub(crate) key: Option<String>,
    /// A file that holds that key, so that nobody sees it among the running programs
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
}

/// What a key may do, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScopeName {
    /// Send facts, and nothing else: safe to put into a browser
    Write,
    /// Read
    Read,
    /// Read and change
    Manage,
}

impl From<ScopeName> for bantam_server::Scope {
    fn from(name: ScopeName) -> Self {
        match name {
            ScopeName::Write => bantam_server::Scope::Write,
            ScopeName::Read => bantam_server::Scope::Read,
            ScopeName::Manage => bantam_server::Scope::Manage,
        }
    }
}
