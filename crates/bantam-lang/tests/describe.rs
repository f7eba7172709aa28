//! A definition in words.

#![allow(clippy::unwrap_used, reason = "a test stops at what cannot be")]

use bantam_lang::describe::describe;
use bantam_lang::source::Source;

#[track_caller]
fn check(text: &str, expected: &str) {
    let loaded = bantam_lang::load(Source::new("d.yaml", text), &mut |_: &str| Err("there are no files".into()));
    let checked = loaded.checked.unwrap_or_else(|| unreachable!("{:?}", loaded.diagnostics));
    let mut told = String::new();
    for chapter in describe(&checked.meaning()) {
        told += &format!("# {}: {}\n", chapter.title, chapter.intro);
        for line in chapter.lines {
            let group = line.group.map(|group| format!(" [{group}]")).unwrap_or_default();
            let points = if line.points.is_empty() { String::new() } else { format!(" {}", line.points) };
            told += &format!("{}{group}{points}: {}\n", line.name, line.text);
        }
    }
    assert_eq!(told.trim(), expected.trim());
}

#[test]
fn a_definition_is_told_chapter_by_chapter() {
    check(
        r#"
bantam: 1
lead: {industry: text, employees: number, email: text, title: text}
event: {path: text}
derive:
  work_email: "!is_free_email(email)"
signals:
  visit_days: {count: page_viewed, once_per: day, within: 14d}
  deciding: {sequence: [case_study, price_sheet], span: 30d, within: 60d}
fit:
  range: [0, 100]
  rules:
    Industry: {by: industry, points: {Software: 30, Fintech: 20}}
    Size: {by: employees, points: {50+: 10, 200+: 20}}
    Boss: {if: 'title.contains("Chief") || employees < 5', points: 5}
engagement:
  halve_every: 30d
  rules:
    Demo: {on: demo_requested, times: 1, points: 60}
    Pricing: {on: page_viewed, if: 'event.path.startsWith("/pricing")', once_per: day, points: 10, cap: 30, within: 90d}
    Mail:
      cap: 15
      rules:
        Opened: {on: email_opened, points: 1}
    Gone: {on: email_unsubscribed, points: -25, halve_every: never}
    Often: {if: visit_days >= 3, points: 15}
disqualify:
  Student: title.matches("(?i)student")
stages: [Inquiry, Ready: fit >= 40 && known(deciding), Accepted: accepted_by_sales]
hand_off: {stage: Ready, reject_reasons: [no budget, bad data], recycle_after: 30d}
routes:
  - {to: sales, if: stage == "Ready", respond_within: 1h, escalate_to: managers}
  - {to: nurture}
"#,
        "
# Who they are: These points are the lead's fit, kept between 0 and 100.
Industry: by industry: Software +30, Fintech +20
Size: by employees: from 50 +10, from 200 +20
Boss +5: when title contains Chief or employees is less than 5
# What they do: These points are the lead's engagement. They are halved every 30 days, unless a line says otherwise.
Demo +60: for demo requested, once
Pricing +10: for page viewed where path starts with /pricing, once a day, in the last 90 days; 30 at most in all
Opened [Mail, together 15 at most] +1: each time for email opened
Gone \u{2212}25: each time for email unsubscribed; never less with time
Often +15: when visit days is at least 3
# Signals: Facts about what a lead did, which rules and stages refer to.
visit days: how often: page viewed, once a day, in the last 14 days
deciding: when last, one after the other: case study, then price sheet, all in less than 30 days, in the last 60 days
# Computed attributes: What follows from attributes.
work email: email is not at a free provider
# Who is left out: A lead to which one of these applies is disqualified: it is never handed to sales.
Student: when title looks like `(?i)student`
# Stages: A lead climbs rung by rung: it stands on the highest whose condition, and all those below, hold.
Inquiry: every lead
Ready: when fit is at least 40, and deciding is known
Accepted: when sales has accepted it
# Hand-off: Where marketing hands a lead to sales.
Handed over: when a lead comes up to Ready
Sales may reject: for one of these reasons: no budget, bad data
Recycled leads: stay in nurture for 30 days at least
# Routes: Where a lead goes: the first that applies.
sales: when stage is Ready; to be answered within 1 hour; when overdue it goes to managers
nurture: all others
",
    );
}
