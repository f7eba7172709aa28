//! What the data says against a definition, with places.

use super::support::surveyed;

#[test]
fn a_rule_that_hits_nothing_says_why() {
    surveyed(
        "
        lead: {employees: number, country: text, empty: text}
        event: {path: text}
        fit:
          rules:
            Large: {if: employees >= 1000, points: 20}
            Unknown: {if: empty == 'x', points: 20}
            Nobody: {if: 'country == \"FR\"', by: employees, points: {0+: 10}}
            Zero: {by: employees, points: {0+: 0}}
            Fine: {if: employees > 1, points: 1}
        engagement:
          rules:
            Pricing: {on: view, if: 'event.path == \"/pricing\"', points: 20}
            Often: {on: view, times: 5, points: 20}
            Faded: {on: view, points: 20, halve_every: 1d}
        ",
        "
        lead_id,employees,country,empty
        a,50,DE,
        b,,US,
        ",
        "
        lead_id,event,timestamp,path
        a,view,2026-05-01,/blog
        a,view,2026-05-02,/blog
        ",
    )
    .assert_findings(
        "
        B0303 2:42 `empty`
          `empty` is always missing: none of 2 lead rows has a value
          help: check the column `empty` in the data, or remove the attribute
        B0301 6:5 `Large`
          `Large` gives nobody any points: its condition is true for none of 2 leads, and for 1 of them it could not be decided
          help: compare its condition with the values in the data, or remove the rule
        B0301 7:5 `Unknown`
          `Unknown` gives nobody any points: what it asks about is missing for all 2 leads
          help: check the columns of the attributes it uses
        B0301 8:5 `Nobody`
          `Nobody` gives nobody any points: its condition is true for none of 2 leads
          help: compare its condition with the values in the data, or remove the rule
        B0301 13:5 `Pricing`
          `Pricing` gives nobody any points: 2 events named `view` come, and none passes its conditions
          help: compare `if`, `within` and `since` with the events in the data
        B0301 14:5 `Often`
          `Often` gives nobody any points: it finds 2 events, but never as many together as `times` asks for
          help: ask for fewer `times`, or for a longer `within`
        B0301 15:5 `Faded`
          `Faded` gives nobody any points: by their age its 2 events are worth 0 points now
          help: compare the decay with the age of the events
        ",
    );
}

#[test]
fn a_table_that_misses_values_points_at_the_key_they_may_be() {
    surveyed(
        "
        lead: {industry: text, size: number, ready: boolean, tier: text}
        event: {plan: text}
        fit:
          rules:
            Industry: {by: industry, points: {Software: 30, Fintech: 20}}
            With else: {by: industry, points: {Software: 30, else: 1}}
            Tier: {by: tier, points: {gold: 30, else: 1}}
            Size: {by: size, points: {1000+: 10}}
            Ready: {by: ready, points: {true: 10}}
        engagement:
          rules:
            Plan: {on: order, by: event.plan, points: {pro: 5}}
        ",
        "
        lead_id,industry,size,ready,tier
        a,Software,5,yes,gold
        b,software,20,no,tin
        c,Retail,,no,tin
        d,Mining,,no,
        e,Mining,,no,
        f,Oil,,no,
        ",
        "
        lead_id,event,timestamp,plan
        a,order,2026-05-01,pro
        a,order,2026-05-01,free
        ",
    )
    .assert_findings(
        "
        B0302 6:5 `Industry`
          `Industry` has no key for 4 values of 5 leads: `software` (1), `Mining` (2), `Oil` (1) and 1 more
          help: `software` looks like the key `Software`; add a key for it, or `else: 0` where the rest is worth nothing
          6:39 `Software`: the data also has `software`
        B0302 7:5 `With else`
          `With else` has no key for 4 values of 5 leads: `software` (1), `Mining` (2), `Oil` (1) and 1 more
          help: `software` looks like the key `Software`; add a key for it
          7:40 `Software`: the data also has `software`
        B0302 9:5 `Size`
          no value reaches the lowest key of `Size`, `1000+`: 2 leads lie below it
          help: compare the keys with the values in the data; are they in the same unit?
        B0302 13:5 `Plan`
          `Plan` has no key for 1 value of 1 event: `free` (1)
          help: add a key for each that should give points, or `else: 0` where the rest is worth nothing
        ",
    );
}

