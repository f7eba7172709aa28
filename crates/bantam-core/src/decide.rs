//! Decides about one lead at one moment: score, stage, hand-offs and their clocks.

use super::CoreError;
use super::assignment::{Member, Team, Turns};
use super::hand_off::{HandOff, HandOffState, Opened};
use super::lead::{Clock, LeadState};
use super::office_hours;
use super::public_id::Secret;
use super::records::{Decision, DecisionCause, Scores};
use super::rules::Rules;
use bantam_engine::live::{explain_lead, next_change, score_lead, unchanged_until};
use bantam_engine::scores::LeadScore;
use bantam_lang::meaning::Route;
use bantam_store::Ledger;
use serde::Serialize;

/// How far ahead changes by time alone are looked for, in microseconds: a lead is looked at again after 35 days.
const HORIZON: i64 = 35 * 86_400 * 1_000_000;
/// How many moments ahead are looked at after a fact. Looking at a moment takes some microseconds now, looking at the lead again
/// takes fifty then: with a few looks most leads that nothing happens to are not woken in vain, and one that much happens to
/// is not scored a hundred times for each fact.
const LOOKS_AHEAD: usize = 4;

/// Scores a lead, records what changed, opens a hand-off where one is due, and reports those overdue.
pub(super) fn decide(
    ledger: &mut dyn Ledger,
    rules: &Rules,
    lead: &mut LeadState,
    as_of: i64,
    cause: DecisionCause,
) -> Result<(), CoreError> {
    lead.definition = rules.number;
    lead.score = match lead.is_muted {
        true => None,
        false => score_lead(&rules.plan, &lead.history.timeline, as_of),
    };
    report_overdue(ledger, lead, as_of)?;
    let Some(score) = lead.score.clone() else { return Ok(()) };
    if score.stage != lead.standing.stage {
        record_change(ledger, rules, lead, &score, as_of, cause)?;
    }
    if may_open(rules, lead, &score, as_of) {
        open(ledger, rules, lead, as_of, Opened::Decision)?;
    }
    Ok(())
}

/// Finds out until when time alone changes nothing about a lead.
pub(super) fn set_alarm(rules: &Rules, lead: &mut LeadState, as_of: i64) {
    lead.history.prune(rules, as_of);
    let horizon = as_of.saturating_add(HORIZON);
    let change = match lead.is_muted {
        true => None,
        false => Some(unchanged_until(&rules.plan, &lead.history.timeline, as_of, horizon, LOOKS_AHEAD)),
    };
    let back = lead.standing.not_before.filter(|&moment| moment > as_of);
    let clocks = lead.standing.clocks.iter().filter_map(|clock| clock.due_at);
    lead.due_at = clocks.chain(change).chain(back).min();
}

/// Returns whether time alone changes something about a lead from one moment on, and before another.
pub fn changes_between(rules: &Rules, lead: &LeadState, from: i64, until: i64) -> bool {
    let within = |moment: i64| (from..until).contains(&moment);
    let standing = &lead.standing;
    standing.clocks.iter().filter_map(|clock| clock.due_at).chain(standing.not_before).any(within)
        || !lead.is_muted
            && next_change(&rules.plan, &lead.history.timeline, from.saturating_sub(1), until.saturating_sub(1))
                .is_some()
}

fn record_change(
    ledger: &mut dyn Ledger,
    rules: &Rules,
    lead: &mut LeadState,
    score: &LeadScore,
    as_of: i64,
    cause: DecisionCause,
) -> Result<(), CoreError> {
    let rises = rises(rules, lead.standing.stage.as_deref(), score.stage.as_deref());
    let explanation = explain_lead(&rules.plan, &lead.history.timeline, as_of);
    let decision = Decision {
        lead: lead.name.clone(),
        from: lead.standing.stage.take(),
        to: score.stage.clone(),
        rises,
        as_of,
        fingerprint: rules.fingerprint.clone(),
        cause,
        scores: Scores::from(score),
        evidence: explanation.map(|found| found.reasons).unwrap_or_default().into_iter().map(Into::into).collect(),
        is_quiet: lead.is_quiet,
    };
    lead.standing.stage = score.stage.clone();
    lead.standing.changed_at = as_of;
    lead.standing.may_open |= rises;
    ledger.record_decision(lead.id, as_of, &serde_json::to_vec(&decision).unwrap_or_default())?;
    post(ledger, lead, "lead.stage_changed", as_of, &decision)
}

