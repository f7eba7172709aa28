//! The arguments of commands that tell whether a definition is right: `report` and `impact`.

use super::DataArguments;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

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
    /// Show key metrics apart by source, campaign, persona, grade, route, owner, version, or an attribute of the definition
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub(crate) cut: Vec<String>,
    /// From when on which version of the definition decided, for `--cut version`: a time and what the version is called
    #[arg(long, value_name = "TIME=NAME", num_args = 1..)]
    pub(crate) decided: Vec<String>,
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
