//! Kept workings: whatever is changed about a definition, the result is that of scoring everything anew.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that cannot be"
)]

mod common;
mod edits;
mod generate;

use bantam_engine::batch::{BatchOptions, OtherReading, Workings, score_batch};
use bantam_engine::input::Format;
use bantam_engine::scores::{LeadScore, Reason};
use bantam_lang::meaning::Meaning;
use common::{Loaded, check};
use generate::case;
use generate::random::Random;

/// Cases in a normal run; `BANTAM_CASES` at compile time asks for more.
const CASES: u64 = match option_env!("BANTAM_CASES") {
    Some(_) => 20_000,
    None => 400,
};
/// Definitions that are tried one after the other on the data of one case.
const EDITS: usize = 8;

type Rows = Vec<(LeadScore, Vec<Reason>)>;

fn anew(data: &Loaded, meaning: &Meaning) -> Rows {
    let options = BatchOptions { explain: true, ..BatchOptions::default() };
    let scores = score_batch(meaning, &data.data.leads, &data.data.events, data.as_of, options);
    scores.iter().map(|lead| (lead.to_score(), lead.reasons())).collect()
}

/// Scores by a definition; returns the rows, and how many steps had to be computed.
fn kept(workings: &mut Workings, meaning: &Meaning) -> (Rows, usize) {
    let worked = workings.score(meaning).unwrap();
    let leads: Vec<_> = workings.leads(&worked).collect();
    assert_eq!(leads.len(), workings.len());
    let scores = workings.rank(&worked, meaning);
    let row = |lead: bantam_engine::batch::ScoredLead<'_>| {
        let found = leads.iter().find(|found| workings.lead_id(found.lead) == Some(lead.lead_id())).unwrap();
        let stage = found.stage.map(|at| meaning.stages.get(at).map_or("Disqualified", |stage| &stage.name));
        assert_eq!((found.score(), stage), (lead.score(), lead.stage()));
        assert_eq!(found.route.map(|at| meaning.routes[at].to.as_str()), lead.route());
        (lead.to_score(), workings.reasons(&worked, meaning, found.lead))
    };
    (scores.iter().map(row).collect(), worked.computed())
}

#[test]
fn edited_definitions_score_as_if_from_scratch() {
    let (mut reused, mut differing) = (0, 0);
    for seed in 0..CASES {
        let case = case(seed);
        let load = || {
            Loaded::at(&case.definition, &case.lists, &[&case.leads_csv], &[&case.events_csv], Format::Csv, case.as_of)
        };
        let (data, taken) = (load(), load().data);
        let base = Meaning::clone(&data.definition.meaning());
        let (mut workings, first) = Workings::new(&base, taken.leads, taken.events, case.as_of);
        let (rows, computed) = kept(&mut workings, &base);
        assert_eq!((&rows, computed), (&anew(&data, &base), 0), "seed {seed}: nothing changed");

        let mut random = Random::new(seed ^ 0x5eed);
        let mut edited = base.clone();
        for turn in 0..EDITS {
            if random.chance(25) {
                edited = base.clone();
            }
            let words = edits::edit(&mut random, &mut edited);
            let (got, computed) = kept(&mut workings, &edited);
            let expected = anew(&data, &edited);
            assert_eq!(got, expected, "seed {seed}, edit {turn}: {words}");
            reused += usize::from(computed < first.computed());
            differing += usize::from(got != rows);
        }
        assert_eq!(kept(&mut workings, &base), (rows, 0), "seed {seed}: pinned steps are still there");
    }
    let tried = CASES as usize * EDITS;
    assert!(reused * 10 > tried * 9, "only {reused} of {tried} edits were scored with kept steps");
    assert!(differing * 4 > tried, "only {differing} of {tried} edits changed anything");
}

const DEFINITION: &str = "\
bantam: 1
lead: {title: text, employees: number, email: text}
event: {path: text}
derive: {rank: seniority(title), work_email: '!is_free_email(email)'}
signals:
  visits: {count: page_viewed, within: 30d}
fit:
  range: [0, 100]
  rules:
    Size: {by: employees, points: {50+: 10, 200+: 25}}
    Boss: {if: 'rank in [\"C-Suite\", \"VP\"]', points: 30}
engagement:
  rules:
    Pricing: {on: page_viewed, if: 'event.path == \"/pricing\"', points: 10, cap: 30}
    Often: {if: visits >= 2, points: 15}
