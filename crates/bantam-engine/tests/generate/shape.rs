//! What leads and events carry: the first half of a definition, up to `derive`.

use super::expressions::{Scope, condition, derived};
use super::random::Random;
use super::words::{ANSWERS, DOMAINS, EVENTS, INDUSTRIES, SALES_EVENTS};
use super::yaml::{self, Place};
use bantam_lang::meaning::Type;

/// An attribute or a property as the facts see it.
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) kind: Type,
    /// The header of its column, or a path into `properties`.
    pub(crate) column: String,
}

/// What has been declared so far.
#[derive(Default)]
pub(crate) struct World {
    /// The definition's lines.
    pub(crate) lines: Vec<String>,
    /// Bare names in scope.
    pub(crate) scope: Scope,
    /// Signals with types, for rules that make their values visible in the points.
    pub(crate) signals: Vec<(String, Type)>,
    /// `event.x` with types.
    pub(crate) event_names: Vec<(String, Type)>,
    pub(crate) attributes: Vec<Field>,
    pub(crate) properties: Vec<Field>,
    pub(crate) id_column: String,
    /// Headers of lead, name, time and id of an event.
    pub(crate) event_columns: [String; 4],
    /// Names that may stand wherever an event's may: events' own, then actions.
    pub(crate) listable: Vec<String>,
    /// Events' own names.
    pub(crate) own_names: Vec<String>,
    /// The few names of which this case speaks most: definition and facts meet in them.
    pub(crate) common: Vec<String>,
    /// Seconds of windows, spans and decays in use: the facts aim at their ends.
    pub(crate) durations: Vec<i64>,
    /// Files beside the definition.
    pub(crate) files: Vec<(String, String)>,
}

