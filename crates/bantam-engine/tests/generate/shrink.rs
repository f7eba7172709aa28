//! Makes a failing case smaller: takes away rows of leads and events, then parts of the definition, as long as it still fails.
//!
//! A part of a definition is a line with the lines indented below it: a section, a group, a rule. What is left may lack
//! something that another part needs; `fails` then says no, as for a definition that passes, and the part stays.

use super::Case;

/// Returns the smallest case found for which `fails` is still true. The first case must fail.
///
/// Removing rows keeps both spellings of the facts in step only where `fails` looks at one of them.
pub(crate) fn shrink(case: Case, fails: impl Fn(&Case) -> bool) -> Case {
    let mut case = case;
    loop {
        let before = size(&case);
        case = shrink_parts(case, |case| &mut case.events_csv, rows, &fails);
        case = shrink_parts(case, |case| &mut case.leads_csv, rows, &fails);
        case = shrink_parts(case, |case| &mut case.events_ndjson, rows, &fails);
        case = shrink_parts(case, |case| &mut case.leads_ndjson, rows, &fails);
        case = shrink_parts(case, |case| &mut case.definition, parts, &fails);
        if size(&case) == before {
            return case;
        }
    }
}

fn size(case: &Case) -> usize {
    [&case.definition, &case.leads_csv, &case.events_csv, &case.leads_ndjson, &case.events_ndjson]
        .iter()
        .map(|text| text.len())
        .sum()
}

/// Tries to take away half of the parts of one text, then a quarter, down to single ones.
fn shrink_parts(
    mut case: Case,
    text: impl Fn(&mut Case) -> &mut String,
    split: impl Fn(&str) -> Vec<(usize, usize)>,
    fails: impl Fn(&Case) -> bool,
) -> Case {
    let mut step = split(text(&mut case)).len().max(1);
    loop {
        let mut at = 0;
        loop {
            let ranges = split(text(&mut case));
            let Some(chosen) = ranges.get(at..ranges.len().min(at + step)).filter(|chosen| !chosen.is_empty()) else {
                break;
            };
            let mut smaller = case.clone();
            for &(start, end) in without_inner(chosen).iter().rev() {
                text(&mut smaller).replace_range(start..end, "");
            }
            if fails(&smaller) {
                case = smaller;
            } else {
                at += step;
            }
        }
        if step == 1 {
            return case;
        }
        step = step.div_ceil(2);
    }
}

/// Ranges that lie in none of the others.
fn without_inner(ranges: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut outer: Vec<(usize, usize)> = Vec::new();
    for &(start, end) in ranges {
        if outer.last().is_none_or(|&(_, before)| start >= before) {
            outer.push((start, end));
        }
    }
    outer
}

/// The lines of a file after its first; of a CSV file that is the header. Quoted line ends do not split a row.
fn rows(text: &str) -> Vec<(usize, usize)> {
    let mut ranges = Vec::new();
    let (mut start, mut is_quoted) = (0, false);
    let is_csv = !text.starts_with('{');
    for (at, c) in text.char_indices() {
        is_quoted ^= is_csv && c == '"';
        if c == '\n' && !is_quoted {
            ranges.push((start, at + 1));
            start = at + 1;
        }
    }
    if start < text.len() {
        ranges.push((start, text.len()));
    }
    if is_csv && !ranges.is_empty() {
        ranges.remove(0);
    }
    ranges
}

/// Each line together with the deeper lines that follow it.
fn parts(text: &str) -> Vec<(usize, usize)> {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let depth = line.len() - line.trim_start_matches(' ').len();
        lines.push((start, start + line.len(), depth));
        start += line.len();
    }
    let mut ranges = Vec::new();
    for (index, &(start, mut end, depth)) in lines.iter().enumerate() {
        for &(_, next_end, next_depth) in &lines[index + 1..] {
            if next_depth <= depth {
                break;
            }
            end = next_end;
        }
        ranges.push((start, end));
    }
    ranges
}
