//! Walks one lead through time: its stages, its hand-offs and deals, and what it was at its decisive moment.

use super::ledger::{Arrival, Dealt, Handed, Ledger, keep_ledger};
use super::roles::{Role, text_of};
use super::rows::{NO_TIME, Stage};
use super::{History, Prepared, rows::DealEnd, rows::HandOffEnd};
use bantam_engine::columns::Truth;
use bantam_engine::explain::Explanation;
use bantam_engine::live::{Answer, explain_lead, sales_answers, score_lead, walk_scores};
use bantam_engine::scores::LeadScore;
use bantam_engine::timeline::{Timeline, TimelineEvent};
use bantam_lang::convert::MICROS_PER_DAY;
use bantam_lang::meaning::{DISQUALIFIED, Meaning, SalesAnswer, Value};

/// What a deal's lead lacked where nothing was known about it.
pub(super) const UNKNOWN_BEFORE: &str = "not known before";

/// One lead, before its texts become codes.
pub(super) struct Walked {
    pub(super) lead_id: String,
    pub(super) first_fact: i64,
    pub(super) first_touch: i64,
    pub(super) decisive: i64,
    pub(super) stages: Vec<(i64, Stage, Stage)>,
    pub(super) peaks: Vec<(i64, i32)>,
    /// The score at the decisive moment.
    pub(super) score: LeadScore,
    pub(super) at_age: Option<(i32, i32)>,
    pub(super) hand_offs: Vec<WalkedHandOff>,
    pub(super) deals: Vec<WalkedDeal>,
    pub(super) attributes: Vec<Option<Value>>,
    pub(super) derived: Vec<Option<Value>>,
    /// Names of its touches up to the decisive moment, in order of time.
    pub(super) touches: Vec<String>,
    pub(super) idle_answers: u32,
    pub(super) has_timeless_row: bool,
}

pub(super) struct WalkedHandOff {
    pub(super) handed: Handed,
    /// The score at its moment.
    pub(super) score: LeadScore,
    /// The rules that gave or took points then.
    pub(super) evidence: Vec<(u16, i32)>,
    pub(super) amount: Option<f64>,
    pub(super) reason: Option<String>,
    pub(super) owner: Option<String>,
}

pub(super) struct WalkedDeal {
    pub(super) dealt: Dealt,
    pub(super) amount: Option<f64>,
    pub(super) reason: Option<String>,
    pub(super) owner: Option<String>,
    pub(super) lacked: Vec<String>,
}

/// Returns what became of a lead up to `until`; `None` where it is not there yet.
pub(super) fn walk(prepared: &Prepared, mut timeline: Timeline, until: i64) -> Option<Walked> {
    let Prepared { plan, roles, .. } = prepared;
    let has_timeless_row = timeline.profiles.iter().any(|profile| profile.since.is_none());
    date_arrival(prepared, &mut timeline, until);
    let first_fact = first_fact(&timeline, until);
    let answers = sales_answers(plan, &timeline, until);
    let now = score_lead(plan, &timeline, until)?;
    let path = Path::of(prepared, &timeline, until, answers.first().map(|answer| answer.at));
    let heard: Vec<Answer> =
        answers.iter().copied().filter(|answer| !roles.has_outcome_column() || !is_outcome(answer.answer)).collect();
    let mut ledger = keep_ledger(&path.arrivals, &heard);
    let outcome = roles.outcome(attributes_at(&timeline, until));
    if let Some(won) = outcome {
        decide_without_time(&mut ledger, won);
    }
    let decisive = decisive_moment(&ledger, until);
    let explained = |at: i64| explain_lead(plan, &timeline, at);
    let is_judged = !ledger.hand_offs.is_empty() || !ledger.deals.is_empty();
    let explanation = if is_judged { explained(decisive) } else { None };
    let score = explanation.as_ref().map_or(now, |explanation| explanation.score.clone());
    let lead = Lead { prepared, timeline: &timeline, answers: &heard };
    let hand_offs: Vec<WalkedHandOff> = ledger
        .hand_offs
        .iter()
        .enumerate()
        .filter_map(|(index, handed)| lead.hand_off(*handed, &ledger, index, explained(handed.opened)?))
        .collect();
    let deals = ledger.deals.iter().map(|dealt| lead.deal(*dealt, &ledger, until)).collect();
    let is_answer = |event: usize| answers.iter().any(|answer| answer.index == event);
    let mut touched: Vec<&TimelineEvent> = timeline
        .events
        .iter()
        .enumerate()
        .filter(|(index, event)| event.time <= decisive && !is_answer(*index))
        .map(|(_, event)| event)
        .collect();
    touched.sort_by_key(|event| event.time);
    let has_times = first_fact != NO_TIME;
    let mut walked = Walked {
        first_fact,
        first_touch: touched.first().map_or(NO_TIME, |event| event.time),
        decisive,
        stages: path.stages,
        peaks: path.peaks,
        score,
        at_age: score_at_age(prepared, &timeline, first_fact, until),
        hand_offs,
        deals,
        attributes: attributes_at(&timeline, decisive).to_vec(),
        derived: explanation
            .map_or_else(Vec::new, |explanation| explanation.derived.into_iter().map(|named| named.value).collect()),
        touches: if is_judged { touched.into_iter().map(|event| event.name.clone()).collect() } else { Vec::new() },
        idle_answers: ledger.idle_answers,
        has_timeless_row,
        lead_id: timeline.lead_id,
    };
    if !has_times {
        walked.forget_times();
    }
    Some(walked)
}

