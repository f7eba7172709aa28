//! Which telling things a lead does, when, and what they add to its chance to convert.

use crate::dice::{Dice, logistic};
use crate::lead::Kind;
use crate::person::Person;
use crate::planted;
use crate::words::{Form, Name};

/// A telling thing a lead may do once.
pub(crate) struct Touch {
    pub(crate) name: Name,
    pub(crate) form: Option<Form>,
    /// Log-odds it adds to the chance to convert.
    pub(crate) lift: f64,
    /// What it adds to marketing's readiness to pass the lead on.
    pub(crate) readiness: f64,
    /// Is one on which the lead is passed on at once.
    pub(crate) trigger: bool,
    /// Log-odds that a buyer with average intent does it, and what one deviation of intent adds.
    likely: f64,
    by_intent: f64,
    /// Probability that a student does it, and that a competitor does.
    student: f64,
    competitor: f64,
    /// Where in the wave of interest it falls: -1 begins it, 0 is its top.
    pub(crate) place: f64,
}

/// All touches of business leads.
pub(crate) const TOUCHES: &[Touch] = &[
    Touch {
        name: Name::EbookDownloaded,
        form: Some(Form::Download),
        lift: planted::EBOOK_DOWNLOADED,
        readiness: planted::EBOOK_IN_HAND_OFF,
        trigger: false,
        likely: -1.2,
        by_intent: 0.0,
        student: 0.55,
        competitor: 0.2,
        place: -1.0,
    },
    Touch {
        name: Name::WhitepaperDownloaded,
        form: Some(Form::Download),
        lift: planted::WHITEPAPER_DOWNLOADED,
        readiness: 0.2,
        trigger: false,
        likely: -1.3,
        by_intent: 0.3,
        student: 0.5,
        competitor: 0.3,
        place: -0.8,
    },
    Touch {
        name: Name::WebinarAttended,
        form: None,
        lift: planted::WEBINAR_ATTENDED,
        readiness: 0.3,
        trigger: false,
        likely: -1.6,
        by_intent: 0.1,
        student: 0.1,
        competitor: 0.3,
        place: -0.5,
    },
    Touch {
        name: Name::CaseStudyDownloaded,
        form: None,
        lift: planted::CASE_STUDY_DOWNLOADED,
        readiness: 0.3,
        trigger: false,
        likely: -2.2,
        by_intent: 0.5,
        student: 0.1,
        competitor: 0.2,
        place: -0.4,
    },
    Touch {
        name: Name::PriceSheetDownloaded,
        form: None,
        lift: planted::PRICE_SHEET_DOWNLOADED,
        readiness: 1.2,
        trigger: true,
        likely: -2.5,
        by_intent: 0.6,
        student: 0.02,
        competitor: 0.3,
        place: -0.1,
    },
    Touch {
        name: Name::TrialStarted,
        form: Some(Form::Trial),
        lift: planted::TRIAL_STARTED,
        readiness: 1.0,
        trigger: true,
        likely: -2.9,
        by_intent: 0.6,
        student: 0.06,
        competitor: 0.1,
        place: 0.1,
    },
    Touch {
        name: Name::ContactUsSubmitted,
        form: Some(Form::Contact),
        lift: planted::CONTACT_US_SUBMITTED,
        readiness: 1.0,
        trigger: true,
        likely: -3.0,
        by_intent: 0.5,
        student: 0.04,
        competitor: 0.03,
        place: 0.1,
    },
    Touch {
        name: Name::DemoRequested,
        form: Some(Form::Demo),
        lift: planted::DEMO_REQUESTED,
        readiness: 2.6,
        trigger: true,
        likely: -2.8,
        by_intent: 0.7,
        student: 0.01,
        competitor: 0.08,
        place: 0.3,
    },
];

/// All touches of a shop's consumers.
pub(crate) const SHOP_TOUCHES: &[Touch] = &[
    Touch {
        name: Name::EbookDownloaded,
        form: Some(Form::Download),
        lift: planted::EBOOK_DOWNLOADED,
        readiness: 0.0,
        trigger: false,
        likely: -1.6,
        by_intent: 0.0,
        student: 0.4,
        competitor: 0.2,
        place: -1.0,
    },
    Touch {
        name: Name::ProductAdded,
        form: None,
        lift: planted::PRODUCT_ADDED,
        readiness: 0.0,
        trigger: false,
        likely: -0.9,
        by_intent: 0.7,
        student: 0.2,
        competitor: 0.05,
        place: 0.0,
    },
];

/// Draws which of its touches a lead does.
pub(crate) fn draw_touches(person: &Person, dice: &mut Dice) -> Vec<&'static Touch> {
    let all = if person.consumer { SHOP_TOUCHES } else { TOUCHES };
    all.iter()
        .filter(|touch| {
            let probability = match person.kind {
                _ if person.silent => 0.0,
                Kind::Buyer => logistic(touch.likely + touch.by_intent * person.intent),
                Kind::Student => touch.student,
                Kind::Competitor => touch.competitor,
                Kind::JobSeeker => touch.student / 4.0,
                Kind::Bot => 0.0,
            };
            dice.chance(probability)
        })
        .collect()
}
