//! What follows from scores: personas, disqualifiers, stages, grades, routes; and derived values, signals and lists.

use super::support::surveyed;
use bantam_engine::survey::{Choice, NamedCount};

fn choices(choices: &[Choice]) -> Vec<(&str, u64, u64)> {
    choices.iter().map(|choice| (choice.name.as_str(), choice.leads, choice.holds)).collect()
}

fn named(counts: &[NamedCount]) -> Vec<(&str, u64)> {
    counts.iter().map(|count| (count.name.as_str(), count.leads)).collect()
}

const LEADS: &str = "
    lead_id,employees,country,email
    a,500,DE,x@acme.example
    b,50,DE,y@initech.example
    c,5,,
    d,,DE,nobody
    ";

#[test]
fn every_choice_tells_how_many_leads_it_gets_and_for_how_many_it_holds() {
    let found = surveyed(
        "
        lead: {employees: number, country: text, email: text}
        personas:
          - Big: employees >= 100
          - Known: known(employees)
        fit: {rules: {Size: {by: employees, points: {10+: 20, 100+: 60}}}}
        disqualify:
          Small: employees < 10
          Lost: '!known(country)'
        stages:
          - Inquiry: known(employees)
          - Ready: fit >= 20 && country == 'DE' && accepted_by_sales
        grades: {fit: {A: 50, B: 1}}
        routes:
          - {to: sales, if: fit >= 50}
          - {to: nurture}
        ",
        LEADS,
        "lead_id,event,timestamp
        b,sales_accepted,2026-06-01",
    );
    let survey = &found.survey;
    assert_eq!(choices(&survey.personas), [("Big", 1, 1), ("Known", 2, 3)]);
    assert_eq!(choices(&survey.disqualifiers), [("Small", 1, 1), ("Lost", 0, 1)]);
    assert_eq!(choices(&survey.routes), [("sales", 1, 1), ("nurture", 3, 4)]);
    assert_eq!(named(&survey.grades), [("A", 1), ("B", 1)]);
    assert_eq!(survey.disqualified, 1);
    let stages: Vec<_> =
        survey.stages.iter().map(|stage| (stage.name.as_str(), stage.leads, stage.holds, stage.parts.len())).collect();
    assert_eq!(stages, [("Inquiry", 1, 3, 1), ("Ready", 1, 1, 3)]);
    let parts = survey.stages[1].parts.iter();
    let parts: Vec<_> = parts.map(|part| (part.text.as_str(), part.holds, part.unknown)).collect();
    assert_eq!(parts, [("fit >= 20", 2, 0), ("country == 'DE'", 3, 1), ("accepted_by_sales", 1, 0)]);
}

#[test]
fn derived_values_signals_and_lists_tell_where_they_have_something() {
    let found = surveyed(
        "
        lead: {employees: number, country: text, email: text}
        event: {page: text}
        lists:
          targets: [acme.example, acme.example, globex.example, hooli.example]
          pages: [/pricing, /plans]
          unused: [a, b]
        derive:
          domain: email_domain(email)
        signals:
          views: {count: view, if: event.page in pages}
          spend: {sum: view, of: '0.5'}
          last_view: {last: view}
        fit:
          rules:
            Target: {if: domain in targets, points: 10}
        ",
        LEADS,
        "
        lead_id,event,timestamp,page
        a,view,2026-06-01,/pricing
        e,view,2026-06-02,/home
        b,ping,2026-06-02,/plans
        ",
    );
    let survey = &found.survey;
    assert_eq!((survey.leads, survey.leads_without_row), (5, 1));
    assert_eq!(named(&survey.derived), [("domain", 2)]);
    let signals: Vec<_> =
        survey.signals.iter().map(|signal| (signal.name.as_str(), signal.known, signal.nonzero)).collect();
    assert_eq!(signals, [("views", 5, 1), ("spend", 5, 2), ("last_view", 2, 2)]);
    // `/plans` comes on an event that the condition does not look at.
    let lists: Vec<_> =
        survey.lists.iter().map(|list| (list.name.as_str(), list.values, list.hits, list.leads)).collect();
    assert_eq!(lists, [("targets", 3, 1, 1), ("pages", 2, 1, 1), ("unused", 2, 0, 0)]);
}
