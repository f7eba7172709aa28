//! Names of events beside those that the definition listens to.

use super::support::{assert_same, surveyed};
use bantam_engine::survey::{Listener, Survey};

fn show(survey: &Survey) -> String {
    let by = |listeners: &[Listener]| {
        let texts: Vec<String> = listeners.iter().map(|by| format!("{} {}", by.role.word(), by.name)).collect();
        texts.join(", ")
    };
    let near = |nearest: &Option<String>| nearest.as_ref().map_or(String::new(), |nearest| format!(" ~{nearest}"));
    let comes = survey
        .event_names
        .iter()
        .map(|event| format!("{} {}: {}{}\n", event.name, event.count, by(&event.heard_by), near(&event.nearest)));
    let absent = survey
        .absent_events
        .iter()
        .map(|event| format!("never {}: {}{}\n", event.name, by(&event.heard_by), near(&event.nearest)));
    comes.chain(absent).collect()
}

#[test]
fn every_name_tells_who_listens() {
    let found = surveyed(
        "
        event: {form: text}
        actions:
          demo_form: {on: form_sent, if: 'event.form == \"demo\"'}
        sales: {accepted: taken, rejected: refused, recycled: back, opportunity: deal, won: won, lost: lost}
        signals:
          visits: {count: view, since: deal}
          path: {sequence: [view, demo_form]}
        engagement:
          since: back
          rules:
            Demo: {on: [demo_request, demo_form], points: 50}
            Views: {on: view, points: 1, since: never}
        ",
        "lead_id",
        "
        lead_id,event,timestamp,form
        a,view,2026-06-01,
        a,view,2026-06-03,
        a,demo_requested,2026-06-03,
        a,form_sent,2026-06-03,demo
        a,demo_form,2026-06-03,demo
        a,deal,2026-06-04,
        a,refused,2026-07-04,
        ",
    );
    // An action hides an event of its own name: nobody hears that.
    assert_same(
        &show(&found.survey),
        "
        view 2: signal visits, signal path, rule Views
        deal 1: sales opportunity, reset visits
        demo_form 1:
        demo_requested 1:  ~demo_request
        form_sent 1: signal path, rule Demo
        never taken: sales accepted
        never refused: sales rejected
        never back: sales recycled, reset Demo
        never won: sales won
        never lost: sales lost
        never demo_request: rule Demo ~demo_requested
        ",
    );
    let view = &found.survey.event_names[0];
    assert_eq!(view.last - view.first, 2 * 86_400 * 1_000_000);
    assert_eq!((found.survey.events, found.survey.later_events), (6, 1));
}

#[test]
fn a_flood_of_names_is_cut() {
    let mut events = String::from("lead_id,event,timestamp\n");
    for number in 0..1_500 {
        events.push_str(&format!("a,id {number:04},2026-06-01\n"));
    }
    events.push_str("a,zzz,2026-06-01\n");
    let found = surveyed("engagement: {rules: {Z: {on: zzz, points: 1}}}", "lead_id", &events);
    assert_eq!((found.survey.event_names.len(), found.survey.other_event_names), (1_001, 500));
    assert!(found.survey.event_names.iter().any(|event| event.name == "zzz"));
}
