//! Rules about files, checked without building anything. What is clean stays clean.
//!
//! Each rule is a function from [`Files`] to what is wrong, one line each; a line begins with the file it is about.

mod files;
mod lengths;
mod links;
mod manifests;
mod words;

use crate::steps::Outcome;
use files::Files;
use std::path::Path;

type Rule = fn(&Files) -> Vec<String>;

/// All rules.
const RULES: &[Rule] = &[
    manifests::crates_depend_in_one_direction,
    manifests::crates_take_the_lints_of_the_workspace,
    words::nothing_is_left_for_later,
    words::no_path_of_one_machine,
    words::computing_crates_do_no_input_or_output,
    lengths::files_stay_short,
    links::links_lead_somewhere,
    links::named_files_are_there,
    links::every_page_is_in_the_table_of_contents,
    links::the_changelog_has_a_place_for_the_next_release,
];

/// Checks all rules and prints what is wrong, and the files that are longer than they should be.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let files = Files::read(root)?;
    let problems: Vec<String> = RULES.iter().flat_map(|rule| rule(&files)).collect();
    for problem in &problems {
        println!("{problem}");
    }
    for (path, lines) in lengths::long_files(&files) {
        println!("long: {path}, {lines} lines");
    }
    if problems.is_empty() { Ok(()) } else { Err(format!("{} to tidy up", problems.len())) }
}

/// Checks all rules as a step.
pub(crate) fn outcome(root: &Path) -> Outcome {
    run(root).map_or_else(Outcome::Failed, |()| Outcome::Passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_is_tidy() {
        run(&crate::root()).unwrap();
    }
}
