//! What holds for every journey, whatever the settings.

use std::collections::HashMap;

use bantam_simulate::{Company, Event, Journey, Kind, Settings, Summary, planted, simulate, spend};

/// 2026-03-01T09:05:07.000123Z
const AS_OF: i64 = 1_772_355_907_000_123;
const DAY: i64 = 86_400_000_000;

/// Settings of both companies, with everything switched on, in a long and a short history.
fn all_settings(leads: u64) -> Vec<Settings> {
    let settings = |company, days| Settings { company, dirty: true, ..Settings::new(11, leads, days, AS_OF) };
    [Company::B2b, Company::Shop]
        .into_iter()
        .flat_map(|company| [settings(company, 365), settings(company, 7)])
        .collect()
}

fn journeys(leads: u64) -> impl Iterator<Item = (Settings, Journey)> {
    all_settings(leads).into_iter().flat_map(|settings| simulate(&settings).map(move |journey| (settings, journey)))
}

fn is_answer(event: &Event) -> bool {
    event.owner().is_some()
}

#[test]
fn a_lead_does_not_depend_on_the_number_of_leads() {
    for settings in all_settings(50) {
        let few: Vec<Journey> = simulate(&settings).collect();
        let of_many: Vec<Journey> = simulate(&Settings { leads: 5_000, ..settings }).take(50).collect();
        assert_eq!(few, of_many);
    }
}

#[test]
fn another_seed_gives_other_leads() {
    let settings = Settings::new(1, 20, 90, AS_OF);
    let emails = |settings| simulate(&settings).map(|journey| journey.lead.email).collect::<Vec<_>>();
    assert_ne!(emails(settings), emails(Settings { seed: 2, ..settings }));
}

#[test]
fn odd_values_leave_the_journeys_as_they_are() {
    let clean = Settings::new(3, 300, 90, AS_OF);
    for (clean, dirty) in simulate(&clean).zip(simulate(&Settings { dirty: true, ..clean })) {
        assert_eq!((clean.events, clean.truth), (dirty.events, dirty.truth));
    }
}

#[test]
fn every_time_lies_in_the_history_and_nothing_is_received_before_it_happens() {
    for (settings, journey) in journeys(3_000) {
        assert!((settings.start()..=settings.as_of).contains(&journey.lead.created_at));
        for event in &journey.events {
            assert!(event.timestamp() >= settings.start() && event.timestamp() <= event.received_at());
            assert!(event.received_at() <= settings.as_of);
        }
    }
}

#[test]
fn nothing_happens_before_the_lead_exists() {
    for (_, journey) in journeys(3_000) {
        assert!(journey.events.iter().all(|event| event.timestamp() >= journey.lead.created_at));
    }
}

#[test]
fn events_of_a_lead_are_sorted_by_time() {
    for (_, journey) in journeys(3_000) {
        assert!(journey.events.is_sorted_by_key(|event| (event.timestamp(), event.received_at())));
    }
}

#[test]
fn repeated_ids_have_an_original_that_came_first() {
    for (_, journey) in journeys(3_000) {
        let mut originals = HashMap::new();
        for event in journey.events.iter().filter(|event| !event.is_repeat()) {
            assert!(originals.insert(event.event_id(), event).is_none(), "{} twice", event.event_id());
        }
        for repeat in journey.events.iter().filter(|event| event.is_repeat()) {
            let original = originals[&repeat.event_id()];
            assert_eq!((original.event(), original.path()), (repeat.event(), repeat.path()));
            assert!(original.timestamp() <= repeat.timestamp() && original.received_at() <= repeat.received_at());
        }
    }
}

#[test]
fn sales_answers_in_order_and_only_leads_passed_on_or_self_served() {
    for (_, journey) in journeys(3_000) {
        let answers: Vec<&Event> =
            journey.events.iter().filter(|event| is_answer(event) && !event.is_repeat()).collect();
        let Some(first) = answers.first() else { continue };
        let expected: &[&str] =
            if journey.truth.handed_off { &["sales_accepted", "sales_rejected"] } else { &["opportunity_opened"] };
        assert!(expected.contains(&first.event()), "{} began with {}", journey.lead.lead_id, first.event());
        let position = |name: &str| answers.iter().position(|event| event.event() == name);
        if let Some(closed) = position("opportunity_won").or(position("opportunity_lost")) {
            assert!(position("opportunity_opened").is_some_and(|opened| opened < closed));
        }
        assert!(position("opportunity_won").is_none() || journey.truth.converts);
        assert!(position("opportunity_lost").is_none() || !journey.truth.converts);
    }
}

