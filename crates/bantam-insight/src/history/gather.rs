//! Walks all leads, on all cores, and keeps what is left of each in rows.

use super::Prepared;
use super::hours::{due, time_taken};
use super::remains::Remains;
use super::roles::Role;
use super::rows::{Deal, HandOff, History, LeadRow, NO_CODE, NO_HAND_OFF, NO_TIME, RuleName, Stage, Step};
use super::walk::{Walked, WalkedDeal, WalkedHandOff, small, walk};
use bantam_engine::columns::Column;
use bantam_engine::scores::SectionName;
use bantam_engine::timeline::Timeline;
use bantam_lang::meaning::{Meaning, Section};
use rayon::prelude::*;

/// How many timelines are in memory at once: enough to keep all cores busy, a few megabytes.
const LEADS_AT_ONCE: usize = 8_192;
/// How many touches before the decisive moment are kept.
const LAST_TOUCHES: usize = 5;

/// Returns what became of all leads up to and including `until`.
///
/// The timelines' rows and events have to be read by [`Prepared::meaning`]. `progress` is told now and then how many more
/// leads are done. Equal timelines in equal order give equal histories, whatever the number of cores.
pub fn gather(
    prepared: &Prepared,
    timelines: impl IntoIterator<Item = Timeline>,
    until: i64,
    progress: &dyn Fn(u64),
) -> History {
    let mut history = empty(prepared, until);
    let traits = traits(prepared);
    let mut timelines = timelines.into_iter();
    loop {
        let some: Vec<Timeline> = timelines.by_ref().take(LEADS_AT_ONCE).collect();
        if some.is_empty() {
            return history;
        }
        let count = some.len() as u64;
        let walked: Vec<Walked> = some.into_par_iter().filter_map(|timeline| walk(prepared, timeline, until)).collect();
        for lead in walked {
            history.push(prepared, &traits, lead);
        }
        progress(count);
    }
}

fn empty(prepared: &Prepared, until: i64) -> History {
    let Prepared { meaning, roles, .. } = prepared;
    let traits = traits(prepared);
    let named = traits.iter().filter_map(|&index| meaning.lead.attributes.get(index));
    let mut attributes: Vec<_> = named.map(|attribute| (attribute.name.clone(), attribute.kind)).collect();
    attributes.extend(meaning.derived.iter().map(|derived| (derived.name.clone(), derived.expr.ty)));
    let place = |index: usize| traits.iter().position(|&at| at == index);
    History {
        as_of: until,
        stages: meaning.stages.iter().map(|stage| stage.name.clone()).collect(),
        hand_off_stage: meaning.hand_off.as_ref().map(|hand_off| hand_off.stage),
        letters: [&meaning.grades.fit, &meaning.grades.engagement]
            .map(|bands| bands.iter().flatten().map(|band| band.letter.clone()).collect()),
        rules: rule_names(meaning),
        values: attributes.iter().map(|&(_, kind)| Column::new(kind)).collect(),
        attributes,
        declared_attributes: traits.len(),
        origins: [Role::Source, Role::Campaign].map(|role| roles.attributes(role).filter_map(place).collect()),
        has_outcome_column: roles.has_outcome_column(),
        ..History::default()
    }
}

/// The attributes that are kept, by their place in the meaning.
fn traits(prepared: &Prepared) -> Vec<usize> {
    (0..prepared.meaning.lead.attributes.len()).filter(|&index| prepared.roles.is_trait(index)).collect()
}

fn rule_names(meaning: &Meaning) -> Vec<RuleName> {
    let of = |section: &Section, name: SectionName| -> Vec<RuleName> {
        let group = |group: Option<usize>| Some(section.groups.get(group?)?.name.clone());
        let rules = section.rules.iter();
        rules.map(|rule| RuleName { section: name, rule: rule.name.clone(), group: group(rule.group) }).collect()
    };
    [of(&meaning.fit, SectionName::Fit), of(&meaning.engagement, SectionName::Engagement)].concat()
}

impl History {
    /// Adds what is left of people who were erased, each as a lead without a name: so that the counts of past periods stay.
    pub fn add_erased(&mut self, prepared: &Prepared, remains: impl IntoIterator<Item = Remains>) {
        let traits = traits(prepared);
        let until = self.as_of;
        for walked in remains.into_iter().filter_map(|remains| remains.walk(prepared, until)) {
            self.push(prepared, &traits, walked);
        }
    }

