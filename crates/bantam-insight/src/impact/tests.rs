//! Impacts worked out by hand, and of definitions that were made worse on purpose.

use super::*;
use crate::history::{Wishes, prepare};
use crate::statistics::{Rate, TooFew};
use bantam_engine::input::{Input, RowKind};
use bantam_lang::convert::parse_time;
use bantam_lang::load;
use bantam_lang::source::Source;

/// A demo is worth 50 points, an ebook 10, for good; ready at 40.
const OLD: &str = "\
bantam: 1
lead: {industry: text, created_at: time}
event: {amount: number, reason: text, owner: text}
fit: {rules: {Industry: {by: industry, points: {Software: 10}}}}
engagement:
  rules:
    Demo: {on: demo, points: 50}
    Ebook: {on: ebook, points: 10, cap: 30}
stages:
  - Inquiry
  - Ready: score >= 40
  - Opportunity: became_opportunity
hand_off: Ready
routes: [{to: new business, if: industry == \"Software\"}, {to: others}]
";

const LEADS: &str = "\
lead_id,industry,created_at
ann,Software,2026-01-01
bob,School,2026-01-01
cid,Software,2026-01-01
dan,School,2026-01-01
eve,Software,2026-01-01
";

/// ann asks for a demo and is won; bob reads three ebooks and is rejected; cid reads three ebooks, and somebody sells to it
/// by hand, before any definition hands it over; dan asks for a demo and nobody answers; eve does nothing.
const EVENTS: &str = "\
lead_id,timestamp,event,owner
ann,2026-01-05,demo,
ann,2026-01-06,sales_accepted,jo
ann,2026-01-08,opportunity_opened,jo
ann,2026-01-20,opportunity_won,jo
bob,2026-01-05,ebook,
bob,2026-01-06,ebook,
bob,2026-01-07,ebook,
bob,2026-01-09,sales_rejected,mia
cid,2026-01-03,opportunity_opened,mia
cid,2026-01-05,ebook,
cid,2026-01-06,ebook,
cid,2026-01-07,ebook,
cid,2026-01-10,opportunity_won,mia
dan,2026-01-12,demo,
";

fn definition(text: &str) -> CheckedDefinition {
    let loaded = load(Source::new("d.yaml", text), &mut |_| Err("none".into()));
    loaded.checked.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics))
}

fn impact_of(old: &str, new: &str, leads: &str, events: &str, as_of: &str, options: &ImpactOptions) -> Impact {
    let as_of = parse_time(as_of).unwrap();
    let definitions = [old, new].map(definition);
    let prepared = definitions.each_ref().map(|each| prepare(each.meaning().as_ref(), &Wishes::default()));
    let data = prepared.each_ref().map(|prepared| {
        let mut input = Input::new(&prepared.meaning, |rejected| panic!("{}: {}", rejected.place, rejected.reason));
        input.read_csv(RowKind::Lead, "leads.csv", leads.as_bytes(), &|_| {}).unwrap();
        input.read_csv(RowKind::Event, "events.csv", events.as_bytes(), &|_| {}).unwrap();
        input.finish(as_of).unwrap()
    });
    let judged = |side: usize| Judged::new(&definitions[side], &prepared[side], &data[side], as_of, &|_| {});
    impact(&judged(0), &judged(1), options)
}

fn small(new: &str) -> Impact {
    // Three weeks: 2026-01-01 up to 2026-01-22.
    let (from, to) = (parse_time("2026-01-01"), parse_time("2026-01-22"));
    impact_of(OLD, new, LEADS, EVENTS, "2026-01-31", &ImpactOptions { from, to, named: 10 })
}

#[test]
fn layout_alone_changes_nothing() {
    let same = OLD.replace("  rules:\n", "  # agreed in January\n  rules:\n").replace("points: 50", "points:   50");
    let impact = small(&same);
    assert!(impact.is_none() && impact.changes.is_empty());
    assert_eq!((impact.moves.leads, impact.moves.moved(), impact.moves.other_scores), (5, 0, 0));
    assert_eq!(impact.outcomes.added.leads() + impact.outcomes.dropped.leads(), 0);
    let text = document(&impact, Reading::Change).to_text(100);
    assert!(text.contains("The two mean the same.") && text.contains("None of 5 leads stands elsewhere."), "{text}");
}

#[test]
fn a_changed_rule_moves_those_whom_it_takes_below_the_threshold() {
    // Ebooks are worth 15 now, their cap stays 30.
    // Old: ann 10 + 50 = 60, bob 30, cid 10 + 30 = 40, dan 50, eve 10; won and open deals stand on sales's ladder:
    // ann and cid on Opportunity. bob on Inquiry: 30 < 40. So bob never was handed off by the old definition.
    // New, with cap 45: bob 45 -> Ready; cid 10 + 45 = 55, still on Opportunity.
    let impact = small(&OLD.replace("points: 10, cap: 30", "points: 15, cap: 45"));
    let moves = &impact.moves;
    assert_eq!((moves.up, moves.down, moves.aside, moves.other_scores), (1, 0, 0, 2));
    let [bob] = moves.named.as_slice() else { panic!("{:?}", moves.named) };
    assert_eq!((bob.lead_id.as_str(), bob.from.as_deref(), bob.to.as_deref()), ("bob", Some("Inquiry"), Some("Ready")));
    assert_eq!((bob.old_score, bob.new_score, bob.direction), (30, 45, Direction::Up));
    let rules: Vec<_> = bob.rules.iter().map(|rule| (rule.source.to_string(), rule.old, rule.new)).collect();
    assert_eq!(rules, [("Ebook".to_owned(), 30, 45)]);
    let [ebook] = moves.rules.as_slice() else { panic!("{:?}", moves.rules) };
    assert_eq!((ebook.up, ebook.down, ebook.points), (1, 0, 15));
    // Rows: disqualified, none, Inquiry, Ready, Opportunity. bob and eve are Inquiries, dan is Ready.
    assert_eq!(moves.stages, [[0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 1, 1, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 2]]);
    assert_eq!(impact.changes.len(), 2);
}

