//! B0224: keys of tables that can never decide.

use super::Context;
use super::intervals::{OutcomeBy, event_names, table_outcomes};
use super::possible::Values;
use super::show::show;
use super::values::not_a_cell;
use super::world::World;
use super::written::rule_decls;
use crate::codes;
use crate::convert::{number_text, parse_number};
use crate::definition::{PointsDecl, RuleDecl, SectionDecl, Text};
use crate::diagnostic::Diagnostic;
use crate::meaning::{Expr, Points, RuleKind, Section, Table, TableKeys};
use crate::nearest::{did_you_mean, list_names};
use crate::source::Spanned;

/// Finds keys that never decide.
pub(super) fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let mut found = section_keys(context, &context.meaning.fit, context.definition.fit.as_ref());
    found.extend(section_keys(context, &context.meaning.engagement, context.definition.engagement.as_ref()));
    found
}

fn section_keys(context: &Context<'_>, section: &Section, written: Option<&SectionDecl>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (rule, decl) in section.rules.iter().zip(rule_decls(written)) {
        let Points::Table { by, table } = &rule.points else { continue };
        let events = match &rule.kind {
            RuleKind::Events { select, .. } => event_names(context.meaning, select),
            RuleKind::Lead { .. } => None,
        };
        let world = context.world.with_events(events);
        found.extend(table_keys(&world, by, table, decl));
    }
    found
}

fn table_keys(world: &World<'_>, by: &Expr, table: &Table, decl: &RuleDecl) -> Vec<Diagnostic> {
    let outcomes = table_outcomes(world, by, table);
    let decides = |by: OutcomeBy| outcomes.iter().any(|outcome| outcome.by == by);
    let PointsDecl::Table(entries) = &decl.points else { return Vec::new() };
    let names = || entries.value.iter().map(|(name, _)| name);
    let written = |key: &str| names().find(|name| name.value.trim() == key);
    let mut found: Vec<Diagnostic> = match &table.keys {
        TableKeys::Text(keys) => (0..keys.len())
            .filter(|index| !decides(OutcomeBy::Key(*index)))
            .filter_map(|index| names().find(|name| Some(&name.value) == keys.get(index).map(|(key, _)| key)))
            .map(|name| text_key(world, by, name))
            .collect(),
        TableKeys::Number(keys) => number_keys(world, by, keys, &decides, &entries.value),
        TableKeys::Boolean { .. } => [(0, "true"), (1, "false")]
            .into_iter()
            .filter(|(index, _)| !decides(OutcomeBy::Key(*index)))
            .filter_map(|(_, key)| written(key))
            .map(|name| never(name, format!("`{}` is never `{}`", show(world.meaning, by), name.value), None))
            .collect(),
    };
    if let Some(name) = written("else").filter(|_| table.otherwise.is_some() && !decides(OutcomeBy::Otherwise)) {
        let help = "remove it; a value that is not there at all is `missing`";
        found.push(never(name, "`else` never applies: the other keys hold every value".into(), Some(help.into())));
    }
    if let Some(name) = written("missing").filter(|_| table.missing.is_some() && !decides(OutcomeBy::Missing)) {
        let message = format!("`missing` never applies: `{}` always has a value", show(world.meaning, by));
        found.push(never(name, message, Some("remove it".into())));
    }
    found
}

fn never(name: &Text, message: String, help: Option<String>) -> Diagnostic {
    Diagnostic::warning(codes::KEY_NEVER_APPLIES, name.span, message).label("never applies").maybe_help(help)
}

fn text_key(world: &World<'_>, by: &Expr, name: &Text) -> Diagnostic {
    let key = &name.value;
    match world.look_at(by).values {
        Values::Texts(texts) if !texts.contains(key) => {
            let known = || texts.iter().map(String::as_str);
            let help = did_you_mean(key, known()).unwrap_or_else(|| format!("known here: {}", list_names(known(), 13)));
            never(name, format!("`{}` is never `{key}`", show(world.meaning, by)), Some(help))
        }
        _ => {
            let (message, help) = not_a_cell(world, by, key);
            let help = if key.trim().is_empty() || message.contains("`missing` lists") {
                Some("give points to a missing value with the key `missing`".into())
            } else {
                help
            };
            never(name, message, help)
        }
    }
}

