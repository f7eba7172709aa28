//! `bantam audit`: whether every decision follows from what was known when it was made.

use super::store::{Bar, Snapshot, core_failure};
use crate::cli::AuditArguments;
use crate::failure::Failure;
use crate::terminal::{self, counted, printable};
use crate::{Done, clock};
use bantam_core::CoreError;
use bantam_server::verify::{Audit, Erased, audit};
use serde_json::json;

pub(crate) fn run(arguments: &AuditArguments) -> Result<Done, Failure> {
    let bar = Bar::new();
    let mut snapshot = Snapshot::of(&arguments.store, &bar)?;
    let show = &mut |doing, done, all| bar.show(doing, done, all);
    let audited = snapshot.reader.inspect(|source| {
        let erased = Erased::of(source, &mut *show)?;
        audit(source, &erased, show)
    });
    bar.finish();
    let audit = audited.map_err(|error: CoreError| core_failure(error).help("`bantam verify` says what is damaged"))?;
    let text = match arguments.json {
        true => format!("{:#}\n", as_json(&audit)),
        false => as_text(&audit),
    };
    terminal::print(&text)?;
    Ok(if audit.differing == 0 { Done::Well } else { Done::FoundDifferences })
}

fn as_json(audit: &Audit) -> serde_json::Value {
    json!({
        "confirmed": audit.confirmed,
        "differing": audit.differing,
        "left_out": audit.left_out,
        "first": audit.first.as_ref().map(|first| json!({
            "decision": first.decision,
            "lead": first.lead,
            "as_of": clock::show(first.as_of),
            "recorded": first.recorded,
            "follows": first.follows,
        })),
    })
}

fn as_text(audit: &Audit) -> String {
    let mut text = format!("following from the log: {}\n", counted(audit.confirmed, "decision"));
    if audit.left_out > 0 {
        let left_out = counted(audit.left_out, "decision");
        text += &format!("not to be derived any more, as people were erased: {left_out}\n");
    }
    if let Some(first) = &audit.first {
        let (lead, moment) = (printable(&first.lead), clock::show(first.as_of));
        text += &format!(
            "not following: {}; the first is decision {} about `{lead}` at {moment}\n  recorded: {}\n  follows:  {}\n",
            counted(audit.differing, "decision"),
            first.decision,
            printable(&first.recorded.to_string()),
            printable(&first.follows.to_string()),
        );
    }
    text
}
