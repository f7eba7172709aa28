//! Ten thousand damaged files of each format: rows are rejected or the file is an error, and nothing panics.

use super::parquet::write_with;
use super::support::*;
use arrow_array::*;
use bantam_engine::input::{Format, RowKind};
use parquet::basic::{Compression, ZstdLevel};
use std::sync::Arc;

const FILES: u64 = 10_000;

/// SplitMix64: the same numbers on every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

fn damage(seed: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    const ODD: [&[u8]; 10] = [
        b"\"",
        b"\n",
        b"\r",
        b",",
        b"\0",
        b"\xff",
        b"{",
        b"\\u",
        b"\xff\xff\xff\x7f",
        b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
    ];
    let mut bytes = seed.to_vec();
    for _ in 0..1 + numbers.below(4) {
        let at = numbers.below(bytes.len());
        match numbers.below(5) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << numbers.below(8),
            1 if !bytes.is_empty() => bytes[at] = numbers.next() as u8,
            2 if numbers.below(4) == 0 => bytes.truncate(at),
            3 => drop(bytes.splice(at..at, ODD[numbers.below(ODD.len())].iter().copied())),
            _ => {
                let end = (at + numbers.below(9)).min(bytes.len());
                bytes.drain(at..end);
            }
        }
    }
    bytes
}

fn check_damage(kind: RowKind, format: Format, seeds: &[Vec<u8>]) {
    let mut numbers = Numbers(7);
    let (mut loaded, mut refused) = (0, 0);
    for file in 0..FILES {
        let seed = &seeds[file as usize % seeds.len()];
        let bytes = damage(seed, &mut numbers);
        match load(&meaning(), &[File(kind, format, &bytes)]).0 {
            Ok(_) => loaded += 1,
            Err(_) => refused += 1,
        }
    }
    // The damage must be neither so small that all load nor so large that none does.
    assert!(loaded > FILES / 100 && (refused > 0 || format == Format::Ndjson), "{loaded} loaded, {refused} refused");
}

const CSV: &str = "\u{feff}lead_id,event,timestamp,event_id,path,price,properties\r\na,v,2026-06-01T10:00:00Z,1,/p,1.5,\"{\"\"account\"\":{\"\"plan\"\":1}}\"\r\nb,\"w\r\nx\",2026-06-01,,,,\r\n\n\"c\",\"\"\"\",2026-06-01\n";
const NDJSON: &str = "{\"lead_id\":1,\"event\":\"v\",\"timestamp\":\"2026-06-01\",\"properties\":{\"path\":\"\\u00e9\",\"account\":{\"plan\":[1,{}]}}}\n{\"lead_id\":\"b\",\"event\":true,\"timestamp\":\"2026-06-01T10:00:00.123+01:00\",\"price\":-1.5e3,\"properties\":\"{}\"}\n";

#[test]
fn cli_01_damaged_csv_never_panics() {
    check_damage(
        RowKind::Event,
        Format::Csv,
        &[CSV.into(), "lead_id,updated_at,title\na,2026-06-01,\"x\"\na,,y\n".into()],
    );
}

#[test]
fn cli_01_damaged_ndjson_never_panics() {
    check_damage(RowKind::Event, Format::Ndjson, &[NDJSON.into()]);
}

#[test]
fn cli_02_damaged_parquet_never_panics() {
    let plan = StructArray::from(vec![(
        Arc::new(arrow_schema::Field::new("path", arrow_schema::DataType::Utf8, true)),
        Arc::new(StringArray::from(vec!["/x", "/y", "/x"])) as ArrayRef,
    )]);
    let columns = || {
        vec![
            ("lead_id", Arc::new(Int64Array::from(vec![1, 2, 1])) as ArrayRef),
            ("event", Arc::new(StringArray::from(vec!["v", "v", "w"]))),
            ("timestamp", Arc::new(TimestampMillisecondArray::from(vec![Some(1), None, Some(3)]))),
            ("price", Arc::new(Decimal128Array::from(vec![1, 2, 3]))),
            ("properties", Arc::new(plan.clone())),
        ]
    };
    let seeds = [Compression::ZSTD(ZstdLevel::default()), Compression::UNCOMPRESSED, Compression::SNAPPY]
        .map(|compression| write_with(columns(), compression, 1 << 20));
    check_damage(RowKind::Event, Format::Parquet, &seeds);
}

/// A dictionary says how many entries it has; what is made ready for them must not depend on that alone.
#[test]
fn cli_02_a_dictionary_that_claims_two_billion_keys_is_an_error() {
    let columns = vec![
        ("lead_id", Arc::new(StringArray::from(vec!["lead_a", "lead_b", "lead_a"])) as ArrayRef),
        ("event", Arc::new(StringArray::from(vec!["v", "v", "w"]))),
        ("timestamp", Arc::new(TimestampMicrosecondArray::from(vec![1, 2, 3]))),
    ];
    let mut bytes = write_with(columns, Compression::UNCOMPRESSED, 1 << 20);
    assert!(load(&meaning(), &[File(RowKind::Event, Format::Parquet, &bytes)]).0.is_ok());
    // In Thrift's compact protocol a page's header goes on with field 7, of a dictionary, and its first field is the count: two.
    let count = bytes.windows(3).position(|bytes| *bytes == [0x4c, 0x15, 4]).unwrap() + 2;
    bytes.splice(count..=count, [0xfe, 0xff, 0xff, 0xff, 0x0f]);
    let problem = load(&meaning(), &[File(RowKind::Event, Format::Parquet, &bytes)]).0.unwrap_err().to_string();
    assert!(problem.contains("`lead_id` of row group 1 has a dictionary of 2147483647 entries"), "{problem}");
}
