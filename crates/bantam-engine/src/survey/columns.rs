//! Counts what the data holds for each attribute and property, and finds columns that nobody declared.

use super::shown::value_text;
use crate::columns::{Column, MISSING_TIME};
use crate::input::{ColumnReport, Dataset, InputReport, Place, RowKind};
use bantam_lang::meaning::{Attribute, Meaning, Type, Value};
use bantam_lang::nearest::nearest_name;
use rayon::prelude::*;

/// How many of the most frequent values are shown per column.
const FREQUENT_MAX: usize = 5;

/// What the data holds for an attribute of leads or a property of events.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnSurvey {
    /// Whose.
    pub kind: RowKind,
    /// The name conditions use.
    pub name: String,
    /// Its type.
    pub value_type: Type,
    /// Header of its column, or the path to it.
    pub column: String,
    /// Whether any file had the column.
    pub found: bool,
    /// Rows with a value.
    pub present: u64,
    /// Rows without one.
    pub missing: u64,
    /// Rows whose value did not convert; they count as missing but are not among `missing`.
    pub failed: u64,
    /// The first value that did not convert, with its place.
    pub example: Option<(String, Place)>,
    /// The value that stands in where there is none.
    pub default: Option<String>,
    /// How many different values count: on leads with a row of their own and on events, at *as of*, defaults filled in.
    pub distinct: u64,
    /// The most frequent of them, with how often they come; most frequent first.
    pub frequent: Vec<(String, u64)>,
    /// Where no file had the column, one that nobody declared and that it may be, as it is written after `from`.
    pub nearest: Option<String>,
}

/// A column of the files that nobody declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrayColumn {
    /// Lead or event.
    pub kind: RowKind,
    /// Its header; a key inside `properties` is written `properties.key`.
    pub column: String,
    /// Rows that had it.
    pub rows: u64,
    /// The declared column that it looks like.
    pub nearest: Option<String>,
}

impl ColumnSurvey {
    /// Returns whether the column is there and no row has a value in it, readable or not.
    pub fn is_always_missing(&self) -> bool {
        self.found && self.present == 0 && self.failed == 0
    }
}

/// Surveys the columns of one kind of row.
pub(super) fn survey_columns(kind: RowKind, declared: &[Attribute], data: &Dataset, as_of: i64) -> Vec<ColumnSurvey> {
    let (columns, counts): (&[Column], Vec<bool>) = match kind {
        RowKind::Lead => (&data.leads.attributes, data.leads.has_row.clone()),
        RowKind::Event => (&data.events.properties, data.events.time.iter().map(|&time| time <= as_of).collect()),
    };
    let of_kind = |report: &&ColumnReport| report.kind == kind && report.attribute.is_some();
    let reports: Vec<&ColumnReport> = data.report.columns.iter().filter(of_kind).collect();
    declared
        .par_iter()
        .enumerate()
        .map(|(index, attribute)| {
            let report = reports.iter().find(|report| report.attribute.as_ref() == Some(&attribute.name));
            let (distinct, frequent) = columns.get(index).map(|column| frequent(column, &counts)).unwrap_or_default();
            let found = report.is_some_and(|report| report.found);
            ColumnSurvey {
                kind,
                name: attribute.name.clone(),
                value_type: attribute.kind,
                column: attribute.column.clone(),
                found,
                present: report.map_or(0, |report| report.present),
                missing: report.map_or(0, |report| report.missing),
                failed: report.map_or(0, |report| report.failed),
                example: report.and_then(|report| report.example.clone()),
                default: attribute.default.as_ref().map(value_text),
                distinct,
                frequent,
                nearest: if found { None } else { stray_like(kind, attribute, &data.report) },
            }
        })
        .collect()
}

/// Returns the undeclared column that a declared one may be.
fn stray_like(kind: RowKind, attribute: &Attribute, report: &InputReport) -> Option<String> {
    let strays = || report.unused.iter().filter(|unused| unused.kind == kind);
    let headers = || strays().map(|unused| unused.column.as_str());
    let last = attribute.column.rsplit('.').next().unwrap_or_default();
    let keys = || headers().filter_map(|header| header.strip_prefix("properties."));
    [attribute.column.as_str(), &attribute.name, last]
        .into_iter()
        .find_map(|name| nearest_name(name, headers()).or_else(|| nearest_name(name, keys())))
        .or_else(|| strays().find(|each| each.nearest.as_ref() == Some(&attribute.column)).map(|each| &*each.column))
        .map(str::to_owned)
}

