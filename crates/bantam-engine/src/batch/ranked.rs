//! The scores of all leads, in order, with the names that the definition gives to what was computed.

use super::names::grade_texts;
use super::rank::{Sequence, by_input, rank};
use super::scored::{Score, ScoreTable};
use super::{BatchOptions, Order};
use crate::ids::{LeadId, LeadIds};
use crate::output::Values;
use crate::scores::{LeadScore, Reason, SectionName, sort_reasons};
use bantam_lang::meaning::{DISQUALIFIED, Meaning, Section};
use hashbrown::HashMap;
use std::borrow::Cow;
use std::ops::Range;

/// The scores of all leads in the order asked for, ranked unless [`Order`] says otherwise.
pub struct BatchScores<'a> {
    meaning: &'a Meaning,
    ids: Cow<'a, LeadIds>,
    grades: Vec<String>,
    /// What each source of points is called, by its place among those of both sections.
    sources: Vec<Source>,
    table: ScoreTable,
    order: Sequence,
    options: BatchOptions,
}

/// Where points come from: a rule, or the limit of a group or a section.
pub(super) struct Source {
    section: SectionName,
    rule: Option<String>,
    group: Option<String>,
}

/// One ranked lead; its texts are names of the definition.
#[derive(Clone, Copy)]
pub struct ScoredLead<'s> {
    scores: &'s BatchScores<'s>,
    lead: u32,
    score: Score,
}

impl<'a> BatchScores<'a> {
    pub(crate) fn new(
        meaning: &'a Meaning,
        (ids, has_row): (Cow<'a, LeadIds>, &[bool]),
        table: ScoreTable,
        options: BatchOptions,
    ) -> BatchScores<'a> {
        let order = match options.order {
            Order::Rank => rank(&ids, &table),
            Order::Input => by_input(&ids, &table, has_row),
        };
        let grades = grade_texts(&meaning.grades);
        BatchScores { meaning, ids, grades, sources: sources(meaning), table, order, options }
    }

    /// Returns the number of leads.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Returns whether there are no leads.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the values of some columns of the output, by their places, for some ranks.
    pub(crate) fn values<'s>(&'s self, ranks: Range<usize>, columns: &[usize]) -> Vec<Values<'s>> {
        let ranks = ranks.start..ranks.end.min(self.len());
        let leads = ranks.map(|rank| self.order.get(rank).unwrap_or(u32::MAX));
        let scores: Vec<Score> = leads.clone().map(|lead| self.table.get(lead).unwrap_or_default()).collect();
        let values = |&column: &usize| match column {
            0 => Values::Texts(self.ids.pick(leads.clone())),
            column => self.values_of(&scores, column),
        };
        columns.iter().map(values).collect()
    }

    /// Returns the values of a column that is computed.
    fn values_of<'s>(&'s self, scores: &[Score], column: usize) -> Values<'s> {
        let meaning = self.meaning;
        let integers = |of: fn(&Score) -> i64| Values::Integers(scores.iter().map(of).collect());
        let names = |names: Vec<&'s str>, of: fn(&Score) -> u32| Values::Names(names, scores.iter().map(of).collect());
        match column {
            1 => {
                let stages = meaning.stages.iter().map(|stage| stage.name.as_str()).chain([DISQUALIFIED]);
                names(stages.collect(), |score| score.stage.into())
            }
            2 => integers(Score::score),
            3 => integers(|score| score.fit),
            4 => integers(|score| score.fit_unknown.into()),
            5 => integers(|score| score.engagement),
            6 => {
                let grades = scores.iter().map(|score| score.grade(&meaning.grades)).collect();
                Values::Names(self.grades.iter().map(String::as_str).collect(), grades)
            }
            7 => names(meaning.personas.iter().map(|each| each.name.as_str()).collect(), |score| score.persona.into()),
            8 => names(meaning.disqualify.iter().map(|each| each.name.as_str()).collect(), |score| {
                score.disqualified_by.into()
            }),
            9 => names(meaning.routes.iter().map(|route| route.to.as_str()).collect(), |score| score.route.into()),
            _ => Values::Optional(scores.iter().map(|score| self.respond_within_seconds(score.route)).collect()),
        }
    }

    /// Returns each stage that leads stand on, `Disqualified` and none among them, with their number, in no order.
    pub fn count_stages(&self) -> Vec<(Option<&str>, u64)> {
        let stages = self.table.scores().map(|score| usize::from(score.stage));
        count(stages).map(|(at, leads)| (self.stage_name(at), leads)).collect()
    }

    /// Returns the name of a stage by its index; the one past the last is `Disqualified`.
    fn stage_name(&self, at: usize) -> Option<&str> {
        match self.meaning.stages.get(at) {
            None if at == self.meaning.stages.len() => Some(DISQUALIFIED),
            stage => stage.map(|stage| stage.name.as_str()),
        }
    }

    /// Returns each grade that leads have, none among them, with their number, in no order.
    pub fn count_grades(&self) -> Vec<(Option<&str>, u64)> {
        let name = |at: usize| self.grades.get(at).map(String::as_str);
        let grades = self.table.scores().map(|score| score.grade(&self.meaning.grades) as usize);
        count(grades).map(|(at, leads)| (name(at), leads)).collect()
    }

    /// Returns the lead of a rank, counted from 0.
    pub fn get(&self, rank: usize) -> Option<ScoredLead<'_>> {
        self.order.get(rank).and_then(|lead| self.lead(lead))
    }

    /// Returns the leads in rank order.
    pub fn iter(&self) -> impl Iterator<Item = ScoredLead<'_>> {
        (0..self.len()).filter_map(|rank| self.get(rank))
    }

    fn lead(&self, lead: u32) -> Option<ScoredLead<'_>> {
        self.table.get(lead).map(|score| ScoredLead { scores: self, lead, score })
    }

    /// Returns the time that the route of a lead leaves to answer, in seconds.
    fn respond_within_seconds(&self, route: u16) -> Option<i64> {
        self.meaning.routes.get(usize::from(route)).and_then(|route| route.respond_within_seconds)
    }
}

