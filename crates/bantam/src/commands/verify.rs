//! `bantam verify`: what is wrong with a store.

use super::store::{Bar, Snapshot, core_failure};
use crate::cli::VerifyArguments;
use crate::failure::Failure;
use crate::terminal::{self, counted};
use crate::{Done, clock};
use bantam_core::CoreError;
use bantam_server::verify::{Verification, verify};
use serde_json::json;

pub(crate) fn run(arguments: &VerifyArguments) -> Result<Done, Failure> {
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
