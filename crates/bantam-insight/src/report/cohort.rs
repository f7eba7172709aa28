//! Who is reported on: the hand-offs, deals and leads of a time, and what became of them.

use super::ReportOptions;
use super::period::Span;
use crate::history::{Deal, DealEnd, HandOff, HandOffEnd, History, NO_HAND_OFF, NO_TIME};
use crate::statistics::{Enough, Outcome, TooFew, enough};

/// By what figures are shown apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Where leads came from.
    Source,
    /// The campaign that brought them.
    Campaign,
    /// The persona.
    Persona,
    /// Letters of fit and engagement.
    Grade,
    /// Where the hand-off went.
    Route,
    /// Who in sales has it.
    Owner,
    /// The version of the definition that decided at the time.
    Version,
    /// An attribute, declared or computed, by its name.
    Attribute(String),
}

impl Cut {
    /// Returns the cut of a name: `source`, `campaign`, `persona`, `grade`, `route` or `owner`, `version` where the history
    /// knows which one decided when, else an attribute of the history; `None` where there is none of that name.
    pub fn of(name: &str, history: &History) -> Option<Cut> {
        Some(match name {
            "source" => Cut::Source,
            "campaign" => Cut::Campaign,
            "persona" => Cut::Persona,
            "grade" => Cut::Grade,
            "route" => Cut::Route,
            "owner" => Cut::Owner,
            "version" if !history.versions.is_empty() => Cut::Version,
            _ => {
                let known = history.attributes.iter().any(|(attribute, _)| attribute == name);
                known.then(|| Cut::Attribute(name.to_owned()))?
            }
        })
    }

    /// Returns its name.
    pub fn name(&self) -> &str {
        match self {
            Cut::Source => "source",
            Cut::Campaign => "campaign",
            Cut::Persona => "persona",
            Cut::Grade => "grade",
            Cut::Route => "route",
            Cut::Owner => "owner",
            Cut::Version => "version",
            Cut::Attribute(name) => name,
        }
    }

    /// Returns a lead's value; `None` where it is missing. Routes and owners are those of its first hand-off, else deal.
    pub(super) fn of_lead(&self, history: &History, lead: u32) -> Option<String> {
        let row = history.leads.get(lead as usize)?;
        match self {
            Cut::Source => origin(history, 0, lead),
            Cut::Campaign => origin(history, 1, lead),
            Cut::Persona => history.text(row.persona).map(str::to_owned),
            Cut::Grade => history.text(row.grade).map(str::to_owned),
            Cut::Route | Cut::Owner => {
                let hand_off = history.hand_offs.get(history.hand_offs_of(lead)).and_then(<[_]>::first);
                let deal = history.deals.get(history.deals_of(lead)).and_then(<[_]>::first);
                match hand_off {
                    Some(hand_off) => self.of_hand_off(history, hand_off),
                    None => self.of_deal(history, deal?),
                }
            }
            Cut::Version => history.version_at(row.first_fact).map(str::to_owned),
            Cut::Attribute(name) => {
                let place = history.attributes.iter().position(|(attribute, _)| attribute == name)?;
                history.value(place, lead)
            }
        }
    }

    pub(super) fn of_hand_off(&self, history: &History, hand_off: &HandOff) -> Option<String> {
        let code = match self {
            Cut::Persona => hand_off.persona,
            Cut::Grade => hand_off.grade,
            Cut::Route => hand_off.route,
            Cut::Owner => hand_off.owner,
            Cut::Version => return history.version_at(hand_off.opened).map(str::to_owned),
            Cut::Source | Cut::Campaign | Cut::Attribute(_) => return self.of_lead(history, hand_off.lead),
        };
        history.text(code).map(str::to_owned)
    }

    pub(super) fn of_deal(&self, history: &History, deal: &Deal) -> Option<String> {
        match self {
            Cut::Owner => history.text(deal.owner).map(str::to_owned),
            Cut::Version => history.version_at(deal.opened).map(str::to_owned),
            Cut::Route => {
                let hand_off = history.hand_offs.get(deal.hand_off as usize)?;
                self.of_hand_off(history, hand_off)
            }
            _ => self.of_lead(history, deal.lead),
        }
    }
}

fn origin(history: &History, which: usize, lead: u32) -> Option<String> {
    history.origins.get(which)?.iter().find_map(|&attribute| history.value(attribute, lead))
}