disqualify: {Free: '!work_email'}
stages: [Inquiry, Known: fit >= 20, Ready: fit >= 20 && engagement >= 20]
hand_off: Ready
routes: [{to: sales, if: 'stage == \"Ready\"'}, {to: nurture}]
";
const LEADS: &str = "lead_id,title,employees,email\na,CEO,100,a@x.example\nb,Clerk,300,b@gmail.com\nc,,,\n";
const EVENTS: &str = "lead_id,event,timestamp,path\n\
    a,page_viewed,2026-02-01,/pricing\na,page_viewed,2026-02-02,/pricing\nb,page_viewed,2026-02-02,/blog\n\
    d,opened,2026-02-03,\n";

/// Returns how many steps another definition has to compute.
fn computed(from: &str, to: &str) -> usize {
    assert!(from.is_empty() || DEFINITION.contains(from), "{from}");
    let changed = if from.is_empty() { DEFINITION.to_owned() } else { DEFINITION.replacen(from, to, 1) };
    let new = check(&changed, &[]);
    let data = Loaded::new(DEFINITION, &[], LEADS, EVENTS, "2026-03-01");
    let expected = anew(&data, &new);
    let (mut workings, _) = Workings::new(&data.definition, data.data.leads, data.data.events, data.as_of);
    let (rows, computed) = kept(&mut workings, &new);
    assert_eq!(rows, expected, "{to}");
    computed
}

#[test]
fn a_change_costs_what_it_touches() {
    let same_but_for_layout = check(&format!("# drafted\n{}", DEFINITION.replace(": 10, 200+", ": 10,   200+")), &[]);
    assert_eq!(kept_steps(&same_but_for_layout), 0);
    // The part of the condition, and the part of the route that looks at stages.
    assert_eq!(computed("Known: fit >= 20", "Known: fit >= 25"), 2);
    // Two stages share `fit >= 20`, so the other one keeps it.
    assert_eq!(computed("fit >= 20 && engagement >= 20", "fit >= 20 && engagement >= 25"), 2);
    // The section; the parts that look at its points; the route. Not the rule: limits come after what it earns.
    assert_eq!(computed("cap: 30", "cap: 15"), 3);
    // The same, and the rule.
    assert_eq!(computed("points: 10, cap", "points: 11, cap"), 4);
    // A rule's name, and the order of rules, are nothing to compute; but the section lists its rules in order.
    assert_eq!(computed("Often:", "Comes often:"), 0);
    // The signal, the rule on it, the section, the part, the route.
    assert_eq!(computed("within: 30d", "within: 60d"), 5);
    // A disqualifier of its own: its part, and the route, which sees that stages differ.
    assert_eq!(computed("disqualify: {Free: '!work_email'}", "disqualify: {Small: employees < 5}"), 2);
}

fn kept_steps(new: &Meaning) -> usize {
    let data = Loaded::new(DEFINITION, &[], LEADS, EVENTS, "2026-03-01");
    let (mut workings, _) = Workings::new(&data.definition, data.data.leads, data.data.events, data.as_of);
    workings.score(new).unwrap().computed()
}

#[test]
fn files_that_would_be_read_otherwise_must_be_read_again() {
    let data = Loaded::new(DEFINITION, &[], LEADS, EVENTS, "2026-03-01");
    let (mut workings, _) = Workings::new(&data.definition, data.data.leads, data.data.events, data.as_of);
    for (from, to) in [
        ("employees: number,", "employees: {type: number, from: Employees},"),
        ("employees: number,", "employees: {type: number, default: 5},"),
        ("event: {path: text}", "event: {path: text, form: text}"),
        ("lead:", "missing: [Clerk]\nlead:"),
    ] {
        let new = check(&DEFINITION.replacen(from, to, 1), &[]);
        assert_eq!(workings.score(&new).err(), Some(OtherReading), "{to}");
    }
}

#[test]
fn no_leads_are_no_leads() {
    let data = Loaded::new(DEFINITION, &[], "lead_id\n", "lead_id,event,timestamp\n", "2026-03-01");
    let (mut workings, _) = Workings::new(&data.definition, data.data.leads, data.data.events, data.as_of);
    assert!(workings.is_empty());
    assert_eq!(kept(&mut workings, &data.definition).0, []);
}
