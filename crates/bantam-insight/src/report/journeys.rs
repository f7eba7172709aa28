//! What won leads were and did, against lost ones.

use super::cohort::{Cohort, Known};
use super::period::day;
use crate::history::{History, NO_CODE, NO_TIME};
use crate::statistics::{Contrast, Cuts, Lift, Outcome, Rate, lifts, quantiles};
use bantam_engine::columns::Column;
use bantam_lang::convert::{MICROS_PER_DAY, number_text};
use hashbrown::{HashMap, HashSet};

/// Into how many parts of about equal size numbers and times are put.
const QUARTERS: usize = 4;
/// Values that fewer leads have are not looked at: there are too many of them, and nothing can be said.
const LEADS_MIN: u64 = 10;
/// More distinct texts than this are names of single leads rather than traits.
const TEXTS_MAX: usize = 2_000;
/// How many ways are told.
const WAYS_MAX: usize = 10;

/// One of the values of an attribute, or a stretch of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Bin {
    /// What people read: a value, `10 to 50`, or `(missing)`.
    pub label: String,
    /// Whether it stands for a missing value.
    pub is_missing: bool,
}

/// What became of leads with a trait, or with a touch.
#[derive(Clone, Debug, PartialEq)]
pub struct Trait {
    /// The attribute; `event` for a touch.
    pub attribute: String,
    /// Its value, or the event's name.
    pub value: String,
    /// Won leads of those won or lost: with it, and all the rest.
    pub won: Contrast,
    /// How many times as often they are won; `None` where there are too few outcomes.
    pub lift: Option<Lift>,
}

/// How many leads came by a way.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// The last touches up to the decisive moment, latest last.
    pub touches: Vec<String>,
    /// Won leads that came by it.
    pub won: u64,
    /// Lost leads that did.
    pub lost: u64,
}

/// How many leads have an event among their last touches.
#[derive(Clone, Debug, PartialEq)]
pub struct TouchRow {
    /// The event.
    pub event: String,
    /// Of won leads.
    pub won: Rate,
    /// Of lost leads.
    pub lost: Rate,
}

/// What won leads were and did, against lost ones.
#[derive(Clone, Debug, PartialEq)]
pub struct JourneyReport {
    /// How many leads were won, and how many lost.
    pub known: Known,
    /// Values of attributes, those that lift most surely first.
    pub traits: Vec<Trait>,
    /// Events, those that lift most surely first.
    pub events: Vec<Trait>,
    /// The commonest last touches of won leads.
    pub ways: Vec<Way>,
    /// Events among the last touches, commonest of won leads first.
    pub last_touches: Vec<TouchRow>,
    /// Quartiles of the days from the first touch to the decisive moment, of won and of lost leads; `None` without any.
    pub days: [Option<[f64; 3]>; 2],
}

/// A lead that was won or lost.
type Ended = (u32, bool);

pub(super) fn journeys(cohort: &Cohort<'_>) -> JourneyReport {
    let history = cohort.history;
    let ended: Vec<Ended> = cohort
        .judged()
        .filter(|(lead, outcome)| *outcome != Outcome::Open && cohort.is_fair(*lead))
        .map(|(lead, outcome)| (lead, outcome == Outcome::Won))
        .collect();
    let won = ended.iter().filter(|(_, won)| *won).count() as u64;
    let known = Known { won, lost: ended.len() as u64 - won };
    let traits = contrasts_of_traits(history, &ended);
    let events = contrasts_of_events(history, &ended);
    // Everything that is tried goes into one adjustment.
    let all: Vec<Contrast> = traits.iter().chain(&events).map(|(_, _, contrast)| *contrast).collect();
    let mut found = known.enough().map(|enough| lifts(enough, &all)).unwrap_or_default().into_iter();
    let mut with_lifts = |rows: Vec<(String, String, Contrast)>| -> Vec<Trait> {
        let with = |(attribute, value, won)| Trait { attribute, value, won, lift: found.next().flatten() };
        let mut rows: Vec<Trait> = rows.into_iter().map(with).collect();
        rows.sort_by(|a, b| surety(a).total_cmp(&surety(b)).then_with(|| b.won.group.n().cmp(&a.won.group.n())));
        rows
    };
    JourneyReport {
        known,
        traits: with_lifts(traits),
        events: with_lifts(events),
        ways: ways(history, &ended),
        last_touches: last_touches(history, &ended),
        days: [true, false].map(|won| days(history, ended.iter().filter(|(_, is)| *is == won).map(|&(lead, _)| lead))),
    }
}

