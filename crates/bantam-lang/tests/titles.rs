//! Holds `seniority` and `department` to the titles of `titles.tsv`.

use bantam_lang::titles::{DEPARTMENTS, SENIORITIES, department, seniority};

#[test]
fn every_title_of_the_list_is_read_as_written_there() {
    let mut wrong = String::new();
    for line in include_str!("titles.tsv").lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [title, rank, function] = columns[..] else { panic!("three columns: {line}") };
        assert!(SENIORITIES.contains(&rank) && DEPARTMENTS.contains(&function), "unknown class: {line}");
        let read = (seniority(title), department(title));
        if read != (Some(rank), Some(function)) {
            wrong += &format!("{line}: read as {read:?}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_nickname_of_a_rank_inside_another_word_is_no_rank() {
    for title in
        ["Directory Services Engineer", "Headhunter", "Leadership Coach", "Mischief Maker", "Partnership Analyst"]
    {
        assert_eq!(seniority(title), Some("Individual Contributor"), "{title}");
    }
}
