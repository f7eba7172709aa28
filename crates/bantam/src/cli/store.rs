//! The arguments of commands that look after a store: `verify` and `audit`.

use clap::Args;
use std::path::PathBuf;

/// Check that a store is whole, and that everything in it follows from its log
///
/// Looks at every record: checksums, gaps in the sequence, message keys, who is who, decisions and the messages that tell of
/// them. With --replay the log is also taken once more, in the groups in which it was received, and leads, decisions,
/// hand-offs and messages are compared with what comes out. Leads that the erasure of a person has touched cannot be
/// compared; they are counted.
///
/// Nothing is written to the store. Beside a running service a copy is made first, in the folder for temporary files.
///
/// Exit code: 0 nothing is wrong, 1 something is, 2 bad input, 74 a disk failed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bantam verify --store leads.db
  bantam verify --store leads.db --replay --json")]
pub(crate) struct VerifyArguments {
    /// The store
    #[arg(long, value_name = "FILE", env = "BANTAM_STORE")]
    pub(crate) store: PathBuf,
    /// Take the log once more and compare
    #[arg(long)]
    pub(crate) replay: bool,
    /// Print what was found as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Derive every decision again, from what was known when it was made
///
/// Takes each decision on its own: the facts that had been received, the definition that was active then, the moment. Says
/// which is the first that does not follow, with what was recorded and what follows. Decisions about leads that the erasure
/// of a person has touched cannot be derived any more; they are counted.
///
/// Nothing is written to the store. Beside a running service a copy is made first, in the folder for temporary files.
///
/// Exit code: 0 every decision follows, 1 one does not, 2 bad input, 74 a disk failed.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  bantam audit --store leads.db")]
pub(crate) struct AuditArguments {
    /// The store
    #[arg(long, value_name = "FILE", env = "BANTAM_STORE")]
    pub(crate) store: PathBuf,
    /// Print what was found as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
