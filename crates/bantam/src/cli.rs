//! The commands with their arguments, as `--help` shows them.

mod import;
mod insight;
mod keys;
mod migrate;
mod people;
mod serve;
mod sso;
mod store;

pub(crate) use import::ImportArguments;
pub(crate) use insight::{ImpactArguments, PeriodName, ReportArguments};
pub(crate) use keys::{CreateKeyArguments, KeeperArguments, KeysArguments, KeysCommand, RevokeKeyArguments};
pub(crate) use migrate::MigrateArguments;
pub(crate) use people::{
    DisableArguments, InviteArguments, PeopleArguments, PeopleCommand, PeopleStore, ResetArguments,
};
pub(crate) use serve::ServeArguments;
pub(crate) use sso::SsoArguments;
pub(crate) use store::{AuditArguments, BackupArguments, RestoreArguments, VerifyArguments};

use bantam_engine::batch::Order;
use bantam_engine::input::Format;
use bantam_engine::output::COLUMN_NAMES;
use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Small, fast, exact lead qualification: one definition that marketing and sales both sign
///
/// A definition is a text file that says what a qualified lead is. bantam checks it, scores leads and events by it, and
/// explains every point.
///
/// Start with `bantam demo`, or `bantam init --template mql-sal-sql` and `bantam check bantam.yaml`.
#[derive(Debug, Parser)]
#[command(name = "bantam", version, max_term_width = 100)]
pub(crate) struct Invocation {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do. The commands' help stands at their arguments.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(DemoArguments),
    Init(InitArguments),
    Templates(TemplatesArguments),
    Check(CheckArguments),
    Score(ScoreArguments),
    Explain(ExplainArguments),
    Report(ReportArguments),
    Diff(DiffArguments),
    Impact(ImpactArguments),
    Simulate(SimulateArguments),
    Import(ImportArguments),
    Migrate(MigrateArguments),
    Serve(ServeArguments),
    Keys(KeysArguments),
    People(PeopleArguments),
    Verify(VerifyArguments),
    Audit(AuditArguments),
    Backup(BackupArguments),
    Restore(RestoreArguments),
    /// Print a JSON Schema that gives completion in editors
    Schema,
}

/// The files to read and the moment to compute for.
#[derive(Debug, Args)]
pub(crate) struct DataArguments {
    /// Leads: files or folders of CSV, NDJSON or Parquet (text also .gz, .zst), `-` for standard input
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) leads: Vec<PathBuf>,
    /// Events of those leads, likewise
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) events: Vec<PathBuf>,
    /// The moment to compute for, such as 2026-01-31 or 2026-01-31T09:00:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) as_of: Option<String>,
    /// The format of standard input, and of files whose name does not tell
    #[arg(long, value_name = "FORMAT")]
    pub(crate) input_format: Option<FormatName>,
}

/// A format by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatName {
    /// Comma-separated values
    Csv,
    /// One JSON object a line
    Ndjson,
    /// Apache Parquet
    Parquet,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Csv => Format::Csv,
            FormatName::Ndjson => Format::Ndjson,
            FormatName::Parquet => Format::Parquet,
        }
    }
}

/// How rows of scores are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RowOrderName {
    /// Highest score first, then by lead id
    Rank,
    /// As leads stand in their files, then those that have events alone, by lead id
    Input,
}

impl From<RowOrderName> for Order {
    fn from(name: RowOrderName) -> Self {
        match name {
            RowOrderName::Rank => Order::Rank,
            RowOrderName::Input => Order::Input,
        }
    }
}

/// Score leads by a definition
///
/// Without --output the best leads are shown with a summary. With it, every lead is written: highest score first, one row
/// each, with the columns lead_id, stage, score, fit, fit_unknown, engagement, grade, persona, disqualified_by, route and
/// respond_within_s. --columns takes some of them, and reasons and missing_for_next, which explain a score; --order input
/// keeps leads as they stand in their files, for joining them to other columns.
///
/// Exit code: 0 done, 2 bad input, 3 done but some rows were rejected, 74 a disk or pipe failed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bantam score acme.yaml --leads leads.csv --events events.csv
  bantam score acme.yaml --leads leads.parquet --events events/ --output scores.parquet
  bantam score acme.yaml --leads leads.csv --events events.csv -o hot.csv --columns lead_id,score
  gunzip -c leads.csv.gz | bantam score acme.yaml --leads - --input-format csv --output - --output-format ndjson")]
pub(crate) struct ScoreArguments {
    /// The definition
    pub(crate) definition: PathBuf,
    #[command(flatten)]
    pub(crate) data: DataArguments,
    /// Where to write all scores: .csv, .ndjson, .jsonl or .parquet, `-` for standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The format of the output, where its name does not tell
    #[arg(long, value_name = "FORMAT")]
    pub(crate) output_format: Option<FormatName>,
    /// Which columns to write, in this order [default: the eleven of a score]
    #[arg(long, value_name = "NAME,NAME", value_delimiter = ',', requires = "output", conflicts_with = "explain")]
    #[arg(value_parser = PossibleValuesParser::new(COLUMN_NAMES), hide_possible_values = true)]
    pub(crate) columns: Vec<String>,
    /// How to order the rows written
    #[arg(long, value_name = "ORDER", default_value = "rank", requires = "output", conflicts_with = "json")]
    pub(crate) order: RowOrderName,
    /// Add the columns `reasons` and `missing_for_next`
    #[arg(long)]
    pub(crate) explain: bool,
    /// Take values that cannot be read for an error
    #[arg(long)]
    pub(crate) strict: bool,
    /// Where to write rejected rows with their reasons, as CSV
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
    /// Print a summary as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Replace existing files
    #[arg(long)]
    pub(crate) force: bool,
    /// How many leads to show
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    pub(crate) top: usize,
    /// How many processor cores to use [default: all]
    #[arg(long, value_name = "COUNT")]
    pub(crate) threads: Option<usize>,
}

