//! The facts planted in every sample, which a report or a learned definition should find again.
//!
//! A buyer's chance to convert has log-odds `BASE + fit + INTENT * intent + touches`. `fit` comes from who they are,
//! `intent` is a standard normal draw that also drives how often they visit, and `touches` adds up the constants below.

/// Log-odds of a business buyer with average fit and intent and no touches.
pub const BASE: f64 = -5.2;
/// Log-odds of a shop's consumer with average fit and intent and no touches.
pub const BASE_SHOP: f64 = -3.6;
/// Log-odds for one standard deviation of intent.
pub const INTENT: f64 = 0.8;

/// Lift of `demo_requested`: large.
pub const DEMO_REQUESTED: f64 = 1.8;
/// Lift of `price_sheet_downloaded`: large.
pub const PRICE_SHEET_DOWNLOADED: f64 = 1.5;
/// Lift of `trial_started`.
pub const TRIAL_STARTED: f64 = 0.8;
/// Lift of `contact_us_submitted`.
pub const CONTACT_US_SUBMITTED: f64 = 0.7;
/// Lift of `case_study_downloaded`.
pub const CASE_STUDY_DOWNLOADED: f64 = 0.4;
/// Lift of `product_added`: a shop's strongest sign.
pub const PRODUCT_ADDED: f64 = 1.5;
/// Lift of `webinar_attended`: little.
pub const WEBINAR_ATTENDED: f64 = 0.15;
/// Lift of `whitepaper_downloaded`: little.
pub const WHITEPAPER_DOWNLOADED: f64 = 0.1;
/// Lift of `ebook_downloaded`: none at all. Marketing passes such leads to sales nevertheless: the planted bad rule.
pub const EBOOK_DOWNLOADED: f64 = 0.0;
/// What the planted bad rule adds to marketing's readiness to pass a lead to sales.
pub const EBOOK_IN_HAND_OFF: f64 = 1.2;

/// The lead source that turns bad in the middle of the history, where [`Settings::drift`](crate::Settings::drift) is on.
pub const DRIFT_SOURCE: &str = "partner";
/// The chance to convert of a lead that came from [`DRIFT_SOURCE`] after the middle.
pub const DRIFT_PROBABILITY: f64 = 0.001;

/// Share of leads who look for a job; they alone view careers pages, and never convert.
pub const JOB_SEEKERS: f64 = 0.04;
/// Share of leads who study: title Student, Intern and the like; they never convert.
pub const STUDENTS: f64 = 0.04;
/// Share of leads who work for a competitor, at [`COMPETITOR_DOMAINS`]; they never convert.
pub const COMPETITORS: f64 = 0.015;
/// Share of leads that are machines: hundreds of page views in minutes; they never convert.
pub const BOTS: f64 = 0.005;
/// Share of leads that never do anything; they never convert.
pub const SILENT: f64 = 0.04;
/// The competitors' e-mail domains.
pub const COMPETITOR_DOMAINS: [&str; 2] = ["initech.example", "globex.example"];

/// Share of events sent again with the same id, half of them with a later time.
pub const REPEATS: f64 = 0.02;
/// Share of events received hours or days late; answers of sales never are.
pub const LATE: f64 = 0.04;
/// An event received this long after it happened is counted as late: one hour, in microseconds.
pub const LATE_FROM: i64 = 3_600_000_000;
/// Share of delivered e-mails whose links the recipient's mail scanner clicks within two seconds.
pub const SCANNED_MAILS: f64 = 0.01;
/// Share of hand-offs sales never answers.
pub const UNANSWERED: f64 = 0.10;
/// Share of converting leads that, not passed to sales, find the way to an opportunity by themselves.
pub const SELF_SERVED: f64 = 0.35;
/// Share of cells with an odd value, in each of the columns that have them, where [`Settings::dirty`](crate::Settings::dirty) is on.
pub const DIRT: f64 = 0.02;