impl Walked {
    /// Without a fact that has a time, what the walk saw at its end happened nobody knows when.
    fn forget_times(&mut self) {
        self.stages.iter_mut().for_each(|(at, _, _)| *at = NO_TIME);
        self.hand_offs.iter_mut().for_each(|hand_off| hand_off.handed.opened = NO_TIME);
    }
}

/// Gives a row without a time the time at which the lead came to be known, or its first event where that is earlier.
///
/// It changes no score from then on. Without it, a lead that does nothing would have no history at all.
fn date_arrival(prepared: &Prepared, timeline: &mut Timeline, until: i64) {
    let [profile] = timeline.profiles.as_mut_slice() else { return };
    if profile.since.is_some() {
        return;
    }
    let value = |index: usize| profile.attributes.get(index).and_then(Option::as_ref);
    let arrived = prepared.roles.attributes(Role::Arrived).find_map(|index| match value(index) {
        Some(Value::Time(time)) => Some(*time),
        _ => None,
    });
    let first_event = timeline.events.iter().map(|event| event.time).min();
    profile.since =
        arrived.map(|arrived| first_event.map_or(arrived, |first| first.min(arrived))).filter(|&since| since <= until);
}

fn first_fact(timeline: &Timeline, until: i64) -> i64 {
    let events = timeline.events.iter().map(|event| event.time);
    let rows = timeline.profiles.iter().filter_map(|profile| profile.since);
    events.chain(rows).filter(|&time| time <= until).min().unwrap_or(NO_TIME)
}

fn is_outcome(answer: SalesAnswer) -> bool {
    answer.is_opportunity()
}

/// The attributes of the row that counts: the latest at or before a moment, of equal times the last.
fn attributes_at(timeline: &Timeline, at: i64) -> &[Option<Value>] {
    let counting = timeline.profiles.iter().filter(|profile| profile.since.is_none_or(|since| since <= at));
    counting.max_by_key(|profile| profile.since).map_or(&[], |profile| &profile.attributes)
}

/// What the walk through time sees.
struct Path {
    stages: Vec<(i64, Stage, Stage)>,
    arrivals: Vec<Arrival>,
    peaks: Vec<(i64, i32)>,
}

impl Path {
    fn of(prepared: &Prepared, timeline: &Timeline, until: i64, first_answer: Option<i64>) -> Path {
        let meaning = &prepared.meaning;
        let hand_off = meaning.hand_off.as_ref().map(|hand_off| Stage::Rung(hand_off.stage as u16));
        let mut path = Path { stages: Vec::new(), arrivals: Vec::new(), peaks: Vec::new() };
        walk_scores(&prepared.plan, timeline, until, |at, score| {
            let from = path.stages.last().map_or(Stage::None, |&(_, _, to)| to);
            let to = stage_of(meaning, score.stage.as_deref());
            if to != from {
                path.stages.push((at, from, to));
                let is_hand_off = Some(to) == hand_off;
                path.arrivals.push(Arrival { at, is_hand_off, from_below: Some(from) < hand_off });
            }
            let is_peak = path.peaks.last().is_none_or(|&(_, peak)| score.score > i64::from(peak));
            if is_peak && first_answer.is_none_or(|answer| at < answer) {
                path.peaks.push((at, small(score.score)));
            }
        });
        path
    }
}

/// Points as few bytes: a rule gives at most 10,000 for an event, and no lead has 200,000 events that count.
pub(super) fn small(points: i64) -> i32 {
    i32::try_from(points).unwrap_or(if points < 0 { i32::MIN } else { i32::MAX })
}

pub(super) fn stage_of(meaning: &Meaning, name: Option<&str>) -> Stage {
    match name {
        None => Stage::None,
        Some(DISQUALIFIED) => Stage::Disqualified,
        Some(name) => {
            let rung = meaning.stages.iter().position(|stage| stage.name == name);
            rung.map_or(Stage::None, |rung| Stage::Rung(rung as u16))
        }
    }
}

/// Ends the last hand-off, and adds a deal, by an outcome that has no time.
fn decide_without_time(ledger: &mut Ledger, won: bool) {
    let hand_off = ledger.hand_offs.len().checked_sub(1);
    if let Some(handed) = ledger.hand_offs.last_mut() {
        handed.end = if won { HandOffEnd::Won } else { HandOffEnd::Lost };
    }
    let end = if won { DealEnd::Won } else { DealEnd::Lost };
    ledger.deals =
        vec![Dealt { opened: NO_TIME, closed: NO_TIME, end, hand_off, opened_by: usize::MAX, closed_by: None }];
}