#[test]
fn hand_offs_are_counted_by_week_route_and_owner() {
    // Old: ann (Software, on the 5th, jo) and dan (on the 12th, nobody): 2 in three weeks. cid was being sold to before it
    // came to 40 points: no hand-off. New: bob too (45 points on the 7th, mia).
    let impact = small(&OLD.replace("points: 10, cap: 30", "points: 15, cap: 45"));
    let flows = &impact.hand_offs;
    assert_eq!(flows.total, [2, 3]);
    let per_week = flows.per_week.unwrap();
    assert!((per_week[0] - 2.0 / 3.0).abs() < 1e-9 && (per_week[1] - 1.0).abs() < 1e-9, "{per_week:?}");
    let rows = |flows: &[Flow]| -> Vec<(Option<String>, [u64; 2])> {
        flows.iter().map(|flow| (flow.to.clone(), flow.count)).collect()
    };
    assert_eq!(rows(&flows.routes), [(Some("others".into()), [1, 2]), (Some("new business".into()), [1, 1])]);
    assert_eq!(rows(&flows.owners), [(None, [1, 1]), (Some("jo".into()), [1, 1]), (Some("mia".into()), [0, 1])]);
    assert!(!impact.is_none() && !flows.is_same);
}

#[test]
fn outcomes_are_those_of_the_hand_offs_and_few_of_them_conclude_nothing() {
    let impact = small(&OLD.replace("points: 10, cap: 30", "points: 15, cap: 45"));
    let outcomes = &impact.outcomes;
    // Kept: ann won, dan open. Added: bob, rejected two days after it would have been handed off. Dropped: nobody.
    assert_eq!(outcomes.kept, Group { won: 1, open: 1, opportunities: 1, ..Group::default() });
    assert_eq!(outcomes.added, Group { rejected: 1, ..Group::default() });
    assert_eq!(outcomes.dropped, Group::default());
    // Of the two leads won, ann had a hand-off before its deal, cid had not.
    let [old, new] = outcomes.quality;
    assert_eq!((old.recall, new.recall), (Rate::new(1, 2), Rate::new(1, 2)));
    assert_eq!((old.group.precision(), new.group.precision()), (Rate::new(1, 1), Rate::new(1, 2)));
    assert_eq!(outcomes.verdict, Err(TooFew { won: 1, lost: 0 }));
    let text = document(&impact, Reading::Change).to_markdown();
    assert!(text.contains("No conclusion: 1 won and 0 ended otherwise"), "{text}");
    assert!(text.contains("of 1 lead that only the new definition hands off, 1 ended"), "{text}");
    assert!(!text.contains("won of known"), "rates are not shown: {text}");
}

#[test]
fn a_condition_alone_moves_leads_without_a_rule() {
    let impact = small(&OLD.replace("score >= 40", "score >= 30"));
    assert_eq!((impact.moves.up, impact.moves.by_conditions_alone, impact.moves.other_scores), (1, 1, 0));
    assert_eq!(impact.moves.named[0].rules, []);
    assert!(impact.changes.iter().any(|change| change.words.contains("40") && change.words.contains("30")));
}

#[test]
fn two_answers_to_one_question_disagree_by_criterion_and_by_lead() {
    let sales = "\
bantam: 1
name: Sales
lead: {industry: text, created_at: time}
fit: {rules: {Branch: {by: industry, points: {Software: 40}}}}
engagement: {rules: {Demo: {on: demo, points: 10}}}
stages: [Raw, Qualified: score >= 50, Deal: became_opportunity]
hand_off: Qualified
";
    let marketing =
        format!("name: Marketing\n{OLD}").replacen("name: Marketing\nbantam: 1", "bantam: 1\nname: Marketing", 1);
    let impact = small_between(&marketing, sales);
    // By the one, dan (50) is Ready; by the other Raw (10): down past the hand-off. ann and cid: Opportunity and Deal have
    // one condition, and so, none, have Inquiry and Raw, where bob and eve are.
    assert_eq!((impact.moves.up, impact.moves.down, impact.moves.aside), (0, 1, 0));
    let dan = impact.moves.named.iter().find(|lead| lead.lead_id == "dan").unwrap();
    let rules: Vec<_> = dan.rules.iter().map(|rule| (rule.source.to_string(), rule.old, rule.new)).collect();
    assert_eq!(rules, [("Demo".to_owned(), 50, 10)]);
    let text = document(&impact, Reading::Disagreement).to_text(120);
    assert!(text.contains("Where the two definitions disagree") && text.contains("stage, Marketing"), "{text}");
    assert!(text.contains("Demo: 50 -> 10 points"), "{text}");
}

fn small_between(old: &str, new: &str) -> Impact {
    impact_of(old, new, LEADS, EVENTS, "2026-01-31", &ImpactOptions::default())
}

#[test]
fn without_times_there_is_no_period_and_nothing_a_week() {
    let leads = "lead_id,industry\nann,Software\n";
    let new = OLD.replace("Software: 10", "Software: 45");
    let impact = impact_of(OLD, &new, leads, "lead_id,timestamp,event\n", "2026-01-31", &ImpactOptions::default());
    assert_eq!((impact.period, impact.hand_offs.per_week, impact.hand_offs.undated), (None, None, [0, 1]));
    assert_eq!(impact.moves.up, 1);
    assert!(document(&impact, Reading::Change).to_text(80).contains("lie in no week"));
}
