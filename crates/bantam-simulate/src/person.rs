//! Draws who a lead is: the attributes others see, and the fit and intent they do not.

use crate::clock::{AT_HOME, AT_WORK, Rhythm};
use crate::dice::{Dice, Purpose};
use crate::event::LeadId;
use crate::firm::{Country, Firm, draw_country, draw_firm};
use crate::lead::{Figure, Kind, Lead};
use crate::planted;
use crate::settings::{Company, DAY, Settings};
use crate::source::{Source, draw_source};
use crate::title::{Level, draw_level, draw_student_title, draw_title};

/// Who a lead is.
pub(crate) struct Person {
    pub(crate) kind: Kind,
    /// Buys for themselves, in a shop.
    pub(crate) consumer: bool,
    pub(crate) silent: bool,
    /// The row of the leads file, before sales adds to it.
    pub(crate) lead: Lead,
    pub(crate) source: &'static Source,
    pub(crate) country: &'static Country,
    pub(crate) employees: u64,
    pub(crate) rhythm: Rhythm,
    /// Log-odds.
    pub(crate) fit: f64,
    /// Standard normal.
    pub(crate) intent: f64,
    /// Came from the source that had turned bad by then.
    pub(crate) drifted: bool,
}

/// Share of a shop's leads who buy for a business.
const BUSINESS_BUYERS: f64 = 0.18;

/// Draws the lead of this number.
pub(crate) fn draw_person(settings: &Settings, number: u64) -> Person {
    let dice = &mut Dice::new(settings.seed, number, Purpose::Person);
    let kind = draw_kind(settings, dice);
    let consumer = settings.company == Company::Shop && !dice.chance(BUSINESS_BUYERS);
    let silent = dice.chance(planted::SILENT);
    let (source, campaign) = draw_source(dice);
    let firm = draw_firm(settings.seed, dice);
    let country = if consumer { draw_country(dice) } else { firm.country };
    let rhythm = Rhythm {
        hours: if consumer { AT_HOME } else { AT_WORK },
        weekend: if consumer { 1.0 } else { 0.15 },
        offset_hours: country.offset_hours,
    };
    let created_at = draw_creation(settings, rhythm, dice);
    let level = draw_level(dice);
    let free_mail = consumer || kind == Kind::Bot || dice.chance(if kind == Kind::Student { 0.5 } else { 0.14 });

    let mut lead = Lead {
        lead_id: LeadId(number),
        created_at,
        email: draw_email(kind, free_mail, &firm, dice),
        title: draw_known_title(kind, level, consumer, dice),
        company: None,
        industry: None,
        employees: None,
        annual_revenue: None,
        country: (!dice.chance(0.03)).then(|| country.code.to_owned()),
        region: Some(country.region.text()),
        state: if country.states.is_empty() || dice.chance(0.25) { None } else { Some(dice.pick(country.states)) },
        lead_source: source.name,
        campaign,
        consent: dice.chance(0.72),
        budget: None,
        authority: None,
        need: None,
        timeline: None,
        expected_close_date: None,
    };
    if lead.country.is_none() {
        lead.region = None;
        lead.state = None;
    }
    if !consumer && kind != Kind::Bot {
        tell_firm(&mut lead, kind, &firm, dice);
    }
    let drifted = settings.drift && source.name == planted::DRIFT_SOURCE && created_at >= settings.middle();
    let fit = if consumer {
        source.fit
    } else {
        source.fit + firm_fit(&firm) + level_fit(level) + if free_mail { -0.7 } else { 0.1 }
    };
    Person {
        kind,
        consumer,
        silent,
        lead,
        source,
        country,
        employees: firm.employees,
        rhythm,
        fit,
        intent: dice.normal(),
        drifted,
    }
}

fn draw_kind(settings: &Settings, dice: &mut Dice) -> Kind {
    let draw = dice.uniform();
    let mut below = planted::BOTS;
    if draw < below {
        return if settings.bots { Kind::Bot } else { Kind::Buyer };
    }
    for (kind, share) in [
        (Kind::JobSeeker, planted::JOB_SEEKERS),
        (Kind::Student, planted::STUDENTS),
        (Kind::Competitor, planted::COMPETITORS),
    ] {
        below += share;
        if draw < below {
            return kind;
        }
    }
    Kind::Buyer
}

