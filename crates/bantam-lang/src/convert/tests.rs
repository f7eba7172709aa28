//! Texts in, values out.

use super::*;

#[test]
fn numbers_follow_the_grammar_and_nothing_else_does() {
    for (text, number) in [("12", 12.0), ("+1.", 1.0), (".5", 0.5), ("-1.5e3", -1500.0), ("1E-2", 0.01)] {
        assert_eq!(parse_number(text), Some(number), "{text}");
    }
    for text in ["", "-", ".", "1_000", "1,000", "0x10", "inf", "NaN", "1e", "1e+", " 1", "1e999", "--1", "1.2.3"] {
        assert_eq!(parse_number(text), None, "{text}");
    }
}

#[test]
fn booleans_are_ten_words_in_any_case() {
    assert_eq!(parse_boolean("YES"), Some(true));
    assert_eq!(parse_boolean("f"), Some(false));
    assert_eq!(parse_boolean("maybe"), None);
    assert_eq!(parse_boolean("2"), None);
}

#[test]
fn times_are_utc_microseconds() {
    for (text, micros) in [
        ("1970-01-01", 0),
        ("1970-01-02 00:00", MICROS_PER_DAY),
        ("1970-01-01T00:00:01.5Z", 1_500_000),
        ("1970-01-01t05:30:00+05:30", 0),
        ("1969-12-31T23:59:59.9999999z", -1),
        ("2026-06-20T00:00:00Z", 1_781_913_600_000_000),
        ("2024-02-29", 1_709_164_800_000_000),
        ("0001-01-01", -62_135_596_800_000_000),
    ] {
        assert_eq!(parse_time(text), Some(micros), "{text}");
    }
}

#[test]
fn impossible_times_do_not_convert() {
    for text in [
        "2023-02-29",
        "2026-13-01",
        "2026-00-10",
        "0000-01-01",
        "2026-01-01T24:00",
        "2026-01-01T10:60",
        "2026-01-01T10:00:60",
        "2026-01-01T10",
        "2026-01-01T10:00:00.",
        "2026-01-01T10:00+24:00",
        "2026-1-1",
        "2026-01-01Z",
        "2026-01-01T10:00 Z",
        "2026-01-01T10:00.5",
        "20260101",
    ] {
        assert_eq!(parse_time(text), None, "{text}");
    }
}

/// Numbers that look random, always the same.
fn scramble(seed: u64) -> u64 {
    let seed = (seed ^ (seed >> 31)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (seed ^ (seed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 7
}

/// Copies of a text with one or two bytes changed to what may stand in numbers and times.
fn changed(text: &str, seed: u64) -> String {
    const BYTES: &[u8] = b"0123456789.-+:TtZz eE/";
    let mut bytes = text.as_bytes().to_vec();
    for seed in [seed, seed ^ 0xABCD] {
        let (place, byte) = (scramble(seed) as usize % bytes.len(), BYTES[scramble(seed + 1) as usize % BYTES.len()]);
        match scramble(seed + 2) % 8 {
            0 => bytes.insert(place, byte),
            1 if bytes.len() > 1 => drop(bytes.remove(place)),
            2..=5 => bytes[place] = byte,
            _ => {}
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn the_short_way_to_a_time_is_the_long_one() {
    let days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    for year in [1, 4, 99, 100, 400, 1600, 1899, 1900, 1970, 1972, 2000, 2023, 2024, 2100, 9999] {
        for (month, last) in (1..).zip(days) {
            for day in 0..=last + 1 {
                let text = format!("{year:04}-{month:02}-{day:02}T23:59:59.999999Z");
                assert_eq!(parse_time(&text), parse_any_time(&text), "{text}");
                assert_eq!(parse_time(&text).is_some(), parse_any_time(&text[..10]).is_some());
            }
        }
    }
    let usual =
        ["2025-06-20T09:30:00.123456Z", "2024-02-29 23:59:59Z", "0001-01-01T00:00:00.999Z", "2025-12-31T23:59:60Z"];
    for seed in 0..100_000 {
        let text = changed(usual[seed as usize % usual.len()], seed);
        assert_eq!(parse_time(&text), parse_any_time(&text), "{text}");
    }
}

#[test]
fn the_short_way_to_a_number_is_the_long_one() {
    let bits = |number: Option<f64>| number.map(f64::to_bits);
    for seed in 0..200_000 {
        let digits = scramble(seed) % 10_u64.pow(scramble(seed + 1) as u32 % 17 + 1);
        let sign = if seed % 3 == 0 { "-" } else { "" };
        let mut text = format!("{sign}{digits}");
        if seed % 2 == 0 {
            text.insert(text.len() - scramble(seed + 2) as usize % text.len(), '.');
        }
        if seed % 5 == 0 {
            text = changed(&text, seed);
        }
        assert_eq!(bits(parse_number(&text)), bits(parse_any_number(&text)), "{text}");
    }
    for text in
        ["0", "-0", "-0.0", "0.1", "1.", ".5", "-", "", "-.5", "999999999999999", "99999999999999.9", "0.3", "1..2"]
    {
        assert_eq!(bits(parse_number(text)), bits(parse_any_number(text)), "{text}");
    }
}

#[test]
fn numbers_print_their_shortest_form() {
    assert_eq!(number_text(12.0), "12");
    assert_eq!(number_text(12.5), "12.5");
    assert_eq!(number_text(-0.0), "0");
    assert_eq!(number_text(1e21), "1e+21");
}

#[test]
fn a_text_is_clean_where_it_has_no_zero() {
    for count in 0..20 {
        for text in ["a\u{80}", "\u{1}\u{100}", "\u{7f}"].map(|text| text.repeat(count)) {
            assert!(is_clean_text(&text), "{text:?}");
            for at in text.char_indices().map(|(at, _)| at).chain([text.len()]) {
                let mut text = text.clone();
                text.insert(at, '\0');
                assert!(!is_clean_text(&text), "{text:?}");
            }
        }
    }
}
