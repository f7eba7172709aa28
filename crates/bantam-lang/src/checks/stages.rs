//! B0221: stages out of reach. B0227: stages on which no lead can stand because the next is reached with them.

use super::Context;
use super::always_true::is_always_true;
use super::assume::assume;
use super::facts::Facts;
use super::never::{Never, why_never};
use super::places::{Place, Role};
use super::show::show;
use super::world::World;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::meaning::{Meaning, Stage};
use std::ops::Range;

/// Finds stages no lead can reach.
pub(super) fn check_reach(context: &Context<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for ladder in ladders(context.meaning) {
        let mut facts = Some(Facts::default());
        for stage in context.meaning.stages.get(ladder).unwrap_or_default() {
            match (place_of(context, stage), facts.take()) {
                (None, before) => facts = before,
                (Some(place), before) => match why_never(context, place) {
                    // What stands above a stage out of reach is out of reach too; that needs no more words.
                    Some(Never::Told) => {}
                    Some(Never::Because(reason)) => {
                        let message = format!("`{}` {}", stage.name, reason.text);
                        let help = "lower the bound, raise the points or a cap, or remove the stage";
                        found.push(
                            Diagnostic::warning(codes::STAGE_OUT_OF_REACH, reason.span, message)
                                .label("out of reach")
                                .help(help),
                        );
                    }
                    None => {
                        let after = before.clone().map(|before| climb(&context.world, place, before));
                        if let (Some(before), Some(None)) = (before, &after) {
                            found.push(out_of_reach_together(context, stage, place, &before));
                        }
                        facts = after.flatten();
                    }
                },
            }
        }
    }
    found
}

fn climb(world: &World<'_>, place: &Place<'_>, facts: Facts) -> Option<Facts> {
    world.refuel();
    assume(world, place.expr, true, facts)?.settled(world)
}

fn out_of_reach_together(context: &Context<'_>, stage: &Stage, place: &Place<'_>, _: &Facts) -> Diagnostic {
    let condition = show(context.meaning, place.expr);
    let message = format!("`{}` is never reached: `{condition}` excludes a stage before it", stage.name);
    let help = "a lead climbs stage by stage: what an earlier stage asks must hold here too";
    let mut diagnostic = Diagnostic::warning(codes::STAGE_OUT_OF_REACH, place.expr.span, message).help(help);
    let earlier = context.meaning.stages.iter().take_while(|other| other.name != stage.name);
    let excluding = earlier.filter_map(|other| other.condition.as_ref()).find(|other| {
        let world = &context.world;
        world.refuel();
        let facts = assume(world, other, true, Facts::default());
        facts.and_then(|facts| assume(world, place.expr, true, facts)?.settled(world)).is_none()
    });
    if let Some(other) = excluding {
        diagnostic = diagnostic.label("never true together").related(other.span, "with this");
    }
    diagnostic
}

/// Finds stages that a lead passes without ever standing on them.
pub(super) fn check_implied(context: &Context<'_>) -> Vec<Diagnostic> {
    let world = &context.world;
    let mut found = Vec::new();
    for ladder in ladders(context.meaning) {
        let mut facts = Facts::default();
        let stages = context.meaning.stages.get(ladder).unwrap_or_default();
        for (index, stage) in stages.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|before| stages.get(before));
            let Some(condition) = &stage.condition else {
                found.extend(before.map(|before| implied(before, stage, "has no condition")));
                continue;
            };
            world.refuel();
            let always = is_always_true(world, condition);
            world.refuel();
            let is_implied = !always
                && !world.can_be_unknown(condition, &facts)
                && !world.can_be(condition, &facts, false)
                && world.is_sure();
            if is_implied && let Some(before) = before {
                found.push(implied(before, stage, "asks no more than the stages before it"));
            }
            world.refuel();
            match assume(world, condition, true, facts).and_then(|facts| facts.settled(world)) {
                Some(after) => facts = after,
                None => break,
            }
        }
    }
    found
}

