//! Scores worked out by hand, one sentence of the language reference at a time.

#[path = "live_helpers.rs"]
mod helpers;

use bantam_engine::live::score_lead;
use bantam_engine::timeline::{Profile, Timeline};
use bantam_lang::meaning::*;
use helpers::*;

#[test]
fn a_lead_without_rows_and_events_has_no_score() {
    let plan = plan(engaging(vec![on("a", 1)]));
    assert_eq!(score_lead(&plan, &visitor(vec![]), T), None);
    assert_eq!(score_lead(&plan, &visitor(vec![event("a", T + 1)]), T), None);
    assert_eq!(score_lead(&plan, &visitor(vec![event("unheard", T)]), T).unwrap().score, 0);
}

#[test]
fn events_after_as_of_do_not_exist() {
    // One at as of counts, the one a microsecond later does not: 5.
    let lead = visitor(vec![event("a", T + 1), event("a", T)]);
    assert_eq!(score(engaging(vec![on("a", 5)]), &lead, T).engagement, 5);
}

#[test]
fn points_are_halved_per_event_toward_zero() {
    // 75 after 0, 30 and 60 days, halved every 30: 75 + 37 + 18 = 130. A microsecond short of 60 days it is 75 + 37 + 37.
    let halving = Decay::HalveEvery(30 * DAY_SECONDS);
    let rules = || engaging(vec![event_rule("demo", select(&["demo"]), None, halving, 75)]);
    let lead = visitor(vec![event("demo", T), event("demo", T - 30 * DAY), event("demo", T - 60 * DAY)]);
    assert_eq!(score(rules(), &lead, T).engagement, 130);
    let lead = visitor(vec![event("demo", T), event("demo", T - 30 * DAY), event("demo", T - 60 * DAY + 1)]);
    assert_eq!(score(rules(), &lead, T).engagement, 149);
}

#[test]
fn points_fade_in_whole_seconds() {
    // 10 over 60 days: 7 after 15, 5 after 30, 2 after 45, 0 after 60: together 14.
    let fading = Decay::FadeOver(60 * DAY_SECONDS);
    let rules = engaging(vec![event_rule("opened", select(&["opened"]), None, fading, 10)]);
    let lead = visitor([15, 30, 45, 60].map(|days| event("opened", T - days * DAY)).to_vec());
    assert_eq!(score(rules, &lead, T).engagement, 14);
}

#[test]
fn a_window_excludes_its_far_end() {
    // T - time < 90 days: exactly 90 days old is out, a microsecond younger is in.
    let within = Select { within_seconds: Some(90 * DAY_SECONDS), ..select(&["a"]) };
    let rules = engaging(vec![event_rule("a", within, None, Decay::Never, 1)]);
    let lead = visitor(vec![event("a", T - 90 * DAY), event("a", T - 90 * DAY + 1), event("a", T)]);
    assert_eq!(score(rules, &lead, T).engagement, 2);
}

#[test]
fn since_excludes_events_at_the_same_instant() {
    // Of three events one is later than the reset, one comes with it, one before it. Without a reset all three count.
    let since = Select { since: Some(events(&["recycled"])), ..select(&["a"]) };
    let rules = || engaging(vec![event_rule("a", since.clone(), None, Decay::Never, 1)]);
    let three = vec![event("a", T - 2), event("a", T - 1), event("a", T)];
    let reset = [three.clone(), vec![event("recycled", T - 1)]].concat();
    assert_eq!(score(rules(), &visitor(reset), T).engagement, 1);
    assert_eq!(score(rules(), &visitor(three), T).engagement, 3);
}

#[test]
fn a_reset_still_to_come_resets_nothing() {
    let since = Select { since: Some(events(&["recycled"])), ..select(&["a"]) };
    let rules = engaging(vec![event_rule("a", since, None, Decay::Never, 1)]);
    assert_eq!(score(rules, &visitor(vec![event("a", T), event("recycled", T + 5)]), T).engagement, 1);
}