/// Counts how often each code comes.
fn count(codes: impl Iterator<Item = usize>) -> impl Iterator<Item = (usize, u64)> {
    let mut counts: HashMap<usize, u64> = HashMap::new();
    let mut last = (usize::MAX, 0);
    for code in codes {
        // Neighbours often have the same.
        if code != last.0 {
            *counts.entry(last.0).or_default() += last.1;
            last = (code, 0);
        }
        last.1 += 1;
    }
    *counts.entry(last.0).or_default() += last.1;
    counts.into_iter().filter(|&(_, count)| count > 0)
}

/// Returns what adds up to a score, fit first.
pub(super) fn sources(meaning: &Meaning) -> Vec<Source> {
    let mut sources = section_sources(SectionName::Fit, &meaning.fit);
    sources.extend(section_sources(SectionName::Engagement, &meaning.engagement));
    sources
}

impl Source {
    pub(super) fn reason(&self, points: i64) -> Reason {
        Reason { section: self.section, rule: self.rule.clone(), group: self.group.clone(), points }
    }
}

/// Returns what adds up to a section's points, in the order of `SectionPoints::sources`.
fn section_sources(section: SectionName, meaning: &Section) -> Vec<Source> {
    let group_name = |index: usize| meaning.groups.get(index).map(|group| group.name.clone());
    let rules = meaning.rules.iter().map(|rule| (Some(rule.name.clone()), rule.group.and_then(group_name)));
    let groups = (0..meaning.groups.len()).map(|index| (None, group_name(index)));
    rules.chain(groups).chain([(None, None)]).map(|(rule, group)| Source { section, rule, group }).collect()
}

impl<'s> ScoredLead<'s> {
    /// Returns the lead's key.
    pub fn lead_id(&self) -> LeadId<'s> {
        self.scores.ids.get(self.lead).unwrap_or_default()
    }

    /// Returns the stage, or `Disqualified`.
    pub fn stage(&self) -> Option<&'s str> {
        self.scores.stage_name(usize::from(self.score.stage))
    }

    /// Returns fit and engagement together.
    pub fn score(&self) -> i64 {
        self.score.score()
    }

    /// Returns the points of fit.
    pub fn fit(&self) -> i64 {
        self.score.fit
    }

    /// Returns how many fit rules could not be decided.
    pub fn fit_unknown(&self) -> i64 {
        i64::from(self.score.fit_unknown)
    }

    /// Returns the points of engagement.
    pub fn engagement(&self) -> i64 {
        self.score.engagement
    }

    /// Returns the grade.
    pub fn grade(&self) -> Option<&'s str> {
        self.scores.grades.get(self.score.grade(&self.scores.meaning.grades) as usize).map(String::as_str)
    }

    /// Returns the persona.
    pub fn persona(&self) -> Option<&'s str> {
        self.scores.meaning.personas.get(usize::from(self.score.persona)).map(|persona| persona.name.as_str())
    }

    /// Returns the disqualifier that hit first.
    pub fn disqualified_by(&self) -> Option<&'s str> {
        self.scores.meaning.disqualify.get(usize::from(self.score.disqualified_by)).map(|each| each.name.as_str())
    }

    /// Returns where the lead goes.
    pub fn route(&self) -> Option<&'s str> {
        self.scores.meaning.routes.get(usize::from(self.score.route)).map(|route| route.to.as_str())
    }

    /// Returns the time to answer, in seconds.
    pub fn respond_within_seconds(&self) -> Option<i64> {
        self.scores.respond_within_seconds(self.score.route)
    }

    /// Returns all of it as one value.
    pub fn to_score(&self) -> LeadScore {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        LeadScore {
            lead_id: self.lead_id().to_string(),
            stage: owned(self.stage()),
            score: self.score(),
            fit: self.fit(),
            fit_unknown: self.fit_unknown(),
            engagement: self.engagement(),
            grade: owned(self.grade()),
            persona: owned(self.persona()),
            disqualified_by: owned(self.disqualified_by()),
            route: owned(self.route()),
            respond_within_seconds: self.respond_within_seconds(),
        }
    }

    /// Returns where every point comes from; the reasons sum to the score. Empty unless scored with `explain`.
    pub fn reasons(&self) -> Vec<Reason> {
        let sources = &self.scores.sources;
        let reason = |&(source, points): &(u32, i64)| Some(sources.get(source as usize)?.reason(points));
        let Some((explained, at)) = self.scores.table.explanation(self.lead) else { return Vec::new() };
        let mut reasons: Vec<Reason> = explained.reasons.get(at).iter().filter_map(reason).collect();
        sort_reasons(&mut reasons);
        reasons
    }

    /// Returns the parts of the next stage's condition that are not true, as written. Empty unless scored with `explain`.
    pub fn missing_for_next(&self) -> Vec<&'s str> {
        let Some((explained, at)) = self.scores.table.explanation(self.lead) else { return Vec::new() };
        let next = explained.next_stage.get(at).and_then(|&next| self.scores.meaning.stages.get(next as usize));
        let Some(stage) = next else { return Vec::new() };
        let missing = explained.missing_parts.get(at);
        missing.iter().filter_map(|&index| stage.parts.get(index as usize).map(|(text, _)| text.as_str())).collect()
    }

    /// Returns whether explanations were asked for.
    pub fn is_explained(&self) -> bool {
        self.scores.options.explain
    }
}