/// How many outcomes are known: what conclusions need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Ended well.
    pub won: u64,
    /// Ended otherwise.
    pub lost: u64,
}

impl Known {
    /// Returns the proof that conclusions may be drawn, or how many there are where they may not.
    pub fn enough(self) -> Result<Enough, TooFew> {
        enough(self.won, self.lost)
    }
}

/// The hand-offs, deals and new leads of a time, as indexes into a history.
#[derive(Clone)]
pub(super) struct Cohort<'h> {
    pub(super) history: &'h History,
    /// The time; `None` where facts have no times.
    pub(super) span: Option<Span>,
    /// Whether everything counts, also what has no time.
    pub(super) is_whole: bool,
    /// Hand-offs opened in it.
    pub(super) hand_offs: Vec<usize>,
    /// Deals opened in it.
    pub(super) deals: Vec<usize>,
    /// Leads that came to be known in it.
    pub(super) new_leads: Vec<u32>,
}

impl<'h> Cohort<'h> {
    /// Without `from` and `to` everything counts, also what has no time.
    pub(super) fn of(history: &'h History, options: &ReportOptions) -> Cohort<'h> {
        let first = history.leads.iter().map(|lead| lead.first_fact).filter(|&time| time != NO_TIME).min();
        // Facts of the very last moment count, too.
        let end = history.as_of.saturating_add(1);
        let span = first.map(|first| {
            let from = options.from.unwrap_or(first);
            Span { from, to: options.to.unwrap_or(end).min(end).max(from) }
        });
        let all = Cohort {
            history,
            span,
            is_whole: true,
            hand_offs: (0..history.hand_offs.len()).collect(),
            deals: (0..history.deals.len()).collect(),
            new_leads: (0..history.leads.len() as u32).collect(),
        };
        match span {
            Some(span) if options.from.is_some() || options.to.is_some() => all.within(span),
            _ => all,
        }
    }

    /// Returns what of it falls into a time. What has no time does not.
    pub(super) fn within(&self, span: Span) -> Cohort<'h> {
        let history = self.history;
        let mut part = self.clone();
        part.span = Some(span);
        part.is_whole = false;
        part.hand_offs.retain(|&index| history.hand_offs.get(index).is_some_and(|row| span.contains(row.opened)));
        part.deals.retain(|&index| history.deals.get(index).is_some_and(|row| span.contains(row.opened)));
        part.new_leads
            .retain(|&lead| history.leads.get(lead as usize).is_some_and(|row| span.contains(row.first_fact)));
        part
    }

    pub(super) fn hand_offs(&self) -> impl Iterator<Item = (usize, &'h HandOff)> {
        let history = self.history;
        self.hand_offs.iter().filter_map(|&index| Some((index, history.hand_offs.get(index)?)))
    }

    pub(super) fn deals(&self) -> impl Iterator<Item = (usize, &'h Deal)> {
        let history = self.history;
        self.deals.iter().filter_map(|&index| Some((index, history.deals.get(index)?)))
    }

    /// Returns qualified leads: each by its first hand-off in the cohort.
    pub(super) fn qualified(&self) -> Vec<(usize, &'h HandOff)> {
        let mut hand_offs: Vec<_> = self.hand_offs().collect();
        hand_offs.dedup_by_key(|(_, hand_off)| hand_off.lead);
        hand_offs
    }

    /// Returns whether a lead's outcome would be known whatever it is: a column tells it, or it was handed over. Of other leads
    /// only those are heard of that somebody took up by hand, and these mostly succeed.
    pub(super) fn is_fair(&self, lead: u32) -> bool {
        self.history.has_outcome_column || !self.history.hand_offs_of(lead).is_empty()
    }

    /// Returns leads that were judged and whose decisive moment falls into the cohort, with what became of them.
    pub(super) fn judged(&self) -> impl Iterator<Item = (u32, Outcome)> {
        let history = self.history;
        let span = self.span.filter(|_| !self.is_whole);
        let leads = (0..).zip(&history.leads);
        let within = leads.filter(move |(_, lead)| span.is_none_or(|span| span.contains(lead.decisive)));
        within.filter_map(move |(lead, _)| Some((lead, outcome(history, lead)?)))
    }
}

/// What counts as a lead that was worth passing on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Success {
    /// It became an opportunity; the opposite is a hand-off that ended without one.
    Opportunity,
    /// It was won; the opposite is one that ended otherwise.
    Win,
}

