//! Personas, disqualifiers, stages, grades and routes.

use super::expressions::condition;
use super::random::Random;
use super::shape::World;
use super::words::RULE_NAMES;
use super::yaml::{self, Place};
use bantam_lang::meaning::Type;

pub(crate) fn declare_personas(random: &mut Random, world: &mut World) {
    if !random.chance(60) {
        return;
    }
    world.line("personas:");
    let names = random.some(&["Economic buyer", "Champion", "Buyer: odd", "日本"], 1, 3);
    for name in &names {
        let condition = condition(random, &world.scope, 1);
        let condition = yaml::expression(random, &condition, Place::Block);
        world.line(format!("  - {}: {condition}", yaml::text(random, name)));
    }
    world.scope.personas = names.iter().map(|&name| name.to_owned()).collect();
    world.scope.add("persona", Type::Text);
}

/// Everything after the sections.
pub(crate) fn declare_outcome(random: &mut Random, world: &mut World) {
    // Twice, so that stages are about points more often than not.
    for _ in 0..2 {
        for name in ["fit", "engagement", "score", "fit_unknown"] {
            world.scope.add(name, Type::Number);
        }
    }
    declare_disqualifiers(random, world);
    let stages = declare_stages(random, world);
    declare_grades(random, world);
    world.scope.stages = stages;
    world.scope.stages.push("Disqualified".into());
    world.scope.add("stage", Type::Text);
    world.scope.add("disqualified", Type::Boolean);
    declare_routes(random, world);
}

fn declare_disqualifiers(random: &mut Random, world: &mut World) {
    if !random.chance(45) {
        return;
    }
    world.line("disqualify:");
    for name in random.some(&RULE_NAMES, 1, 2) {
        // Two that must both hold, so that most leads are left.
        let condition = format!("({}) && ({})", condition(random, &world.scope, 0), condition(random, &world.scope, 1));
        let condition = yaml::expression(random, &condition, Place::Block);
        world.line(format!("  {}: {condition}", yaml::text(random, name)));
    }
}

fn declare_stages(random: &mut Random, world: &mut World) -> Vec<String> {
    world.line("stages:");
    let names = ["Inquiry", "Profiled", "Sales-ready", "Überprüft & reif", "Accepted", "Opportunity", "3: won?"];
    let count = random.between(1, names.len() as i64) as usize;
    let names = &names[..count];
    for (index, name) in names.iter().enumerate() {
        let name_written = yaml::text(random, name);
        if (index == 0 && random.chance(70)) || random.chance(5) {
            world.line(format!("  - {name_written}"));
            continue;
        }
        let condition = stage_condition(random, world, index, count);
        let condition = yaml::expression(random, &condition, Place::Block);
        world.line(format!("  - {name_written}: {condition}"));
    }
    if random.chance(75) {
        let at = {
            let stage = *random.pick(names);
            yaml::text(random, stage)
        };
        let written = match random.below(4) {
            0 => format!("{{stage: {at}, reject_reasons: [wrong contact, no budget], recycle_after: 30d}}"),
            1 => format!("{{stage: {at}}}"),
            _ => at,
        };
        world.line(format!("hand_off: {written}"));
    }
    names.iter().map(|&name| name.to_owned()).collect()
}

/// Low bounds on the first rungs and answers of sales on the last ones, so that leads spread over the ladder.
fn stage_condition(random: &mut Random, world: &World, index: usize, count: usize) -> String {
    let base = if index >= 3 && random.chance(70) {
        random
            .word(&[
                "accepted_by_sales",
                "became_opportunity",
                "sales_status in [\"opportunity\", \"won\"]",
                "sales_status != 'rejected'",
            ])
            .to_string()
    } else {
        let of = random.word(&["score", "fit", "engagement", "fit + 2 * engagement"]);
        format!("{of} >= {}", random.between(-20, 10 * (index as i64 + 1)))
    };
    match random.below(6) {
        0 => format!("{base} && {}", parenthesised(random, world)),
        1 => format!("{} && {base} && known(employees)", parenthesised(random, world)),
        2 => format!("({base} && fit_unknown <= {count}) || {}", parenthesised(random, world)),
        3 => format!("({base} && known(title)) && (fit > -50 || {})", parenthesised(random, world)),
        _ => base,
    }
}

fn parenthesised(random: &mut Random, world: &World) -> String {
    format!("({})", condition(random, &world.scope, 1))
}

fn declare_grades(random: &mut Random, world: &mut World) {
    let fit = random.chance(60);
    let engagement = random.chance(60);
    if !fit && !engagement {
        return;
    }
    world.line("grades:");
    let (fit_letters, engagement_letters) = (["A", "B", "C", "no"], ["1", "2", "3", "-"]);
    if fit {
        declare_bands(random, world, "fit", &fit_letters);
    }
    if engagement {
        declare_bands(random, world, "engagement", &engagement_letters);
    }
    let letters = |is_given: bool, letters: [&'static str; 4]| if is_given { letters.to_vec() } else { vec![""] };
    for a in letters(fit, fit_letters) {
        for b in letters(engagement, engagement_letters) {
            world.scope.grades.push(format!("{a}{b}"));
        }
    }
    world.scope.add("grade", Type::Text);
}

/// Bounds in a random order, apart from each other.
fn declare_bands(random: &mut Random, world: &mut World, section: &str, letters: &[&str]) {
    let mut bound = random.between(-20, 10);
    let mut bands = Vec::new();
    for letter in random.some(letters, 1, 4) {
        bands.push(format!("{}: {bound}", yaml::text(random, letter)));
        bound += random.between(1, 30);
    }
    if random.chance(30) {
        bands.push(format!("z: {}", random.pick(&[-1_000_000_000, -1000])));
    }
    random.shuffle(&mut bands);
    world.line(format!("  {section}: {{{}}}", bands.join(", ")));
}

fn declare_routes(random: &mut Random, world: &mut World) {
    if !random.chance(70) {
        return;
    }
    world.line("routes:");
    for to in random.some(&["sales", "qualification team", "research", "nurture"], 1, 4) {
        let mut entries = vec![("to", yaml::text(random, to))];
        if random.chance(85) {
            let condition = condition(random, &world.scope, 1);
            entries.push(("if", yaml::expression(random, &condition, Place::Flow)));
        }
        if random.chance(60) {
            entries.push(("respond_within", random.word(&["5m", "90m", "1d", "36h", "2w", "1s"]).to_string()));
        }
        random.shuffle(&mut entries);
        world.line(format!("  - {}", yaml::flow_map(&entries)));
    }
}
