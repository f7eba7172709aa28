//! Random cases: a definition as text, its lists, and leads and events as files, all decided by a seed.
//!
//! The definition is written by a small grammar of its own, section by section in the order in which they see each
//! other, so every one is valid: names are unique and in scope, types are right, tables have keys of their type.
//! Facts are drawn from the same words and aim at the moments at which the definition's windows and decays end.
//! Read in the order of the `mod` lines.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test helper: it stops at the first thing that cannot be, and not every test file uses all of it"
)]

pub(crate) mod random;

mod words;

mod yaml;

mod expressions;

mod shape;

mod history;

mod rules;

mod ladders;

mod times;

mod facts;

mod files;

pub(crate) mod shrink;

use random::Random;

/// A definition with facts to score.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// What the case is found again by.
    pub(crate) seed: u64,
    /// YAML.
    pub(crate) definition: String,
    /// Name and content of the files that `lists` names.
    pub(crate) lists: Vec<(String, String)>,
    /// A header and a row per lead.
    pub(crate) leads_csv: String,
    /// The same rows in the same order.
    pub(crate) leads_ndjson: String,
    /// A header and a row per event.
    pub(crate) events_csv: String,
    /// The same rows in the same order.
    pub(crate) events_ndjson: String,
    /// *T* in microseconds since 1970-01-01T00:00Z.
    pub(crate) as_of: i64,
}

/// Returns the case of a seed: the same on every machine.
pub(crate) fn case(seed: u64) -> Case {
    let mut random = Random::new(seed);
    let mut world = shape::World::default();
    shape::declare(&mut random, &mut world);
    history::declare_signals(&mut random, &mut world);
    ladders::declare_personas(&mut random, &mut world);
    rules::declare_rules(&mut random, &mut world);
    ladders::declare_outcome(&mut random, &mut world);

    let as_of = times::as_of(&mut random);
    let (leads, ids) = facts::leads(&mut random, &world, as_of);
    let events = facts::events(&mut random, &world, &ids, as_of);
    Case {
        seed,
        definition: world.lines.join("\n") + "\n",
        lists: world.files,
        leads_csv: files::csv(&mut random, &leads),
        leads_ndjson: files::ndjson(&mut random, &leads),
        events_csv: files::csv(&mut random, &events),
        events_ndjson: files::ndjson(&mut random, &events),
        as_of,
    }
}
