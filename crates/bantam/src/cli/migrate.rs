//! The arguments of `bantam migrate`.

use bantam_store::Location;
use clap::Args;

/// Bring a store up to date for this version of the program
///
/// A store in a file is made by `serve`, and needs this where an earlier version wrote it: stop the service first. The file as
/// it was stays beside it, as FILE.format-N. Of a PostgreSQL store the tables are made, or brought up to date; that is to be
/// run by the role that will own them, before the service is started for the first time too. Each step is one transaction,
/// checked before it is marked as done. What is up to date is left as it is.
///
/// Exit code: 0 the store is up to date, 2 bad input or a newer store, 74 the disk or database failed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bantam migrate leads.db
  bantam migrate postgres://keeper:SECRET@db.example/leads --service-role bantam
  bantam serve --store postgres://bantam:SECRET@db.example/leads")]
pub(crate) struct MigrateArguments {
    /// The store: a file, or `postgres://USER:PASSWORD@HOST/DATABASE`
    #[arg(value_name = "FILE|URL", env = "BANTAM_OWNER_STORE", hide_env_values = true)]
    pub(crate) store: Location,
    /// The role by which the service comes to PostgreSQL: it may read and write rows from then on, and nothing else
    #[arg(long, value_name = "ROLE")]
    pub(crate) service_role: Option<String>,
}
