//! `bantam backup`: a store into a file that can be restored.

use super::store::{checked_copy, put_in_place, refuse_missing, tell};
use crate::Done;
use crate::cli::BackupArguments;
use crate::failure::Failure;
use crate::sink::refuse_existing;
use crate::terminal::{self, counted};

pub(crate) fn run(arguments: &BackupArguments) -> Result<Done, Failure> {
    refuse_missing(&arguments.store)?;
    refuse_existing(&arguments.output, arguments.force)?;
    let (copy, looked_at) = match checked_copy(&arguments.store, &arguments.output)? {
        Ok(copied) => copied,
        Err(found) => {
            tell(&found);
            terminal::say("the store is damaged, so no backup was written; an older one may be whole");
            return Ok(Done::FoundDifferences);
        }
    };
    put_in_place(copy, &arguments.output)?;
    let (facts, leads) = (counted(looked_at.facts, "fact"), counted(looked_at.leads, "lead"));
    terminal::say(&format!("wrote {} with {facts} and {leads}", arguments.output.display()));
    Ok(Done::Well)
}