#[test]
fn an_unknown_event_condition_selects_nothing() {
    // Paths: /pricing counts, /blog does not, a missing path is unknown and does not: 10.
    let priced = Select { condition: Some(starts_with(property(0, Type::Text), "/pricing")), ..select(&["viewed"]) };
    let mut meaning = engaging(vec![event_rule("pricing", priced, None, Decay::Never, 10)]);
    meaning.event.properties = vec![declared("path", Type::Text)];
    let viewed = |path| event_with("viewed", T, vec![path]);
    let lead = visitor(vec![viewed(some_text("/pricing/eu")), viewed(some_text("/blog")), viewed(None)]);
    assert_eq!(score(meaning, &lead, T).engagement, 10);
}

#[test]
fn once_per_value_counts_the_latest_and_missing_is_a_key() {
    // Keys x (twice), y, missing (twice), halved daily, 8 points. The latest of x is a day old: 4; y two days: 2; the
    // latest missing is new: 8. Together 14.
    let key = OnceKey::Value(property(0, Type::Text));
    let daily = Decay::HalveEvery(DAY_SECONDS);
    let mut meaning = engaging(vec![event_rule("read", select(&["read"]), once(key, 1), daily, 8)]);
    meaning.event.properties = vec![declared("path", Type::Text)];
    let read = |days: i64, path| event_with("read", T - days * DAY, vec![path]);
    let lead = visitor(vec![
        read(3, some_text("x")),
        read(1, some_text("x")),
        read(2, some_text("y")),
        read(0, None),
        read(5, None),
    ]);
    assert_eq!(score(meaning, &lead, T).engagement, 14);
}

#[test]
fn of_equal_times_the_event_with_most_points_counts() {
    // Two events of one key at one instant, worth -5 and 3: 3 counts, as points are compared signed.
    let mut rule = event_rule("a", select(&["a"]), once(OnceKey::All, 1), Decay::Never, 0);
    rule.points = Points::Table { by: property(0, Type::Number), table: number_table(&[(0.0, -5), (10.0, 3)]) };
    let mut meaning = engaging(vec![rule]);
    meaning.event.properties = vec![declared("price", Type::Number)];
    let priced = |price: f64| event_with("a", T, vec![Some(Value::Number(price))]);
    assert_eq!(score(meaning, &visitor(vec![priced(12.0), priced(1.0)]), T).engagement, 3);
}

#[test]
fn times_counts_a_key_only_with_enough_events() {
    // Three times or more, once: two views give nothing, three give 20, seven still 20.
    let rules = || engaging(vec![event_rule("a", select(&["a"]), once(OnceKey::All, 3), Decay::Never, 20)]);
    let views = |count| visitor((0..count).map(|back| event("a", T - back)).collect());
    assert_eq!([2, 3, 7].map(|count| score(rules(), &views(count), T).engagement), [0, 20, 20]);
}

#[test]
fn days_and_weeks_and_months_are_of_the_calendar() {
    // T is Monday 2024-06-03. Sunday evening, Monday morning and noon, and 31 May: days 2nd, 3rd, 31st: 3. Weeks: the one to
    // Sunday (with 31 May) and the one from Monday: 2. Months: May and June: 2. Windows of 2 days from 1970: 3 June is day
    // 19,877, so windows 9938 (days 19,876 and 19,877) and 9937 (31 May is 19,874): 2.
    let lead = visitor([-HOUR, HOUR, 12 * HOUR, -2 * DAY - HOUR].map(|offset| event("a", T + offset)).to_vec());
    let counts = [OnceKey::Day, OnceKey::Week, OnceKey::Month, OnceKey::Window(2 * DAY_SECONDS)].map(|key| {
        let rules = engaging(vec![event_rule("a", select(&["a"]), once(key, 1), Decay::Never, 1)]);
        score(rules, &lead, T + DAY).engagement
    });
    assert_eq!(counts, [3, 2, 2, 2]);
}

#[test]
fn limits_hold_at_every_level() {
    // Rule: 4 * 10 capped at 30. Group: 30 + 5 = 35 capped at 20. Section: 20 - 50 = -30 brought to -10.
    let mut rules = vec![on("a", 10), on("b", 5), on("c", -50)];
    rules[0].limit = cap(30);
    rules[0].group = Some(0);
    rules[1].group = Some(0);
    let limit = Some(Limit { low: -10, high: 100 });
    let section = Section { rules, groups: vec![group("g", cap(20))], limit };
    let meaning = Meaning { engagement: section, ..Meaning::default() };
    let four = (0..4).map(|back| event("a", T - back));
    let lead = visitor(four.chain([event("b", T), event("c", T)]).collect());
    assert_eq!(score(meaning, &lead, T).engagement, -10);
}

