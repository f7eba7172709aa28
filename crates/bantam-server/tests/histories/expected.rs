//! What leads there should be in the end: found out the slow way, from all facts at once, and scored by columns.

use crate::story::Story;
use bantam_core::fact::{Fact, FactKind, Values};
use bantam_engine::batch::{BatchOptions, score_batch};
use bantam_engine::input::{Input, RowKind};
use bantam_engine::scores::LeadScore;
use bantam_lang::source::Source;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn score(story: &Story) -> BTreeMap<String, LeadScore> {
    let facts = live_facts(story);
    let names = names(&facts);
    let (mut rows, mut events) = (String::new(), String::new());
    let mut changes: BTreeMap<&str, Vec<&Fact>> = BTreeMap::new();
    let event = &story.meaning.event;
    for fact in &facts {
        let Some(lead) = names.get(&node(fact)).map(String::as_str) else { continue };
        match &fact.kind {
            FactKind::Event { name, properties } => {
                let row = json!({
                    event.lead_column.clone(): lead,
                    event.name_column.clone(): name,
                    event.time_column.clone(): time(fact.happened_at),
                    "properties": object(properties),
                });
                events += &format!("{row}\n");
            }
            FactKind::Profile { .. } => changes.entry(lead).or_default().push(fact),
            _ => {}
        }
    }
    for (lead, mut facts) in changes {
        facts.sort_by_key(|fact| (fact.happened_at, &fact.message_id));
        let mut row = Map::new();
        for fact in facts {
            let FactKind::Profile { traits, .. } = &fact.kind else { continue };
            row.extend(object(traits));
            row.insert(story.meaning.lead.id_column.clone(), lead.into());
            row.insert("updated_at".into(), time(fact.happened_at).into());
            rows += &format!("{}\n", Value::Object(row.clone()));
        }
    }
    batch(story, &rows, &events)
}

fn batch(story: &Story, rows: &str, events: &str) -> BTreeMap<String, LeadScore> {
    let lists = &story.definition.lists;
    let mut read = |name: &str| Ok(lists.iter().find(|(known, _)| known == name).unwrap().1.clone());
    let checked = bantam_lang::load(Source::new("d.yaml", &story.definition.text), &mut read).checked.unwrap();
    // Names that the definition takes for missing are rejected, here as there.
    let mut input = Input::new(&checked, |_| {});
    input.read_ndjson(RowKind::Lead, "leads", rows.as_bytes(), &|_| {}).unwrap();
    input.read_ndjson(RowKind::Event, "events", events.as_bytes(), &|_| {}).unwrap();
    let data = input.finish(story.until).unwrap();
    let scores = score_batch(&checked, &data.leads, &data.events, story.until, BatchOptions::default());
    scores.iter().map(|lead| (lead.lead_id().to_string(), lead.to_score())).collect()
}

/// Each fact once, without those retracted.
fn live_facts(story: &Story) -> Vec<Fact> {
    let all = || story.groups.iter().flat_map(|(_, group)| group);
    let retracted: BTreeSet<&str> = all()
        .filter_map(|fact| match &fact.kind {
            FactKind::Retraction { message_id, .. } => Some(message_id.as_str()),
            _ => None,
        })
        .collect();
    let mut seen = BTreeSet::new();
    all()
        .filter(|fact| !retracted.contains(fact.message_id.as_str()) && seen.insert(&fact.message_id))
        .cloned()
        .collect()
}

/// A user or a visitor.
type Node = (bool, String);

fn node(fact: &Fact) -> Node {
    match (&fact.user, &fact.anonymous) {
        (Some(user), _) => (true, user.clone()),
        (None, anonymous) => (false, anonymous.clone().unwrap_or_default()),
    }
}

/// Returns by which id each user and visitor goes; visitors nobody has identified are not in it.
fn names(facts: &[Fact]) -> BTreeMap<Node, String> {
    let mut links: BTreeMap<&str, (i64, &str, &str)> = BTreeMap::new();
    let mut pairs: Vec<(Node, Node)> = Vec::new();
    let mut since: BTreeMap<&str, i64> = BTreeMap::new();
    for fact in facts {
        let Some(user) = &fact.user else { continue };
        let first = since.entry(user).or_insert(fact.happened_at);
        *first = (*first).min(fact.happened_at);
        let visitor = match &fact.kind {
            FactKind::Profile { links: true, .. } => fact.anonymous.as_deref(),
            FactKind::Alias { previous, .. } if previous != user => {
                pairs.push(((true, previous.clone()), (true, user.clone())));
                Some(previous.as_str())
            }
            _ => None,
        };
        if let Some(visitor) = visitor {
            let link = (fact.happened_at, fact.message_id.as_str(), user.as_str());
            let known = links.entry(visitor).or_insert(link);
            *known = (*known).min(link);
        }
    }
    pairs.extend(links.iter().map(|(visitor, link)| ((false, (*visitor).to_owned()), (true, link.2.to_owned()))));
    pairs.extend(since.keys().map(|user| ((true, (*user).to_owned()), (true, (*user).to_owned()))));
    // Everybody takes the least of their neighbours' marks until nothing changes any more.
    let mut marks: BTreeMap<Node, Node> =
        pairs.iter().flat_map(|(a, b)| [a, b]).map(|node| (node.clone(), node.clone())).collect();
    loop {
        let before = marks.clone();
        for (a, b) in &pairs {
            let least = marks[a].clone().min(marks[b].clone());
            marks.insert(a.clone(), least.clone());
            marks.insert(b.clone(), least);
        }
        if marks == before {
            break;
        }
    }
    let oldest = |mark: &Node| {
        let users = marks.iter().filter(|(node, other)| node.0 && *other == mark);
        users.map(|(node, _)| (since.get(node.1.as_str()).copied().unwrap_or(i64::MAX), node.1.clone())).min()
    };
    marks.iter().filter_map(|(node, mark)| Some((node.clone(), oldest(mark)?.1))).collect()
}

fn object(values: &Values) -> Map<String, Value> {
    values.iter().map(|(key, raw)| (key.clone(), serde_json::from_str(raw.get()).unwrap())).collect()
}

fn time(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).unwrap().to_string()
}