/// Returns whether a lead came up to the hand-off stage from a stage below it.
pub fn rises(rules: &Rules, from: Option<&str>, to: Option<&str>) -> bool {
    let Some(hand_off) = &rules.meaning.hand_off else { return false };
    rules.rung(to) == Some(hand_off.stage) && rules.rung(from).is_none_or(|rung| rung < hand_off.stage)
}

fn may_open(rules: &Rules, lead: &LeadState, score: &LeadScore, as_of: i64) -> bool {
    let standing = &lead.standing;
    let stands_there = rules
        .meaning
        .hand_off
        .as_ref()
        .is_some_and(|hand_off| rules.rung(score.stage.as_deref()) == Some(hand_off.stage));
    stands_there
        && standing.may_open
        && !standing.is_won
        && standing.clocks.is_empty()
        && standing.not_before.is_none_or(|moment| moment <= as_of)
}

/// Opens a hand-off.
pub(super) fn open(
    ledger: &mut dyn Ledger,
    rules: &Rules,
    lead: &mut LeadState,
    as_of: i64,
    opened: Opened,
) -> Result<i64, CoreError> {
    let score = lead.score.clone().unwrap_or_default();
    let route = route_of(rules, &score);
    let respond_within_seconds = score.respond_within_seconds;
    let hours = rules.meaning.office_hours.as_ref();
    let mut hand_off = HandOff {
        id: 0,
        key: String::new(),
        subject: lead.id,
        lead: lead.name.clone(),
        opened_at: as_of,
        opened,
        fingerprint: rules.fingerprint.clone(),
        stage: score.stage.clone(),
        score: score.score,
        route: score.route.clone(),
        team: score.route.clone(),
        owner: None,
        respond_within_seconds,
        due_at: respond_within_seconds.and_then(|seconds| office_hours::due_at(as_of, seconds, hours)),
        escalate_to: route.and_then(|route| route.escalate_to.clone()),
        overdue_at: None,
        state: HandOffState::Open,
        first_answered_at: None,
        not_before: None,
        steps: Vec::new(),
        is_erased: false,
    };
    hand_off.owner = next_owner(ledger, hand_off.team.as_deref(), as_of)?;
    hand_off.id = ledger.save_hand_off(&hand_off.row())?;
    hand_off.key = Secret::of(ledger)?.hand_off_id(hand_off.id);
    ledger.save_hand_off(&hand_off.row())?;
    lead.standing.may_open = false;
    lead.standing.clocks.push(Clock { hand_off: hand_off.id, due_at: hand_off.runs_until() });
    post(ledger, lead, "hand_off.opened", as_of, &hand_off)?;
    Ok(hand_off.id)
}

/// Returns the route that a score names. Two routes may go to one team; then the hurry tells them apart.
fn route_of<'r>(rules: &'r Rules, score: &LeadScore) -> Option<&'r Route> {
    let team = score.route.as_deref()?;
    let of_team = || rules.meaning.routes.iter().filter(move |route| route.to == team);
    of_team().find(|route| route.respond_within_seconds == score.respond_within_seconds).or_else(|| of_team().next())
}

