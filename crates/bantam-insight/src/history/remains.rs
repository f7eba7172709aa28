//! What is left of a person who was erased, as one more lead in a history: when it came to which stage, its hand-offs, what
//! sales answered. Who it was, what it did and what it was like are gone.
//!
//! Other leads are told by their facts under the definition of the report. Of these it is known what was decided then, under
//! the definition of that time.

use super::Prepared;
use super::ledger::{Arrival, Dealt, Handed, keep_ledger};
use super::rows::{NO_TIME, Stage};
use super::walk::{UNKNOWN_BEFORE, Walked, WalkedDeal, WalkedHandOff, decisive_moment, small, stage_of};
use bantam_engine::live::Answer;
use bantam_engine::scores::{LeadScore, SectionName};
use bantam_lang::meaning::{Meaning, SalesAnswer, Section};

/// A change of stage that was decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// When.
    pub at: i64,
    /// What the lead was worth, with the stage that it came to.
    pub score: LeadScore,
    /// The rules that gave or took points, by section and name.
    pub evidence: Vec<(SectionName, String, i64)>,
}

/// What sales said.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// When.
    pub at: i64,
    /// What.
    pub answer: SalesAnswer,
    /// Who.
    pub by: String,
    /// Why, where that may be known.
    pub reason: Option<String>,
    /// How much.
    pub amount: Option<f64>,
}

/// What is left of one person.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Remains {
    /// In order of time.
    pub moves: Vec<Move>,
    /// In order of time.
    pub said: Vec<Said>,
}

impl Remains {
    /// Returns it as what a walk through a timeline gives; `None` where nothing had been decided.
    pub(super) fn walk(self, prepared: &Prepared, until: i64) -> Option<Walked> {
        let meaning = &prepared.meaning;
        let moves: Vec<Move> = self.moves.into_iter().filter(|step| step.at <= until).collect();
        let said: Vec<Said> = self.said.into_iter().filter(|said| said.at <= until).collect();
        let first = moves.first()?.at;
        let answers: Vec<Answer> =
            said.iter().enumerate().map(|(index, said)| Answer { at: said.at, answer: said.answer, index }).collect();
        let (stages, arrivals) = path(meaning, &moves);
        let ledger = keep_ledger(&arrivals, &answers);
        let decisive = decisive_moment(&ledger, until);
        let person = Person { meaning, first: moves.first()?, moves: &moves, said: &said };
        let hand_offs = ledger.hand_offs.iter().enumerate().map(|(index, handed)| {
            let deal = ledger.deals.iter().find(|deal| deal.hand_off == Some(index));
            person.hand_off(*handed, deal)
        });
        let first_answer = answers.first().map_or(i64::MAX, |answer| answer.at);
        Some(Walked {
            // Nobody is named, and none of these is looked up.
            lead_id: String::new(),
            first_fact: first,
            first_touch: NO_TIME,
            decisive,
            stages,
            peaks: peaks(&moves, first_answer),
            score: person.at(decisive).score.clone(),
            at_age: None,
            hand_offs: hand_offs.collect(),
            deals: ledger.deals.iter().map(|dealt| person.deal(*dealt)).collect(),
            attributes: Vec::new(),
            derived: Vec::new(),
            touches: Vec::new(),
            idle_answers: ledger.idle_answers,
            has_timeless_row: false,
        })
    }
}

/// Changes of stage, each with the stage before and after it.
type Stages = Vec<(i64, Stage, Stage)>;

fn path(meaning: &Meaning, moves: &[Move]) -> (Stages, Vec<Arrival>) {
    let hand_off = meaning.hand_off.as_ref().map(|hand_off| Stage::Rung(hand_off.stage as u16));
    let (mut stages, mut arrivals): (Stages, Vec<Arrival>) = (Vec::new(), Vec::new());
    for step in moves {
        let from = stages.last().map_or(Stage::None, |&(_, _, to)| to);
        let to = stage_of(meaning, step.score.stage.as_deref());
        if to != from {
            stages.push((step.at, from, to));
            let is_hand_off = Some(to) == hand_off;
            arrivals.push(Arrival { at: step.at, is_hand_off, from_below: Some(from) < hand_off });
        }
    }
    (stages, arrivals)
}

fn peaks(moves: &[Move], first_answer: i64) -> Vec<(i64, i32)> {
    let mut peaks: Vec<(i64, i32)> = Vec::new();
    for step in moves.iter().filter(|step| step.at < first_answer) {
        if peaks.last().is_none_or(|&(_, peak)| step.score.score > i64::from(peak)) {
            peaks.push((step.at, small(step.score.score)));
        }
    }
    peaks
}

struct Person<'p> {
    meaning: &'p Meaning,
    first: &'p Move,
    moves: &'p [Move],
    said: &'p [Said],
}

impl Person<'_> {
    /// The last decision at or before a moment; the first where all came later.
    fn at(&self, moment: i64) -> &Move {
        self.moves.iter().rev().find(|step| step.at <= moment).unwrap_or(self.first)
    }

    fn hand_off(&self, handed: Handed, deal: Option<&Dealt>) -> WalkedHandOff {
        let step = self.at(handed.opened);
        let first = handed.first_answer.and_then(|answer| self.said.get(answer.index));
        WalkedHandOff {
            score: step.score.clone(),
            evidence: self.evidence(step),
            amount: deal.and_then(|deal| self.amount(deal)),
            reason: handed.end_index.and_then(|index| self.said.get(index)?.reason.clone()),
            owner: first.map(|said| said.by.clone()),
            handed,
        }
    }

    fn deal(&self, dealt: Dealt) -> WalkedDeal {
        let lacked = if dealt.hand_off.is_none() { vec![UNKNOWN_BEFORE.to_owned()] } else { Vec::new() };
        WalkedDeal {
            amount: self.amount(&dealt),
            reason: dealt.closed_by.and_then(|index| self.said.get(index)?.reason.clone()),
            owner: self.said.get(dealt.opened_by).map(|said| said.by.clone()),
            lacked,
            dealt,
        }
    }

    /// What the closing answer says, else what the opening one said.
    fn amount(&self, dealt: &Dealt) -> Option<f64> {
        let of = |index: usize| self.said.get(index)?.amount;
        dealt.closed_by.and_then(of).or_else(|| of(dealt.opened_by))
    }

    /// The rules that the definition still has, by their place in it.
    fn evidence(&self, step: &Move) -> Vec<(u16, i32)> {
        let names = |section: &'_ Section, name: SectionName| {
            section.rules.iter().map(|rule| (name, rule.name.clone())).collect::<Vec<_>>()
        };
        let rules =
            [names(&self.meaning.fit, SectionName::Fit), names(&self.meaning.engagement, SectionName::Engagement)]
                .concat();
        let points = |(section, rule): &(SectionName, String)| {
            let own = step.evidence.iter().filter(|(of, name, _)| of == section && name == rule);
            own.map(|(_, _, points)| points).sum::<i64>()
        };
        let places = (0..).zip(&rules).map(|(place, rule)| (place, small(points(rule))));
        places.filter(|(_, points)| *points != 0).collect()
    }
}
