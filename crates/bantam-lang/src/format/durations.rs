//! Prints durations as the language writes them.

/// Units from the largest to the smallest, with their seconds.
const UNITS: [(i64, char); 5] = [(7 * 86_400, 'w'), (86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')];

/// Returns seconds in the largest unit that gives a whole number: `30d`, `90m`, `2w`.
pub(super) fn duration(seconds: i64) -> String {
    let unit = UNITS.into_iter().find(|(length, _)| seconds % length == 0);
    let (length, letter) = unit.unwrap_or((1, 's'));
    format!("{}{letter}", seconds / length)
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn the_largest_exact_unit_is_taken() {
        let durations = [300, 5_400, 86_400, 30 * 86_400, 14 * 86_400, 61].map(duration);
        assert_eq!(durations, ["5m", "90m", "1d", "30d", "2w", "61s"]);
    }
}
