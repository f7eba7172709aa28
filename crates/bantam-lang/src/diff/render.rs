//! Prints changes for people, a heading for each section.

use super::{Change, ChangeKind};

/// Prints changes by section: `+` added, `-` removed, `~` changed, `>` moved. What moves no lead says so.
///
/// The result reads the same without colour, and is empty where nothing changed.
pub fn render_diff(changes: &[Change]) -> String {
    let mut out = String::new();
    for group in changes.chunk_by(|one, other| one.section == other.section) {
        if !out.is_empty() {
            out.push('\n');
        }
        out.extend(group.first().map(|change| format!("{}\n", change.section)));
        for change in group {
            out.push_str(&line(change));
        }
    }
    out
}

fn line(change: &Change) -> String {
    let sign = match change.kind {
        ChangeKind::Added => '+',
        ChangeKind::Removed => '-',
        ChangeKind::Changed => '~',
        ChangeKind::Moved => '>',
    };
    let note = if change.affects_scores { "" } else { " [moves no lead]" };
    // A name may hold a line's end; a change stays on its line.
    format!("  {sign} {}{note}\n", change.words.replace(['\n', '\r'], " "))
}
