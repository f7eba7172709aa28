//! The numbers of a definition that people turn most: points, thresholds, caps, decay. Each is a place in the text, so a
//! form that changes them changes the same text.

use bantam_lang::definition::{Definition, Frame, PointsDecl, RuleDecl, RuleOrGroup, SectionDecl};
use bantam_lang::meaning::{Expr, ExprKind, Meaning, Name, Value};
use bantam_lang::source::Span;

/// Numbers that belong together.
pub(super) struct Panel {
    pub(super) title: &'static str,
    pub(super) knobs: Vec<Knob>,
}

/// A number in the text.
pub(super) struct Knob {
    pub(super) label: String,
    /// What is written there.
    pub(super) value: String,
    /// The field's name: where the number stands, in UTF-16 units, as editors count.
    pub(super) field: String,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether it is a duration such as `30d`, and not a number.
    pub(super) is_duration: bool,
    /// For a threshold, up to where a slider goes.
    pub(super) slider_max: Option<i64>,
}

/// What the name of a knob's field begins with.
pub(super) const FIELD: &str = "at.";

/// Returns the numbers of a definition by what they are for. `meaning` is there when it has no errors.
pub(super) fn panels(text: &str, definition: &Definition, meaning: Option<&Meaning>) -> Vec<Panel> {
    let mut finder = Finder { text, knobs: Vec::new() };
    let thresholds = {
        if let Some(meaning) = meaning {
            finder.stages(meaning);
        }
        std::mem::take(&mut finder.knobs)
    };
    let mut section = |decl: Option<&SectionDecl>| {
        if let Some(decl) = decl {
            finder.section(decl);
        }
        std::mem::take(&mut finder.knobs)
    };
    let panels = [
        Panel { title: "Thresholds", knobs: thresholds },
        Panel { title: "Who they are", knobs: section(definition.fit.as_ref()) },
        Panel { title: "What they do", knobs: section(definition.engagement.as_ref()) },
    ];
    panels.into_iter().filter(|panel| !panel.knobs.is_empty()).collect()
}

struct Finder<'t> {
    text: &'t str,
    knobs: Vec<Knob>,
}

impl Finder<'_> {
    fn stages(&mut self, meaning: &Meaning) {
        for stage in &meaning.stages {
            for (_, part) in &stage.parts {
                self.thresholds(&stage.name, part);
            }
        }
    }

    /// Adds the numbers that a part of a stage's condition compares points with.
    fn thresholds(&mut self, stage: &str, part: &Expr) {
        match &part.kind {
            ExprKind::Compare(_, left, right) => {
                let (ExprKind::Name(name), ExprKind::Literal(Value::Number(number))) = (&left.kind, &right.kind) else {
                    return;
                };
                let name = match name {
                    Name::Fit => "fit",
                    Name::Engagement => "engagement",
                    Name::Score => "score",
                    Name::CriteriaMet => "answers",
                    _ => return,
                };
                #[expect(clippy::cast_possible_truncation, reason = "a slider needs no more than its size")]
                let most = ((number.abs() * 2.0) as i64).max(100);
                self.add(format!("{stage}: {name}"), right.span, false);
                if let Some(knob) = self.knobs.last_mut() {
                    knob.slider_max = Some(most);
                }
            }
            ExprKind::And(parts) | ExprKind::Or(parts) => {
                for part in parts {
                    self.thresholds(stage, part);
                }
            }
            _ => {}
        }
    }

    fn section(&mut self, section: &SectionDecl) {
        self.frame("All of it", &section.frame);
        for item in &section.items {
            match item {
                RuleOrGroup::Rule(rule) => self.rule(rule),
                RuleOrGroup::Group(group) => {
                    self.frame(&group.name.value, &group.frame);
                    group.rules.iter().for_each(|rule| self.rule(rule));
                }
            }
        }
    }

    fn rule(&mut self, rule: &RuleDecl) {
        let name = &rule.name.value;
        match &rule.points {
            PointsDecl::Fixed(points) => self.add(name.clone(), points.span, false),
            PointsDecl::Table(entries) => {
                for (key, points) in &entries.value {
                    self.add(format!("{name}: {}", key.value), points.span, false);
                }
            }
            PointsDecl::Unreadable => {}
        }
        self.frame(name, &rule.frame);
    }

    fn frame(&mut self, name: &str, frame: &Frame) {
        if let Some(limit) = frame.limit.filter(|limit| limit.is_cap) {
            self.add(format!("{name}: cap"), limit.span, false);
        }
        if let Some(decay) = &frame.decay {
            self.add(format!("{name}: halved every"), decay.span, true);
        }
    }

    /// Adds a number where the text at its place is one: in a list or behind a sign it is left to the text itself.
    fn add(&mut self, label: String, span: Span, is_duration: bool) {
        let Some(value) = self.text.get(span.start..span.end) else { return };
        let fits = match is_duration {
            true => is_duration_text(value),
            false => value.parse::<i64>().is_ok(),
        };
        if !fits {
            return;
        }
        let units = |place: usize| self.text.get(..place).map_or(0, |before| before.encode_utf16().count());
        let (start, end) = (units(span.start), units(span.end));
        let field = format!("{FIELD}{start}.{end}");
        self.knobs.push(Knob { label, value: value.to_owned(), field, start, end, is_duration, slider_max: None });
    }
}

