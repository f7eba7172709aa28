//! The rates of a large sample are those that `planted` states, within what chance allows.

use std::collections::HashSet;

use bantam_simulate::{Company, Event, Journey, Kind, Settings, planted, simulate};

const AS_OF: i64 = 1_772_355_907_000_123;
const LEADS: u64 = 50_000;

fn settings() -> Settings {
    Settings::new(2_026, LEADS, 365, AS_OF)
}

/// How many of how many.
#[derive(Default, Clone, Copy)]
struct Share {
    part: f64,
    all: f64,
}

impl Share {
    fn of(items: impl IntoIterator<Item = bool>) -> Self {
        let mut share = Self::default();
        items.into_iter().for_each(|is| share.add(is));
        share
    }

    fn add(&mut self, is: bool) {
        self.part += f64::from(u8::from(is));
        self.all += 1.0;
    }

    fn rate(self) -> f64 {
        self.part / self.all
    }

    /// Asserts that the share is `expected`, within five standard deviations of a binomial draw.
    fn assert_near(self, expected: f64, what: &str) {
        let deviation = (expected * (1.0 - expected) * self.all).sqrt();
        assert!((self.part - expected * self.all).abs() < 5.0 * deviation, "{what}: {} is not {expected}", self.rate());
    }
}

#[test]
fn kinds_have_their_shares() {
    let kinds: Vec<Kind> = simulate(&settings()).map(|journey| journey.truth.kind).collect();
    for (kind, share) in [
        (Kind::Bot, planted::BOTS),
        (Kind::JobSeeker, planted::JOB_SEEKERS),
        (Kind::Student, planted::STUDENTS),
        (Kind::Competitor, planted::COMPETITORS),
    ] {
        Share::of(kinds.iter().map(|each| *each == kind)).assert_near(share, kind.text());
    }
}

#[test]
fn repeats_late_arrivals_and_silent_leads_have_their_shares() {
    let (mut repeats, mut late, mut silent, mut most) = (Share::default(), Share::default(), Share::default(), 0);
    for journey in simulate(&settings()) {
        silent.add(journey.events.is_empty());
        most = most.max(journey.events.iter().filter(|event| !event.is_machine_made()).count());
        for event in &journey.events {
            repeats.add(event.is_repeat());
            late.add(event.is_late());
        }
    }
    let events_a_lead = repeats.all / LEADS as f64;
    assert!((18.0..22.0).contains(&events_a_lead), "{events_a_lead} events a lead");
    assert!(most > 200, "the most active lead has {most} events: the tail is heavy");
    assert!((silent.rate() - 0.05).abs() < 0.01, "silent: {}", silent.rate());
    assert!((repeats.rate() - planted::REPEATS).abs() < 0.002, "repeats: {}", repeats.rate());
    assert!((late.rate() - planted::LATE).abs() < 0.003, "late: {}", late.rate());
}

#[test]
fn truth_is_calibrated_in_every_decile_of_probability() {
    for company in [Company::B2b, Company::Shop] {
        let mut truths: Vec<(f64, bool)> = simulate(&Settings { company, ..settings() })
            .map(|journey| (journey.truth.probability, journey.truth.converts))
            .collect();
        assert!(truths.iter().all(|(probability, converts)| *probability > 0.0 || !converts));
        truths.retain(|(probability, _)| *probability > 0.0);
        truths.sort_by(|a, b| a.0.total_cmp(&b.0));
        for decile in truths.chunks(truths.len().div_ceil(10)) {
            let expected: f64 = decile.iter().map(|(probability, _)| probability).sum();
            let variance: f64 = decile.iter().map(|(probability, _)| probability * (1.0 - probability)).sum();
            let observed = decile.iter().filter(|(_, converts)| *converts).count() as f64;
            assert!((observed - expected).abs() < 4.0 * variance.sqrt(), "{observed} converted of {expected} expected");
        }
    }
}

/// Conversion of business buyers by whether they did something.
fn conversion_with_and_without(name: &str) -> (f64, f64) {
    let (mut with, mut without) = (Share::default(), Share::default());
    for journey in simulate(&settings()).filter(|journey| journey.truth.kind == Kind::Buyer) {
        let did = journey.events.iter().any(|event| event.event() == name);
        (if did { &mut with } else { &mut without }).add(journey.truth.converts);
    }
    (with.rate(), without.rate())
}

#[test]
fn demos_and_price_sheets_lift_a_lot() {
    for name in ["demo_requested", "price_sheet_downloaded"] {
        let (with, without) = conversion_with_and_without(name);
        assert!(with > 3.0 * without, "{name}: {with} against {without}");
    }
}

#[test]
fn webinars_lift_little_and_ebooks_not_at_all() {
    let (with, without) = conversion_with_and_without("webinar_attended");
    assert!(with < 1.6 * without, "webinar: {with} against {without}");
    let (with, without) = conversion_with_and_without("ebook_downloaded");
    assert!((0.85..1.15).contains(&(with / without)), "ebook: {with} against {without}");
}

#[test]
fn the_ebook_rule_wastes_the_time_of_sales() {
    let (mut with, mut without) = (Share::default(), Share::default());
    for journey in simulate(&settings()).filter(|journey| journey.truth.handed_off) {
        let names: HashSet<&str> = journey.events.iter().map(Event::event).collect();
        (if names.contains("ebook_downloaded") { &mut with } else { &mut without }).add(journey.truth.converts);
    }
    assert!(with.rate() < 0.75 * without.rate(), "{} against {}", with.rate(), without.rate());
}

/// Conversion of the source that drifts, before and after the middle.
fn drifting_conversion(settings: &Settings) -> (Share, Share) {
    let (mut before, mut after) = (Share::default(), Share::default());
    for Journey { lead, truth, .. } in
        simulate(settings).filter(|journey| journey.lead.lead_source == planted::DRIFT_SOURCE)
    {
        (if lead.created_at < settings.middle() { &mut before } else { &mut after }).add(truth.converts);
    }
    (before, after)
}

#[test]
fn one_source_turns_bad_in_the_middle() {
    let (before, after) = drifting_conversion(&settings());
    assert!(before.rate() > 0.03 && after.rate() < 0.004, "{} then {}", before.rate(), after.rate());
}

#[test]
fn no_source_turns_bad_without_drift() {
    let (before, after) = drifting_conversion(&Settings { drift: false, ..settings() });
    assert!((before.rate() / after.rate() - 1.0).abs() < 0.35, "{} then {}", before.rate(), after.rate());
}

#[test]
fn sales_sees_one_lead_in_six_and_rejects_some() {
    let (mut passed, mut accepted, mut unanswered) = (Share::default(), Share::default(), Share::default());
    for journey in simulate(&settings()) {
        passed.add(journey.truth.handed_off);
        if !journey.truth.handed_off {
            continue;
        }
        let answer = journey.events.iter().find(|event| matches!(event.event(), "sales_accepted" | "sales_rejected"));
        unanswered.add(answer.is_none());
        if let Some(answer) = answer {
            accepted.add(answer.event() == "sales_accepted");
        }
    }
    assert!((0.10..0.18).contains(&passed.rate()), "passed on: {}", passed.rate());
    assert!((0.55..0.75).contains(&accepted.rate()), "accepted: {}", accepted.rate());
    assert!((planted::UNANSWERED..0.25).contains(&unanswered.rate()), "unanswered: {}", unanswered.rate());
}
