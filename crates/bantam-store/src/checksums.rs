//! Checksums of records, the same in every database: CRC-32 over a record's number and its parts, each with its length.

use crate::records::{LeadRow, Seq, SubjectId};

/// Returns the checksum of a record with a number and parts.
pub(crate) fn checksum(id: i64, parts: &[&[u8]]) -> i64 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&id.to_le_bytes());
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    i64::from(hasher.finalize())
}

pub(crate) fn fact_sum(
    seq: Seq,
    subject: Option<SubjectId>,
    received_at: i64,
    happened_at: i64,
    digest: &[u8],
    body: &[u8],
) -> i64 {
    let [subject, received_at, happened_at] =
        [subject.unwrap_or(0), received_at, happened_at].map(|number| number.to_le_bytes());
    checksum(seq, &[&subject, &received_at, &happened_at, digest, body])
}

/// The moment it is due is left out: all leads may be given another at once.
pub(crate) fn lead_sum(lead: &LeadRow) -> i64 {
    let numbers = [lead.score, lead.fit, lead.engagement, lead.changed_at].map(i64::to_le_bytes).concat();
    let [stage, grade, route] = [&lead.stage, &lead.grade, &lead.route].map(|text| text.as_deref().unwrap_or("\0"));
    let texts = [stage.as_bytes(), grade.as_bytes(), route.as_bytes()];
    checksum(lead.id, &[&numbers, texts[0], texts[1], texts[2], &lead.state])
}
