//! Rules about what must not stand in files.
//!
//! The words looked for are put together from parts, so that this file passes its own rules.

use super::files::Files;

/// Marks of work left undone, in code.
const LEFT_FOR_LATER: [&str; 3] = [concat!("to", "do!"), concat!("FIX", "ME"), concat!("#[ig", "nore")];
/// Beginnings of paths that exist on one machine alone.
const OF_ONE_MACHINE: [&str; 5] =
    [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/"), concat!("/tm", "p/")];
/// Crates that compute: all they know comes in as arguments.
const COMPUTING: [&str; 4] = [
    "crates/bantam-lang/src/",
    "crates/bantam-engine/src/",
    "crates/bantam-insight/src/",
    "crates/bantam-simulate/src/",
];
/// What they must not use.
const OUTSIDE_WORLD: [&str; 4] = ["std::fs", "std::net", "std::env", "std::process"];

/// Neither code for later nor tests that do not run.
pub(super) fn nothing_is_left_for_later(files: &Files) -> Vec<String> {
    let code = files.ending(&[".rs", ".py", ".sql", ".sh", ".ci/run"]);
    code.flat_map(|(path, text)| find(path, text, &LEFT_FOR_LATER, |_| true)).collect()
}

/// No absolute path: what works here works in any clone.
pub(super) fn no_path_of_one_machine(files: &Files) -> Vec<String> {
    // Behind a letter, a digit or a dot it is the middle of something longer: an address of a page, a relative path.
    let begins = |before: &str| !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '}'));
    files.iter().flat_map(|(path, text)| find(path, text, &OF_ONE_MACHINE, begins)).collect()
}

/// Computing crates know no file, network, environment or process. (Lints keep them from the clock.)
pub(super) fn computing_crates_do_no_input_or_output(files: &Files) -> Vec<String> {
    let code = files.ending(&[".rs"]).filter(|(path, _)| COMPUTING.iter().any(|folder| path.starts_with(folder)));
    code.flat_map(|(path, text)| find(path, super::lengths::without_tests(text), &OUTSIDE_WORLD, |_| true)).collect()
}

/// Returns each line that holds one of `words`, behind a text that `counts` accepts.
fn find(path: &str, text: &str, words: &[&str], counts: impl Fn(&str) -> bool) -> Vec<String> {
    let mut problems = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for word in words {
            if line.match_indices(word).any(|(at, _)| counts(line.get(..at).unwrap_or(""))) {
                problems.push(format!("{path}:{}: `{word}` must not stand here", number + 1));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undone_work_is_found_with_its_line() {
        let text = format!("fn a() {{\n    {}()\n}}", LEFT_FOR_LATER[0]);
        let files = Files::of(&[("crates/a/src/lib.rs", &text), ("notes.md", &text)]);
        assert_eq!(
            nothing_is_left_for_later(&files),
            [format!("crates/a/src/lib.rs:2: `{}` must not stand here", LEFT_FOR_LATER[0])]
        );
    }

    #[test]
    fn paths_of_a_machine_are_found_and_pages_are_not() {
        let machine = OF_ONE_MACHINE[0];
        let found = format!("see {machine}x or `{machine}y`\n");
        let files =
            Files::of(&[("a.md", &found), ("b.md", &format!("https://example.org{machine}x and ../a{machine}b"))]);
        assert_eq!(no_path_of_one_machine(&files), [format!("a.md:1: `{machine}` must not stand here")]);
    }

    #[test]
    fn computing_crates_may_open_files_in_tests_alone() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n";
        let files = Files::of(&[
            ("crates/bantam-lang/src/lib.rs", text),
            ("crates/bantam-engine/src/lib.rs", "use std::fs;\n"),
        ]);
        assert_eq!(
            computing_crates_do_no_input_or_output(&files),
            ["crates/bantam-engine/src/lib.rs:1: `std::fs` must not stand here"]
        );
    }
}
