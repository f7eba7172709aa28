//! Which time a report tells of, and what it is cut by: from the address into options and back into the form.

use super::names::Page;
use crate::insight::{CUTS, ReportName, ReportWish};
use crate::web::errors::{Errors, FieldError};
use bantam_insight::document::Document;
use bantam_insight::report::{Period, ReportOptions};
use bantam_lang::convert::parse_number;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;

/// How many attributes may be chosen for a cut: a longer list is no choice.
const ATTRIBUTES_MAX: usize = 100;
/// Stretches of time that are one click away, in days.
const RECENT: [(&str, i64); 3] = [("30 days", 30), ("90 days", 90), ("12 months", 365)];

/// What the address says, as it was typed.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Asked {
    from: String,
    to: String,
    by: String,
    cut: String,
    cost_per_hand_off: String,
    value_per_win: String,
    capacity: String,
}

/// Something that can be chosen.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) name: String,
    pub(super) is_chosen: bool,
}

/// A stretch of time that is one click away.
pub(super) struct Recent {
    pub(super) name: &'static str,
    pub(super) path: String,
    pub(super) is_chosen: bool,
}

/// The form above a report.
pub(super) struct Form {
    pub(super) path: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) by: Vec<Choice>,
    /// Empty where nothing is cut.
    pub(super) cuts: Vec<Choice>,
    pub(super) has_economics: bool,
    pub(super) cost_per_hand_off: String,
    pub(super) value_per_win: String,
    pub(super) capacity: String,
    pub(super) recent: Vec<Recent>,
}

impl Asked {
    /// Returns the options of a report, or what is wrong at which field.
    pub(super) fn options(&self) -> Result<ReportOptions, Errors> {
        let mut errors = Vec::new();
        let mut note = |field, message: &str| errors.push(FieldError { field, message: message.to_owned() });
        let mut day = |field, text: &str| match parse_day(text) {
            Ok(day) => day,
            Err(()) => {
                note(field, "This is no day such as 2026-01-31.");
                None
            }
        };
        let (from, to) = (day("from", &self.from), day("to", &self.to));
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            note("to", "The last day is before the first.");
        }
        let by = match self.by.as_str() {
            "week" => Period::Week,
            "" | "month" => Period::Month,
            "quarter" => Period::Quarter,
            _ => {
                note("by", "This is none of week, month and quarter.");
                Period::default()
            }
        };
        let mut quantity = |field, text: &str| match text.trim() {
            "" => None,
            text => {
                let number = parse_number(text).filter(|number| number.is_finite() && *number >= 0.0);
                if number.is_none() {
                    note(field, "This is no number that is 0 or more.");
                }
                number
            }
        };
        let options = ReportOptions {
            from: from.and_then(first_moment),
            // The last day counts, too.
            to: to.and_then(|day| first_moment(day.checked_add(1.day()).ok()?)),
            by,
            cuts: Vec::new(),
            cost_per_hand_off: quantity("cost_per_hand_off", &self.cost_per_hand_off),
            value_per_win: quantity("value_per_win", &self.value_per_win),
            capacity_a_week: quantity("capacity", &self.capacity),
            made_on: None,
        };
        if errors.is_empty() { Ok(options) } else { Err(Errors::all_of(errors)) }
    }

    /// Returns what is asked of a report.
    pub(super) fn wish(&self, name: ReportName, options: ReportOptions) -> ReportWish {
        let cuts = Some(self.cut.clone()).filter(|cut| !cut.is_empty());
        ReportWish { name, options, cuts: cuts.into_iter().collect() }
    }

    /// Returns the same time, without what is of one report alone.
    pub(super) fn of_time(&self) -> Asked {
        Asked { from: self.from.clone(), to: self.to.clone(), by: self.by.clone(), ..Asked::default() }
    }

    /// Returns an address with what is asked in it.
    pub(super) fn path(&self, path: &str) -> String {
        let all = [
            ("from", &self.from),
            ("to", &self.to),
            ("by", &self.by),
            ("cut", &self.cut),
            ("cost_per_hand_off", &self.cost_per_hand_off),
            ("value_per_win", &self.value_per_win),
            ("capacity", &self.capacity),
        ];
        let given: Vec<_> = all.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        match serde_urlencoded::to_string(given) {
            Ok(query) if !query.is_empty() => format!("{path}?{query}"),
            _ => path.to_owned(),
        }
    }

    /// Returns the form for the overview.
    pub(super) fn overview_form(&self, now: i64) -> Form {
        self.form_at("/reports".to_owned(), now)
    }

    /// Returns the form for a page.
    pub(super) fn form(&self, page: &Page, attributes: &[String], now: i64) -> Form {
        let form = self.form_at(format!("/reports/{}", page.path), now);
        match page.report {
            ReportName::KeyMetrics => Form { cuts: self.cuts(attributes), ..form },
            ReportName::Threshold => Form { has_economics: true, ..form },
            _ => form,
        }
    }

    fn form_at(&self, path: String, now: i64) -> Form {
        let by = |value: &str, name: &str| Choice {
            value: value.to_owned(),
            name: name.to_owned(),
            is_chosen: self.by == value || (self.by.is_empty() && value == "month"),
        };
        Form {
            recent: self.recent(&path, now),
            path,
            from: self.from.clone(),
            to: self.to.clone(),
            by: vec![by("week", "Week"), by("month", "Month"), by("quarter", "Quarter")],
            cuts: Vec::new(),
            has_economics: false,
            cost_per_hand_off: self.cost_per_hand_off.clone(),
            value_per_win: self.value_per_win.clone(),
            capacity: self.capacity.clone(),
        }
    }

    fn cuts(&self, attributes: &[String]) -> Vec<Choice> {
        let choice = |name: &str| Choice {
            value: name.to_owned(),
            name: if name.is_empty() { "nothing".to_owned() } else { name.replace('_', " ") },
            is_chosen: self.cut == name,
        };
        let others = attributes.iter().map(String::as_str).filter(|name| !CUTS.contains(name)).take(ATTRIBUTES_MAX);
        std::iter::once("").chain(CUTS).chain(others).map(choice).collect()
    }

    fn recent(&self, path: &str, now: i64) -> Vec<Recent> {
        let day = |days: i64| {
            let at = Timestamp::from_microsecond(now).ok()?.to_zoned(TimeZone::UTC).date();
            Some(at.checked_sub(days.days()).ok()?.to_string())
        };
        let to = |from: String| Asked { from, to: String::new(), ..self.clone() };
        let all = Recent {
            name: "All time",
            path: to(String::new()).path(path),
            is_chosen: self.from.is_empty() && self.to.is_empty(),
        };
        let recent = RECENT.into_iter().filter_map(|(name, days)| {
            let from = day(days)?;
            let is_chosen = self.from == from && self.to.is_empty();
            Some(Recent { name, path: to(from).path(path), is_chosen })
        });
        std::iter::once(all).chain(recent).collect()
    }
}