#[test]
fn a_range_lifts_the_zero_of_a_rule_that_did_not_fire() {
    let mut rule = on("a", 5);
    rule.limit = Some(Limit { low: 2, high: 9 });
    assert_eq!(score(engaging(vec![rule]), &lead(vec![], vec![]), T).engagement, 2);
}

fn fit_of(rules: Vec<Rule>, attributes: Vec<Attribute>) -> Meaning {
    let lead = LeadShape { attributes, ..LeadShape::default() };
    Meaning { lead, fit: section(rules), ..Meaning::default() }
}

#[test]
fn the_greatest_bound_not_above_a_number_decides() {
    // 50+: 10, 200+: 25, 5000+: 10.
    let table = number_table(&[(50.0, 10), (200.0, 25), (5000.0, 10)]);
    let rule = table_rule("size", attribute(0, Type::Number), table);
    let meaning = fit_of(vec![rule], vec![declared("employees", Type::Number)]);
    let fit = |employees: f64| score(meaning.clone(), &lead(vec![Some(Value::Number(employees))], vec![]), T).fit;
    assert_eq!([49.9, 50.0, 200.0, 4999.0, 5000.0].map(fit), [0, 10, 25, 25, 10]);
}

#[test]
fn tables_tell_missing_from_no_match() {
    // Software: 30, else: -5, missing: 3. A missing value is not decided, whatever it gives.
    let keys = TableKeys::Text(vec![("Software".into(), 30)]);
    let table = Table { keys, otherwise: Some(-5), missing: Some(3) };
    let rule = table_rule("industry", attribute(0, Type::Text), table);
    let meaning = fit_of(vec![rule], vec![declared("industry", Type::Text)]);
    let fit = |industry| {
        let score = score(meaning.clone(), &lead(vec![industry], vec![]), T);
        (score.fit, score.fit_unknown)
    };
    assert_eq!([some_text("Software"), some_text("Retail"), None].map(fit), [(30, 0), (-5, 0), (3, 1)]);
}

#[test]
fn long_tables_answer_like_short_ones() {
    // Twelve keys k0..k11 worth 0..11.
    let keys = TableKeys::Text((0..12).map(|key| (format!("k{key}"), key)).collect());
    let rule = table_rule("k", attribute(0, Type::Text), Table { keys, otherwise: Some(-1), missing: None });
    let meaning = fit_of(vec![rule], vec![declared("k", Type::Text)]);
    let fit = |key| score(meaning.clone(), &lead(vec![some_text(key)], vec![]), T).fit;
    assert_eq!(["k0", "k7", "k11", "k12"].map(fit), [0, 7, 11, -1]);
}

#[test]
fn a_false_condition_decides_a_rule_and_an_unknown_one_does_not() {
    // `false && unknown` is false: decided. `true && unknown` is not.
    let unknown = || at_least(attribute(0, Type::Number), 5.0);
    let rules = vec![
        lead_rule("decided", and(vec![unknown(), boolean(false)]), 1),
        lead_rule("undecided", and(vec![unknown(), boolean(true)]), 2),
        lead_rule("true anyway", or(vec![unknown(), boolean(true)]), 4),
        lead_rule("not", not(unknown()), 8),
    ];
    let score = score(fit_of(rules, vec![declared("n", Type::Number)]), &lead(vec![None], vec![]), T);
    assert_eq!((score.fit, score.fit_unknown), (4, 2));
}

#[test]
fn division_by_zero_is_unknown_and_how_many_never_is() {
    let ratio = |by| at_least(arithmetic(ArithmeticOp::Divide, number(1.0), number(by)), 0.0);
    let rules = vec![
        lead_rule("zero", ratio(0.0), 1),
        lead_rule("two", ratio(2.0), 2),
        lead_rule("how many", equal(how_many(vec![ratio(0.0), ratio(2.0), boolean(true)]), number(2.0)), 4),
    ];
    let score = score(fit_of(rules, vec![]), &lead(vec![], vec![]), T);
    assert_eq!((score.fit, score.fit_unknown), (6, 1));
}

