//! Counts agree with the scores they belong to, lead by lead.

use crate::common::Loaded;
use crate::generate::case;
use bantam_engine::input::Format;
use bantam_engine::output::ScoredRow;
use bantam_engine::scores::SectionName;
use bantam_engine::survey::{LimitSurvey, SectionSurvey, Survey, survey};
use bantam_lang::convert::parse_time;
use std::fmt::Write;

/// Sums up the reasons of a section: leads with points and points, for a rule or what a limit changed.
fn from_scores(rows: &[ScoredRow], section: SectionName, rule: Option<&str>, group: Option<&str>) -> (u64, i64) {
    let reasons = rows.iter().flat_map(|row| &row.reasons);
    let of = reasons.filter(|reason| reason.section == section && reason.rule.as_deref() == rule);
    let of = of.filter(|reason| rule.is_some() || reason.group.as_deref() == group);
    of.fold((0, 0), |(leads, points), reason| (leads + 1, points + reason.points))
}

fn changed(limit: Option<LimitSurvey>) -> (u64, i64) {
    limit.map_or((0, 0), |limit| (limit.leads, limit.raised - limit.lowered))
}

fn assert_section(what: &str, section: &SectionSurvey, name: SectionName, rows: &[ScoredRow]) {
    for rule in &section.rules {
        let expected = from_scores(rows, name, Some(&rule.name), None);
        assert_eq!((rule.earning, rule.points), expected, "{what}: rule {}", rule.name);
        let keys: u64 = rule.table.iter().flat_map(|table| &table.keys).map(|key| key.rows).sum();
        let decided = if rule.on_events { rule.selected } else { rule.applies };
        assert!(rule.table.is_none() || keys == decided, "{what}: keys of {}", rule.name);
    }
    for group in &section.groups {
        assert_eq!(changed(group.limit), from_scores(rows, name, None, Some(&group.name)), "{what}: {}", group.name);
    }
    assert_eq!(changed(section.limit), from_scores(rows, name, None, None), "{what}: limit of the section");
}

fn assert_agrees(what: &str, survey: &Survey, rows: &[ScoredRow]) {
    assert_eq!(survey.leads, rows.len() as u64, "{what}: leads");
    assert_section(what, &survey.fit, SectionName::Fit, rows);
    assert_section(what, &survey.engagement, SectionName::Engagement, rows);
    let fit: i64 = rows.iter().map(|row| row.score.fit).sum();
    let engagement: i64 = rows.iter().map(|row| row.score.engagement).sum();
    assert_eq!((survey.fit.points, survey.engagement.points), (fit, engagement), "{what}: points");
    let undecided: u64 = survey.fit.rules.iter().map(|rule| rule.undecided).sum();
    assert_eq!(undecided as i64, rows.iter().map(|row| row.score.fit_unknown).sum::<i64>(), "{what}: undecided");
    let count = |is: &dyn Fn(&ScoredRow) -> bool| rows.iter().filter(|row| is(row)).count() as u64;
    for stage in &survey.stages {
        assert_eq!(stage.leads, count(&|row| row.score.stage.as_ref() == Some(&stage.name)), "{what}: {}", stage.name);
        assert!(stage.holds >= stage.leads, "{what}: {}", stage.name);
    }
    assert_eq!(survey.disqualified, count(&|row| row.score.is_disqualified()), "{what}: disqualified");
    for grade in &survey.grades {
        let same = survey.grades.iter().filter(|other| other.name == grade.name).map(|other| other.leads).sum::<u64>();
        assert_eq!(same, count(&|row| row.score.grade.as_ref() == Some(&grade.name)), "{what}: {}", grade.name);
    }
    let routed: u64 = survey.routes.iter().map(|route| route.leads).sum();
    assert_eq!(routed, count(&|row| row.score.route.is_some()), "{what}: routes");
    let personas: u64 = survey.personas.iter().map(|persona| persona.leads).sum();
    assert_eq!(personas, count(&|row| row.score.persona.is_some()), "{what}: personas");
}

#[test]
fn counts_of_random_cases_agree_with_their_scores() {
    for seed in 0..200 {
        let case = case(seed);
        let loaded =
            Loaded::at(&case.definition, &case.lists, &[&case.leads_csv], &[&case.events_csv], Format::Csv, case.as_of);
        let survey = survey(&loaded.definition, &loaded.data, loaded.as_of);
        assert_agrees(&format!("seed {seed}"), &survey, &loaded.batch());
    }
}

/// 30,000 leads with 120,000 events: ten partitions.
#[test]
fn counts_of_many_partitions_agree_with_their_scores() {
    let definition = "
bantam: 1
lead: {industry: text, employees: number}
event: {path: text}
signals: {visits: {count: view, within: 30d}}
fit:
  range: [0, 45]
  rules:
    Industry: {by: industry, points: {Software: 30, Retail: 15, missing: -3}}
    Size: {by: employees, points: {50+: 10, 200+: 25}}
engagement:
  halve_every: 30d
  rules:
    Came back: {if: visits >= 2, points: 15}
    Views: {on: view, once_per: day, points: 5, cap: 20}
    Web: {cap: 30, rules: {Pages: {on: view, by: event.path, points: {/pricing: 9, else: 2}}}}
stages: [Inquiry, Warm: score >= 30]
";
    let (mut leads, mut events) =
        (String::from("lead_id,industry,employees\n"), String::from("lead_id,event,timestamp,path\n"));
    for lead in 0..30_000_u32 {
        let industry = ["Software", "software", "Retail", "", "Mining"][(lead % 5) as usize];
        writeln!(leads, "l{lead},{industry},{}", lead % 331).unwrap();
    }
    for event in 0..120_000_u32 {
        let (lead, day) = (event.wrapping_mul(2_654_435_761) % 31_000, event % 180);
        let path = ["/pricing", "/blog", "/Pricing", ""][(event / 7 % 4) as usize];
        let name = if event % 3 == 0 { "ping" } else { "view" };
        writeln!(events, "l{lead},{name},2026-{:02}-{:02},{path}", 1 + day / 30, 1 + day % 28).unwrap();
    }
    let as_of = parse_time("2026-06-30").unwrap();
    let loaded = Loaded::at(definition, &[], &[&leads], &[&events], Format::Csv, as_of);
    let survey = survey(&loaded.definition, &loaded.data, loaded.as_of);
    assert_agrees("many partitions", &survey, &loaded.batch());
    let table = survey.fit.rules[0].table.as_ref().unwrap();
    let misses: Vec<_> =
        table.misses.iter().map(|miss| (miss.value.as_str(), miss.count, miss.nearest.as_deref())).collect();
    assert_eq!(misses, [("Mining", 6_000, None), ("software", 6_000, Some("Software"))]);
    assert_eq!(survey.leads_without_row, survey.leads - 30_000);
}
