//! Puts the lines of a file in the order of their leads, where they go into a store of this machine.
//!
//! Facts that lie together by lead are written, and read again, at one place of the store and not all over it: a year of
//! history in order of time takes many times as long. Within a lead the order of the file stays. What does not fit into
//! memory waits in files without a name, beside the store.

use crate::failure::Failure;
use bantam_server::table::{Line, numbered_twin};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Leads are divided among so many parts by their digests; one part is sorted in memory.
const PARTS: usize = 256;
/// A part's lines are carried to its file when they take this much, so all parts take 64 MiB at most.
const PART_BYTES: usize = 256 << 10;
/// What stands before a line: its lead, what its id was made of, the number of its row, its length.
const HEAD_BYTES: usize = 6 + 16 + 8 + 4;

/// Lines on their way.
pub(super) struct ByLead {
    parts: Vec<Part>,
    folder: PathBuf,
    lines: u64,
}

#[derive(Default)]
struct Part {
    /// What came after the file was written last.
    rest: Vec<u8>,
    file: Option<File>,
}

/// A line with the number of its row.
pub(super) type Numbered = (u64, Vec<u8>);

impl ByLead {
    /// Returns an empty one that keeps its files beside a store.
    pub(super) fn beside(store: &Path) -> ByLead {
        let folder = store.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let parts = (0..PARTS).map(|_| Part::default()).collect();
        ByLead { parts, folder: folder.to_owned(), lines: 0 }
    }

    /// Returns how many lines there are.
    pub(super) fn len(&self) -> u64 {
        self.lines
    }

    /// Adds the line of a row.
    pub(super) fn add(&mut self, row: u64, line: &Line) -> Result<(), Failure> {
        let ByLead { parts, folder, lines } = self;
        let [first, ..] = line.lead;
        let Some(part) = parts.get_mut(usize::from(first)) else { return Ok(()) };
        *lines += 1;
        part.rest.extend_from_slice(&line.lead);
        part.rest.extend_from_slice(&line.content);
        part.rest.extend_from_slice(&row.to_le_bytes());
        // A row has 32 MiB at most.
        part.rest.extend_from_slice(&(line.text.len() as u32).to_le_bytes());
        part.rest.extend_from_slice(&line.text);
        if part.rest.len() >= PART_BYTES {
            part.carry(folder).map_err(|error| waiting(folder, &error))?;
        }
        Ok(())
    }

    /// Hands over all lines, lead by lead, each with the number of its row.
    pub(super) fn drain(self, mut take: impl FnMut(Numbered) -> Result<(), Failure>) -> Result<(), Failure> {
        for part in self.parts {
            let bytes = part.read().map_err(|error| waiting(&self.folder, &error))?;
            sorted(&bytes).into_iter().try_for_each(&mut take)?;
        }
        Ok(())
    }
}

fn waiting(folder: &Path, error: &io::Error) -> Failure {
    Failure::device(format!("rows cannot wait in {}: {error}", folder.display()))
        .help("a long import needs about as much room beside the store as its files have unpacked")
}

impl Part {
    fn carry(&mut self, folder: &Path) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            empty => empty.insert(tempfile::tempfile_in(folder)?),
        };
        file.write_all(&self.rest)?;
        self.rest.clear();
        Ok(())
    }

    /// Returns everything that was added.
    fn read(self) -> io::Result<Vec<u8>> {
        let Some(mut file) = self.file else { return Ok(self.rest) };
        file.seek(SeekFrom::Start(0))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        bytes.extend_from_slice(&self.rest);
        Ok(bytes)
    }
}

/// A line as it lies in its part.
struct Entry<'b> {
    lead: &'b [u8; 6],
    content: &'b [u8; 16],
    row: u64,
    text: &'b [u8],
}

/// Returns the next entry, and what follows it.
fn entry(bytes: &[u8]) -> Option<(Entry<'_>, &[u8])> {
    let (head, rest) = bytes.split_at_checked(HEAD_BYTES)?;
    let (lead, head) = head.split_first_chunk()?;
    let (content, head) = head.split_first_chunk()?;
    let (row, length) = head.split_first_chunk()?;
    let (text, rest) = rest.split_at_checked(u32::from_le_bytes(*length.first_chunk()?) as usize)?;
    Some((Entry { lead, content, row: u64::from_le_bytes(*row), text }, rest))
}

/// Returns the lines of a part in the order of their leads; rows that say the same get ids of their own.
fn sorted(mut bytes: &[u8]) -> Vec<Numbered> {
    let mut entries = Vec::new();
    while let Some((entry, rest)) = entry(bytes) {
        entries.push(entry);
        bytes = rest;
    }
    entries.sort_by_key(|entry| entry.lead);
    let mut twins: HashMap<&[u8; 16], u32> = HashMap::new();
    let (mut lines, mut last) = (Vec::with_capacity(entries.len()), None);
    for Entry { lead, content, row, text } in entries {
        if last.replace(lead) != Some(lead) {
            twins.clear();
        }
        // A row with an id of its own has no twins: the same id once more is a repeat.
        let count = if *content == [0; 16] {
            &mut 1
        } else {
            twins.entry(content).and_modify(|count| *count += 1).or_insert(1)
        };
        lines.push((row, if *count > 1 { numbered_twin(text, *count) } else { text.to_vec() }));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(lead: u8, content: u8, text: &str) -> Line {
        Line { text: text.as_bytes().to_vec(), lead: [lead; 6], content: [content; 16] }
    }

    fn drained(lines: ByLead) -> Vec<(u64, String)> {
        let mut all = Vec::new();
        let taken = lines.drain(|(row, text)| {
            all.push((row, String::from_utf8(text).unwrap()));
            Ok(())
        });
        assert!(taken.is_ok());
        all
    }

    #[test]
    fn leads_stand_together_in_the_order_of_their_rows_and_twins_get_ids_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let mut lines = ByLead::beside(&folder.path().join("leads.db"));
        let twin = r#"{"messageId":"import-a"}"#;
        for (row, line) in [
            (1, line(9, 1, twin)),
            (2, line(3, 0, r#"{"messageId":"own"}"#)),
            (3, line(9, 2, r#"{"messageId":"import-b"}"#)),
            (4, line(3, 0, r#"{"messageId":"own"}"#)),
            (5, line(9, 1, twin)),
        ] {
            assert!(lines.add(row, &line).is_ok());
        }
        assert_eq!(lines.len(), 5);
        let own = r#"{"messageId":"own"}"#.to_owned();
        let others = [
            (1, twin.to_owned()),
            (3, r#"{"messageId":"import-b"}"#.into()),
            (5, r#"{"messageId":"import-a-2"}"#.into()),
        ];
        assert_eq!(drained(lines), [vec![(2, own.clone()), (4, own)], others.to_vec()].concat());
    }

    #[test]
    fn lines_that_wait_on_the_disk_come_back_whole_and_leave_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut lines = ByLead::beside(&folder.path().join("leads.db"));
        let long = "x".repeat(1000);
        for row in 0..1000 {
            assert!(lines.add(row, &line((row % 2) as u8, 0, &format!("{row} {long}"))).is_ok());
        }
        let rows: Vec<u64> = drained(lines)
            .into_iter()
            .map(|(row, text)| {
                assert_eq!(text, format!("{row} {long}"));
                row
            })
            .collect();
        let (even, odd): (Vec<u64>, Vec<u64>) = (0..1000).partition(|row| row % 2 == 0);
        assert_eq!(rows, [even, odd].concat());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