/// Returns the columns nobody declared, each with the declared one it looks like.
pub(super) fn stray_columns(meaning: &Meaning, report: &InputReport) -> Vec<StrayColumn> {
    let stray = |unused: &crate::input::UnusedColumn| {
        let declared = match unused.kind {
            RowKind::Lead => &meaning.lead.attributes,
            RowKind::Event => &meaning.event.properties,
        };
        let header = unused.column.strip_prefix("properties.").unwrap_or(&unused.column);
        let nearest = nearest_name(header, declared.iter().map(|attribute| attribute.column.as_str()));
        StrayColumn {
            kind: unused.kind,
            column: unused.column.clone(),
            rows: unused.rows,
            nearest: nearest.map(str::to_owned).or_else(|| unused.nearest.clone()),
        }
    };
    report.unused.iter().map(stray).collect()
}

/// Returns how many different values the counting rows have, and the most frequent ones.
fn frequent(column: &Column, counts: &[bool]) -> (u64, Vec<(String, u64)>) {
    fn counting<'v, T: Copy>(values: &'v [T], counts: &'v [bool]) -> impl Iterator<Item = T> + 'v {
        values.iter().zip(counts).filter(|(_, counts)| **counts).map(|(value, _)| *value)
    }
    match column {
        Column::Text(text) => {
            let mut by_code = vec![0_u64; text.dictionary.len()];
            for code in counting(&text.codes, counts) {
                if let Some(count) = by_code.get_mut(code as usize) {
                    *count += 1;
                }
            }
            let counted = (0_u32..).zip(by_code).filter(|(_, count)| *count > 0).collect();
            top(counted, |code| Value::Text(text.dictionary.get(code).unwrap_or_default().to_owned()))
        }
        Column::Boolean(values) => {
            top(runs(counting(values, counts).filter_map(|truth| truth.known()).collect()), Value::Boolean)
        }
        Column::Time(values) => {
            top(runs(counting(values, counts).filter(|time| *time != MISSING_TIME).collect()), Value::Time)
        }
        Column::Number(values) => {
            let bits = counting(values, counts).filter(|number| !number.is_nan()).map(ordered_bits).collect();
            top(runs(bits), |bits| Value::Number(from_ordered_bits(bits)))
        }
    }
}

/// Counts equal values. Sorting keeps memory at 8 bytes a row where nearly all values differ.
fn runs<T: Copy + Ord + Send>(mut values: Vec<T>) -> Vec<(T, u64)> {
    values.par_sort_unstable();
    values.chunk_by(|a, b| a == b).filter_map(|run| run.first().map(|value| (*value, run.len() as u64))).collect()
}

/// Returns the number of values and the most frequent ones; of equal counts those that stand first.
fn top<T: Copy + Ord>(mut counted: Vec<(T, u64)>, value: impl Fn(T) -> Value) -> (u64, Vec<(String, u64)>) {
    let distinct = counted.len() as u64;
    let order = |a: &(T, u64), b: &(T, u64)| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0));
    if counted.len() > FREQUENT_MAX {
        counted.select_nth_unstable_by(FREQUENT_MAX, order);
        counted.truncate(FREQUENT_MAX);
    }
    counted.sort_unstable_by(order);
    (distinct, counted.into_iter().map(|(each, count)| (value_text(&value(each)), count)).collect())
}

/// Returns bits that sort as their numbers do.
fn ordered_bits(number: f64) -> u64 {
    let bits = (number + 0.0).to_bits();
    if number.is_sign_negative() && number != 0.0 { !bits } else { bits | 1 << 63 }
}

fn from_ordered_bits(bits: u64) -> f64 {
    f64::from_bits(if bits >> 63 == 1 { bits & !(1 << 63) } else { !bits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_sort_as_their_numbers() {
        let numbers = [-1e9, -2.5, -1.0, 0.0, 0.5, 3.0, 1e300];
        assert!(numbers.map(ordered_bits).is_sorted());
        assert_eq!(numbers.map(|number| from_ordered_bits(ordered_bits(number))), numbers);
        assert_eq!(ordered_bits(-0.0), ordered_bits(0.0));
    }
}