/// Find what is wrong with a definition, alone or beside real data
///
/// Errors stop scoring; warnings do not. With --leads or --events it also shows what each rule hits, which values tables
/// miss, and which events nobody listens to.
///
/// Exit code: 0 without errors, 2 with errors (with --deny-warnings also with warnings).
#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// The definition
    pub(crate) definition: PathBuf,
    #[command(flatten)]
    pub(crate) data: DataArguments,
    /// Print what was found as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Exit with 2 also where there are only warnings
    #[arg(long)]
    pub(crate) deny_warnings: bool,
}

/// Say where a lead's points come from, or what a diagnostic code means
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bantam explain acme.yaml L0000042 --leads leads.csv --events events.csv
  bantam explain B0101")]
pub(crate) struct ExplainArguments {
    /// The definition; or a code such as B0101
    #[arg(value_name = "DEFINITION|CODE")]
    pub(crate) subject: PathBuf,
    /// The lead's id
    pub(crate) lead: Option<String>,
    #[command(flatten)]
    pub(crate) data: DataArguments,
    /// Print the explanation as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Say in words what differs in meaning between two definitions
///
/// A change of layout, comments or quoting is no difference. Exit code 0 also where they differ.
#[derive(Debug, Args)]
pub(crate) struct DiffArguments {
    /// The old definition
    pub(crate) old: PathBuf,
    /// The new definition
    pub(crate) new: PathBuf,
    /// Print the changes as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Write a definition to start from
#[derive(Debug, Args)]
pub(crate) struct InitArguments {
    /// Which template; `bantam templates` lists them
    #[arg(long, value_name = "NAME", default_value = "mql-sal-sql")]
    pub(crate) template: String,
    /// Where to write it
    #[arg(default_value = "bantam.yaml")]
    pub(crate) file: PathBuf,
    /// Also write a few sample leads and events beside it, leads.csv and events.csv
    #[arg(long)]
    pub(crate) with_example: bool,
    /// Replace existing files
    #[arg(long)]
    pub(crate) force: bool,
}

/// List the templates `init` can start from
#[derive(Debug, Args)]
pub(crate) struct TemplatesArguments {
    /// Print the list as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Generate sample data of any size with a known truth
///
/// Writes leads, events, spend and truth. The same seed and settings give the same bytes.
#[derive(Debug, Args)]
pub(crate) struct SimulateArguments {
    /// The folder to write to; it is made where it does not exist
    pub(crate) folder: PathBuf,
    /// How many leads
    #[arg(long, default_value_t = 1_000)]
    pub(crate) leads: u64,
    /// Days of history
    #[arg(long, default_value_t = 180)]
    pub(crate) days: u32,
    /// The moment at which history ends
    #[arg(long, value_name = "TIME", default_value = "2026-01-01")]
    pub(crate) as_of: String,
    /// Another seed gives other data
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// The kind of company
    #[arg(long, value_enum, default_value_t = CompanyName::B2b)]
    pub(crate) company: CompanyName,
    /// The format of all files
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = FormatName::Csv)]
    pub(crate) format: FormatName,
    /// The order of events
    #[arg(long, value_enum, default_value_t = OrderName::Time)]
    pub(crate) order: OrderName,
    /// Leave out the planted drift of a lead source
    #[arg(long)]
    pub(crate) no_drift: bool,
    /// Leave out bots
    #[arg(long)]
    pub(crate) no_bots: bool,
    /// Add odd values: blanks, N/A, misspelt industries, numbers as words
    #[arg(long)]
    pub(crate) dirty: bool,
    /// Replace existing files
    #[arg(long)]
    pub(crate) force: bool,
}

/// A kind of sample company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CompanyName {
    /// Software for businesses
    B2b,
    /// An online shop
    Shop,
}

/// An order of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OrderName {
    /// By time
    Time,
    /// Each lead's together
    Lead,
}

/// Show the whole of it on generated sample data
///
/// Makes sample files and a definition, scores them, shows the ranking, explains the top lead and says what to try next.
#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// The folder to write to; it is made where it does not exist
    #[arg(default_value = "bantam-demo")]
    pub(crate) folder: PathBuf,
    /// How many leads
    #[arg(long, default_value_t = 2_000)]
    pub(crate) leads: u64,
    /// Another seed gives other data
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Start the service on the sample company, also where nobody looks at a terminal
    #[arg(long, conflicts_with = "no_serve")]
    pub(crate) serve: bool,
    /// End after the figures
    #[arg(long)]
    pub(crate) no_serve: bool,
    /// Where the service listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7070")]
    pub(crate) listen: std::net::SocketAddr,
}