fn surety(row: &Trait) -> f64 {
    row.lift.map_or(2.0, |lift| lift.adjusted_p)
}

fn contrasts_of_traits(history: &History, ended: &[Ended]) -> Vec<(String, String, Contrast)> {
    let all: Rate = ended.iter().map(|&(_, won)| won).collect();
    let leads: Vec<u32> = ended.iter().map(|&(lead, _)| lead).collect();
    let mut rows = Vec::new();
    for (place, (name, _)) in history.attributes.iter().enumerate() {
        let Some((bins, of)) = bins(history, place, &leads, &leads) else { continue };
        let mut rates: Vec<[u64; 2]> = vec![[0; 2]; bins.len()];
        for (bin, &(_, won)) in of.iter().zip(ended) {
            if let Some([hits, n]) = rates.get_mut(*bin) {
                *hits += u64::from(won);
                *n += 1;
            }
        }
        for (bin, [hits, n]) in bins.into_iter().zip(rates) {
            if n >= LEADS_MIN && n < all.n() {
                let group = Rate::new(hits, n);
                rows.push((name.clone(), bin.label, Contrast { group, rest: all.without(group) }));
            }
        }
    }
    rows
}

/// Returns the bins of an attribute, made from the values of `base`, and the bin of each of `leads`; `None` where its
/// values are too many to compare. The last bin is of missing values.
pub(super) fn bins(history: &History, attribute: usize, base: &[u32], leads: &[u32]) -> Option<(Vec<Bin>, Vec<usize>)> {
    let label = |label: String| Bin { label, is_missing: false };
    let missing = || Bin { label: "(missing)".to_owned(), is_missing: true };
    match history.values.get(attribute)? {
        Column::Text(texts) => {
            let code = |lead: u32| texts.codes.get(lead as usize).copied().unwrap_or(NO_CODE);
            let mut places: HashMap<u32, usize> = HashMap::new();
            let mut labels = Vec::new();
            for lead in base.iter().chain(leads) {
                let code = code(*lead);
                if code != NO_CODE && !places.contains_key(&code) {
                    places.insert(code, labels.len());
                    labels.push(label(texts.dictionary.get(code).unwrap_or_default().to_owned()));
                }
            }
            // An e-mail address says nothing of the next lead.
            if labels.len() > TEXTS_MAX || (labels.len() > 50 && labels.len() * 2 > base.len()) {
                return None;
            }
            let none = labels.len();
            labels.push(missing());
            Some((labels, leads.iter().map(|&lead| places.get(&code(lead)).copied().unwrap_or(none)).collect()))
        }
        Column::Boolean(truths) => {
            let place = |lead: u32| match truths.get(lead as usize).and_then(|truth| truth.known()) {
                Some(false) => 0,
                Some(true) => 1,
                None => 2,
            };
            let labels = vec![label("false".into()), label("true".into()), missing()];
            Some((labels, leads.iter().map(|&lead| place(lead)).collect()))
        }
        Column::Number(numbers) => {
            let number = |lead: u32| numbers.get(lead as usize).copied().filter(|number| !number.is_nan());
            Some(stretches(base.iter().map(|&lead| number(lead)), leads.iter().map(|&lead| number(lead)), number_text))
        }
        Column::Time(times) => {
            let time =
                |lead: u32| times.get(lead as usize).copied().filter(|&time| time != NO_TIME).map(|time| time as f64);
            let shown = |time: f64| day(time as i64);
            Some(stretches(base.iter().map(|&lead| time(lead)), leads.iter().map(|&lead| time(lead)), shown))
        }
    }
}

