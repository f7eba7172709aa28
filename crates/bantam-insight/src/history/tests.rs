//! Hand-offs and deals worked out by hand.

use super::*;
use bantam_engine::input::{Input, RowKind};
use bantam_lang::convert::parse_time;
use bantam_lang::source::Source;
use bantam_lang::{CheckedDefinition, load};

/// A demo is worth 50 points for 30 days, then 25: ready at 40.
pub(crate) const DEFINITION: &str = "\
bantam: 1
lead: {industry: text, created_at: time}
event: {amount: number, reason: text, owner: text}
fit: {rules: {Industry: {by: industry, points: {Software: 10}}}}
engagement:
  halve_every: 30d
  since: lead_recycled
  rules:
    Demo: {on: demo, times: 1, points: 50}
disqualify: {Student: industry == \"School\"}
stages:
  - Inquiry
  - Ready: engagement >= 40
  - Accepted: accepted_by_sales
  - Opportunity: became_opportunity
hand_off: Ready
routes: [{to: sales, respond_within: 1d}]
";

fn definition(text: &str) -> CheckedDefinition {
    let loaded = load(Source::new("d.yaml", text), &mut |_| Err("none".into()));
    loaded.checked.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics))
}

pub(crate) fn history_of(text: &str, wishes: &Wishes, leads: &str, events: &str) -> History {
    history_until("2026-12-31", text, wishes, leads, events)
}

/// Returns the history of leads and events, given as CSV, up to a day.
pub(crate) fn history_until(day: &str, text: &str, wishes: &Wishes, leads: &str, events: &str) -> History {
    let prepared = prepare(definition(text).meaning().as_ref(), wishes);
    let until = parse_time(day).unwrap();
    let mut input = Input::new(&prepared.meaning, |rejected| panic!("{}: {}", rejected.place, rejected.reason));
    input.read_csv(RowKind::Lead, "leads.csv", leads.as_bytes(), &|_| {}).unwrap();
    input.read_csv(RowKind::Event, "events.csv", events.as_bytes(), &|_| {}).unwrap();
    let data = input.finish(until).unwrap();
    gather(&prepared, data.timelines(), until, &|_| {})
}

/// The history of one lead, whose events are given as `MM-DD name amount reason owner`.
fn history(events: &[&str]) -> History {
    let mut file = String::from("lead_id,timestamp,event,amount,reason,owner\n");
    for event in events {
        let mut words = event.split(' ');
        let mut word = || words.next().unwrap_or_default();
        file.push_str(&format!("ann,2026-{},{},{},{},{}\n", word(), word(), word(), word(), word()));
    }
    history_of(DEFINITION, &Wishes::default(), "lead_id,industry,created_at\nann,Software,2026-01-01\n", &file)
}

fn day(time: i64) -> String {
    if time == NO_TIME {
        return "-".into();
    }
    let text = jiff::Timestamp::from_microsecond(time).unwrap().to_string();
    text.strip_prefix("2026-").unwrap().strip_suffix("T00:00:00Z").unwrap_or(&text).to_owned()
}

/// Hand-offs as `opened answered accepted opportunity ended end`.
fn hand_offs(history: &History) -> Vec<String> {
    let shown = |h: &HandOff| {
        let times = [h.opened, h.answered, h.accepted, h.opportunity, h.ended].map(day);
        format!("{} {:?}", times.join(" "), h.end)
    };
    history.hand_offs.iter().map(shown).collect()
}

/// Deals as `opened closed end hand-off`.
fn deals(history: &History) -> Vec<String> {
    let hand_off = |deal: &Deal| if deal.hand_off == NO_HAND_OFF { "none".into() } else { deal.hand_off.to_string() };
    let shown = |deal: &Deal| format!("{} {} {:?} {}", day(deal.opened), day(deal.closed), deal.end, hand_off(deal));
    history.deals.iter().map(shown).collect()
}

