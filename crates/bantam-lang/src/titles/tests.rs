use super::table_from_text::rows;
use super::*;

const TABLES: [(&str, &[&str]); 2] = [
    (include_str!("../../data/seniority.tsv"), &SENIORITIES),
    (include_str!("../../data/department.tsv"), &DEPARTMENTS),
];

#[test]
fn every_line_of_the_tables_is_a_comment_or_a_row() {
    for (text, classes) in TABLES {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(lines.count(), rows(text).count());
        for row in rows(text) {
            let known = match row.step {
                "cut" => row.result.is_empty(),
                "rewrite" => true,
                tier => tier.parse::<usize>().is_ok() && classes.contains(&row.result),
            };
            assert!(known, "{} {} {}", row.step, row.phrase, row.result);
        }
    }
}

#[test]
fn no_phrase_of_a_table_stands_twice_or_is_empty() {
    for table in [seniority_table(), department_table()] {
        let mut needles: Vec<&str> =
            table.tiers().iter().flat_map(|tier| tier.phrases()).map(|phrase| phrase.needle.as_str()).collect();
        assert!(needles.iter().all(|needle| needle.trim().len() > 1), "{needles:?}");
        needles.sort_unstable();
        for pair in needles.windows(2) {
            assert_ne!(pair[0], pair[1]);
        }
    }
}

#[test]
fn a_title_without_a_letter_has_neither_seniority_nor_department() {
    for title in ["", "  ", "-", "12", "…", "!?", "№ 1"] {
        assert_eq!((seniority(title), department(title)), (None, None), "{title}");
    }
    assert_eq!(seniority("总经理"), Some("Individual Contributor"));
    assert_eq!(department("总经理"), Some("Other"));
}

#[test]
fn spellings_of_one_letter_are_read_alike() {
    for title in ["Geschäftsführer", "GESCHÄFTSFÜHRER", "Geschaeftsfuehrer", "Gescha\u{308}ftsfu\u{308}hrer"] {
        assert_eq!(normalise(title), " geschaftsfuhrer ");
    }
    assert_eq!(normalise("R&D / Groß-Kunden (m/w/d)"), " r d gross kunden m w d ");
    assert_eq!(normalise("--"), " ");
}

/// Reads a title step by step, as the SQL would: REPLACE row by row, then the smallest position of any phrase.
fn class_by_steps(table: &TitleTable, title: &str) -> &'static str {
    let mut words = normalise(title);
    if let Some(start) = table.cuts().iter().filter_map(|cut| words.find(cut)).min() {
        words = format!("{} ", &words[..start]);
    }
    for rewrite in table.rewrites() {
        words = words.replace(&rewrite.needle, &rewrite.text);
    }
    for tier in table.tiers() {
        let found = tier.phrases().iter().filter_map(|phrase| {
            let start = words.find(&phrase.needle)?;
            Some((start, usize::MAX - phrase.needle.len(), phrase.class))
        });
        if let Some((_, _, class)) = found.min() {
            return class;
        }
    }
    table.otherwise()
}

proptest::proptest! {
    #[test]
    fn the_fast_reading_is_the_reading_step_by_step(picks in proptest::collection::vec(0usize..100_000, 1..6)) {
        let words: Vec<&str> = TABLES.iter().flat_map(|(text, _)| rows(text)).map(|row| row.phrase).collect();
        let title: Vec<&str> = picks.iter().map(|pick| words[pick % words.len()]).collect();
        for title in [title.join(" "), title.join("/").replace('*', "er")] {
            for table in [seniority_table(), department_table()] {
                proptest::prop_assert_eq!(table.class_of(&title), class_by_steps(table, &title));
            }
        }
    }
}

#[test]
fn a_title_that_is_a_phrase_of_the_table_has_its_class() {
    let mut wrong = String::new();
    for (table, (text, _)) in [seniority_table(), department_table()].into_iter().zip(TABLES) {
        for row in rows(text).filter(|row| row.step != "cut" && row.step != "rewrite") {
            let class = table.class_of(&row.phrase.replace('*', ""));
            if class != row.result {
                wrong += &format!("{} {}: {class} instead of {}\n", row.step, row.phrase, row.result);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
