//! `bantam backup`: a store into a file that can be restored.

use super::store::{Bar, check, file_beside, put_in_place, refuse_missing, store_failure, tell};
use crate::Done;
use crate::cli::BackupArguments;
use crate::failure::Failure;
use crate::sink::refuse_existing;
use crate::terminal::{self, counted};
use bantam_store::sqlite::{copy_snapshot, finish_copy};

pub(crate) fn run(arguments: &BackupArguments) -> Result<Done, Failure> {
    refuse_missing(&arguments.store)?;
    refuse_existing(&arguments.output, arguments.force)?;
    let bar = Bar::new();
    let copy = file_beside(&arguments.output)?;
    copy_snapshot(&arguments.store, copy.path(), &mut |done, all| bar.show("copying", done, all))
        .and_then(|()| finish_copy(copy.path()))
        .map_err(store_failure)?;
    let (found, looked_at) = check(copy.path(), &bar)?;
    bar.finish();
    if !found.is_empty() {
        tell(&found);
        terminal::say("the store is damaged, so no backup was written; an older one may be whole");
        return Ok(Done::FoundDifferences);
    }
    put_in_place(copy, &arguments.output)?;
    let (facts, leads) = (counted(looked_at.facts, "fact"), counted(looked_at.leads, "lead"));
    terminal::say(&format!("wrote {} with {facts} and {leads}", arguments.output.display()));
    Ok(Done::Well)
}
