//! A rule about the length of files, with a ratchet for those that are too long already.

use super::files::Files;

/// A file of more lines than this, tests not counted, wants to be two.
const LINES_MAX: usize = 400;
/// Files that may be longer, with their lines. An entry may become smaller, or leave; nothing else.
const LONGER: &[(&str, usize)] = &[("crates/bantam-lang/src/meaning.rs", 721)];

/// No file is longer than it may be.
pub(super) fn files_stay_short(files: &Files) -> Vec<String> {
    judge(&long_files(files), LONGER)
}

fn judge(long: &[(&str, usize)], longer: &[(&str, usize)]) -> Vec<String> {
    let may_have = |path: &str| longer.iter().find(|(known, _)| *known == path).map(|(_, lines)| *lines);
    let too_long =
        long.iter().filter(|(path, lines)| *lines > may_have(path).unwrap_or(LINES_MAX)).map(|(path, lines)| {
            let most = may_have(path).unwrap_or(LINES_MAX);
            format!(
                "{path}: {lines} lines without tests, {most} are the most; which noun or step wants a file of its own?"
            )
        });
    let shortened = longer.iter().filter(|(known, _)| !long.iter().any(|(path, _)| path == known));
    let shortened =
        shortened.map(|(path, _)| format!("{path}: is short now; take it out of xtask/src/tidy/lengths.rs"));
    too_long.chain(shortened).collect()
}

/// Returns the files of more than [`LINES_MAX`] lines, tests not counted, with their lines; the longest first.
pub(super) fn long_files(files: &Files) -> Vec<(&str, usize)> {
    let code =
        files.ending(&[".rs", ".py"]).filter(|(path, _)| !path.contains("/tests/") && !path.ends_with("/tests.rs"));
    let mut long: Vec<(&str, usize)> = code.map(|(path, text)| (path, without_tests(text).lines().count())).collect();
    long.retain(|(_, lines)| *lines > LINES_MAX);
    long.sort_by_key(|(path, lines)| (std::cmp::Reverse(*lines), *path));
    long
}

/// Returns the part of a Rust file before its tests, which stand last.
pub(super) fn without_tests(text: &str) -> &str {
    text.find("\n#[cfg(test)]\nmod ").and_then(|at| text.get(..at)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_tests_do_not_count() {
        let code = "fn a() {}\n".repeat(LINES_MAX);
        let with_tests = format!("{code}\n#[cfg(test)]\nmod tests {{\n{code}}}\n");
        let files = Files::of(&[
            ("a.rs", &with_tests),
            ("b/tests/c.rs", &with_tests.repeat(2)),
            ("d.rs", &format!("{code}\n")),
        ]);
        assert_eq!(long_files(&files), [("d.rs", LINES_MAX + 1)]);
    }

    #[test]
    fn a_long_file_may_shrink_and_not_grow() {
        let longer = [("a.rs", 500)];
        assert!(judge(&[("a.rs", 500)], &longer).is_empty());
        assert!(judge(&[("a.rs", 450)], &longer).is_empty());
        assert_eq!(judge(&[("a.rs", 501)], &longer).len(), 1);
        assert_eq!(judge(&[("a.rs", 500), ("b.rs", 401)], &longer).len(), 1);
        assert_eq!(judge(&[], &longer).len(), 1);
    }
}