/// Of several keys above what the number can be, the lowest is told for all.
fn number_keys(
    world: &World<'_>,
    by: &Expr,
    keys: &[(f64, i64)],
    decides: &dyn Fn(OutcomeBy) -> bool,
    written: &[(Text, Spanned<i64>)],
) -> Vec<Diagnostic> {
    let shown = show(world.meaning, by);
    let interval = world.look_at(by).values.interval();
    let place = |bound: f64| {
        let is_it = |name: &&Text| name.value.trim().strip_suffix('+').and_then(parse_number) == Some(bound);
        written.iter().map(|(name, _)| name).find(is_it)
    };
    let idle = keys.iter().enumerate().filter(|(index, _)| !decides(OutcomeBy::Key(*index)));
    let (above, below): (Vec<f64>, Vec<f64>) =
        idle.map(|(_, (bound, _))| *bound).partition(|bound| interval.at_least(*bound).is_empty());
    let mut found = Vec::new();
    if let Some((name, lowest)) = above.first().and_then(|lowest| Some((place(*lowest)?, lowest))) {
        let more = match above.len() {
            1 => String::new(),
            2 => "; the key above it never applies either".into(),
            count => format!("; the {} keys above it never apply either", count - 1),
        };
        let most = number_text(interval.high);
        let message = format!("`{shown}` never reaches {}: it is {most} at most{more}", number_text(*lowest));
        found.push(never(name, message, Some("choose lower bounds, or remove what never applies".into())));
    }
    for name in below.iter().filter_map(|bound| place(*bound)) {
        let message = format!("`{shown}` always reaches a higher key: it is {} at least", number_text(interval.low));
        found.push(never(name, message, Some("remove it".into())));
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::check;

    fn table(by: &str, points: &str) -> String {
        format!(
            "missing: [N/A]\nlead: {{t: text, b: boolean, d: {{type: text, default: x}}, title: text, email: text}}\nqualification: BANT\n\
             signals: {{views: {{count: page_viewed}}}}\nfit:\n  rules:\n    R: {{by: '{by}', points: {points}}}\n"
        )
    }

    #[test]
    fn keys_that_never_apply_are_found() {
        let cases = [
            ("t", "{\" a\": 5}", "`t` never begins or ends with a blank, ` a` does"),
            ("t", "{N/A: 5}", "`t` is never `N/A`: `missing` lists it as \"no value\""),
            ("t", "{\"\": 5}", "`t` is never empty: an empty value is missing"),
            ("d", "{y: 5, missing: 3}", "`missing` never applies: `d` always has a value"),
            ("b", "{true: 5, false: 3, else: 4}", "`else` never applies: the other keys hold every value"),
            ("seniority(title)", "{VP: 5, Vice President: 3}", "`seniority(title)` is never `Vice President`"),
            ("sales_status", "{won: 5, closed: 3}", "`sales_status` is never `closed`"),
            (
                "email_domain(email)",
                "{ACME.com: 5}",
                "`email_domain(email)` is never `ACME.com`: it is the part behind the `@`, in small letters",
            ),
            ("criteria_met", "{1+: 5, 5+: 9}", "`criteria_met` never reaches 5: it is 4 at most"),
            ("views", "{-1+: 1, 0+: 5, 3+: 9}", "`views` always reaches a higher key: it is 0 at least"),
            ("views", "{1+: 5, missing: 9}", "`missing` never applies: `views` always has a value"),
            ("views", "{0+: 5, else: 9}", "`else` never applies: the other keys hold every value"),
        ];
        for (by, points, message) in cases {
            let mut expected = vec![format!("8: B0224 {message}")];
            if points == "{N/A: 5}" || points.starts_with("{\"") || points.contains("ACME") {
                expected.insert(0, "8: B0223 the rule `R` never gives a point: no key of its table can apply".into());
            }
            check(&table(by, points), &expected.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }

    #[test]
    fn keys_that_may_apply_are_left_alone() {
        check(&table("t", "{a: 5, else: 2, missing: 1}"), &[]);
        check(&table("b", "{true: 5, false: 3, missing: 1}"), &[]);
        check(&table("b", "{true: 5, else: 3}"), &[]);
        check(&table("d", "{x: 5, else: 3}"), &[]);
        check(&table("t.lowerAscii()", "{vp: 5}"), &[]);
    }
}
