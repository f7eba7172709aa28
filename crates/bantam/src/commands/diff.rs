//! `bantam diff`: what differs in meaning between two definitions, in words.

use crate::cli::DiffArguments;
use crate::failure::Failure;
use crate::{Done, definitions, terminal};
use bantam_lang::diff::{diff, render_diff};
use serde_json::{Value, json};

pub(crate) fn run(arguments: &DiffArguments) -> Result<Done, Failure> {
    let (old, new) = (definitions::read_usable(&arguments.old)?, definitions::read_usable(&arguments.new)?);
    let changes = diff(&old, &new);
    if arguments.json {
        let list: Vec<Value> = changes
            .iter()
            .map(|change| {
                json!({"section": change.section, "subject": change.subject, "change": change.words, "affects_scores": change.affects_scores})
            })
            .collect();
        let all = json!({"old": old.fingerprint().to_string(), "new": new.fingerprint().to_string(), "changes": list});
        terminal::print(&format!("{all:#}\n"))?;
    } else if changes.is_empty() {
        terminal::say("the two definitions mean the same");
    } else {
        terminal::print(&render_diff(&changes))?;
    }
    Ok(Done::Well)
}
