//! Makes up a history: a definition, another one before it, and facts in the groups in which they come.

use crate::generate::random::Random;
use crate::generate::{Case, case};
use bantam_core::fact::{Fact, FactKind, Values};
use bantam_core::{DefinitionText, Rules};
use bantam_lang::convert::parse_time;
use bantam_lang::meaning::Meaning;
use bantam_store::Ledger;
use serde_json::value::to_raw_value;
use serde_json::{Map, Value};
use std::sync::Arc;

const DAY: i64 = 86_400_000_000;

pub(crate) struct Story {
    /// The definition that decides in the end.
    pub(crate) definition: DefinitionText,
    /// Both definitions with their fingerprints, the earlier one first.
    kept: [(String, DefinitionText); 2],
    pub(crate) meaning: Arc<Meaning>,
    /// Moments of receipt, rising, with what comes.
    pub(crate) groups: Vec<(i64, Vec<Fact>)>,
    /// The moment at which leads are compared.
    pub(crate) until: i64,
}

impl Story {
    pub(crate) fn tell(seed: u64) -> Story {
        let mut random = Random::new(seed.wrapping_mul(0x1234_5678_9abc_def1) + 7);
        let chosen = case(seed);
        let definition = text_of(&chosen);
        // Of a definition that differs in points alone, leads are gone on with; of another they are read from the log.
        let edited = random.chance(40).then(|| with_other_points(&mut random, &definition)).flatten();
        let before = edited.unwrap_or_else(|| text_of(&case(seed + 1_000_003)));
        let rules = Rules::load(1, &definition).unwrap();
        let kept = [(Rules::load(1, &before).unwrap().fingerprint, before), (rules.fingerprint, definition.clone())];
        let meaning = rules.meaning;
        let mut facts = facts(&mut random, &chosen, &meaning);
        random.shuffle(&mut facts);
        repeat_and_retract(&mut random, &mut facts);
        let first = chosen.as_of - random.between(1, 90) * DAY;
        let mut story = Story { definition, kept, meaning, groups: Vec::new(), until: chosen.as_of };
        story.group(&mut random, facts, first);
        story
    }

    /// Deals facts out into groups between two moments, and says somewhere in between which definition is active.
    fn group(&mut self, random: &mut Random, facts: Vec<Fact>, first: i64) {
        let mut moment = first;
        let mut facts = facts.into_iter().peekable();
        let rest = facts.len() as i64;
        self.groups.push((moment, vec![activation("d0", &self.kept[0].0)]));
        let switch = random.between(0, rest);
        let mut seen = 0;
        let mut is_switched = false;
        while facts.peek().is_some() || !is_switched {
            moment += random.between(1, 2 * (self.until - first) / (rest / 3 + 1)).max(1);
            if !is_switched && seen >= switch {
                is_switched = true;
                self.groups.push((moment, vec![activation("d1", &self.kept[1].0)]));
                continue;
            }
            let count = random.between(1, 6);
            let group: Vec<Fact> = facts.by_ref().take(count as usize).collect();
            seen += count;
            if !group.is_empty() {
                self.groups.push((moment, group));
            } else {
                seen = rest;
            }
        }
        // Leads are decided anew one after the other, each a microsecond later, before they are compared.
        self.until = self.until.max(moment + 1_000_000);
    }

    pub(crate) fn keep_definitions(&self, ledger: &mut dyn Ledger) {
        for (fingerprint, text) in &self.kept {
            ledger.keep_definition(fingerprint, &serde_json::to_vec(text).unwrap()).unwrap();
        }
    }
}

fn text_of(case: &Case) -> DefinitionText {
    DefinitionText { name: "d.yaml".into(), text: case.definition.clone(), lists: case.lists.clone() }
}

/// Returns a definition in which one rule gives other points.
fn with_other_points(random: &mut Random, definition: &DefinitionText) -> Option<DefinitionText> {
    let places: Vec<usize> = definition.text.match_indices("points: ").map(|(at, found)| at + found.len()).collect();
    let &place = (!places.is_empty()).then(|| random.pick(&places))?;
    let (head, tail) = definition.text.split_at(place);
    let digits = tail.find(|c: char| !c.is_ascii_digit())?;
    let points: i64 = tail[..digits].parse().ok()?;
    let text = format!("{head}{}{}", points + 7, &tail[digits..]);
    let edited = DefinitionText { text, ..definition.clone() };
    Rules::load(1, &edited).is_some().then_some(edited)
}

fn activation(message_id: &str, fingerprint: &str) -> Fact {
    fact(message_id.to_owned(), 0, FactKind::Activation { fingerprint: fingerprint.to_owned() })
}

fn fact(message_id: String, happened_at: i64, kind: FactKind) -> Fact {
    Fact {
        message_id,
        happened_at,
        given_at: None,
        sent_at: None,
        source: "test".into(),
        user: None,
        anonymous: None,
        flags: Vec::new(),
        kind,
    }
}

