//! Makes the leads that are scored: the same ones for equal numbers, as uneven as those of `benches/batch/workload.py`.

use bantam_engine::timeline::{Profile, Timeline, TimelineEvent};
use bantam_lang::meaning::Value;

/// 2025-12-17T00:00Z, in microseconds.
pub(crate) const AS_OF: i64 = 1_765_929_600_000_000;
/// What a lead carries, in the order of the definition.
pub(crate) const ATTRIBUTES: [&str; 9] =
    ["industry", "employees", "country", "title", "department", "annual_revenue", "email", "lead_source", "consent"];
/// What an event carries, in the order of the definition.
pub(crate) const PROPERTIES: [&str; 3] = ["path", "channel", "value"];

const SEED: u64 = 1_765_929_600;
const YEAR_MICROS: i64 = 365 * 86_400_000_000;
const EVENTS: &str = "page_view email_open login feature_used page_scroll email_click session_start ad_impression search \
    video_play content_download email_bounce form_submit social_click webinar_attend unsubscribe chat_start trial_start \
    demo_request support_ticket";
const HAVE_PATHS: [&str; 5] = ["page_view", "page_scroll", "form_submit", "content_download", "search"];
const CHANNELS: &str = "organic direct email paid_search paid_social referral partner newsletter event bot";
const INDUSTRIES: &str = "software manufacturing retail healthcare fintech education construction logistics energy media \
    telecom legal hospitality agriculture government nonprofit automotive insurance real_estate other";
const COUNTRIES: &str = "US GB DE FR CA IN NL AU BR ES IT SE JP PL MX CH SG IE DK NO FI BE AT PT CZ ZA NZ AR CL CO TR IL \
    KR ID VN PH TH NG IR KP";
const DEPARTMENTS: &str = "marketing sales engineering finance operations hr it product support legal";
const LEVELS: &str = "Analyst,Specialist,Engineer,Manager,Senior Manager,Director of,Head of,VP of,Chief Officer of,\
    Student,Consultant,Coordinator,Assistant,Founder,Intern";
const SOURCES: &str = "organic paid referral event partner outbound content import";
/// How many pages a site has below each folder; with `/pricing` and `/` themselves they are 2,000.
const PAGES: [(&str, usize); 6] = [
    ("/pricing/plan-", 19),
    ("/careers/job-", 30),
    ("/docs/topic/", 550),
    ("/blog/2025/post-", 1100),
    ("/product/feature-", 200),
    ("/customers/story-", 99),
];

/// Makes leads, each with a row that always counts and as many events, in order of time, in the year before [`AS_OF`].
pub(crate) fn make_leads(leads: usize, events: usize) -> Vec<Timeline> {
    let mut random = Random(SEED);
    let kinds = Kinds::new(&mut random);
    (0..leads).map(|number| make_lead(number, events, &kinds, &mut random)).collect()
}

/// Everything that comes up more or less often.
struct Kinds {
    events: Skewed,
    paths: Skewed,
    channels: Skewed,
    industries: Skewed,
    countries: Skewed,
    departments: Skewed,
    levels: Skewed,
    sources: Skewed,
}

