//! Rules about Markdown: links within the project lead somewhere, and every page can be found.

use super::files::Files;
use std::collections::BTreeSet;

const CONTENTS: &str = "docs/README.md";

/// Links to files and headings of the project resolve.
pub(super) fn links_lead_somewhere(files: &Files) -> Vec<String> {
    let mut problems = Vec::new();
    for (path, text) in files.ending(&[".md"]) {
        for link in links(text) {
            let Some((target, heading)) = resolve(path, link) else { continue };
            if !files.exists(&target) {
                problems.push(format!("{path}: `{link}` leads nowhere"));
            } else if let (Some(heading), Some(page)) = (heading, files.text(&target))
                && target.ends_with(".md")
                && !headings(page).contains(heading)
            {
                problems.push(format!("{path}: `{link}` leads to a heading that is not there"));
            }
        }
    }
    problems
}

/// Files of code that pages name in backticks are there, by the end of their path or the whole of it.
pub(super) fn named_files_are_there(files: &Files) -> Vec<String> {
    let mut problems = Vec::new();
    for (path, text) in files.ending(&[".md"]) {
        let spans = lines_outside_code(text).flat_map(|line| line.split('`').skip(1).step_by(2));
        for name in spans.filter(|span| span.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(&b))) {
            let there = (name.starts_with("crates/") && files.exists(name.trim_end_matches('/')))
                || files.is_end_of_a_path(name);
            if !there && (name.ends_with(".rs") || name.starts_with("crates/")) {
                problems.push(format!("{path}: `{name}` is no file"));
            }
        }
    }
    problems
}

/// Every page below `docs` is linked from its table of contents, or from the `README.md` of its own folder that is.
pub(super) fn every_page_is_in_the_table_of_contents(files: &Files) -> Vec<String> {
    let mut listed: BTreeSet<String> = BTreeSet::from([CONTENTS.to_owned()]);
    let mut unread = vec![CONTENTS.to_owned()];
    while let Some(page) = unread.pop() {
        for link in files.text(&page).map(links).unwrap_or_default() {
            let Some((target, _)) = resolve(&page, link) else { continue };
            if listed.insert(target.clone()) && target.ends_with("/README.md") {
                unread.push(target);
            }
        }
    }
    let pages = files.ending(&[".md"]).filter(|(path, _)| path.starts_with("docs/"));
    let lost = pages.filter(|(path, _)| !listed.contains(*path));
    lost.map(|(path, _)| format!("{path}: is not linked from {CONTENTS}")).collect()
}

/// `CHANGELOG.md` has a section for what is not released yet.
pub(super) fn the_changelog_has_a_place_for_the_next_release(files: &Files) -> Vec<String> {
    let has = files.text("CHANGELOG.md").is_some_and(|text| text.lines().any(|line| line == "## [Unreleased]"));
    if has { Vec::new() } else { vec!["CHANGELOG.md: `## [Unreleased]` is missing".to_owned()] }
}

/// Returns the targets of links, `[text](target)` and `[label]: target`, outside of code.
fn links(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for line in lines_outside_code(text) {
        if let Some((_, target)) = line.split_once("]: ").filter(|(label, _)| label.starts_with('[')) {
            found.extend(target.split_whitespace().next());
        }
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("](") {
            let inside_code = before.matches('`').count() % 2 == 1;
            let target = after.split([')', ' ']).next().unwrap_or("");
            if !inside_code {
                found.push(target);
            }
            rest = if inside_code { after.split_once('`').map_or("", |(_, rest)| rest) } else { after };
        }
    }
    found
}

fn lines_outside_code(text: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    })
}

/// Returns the path from the root that a link means, and the heading; nothing for links that leave the project and for those
/// to items of a crate, which rustdoc checks.
fn resolve<'l>(page: &str, link: &'l str) -> Option<(String, Option<&'l str>)> {
    if link.contains("://") || link.starts_with("mailto:") || link.contains("::") {
        return None;
    }
    let (path, heading) = link.split_once('#').map_or((link, None), |(path, heading)| (path, Some(heading)));
    if path.is_empty() {
        return Some((page.to_owned(), heading));
    }
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            // A link that climbs out of the project leads nowhere.
            ".." if parts.pop().is_none() => return Some((path.to_owned(), heading)),
            ".." => {}
            part => parts.push(part),
        }
    }
    Some((parts.join("/"), heading))
}

/// Returns the anchors of a page's headings: lower case, hyphens for spaces, punctuation dropped.
fn headings(text: &str) -> BTreeSet<String> {
    let titles =
        lines_outside_code(text).filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let mut anchors = BTreeSet::new();
    for title in titles {
        let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        let anchor: String = kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect();
        let repeats = (1..).map(|number| format!("{anchor}-{number}"));
        let free = std::iter::once(anchor.clone()).chain(repeats).find(|anchor| !anchors.contains(anchor));
        anchors.extend(free);
    }
    anchors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_outside_of_code() {
        let text =
            "[a](x.md) and `[b](y.md)` and [c](z.md \"title\")\n```\n[d](q.md)\n```\n[e]: w.md\n[![f](p.png)](v.md)";
        assert_eq!(links(text), ["x.md", "z.md", "w.md", "p.png", "v.md"]);
    }

    #[test]
    fn links_to_missing_files_and_headings_are_found() {
        let page = "[1](../README.md) [2](b.md#the-end) [3](gone.md) [4](b.md#gone) [5](https://example.org/x) [6](#top) [7](../src) [8](crate::X)\n# Top";
        let files =
            Files::of(&[("docs/a.md", page), ("docs/b.md", "# The `end`!\n"), ("README.md", ""), ("src/lib.rs", "")]);
        assert_eq!(
            links_lead_somewhere(&files),
            ["docs/a.md: `gone.md` leads nowhere", "docs/a.md: `b.md#gone` leads to a heading that is not there"]
        );
    }

    #[test]
    fn named_files_that_are_gone_are_found() {
        let page = "`batch/bind.rs`, `bind.rs`, `crates/a/src/`, `ind.rs`, `crates/b`, `a.yaml`, `x.rs y`\n```\n`gone.rs`\n```\n";
        let files = Files::of(&[("a.md", page), ("crates/a/src/batch/bind.rs", "")]);
        assert_eq!(named_files_are_there(&files), ["a.md: `ind.rs` is no file", "a.md: `crates/b` is no file"]);
    }

    #[test]
    fn a_page_that_nothing_links_is_found() {
        let files = Files::of(&[
            ("docs/README.md", "[a](a.md) [more](more/README.md)"),
            ("docs/a.md", "[hidden](hidden.md)"),
            ("docs/hidden.md", ""),
            ("docs/more/README.md", "[b](b.md)"),
            ("docs/more/b.md", ""),
        ]);
        assert_eq!(
            every_page_is_in_the_table_of_contents(&files),
            ["docs/hidden.md: is not linked from docs/README.md"]
        );
    }

    #[test]
    fn equal_headings_are_numbered() {
        let anchors = headings("# A b\n## A b\n");
        assert!(anchors.contains("a-b") && anchors.contains("a-b-1"));
    }
}