    fn push(&mut self, prepared: &Prepared, traits: &[usize], walked: Walked) {
        let lead = self.ids.push(&walked.lead_id);
        self.undated_leads += u64::from(walked.first_fact == NO_TIME);
        self.timeless_rows += u64::from(walked.has_timeless_row);
        self.idle_answers += u64::from(walked.idle_answers);
        self.steps.extend(walked.stages.iter().map(|&(at, from, to)| Step { lead, at, from, to }));
        self.peaks.push(walked.peaks.iter().copied());
        let first_hand_off = self.hand_offs.len();
        for (index, hand_off) in walked.hand_offs.iter().enumerate() {
            let row = self.hand_off(prepared, lead, index == 0, hand_off);
            self.hand_offs.push(row);
            self.evidence.push(hand_off.evidence.iter().copied());
        }
        for deal in &walked.deals {
            let row = self.deal(lead, first_hand_off, deal);
            self.deals.push(row);
            let lacked: Vec<u32> = deal.lacked.iter().map(|part| self.texts.intern(part)).collect();
            self.lacked.push(lacked);
        }
        let codes: Vec<u32> = walked.touches.iter().map(|name| self.texts.intern(name)).collect();
        let row = self.lead(&walked, &codes);
        self.leads.push(row);
        let mut distinct = codes;
        distinct.sort_unstable();
        distinct.dedup();
        self.touches.push(distinct);
        self.push_values(traits, &walked);
    }

    fn lead(&mut self, walked: &Walked, touches: &[u32]) -> LeadRow {
        let mut last_touches = [NO_CODE; LAST_TOUCHES];
        for (place, &code) in last_touches.iter_mut().rev().zip(touches.iter().rev()) {
            *place = code;
        }
        LeadRow {
            first_fact: walked.first_fact,
            first_touch: walked.first_touch,
            decisive: walked.decisive,
            stage_now: walked.stages.last().map_or(Stage::None, |&(_, _, to)| to),
            grade: self.code(walked.score.grade.as_deref()),
            persona: self.code(walked.score.persona.as_deref()),
            fit: small(walked.score.fit),
            engagement: small(walked.score.engagement),
            at_age: walked.at_age,
            last_touches,
        }
    }

    fn hand_off(&mut self, prepared: &Prepared, lead: u32, is_first: bool, hand_off: &WalkedHandOff) -> HandOff {
        let WalkedHandOff { handed, score, .. } = hand_off;
        let clock = prepared.clock.as_ref();
        let answered = handed.first_answer.map_or(NO_TIME, |answer| answer.at);
        let seen = if answered == NO_TIME { self.as_of } else { answered };
        let took = if handed.opened == NO_TIME { 0 } else { time_taken(clock, handed.opened, seen) };
        let within = score.respond_within_seconds.filter(|_| handed.opened != NO_TIME);
        HandOff {
            lead,
            is_first,
            opened: handed.opened,
            answered,
            first_answer: handed.first_answer.map(|answer| answer.answer),
            answer_took: took,
            due: within.map_or(NO_TIME, |seconds| due(clock, handed.opened, seconds)),
            respond_within_seconds: within.unwrap_or(0),
            accepted: handed.accepted,
            opportunity: handed.opportunity,
            ended: handed.ended,
            end: handed.end,
            amount: hand_off.amount.unwrap_or(f64::NAN),
            reason: self.code(hand_off.reason.as_deref()),
            owner: self.code(hand_off.owner.as_deref()),
            route: self.code(score.route.as_deref()),
            grade: self.code(score.grade.as_deref()),
            persona: self.code(score.persona.as_deref()),
            fit: small(score.fit),
            engagement: small(score.engagement),
        }
    }

    fn deal(&mut self, lead: u32, first_hand_off: usize, deal: &WalkedDeal) -> Deal {
        let WalkedDeal { dealt, .. } = deal;
        Deal {
            lead,
            hand_off: dealt.hand_off.map_or(NO_HAND_OFF, |index| (first_hand_off + index) as u32),
            opened: dealt.opened,
            closed: dealt.closed,
            end: dealt.end,
            amount: deal.amount.unwrap_or(f64::NAN),
            reason: self.code(deal.reason.as_deref()),
            owner: self.code(deal.owner.as_deref()),
        }
    }

    fn code(&mut self, text: Option<&str>) -> u32 {
        text.map_or(NO_CODE, |text| self.texts.intern(text))
    }

    fn push_values(&mut self, traits: &[usize], walked: &Walked) {
        let declared = traits.iter().map(|&index| walked.attributes.get(index).and_then(Option::as_ref));
        let derived = (0..).map(|index| walked.derived.get(index).and_then(Option::as_ref));
        for (column, value) in self.values.iter_mut().zip(declared.chain(derived)) {
            column.push(value);
        }
    }
}