#[test]
fn days_since_floors_also_before_the_time() {
    // 59 days and 23 hours are 59 days; an hour before the time it is -1 days.
    let days = |start: i64, days: f64| lead_rule("d", equal(days_since(time(start)), number(days)), 1);
    let rules = |start, whole| fit_of(vec![days(start, whole)], vec![]);
    assert_eq!(score(rules(T - 60 * DAY + HOUR, 59.0), &lead(vec![], vec![]), T).fit, 1);
    assert_eq!(score(rules(T + HOUR, -1.0), &lead(vec![], vec![]), T).fit, 1);
}

#[test]
fn lists_and_derived_attributes_are_usable_in_conditions() {
    let domain = expr(ExprKind::EmailDomain(Box::new(attribute(0, Type::Text))), Type::Text);
    let listed = expr(ExprKind::In(Box::new(name(Name::Derived(0), Type::Text)), Set::List(0)), Type::Boolean);
    let mut meaning = fit_of(vec![lead_rule("target", listed, 20)], vec![declared("email", Type::Text)]);
    meaning.derived = vec![Derived { name: "domain".into(), expr: domain }];
    meaning.lists = vec![List { name: "targets".into(), values: vec!["acme.example".into()] }];
    let fit = |email| {
        let score = score(meaning.clone(), &lead(vec![some_text(email)], vec![]), T);
        (score.fit, score.fit_unknown)
    };
    assert_eq!(["a@b@ACME.example", "a@other.example", "nobody@"].map(fit), [(20, 0), (0, 0), (0, 1)]);
}

#[test]
fn the_latest_row_at_or_before_as_of_counts() {
    let rule = table_rule("n", attribute(0, Type::Number), number_table(&[(0.0, 0), (1.0, 1), (2.0, 2), (3.0, 3)]));
    let meaning = fit_of(vec![rule], vec![declared("n", Type::Number)]);
    let row = |since, n: f64| Profile { since, attributes: vec![Some(Value::Number(n))] };
    // Undated 1; at T: 3, then 2, of which the later row counts.
    let profiles = vec![row(Some(T), 3.0), row(None, 1.0), row(Some(T), 2.0)];
    let lead = Timeline { lead_id: "lead".into(), profiles, events: vec![] };
    assert_eq!(score(meaning.clone(), &lead, T - 1).fit, 1);
    assert_eq!(score(meaning, &lead, T).fit, 2);
}

#[test]
fn defaults_stand_in_for_a_lead_without_a_row() {
    let mut country = declared("country", Type::Text);
    country.default = some_text("DE");
    let rule = lead_rule("german", equal(attribute(0, Type::Text), text("DE")), 7);
    assert_eq!(score(fit_of(vec![rule], vec![country]), &visitor(vec![event("a", T)]), T).fit, 7);
}

#[test]
fn the_latest_answer_of_sales_is_its_status() {
    // Opportunity and won at one instant: won, as it stands later in the list. Recycling a second later takes both back.
    let mut meaning =
        Meaning { sales: SalesAnswer::ALL.map(|answer| events(&[answer.default_event()])), ..Meaning::default() };
    meaning.stages = vec![stage("Won", vec![("", equal(name(Name::SalesStatus, Type::Text), text("won")))])];
    meaning.fit = section(vec![
        lead_rule("accepted", name(Name::AcceptedBySales, Type::Boolean), 1),
        lead_rule("opportunity", name(Name::BecameOpportunity, Type::Boolean), 2),
    ]);
    let answers = vec![event("opportunity_won", T), event("opportunity_opened", T), event("lead_recycled", T + SECOND)];
    let won = score(meaning.clone(), &visitor(answers.clone()), T);
    assert_eq!((won.stage.as_deref(), won.fit), (Some("Won"), 3));
    let recycled = score(meaning, &visitor(answers), T + SECOND);
    assert_eq!((recycled.stage, recycled.fit), (None, 0));
}

