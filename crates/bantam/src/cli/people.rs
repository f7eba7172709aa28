//! The arguments of `bantam people`.

use bantam_store::Location;
use clap::{Args, Subcommand, ValueEnum};

/// List, invite and disable people, and let somebody in who is locked out
///
/// The way in when nobody can sign in: whoever may read the store may do all of this. A store in a file has to be nobody's
/// meanwhile, so stop `bantam serve`; a PostgreSQL database may be in use.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bantam people list --store leads.db
  bantam people invite ann@acme.example --role admin --role marketing --store leads.db
  bantam people reset ann@acme.example --second-factor --store leads.db
  bantam people disable ben@acme.example --store leads.db")]
pub(crate) struct PeopleArguments {
    #[command(subcommand)]
    pub(crate) command: PeopleCommand,
}

/// What to do about people. The commands' help stands at their arguments.
#[derive(Debug, Subcommand)]
pub(crate) enum PeopleCommand {
    List(ListPeopleArguments),
    Invite(InviteArguments),
    Reset(ResetArguments),
    Disable(DisableArguments),
}

/// List everybody, with roles and whether they may sign in
///
/// Also beside a running service.
///
/// Exit code: 0 done, 2 bad input, 74 a disk failed.
#[derive(Debug, Args)]
pub(crate) struct ListPeopleArguments {
    #[command(flatten)]
    pub(crate) keeper: PeopleStore,
}

/// Invite somebody: prints the path of a link that lets them in once, for a day
///
/// Open it below the address of the service.
///
/// Exit code: 0 done, 2 bad input or the store is in use, 74 a disk failed.
#[derive(Debug, Args)]
pub(crate) struct InviteArguments {
    /// Their address of mail
    pub(crate) email: String,
    /// What they may do; several can be given
    #[arg(long, value_name = "ROLE", required = true)]
    pub(crate) role: Vec<RoleName>,
    #[command(flatten)]
    pub(crate) keeper: PeopleStore,
}

/// Print the path of a link with which somebody chooses another password
///
/// For somebody who has not accepted the invitation yet it is a new invitation.
///
/// Exit code: 0 done, 2 bad input or the store is in use, 74 a disk failed.
#[derive(Debug, Args)]
pub(crate) struct ResetArguments {
    /// Their address of mail
    pub(crate) email: String,
    /// Remove the second factor, too: the phone is lost, and so are the recovery codes
    #[arg(long)]
    pub(crate) second_factor: bool,
    #[command(flatten)]
    pub(crate) keeper: PeopleStore,
}

/// Let somebody sign in no more: all their sessions end
///
/// The only admin who can sign in stays.
///
/// Exit code: 0 done, 2 bad input or the store is in use, 74 a disk failed.
#[derive(Debug, Args)]
pub(crate) struct DisableArguments {
    /// Their address of mail
    pub(crate) email: String,
    #[command(flatten)]
    pub(crate) keeper: PeopleStore,
}

/// Where people are kept.
#[derive(Debug, Args)]
pub(crate) struct PeopleStore {
    /// The store: a file, or `postgres://USER:PASSWORD@HOST/DATABASE`
    #[arg(long, value_name = "FILE|URL", env = "BANTAM_STORE", hide_env_values = true)]
    pub(crate) store: Location,
}

/// A role, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleName {
    /// Read
    Viewer,
    /// Edit definitions and sign them for marketing
    Marketing,
    /// Work hand-offs and sign definitions for sales
    Sales,
    /// Look after people, keys, webhooks and connectors, and erase leads
    Admin,
}

impl From<RoleName> for bantam_server::people::Role {
    fn from(name: RoleName) -> Self {
        use bantam_server::people::Role;
        match name {
            RoleName::Viewer => Role::Viewer,
            RoleName::Marketing => Role::Marketing,
            RoleName::Sales => Role::Sales,
            RoleName::Admin => Role::Admin,
        }
    }
}