/// Returns whose turn it is in a team at a moment.
fn next_owner(ledger: &mut dyn Ledger, team: Option<&str>, at: i64) -> Result<Option<String>, CoreError> {
    let Some(team) = team else { return Ok(None) };
    let Some(body) = ledger.setting(&format!("team:{team}"))? else { return Ok(None) };
    let team: Team = serde_json::from_slice(&body).unwrap_or_default();
    let key = format!("turns:{}", team.name);
    let mut turns: Turns =
        ledger.setting(&key)?.and_then(|body| serde_json::from_slice(&body).ok()).unwrap_or_default();
    turns.keep(&team);
    let mut able: Vec<&Member> = Vec::new();
    for member in team.members.iter().filter(|member| member.is_there(at)) {
        let limit = member.limit.map(|limit| limit as usize);
        if limit.is_none() || limit > Some(ledger.load_of(&member.name)?) {
            able.push(member);
        }
    }
    let owner = turns.next(&able).map(|member| member.name.clone());
    ledger.set(&key, &serde_json::to_vec(&turns).unwrap_or_default())?;
    Ok(owner)
}

/// Says once of each hand-off that it is overdue, and passes it on.
fn report_overdue(ledger: &mut dyn Ledger, lead: &mut LeadState, as_of: i64) -> Result<(), CoreError> {
    let overdue: Vec<Clock> =
        lead.standing.clocks.iter().filter(|clock| clock.due_at.is_some_and(|due| due <= as_of)).cloned().collect();
    for clock in overdue {
        let mut hand_off = load_hand_off(ledger, clock.hand_off)?;
        hand_off.overdue_at = clock.due_at;
        if let Some(team) = hand_off.escalate_to.clone() {
            hand_off.owner = next_owner(ledger, Some(&team), as_of)?;
            hand_off.team = Some(team);
        }
        keep(ledger, lead, &hand_off)?;
        post(ledger, lead, "hand_off.overdue", as_of, &hand_off)?;
    }
    Ok(())
}

/// Reads a hand-off.
pub(super) fn load_hand_off(ledger: &mut dyn Ledger, id: i64) -> Result<HandOff, CoreError> {
    let damaged = |problem: String| CoreError::Record { what: "hand-off", id, problem };
    let row = ledger.hand_off(id)?.ok_or_else(|| damaged("it is not there".into()))?;
    let mut hand_off: HandOff = serde_json::from_slice(&row.body).map_err(|error| damaged(error.to_string()))?;
    hand_off.id = id;
    Ok(hand_off)
}

/// Writes a hand-off that changed, and lets its lead know.
pub(super) fn keep(ledger: &mut dyn Ledger, lead: &mut LeadState, hand_off: &HandOff) -> Result<(), CoreError> {
    ledger.save_hand_off(&hand_off.row())?;
    let clocks = &mut lead.standing.clocks;
    clocks.retain(|clock| clock.hand_off != hand_off.id);
    if hand_off.state.is_ended() {
        lead.standing.may_open = false;
        lead.standing.is_won |= hand_off.state == HandOffState::Won;
        lead.standing.not_before = lead.standing.not_before.max(hand_off.not_before);
    } else {
        clocks.push(Clock { hand_off: hand_off.id, due_at: hand_off.runs_until() });
    }
    Ok(())
}

/// A message to others about a lead.
#[derive(Serialize)]
struct Message<'m, T> {
    r#type: &'m str,
    /// When, in microseconds since 1970-01-01T00:00Z.
    timestamp: i64,
    lead: &'m str,
    /// Counts the messages about this lead, so that a receiver can tell their order.
    sequence: u64,
    stage: Option<&'m str>,
    scores: Option<Scores>,
    data: &'m T,
}

/// Puts a message into the outbox, unless the lead must not be scored, or a definition for trying out moved it: then
/// nobody is told about it.
pub(super) fn post(
    ledger: &mut dyn Ledger,
    lead: &mut LeadState,
    kind: &str,
    at: i64,
    data: &impl Serialize,
) -> Result<(), CoreError> {
    if lead.is_muted || lead.is_quiet {
        return Ok(());
    }
    lead.posted += 1;
    let message = Message {
        r#type: kind,
        timestamp: at,
        lead: &lead.name,
        sequence: lead.posted,
        stage: lead.standing.stage.as_deref(),
        scores: lead.score.as_ref().map(Scores::from),
        data,
    };
    ledger.post(kind, Some(lead.id), &serde_json::to_vec(&message).unwrap_or_default())?;
    Ok(())
}