pub(super) fn decisive_moment(ledger: &Ledger, until: i64) -> i64 {
    let hand_off = ledger.hand_offs.first().map(|handed| handed.opened);
    let deal = ledger.deals.first().map(|deal| deal.opened).filter(|&opened| opened != NO_TIME);
    hand_off.or(deal.map(|opened| opened - 1)).unwrap_or(until)
}

fn score_at_age(prepared: &Prepared, timeline: &Timeline, first_fact: i64, until: i64) -> Option<(i32, i32)> {
    if first_fact == NO_TIME {
        return None;
    }
    let moment = first_fact + History::AGE_DAYS * MICROS_PER_DAY;
    let score = if moment <= until { score_lead(&prepared.plan, timeline, moment) } else { None };
    score.map(|score| (small(score.fit), small(score.engagement)))
}

/// A lead with its answers, to look properties up in.
struct Lead<'a> {
    prepared: &'a Prepared,
    timeline: &'a Timeline,
    answers: &'a [Answer],
}

impl Lead<'_> {
    /// `index` is the hand-off's place in the ledger.
    fn hand_off(
        &self,
        handed: Handed,
        ledger: &Ledger,
        index: usize,
        explanation: Explanation,
    ) -> Option<WalkedHandOff> {
        let deal = ledger.deals.iter().find(|deal| deal.hand_off == Some(index));
        let closing = handed.end_index;
        let owner = handed.first_answer.and_then(|answer| self.text(answer.index, Role::Owner));
        let amount = deal.and_then(|deal| self.amount(deal));
        Some(WalkedHandOff {
            handed,
            amount,
            reason: closing.and_then(|event| self.text(event, Role::Reason)),
            owner: owner.or_else(|| self.any_owner(handed.opened, handed.ended)),
            evidence: evidence(&explanation),
            score: explanation.score,
        })
    }

    fn deal(&self, dealt: Dealt, ledger: &Ledger, until: i64) -> WalkedDeal {
        // Who took the hand-off has the deal, where the deal itself names nobody.
        let began =
            dealt.hand_off.and_then(|index| ledger.hand_offs.get(index)).map_or(dealt.opened, |handed| handed.opened);
        let owner = self.text(dealt.opened_by, Role::Owner).or_else(|| self.any_owner(began, dealt.closed));
        let lacked = if dealt.hand_off.is_none() { self.lacked(dealt, until) } else { Vec::new() };
        WalkedDeal {
            dealt,
            amount: self.amount(&dealt),
            reason: dealt.closed_by.and_then(|event| self.text(event, Role::Reason)),
            owner,
            lacked,
        }
    }

    /// What the closing answer says, else what the opening one said.
    fn amount(&self, dealt: &Dealt) -> Option<f64> {
        let of = |event: usize| {
            self.properties(event, Role::Amount).find_map(|value| match value {
                Value::Number(number) => Some(*number),
                _ => None,
            })
        };
        dealt.closed_by.and_then(of).or_else(|| of(dealt.opened_by))
    }

    /// The owner that any answer within a stretch of time names, else the lead's.
    fn any_owner(&self, from: i64, to: i64) -> Option<String> {
        let within = self.answers.iter().filter(|answer| from <= answer.at && (to == NO_TIME || answer.at <= to));
        let named = within.map(|answer| answer.index).find_map(|event| self.text(event, Role::Owner));
        let attributes = attributes_at(self.timeline, if to == NO_TIME { i64::MAX } else { to });
        let mut owners = self.prepared.roles.attributes(Role::Owner);
        named.or_else(|| owners.find_map(|index| attributes.get(index)?.as_ref().map(text_of)))
    }

    fn text(&self, event: usize, role: Role) -> Option<String> {
        self.properties(event, role).next().map(text_of)
    }

    fn properties(&self, event: usize, role: Role) -> impl Iterator<Item = &Value> {
        let event = self.timeline.events.get(event);
        self.prepared.roles.properties(role).filter_map(move |index| event?.properties.get(index)?.as_ref())
    }

    /// What kept a lead from the hand-off stage just before its deal.
    fn lacked(&self, dealt: Dealt, until: i64) -> Vec<String> {
        let at = if dealt.opened == NO_TIME { until } else { dealt.opened - 1 };
        let Some(explanation) = explain_lead(&self.prepared.plan, self.timeline, at) else {
            return vec![UNKNOWN_BEFORE.to_owned()];
        };
        let mut lacked: Vec<String> =
            explanation.score.disqualified_by.iter().map(|by| format!("disqualified: {by}")).collect();
        let ladder = self.prepared.meaning.hand_off.as_ref().map_or(0, |hand_off| hand_off.stage + 1);
        let parts = explanation.stages.iter().take(ladder).flat_map(|stage| &stage.parts);
        lacked.extend(parts.filter(|part| part.truth != Truth::True).map(|part| part.text.clone()));
        lacked.sort_unstable();
        lacked.dedup();
        lacked
    }
}

fn evidence(explanation: &Explanation) -> Vec<(u16, i32)> {
    let rules = (0..).zip(&explanation.rules).filter(|(_, rule)| rule.points.points != 0);
    rules.map(|(index, rule)| (index, small(rule.points.points))).collect()
}