/// Returns the facts of a case's files: rows as profiles, events as events, some of them of visitors who are known later.
fn facts(random: &mut Random, case: &Case, meaning: &Meaning) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut users: Vec<String> = Vec::new();
    for row in rows(&case.leads_ndjson) {
        let Some(user) = text(&row, &meaning.lead.id_column) else { continue };
        let at = text(&row, "updated_at").and_then(|time| parse_time(&time));
        let at = at.unwrap_or_else(|| case.as_of - random.between(0, 200) * DAY);
        let traits = row.iter().filter(|(key, _)| **key != meaning.lead.id_column && *key != "updated_at");
        let traits = traits.filter(|_| random.chance(80)).map(|(key, value)| (key.clone(), value.clone())).collect();
        let links = random.chance(50);
        let mut profile = fact(String::new(), at, FactKind::Profile { traits: values(&traits), links });
        profile.anonymous = links.then(|| visitor(random, &user));
        users.push(user.clone());
        profile.user = Some(user);
        facts.push(profile);
    }
    let [lead, name, time] = [&meaning.event.lead_column, &meaning.event.name_column, &meaning.event.time_column];
    for row in rows(&case.events_ndjson) {
        let (Some(user), Some(name_text)) = (text(&row, lead), text(&row, name)) else { continue };
        let Some(at) = text(&row, time).and_then(|time| parse_time(&time)) else { continue };
        let reserved = [lead, name, time, &meaning.event.id_column];
        let properties = properties(&row, &reserved);
        let kind = FactKind::Event { name: name_text, properties: values(&properties) };
        let mut event = fact(String::new(), at, kind);
        if random.chance(25) {
            event.anonymous = Some(visitor(random, &user));
        } else {
            users.push(user.clone());
            event.user = Some(user);
        }
        facts.push(event);
    }
    for _ in 0..random.between(0, 5) {
        let user = random.pick(&users).clone();
        let previous = if random.chance(50) { random.pick(&users).clone() } else { visitor(random, &user) };
        let at = case.as_of - random.between(0, 100) * DAY;
        let mut alias = fact(String::new(), at, FactKind::Alias { previous, by: None, reason: None });
        alias.user = Some(user);
        facts.push(alias);
    }
    for (number, fact) in facts.iter_mut().enumerate() {
        fact.message_id = format!("m{number}");
    }
    facts
}

/// A lead has two browsers, and shares one of them with another lead.
fn visitor(random: &mut Random, user: &str) -> String {
    match random.below(10) {
        0 => format!("shared-{}", user.len()),
        1..=4 => format!("a-{user}"),
        _ => format!("b-{user}"),
    }
}

/// Some facts come twice, some are retracted after they came, merges more often than others.
fn repeat_and_retract(random: &mut Random, facts: &mut Vec<Fact>) {
    let all = facts.clone();
    for (number, known) in all.iter().enumerate() {
        let after = |facts: &[Fact], random: &mut Random| {
            let place = facts.iter().position(|fact| fact.message_id == known.message_id).unwrap();
            random.between(place as i64 + 1, facts.len() as i64) as usize
        };
        if random.chance(10) {
            let place = after(facts, random);
            facts.insert(place, known.clone());
        }
        let percent = if matches!(known.kind, FactKind::Alias { .. }) { 40 } else { 5 };
        if random.chance(percent) {
            let place = after(facts, random);
            let message_id = known.message_id.clone();
            let kind = FactKind::Retraction { message_id, reason: "bot".into(), by: "ann".into() };
            facts.insert(place, fact(format!("r{number}"), 0, kind));
        }
    }
}

fn rows(ndjson: &str) -> Vec<Map<String, Value>> {
    ndjson.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text(row: &Map<String, Value>, column: &str) -> Option<String> {
    row.get(column)?.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn properties(row: &Map<String, Value>, reserved: &[&String]) -> Map<String, Value> {
    let mut flat = Map::new();
    if let Some(Value::Object(properties)) = row.get("properties") {
        flatten("", properties, &mut flat);
    }
    for (key, value) in row {
        if key != "properties" && !reserved.contains(&key) {
            flat.insert(key.clone(), value.clone());
        }
    }
    flat
}

/// Joins nested names with dots; a name that has a dot itself wins.
fn flatten(prefix: &str, object: &Map<String, Value>, flat: &mut Map<String, Value>) {
    for (key, value) in object {
        match value {
            Value::Object(inner) => flatten(&format!("{prefix}{key}."), inner, flat),
            _ => {
                if key.contains('.') || !flat.contains_key(&format!("{prefix}{key}")) {
                    flat.insert(format!("{prefix}{key}"), value.clone());
                }
            }
        }
    }
}

fn values(object: &Map<String, Value>) -> Values {
    object.iter().map(|(key, value)| (key.clone(), to_raw_value(value).unwrap())).collect()
}
