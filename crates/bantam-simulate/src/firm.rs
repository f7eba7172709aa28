//! Turns a firm's number into its name and firmographics: leads of one firm agree about it.

use crate::dice::{Dice, Purpose, exp, ln};

/// How many firms there are to draw from.
const FIRMS: u64 = 40_000;

/// An employer.
pub(crate) struct Firm {
    pub(crate) name: String,
    pub(crate) domain: String,
    pub(crate) industry: &'static str,
    pub(crate) employees: u64,
    pub(crate) annual_revenue: u64,
    pub(crate) country: &'static Country,
}

/// A country with its weight among firms.
pub(crate) struct Country {
    pub(crate) code: &'static str,
    pub(crate) region: Region,
    /// Hours by which its clock is ahead of UTC.
    pub(crate) offset_hours: i64,
    pub(crate) states: &'static [&'static str],
}

/// A sales territory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Region {
    NorthAmerica,
    Emea,
    Apac,
    Latam,
}

impl Region {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::NorthAmerica => "North America",
            Self::Emea => "EMEA",
            Self::Apac => "APAC",
            Self::Latam => "LATAM",
        }
    }
}

/// Draws one of the firms, low numbers more often, so that the big accounts have several leads.
pub(crate) fn draw_firm(seed: u64, dice: &mut Dice) -> Firm {
    let place = dice.uniform();
    firm(seed, (place * place * FIRMS as f64) as u64)
}

fn firm(seed: u64, number: u64) -> Firm {
    let mut dice = Dice::new(seed, number, Purpose::Firm);
    let word = dice.pick(NAMES);
    let industry = dice.pick_weighted(INDUSTRIES);
    let trade = dice.pick(trades(industry));
    let ending = dice.pick(&["", "", "", " Group", " Inc.", " Ltd", " & Co.", ", LLC"]);
    let employees = dice.log_normal(85.0, 1.8).clamp(1.0, 250_000.0) as u64;
    let per_head = dice.log_normal(140_000.0, 0.5);
    let revenue = (employees as f64 * per_head / 10_000.0) as u64 * 10_000;
    Firm {
        name: format!("{word} {trade}{ending}"),
        domain: format!("{}-{number}.example", word.to_ascii_lowercase()),
        industry,
        employees: round_figure(employees, &mut dice),
        annual_revenue: revenue.max(10_000),
        country: draw_country(&mut dice),
    }
}

/// Returns what firms of an industry call themselves after their first name.
fn trades(industry: &str) -> &'static [&'static str] {
    match industry {
        "Software" => &["Software", "Systems", "Labs", "Analytics", "Cloud"],
        "Financial Services" => &["Capital", "Bank", "Insurance", "Advisors"],
        "Fintech" => &["Pay", "Ledger", "Finance", "Payments"],
        "Healthcare" => &["Health", "Clinics", "Medical", "Care"],
        "Manufacturing" => &["Works", "Industries", "Tools", "Components"],
        "Retail" => &["Stores", "Outfitters", "Home", "Market"],
        "Professional Services" => &["Partners", "Consulting", "Associates"],
        "Education" => &["College", "Academy", "Learning"],
        "Logistics" => &["Freight", "Logistics", "Shipping"],
        "Media" => &["Media", "Press", "Studios"],
        "Energy" => &["Energy", "Solar", "Power"],
        "Construction" => &["Builders", "Construction"],
        "Hospitality" => &["Hotels", "Kitchens"],
        _ => &["Services", "Agency", "Council"],
    }
}

/// Rounds some head counts the way people give them: two leading digits.
fn round_figure(count: u64, dice: &mut Dice) -> u64 {
    if count < 100 || dice.chance(0.4) {
        return count;
    }
    let digits = (ln(count as f64) / std::f64::consts::LN_10).floor();
    let unit = exp((digits - 1.0) * std::f64::consts::LN_10).round().max(1.0) as u64;
    count / unit * unit
}

/// Draws a country.
pub(crate) fn draw_country(dice: &mut Dice) -> &'static Country {
    let index = dice.pick_weighted(COUNTRY_WEIGHTS);
    COUNTRIES.get(index).unwrap_or(&ELSEWHERE)
}

