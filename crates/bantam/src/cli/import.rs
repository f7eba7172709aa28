//! The arguments of imports.

use super::FormatName;
use clap::Args;
use std::path::PathBuf;

/// Bring leads, events, answers of sales and spend into a store or a running service
///
/// Files of CSV, NDJSON and Parquet, such as HubSpot, Salesforce and Marketo export them. The mapping of columns is
/// printed first. Run it again whenever you like: what is there already is not taken twice, and what was interrupted goes
/// on.
///
/// Exit code: 0 done, 2 bad input or the store is in use, 3 done but some rows were rejected, 74 a disk or the service
/// failed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bantam import --store leads.db --leads contacts.csv --events activities.csv --dry-run
  bantam import --store leads.db --leads contacts.csv --map 'Job Title=title' --rejects rejected.csv
  bantam import --to https://leads.example.com --key-file manage.key --answers deals.csv --spend spend.csv")]
pub(crate) struct ImportArguments {
    /// Leads: files or folders of CSV, NDJSON or Parquet (text also .gz, .zst), `-` for standard input
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) leads: Vec<PathBuf>,
    /// Events of those leads, likewise
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) events: Vec<PathBuf>,
    /// What sales answered: lead, answer, time, and by, reason, amount, close date
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) answers: Vec<PathBuf>,
    /// What was spent: day, amount, and campaign or source
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) spend: Vec<PathBuf>,
    /// The format of standard input, and of files whose name does not tell
    #[arg(long, value_name = "FORMAT")]
    pub(crate) input_format: Option<FormatName>,
    /// The store; it is made where it does not exist, and must not be in use
    #[arg(long, value_name = "FILE", env = "BANTAM_STORE", conflicts_with = "to")]
    pub(crate) store: Option<PathBuf>,
    /// A running service, such as `https://leads.example.com`
    #[arg(long, value_name = "URL")]
    pub(crate) to: Option<String>,
    /// The service's key: a write key for leads and events, a manage key for answers and spend, too
    #[arg(long, value_name = "KEY", env = "BANTAM_KEY", hide_env_values = true)]
    pub(crate) key: Option<String>,
    /// A file that holds the key, so that nobody sees it among the running programs
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    pub(crate) key_file: Option<PathBuf>,
    /// The definition that says which attributes there are [default: the store's active one]
    #[arg(long, value_name = "FILE")]
    pub(crate) definition: Option<PathBuf>,
    /// Take a column for an attribute or a part of a row: `'Job Title=title'`, `'Contact=lead'`; `'Notes='` leaves it out
    #[arg(long, value_name = "COLUMN=NAME", num_args = 1..)]
    pub(crate) map: Vec<String>,
    /// The name of all events, where no column tells it
    #[arg(long, value_name = "NAME")]
    pub(crate) event: Option<String>,
    /// What facts are said to come from; ids of events are told apart by it
    #[arg(long, value_name = "NAME", default_value = "import")]
    pub(crate) source: String,
    /// Show the mapping and count the rows, and take nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Where to write rejected rows with their reasons, as CSV
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
    /// Replace existing files
    #[arg(long)]
    pub(crate) force: bool,
}
