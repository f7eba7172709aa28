//! The arguments of commands that look after a store: `verify`, `audit`, `backup` and `restore`.

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
/// With --repair, what does not follow from the log is built again from it, all of it or nothing. Facts are never changed; where
/// they are damaged themselves, restore a backup. Stop the service first.
///
/// Exit code: 0 nothing is wrong, or not any more, 1 something is, 2 bad input, 74 a disk failed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bantam verify --store leads.db
  bantam verify --store leads.db --repair
  bantam verify --store leads.db --replay --json")]
pub(crate) struct VerifyArguments {
    /// The store
    #[arg(long, value_name = "FILE", env = "BANTAM_STORE")]
    pub(crate) store: PathBuf,
    /// Take the log once more and compare
    #[arg(long)]
    pub(crate) replay: bool,
    /// Build again what does not follow from the log; includes --replay
    #[arg(long)]
    pub(crate) repair: bool,
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

/// Copy a store while the service runs
///
/// The copy is of one moment. It is checked, record by record, before it stands at its place; readable by its owner alone,
/// and one file.
///
/// Exit code: 0 done, 1 the store is damaged, so nothing was written, 2 bad input, 74 a disk failed.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  bantam backup --store leads.db --output leads-2026-01-31.db")]
pub(crate) struct BackupArguments {
    /// The store
    #[arg(long, value_name = "FILE", env = "BANTAM_STORE")]
    pub(crate) store: PathBuf,
    /// Where to put the copy
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Replace an existing file
    #[arg(long)]
    pub(crate) force: bool,
}

/// Put a backup in the place of a store
///
/// The service must have been stopped. The backup is checked first, and people who were erased after it was made are erased
/// in it: those whom the store that is there, or the file beside it that ends in `.erased`, says were erased. Only then does
/// it take its place.
///
/// Exit code: 0 done, 1 the backup is damaged, so nothing was changed, 2 bad input or the store is in use, 74 a disk failed.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  bantam restore leads-2026-01-31.db --store leads.db --force")]
pub(crate) struct RestoreArguments {
    /// The backup
    pub(crate) backup: PathBuf,
    /// The store
    #[arg(long, value_name = "FILE", env = "BANTAM_STORE")]
    pub(crate) store: PathBuf,
    /// Replace an existing store
    #[arg(long)]
    pub(crate) force: bool,
}
