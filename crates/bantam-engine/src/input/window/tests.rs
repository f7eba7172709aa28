//! How a stream is cut changes nothing: small blocks give what one block of everything gives.

use super::super::{Format, Input, RowKind, csv, ndjson};
use super::RECORD_BYTES_MAX;
use bantam_lang::meaning::{Attribute, Meaning, Type};
use proptest::prelude::*;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

pub(in super::super) fn meaning() -> Meaning {
    let attribute = |(name, kind): (&str, Type)| Attribute {
        name: name.into(),
        kind,
        column: name.into(),
        missing: vec![],
        default: None,
    };
    let columns = [("title", Type::Text), ("price", Type::Number), ("a.b", Type::Boolean), ("created", Type::Time)];
    let mut meaning = Meaning { missing: vec!["-".into()], ..Meaning::default() };
    meaning.lead.attributes = columns.map(attribute).into();
    meaning.event.properties = columns.map(attribute).into();
    meaning
}

/// Reads a file in blocks and shows everything there is to know of it; also how many bytes were told as progress.
fn shown(kind: RowKind, format: Format, bytes: &[u8], block_bytes: usize) -> (String, u64) {
    let (mut rejected, told) = (Vec::new(), AtomicU64::new(0));
    let mut input = Input::new(&meaning(), |row| rejected.push(row));
    let progress = |more| {
        told.fetch_add(more, Ordering::Relaxed);
    };
    let read = input.read(kind, "file", &progress, |rows, file, settle| match format {
        Format::Csv => csv::read_in_blocks(rows, file, bytes, block_bytes, settle),
        _ => ndjson::read_in_blocks(rows, file, bytes, block_bytes, settle),
    });
    let mut text = match read.and_then(|()| input.finish(1_800_000_000_000_000)) {
        Ok(data) => {
            let timelines: Vec<_> = data.timelines().collect();
            format!("{timelines:#?}\n{:?}\n{:#?}\n", data.events.lead, data.report)
        }
        Err(error) => format!("{error}\n"),
    };
    for row in rejected {
        let raw = if row.raw.len() < 100 { row.raw } else { format!("{} bytes", row.raw.len()) };
        writeln!(text, "{:?} {}: {raw:?}", row.place, row.reason).unwrap();
    }
    (text, told.into_inner())
}

pub(in super::super) fn check(kind: RowKind, format: Format, bytes: &[u8], block_bytes: usize) {
    let (whole, told) = shown(kind, format, bytes, RECORD_BYTES_MAX);
    let (cut, told_by_block) = shown(kind, format, bytes, block_bytes);
    assert!(
        whole == cut,
        "in blocks of {block_bytes}: {:?}\n{}",
        String::from_utf8_lossy(bytes),
        difference(&whole, &cut)
    );
    assert!(told == told_by_block, "{told} bytes, in blocks {told_by_block}");
}

fn difference(whole: &str, cut: &str) -> String {
    let lines = whole.lines().zip(cut.lines()).filter(|(whole, cut)| whole != cut);
    lines.take(10).map(|(whole, cut)| format!("whole: {whole}\ncut:   {cut}\n")).collect()
}

const HEADER: &str = "lead_id,event,timestamp,title,price,properties,created,other\n";

#[test]
fn wrong_records_are_wrong_alone_wherever_blocks_end() {
    let bodies = [
        "1,v,2026-06-01,ok\n2,v,2026-06-01,a\"b\n\n3,v,2026-06-01,\"a\"b\n4,v,2026-06-01,x,y,,,,,\n,none\n8,cr\rin\r\n9,\"two\nlines\"\n",
        "1,v,2026-06-01\n2,\"open\n3,ok\n4,\"fine\"\"\"\n5,v,2026-06-01,ok",
        "1,v,2026-06-01\n2,\"open\n3,v,2026-06-01\n4,v,2026-06-01\n",
        "1,v,2026-06-01\n2,a\rb,\"x\ny\"\n3,v,2026-06-01\r\n \r\r\n\t\n4,v,2026-06-01,\"\"\"\r\n\"\"\"\r\n5,v,2026-06-01,\"x\"\r",
        "\r\n\r\n1,v,2026-06-01,é,many\n1,v,2026-06-01,-,\"1,5\",\"{\"\"x\"\":1,\n\"\"title\"\":2}\"\n  ",
    ];
    for body in bodies {
        for block_bytes in 1..body.len() + HEADER.len() {
            for header in [HEADER, &format!("\u{feff}\n\r\n{}", HEADER.replace('\n', "\r\n"))] {
                check(RowKind::Event, Format::Csv, format!("{header}{body}").as_bytes(), block_bytes);
            }
        }
    }
}