fn implied(before: &Stage, stage: &Stage, why: &str) -> Diagnostic {
    let message = format!("no lead ever stands on `{}`: `{}` {why}", before.name, stage.name);
    Diagnostic::warning(codes::STAGE_IMPLIED, stage.span, message)
        .label("always reached together")
        .related(before.span, "with this stage")
        .help(format!("ask more for `{}`, or remove one of the two", stage.name))
}

fn place_of<'c, 'a>(context: &'c Context<'a>, stage: &Stage) -> Option<&'c Place<'a>> {
    let condition = stage.condition.as_ref()?;
    context.places.iter().find(|place| place.role == Role::Stage && place.expr.span == condition.span)
}

/// Returns the ladders: marketing's up to the hand-off and sales's after it, or one.
fn ladders(meaning: &Meaning) -> Vec<Range<usize>> {
    let count = meaning.stages.len();
    match &meaning.hand_off {
        Some(hand_off) => vec![0..hand_off.stage + 1, hand_off.stage + 1..count],
        None => vec![0..count; 1],
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::check;

    const RULES: &str =
        "lead: {x: number, y: number}\nfit: {rules: {A: {if: x > 5, points: 30}, B: {if: y > 5, points: 15}}}\n";

    #[test]
    fn a_stage_beyond_the_points_is_out_of_reach() {
        check(
            &format!("{RULES}stages: [Lead, Ready: fit >= 50, Won: accepted_by_sales]\nhand_off: Ready\n"),
            &["4: B0221 `Ready` needs fit 50, the rules give 45 at most"],
        );
        check(&format!("{RULES}stages: [Lead, Ready: fit >= 45]\n"), &[]);
        check(
            &format!("{RULES}stages: [Lead, Ready: score > 45 && x > 3]\n"),
            &["4: B0221 `Ready` needs score above 45, the rules give 45 at most"],
        );
    }

    #[test]
    fn points_that_repeat_have_no_end() {
        let yaml = |cap: &str| {
            format!(
                "engagement: {{rules: {{A: {{on: page_viewed, points: 5{cap}}}}}}}\nstages: [Lead, Ready: engagement >= 50]\n"
            )
        };
        check(&yaml(""), &[]);
        check(&yaml(", cap: 45"), &["3: B0221 `Ready` needs engagement 50, the rules give 45 at most"]);
        check(&yaml(", times: 3"), &["3: B0221 `Ready` needs engagement 50, the rules give 5 at most"]);
        check(
            &yaml(", within: 7d, once_per: day"),
            &["3: B0221 `Ready` needs engagement 50, the rules give 40 at most"],
        );
        check(&yaml(", within: 9d, once_per: day"), &[]);
    }

    #[test]
    fn stages_may_exclude_each_other() {
        check(
            "lead: {x: number}\nstages: [Small: x < 10, Large: x >= 10]\n",
            &["3: B0221 `Large` is never reached: `x >= 10` excludes a stage before it"],
        );
        check("lead: {x: number}\nstages: [Small: x < 10, Sold: x >= 10 && accepted_by_sales]\nhand_off: Small\n", &[]);
    }

    #[test]
    fn a_stage_may_be_implied() {
        let implied = "no lead ever stands on `Profiled`: `Ready` asks no more than the stages before it";
        check(
            &format!("{RULES}stages: [Lead, Profiled: fit >= 40, Ready: fit >= 30]\n"),
            &[&format!("4: B0227 {implied}")],
        );
        check(&format!("{RULES}stages: [Lead, Profiled: fit >= 30, Ready: fit >= 40]\n"), &[]);
        check(&format!("{RULES}stages: [Lead, Profiled: fit >= 30, Ready: x > 2]\n"), &[]);
        check(
            "stages: [Lead, Taken: became_opportunity, Deal: accepted_by_sales]\nhand_off: Lead\n",
            &["2: B0227 no lead ever stands on `Taken`: `Deal` asks no more than the stages before it"],
        );
    }
}
