//! The scores of all leads, ranked, with the names that the definition gives to what was computed.

use super::BatchOptions;
use super::names::grade_texts;
use super::rank::rank;
use super::scored::ScoreColumns;
use crate::ids::LeadIds;
use crate::output::{ScoreRows, Values};
use crate::scores::{LeadScore, Reason, SectionName, sort_reasons};
use bantam_lang::meaning::{DISQUALIFIED, Meaning, Section};
use hashbrown::HashMap;
use std::borrow::Cow;
use std::ops::Range;

/// The scores of all leads, ranked: highest score first, then by lead id.
pub struct BatchScores<'a> {
    meaning: &'a Meaning,
    ids: Cow<'a, LeadIds>,
    grades: Vec<String>,
    /// What each source of points is called, by its place among those of both sections.
    sources: Vec<Source>,
    columns: ScoreColumns,
    /// Places in the columns, in rank order.
    order: Vec<u32>,
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
    place: usize,
}

impl<'a> BatchScores<'a> {
    pub(crate) fn new(
        meaning: &'a Meaning,
        ids: Cow<'a, LeadIds>,
        columns: ScoreColumns,
        options: BatchOptions,
    ) -> BatchScores<'a> {
        let order = rank(&ids, &columns);
        let grades = grade_texts(&meaning.grades);
        BatchScores { meaning, ids, grades, sources: sources(meaning), columns, order, options }
    }

    /// Returns the number of leads.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Returns whether there are no leads.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Returns the values of a column of the output, for some ranks.
    pub(crate) fn values<'s>(&'s self, column: usize, ranks: Range<usize>) -> Values<'s> {
        let ScoreColumns { lead, fit, fit_unknown, engagement, persona, stage, disqualified_by, route, grade, .. } =
            &self.columns;
        let places = self.order.get(ranks.clone()).unwrap_or_default();
        let meaning = self.meaning;
        let integers = |of: &dyn Fn(usize) -> i64| Values::Integers(places.iter().map(|&at| of(at as usize)).collect());
        let code = |codes: &[u16], at: u32| codes.get(at as usize).map_or(u32::MAX, |&code| u32::from(code));
        let names = |names: Vec<&'s str>, codes: &[u16]| {
            Values::Names(names, places.iter().map(|&at| code(codes, at)).collect())
        };
        fn points<T: Copy + Into<i64>>(values: &[T], at: usize) -> i64 {
            values.get(at).map_or(0, |&points| points.into())
        }
        match column {
            0 => {
                let leads = places.iter().map(|&at| lead.get(at as usize).copied().unwrap_or(u32::MAX));
                Values::Texts(leads.map(|lead| self.ids.get(lead).unwrap_or("")).collect())
            }
            1 => names(meaning.stages.iter().map(|stage| stage.name.as_str()).chain([DISQUALIFIED]).collect(), stage),
            2 => integers(&|at| points(fit, at) + points(engagement, at)),
            3 => integers(&|at| points(fit, at)),
            4 => integers(&|at| points(fit_unknown, at)),
            5 => integers(&|at| points(engagement, at)),
            6 => {
                let codes = places.iter().map(|&at| grade.get(at as usize).copied().unwrap_or(u32::MAX));
                Values::Names(self.grades.iter().map(String::as_str).collect(), codes.collect())
            }
            7 => names(meaning.personas.iter().map(|persona| persona.name.as_str()).collect(), persona),
            8 => names(meaning.disqualify.iter().map(|each| each.name.as_str()).collect(), disqualified_by),
            9 => names(meaning.routes.iter().map(|route| route.to.as_str()).collect(), route),
            _ => Values::Each(ranks.map(|rank| self.value(rank, column)).collect()),
        }
    }

    /// Returns each stage that leads stand on, `Disqualified` and none among them, with their number, in no order.
    pub fn count_stages(&self) -> Vec<(Option<&str>, u64)> {
        let stages = self.columns.stage.iter().map(|&stage| usize::from(stage));
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
        count(self.columns.grade.iter().map(|&grade| grade as usize)).map(|(at, leads)| (name(at), leads)).collect()
    }

    /// Returns the lead of a rank, counted from 0.
    pub fn get(&self, rank: usize) -> Option<ScoredLead<'_>> {
        self.order.get(rank).map(|&place| ScoredLead { scores: self, place: place as usize })
    }

    /// Returns the leads in rank order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = ScoredLead<'_>> {
        self.order.iter().map(|&place| ScoredLead { scores: self, place: place as usize })
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
    #[expect(clippy::indexing_slicing, reason = "every column holds a value for each lead")]
    fn at<T: Copy>(&self, values: &[T]) -> T {
        values[self.place]
    }

    /// Returns the lead's key.
    pub fn lead_id(&self) -> &'s str {
        self.scores.ids.get(self.at(&self.scores.columns.lead)).unwrap_or("")
    }

    /// Returns the stage, or `Disqualified`.
    pub fn stage(&self) -> Option<&'s str> {
        self.scores.stage_name(usize::from(self.at(&self.scores.columns.stage)))
    }

    /// Returns fit and engagement together.
    pub fn score(&self) -> i64 {
        self.fit() + self.engagement()
    }

    /// Returns the points of fit.
    pub fn fit(&self) -> i64 {
        self.at(&self.scores.columns.fit)
    }

    /// Returns how many fit rules could not be decided.
    pub fn fit_unknown(&self) -> i64 {
        i64::from(self.at(&self.scores.columns.fit_unknown))
    }

    /// Returns the points of engagement.
    pub fn engagement(&self) -> i64 {
        self.at(&self.scores.columns.engagement)
    }

    /// Returns the grade.
    pub fn grade(&self) -> Option<&'s str> {
        self.scores.grades.get(self.at(&self.scores.columns.grade) as usize).map(String::as_str)
    }

    /// Returns the persona.
    pub fn persona(&self) -> Option<&'s str> {
        self.scores
            .meaning
            .personas
            .get(self.at(&self.scores.columns.persona) as usize)
            .map(|persona| persona.name.as_str())
    }

    /// Returns the disqualifier that hit first.
    pub fn disqualified_by(&self) -> Option<&'s str> {
        let index = self.at(&self.scores.columns.disqualified_by) as usize;
        self.scores.meaning.disqualify.get(index).map(|each| each.name.as_str())
    }

    fn taken(&self) -> Option<&'s bantam_lang::meaning::Route> {
        self.scores.meaning.routes.get(self.at(&self.scores.columns.route) as usize)
    }

    /// Returns where the lead goes.
    pub fn route(&self) -> Option<&'s str> {
        self.taken().map(|route| route.to.as_str())
    }

    /// Returns the time to answer, in seconds.
    pub fn respond_within_seconds(&self) -> Option<i64> {
        self.taken().and_then(|route| route.respond_within_seconds)
    }

    /// Returns all of it as one value.
    pub fn to_score(&self) -> LeadScore {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        LeadScore {
            lead_id: self.lead_id().to_owned(),
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
        let mut reasons: Vec<Reason> =
            self.scores.columns.explained.reasons.get(self.place).iter().filter_map(reason).collect();
        sort_reasons(&mut reasons);
        reasons
    }

    /// Returns the parts of the next stage's condition that are not true, as written. Empty unless scored with `explain`.
    pub fn missing_for_next(&self) -> Vec<&'s str> {
        let explained = &self.scores.columns.explained;
        let next = explained.next_stage.get(self.place).and_then(|&next| self.scores.meaning.stages.get(next as usize));
        let Some(stage) = next else { return Vec::new() };
        let missing = explained.missing_parts.get(self.place);
        missing.iter().filter_map(|&index| stage.parts.get(index as usize).map(|(text, _)| text.as_str())).collect()
    }

    /// Returns whether explanations were asked for.
    pub fn is_explained(&self) -> bool {
        self.scores.options.explain
    }
}