/// Returns whether a text is a whole number with a unit, such as `30d`.
fn is_duration_text(text: &str) -> bool {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    !digits.is_empty() && digits.len() < text.len() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the text with the numbers of a form in the places where they stood. What is no number is left as it was.
pub(super) fn turned(text: &str, fields: &[(String, String)]) -> String {
    let place = |name: &str| {
        let (start, end) = name.strip_prefix(FIELD)?.split_once('.')?;
        Some((start.parse::<usize>().ok()?, end.parse::<usize>().ok()?))
    };
    let mut turns: Vec<(usize, usize, &str)> =
        fields.iter().filter_map(|(name, value)| place(name).map(|(start, end)| (start, end, value.trim()))).collect();
    turns.sort_unstable();
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut turned: Vec<u16> = Vec::with_capacity(units.len());
    let mut done = 0;
    for (start, end, value) in turns {
        let is_value = value.parse::<i64>().is_ok() || is_duration_text(value);
        let Some(before) = units.get(done..start).filter(|_| end > start && is_value) else { continue };
        if end > units.len() {
            continue;
        }
        turned.extend_from_slice(before);
        turned.extend(value.encode_utf16());
        done = end;
    }
    turned.extend_from_slice(units.get(done..).unwrap_or_default());
    String::from_utf16_lossy(&turned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bantam_lang::source::Source;

    const TEXT: &str = "bantam: 1\nname: Größe 😀\nlead: {size: number}\nfit:\n  rules:\n    Size: {by: size, points: {50+: 10}}\n    Base: {if: known(size), points: 5}\nengagement:\n  halve_every: 30d\n  rules:\n    Demo: {on: demo, points: 40, cap: 80}\nstages: [New, Ready: fit >= 40]\n";

    fn knobs(text: &str) -> Vec<Knob> {
        let loaded = bantam_lang::load(Source::new("d.yaml", text), &mut |_: &str| Err("none".into()));
        let checked = loaded.checked.unwrap();
        let panels = panels(text, checked.definition(), Some(&checked.meaning()));
        panels.into_iter().flat_map(|panel| panel.knobs).collect()
    }

    #[test]
    fn the_numbers_of_a_definition_are_found_where_they_stand() {
        let told: Vec<String> = knobs(TEXT).iter().map(|knob| format!("{} = {}", knob.label, knob.value)).collect();
        assert_eq!(
            told,
            [
                "Ready: fit = 40",
                "Size: 50+ = 10",
                "Base = 5",
                "All of it: halved every = 30d",
                "Demo = 40",
                "Demo: cap = 80"
            ]
        );
    }

    #[test]
    fn turning_a_number_changes_it_in_the_text_and_nothing_else() {
        let fields: Vec<(String, String)> = knobs(TEXT)
            .into_iter()
            .map(|knob| {
                let value = if knob.label.starts_with("Ready") { "125".to_owned() } else { knob.value };
                (knob.field, value)
            })
            .collect();
        assert_eq!(turned(TEXT, &fields), TEXT.replace("fit >= 40", "fit >= 125"));
        assert_eq!(turned(TEXT, &[("at.3.2".into(), "1".into()), ("at.0.999999".into(), "1".into())]), TEXT);
        assert_eq!(turned(TEXT, &[("at.0.6".into(), "x: y".into())]), TEXT);
    }
}