/// Draws when the lead comes to be known: any day of the history, at a likely hour.
fn draw_creation(settings: &Settings, rhythm: Rhythm, dice: &mut Dice) -> i64 {
    let moment = settings.start() + (dice.uniform() * settings.length() as f64) as i64;
    let settled = rhythm.settle(moment, dice);
    if (settings.start()..settings.as_of).contains(&settled) && (settled - moment).abs() < 4 * DAY {
        settled
    } else {
        moment
    }
}

fn draw_email(kind: Kind, free_mail: bool, firm: &Firm, dice: &mut Dice) -> String {
    let tag = dice.below(0x10000);
    if kind == Kind::Bot {
        return format!("x{:08x}{tag:04x}@{}", dice.below(1 << 32), dice.pick(FREE_MAIL));
    }
    let name = dice.pick(LOCAL_PARTS);
    if kind == Kind::Competitor {
        return format!("{name}.{tag:04x}@{}", dice.pick(&planted::COMPETITOR_DOMAINS));
    }
    if free_mail {
        format!("{name}.{tag:04x}@{}", dice.pick(FREE_MAIL))
    } else {
        format!("{name}.{tag:04x}@{}", firm.domain)
    }
}

fn draw_known_title(kind: Kind, level: Level, consumer: bool, dice: &mut Dice) -> Option<String> {
    match kind {
        Kind::Bot => None,
        Kind::Student => Some(draw_student_title(dice)),
        _ if consumer || dice.chance(0.06) => None,
        _ => Some(draw_title(level, dice)),
    }
}

/// Fills in what is known of the firm: most of it, most of the time.
fn tell_firm(lead: &mut Lead, kind: Kind, firm: &Firm, dice: &mut Dice) {
    let told = match kind {
        Kind::Student => 0.3,
        Kind::JobSeeker => 0.6,
        _ => 1.0,
    };
    lead.company = match kind {
        Kind::Competitor => Some(if lead.email.ends_with("globex.example") { "Globex" } else { "Initech" }.to_owned()),
        _ => dice.chance(0.96 * told).then(|| firm.name.clone()),
    };
    lead.industry = dice.chance(0.93 * told).then(|| firm.industry.to_owned());
    lead.employees = dice.chance(0.89 * told).then_some(Figure::Number(firm.employees));
    lead.annual_revenue = dice.chance(0.75 * told).then_some(Figure::Number(firm.annual_revenue));
}

/// Returns the log-odds of a firm's industry, size and country.
fn firm_fit(firm: &Firm) -> f64 {
    let industry = match firm.industry {
        "Software" | "Fintech" => 0.8,
        "Financial Services" => 0.5,
        "Healthcare" => 0.3,
        "Education" | "Government" | "Hospitality" => -0.7,
        _ => 0.0,
    };
    let size = match firm.employees {
        0..=9 => -1.2,
        10..=49 => -0.4,
        50..=199 => 0.3,
        200..=4_999 => 0.8,
        _ => 0.3,
    };
    let country = if matches!(firm.country.code, "US" | "GB" | "DE" | "CA" | "NL") { 0.1 } else { -0.2 };
    industry + size + country
}

fn level_fit(level: Level) -> f64 {
    match level {
        Level::Chief => 0.7,
        Level::VicePresident => 0.9,
        Level::Director => 0.6,
        Level::Manager => 0.1,
        Level::Staff => -0.6,
    }
}

const FREE_MAIL: &[&str] =
    &["gmail.com", "gmail.com", "gmail.com", "yahoo.com", "outlook.com", "hotmail.com", "icloud.com", "gmx.de"];

const LOCAL_PARTS: &[&str] = &[
    "ada", "al", "ana", "bo", "cam", "cy", "dana", "dee", "eli", "em", "fay", "gus", "hal", "ida", "jo", "kai", "kim",
    "lee", "lu", "max", "mo", "nia", "noa", "ola", "pat", "quin", "ray", "rob", "sam", "sky", "tay", "uma", "val",
    "wen", "yas", "zoe",
];
