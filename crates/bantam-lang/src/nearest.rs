//! Finds the known name that an author most likely meant.

/// Returns the name nearest to `word`, or `None` where nothing is near enough to be a slip of the pen.
///
/// A name that differs only in case, blanks, `-` and `_` always wins; else the Damerau-Levenshtein distance may be
/// a third of the longer word's length.
pub fn nearest_name<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(word);
    known
        .into_iter()
        .filter(|name| *name != word && !name.is_empty())
        .map(|name| {
            let other = fold(name);
            let distance = if other == folded { 0 } else { strsim::damerau_levenshtein(&folded, &other).max(1) };
            let longest = folded.chars().count().max(other.chars().count());
            (distance, longest, name)
        })
        .filter(|(distance, longest, _)| *distance <= (longest / 3).max(1))
        .min_by_key(|(distance, ..)| *distance)
        .map(|(.., name)| name)
}

/// Returns "did you mean `x`?" for the nearest name.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest_name(word, known).map(|name| format!("did you mean `{name}`?"))
}

/// Returns names as a readable list: "`a`, `b` or `c`", shortened past `most`.
pub fn list_names<'a>(known: impl IntoIterator<Item = &'a str>, most: usize) -> String {
    let names: Vec<String> = known.into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        None => "nothing".into(),
        Some((last, [])) => last.clone(),
        Some(_) if names.len() > most => {
            let shown: Vec<_> = names.iter().take(most).cloned().collect();
            format!("{} and {} more", shown.join(", "), names.len() - most)
        }
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

fn fold(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, ' ' | '-' | '_' | '.')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_finds_its_name() {
        let known = ["employees", "industry", "country"];
        assert_eq!(nearest_name("employes", known), Some("employees"));
        assert_eq!(nearest_name("Industry", known), Some("industry"));
        assert_eq!(nearest_name("revenue", known), None);
        assert_eq!(nearest_name("software", ["Software", "Hardware"]), Some("Software"));
    }

    #[test]
    fn long_lists_are_shortened() {
        assert_eq!(list_names(["a", "b", "c"], 5), "`a`, `b` or `c`");
        assert_eq!(list_names(["a", "b", "c"], 2), "`a`, `b` and 1 more");
    }
}
