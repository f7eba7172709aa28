//! The commands with their arguments, as `--help` shows them.

use bantam_engine::input::Format;
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
    Serve(ServeArguments),
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

/// Score leads by a definition
///
/// Without --output the best leads are shown with a summary. With it, every lead is written: highest score first, one row
/// each, with the columns lead_id, stage, score, fit, fit_unknown, engagement, grade, persona, disqualified_by, route and
/// respond_within_s.
///
/// Exit code: 0 done, 2 bad input, 3 done but some rows were rejected, 74 a disk or pipe failed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bantam score acme.yaml --leads leads.csv --events events.csv
  bantam score acme.yaml --leads leads.parquet --events events/ --output scores.parquet
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

/// Tell whether a definition is right, and how leads fare under it
///
/// Walks every lead through time, hands it off when the definition first says so, and compares that with what sales
/// answered: key metrics, the waterfall, whether higher scores convert better, what other thresholds would catch, which
/// rules waste time of sales, which opportunities were missed, what won leads did, how fast answers come, and what has
/// changed.
///
/// Outcomes are the events that the definition's section `sales` names, such as opportunity_won. Where there are none, a
/// column of the leads may tell how each ended: --outcome Converted=1.
///
/// Every figure says of how many leads it is, and every rate has an interval that holds with 95 %.
///
/// Exit code: 0 done, 2 bad input, 3 done but some rows were rejected, 74 a disk or pipe failed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bantam report acme.yaml --leads leads.csv --events events.csv --spend spend.csv
  bantam report acme.yaml --leads leads.csv --events events.csv --from 2026-01-01 --to 2026-03-31 --cut source owner
  bantam report acme.yaml --leads leads.csv --events events.csv --cost-per-hand-off 150 --value-per-win 20000 --output report.html
  bantam report acme.yaml --leads leads.csv --outcome Converted=1")]
pub(crate) struct ReportArguments {
    /// The definition
    pub(crate) definition: PathBuf,
    #[command(flatten)]
    pub(crate) data: DataArguments,
    /// What marketing spent: files with the columns date and amount, and where known lead_source and campaign
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) spend: Vec<PathBuf>,
    /// The first day to report on [default: the first fact]
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<String>,
    /// The last day to report on; a time of day is the first moment no longer in it [default: --as-of]
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<String>,
    /// How to divide the time
    #[arg(long, value_enum, default_value_t = PeriodName::Month)]
    pub(crate) by: PeriodName,
    /// Show key metrics apart by source, campaign, persona, grade, route, owner, or an attribute of the definition
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub(crate) cut: Vec<String>,
    /// A column of the leads that tells how they ended, and what it says for won ones; anything else means lost
    #[arg(long, value_name = "COLUMN=VALUE")]
    pub(crate) outcome: Option<String>,
    /// Which column is what, where names do not tell: arrived, owner, source, campaign, amount or reason
    #[arg(long, value_name = "WHAT=COLUMN", num_args = 1..)]
    pub(crate) column: Vec<String>,
    /// What it costs sales to work one hand-off
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) cost_per_hand_off: Option<f64>,
    /// What one win is worth
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) value_per_win: Option<f64>,
    /// How many hand-offs sales can work in a week
    #[arg(long, value_name = "COUNT")]
    pub(crate) capacity: Option<f64>,
    /// The days whose leads the definition was made on, to compare the last quarter with [default: the quarter before]
    #[arg(long, value_name = "FROM..TO")]
    pub(crate) made_on: Option<String>,
    /// Where to write the report: .html, .md, .json, .csv or .txt, `-` for plain text on standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace existing files
    #[arg(long)]
    pub(crate) force: bool,
}

/// A part of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PeriodName {
    /// From Monday
    Week,
    /// By the calendar
    Month,
    /// By the calendar
    Quarter,
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

/// Tell what a changed definition would do to the leads there are
///
/// Applies both definitions to the same leads and events: who would stand elsewhere and by which rules, how many hand-offs
/// a week there would be and where they would go, and, where sales has answered, whether the new ones are better.
///
/// With --disagreement it is about two teams' answers to the question what a qualified lead is: where they differ, by
/// criterion and by lead.
///
/// A hand-off is judged by what was known at its moment. What would have become of leads that were never handed off is not
/// known, and not guessed.
///
/// Exit code: 0 done, 2 bad input, 3 done but some rows were rejected, 74 a disk or pipe failed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bantam impact acme.yaml draft.yaml --leads leads.csv --events events.csv
  bantam impact acme.yaml draft.yaml --leads leads.csv --events events.csv --from 2026-01-01 --output impact.html
  bantam impact marketing.yaml sales.yaml --disagreement --leads leads.csv --events events.csv")]
pub(crate) struct ImpactArguments {
    /// The definition in force
    pub(crate) old: PathBuf,
    /// The definition that is to take its place
    pub(crate) new: PathBuf,
    #[command(flatten)]
    pub(crate) data: DataArguments,
    /// The first day of hand-offs [default: the first fact]
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<String>,
    /// The last day of hand-offs; a time of day is the first moment no longer counted [default: --as-of]
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<String>,
    /// Lay the two beside each other as the answers of two teams, neither of which is the older
    #[arg(long)]
    pub(crate) disagreement: bool,
    /// A column of the leads that tells how they ended, and what it says for won ones; anything else means lost
    #[arg(long, value_name = "COLUMN=VALUE")]
    pub(crate) outcome: Option<String>,
    /// How many of the leads that move are named
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    pub(crate) top: usize,
    /// Where to write the impact: .html, .md, .json, .csv or .txt, `-` for plain text on standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace existing files
    #[arg(long)]
    pub(crate) force: bool,
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
    /// Web pages that may send facts, such as https://shop.example [default: all]
    #[arg(long, value_name = "ORIGIN", num_args = 1..)]
    pub(crate) origin: Vec<String>,
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
}