impl Kinds {
    fn new(random: &mut Random) -> Self {
        let words = |text: &str| text.split_ascii_whitespace().map(str::to_owned).collect::<Vec<String>>();
        let below = |(folder, pages): (&'static str, usize)| (0..pages).map(move |page| format!("{folder}{page:04}"));
        let mut paths: Vec<String> = ["/", "/pricing"].map(str::to_owned).to_vec();
        paths.extend(PAGES.into_iter().flat_map(below));
        for last in (1..paths.len()).rev() {
            paths.swap(last, random.below(last + 1));
        }
        Kinds {
            events: Skewed::new(words(EVENTS), 1.0),
            paths: Skewed::new(paths, 1.0),
            channels: Skewed::new(words(CHANNELS), 0.8),
            industries: Skewed::new(words(INDUSTRIES), 0.8),
            countries: Skewed::new(words(COUNTRIES), 1.1),
            departments: Skewed::new(words(DEPARTMENTS), 0.5),
            levels: Skewed::new(LEVELS.split(',').map(str::to_owned).collect(), 0.7),
            sources: Skewed::new(words(SOURCES), 0.6),
        }
    }
}

fn make_lead(number: usize, events: usize, kinds: &Kinds, random: &mut Random) -> Timeline {
    let attributes = make_attributes(number, kinds, random);
    let mut events: Vec<TimelineEvent> = (0..events).map(|_| make_event(kinds, random)).collect();
    events.sort_by_key(|event| event.time);
    Timeline { lead_id: format!("lead_{number:08}"), profiles: vec![Profile { since: None, attributes }], events }
}

/// The values in the order of [`ATTRIBUTES`].
fn make_attributes(number: usize, kinds: &Kinds, random: &mut Random) -> Vec<Option<Value>> {
    let text = |text: &str| Some(Value::Text(text.to_owned()));
    let employees = (4.0 + 2.0 * random.normal()).exp().clamp(1.0, 500_000.0).floor();
    let revenue = (employees * (11.5 + 0.6 * random.normal()).exp()).floor();
    let (level, department) = (kinds.levels.draw(random), kinds.departments.draw(random));
    let title = format!("{level} {}", capitalised(department));
    let domain = match random.unit() {
        kind if kind < 0.18 => "gmail.com".to_owned(),
        kind if kind < 0.23 => "yahoo.com".to_owned(),
        _ => format!("company{:04}.com", random.below(5000)),
    };
    vec![
        text(kinds.industries.draw(random)),
        (random.unit() >= 0.10).then_some(Value::Number(employees)),
        text(kinds.countries.draw(random)),
        text(&title),
        (random.unit() >= 0.05).then(|| Value::Text(department.to_owned())),
        (random.unit() >= 0.20).then_some(Value::Number(revenue)),
        text(&format!("user{number}@{domain}")),
        text(kinds.sources.draw(random)),
        Some(Value::Boolean(random.unit() < 0.7)),
    ]
}

fn capitalised(word: &str) -> String {
    word.char_indices().map(|(at, letter)| if at == 0 { letter.to_ascii_uppercase() } else { letter }).collect()
}

fn make_event(kinds: &Kinds, random: &mut Random) -> TimelineEvent {
    let name = kinds.events.draw(random).to_owned();
    let path = Value::Text(kinds.paths.draw(random).to_owned());
    let value = (-45.0 * (1.0 - random.unit()).ln()).min(3600.0).floor();
    let properties = vec![
        HAVE_PATHS.contains(&name.as_str()).then_some(path),
        Some(Value::Text(kinds.channels.draw(random).to_owned())),
        Some(Value::Number(value)),
    ];
    let age = (random.unit() * YEAR_MICROS as f64) as i64;
    TimelineEvent { name, time: AS_OF - age, properties, id: None }
}

/// Texts of which number k comes up in proportion to 1 / (k + 1) ** skew.
struct Skewed {
    texts: Vec<String>,
    /// The chance of this text or an earlier one.
    upper: Vec<f64>,
}

impl Skewed {
    fn new(texts: Vec<String>, skew: f64) -> Self {
        let weights = (1..=texts.len()).map(|place| (place as f64).powf(-skew));
        let sums: Vec<f64> = weights
            .scan(0.0, |sum, weight| {
                *sum += weight;
                Some(*sum)
            })
            .collect();
        let all = sums.last().copied().unwrap_or(1.0);
        Skewed { texts, upper: sums.into_iter().map(|sum| sum / all).collect() }
    }

    fn draw(&self, random: &mut Random) -> &str {
        let chance = random.unit();
        let place = self.upper.partition_point(|&upper| upper <= chance);
        self.texts.get(place).or(self.texts.last()).map_or("", String::as_str)
    }
}

/// The numbers of SplitMix64: short, and good enough to make data with.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, not including, 1.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number below `end`.
    fn below(&mut self, end: usize) -> usize {
        (self.unit() * end as f64) as usize
    }

    /// A number from the normal distribution, by the transform of Box and Muller.
    fn normal(&mut self) -> f64 {
        let (radius, angle) = (1.0 - self.unit(), self.unit());
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    }
}
