//! What stands on the terminal.

use super::support::{assert_same, surveyed};
use bantam_engine::survey::to_json;
use serde_json::json;

#[test]
fn everything_is_told_in_tables() {
    let found = surveyed(
        "
        lead:
          industry: {type: text, from: Industry}
          employees: number
          email: text
          region: text
        event:
          path: text
        actions:
          demo_form: {on: form_submitted}
        lists:
          targets: [acme.example, initech.example, globex.example]
        derive:
          domain: email_domain(email)
        signals:
          pricing_views: {count: page_viewed, if: 'event.path.startsWith(\"/pricing\")', within: 30d}
        personas:
          - Big: employees >= 500
        fit:
          range: [0, 40]
          rules:
            Target industry: {by: industry, points: {Software: 30, Fintech: 30}}
            Company size: {by: employees, points: {50+: 10, 200+: 25}}
            Target account: {if: domain in targets, points: 20}
        engagement:
          rules:
            Requested a demo: {on: [demo_request, demo_form], times: 1, points: 75}
            Web:
              cap: 12
              rules:
                Viewed pricing: {on: page_viewed, if: 'event.path.startsWith(\"/pricing\")', points: 10}
                Pages: {on: page_viewed, by: event.path, points: {/blog: 1, else: 2}}
        disqualify:
          Tiny: employees < 2
        stages:
          - Inquiry
          - Sales-ready: fit >= 20 && engagement >= 10
        hand_off: Sales-ready
        grades:
          fit: {A: 40, B: 0}
        routes:
          - {to: sales, if: stage == 'Sales-ready', respond_within: 5m}
        ",
        "
        lead_id,Industry,employees,email,Regoin
        a,Software,600,a@acme.example,north
        b,software,60,b@gmail.com,north
        c,Retail,1,c@initech.example,
        d,software,many,,
        ",
        "
        lead_id,event,timestamp,path
        a,page_viewed,2026-06-20,/pricing
        a,page_viewed,2026-06-21,/pricing/eu
        b,page_viewed,2026-06-21,/blog
        b,form_submitted,2026-06-22,
        e,demo_requested,2026-06-23,
        a,page_viewed,2026-07-02,/blog
        ",
    );
    assert_same(
        &found.text(100),
        "
        5 leads (1 by events alone), 5 events up to 2026-06-30T00:00:00Z; 1 later event does not count

        FIT: who they are
        rule             leads  share  undecided   points
        Target industry      1  20.0%          1       30
          Software           1  20.0%             30 each
          Fintech            0     0%             30 each
          (no key)           3  60.0%              0 each
          missing            1  20.0%              0 each
        Company size         2  40.0%          2       35
          50+                1  20.0%             10 each
          200+               1  20.0%             25 each
          (no key)           1  20.0%              0 each
          missing            2  40.0%              0 each
        Target account       2  40.0%          2       40
        (all)                3  60.0%                  70

        ENGAGEMENT: what they do
        rule              events  leads  share  points
        Requested a demo       1      1  20.0%      75
        Web
          Viewed pricing       2      1  20.0%      20
          Pages                3      2  40.0%       5
            /blog              1      1  20.0%  1 each
            else               2      1  20.0%  2 each
        (all)                         2  40.0%      88

        VALUES WITHOUT A KEY
        rule             value                   count  looks like
        Target industry  software                    2  Software
        Target industry  Retail                      1
        Company size     (below the lowest key)      1

        LIMITS
        limit of      low  high  leads cut  taken away  added
        (all of fit)    0    40          1          35      0
        Web           -12    12          1          12      0

        STAGES
        stage               stand here  share  condition true  unknown
        Inquiry                      3  60.0%               5
        Sales-ready                  1  20.0%               1
          fit >= 20                                         2        0
          engagement >= 10                                  2        0
        (disqualified)               1  20.0%

        GRADES
        grade  leads  share
        A          1  20.0%
        B          4  80.0%

        PERSONAS
        persona  leads  share  condition true
        Big          1  20.0%               1
        (none)       4  80.0%

        DISQUALIFIED BY
        disqualifier  leads  share  condition true
        Tiny              1  20.0%               1
        (none)            4  80.0%

        ROUTES
        route   leads  share  condition true
        sales       1  20.0%               1
        (none)      4  80.0%

        DERIVED
        name    leads  share
        domain      3  60.0%

        SIGNALS
        signal         known  other than 0  share
        pricing_views      5             1  20.0%

        LISTS
        list     values  that occur  leads
        targets       3           2      2

        VALUES OF LEADS
        name       present  missing  unreadable  different  most frequent
        industry         4        0           0          3  software (2), Software (1), Retail (1)
        employees        3        0           1          3  1 (1), 60 (1), 600 (1)
        email            3        1           0          3  a@acme.example (1), b@gmail.com (1), c@initech.…
        region           0        4           0          0  (no column `region`; there is `Regoin`)

        VALUES OF EVENTS
        name  present  missing  unreadable  different  most frequent
        path        4        2           0          3  /pricing (1), /pricing/eu (1), /blog (1)

        COLUMNS NOBODY DECLARED
        column  of     rows  looks like
        Regoin  leads     4  region

        EVENTS
        name            count  first       last        heard by
        page_viewed         3  2026-06-20  2026-06-21  signal pricing_views, Viewed pricing, Pages
        demo_requested      1  2026-06-23  2026-06-23  nobody; looks like `demo_request`
        form_submitted      1  2026-06-22  2026-06-22  Requested a demo

        EVENTS THAT NEVER COME
        name          heard by                  there is
        demo_request  Requested a demo          demo_requested
        (6 more)      answers of sales, resets
        ",
    );
}