#[test]
fn a_hand_off_goes_through_its_states() {
    let history = history(&[
        "02-01 demo",
        "02-03 sales_accepted - - kim",
        "02-10 opportunity_opened 1000",
        "03-01 opportunity_won 1200",
    ]);
    assert_eq!(hand_offs(&history), ["02-01 02-03 02-03 02-10 03-01 Won"]);
    assert_eq!(deals(&history), ["02-10 03-01 Won 0"]);
    let hand_off = &history.hand_offs[0];
    assert_eq!((hand_off.score(), hand_off.amount), (60, 1200.0), "fit 10, engagement 50; the win's amount counts");
    assert_eq!(history.text(hand_off.owner), Some("kim"));
    assert_eq!(history.text(hand_off.route), Some("sales"));
    assert!(hand_off.was_overdue(history.as_of), "two days where one was agreed");
    let evidence: Vec<_> =
        history.evidence(0).iter().map(|&(rule, points)| (&*history.rules[usize::from(rule)].rule, points)).collect();
    assert_eq!(evidence, [("Industry", 10), ("Demo", 50)]);
    let stages: Vec<_> = history.steps_of(0).iter().map(|step| (day(step.at), step.to.rung())).collect();
    let expected = [("01-01", 0), ("02-01", 1), ("02-03", 2), ("02-10", 3)];
    assert_eq!(stages, expected.map(|(at, rung)| (at.to_owned(), Some(rung))));
}

#[test]
fn a_falling_score_does_not_close_a_hand_off() {
    // 50 points are 25 from 3 March on: the lead is an inquiry again, and sales answers all the same.
    let history = history(&["02-01 demo", "04-01 sales_accepted"]);
    assert_eq!(hand_offs(&history), ["02-01 04-01 04-01 - - Open"]);
    assert_eq!(history.steps_of(0)[2].to, Stage::Rung(0));
}