#[test]
fn an_event_that_is_listed_twice_counts_once() {
    // The rule listens to form_submitted itself and to the action demo_form, which is one of them.
    let mut both = events(&["form_submitted"]);
    both.actions = vec![0];
    let action = |condition| Action { name: "demo_form".into(), on: vec!["form_submitted".into()], condition };
    let is_demo = equal(property(0, Type::Text), text("demo"));
    let mut meaning = engaging(vec![event_rule("form", Select { events: both, ..select(&[]) }, None, Decay::Never, 5)]);
    meaning.event.properties = vec![declared("form", Type::Text)];
    meaning.actions = vec![action(Some(is_demo))];
    let submitted = |form| event_with("form_submitted", T, vec![some_text(form)]);
    let lead = visitor(vec![submitted("demo"), submitted("newsletter")]);
    assert_eq!(score(meaning.clone(), &lead, T).engagement, 10);
    // By its action alone only the demo counts.
    let demo = EventSet { names: vec![], actions: vec![0] };
    meaning.engagement =
        section(vec![event_rule("demo", Select { events: demo, ..select(&[]) }, None, Decay::Never, 5)]);
    assert_eq!(score(meaning, &lead, T).engagement, 5);
}

fn scored_signal(kind: SignalKind, condition: Expr) -> Meaning {
    let signals = vec![Signal { name: "s".into(), kind }];
    Meaning { signals, engagement: section(vec![lead_rule("s", condition, 1)]), ..Meaning::default() }
}

#[test]
fn sums_are_exact_to_thousandths() {
    // 0.1 + 0.2 + -0.0005 is 100 + 200 - 1 thousandths (0.5 is rounded away from zero): 0.299. What is missing or not less
    // than 2^43 adds nothing.
    let kind = SignalKind::Sum { select: select(&["a"]), once: None, of: property(0, Type::Number) };
    let meaning = scored_signal(kind, equal(signal(0, Type::Number), number(0.299)));
    let priced = |price: Option<f64>| event_with("a", T, vec![price.map(Value::Number)]);
    let prices = [Some(0.1), Some(0.2), Some(-0.0005), None, Some(8_796_093_022_208.0)];
    assert_eq!(score(meaning, &visitor(prices.map(priced).to_vec()), T).engagement, 1);
}

#[test]
fn a_sum_once_per_day_takes_the_greatest_value_of_equal_times() {
    // One day: at noon 5; in the evening missing, -2 and -3 at one instant: -2 counts alone.
    let kind = SignalKind::Sum { select: select(&["a"]), once: once(OnceKey::Day, 1), of: property(0, Type::Number) };
    let meaning = scored_signal(kind, equal(signal(0, Type::Number), number(-2.0)));
    let priced = |hour: i64, price: Option<f64>| event_with("a", T + hour * HOUR, vec![price.map(Value::Number)]);
    let lead = visitor(vec![priced(12, Some(5.0)), priced(18, None), priced(18, Some(-2.0)), priced(18, Some(-3.0))]);
    assert_eq!(score(meaning, &lead, T + DAY).engagement, 1);
}

#[test]
fn first_and_last_are_of_selected_events() {
    // Within 10 days: of events 12, 9 and 1 days old the first is 9 days ago.
    let within = Select { within_seconds: Some(10 * DAY_SECONDS), ..select(&["a"]) };
    let lead = visitor([12, 9, 1].map(|days| event("a", T - days * DAY)).to_vec());
    let days = |kind, days| scored_signal(kind, equal(days_since(signal(0, Type::Time)), number(days)));
    assert_eq!(score(days(SignalKind::First(within.clone()), 9.0), &lead, T).engagement, 1);
    assert_eq!(score(days(SignalKind::Last(within), 1.0), &lead, T).engagement, 1);
    let none = scored_signal(SignalKind::Last(select(&["b"])), known(Name::Signal(0)));
    assert_eq!(score(none, &lead, T).engagement, 0);
}

fn sequence(steps: &[&str], span_days: Option<i64>, within_days: Option<i64>, since: Option<EventSet>) -> Meaning {
    let kind = SignalKind::Sequence {
        steps: steps.iter().map(|step| events(&[step])).collect(),
        condition: None,
        since,
        within_seconds: within_days.map(|days| days * DAY_SECONDS),
        span_seconds: span_days.map(|days| days * DAY_SECONDS),
    };
    scored_signal(kind, known(Name::Signal(0)))
}