#[test]
fn columns_that_lack_or_cannot_be_read_are_told_where_they_are_declared() {
    surveyed(
        "
        lead:
          industry: {type: text, from: Industry}
          employees: number
          tier: {type: text, default: free}
          consent: boolean
          created: {type: time, from: Created at}
          phantom: text
        event:
          price: number
          plan: {type: text, from: account.plan}
        qualification: BANT
        ",
        "
        lead_id,industry,employees,tier,consent,Created at,Budget
        a,Software,1-10,,maybe,2026-01-01,yes
        b,Software,50,,yes,01.02.2026,yes
        c,Software,,,,yesterday,
        ",
        "
        lead_id,event,timestamp,price
        a,lead_recycled,2026-05-01,
        ",
    )
    .assert_findings(
        "
        B0307 3:32 `Industry`
          no lead file has a column `Industry` for `industry`
          help: did you mean the column `industry`? write it after `from`
        B0304 4:3 `employees`
          1 of 2 values of `employees` is no number, such as `1-10` (data.csv, row 1, line 2)
          help: write plain numbers such as `1200.5`, or list what means no value under `missing`; until then such values count as missing
        B0303 5:3 `tier`
          `tier` is always missing: none of 3 lead rows has a value, so its default `free` counts for each
          help: check the column `tier` in the data, or remove the attribute
        B0304 6:3 `consent`
          1 of 2 values of `consent` is neither true nor false, such as `maybe` (data.csv, row 1, line 2)
          help: write `true` or `false`, or list what means no value under `missing`; until then such values count as missing
        B0304 7:3 `created`
          2 of 3 values of `created` are no time, such as `01.02.2026` (data.csv, row 2, line 3)
          help: write times such as `2026-06-20T09:30:00Z`, or list what means no value under `missing`; until then such values count as missing
        B0307 8:3 `phantom`
          no lead file has a column `phantom` for `phantom`
          help: name its column after `from`, or remove the attribute
        B0303 10:3 `price`
          `event.price` is always missing: none of 1 event row has a value
          help: check the column `price` in the data, or remove the property
        B0307 11:28 `account.plan`
          no event file has a column `account.plan` for `event.plan`
          help: name its column after `from`, or remove the property
        B0307 12:16 `BANT`
          no lead file has a column for the criteria of `BANT`: `budget`, `authority`, `need`, `timeline`
          help: did you mean the column `Budget` for `budget`?
        ",
    );
}

#[test]
fn names_of_events_are_held_to_those_that_come() {
    surveyed(
        "
        sales: {won: closed_won, lost: closed_lost}
        actions:
          form: {on: [form_sent, demo_request]}
        signals:
          calls: {count: call_made}
        engagement:
          since: recycled
          rules:
            Form: {on: form, points: 10}
            Web: {on: [view, webinar_seen], points: 1}
            Mail: {on: mail_opened, points: 1}
        ",
        "
        lead_id
        a
        ",
        "
        lead_id,event,timestamp
        a,view,2026-05-01
        a,demo_requested,2026-05-01
        a,closedwon,2026-05-01
        a,scrolled,2026-05-01
        a,scrolled,2026-05-02
        a,webinar_open,2026-05-02
        ",
    )
    .assert_findings(
        "
        B0306 2:14 `closed_won`
          no event is named `closed_won`
          help: did you mean `closedwon`?
        B0306 4:15 `form_sent`
          no event is named `form_sent`
          help: check how the event is named where it is sent, or whether it is in these files
        B0306 4:26 `demo_request`
          no event is named `demo_request`
          help: did you mean `demo_requested`?
        B0306 6:18 `call_made`
          no event is named `call_made`
          help: check how the event is named where it is sent, or whether it is in these files
        B0305 10:5 `Form`
          nothing listens to 1 kind of event: `scrolled` (2)
          help: add a rule for those that say something about a lead; the others do no harm
        B0306 11:22 `webinar_seen`
          no event is named `webinar_seen`
          help: did you mean `webinar_open`?
        B0306 12:16 `mail_opened`
          no event is named `mail_opened`
          help: check how the event is named where it is sent, or whether it is in these files
        ",
    );
}

#[test]
fn without_leads_or_events_nothing_is_said_about_them() {
    let definition = "
        lead: {employees: number}
        fit: {rules: {Size: {if: employees > 1, points: 1}}}
        engagement: {rules: {View: {on: view, points: 1}}}
        ";
    surveyed(definition, "lead_id", "lead_id,event,timestamp").assert_findings("");
    surveyed(definition, "lead_id,employees\na,5", "lead_id,event,timestamp\na,vew,2026-07-01").assert_findings("");
    surveyed(definition, "lead_id", "lead_id,event,timestamp\na,view,2026-06-01").assert_findings("");
}