#[test]
fn an_expected_close_date_stands_where_an_opportunity_is() {
    for (_, journey) in journeys(3_000) {
        let opened = journey.events.iter().any(|event| event.event() == "opportunity_opened");
        assert!(!opened || journey.lead.expected_close_date.is_some());
    }
}

#[test]
fn leads_without_consent_get_no_mails() {
    for (_, journey) in journeys(1_000) {
        assert!(journey.lead.consent || !journey.events.iter().any(|event| event.event().starts_with("email_")));
    }
}

#[test]
fn e_mail_addresses_are_at_reserved_or_free_domains() {
    let free = ["gmail.com", "yahoo.com", "outlook.com", "hotmail.com", "icloud.com", "gmx.de"];
    for (_, journey) in journeys(3_000) {
        let email = journey.lead.email.to_lowercase();
        let (_, domain) = email.split_once('@').unwrap();
        assert!(domain.ends_with(".example") || free.contains(&domain), "{domain}");
    }
}

#[test]
fn careers_pages_are_viewed_by_job_seekers_and_machines_alone() {
    for (_, journey) in journeys(3_000) {
        if journey.events.iter().any(|event| event.path().is_some_and(|path| path.starts_with("/careers"))) {
            assert!(matches!(journey.truth.kind, Kind::JobSeeker | Kind::Bot));
            assert!(!journey.truth.converts);
        }
    }
}

#[test]
fn machines_can_be_switched_off() {
    let settings = Settings { bots: false, ..Settings::new(5, 3_000, 365, AS_OF) };
    assert!(simulate(&settings).all(|journey| journey.truth.kind != Kind::Bot));
    assert!(simulate(&settings).all(|journey| !journey.events.iter().any(Event::is_machine_made)));
}

#[test]
fn machines_click_within_two_seconds_and_view_hundreds_of_pages() {
    let mut clicks = 0;
    for journey in simulate(&Settings::new(5, 5_000, 365, AS_OF)) {
        let machine_made = journey.events.iter().filter(|event| event.is_machine_made() && !event.is_repeat());
        if journey.truth.kind == Kind::Bot {
            let hours_left = (AS_OF - journey.lead.created_at) / 3_600_000_000;
            assert!(hours_left < 24 || machine_made.count() > 100);
            continue;
        }
        for click in machine_made {
            let is_delivery =
                |event: &&Event| event.event() == "email_delivered" && event.timestamp() <= click.timestamp();
            let delivered = journey.events.iter().rfind(is_delivery).map_or(0, Event::timestamp);
            // A delivery that comes late may be missing at the end of the history, and its click there.
            assert!(click.timestamp() - delivered < 2_000_000 || AS_OF - click.timestamp() < 15 * DAY);
            clicks += 1;
        }
    }
    assert!(clicks > 20, "{clicks} clicks");
}

#[test]
fn extreme_settings_are_survived() {
    for as_of in [i64::MIN, -1, 0, i64::MAX] {
        for days in [0, 1, u32::MAX] {
            let settings = Settings { company: Company::Shop, dirty: true, ..Settings::new(u64::MAX, 20, days, as_of) };
            assert_eq!(simulate(&settings).count(), 20);
        }
        assert_eq!(simulate(&Settings::new(0, 0, 90, as_of)).count(), 0);
    }
}

#[test]
fn spend_has_a_row_a_day_and_campaign_and_grows_with_the_leads() {
    let settings = Settings::new(5, 10_000, 90, AS_OF);
    let rows = spend(&settings);
    let brand: Vec<_> = rows.iter().filter(|row| row.campaign == "search-brand").collect();
    assert_eq!(brand.len(), 89, "the first and the last day are not whole");
    assert!(rows.is_sorted_by_key(|row| row.date));
    assert!(rows.iter().all(|row| i64::from(row.date) * DAY >= settings.start() && row.amount > 0.0));
    let total = |leads| spend(&Settings { leads, ..settings }).iter().map(|row| row.amount).sum::<f64>();
    assert!((total(100_000) / total(10_000) - 10.0).abs() < 0.01);
}

#[test]
fn a_summary_counts_what_is_there() {
    let mut summary = Summary::default();
    for journey in simulate(&Settings::new(5, 2_000, 90, AS_OF)) {
        summary.add(&journey);
    }
    assert_eq!(summary.leads, 2_000);
    assert!(summary.converted >= summary.won && summary.won > 0);
    assert!(summary.machine_made > summary.bots && summary.bots > 0);
    assert!(summary.bots < (planted::BOTS * 3.0 * 2_000.0) as u64);
}
