//! Points, keys, misses and limits of rules.

use super::support::{assert_same, show_section, surveyed};

#[test]
fn a_fit_rule_counts_who_earns_and_who_cannot_be_decided() {
    let found = surveyed(
        "
        lead: {employees: number, country: text}
        fit:
          rules:
            Large: {if: employees >= 100, points: 20}
            Near: {if: country == 'DE', by: employees, points: {10+: 5, 100+: 9, missing: 1}}
        ",
        "
        lead_id,employees,country
        a,150,DE
        b,20,DE
        c,3,DE
        d,,DE
        e,500,US
        f,,
        ",
        "lead_id,event,timestamp",
    );
    // The table counts where `if` is true: a to d. It is undecided for d (no value) and for f (`if` is unknown).
    assert_same(
        &show_section(&found.survey.fit),
        "
        Large: 2 of 2 leads earn 40; undecided 2
        Near: 3 of 4 leads earn 15; undecided 2
          10+ (5): 1
          100+ (9): 1
          (no key) (0): 1
          missing (1): 1
        all: 4 leads, 55 points
        ",
    );
    assert_eq!(found.survey.fit.rules[1].table.as_ref().unwrap().below_lowest, Some(1));
}

#[test]
fn a_table_tells_the_values_it_misses_beside_the_key_they_may_be() {
    let found = surveyed(
        "
        lead: {industry: text, ready: boolean}
        fit:
          rules:
            Industry: {by: industry, points: {Software: 30, Health care: 15}}
            Others: {by: industry, points: {Software: 30, else: -5}}
            Ready: {by: ready, points: {true: 10}}
        ",
        "
        lead_id,industry,ready
        a,Software,yes
        b,software,no
        c,software,no
        d,health-care,
        e,Retail,yes
        f,,yes
        ",
        "lead_id,event,timestamp",
    );
    assert_same(
        &show_section(&found.survey.fit),
        "
        Industry: 1 of 6 leads earn 30; undecided 1
          Software (30): 1
          Health care (15): 0
          (no key) (0): 4
          missing (0): 1
          misses software 2 ~Software, Retail 1, health-care 1 ~Health care; 0 more
        Others: 5 of 6 leads earn 10; undecided 1
          Software (30): 1
          else (-5): 4
          missing (0): 1
          misses software 2 ~Software, Retail 1, health-care 1; 0 more
        Ready: 3 of 6 leads earn 30; undecided 1
          true (10): 3
          (no key) (0): 2
          missing (0): 1
          misses false 2; 0 more
        all: 6 leads, 70 points
        ",
    );
}

#[test]
fn a_rare_slip_is_shown_among_frequent_others() {
    let mut leads = String::from("lead_id,industry\n");
    for industry in 0..15 {
        for lead in 0..20 - industry {
            leads.push_str(&format!("{industry}-{lead},Branch number {industry}\n"));
        }
    }
    leads.push_str("slip,sofware\n");
    let definition = "
        lead: {industry: text}
        fit: {rules: {Industry: {by: industry, points: {Software: 30}}}}
        ";
    let found = surveyed(definition, &leads, "lead_id,event,timestamp");
    let table = found.survey.fit.rules[0].table.clone().unwrap();
    let shown: Vec<(&str, u64)> = table.misses.iter().map(|miss| (miss.value.as_str(), miss.count)).collect();
    assert_eq!(shown.len(), 10);
    assert_eq!((shown[0], shown[8], shown[9]), (("Branch number 0", 20), ("Branch number 8", 12), ("sofware", 1)));
    assert_eq!(table.other_misses, 6);
}

#[test]
fn an_engagement_rule_counts_events_before_and_after_once_per() {
    let found = surveyed(
        "
        event: {path: text}
        engagement:
          halve_every: 10d
          rules:
            Views: {on: view, points: 8}
            Days: {on: view, once_per: day, points: 5}
            Thrice: {on: view, times: 3, points: 7}
            Recent: {on: view, within: 5d, if: 'event.path == \"/b\"', points: 1, halve_every: never}
            Old: {on: ping, points: 1}
            Table: {on: view, by: event.path, points: {/a: 2, /b: 3, missing: 1}, halve_every: never}
            Active: {if: known(persona), points: 1}
        ",
        "lead_id",
        "
        lead_id,event,timestamp,path
        a,view,2026-06-29T08:00:00Z,/a
        a,view,2026-06-29T09:00:00Z,/b
        a,view,2026-06-15,/A
        b,view,2026-06-28,/b
        b,view,2026-07-01,/b
        c,ping,2026-01-01,
        c,view,2026-06-28,
        ",
    );
    // The view after *as of* does not count; the ping is too old to be worth anything.
    assert_same(
        &show_section(&found.survey.engagement),
        "
        Views: 3 of 3 leads earn 36; 5 events, 5 count
        Days: 3 of 3 leads earn 17; 5 events, 4 count
        Thrice: 1 of 1 leads earn 7; 5 events, 1 count
        Recent: 2 of 2 leads earn 2; 2 events, 2 count
        Old: 0 of 1 leads earn 0; 1 events, 1 count
        Table: 3 of 3 leads earn 9; 5 events, 5 count
          /a (2): 1 of 1 leads
          /b (3): 2 of 2 leads
          (no key) (0): 1 of 1 leads
          missing (1): 1 of 1 leads
          misses /A 1 ~/a; 0 more
        Active: 0 of 0 leads earn 0; undecided 0
        all: 3 leads, 71 points
        ",
    );
}

#[test]
fn limits_of_rules_groups_and_sections_tell_what_they_cut() {
    let found = surveyed(
        "
        lead: {size: number}
        fit:
          range: [5, 30]
          rules:
            Size: {by: size, points: {0+: 10, 10+: 50}, cap: 40}
        engagement:
          rules:
            Views: {on: view, points: 10, cap: 20}
            Mail:
              range: [0, 10]
              rules:
                Opened: {on: opened, points: 8}
                Left: {on: left, points: -50}
        ",
        "
        lead_id,size
        a,20
        b,1
        c,
        ",
        "
        lead_id,event,timestamp
        a,view,2026-06-01
        a,view,2026-06-02
        a,view,2026-06-03
        a,view,2026-06-04
        b,view,2026-06-01
        a,opened,2026-06-01
        a,opened,2026-06-02
        b,left,2026-06-02
        ",
    );
    assert_same(
        &show_section(&found.survey.fit),
        "
        Size: 2 of 3 leads earn 50; undecided 1; limit -40..40 cut 1 leads, -10 +0
          0+ (10): 1
          10+ (50): 1
          (no key) (0): 0
          missing (0): 1
        all: 3 leads, 45 points; limit 5..30 cut 2 leads, -10 +5
        ",
    );
    assert_same(
        &show_section(&found.survey.engagement),
        "
        Views: 2 of 2 leads earn 30; 5 events, 5 count; limit -20..20 cut 1 leads, -20 +0
        Opened: 1 of 1 leads earn 16; 2 events, 2 count
        Left: 1 of 1 leads earn -50; 1 events, 1 count
        group Mail; limit 0..10 cut 2 leads, -6 +50
        all: 2 leads, 40 points
        ",
    );
}