#[test]
fn a_sequence_needs_its_steps_in_strict_order() {
    let happens = |steps: &[&str], at: &[(&str, i64)]| {
        let events = at.iter().map(|(name, day)| event(name, T + day * DAY)).collect();
        score(sequence(steps, None, None, None), &visitor(events), T + 9 * DAY).engagement == 1
    };
    assert!(happens(&["a", "b"], &[("a", 0), ("b", 1)]));
    assert!(!happens(&["a", "b"], &[("b", 0), ("a", 1)]));
    assert!(!happens(&["a", "b"], &[("a", 1), ("b", 1)]), "at one instant nothing comes before the other");
    assert!(happens(&["a", "b", "a"], &[("a", 0), ("b", 1), ("a", 2)]));
    assert!(!happens(&["a", "a"], &[("a", 0)]), "one event is one step");
    assert!(happens(&["a", "a"], &[("a", 0), ("a", 1)]));
    assert!(!happens(&["a", "b", "c"], &[("a", 0), ("c", 1), ("b", 2)]));
}

#[test]
fn the_span_of_a_sequence_starts_with_the_latest_possible_first_step() {
    // a b a c: with a span of 3 days, c on day 4 needs an a after day 1 with a b after it; the second a has none.
    let at = |days: &[(&str, i64)]| visitor(days.iter().map(|(name, day)| event(name, T + day * DAY)).collect());
    let meaning = || sequence(&["a", "b", "c"], Some(3), None, None);
    let reached = |days: &[(&str, i64)]| score(meaning(), &at(days), T + 9 * DAY).engagement;
    assert_eq!(reached(&[("a", 0), ("b", 1), ("a", 2), ("c", 4)]), 0);
    assert_eq!(reached(&[("a", 0), ("b", 1), ("a", 2), ("b", 3), ("c", 4)]), 1);
    assert_eq!(reached(&[("a", 0), ("b", 1), ("c", 3)]), 0, "exactly 3 days is not less than 3 days");
}

#[test]
fn the_window_of_a_sequence_is_for_its_last_event_and_since_for_all() {
    // a 20 days ago, b 5 days ago, within 10 days: complete. With a reset in between, a is gone.
    let lead = visitor(vec![event("a", T - 20 * DAY), event("b", T - 5 * DAY), event("r", T - 9 * DAY)]);
    assert_eq!(score(sequence(&["a", "b"], None, Some(10), None), &lead, T).engagement, 1);
    assert_eq!(score(sequence(&["a", "b"], None, Some(5), None), &lead, T).engagement, 0);
    assert_eq!(score(sequence(&["a", "b"], None, None, Some(events(&["r"]))), &lead, T).engagement, 0);
}

/// Stages Inquiry, Profiled (n >= 1), Sales-ready (n >= 2, the hand-off), Accepted (accepted_by_sales), Won (n >= 9).
fn two_ladders() -> Meaning {
    let n = |least| at_least(attribute(0, Type::Number), least);
    let lead = LeadShape { attributes: vec![declared("n", Type::Number)], ..LeadShape::default() };
    let stages = vec![
        stage("Inquiry", vec![]),
        stage("Profiled", vec![("n >= 1", n(1.0))]),
        stage("Sales-ready", vec![("n >= 2", n(2.0))]),
        stage("Accepted", vec![("accepted_by_sales", name(Name::AcceptedBySales, Type::Boolean))]),
        stage("Won", vec![("n >= 9", n(9.0))]),
    ];
    let hand_off = Some(HandOff { stage: 2, reject_reasons: vec![], recycle_after_seconds: None });
    let sales = SalesAnswer::ALL.map(|answer| events(&[answer.default_event()]));
    Meaning { lead, stages, hand_off, sales, ..Meaning::default() }
}

#[test]
fn the_ladder_of_sales_stands_on_its_own() {
    let stage = |n: f64, accepted: bool| {
        let events = if accepted { vec![event("sales_accepted", T)] } else { vec![] };
        score(two_ladders(), &lead(vec![Some(Value::Number(n))], events), T).stage.unwrap()
    };
    assert_eq!([0.0, 1.0, 2.0, 9.0].map(|n| stage(n, false)), ["Inquiry", "Profiled", "Sales-ready", "Sales-ready"]);
    assert_eq!([0.0, 9.0].map(|n| stage(n, true)), ["Accepted", "Won"]);
}

