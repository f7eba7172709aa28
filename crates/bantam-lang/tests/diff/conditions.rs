//! What is said of conditions.

use super::{changes, fit};

#[test]
fn conditions_name_the_literal_that_changed() {
    changes(
        "stages: [Inquiry, {Sales-ready: engagement >= 50 || known(title)}]",
        "stages: [Inquiry, {Sales-ready: engagement >= 40 || known(title)}]",
        &["Sales-ready needs engagement 50 -> 40"],
    );
    fit(
        "A: {if: employees < 50 && title.contains(\"VP\"), points: 3}",
        "A: {if: employees < 60 && title.contains(\"CEO\"), points: 3}",
        &["A: if employees < 50 -> 60, title contains \"VP\" -> \"CEO\""],
    );
    fit(
        "A: {if: 'industry in [\"a\", \"b\"]', points: 3}",
        "A: {if: 'industry in [\"c\", \"b\", \"d\"]', points: 3}",
        &["A: if industry: also \"c\" and \"d\", no longer \"a\""],
    );
    fit(
        "A: {if: seen < timestamp(\"2026-01-01\"), points: 3}",
        "A: {if: seen < timestamp(\"2026-02-01\"), points: 3}",
        &["A: if seen < \"2026-01-01\" -> \"2026-02-01\""],
    );
    changes("derive: {x: employees / 7}", "derive: {x: employees / 8}", &["x is employees / 7 -> 8"]);
    changes(
        "derive: {x: 'employees > 5 ? \"big\" : \"small\"'}",
        "derive: {x: 'employees > 6 ? \"large\" : \"small\"'}",
        &["x is employees > 5 -> 6, `employees > 6` gives \"big\" -> \"large\""],
    );
}

#[test]
fn conditions_name_the_part_that_came_or_went() {
    let (short, long) = ("stages: [{S: fit > 3}]", "stages: [{S: fit > 3 && known(title)}]");
    changes(short, long, &["S now also needs `known(title)`"]);
    changes(long, short, &["S no longer needs `known(title)`"]);
    fit(
        "A: {if: employees > 5, points: 3}",
        "A: {if: employees > 5 || known(title), points: 3}",
        &["A: now also where `known(title)`"],
    );
}

#[test]
fn conditions_of_another_shape_are_both_shown() {
    changes(
        "stages: [{S: fit > 3 && known(title)}]",
        "stages: [{S: score > 3}]",
        &["S needs `fit > 3 && known(title)` -> `score > 3`"],
    );
    changes("stages: [{S: fit > 3}]", "stages: [S]", &["S no longer needs `fit > 3`"]);
    changes("stages: [S]", "stages: [{S: fit > 3}]", &["S now needs `fit > 3`"]);
}

#[test]
fn another_spelling_is_said_and_moves_no_lead() {
    changes(
        "stages: [{S: fit>3 && score > 1.0}]",
        "stages: [{S: score > 1 && (fit > 3)}]",
        &["(quiet) S is written differently, with the same meaning"],
    );
}