/// Puts numbers into parts of about equal size.
fn stretches(
    base: impl Iterator<Item = Option<f64>>,
    values: impl Iterator<Item = Option<f64>>,
    shown: impl Fn(f64) -> String,
) -> (Vec<Bin>, Vec<usize>) {
    let cuts = Cuts::of(base, QUARTERS);
    let bounds = cuts.values();
    let count = bounds.len() + 1;
    let name = |place: usize| {
        let from = place.checked_sub(1).and_then(|place| bounds.get(place));
        match (from, bounds.get(place)) {
            (None, None) => "(any)".to_owned(),
            (None, Some(&to)) => format!("up to {}", shown(to)),
            (Some(&from), None) => format!("above {}", shown(from)),
            (Some(&from), Some(&to)) => format!("above {} up to {}", shown(from), shown(to)),
        }
    };
    let mut bins: Vec<Bin> = (0..count).map(|place| Bin { label: name(place), is_missing: false }).collect();
    bins.push(Bin { label: "(missing)".to_owned(), is_missing: true });
    let place = |value: Option<f64>| value.map_or(count, |value| bounds.partition_point(|&bound| bound < value));
    let of = values.map(place).collect();
    (bins, of)
}

fn contrasts_of_events(history: &History, ended: &[Ended]) -> Vec<(String, String, Contrast)> {
    // Leads without a hand-off or deal before have no touches kept; all that are judged have.
    let all: Rate = ended.iter().map(|&(_, won)| won).collect();
    let mut counts: HashMap<u32, [u64; 2]> = HashMap::new();
    for &(lead, won) in ended {
        for &event in history.touches(lead) {
            let [hits, n] = counts.entry(event).or_default();
            *hits += u64::from(won);
            *n += 1;
        }
    }
    let mut rows: Vec<(String, String, Contrast)> = counts
        .into_iter()
        .filter(|(_, [_, n])| *n >= LEADS_MIN && *n < all.n())
        .map(|(event, [hits, n])| {
            let group = Rate::new(hits, n);
            let name = history.text(event).unwrap_or_default().to_owned();
            ("event".to_owned(), name, Contrast { group, rest: all.without(group) })
        })
        .collect();
    rows.sort_by(|a, b| a.1.cmp(&b.1));
    rows
}

fn ways(history: &History, ended: &[Ended]) -> Vec<Way> {
    let mut counts: HashMap<[u32; 5], [u64; 2]> = HashMap::new();
    for &(lead, won) in ended {
        let Some(row) = history.leads.get(lead as usize) else { continue };
        let [of_won, of_lost] = counts.entry(row.last_touches).or_default();
        *(if won { of_won } else { of_lost }) += 1;
    }
    let touches = |codes: [u32; 5]| -> Vec<String> {
        codes.iter().filter_map(|&code| history.text(code)).map(str::to_owned).collect()
    };
    let mut ways: Vec<Way> = counts
        .into_iter()
        .map(|(codes, [won, lost])| Way { touches: touches(codes), won, lost })
        .filter(|way| way.won > 0 && !way.touches.is_empty())
        .collect();
    ways.sort_by(|a, b| b.won.cmp(&a.won).then_with(|| a.touches.cmp(&b.touches)));
    ways.truncate(WAYS_MAX);
    ways
}

fn last_touches(history: &History, ended: &[Ended]) -> Vec<TouchRow> {
    let mut counts: HashMap<u32, [u64; 2]> = HashMap::new();
    let mut all = [0_u64; 2];
    for &(lead, won) in ended {
        let Some(row) = history.leads.get(lead as usize) else { continue };
        let place = usize::from(!won);
        all.get_mut(place).into_iter().for_each(|count| *count += 1);
        let distinct: HashSet<u32> = row.last_touches.iter().copied().filter(|&code| code != NO_CODE).collect();
        for code in distinct {
            counts.entry(code).or_default().get_mut(place).into_iter().for_each(|count| *count += 1);
        }
    }
    let [all_won, all_lost] = all;
    let mut rows: Vec<TouchRow> = counts
        .into_iter()
        .map(|(code, [won, lost])| TouchRow {
            event: history.text(code).unwrap_or_default().to_owned(),
            won: Rate::new(won, all_won),
            lost: Rate::new(lost, all_lost),
        })
        .collect();
    rows.sort_by(|a, b| b.won.hits().cmp(&a.won.hits()).then_with(|| a.event.cmp(&b.event)));
    rows
}

fn days(history: &History, leads: impl Iterator<Item = u32>) -> Option<[f64; 3]> {
    let rows = leads.filter_map(|lead| history.leads.get(lead as usize));
    let days: Vec<f64> = rows
        .filter(|row| row.first_touch != NO_TIME)
        .map(|row| (row.decisive - row.first_touch) as f64 / MICROS_PER_DAY as f64)
        .collect();
    quantiles(&days, &[0.25, 0.5, 0.75])?.try_into().ok()
}
