//! Measures `seniority` and `department` on labelled titles, and holds the figures to those of `titles_measured.tsv`.
//!
//! The labelled titles are not part of the project; without them the test says so and passes. Half of them, chosen by hash,
//! is *seen*: the tables were written looking at it. Nobody looks at the other half, it is *held out*.
//! `docs/titles.md` has the figures, and what the labels mean.

use std::collections::BTreeMap;
use std::path::PathBuf;

use bantam_lang::titles::{department, seniority};

/// A label of the data and the classes that agree with it.
type Meaning = (&'static str, &'static [&'static str]);

const SENIORITY_LABELS: [Meaning; 5] = [
    ("Management", &["C-Suite", "VP"]),
    ("Director", &["Director"]),
    ("Lead", &["Director", "Manager"]),
    ("Senior", &["Manager", "Individual Contributor"]),
    ("Junior", &["Individual Contributor"]),
];

const DEPARTMENT_LABELS: [Meaning; 11] = [
    ("Marketing", &["Marketing"]),
    ("Sales", &["Sales"]),
    ("Business Development", &["Sales"]),
    ("Information Technology", &["IT", "Engineering"]),
    ("Project Management", &["Operations"]),
    ("Administrative", &["Operations"]),
    ("Purchasing", &["Operations"]),
    ("Other", &["Operations"]),
    ("Consulting", &["Other"]),
    ("Customer Support", &["Customer Success"]),
    ("Human Resources", &["HR"]),
];

/// The name of a set, what its labels mean, and the function measured on it.
type LabelledSet = (&'static str, &'static [Meaning], fn(&str) -> Option<&'static str>);

/// How often a class was read for a title with a label.
type Confusion = BTreeMap<(&'static str, &'static str), u32>;

#[test]
fn figures_on_labelled_titles_do_not_fall() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/job-titles");
    if !folder.exists() {
        println!("skipped: no labelled titles in {}", folder.display());
        return;
    }
    let mut figures = BTreeMap::new();
    let sets: [LabelledSet; 2] =
        [("seniority", &SENIORITY_LABELS, seniority), ("department", &DEPARTMENT_LABELS, department)];
    for (name, labels, read) in sets {
        let text = std::fs::read_to_string(folder.join(format!("{name}.csv"))).unwrap();
        for half in ["seen", "held out"] {
            let confusion = confusion_of_half(&text, half, labels, read);
            println!("{name}, {half}: label, class, titles\n{}", confusion_text(&confusion));
            add_figures(&format!("{name}\t{half}"), labels, &confusion, &mut figures);
        }
    }
    let mut fallen = String::new();
    for (row, (right, all)) in &figures {
        println!("{row}\t{}\t{all}", per_mille(*right, *all));
    }
    for line in include_str!("titles_measured.tsv").lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.rsplitn(3, '\t').collect();
        let [_, floor, row] = columns[..] else { panic!("six columns: {line}") };
        let (right, all) = figures.get(row).copied().unwrap_or((0, 1));
        if per_mille(right, all) < floor.parse().unwrap() {
            fallen += &format!("{row}: {} is below {floor}\n", per_mille(right, all));
        }
    }
    assert!(fallen.is_empty(), "{fallen}");
}

fn confusion_of_half(text: &str, half: &str, labels: &[Meaning], read: fn(&str) -> Option<&'static str>) -> Confusion {
    let mut confusion = Confusion::new();
    for (title, label) in text.lines().skip(1).filter_map(title_and_label) {
        let label = labels.iter().map(|(known, _)| *known).find(|known| *known == label);
        if half_of(&title) == half {
            *confusion.entry((label.unwrap_or("unknown label"), read(&title).unwrap_or("none"))).or_default() += 1;
        }
    }
    confusion
}

/// Reads a line of comma-separated text whose label has neither quotes nor commas.
fn title_and_label(line: &str) -> Option<(String, &str)> {
    let (title, label) = line.trim_end().rsplit_once(',')?;
    let title = title.strip_prefix('"').and_then(|title| title.strip_suffix('"')).unwrap_or(title);
    Some((title.replace("\"\"", "\""), label))
}

/// Bit 32 of the 64-bit FNV-1a hash of the title.
fn half_of(title: &str) -> &'static str {
    let hash = title
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    if (hash >> 32) & 1 == 0 { "seen" } else { "held out" }
}

/// Recall of a label: how many of its titles are read as a class that agrees. Precision of a class: how many of the titles
/// read as it have a label that agrees.
fn add_figures(name: &str, labels: &[Meaning], confusion: &Confusion, figures: &mut BTreeMap<String, (u32, u32)>) {
    for ((label, class), count) in confusion {
        let agrees = labels.iter().any(|(known, classes)| known == label && classes.contains(class));
        for row in [format!("recall\t{label}"), format!("precision\t{class}"), "agreement\tall".to_owned()] {
            let (right, all) = figures.entry(format!("{name}\t{row}")).or_default();
            *right += if agrees { *count } else { 0 };
            *all += count;
        }
    }
}

/// Cut off, not rounded, so that a figure is never below itself.
fn per_mille(right: u32, all: u32) -> u32 {
    right * 1000 / all
}

fn confusion_text(confusion: &Confusion) -> String {
    confusion.iter().map(|((label, class), count)| format!("  {label}\t{class}\t{count}\n")).collect()
}