#[test]
fn headers_are_found_across_blocks() {
    for header in
        ["", "\n\n \n", "lead_id,\"two\nlines\"\n1,2\n", "lead_id,lead_id\n", "\"open\nlead_id\n", "\u{feff}lead_id"]
    {
        for block_bytes in 1..20 {
            check(RowKind::Lead, Format::Csv, header.as_bytes(), block_bytes);
        }
    }
}

#[test]
fn cli_01_records_too_long_are_rejected_wherever_blocks_end() {
    let long = "x".repeat(RECORD_BYTES_MAX);
    let lines = format!("5,v,2026-06-01,{}\n", "y".repeat(10_000)).repeat(RECORD_BYTES_MAX / 10_000);
    let good = "1,v,2026-06-01\n";
    let bodies = [
        format!("{good}2,{long}\n{good}"),
        format!("{good}2,{long}"),
        format!("{good}2,\"a\nb\"{long}\n{good}"),
        format!("{good}2,\"a\nb{long}\n{good}"),
        format!("{good}2,{}\n{good}", long.split_at(3).1),
        format!("{good}2,{}\n{good}", long.split_at(2).1),
        format!("{good}2,\"{}\n{good}", long.split_at(9).1),
        format!("{good}2,\"open\n{lines}"),
    ];
    for (number, body) in bodies.iter().enumerate() {
        let csv = format!("{HEADER}{body}");
        let (default, small) = (
            shown(RowKind::Event, Format::Csv, csv.as_bytes(), 1 << 20),
            shown(RowKind::Event, Format::Csv, csv.as_bytes(), 4_099),
        );
        assert!(default == small, "{number}: {}", difference(&default.0, &small.0));
        check(RowKind::Lead, Format::Ndjson, body.as_bytes(), 4_099);
    }
}

fn soup(words: &'static [&'static [u8]]) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(words), 0..60).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn csv_is_the_same_in_blocks_of_any_size(
        body in soup(&[
            b"\"", b"\"", b"\"\"", b",", b",", b"\n", b"\n", b"\r", b"\r\n", b" ", b"a", b"\xC3\xA9", b"\xFF", b"\0", b"2026-06-01",
            b"1,v,2026-06-01,x,1.5\n", b"2,\"v\",\"2026-06-01\",\"q\n\"\"\"\r\n", b"\n3,v,2026-06-01,,,\"{\"\"title\"\":1}\"\n",
        ]),
        block_bytes in 1_usize..80,
    ) {
        check(RowKind::Event, Format::Csv, &[HEADER.as_bytes(), &body].concat(), block_bytes);
        check(RowKind::Lead, Format::Csv, &body, block_bytes);
    }

    #[test]
    fn ndjson_is_the_same_in_blocks_of_any_size(
        body in soup(&[
            b"\"", b"{", b"}", b",", b":", b"\n", b"\r\n", b" ", b"\\", b"\"a\":", b"\xC3\xA9", b"\xFF", b"\0", b"[1]",
            b"{\"lead_id\":1,\"event\":\"v\",\"timestamp\":\"2026-06-01\"}\n",
            b"{\"timestamp\":\"2026-06-01\",\"lead_id\":1,\"event\":\"v\",\"properties\":{\"price\":2,\"x\":1}}\n",
            b"{\"lead_id\":2,\"event\":\"v\",\"timestamp\":\"2026-06-01\",\"a\":{\"b\":true},\"y\":\"\\\"\"}\n",
        ]),
        block_bytes in 1_usize..80,
    ) {
        check(RowKind::Event, Format::Ndjson, &body, block_bytes);
    }
}