#[test]
fn without_a_hand_off_there_is_one_ladder() {
    let mut meaning = two_ladders();
    meaning.hand_off = None;
    let accepted = vec![event("sales_accepted", T)];
    assert_eq!(
        score(meaning.clone(), &lead(vec![Some(Value::Number(0.0))], accepted.clone()), T).stage.unwrap(),
        "Inquiry"
    );
    assert_eq!(score(meaning, &lead(vec![Some(Value::Number(9.0))], accepted), T).stage.unwrap(), "Won");
}

#[test]
fn a_disqualified_lead_is_scored_graded_and_routed_like_any_other() {
    let mut meaning = two_ladders();
    meaning.engagement = section(vec![on("a", 60)]);
    meaning.disqualify = vec![conditional("never", boolean(false)), conditional("student", boolean(true))];
    let band = |letter: &str, from| Band { letter: letter.into(), from };
    meaning.grades.fit = Some(vec![band("A", 75), band("D", 0)]);
    meaning.grades.engagement = Some(vec![band("1", 60), band("3", 0)]);
    meaning.routes = vec![
        route("unqualified", Some(not(name(Name::Disqualified, Type::Boolean))), None),
        route("nurture", None, Some(300)),
    ];
    let score = score(meaning, &lead(vec![None], vec![event("a", T)]), T);
    assert_eq!(score.stage.as_deref(), Some(DISQUALIFIED));
    assert_eq!(score.disqualified_by.as_deref(), Some("student"));
    assert_eq!((score.grade.as_deref(), score.engagement), (Some("D1"), 60));
    assert_eq!((score.route.as_deref(), score.respond_within_seconds), (Some("nurture"), Some(300)));
}

fn route(to: &str, condition: Option<Expr>, respond_within_seconds: Option<i64>) -> Route {
    Route { to: to.into(), condition, respond_within_seconds, escalate_to: None, span: Default::default() }
}

#[test]
fn grades_are_missing_below_all_bounds() {
    let mut meaning = engaging(vec![on("a", -1)]);
    meaning.grades.engagement = Some(vec![Band { letter: "3".into(), from: 0 }]);
    assert_eq!(score(meaning.clone(), &visitor(vec![event("a", T)]), T).grade, None);
    assert_eq!(score(meaning.clone(), &visitor(vec![event("b", T)]), T).grade.as_deref(), Some("3"));
    meaning.grades.fit = Some(vec![Band { letter: "A".into(), from: 50 }]);
    assert_eq!(score(meaning, &visitor(vec![event("b", T)]), T).grade, None, "fit is below all of its bounds");
}

#[test]
fn the_first_persona_that_applies_is_the_leads_and_rules_see_it() {
    let mut meaning =
        fit_of(vec![lead_rule("buyer", equal(name(Name::Persona, Type::Text), text("Buyer")), 30)], vec![]);
    meaning.personas = vec![
        conditional("None", boolean(false)),
        conditional("Buyer", boolean(true)),
        conditional("Other", boolean(true)),
    ];
    let score = score(meaning, &lead(vec![], vec![]), T);
    assert_eq!((score.persona.as_deref(), score.fit), (Some("Buyer"), 30));
}

#[test]
fn an_action_may_depend_on_the_age_of_its_event() {
    // Fresh means younger than 2 days; the same event stops being fresh.
    let fresh = compare(CompareOp::Less, days_since(name(Name::EventTime, Type::Time)), number(2.0));
    let set = EventSet { names: vec![], actions: vec![0] };
    let mut meaning = engaging(vec![event_rule("fresh", Select { events: set, ..select(&[]) }, None, Decay::Never, 5)]);
    meaning.actions = vec![Action { name: "fresh".into(), on: vec!["a".into()], condition: Some(fresh) }];
    let lead = visitor(vec![event("a", T)]);
    assert_eq!(score(meaning.clone(), &lead, T + 2 * DAY - 1).engagement, 5);
    assert_eq!(score(meaning, &lead, T + 2 * DAY).engagement, 0);
}