#[test]
fn after_a_rejection_it_takes_a_new_rise() {
    // Rejected while it stands on the stage: nothing opens. It falls on 3 March; the second demo lifts it again.
    let before = history(&["02-01 demo", "02-02 sales_rejected - budget", "02-20 page_viewed"]);
    assert_eq!(hand_offs(&before), ["02-01 02-02 - - 02-02 Rejected"]);
    assert_eq!(before.text(before.hand_offs[0].reason), Some("budget"));
    let after = history(&["02-01 demo", "02-02 sales_rejected", "04-01 demo"]);
    assert_eq!(hand_offs(&after), ["02-01 02-02 - - 02-02 Rejected", "04-01 - - - - Open"]);
    assert_eq!(after.hand_offs.iter().map(|hand_off| hand_off.is_first).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn a_fall_from_the_ladder_of_sales_is_no_rise() {
    // Recycled: the points are gone by `since`, so the next demo is a rise.
    let recycled = history(&["02-01 demo", "02-02 sales_accepted", "02-03 lead_recycled", "02-05 demo"]);
    assert_eq!(hand_offs(&recycled), ["02-01 02-02 02-02 - 02-03 Recycled", "02-05 - - - - Open"]);
    // Rejected after acceptance: back on the hand-off stage from above, and no new hand-off.
    let rejected = history(&["02-01 demo", "02-02 sales_accepted", "02-03 sales_rejected"]);
    assert_eq!(hand_offs(&rejected), ["02-01 02-02 02-02 - 02-03 Rejected"]);
}

#[test]
fn a_won_lead_is_not_handed_off_again() {
    let history = history(&["02-01 demo", "02-10 opportunity_won 5", "05-01 lead_recycled", "05-02 demo"]);
    assert_eq!(hand_offs(&history), ["02-01 02-10 02-10 02-10 02-10 Won"]);
    assert_eq!(history.idle_answers, 1, "there was nothing to recycle");
}

#[test]
fn a_deal_without_a_hand_off_says_what_was_missing() {
    let history = history(&["02-01 page_viewed", "02-10 opportunity_opened 7 - kim", "02-12 opportunity_won"]);
    assert!(history.hand_offs.is_empty());
    assert_eq!(deals(&history), ["02-10 02-12 Won none"]);
    assert_eq!(history.deals[0].amount, 7.0, "the win names none, so what the opening said");
    let lacked: Vec<_> = history.lacked(0).iter().filter_map(|&code| history.text(code)).collect();
    assert_eq!(lacked, ["engagement >= 40"]);
    let touches: Vec<_> = history.touches(0).iter().filter_map(|&code| history.text(code)).collect();
    assert_eq!(touches, ["page_viewed"], "answers of sales are no touches");
}

#[test]
fn what_people_began_by_hand_is_in_progress() {
    // Accepted before the definition says so: a demo meanwhile opens nothing; after a rejection the next rise does.
    let definition = DEFINITION.replace("  - Accepted: accepted_by_sales\n  - Opportunity: became_opportunity\n", "");
    let events = "lead_id,timestamp,event\nann,2026-02-01,sales_accepted\nann,2026-02-02,demo\nann,2026-02-03,sales_rejected\n\
        ann,2026-04-10,demo\n";
    let history = history_of(&definition, &Wishes::default(), "lead_id\nann\n", events);
    assert_eq!(hand_offs(&history), ["04-10 - - - - Open"]);
}

#[test]
fn repeated_and_corrected_outcomes_are_one_deal_each() {
    let twice =
        history(&["02-01 demo", "02-10 opportunity_won 5", "02-11 opportunity_won 5", "02-12 opportunity_lost"]);
    assert_eq!((deals(&twice), twice.idle_answers), (vec!["02-10 02-10 Won 0".to_owned()], 2));
    let turned = history(&["02-01 demo", "02-10 opportunity_lost", "02-12 opportunity_won 9"]);
    assert_eq!(deals(&turned), ["02-10 02-10 Lost 0", "02-12 02-12 Won 0"], "what was lost may be won yet");
}

#[test]
fn a_disqualified_lead_opens_none() {
    let leads = "lead_id,industry\nann,School\n";
    let history = history_of(DEFINITION, &Wishes::default(), leads, "lead_id,timestamp,event\nann,2026-02-01,demo\n");
    assert!(history.hand_offs.is_empty());
    assert_eq!(history.leads[0].stage_now, Stage::Disqualified);
}

#[test]
fn a_lead_is_known_from_its_arrival_on() {
    let leads = "lead_id,industry,created_at\nann,Software,2026-03-01\nbob,,\n";
    let history = history_of(DEFINITION, &Wishes::default(), leads, "lead_id,timestamp,event\nann,2026-04-01,demo\n");
    assert_eq!(day(history.leads[0].first_fact), "03-01");
    assert_eq!(day(history.leads[0].first_touch), "04-01");
    assert_eq!(history.leads[0].at_age, Some((10, 0)), "on 31 March there is no demo yet");
    assert_eq!(
        history.peaks(0).iter().map(|&(at, score)| (day(at), score)).collect::<Vec<_>>(),
        [("03-01".into(), 10), ("04-01".into(), 60)]
    );
    assert_eq!(history.leads[1].first_fact, NO_TIME, "nobody knows when bob came");
    assert_eq!(history.undated_leads, 1);
    assert_eq!(history.steps_of(1)[0].at, NO_TIME);
}

#[test]
fn outcomes_may_come_from_a_column() {
    let text = "\
bantam: 1
lead: {visits: number}
fit: {rules: {Visits: {by: visits, points: {5+: 50}}}}
stages: [Inquiry, Ready: fit >= 40]
hand_off: Ready
";
    let wishes = Wishes { outcome: Some(("Converted".into(), "1".into())), ..Wishes::default() };
    let leads = "lead_id,visits,Converted\nann,9,1\nbob,9,0\ncem,1,1\ndan,1,\n";
    let history = history_of(text, &wishes, leads, "lead_id,timestamp,event\n");
    assert_eq!(hand_offs(&history), ["- - - - - Won", "- - - - - Lost"]);
    assert_eq!(deals(&history), ["- - Won 0", "- - Lost 1", "- - Won none"]);
    assert_eq!(history.text(history.lacked(2)[0]), Some("fit >= 40"));
    assert!(!history.has_times());
    assert_eq!(
        history.attributes.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["visits", "lead_source", "source", "campaign"]
    );
}

#[test]
fn columns_may_be_named() {
    let wishes = Wishes { columns: vec![(Role::Owner, "agent name".into())], ..Wishes::default() };
    let leads = "lead_id,industry,agent name\nann,Software,Lee\n";
    let history = history_of(DEFINITION, &wishes, leads, "lead_id,timestamp,event\nann,2026-02-01,demo\n");
    assert_eq!(history.text(history.hand_offs[0].owner), Some("Lee"));
}