impl Success {
    /// Returns `opportunity` or `win`.
    pub fn word(self) -> &'static str {
        match self {
            Success::Opportunity => "opportunity",
            Success::Win => "win",
        }
    }
}

/// A lead or hand-off of which is known whether it was worth passing on, with what it had at its moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tried {
    /// The hand-off; `None` for a lead without one, whose outcome a column tells.
    pub(super) hand_off: Option<usize>,
    pub(super) fit: i64,
    pub(super) engagement: i64,
    pub(super) grade: u32,
    pub(super) success: bool,
}

impl Tried {
    pub(super) fn score(&self) -> i64 {
        self.fit + self.engagement
    }
}

impl Cohort<'_> {
    /// Returns what is known to have been worth passing on or not, and what that means here: an opportunity, or where the
    /// data tell no hand-off that ended without one, a win. Where a column tells outcomes, all leads are judged, else
    /// hand-offs.
    pub(super) fn tried(&self) -> (Success, Vec<Tried>) {
        if self.history.has_outcome_column {
            return (Success::Win, self.tried_leads());
        }
        let by_opportunity = self.tried_hand_offs(|hand_off| match hand_off.end {
            _ if hand_off.opportunity != NO_TIME => Some(true),
            HandOffEnd::Open => None,
            _ => Some(false),
        });
        if by_opportunity.iter().any(|tried| !tried.success) {
            return (Success::Opportunity, by_opportunity);
        }
        let by_win = self.tried_hand_offs(|hand_off| match hand_off.end {
            HandOffEnd::Open => None,
            end => Some(end == HandOffEnd::Won),
        });
        (Success::Win, by_win)
    }

    fn tried_hand_offs(&self, success: impl Fn(&HandOff) -> Option<bool>) -> Vec<Tried> {
        let tried = |(index, hand_off): (usize, &HandOff)| {
            Some(Tried {
                hand_off: Some(index),

                fit: i64::from(hand_off.fit),
                engagement: i64::from(hand_off.engagement),
                grade: hand_off.grade,
                success: success(hand_off)?,
            })
        };
        self.hand_offs().filter_map(tried).collect()
    }

    fn tried_leads(&self) -> Vec<Tried> {
        let tried = |(_, deal): (usize, &Deal)| {
            let lead = self.history.leads.get(deal.lead as usize)?;
            Some(Tried {
                hand_off: (deal.hand_off != NO_HAND_OFF).then_some(deal.hand_off as usize),

                fit: i64::from(lead.fit),
                engagement: i64::from(lead.engagement),
                grade: lead.grade,
                success: deal.end == DealEnd::Won,
            })
        };
        self.deals().filter_map(tried).collect()
    }
}

/// Returns how many of what was tried succeeded, and how many did not.
pub(super) fn known(tried: &[Tried]) -> Known {
    let won = tried.iter().filter(|tried| tried.success).count() as u64;
    Known { won, lost: tried.len() as u64 - won }
}

/// Returns what became of a lead: won where any deal was; else open while a deal or hand-off is in progress; else lost.
/// `None` for a lead that sales never had.
pub(super) fn outcome(history: &History, lead: u32) -> Option<Outcome> {
    let deals = history.deals.get(history.deals_of(lead)).unwrap_or_default();
    let hand_offs = history.hand_offs.get(history.hand_offs_of(lead)).unwrap_or_default();
    if deals.is_empty() && hand_offs.is_empty() {
        return None;
    }
    let is_open = deals.iter().any(|deal| deal.end == DealEnd::Open)
        || hand_offs.iter().any(|hand_off| hand_off.end == HandOffEnd::Open);
    Some(if deals.iter().any(|deal| deal.end == DealEnd::Won) {
        Outcome::Won
    } else if is_open {
        Outcome::Open
    } else {
        Outcome::Lost
    })
}

/// Returns the deals that came of a hand-off, or of a later one of the same lead.
pub(super) fn deals_since<'h>(history: &'h History, hand_off: usize, row: &HandOff) -> impl Iterator<Item = &'h Deal> {
    let deals = history.deals.get(history.deals_of(row.lead)).unwrap_or_default();
    deals.iter().filter(move |deal| deal.hand_off != NO_HAND_OFF && deal.hand_off as usize >= hand_off)
}
