//! The arguments of `bantam migrate`.

use bantam_store::postgres::PostgresUrl;
use clap::Args;

/// Make the tables of a PostgreSQL store, or bring them up to date
///
/// To be run by the role that will own the tables, before the service is started, and again with each new version of the
/// program. Each step is one transaction. What is up to date is left as it is. A store in a file needs none of this.
///
/// Exit code: 0 the tables are up to date, 2 bad input or a newer store, 74 the database failed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bantam migrate postgres://keeper:SECRET@db.example/leads --service-role bantam
  bantam serve --store postgres://bantam:SECRET@db.example/leads")]
pub(crate) struct MigrateArguments {
    /// The database, `postgres://USER:PASSWORD@HOST/DATABASE`
    #[arg(value_name = "URL", env = "BANTAM_OWNER_STORE", hide_env_values = true)]
    pub(crate) url: PostgresUrl,
    /// The role by which the service comes: it may read and write rows from then on, and nothing else
    #[arg(long, value_name = "ROLE")]
    pub(crate) service_role: Option<String>,
}
