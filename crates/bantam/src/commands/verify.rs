//! `bantam verify`: what is wrong with a store, and with `--repair` what is built again.

use super::store::{Bar, Snapshot, core_failure, refuse_missing, store_failure};
use crate::cli::VerifyArguments;
use crate::failure::Failure;
use crate::terminal::{self, counted};
use crate::{Done, clock};
use bantam_core::CoreError;
use bantam_server::verify::{Repair, Verification, repair, verify};
use bantam_store::sqlite::SqliteStore;
use serde_json::json;
use std::collections::BTreeMap;
use tempfile::TempDir;

pub(crate) fn run(arguments: &VerifyArguments) -> Result<Done, Failure> {
    if arguments.repair {
        return mend(arguments);
    }
    let bar = Bar::new();
    let mut snapshot = Snapshot::of(&arguments.store, &bar)?;
    let scratch = arguments.replay.then(|| snapshot.scratch());
    let show = &mut |doing, done, all| bar.show(doing, done, all);
    let verified = snapshot.reader.inspect(|source| verify(source, scratch.as_deref(), show));
    bar.finish();
    let verification = match verified {
        Ok(verification) => verification,
        // A page that cannot be read ends the search, but it is what was searched for.
        Err(CoreError::Store(error)) if error.is_damage() => {
            let mut verification = Verification::default();
            verification.findings.lines.push(error.to_string());
            verification
        }
        Err(error) => return Err(core_failure(error)),
    };
    let text = match arguments.json {
        true => format!("{:#}\n", as_json(&verification)),
        false => as_text(&verification, arguments.replay),
    };
    terminal::print(&text)?;
    Ok(if verification.findings.is_empty() { Done::Well } else { Done::FoundDifferences })
}

/// Verifies, and builds again what does not follow.
fn mend(arguments: &VerifyArguments) -> Result<Done, Failure> {
    refuse_missing(&arguments.store)?;
    let bar = Bar::new();
    let folder = TempDir::new().map_err(|error| Failure::file(&std::env::temp_dir(), "write to", &error))?;
    let holder = format!("bantam verify --repair, process {}", std::process::id());
    let mut store = SqliteStore::open(&arguments.store, &holder).map_err(store_failure)?;
    let show = &mut |doing, done, all| bar.show(doing, done, all);
    let repaired = store.mend(|source| repair(source, folder.path(), show)).map_err(core_failure)?;
    store.checkpoint().map_err(store_failure)?;
    bar.finish();
    let text = match arguments.json {
        true => {
            let repair = json!({
                "found": repaired.before.lines,
                "more_found": repaired.before.more,
                "changed": repaired.changed.iter().copied().collect::<BTreeMap<_, _>>(),
                "refused": repaired.refused,
            });
            let mut told = as_json(&repaired.after);
            if let Some(fields) = told.as_object_mut() {
                fields.insert("repair".to_owned(), repair);
            }
            format!("{told:#}\n")
        }
        false => repair_as_text(&repaired),
    };
    terminal::print(&text)?;
    Ok(if repaired.after.findings.is_empty() { Done::Well } else { Done::FoundDifferences })
}

fn repair_as_text(repaired: &Repair) -> String {
    let mut text = String::new();
    if !repaired.changed.is_empty() {
        for line in &repaired.before.lines {
            text += &format!("{}\n", terminal::printable(line));
        }
        if repaired.before.more > 0 {
            text += &format!("and {} more\n", terminal::count(repaired.before.more));
        }
        text += "built again from the log:\n";
        for (what, count) in &repaired.changed {
            text += &format!("  {what}: {}\n", terminal::count(*count));
        }
    }
    text += &as_text(&repaired.after, true);
    if let Some(refused) = repaired.refused {
        text += &format!("nothing was changed: {refused}\n");
    } else if repaired.changed.is_empty() && repaired.after.findings.is_empty() {
        text += "nothing had to be built again\n";
    }
    text
}

fn as_json(verification: &Verification) -> serde_json::Value {
    let Verification { findings, counted, comparison } = verification;
    json!({
        "verified_at": clock::show(clock::now()),
        "findings": findings.lines,
        "more_findings": findings.more,
        "facts": counted.facts,
        "erased_facts": counted.erased,
        "leads": counted.leads,
        "decisions": counted.decisions,
        "hand_offs": counted.hand_offs,
        "messages": counted.messages,
        "audit_entries": counted.audit_entries,
        "replay": comparison.as_ref().map(|comparison| json!({
            "leads_compared": comparison.leads,
            "leads_left_out": comparison.left_out,
        })),
    })
}

fn as_text(verification: &Verification, replay: bool) -> String {
    let Verification { findings, counted: looked_at, comparison } = verification;
    let mut text = String::new();
    for line in &findings.lines {
        text += &format!("{}\n", terminal::printable(line));
    }
    if findings.more > 0 {
        text += &format!("and {} more\n", terminal::count(findings.more));
    }
    text += &format!(
        "{}, {}, {}, {}, {} and {} looked at\n",
        counted(looked_at.facts, "fact"),
        counted(looked_at.leads, "lead"),
        counted(looked_at.decisions, "decision"),
        counted(looked_at.hand_offs, "hand-off"),
        counted(looked_at.messages, "message"),
        if looked_at.audit_entries == 1 {
            "1 audit entry".to_owned()
        } else {
            format!("{} audit entries", terminal::count(looked_at.audit_entries))
        },
    );
    match comparison {
        Some(comparison) => {
            text += &format!("{} compared with the log taken once more", counted(comparison.leads, "lead"));
            if comparison.left_out > 0 {
                text += &format!("; {} left out, as people were erased", counted(comparison.left_out, "lead"));
            }
            text.push('\n');
        }
        None if replay => text += "the log was not compared with what follows from it, as it is damaged\n",
        None => {}
    }
    text += if findings.is_empty() { "nothing is wrong\n" } else { "something is wrong\n" };
    text
}