const NAMES: &[&str] = &[
    "Alder",
    "Anchor",
    "Aspen",
    "Beacon",
    "Birch",
    "Bluestone",
    "Bridgeway",
    "Brightwater",
    "Cedar",
    "Clearfield",
    "Copperleaf",
    "Cornerstone",
    "Crestline",
    "Driftwood",
    "Eastgate",
    "Evergreen",
    "Fairhaven",
    "Foxglove",
    "Granite",
    "Greenfield",
    "Harborview",
    "Hawthorn",
    "Highland",
    "Ironbridge",
    "Juniper",
    "Kestrel",
    "Lakeside",
    "Larkspur",
    "Lighthouse",
    "Maplewood",
    "Meridian",
    "Millbrook",
    "Northwind",
    "Oakhurst",
    "Orchard",
    "Pinecrest",
    "Quarry",
    "Redwood",
    "Ridgeway",
    "Riverstone",
    "Rosewood",
    "Saltmarsh",
    "Silverline",
    "Southbank",
    "Springvale",
    "Stonegate",
    "Summit",
    "Sundial",
    "Thornbury",
    "Tidewater",
    "Valley",
    "Westbrook",
    "Whitecap",
    "Willow",
    "Windmill",
    "Woodland",
];

const INDUSTRIES: &[(&str, u32)] = &[
    ("Software", 18),
    ("Financial Services", 10),
    ("Fintech", 7),
    ("Healthcare", 10),
    ("Manufacturing", 12),
    ("Retail", 9),
    ("Professional Services", 8),
    ("Education", 6),
    ("Logistics", 5),
    ("Media", 4),
    ("Energy", 3),
    ("Construction", 3),
    ("Hospitality", 3),
    ("Government", 2),
];

const COUNTRY_WEIGHTS: &[(usize, u32)] = &[
    (0, 44),
    (1, 10),
    (2, 9),
    (3, 6),
    (4, 5),
    (5, 5),
    (6, 4),
    (7, 4),
    (8, 3),
    (9, 2),
    (10, 2),
    (11, 2),
    (12, 2),
    (13, 1),
    (14, 1),
];

const ELSEWHERE: Country = Country { code: "CH", region: Region::Emea, offset_hours: 1, states: &[] };

const COUNTRIES: &[Country] = &[
    Country {
        code: "US",
        region: Region::NorthAmerica,
        offset_hours: -6,
        states: &[
            "California",
            "Colorado",
            "Florida",
            "Georgia",
            "Illinois",
            "Massachusetts",
            "New York",
            "Ohio",
            "Texas",
            "Washington",
        ],
    },
    Country {
        code: "GB",
        region: Region::Emea,
        offset_hours: 0,
        states: &["England", "Northern Ireland", "Scotland", "Wales"],
    },
    Country {
        code: "DE",
        region: Region::Emea,
        offset_hours: 1,
        states: &["Bayern", "Berlin", "Hamburg", "Hessen", "Nordrhein-Westfalen"],
    },
    Country {
        code: "CA",
        region: Region::NorthAmerica,
        offset_hours: -5,
        states: &["Alberta", "British Columbia", "Ontario", "Québec"],
    },
    Country { code: "FR", region: Region::Emea, offset_hours: 1, states: &["Bretagne", "Occitanie", "Île-de-France"] },
    Country {
        code: "IN",
        region: Region::Apac,
        offset_hours: 5,
        states: &["Delhi", "Karnataka", "Maharashtra", "Tamil Nadu"],
    },
    Country {
        code: "NL",
        region: Region::Emea,
        offset_hours: 1,
        states: &["Noord-Holland", "Utrecht", "Zuid-Holland"],
    },
    Country {
        code: "AU",
        region: Region::Apac,
        offset_hours: 10,
        states: &["New South Wales", "Queensland", "Victoria"],
    },
    Country {
        code: "BR",
        region: Region::Latam,
        offset_hours: -3,
        states: &["Minas Gerais", "Rio de Janeiro", "São Paulo"],
    },
    Country { code: "ES", region: Region::Emea, offset_hours: 1, states: &["Andalucía", "Cataluña", "Madrid"] },
    Country { code: "SE", region: Region::Emea, offset_hours: 1, states: &[] },
    Country {
        code: "MX",
        region: Region::Latam,
        offset_hours: -6,
        states: &["Ciudad de México", "Jalisco", "Nuevo León"],
    },
    Country { code: "SG", region: Region::Apac, offset_hours: 8, states: &[] },
    Country { code: "JP", region: Region::Apac, offset_hours: 9, states: &["Osaka", "Tokyo"] },
    Country { code: "PL", region: Region::Emea, offset_hours: 1, states: &["Małopolskie", "Mazowieckie"] },
];