fn parse_day(text: &str) -> Result<Option<Date>, ()> {
    match text.trim() {
        "" => Ok(None),
        // With a time of day it would seem to be more exact than it is.
        text if text.len() != 10 => Err(()),
        text => text.parse().map(Some).map_err(drop),
    }
}

fn first_moment(day: Date) -> Option<i64> {
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

/// Returns of what time a report tells, and as of when, in one line.
pub(super) fn about(document: &Document) -> String {
    let of = |name: &str| document.subtitle.iter().find(|each| each.name == name).map(|each| each.value.as_str());
    let as_of = of("As of").unwrap_or_default();
    let as_of = as_of.split_once('.').map_or(as_of, |(seconds, _)| seconds).trim_end_matches('Z').replace('T', " ");
    format!("{}, by {}, as of {as_of} UTC", of("Time").unwrap_or_default(), of("Definition").unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(from: &str, to: &str) -> Asked {
        Asked { from: from.into(), to: to.into(), ..Asked::default() }
    }

    #[test]
    fn the_last_day_counts() {
        let options = asked("2026-01-01", "2026-01-31").options().ok().unwrap();
        let days = (options.to.unwrap() - options.from.unwrap()) / 86_400_000_000;
        assert_eq!(days, 31);
    }

    #[test]
    fn ui_04_what_cannot_be_read_is_said_at_its_field() {
        let wrong = Asked { by: "year".into(), capacity: "-1".into(), ..asked("2026-02-30", "2026-01-01T00:00Z") };
        let errors = wrong.options().err().unwrap();
        let fields: Vec<&str> = errors.all().iter().map(|error| error.field).collect();
        assert_eq!(fields, ["from", "to", "by", "capacity"]);
        let errors = asked("2026-02-02", "2026-02-01").options().err().unwrap();
        assert_eq!(errors.all().first().map(|error| error.field), Some("to"));
    }

    #[test]
    fn the_state_stands_in_the_address() {
        let asked = Asked { cut: "lead source".into(), ..asked("2026-01-01", "") };
        assert_eq!(asked.path("/reports/key-metrics"), "/reports/key-metrics?from=2026-01-01&cut=lead+source");
        assert_eq!(asked.of_time().path("/reports"), "/reports?from=2026-01-01");
    }
}
