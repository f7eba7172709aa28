//! The documentation says what is: its definitions load, its command reference is the program's own.

#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that cannot be")]

mod common;

use common::{Desk, project};
use std::fs;

/// Returns the ```yaml blocks of a page; those marked `fragment` are left out.
fn definitions(page: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut block: Option<String> = None;
    for line in page.lines() {
        match (&mut block, line.trim_end()) {
            (None, "```yaml") => block = Some(String::new()),
            (Some(_), "```") => blocks.extend(block.take()),
            (Some(text), line) => {
                text.push_str(line);
                text.push('\n');
            }
            _ => {}
        }
    }
    blocks
}

#[test]
fn definitions_in_the_documentation_have_no_errors() {
    let mut count = 0;
    for page in ["README.md", "docs/language.md"] {
        for block in definitions(&fs::read_to_string(project().join(page)).unwrap()) {
            let desk = Desk::new();
            desk.write("d.yaml", &block);
            // Lists named in examples may be files beside them.
            for name in ["target-accounts.txt", "competitors.txt", "targets.txt"] {
                desk.write(name, "example.com\n");
            }
            let ran = desk.run("check d.yaml");
            assert_eq!(ran.code, 0, "{page}:\n{block}\n{}", ran.err);
            count += 1;
        }
    }
    assert!(count > 10, "only {count} definitions were found");
}

/// Returns the lines of a page's code blocks that call the program, without its name.
fn calls(page: &str) -> Vec<String> {
    page.lines()
        .filter_map(|line| line.strip_prefix("bantam "))
        .map(|line| line.split(" #").next().unwrap().to_owned())
        .collect()
}

#[test]
fn the_commands_of_every_template_page_do_what_they_say() {
    for entry in fs::read_dir(project().join("docs/templates")).unwrap() {
        let path = entry.unwrap().path();
        let calls = calls(&fs::read_to_string(&path).unwrap());
        if path.ends_with("README.md") {
            continue;
        }
        assert!(calls.len() >= 3, "{} shows no commands", path.display());
        let desk = Desk::new();
        for call in calls {
            let ran = desk.run(&call);
            assert_eq!(ran.code, 0, "{}: bantam {call}\n{}", path.display(), ran.err);
        }
    }
}

/// All commands with their help, as one page.
fn reference() -> String {
    let desk = Desk::new();
    let help = |line: &str| desk.run(line).out.lines().map(|line| format!("{}\n", line.trim_end())).collect::<String>();
    let mut page = String::from(
        "# Command line\n\nThis page is made from the program's own help; `UPDATE_DOCS=1 cargo test -p bantam --test docs` makes it anew.\n\n\
         Exit codes: 0 done; 1 a fault of ours, or something in a store is wrong; 2 bad input; 3 done, but some rows were rejected; 74 a disk, pipe or device failed.\n\
         Results go to standard output, everything else to standard error.\n",
    );
    page.push_str(&format!("\n## bantam\n\n```text\n{}```\n", help("--help")));
    let commands = [
        "demo",
        "init",
        "templates",
        "check",
        "score",
        "explain",
        "report",
        "diff",
        "impact",
        "simulate",
        "import",
        "migrate",
        "serve",
        "keys",
        "keys create",
        "keys list",
        "keys revoke",
        "verify",
        "audit",
        "backup",
        "restore",
        "schema",
    ];
    for command in commands {
        page.push_str(&format!("\n## bantam {command}\n\n```text\n{}```\n", help(&format!("{command} --help"))));
    }
    page
}

#[test]
fn the_command_reference_is_the_programs_own_help() {
    let path = project().join("docs/cli.md");
    let reference = reference();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &reference).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap_or_default(), reference, "run with UPDATE_DOCS=1 to renew it");
}
