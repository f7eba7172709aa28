//! Rules about `Cargo.toml` files: who may use whom, and that all crates take the workspace's lints.

use super::files::Files;

/// The crates, and which of the others each may use. An arrow that is not here is a change of design: see ARCHITECTURE.md.
const MAY_USE: &[(&str, &[&str])] = &[
    ("bantam-lang", &[]),
    ("bantam-engine", &["bantam-lang"]),
    ("bantam-simulate", &[]),
    ("bantam-insight", &["bantam-lang", "bantam-engine"]),
    ("bantam-store", &["bantam-lang", "bantam-engine"]),
    ("bantam-core", &["bantam-lang", "bantam-engine", "bantam-store"]),
    ("bantam-store-faults", &["bantam-core", "bantam-store", "bantam-server"]),
    ("bantam-server", &["bantam-core", "bantam-lang", "bantam-engine", "bantam-insight", "bantam-store"]),
    (
        "bantam",
        &[
            "bantam-core",
            "bantam-lang",
            "bantam-engine",
            "bantam-insight",
            "bantam-store",
            "bantam-server",
            "bantam-simulate",
        ],
    ),
    ("xtask", &[]),
];
/// Tests of any crate but itself may use this one: it makes data and knows nobody.
const MAKES_TEST_DATA: &str = "bantam-simulate";
/// This one needs unsafe code, for tests of the store, and says so in a table of its own. It must never be published.
const HAS_OWN_LINTS: &str = "bantam-store-faults";

/// No arrow between crates goes back.
pub(super) fn crates_depend_in_one_direction(files: &Files) -> Vec<String> {
    let mut problems = Vec::new();
    for (path, text) in manifests(files) {
        let name = crate_name(path);
        let Some((_, may_use)) = MAY_USE.iter().find(|(known, _)| *known == name) else {
            problems
                .push(format!("{path}: `{name}` is a new crate; say in xtask/src/tidy/manifests.rs what it may use"));
            continue;
        };
        for used in used_crates(text) {
            let for_tests = used.for_tests && used.name == MAKES_TEST_DATA;
            if !may_use.contains(&used.name) && !for_tests {
                problems.push(format!("{path}: `{name}` must not use `{}`", used.name));
            }
        }
    }
    problems
}

/// Every crate has `[lints] workspace = true`, but for the one that SQLite calls through pointers.
pub(super) fn crates_take_the_lints_of_the_workspace(files: &Files) -> Vec<String> {
    let without = manifests(files).filter(|(path, text)| {
        if crate_name(path) == HAS_OWN_LINTS {
            return !text.contains("publish = false");
        }
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        !lines.windows(2).any(|pair| pair == ["[lints]", "workspace = true"])
    });
    without.map(|(path, _)| format!("{path}: `[lints]` with `workspace = true` is missing")).collect()
}

fn manifests(files: &Files) -> impl Iterator<Item = (&str, &str)> {
    files.ending(&["/Cargo.toml"])
}

fn crate_name(path: &str) -> &str {
    path.trim_end_matches("/Cargo.toml").rsplit('/').next().unwrap_or(path)
}

struct UsedCrate<'a> {
    name: &'a str,
    for_tests: bool,
}

/// Returns the crates of the project that a manifest names, under another name too.
fn used_crates(manifest: &str) -> Vec<UsedCrate<'_>> {
    let mut used = Vec::new();
    let mut section = "";
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line.trim_matches(['[', ']']);
        }
        if !section.contains("dependencies") {
            continue;
        }
        // Also `[dependencies.bantam-lang]`, and `language = { package = "bantam-lang", .. }`. What follows `path` is a folder.
        let words = line.split("path").next().unwrap_or(line).split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
        let known = words.filter_map(|word| MAY_USE.iter().find(|(name, _)| *name == word));
        let for_tests = section.contains("dev-dependencies");
        used.extend(known.map(|(name, _)| UsedCrate { name, for_tests }));
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_that_goes_back_is_found_however_it_is_written() {
        let ways = [
            "[dependencies]\nbantam-engine = { path = \"../bantam-engine\" }",
            "[dependencies.bantam-engine]\npath = \"../bantam-engine\"",
            "[dependencies]\nscores = { package = \"bantam-engine\", path = \"../bantam-engine\" }",
            "[target.'cfg(unix)'.build-dependencies]\nbantam-engine.workspace = true",
            "[dev-dependencies]\nbantam-engine = { path = \"../bantam-engine\" }",
        ];
        for way in ways {
            let files = Files::of(&[("crates/bantam-lang/Cargo.toml", way)]);
            assert_eq!(
                crates_depend_in_one_direction(&files),
                ["crates/bantam-lang/Cargo.toml: `bantam-lang` must not use `bantam-engine`"],
                "{way}"
            );
        }
    }

    #[test]
    fn allowed_arrows_and_test_data_pass() {
        let manifest = "[dependencies]\nbantam-lang = { path = \"../bantam-lang\" }\n\n[dev-dependencies]\nbantam-simulate = { path = \"../bantam-simulate\" }";
        let files = Files::of(&[("crates/bantam-engine/Cargo.toml", manifest)]);
        assert!(crates_depend_in_one_direction(&files).is_empty());
    }

    #[test]
    fn a_new_crate_must_be_placed() {
        let files = Files::of(&[("crates/bantam-moon/Cargo.toml", "[lints]\nworkspace = true\n")]);
        assert_eq!(crates_depend_in_one_direction(&files).len(), 1);
        assert!(crates_take_the_lints_of_the_workspace(&files).is_empty());
    }

    #[test]
    fn a_crate_without_the_lints_is_found() {
        let files = Files::of(&[("crates/bantam/Cargo.toml", "[lints.rust]\n")]);
        assert_eq!(crates_take_the_lints_of_the_workspace(&files).len(), 1);
    }
}