impl World {
    pub(crate) fn line(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    /// A duration as written; remembered for the facts.
    pub(crate) fn duration(&mut self, random: &mut Random) -> String {
        let &(written, seconds) = random.pick(&super::words::DURATIONS);
        self.durations.push(seconds);
        written.to_owned()
    }

    /// Some names of events, as a text or a list.
    pub(crate) fn events(&self, random: &mut Random, most: usize) -> String {
        let names = self.some_events(random, 1, most);
        yaml::texts(random, &names)
    }

    /// Some names of events, mostly common ones.
    pub(crate) fn some_events(&self, random: &mut Random, least: usize, most: usize) -> Vec<String> {
        let among = if random.chance(80) { &self.common } else { &self.listable };
        random.some(among, least, most)
    }
}

/// Writes everything before `derive` and `derive` itself.
pub(crate) fn declare(random: &mut Random, world: &mut World) {
    world.line("bantam: 1");
    world.line("name: case");
    if random.chance(80) {
        world.line("missing: [Select, N/A, \"-\"]");
    }
    declare_lead(random, world);
    declare_event(random, world);
    declare_actions(random, world);
    declare_lists(random, world);
    declare_sales(random, world);
    declare_qualification(random, world);
    declare_derived(random, world);
}

const LEAD: [(&str, Type, &str); 9] = [
    ("title", Type::Text, "Job Title"),
    ("industry", Type::Text, "Industry"),
    ("employees", Type::Number, "Employees (estimate)"),
    ("signed_up", Type::Time, "Signed up"),
    ("opted_in", Type::Boolean, "opted-in"),
    ("email", Type::Text, "E-Mail"),
    ("country", Type::Text, "Country, ISO"),
    ("_rating", Type::Number, "rating"),
    ("budget", Type::Boolean, "Budget?"),
];
/// Conditions may always use the first so many of [`LEAD`].
const LEAD_ALWAYS: usize = 6;
const EVENT: [(&str, Type, &str); 5] = [
    ("path", Type::Text, "Page path"),
    ("price", Type::Number, "Price"),
    ("kind", Type::Text, "Kind of thing"),
    ("plan", Type::Text, "details.plan"),
    ("is_trial", Type::Boolean, "trial"),
];
/// `price` and `path` are always there.
const EVENT_ALWAYS: usize = 2;

fn declare_lead(random: &mut Random, world: &mut World) {
    world.line("lead:");
    world.id_column = "lead_id".into();
    if random.chance(40) {
        world.id_column = "Prospect ID".into();
        world.line("  id: {from: Prospect ID}");
    }
    for (index, (name, kind, from)) in LEAD.into_iter().enumerate() {
        if index < LEAD_ALWAYS || random.chance(60) {
            let field = declare_field(random, world, name, kind, from);
            world.scope.add(name, kind);
            world.attributes.push(field);
        }
    }
}

fn declare_event(random: &mut Random, world: &mut World) {
    world.event_columns = ["lead_id", "event", "timestamp", "event_id"].map(String::from);
    world.line("event:");
    for (index, (name, from)) in [("lead", "who"), ("name", "what"), ("time", "when"), ("id", "key")].iter().enumerate()
    {
        if random.chance(25) {
            world.event_columns[index] = (*from).into();
            world.line(format!("  {name}: {{from: {from}}}"));
        }
    }
    for (index, (name, kind, from)) in EVENT.into_iter().enumerate() {
        if index < EVENT_ALWAYS || random.chance(50) {
            let field = declare_field(random, world, name, kind, from);
            world.event_names.push((format!("event.{name}"), kind));
            world.properties.push(field);
        }
    }
    world.event_names.push(("event.name".into(), Type::Text));
    world.event_names.push(("event.time".into(), Type::Time));
}

/// Writes `name: type` or one of its longer forms.
fn declare_field(random: &mut Random, world: &mut World, name: &str, kind: Type, from: &str) -> Field {
    let is_path = from.contains('.');
    let from = (is_path || random.chance(35)).then(|| from.to_owned());
    let mut entries = Vec::new();
    // `{from: X}` alone is a text.
    if kind != Type::Text || from.is_none() || random.chance(50) {
        entries.push(("type", kind.word().to_owned()));
    }
    if let Some(from) = &from {
        entries.push(("from", yaml::text(random, from)));
    }
    if random.chance(20) {
        let missing = match kind {
            Type::Number => "[\"-1\", n/k]", // also matches -1.0: it reads as a number
            _ => "[nobody, ' 0 ', plain]",
        };
        entries.push(("missing", missing.to_owned()));
    }
    if random.chance(20) {
        entries.push(("default", default_value(random, name, kind)));
    }
    let line = match entries.as_slice() {
        [("type", only)] if random.chance(80) => format!("  {name}: {only}"),
        _ => format!("  {name}: {}", yaml::flow_map(&entries)),
    };
    world.line(line);
    Field { name: name.into(), kind, column: from.unwrap_or(name.into()) }
}

fn default_value(random: &mut Random, name: &str, kind: Type) -> String {
    match kind {
        Type::Number => random.word(&["0", "-1", "49.5", "1000"]).to_string(),
        Type::Boolean => random.word(&["true", "no", "Y", "'0'"]).to_string(),
        Type::Time => random.word(&["2026-03-01", "'2026-06-19 12:00'", "\"2026-01-01T00:00:00+02:00\""]).to_string(),
        Type::Text => {
            let value = super::words::texts_of(name)[0];
            yaml::text(random, value)
        }
    }
}

/// Actions: one that narrows an event, one that unites several, one that hides an event of its own name.
fn declare_actions(random: &mut Random, world: &mut World) {
    world.own_names = EVENTS.into_iter().chain(SALES_EVENTS).map(String::from).collect();
    world.listable = world.own_names.clone();
    world.common = random.some(&world.own_names, 3, 5);
    if !random.chance(50) {
        return;
    }
    world.line("actions:");
    let event_alone = Scope::default().with(&world.event_names);
    // Actions take events' own names, so they become common ones only after all are written.
    let mut actions = Vec::new();
    for name in random.some(&["pricing_seen", "touched", "email_opened", "page_viewed"], 1, 4) {
        let among = if random.chance(70) { &world.common } else { &world.own_names };
        let on = random.some(among, 1, 3);
        let mut entries = vec![("on", yaml::texts(random, &on))];
        if random.chance(70) {
            let condition = condition(random, &event_alone, 1);
            entries.push(("if", yaml::expression(random, &condition, Place::Flow)));
        }
        world.line(format!("  {name}: {}", yaml::flow_map(&entries)));
        if !world.listable.iter().any(|other| other == name) {
            world.listable.push(name.into());
        }
        actions.push(name.to_owned());
    }
    world.common.extend(actions);
    world.common.sort();
    world.common.dedup();
}

fn declare_lists(random: &mut Random, world: &mut World) {
    if !random.chance(60) {
        return;
    }
    world.line("lists:");
    world.line("  targets: {file: targets.txt}");
    let file = "# target list\n\n  Software  \n日本\nNo\nAcme, Inc.\n #Healthcare\nacme.example\r\nNo\n/pricing";
    world.files.push(("targets.txt".into(), file.into()));
    world.scope.lists.push("targets".into());
    if random.chance(60) {
        let values = random.some(&[INDUSTRIES.as_slice(), &DOMAINS].concat(), 1, 4);
        let values: Vec<String> = values.iter().map(|value| yaml::text(random, value)).collect();
        world.line(format!("  short: [{}]", values.join(", ")));
        world.scope.lists.push("short".into());
    }
}

fn declare_sales(random: &mut Random, world: &mut World) {
    world.scope.add("sales_status", Type::Text);
    world.scope.add("accepted_by_sales", Type::Boolean);
    world.scope.add("became_opportunity", Type::Boolean);
    if !random.chance(35) {
        return;
    }
    world.line("sales:");
    // Names that no other answer has by default, each at most once.
    let mut free: Vec<String> =
        world.listable.iter().filter(|name| !SALES_EVENTS.contains(&name.as_str())).cloned().collect();
    random.shuffle(&mut free);
    for (index, key) in ANSWERS.iter().enumerate() {
        if random.chance(40) && free.len() > 1 {
            let mut names = vec![free.remove(0)];
            if random.chance(50) {
                names.push(SALES_EVENTS[index].into());
            }
            world.line(format!("  {key}: {}", yaml::texts(random, &names)));
        }
    }
    if world.lines.last().is_some_and(|line| line == "sales:") {
        world.lines.pop();
    }
}

fn declare_qualification(random: &mut Random, world: &mut World) {
    world.scope.add("criteria_met", Type::Number);
    let (written, criteria): (&str, &[&str]) = match random.below(6) {
        0 => ("BANT", &["budget", "authority", "need", "timeline"]),
        1 => ("CHAMP", &["challenges", "authority", "money", "prioritization"]),
        2 => (
            "MEDDIC",
            &["metrics", "economic_buyer", "decision_criteria", "decision_process", "identify_pain", "champion"],
        ),
        3 => ("[budget, has_pain]", &["budget", "has_pain"]),
        _ => return,
    };
    world.line(format!("qualification: {written}"));
    for criterion in criteria {
        if !world.attributes.iter().any(|attribute| attribute.name == *criterion) {
            let column = (*criterion).to_owned();
            world.attributes.push(Field { name: column.clone(), kind: Type::Boolean, column });
            world.scope.add(criterion, Type::Boolean);
        }
    }
}

fn declare_derived(random: &mut Random, world: &mut World) {
    if !random.chance(60) {
        return;
    }
    world.line("derive:");
    let names = ["domain", "level", "dept", "big", "free_mail", "ratio", "since_then", "alias", "d1", "d2"];
    for name in random.some(&names, 1, 5) {
        let (expression, kind) = derived(random, &world.scope, name);
        if random.chance(10) {
            world.line(format!("  {name}: >-\n    {expression}"));
        } else {
            world.line(format!("  {name}: {}", yaml::expression(random, &expression, Place::Block)));
        }
        world.scope.add(name, kind);
    }
}
