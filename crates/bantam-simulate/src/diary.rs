//! Collects what happens to one lead, visit by visit, and hands it over in order of time.

use crate::dice::Dice;
use crate::event::Event;
use crate::planted;
use crate::settings::{HOUR, SECOND};
use crate::words::{Channel, Form, Name, Path, Section};

/// The most pages one visit has.
const VISIT_PAGES_MAX: u32 = 25;

/// What a lead does, in no order yet.
pub(crate) struct Diary {
    pub(crate) created_at: i64,
    pub(crate) events: Vec<Event>,
    sessions: u16,
}

/// Which parts of the site someone likes, with weights.
pub(crate) type Taste = &'static [(Section, u32)];

impl Diary {
    pub(crate) fn new(created_at: i64) -> Self {
        Self { created_at, events: Vec::with_capacity(32), sessions: 0 }
    }

    /// Begins a visit and returns its number.
    pub(crate) fn begin_visit(&mut self) -> u16 {
        self.sessions = self.sessions.saturating_add(1);
        self.sessions
    }

    /// Adds a visit with several pages and returns its last moment.
    pub(crate) fn visit(&mut self, at: i64, channel: Channel, taste: Taste, stay: f64, dice: &mut Dice) -> i64 {
        self.begin_visit();
        let pages = 1 + dice.run(stay, VISIT_PAGES_MAX);
        let mut now = at;
        for page in 0..pages {
            if page > 0 {
                now +=
                    dice.log_normal(55.0, 0.9).clamp(4.0, 1_500.0) as i64 * SECOND + dice.below(SECOND as u64) as i64;
            }
            now = self.view(now, channel, draw_path(taste, dice), dice);
        }
        now
    }

    /// Adds a page view and what it entails; returns its last moment.
    fn view(&mut self, at: i64, channel: Channel, path: Path, dice: &mut Dice) -> i64 {
        self.push(Event { path: Some(path), ..self.in_visit(Name::PageViewed, at, channel) });
        let (name, read) = match path.section {
            Section::Blog => (Name::BlogPostViewed, 0.35),
            Section::Careers => (Name::CareersPageViewed, 1.0),
            Section::Catalogue => (Name::ProductViewed, 0.8),
            _ => return at,
        };
        if !dice.chance(read) {
            return at;
        }
        let money = if name == Name::ProductViewed { price(path) } else { 0 };
        let then = at + 200_000 + dice.below(3 * SECOND as u64) as i64;
        self.push(Event { path: Some(path), money, ..self.in_visit(name, then, channel) });
        then
    }

    /// Adds one deed of the visit begun last, with the form it takes.
    pub(crate) fn act(&mut self, name: Name, at: i64, form: Option<Form>, channel: Channel) {
        self.push(Event { form, ..self.in_visit(name, at, channel) });
    }

    /// Returns an event of the visit begun last.
    pub(crate) fn in_visit(&self, name: Name, at: i64, channel: Channel) -> Event {
        Event { session: self.sessions, channel: Some(channel), ..Event::new(name, at) }
    }

    pub(crate) fn push(&mut self, event: Event) {
        self.events.push(event);
    }
}

/// Draws a page of a part of the site that `taste` likes; the first pages of a part are viewed most.
pub(crate) fn draw_path(taste: Taste, dice: &mut Dice) -> Path {
    let section = dice.pick_weighted(taste);
    let pages = section.pages().len() as f64;
    let place = dice.uniform();
    Path { section, page: (place * place * pages) as u8 }
}

/// Returns the price of a product, in cents: always the same for a page.
pub(crate) fn price(path: Path) -> u32 {
    990 + u32::from(path.page) * 7_919 % 11_000 / 100 * 100
}

/// Numbers a lead's events by time and delivers them: with a delay, sometimes twice, not at all where they would come
/// after the end of the history.
pub(crate) fn deliver(lead: u64, mut events: Vec<Event>, as_of: i64, dice: &mut Dice) -> Vec<Event> {
    events.retain(|event| event.timestamp <= as_of);
    events.sort_by_key(|event| event.timestamp);
    number_sessions(&mut events);
    let mut delivered = Vec::with_capacity(events.len() + 1);
    for (number, event) in (1..).zip(events) {
        let event = Event { lead, number, received_at: event.timestamp + draw_delay(event.name, dice), ..event };
        let again = dice.chance(planted::REPEATS).then(|| draw_repeat(event, dice));
        delivered.extend([Some(event), again].into_iter().flatten().filter(|event| event.received_at <= as_of));
    }
    delivered.sort_by_key(|event| (event.timestamp, event.received_at, event.number));
    delivered
}

/// Numbers visits in the order in which they began.
fn number_sessions(events: &mut [Event]) {
    let mut begun: Vec<u16> = Vec::new();
    for event in events.iter_mut().filter(|event| event.session > 0) {
        // Events of a visit mostly follow each other, so the search from the end is short.
        let place = begun.iter().rposition(|session| *session == event.session).unwrap_or_else(|| {
            begun.push(event.session);
            begun.len() - 1
        });
        event.session = place as u16 + 1;
    }
}

/// Draws how long an event is under way: mostly a moment, hours or days for a few; nobody is late to type an answer.
fn draw_delay(name: Name, dice: &mut Dice) -> i64 {
    if !name.is_answer() && dice.chance(planted::LATE) {
        return planted::LATE_FROM + (dice.log_normal(9.0, 1.3).min(240.0) * HOUR as f64) as i64;
    }
    (dice.log_normal(0.3, 0.8).min(30.0) * SECOND as f64) as i64
}

/// Sends an event again: received later, and half the time with a later timestamp.
fn draw_repeat(event: Event, dice: &mut Dice) -> Event {
    let wait = (dice.log_normal(40.0, 1.5).min(86_400.0) * SECOND as f64) as i64;
    let later = if dice.chance(0.5) { wait.min(90 * SECOND) } else { 0 };
    Event {
        timestamp: event.timestamp + later,
        received_at: event.received_at + wait.max(later),
        repeat: true,
        ..event
    }
}