#[test]
fn data_cannot_speak_to_the_terminal() {
    let found = surveyed(
        "
        lead: {industry: text}
        event: {path: text}
        fit: {rules: {Industry: {by: industry, points: {Software: 30}}}}
        engagement: {rules: {View: {on: view, points: 1}}}
        ",
        "lead_id,industry,\u{1b}[2Jindustry\na,\u{1b}]0;owned\u{7}soft\u{202e}ware,x\n",
        "lead_id,event,timestamp,path\na,\u{1b}[31mview,2026-06-01,\u{9b}5m\n",
    );
    for text in [found.text(80), found.text(200), found.findings()] {
        let bad: Vec<char> = text.chars().filter(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}').collect();
        assert!(bad.is_empty(), "{bad:?} in\n{text}");
        assert!(text.contains("\\u{1b}"), "{text}");
    }
}

#[test]
fn lines_are_cut_to_the_width_asked_for() {
    let long = "a very long value ".repeat(20);
    let found = surveyed(
        &format!(
            "
        lead: {{industry: text}}
        fit: {{rules: {{\"{}\": {{by: industry, points: {{Software: 30}}}}}}}}
        ",
            "Rule with a long name ".repeat(5)
        ),
        &format!("lead_id,industry\na,{long}\nb,{long}\n"),
        "lead_id,event,timestamp",
    );
    for line in found.text(70).lines() {
        assert!(line.chars().count() <= 70, "{line}");
    }
}

#[test]
fn programs_get_json() {
    let found = surveyed(
        "
        lead: {industry: text}
        fit: {rules: {Industry: {by: industry, points: {Software: 30}, cap: 10}}}
        stages: [Inquiry, Ready: fit > 5]
        ",
        "lead_id,industry\na,software\nb,Software\n",
        "lead_id,event,timestamp\na,view,2026-06-01\n",
    );
    let json = to_json(&found.survey);
    assert_eq!(json["as_of"], "2026-06-30T00:00:00Z");
    assert_eq!(
        json["fit"]["rules"][0],
        json!({
            "name": "Industry", "group": null, "on_events": false,
            "applies": 2, "earning": 1, "points": 10, "undecided": 0, "selected": 0, "counting": 0,
            "table": {
                "keys": [
                    {"kind": "key", "key": "Software", "points": 30, "rows": 1, "leads": 1},
                    {"kind": "no_key", "key": null, "points": 0, "rows": 1, "leads": 1},
                    {"kind": "missing", "key": null, "points": 0, "rows": 0, "leads": 0},
                ],
                "misses": [{"value": "software", "count": 1, "nearest": "Software"}],
                "other_misses": 0,
                "below_lowest": null,
            },
            "limit": {"low": -10, "high": 10, "leads": 1, "lowered": 20, "raised": 0},
        })
    );
    let day = "2026-06-01T00:00:00Z";
    let view = json!({"name": "view", "count": 1, "first": day, "last": day, "heard_by": [], "nearest": null});
    assert_eq!(json["event_names"], json!([view]));
    let parts = json!([{"text": "fit > 5", "holds": 1, "unknown": 0}]);
    assert_eq!(json["stages"][1], json!({"name": "Ready", "leads": 1, "holds": 1, "parts": parts}));
    assert_eq!(
        json["attributes"][0]["frequent"],
        json!([{"value": "software", "count": 1}, {"value": "Software", "count": 1}])
    );
}
