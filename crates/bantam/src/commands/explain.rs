//! `bantam explain`: where a lead's points come from, or what a diagnostic code means.

mod json;
mod page;

use crate::cli::ExplainArguments;
use crate::failure::Failure;
use crate::{Done, clock, definitions, files, terminal};
use bantam_engine::explain::Explanation;
use bantam_engine::input::Dataset;
use bantam_engine::live::{StageChange, compile, explain_lead, next_change, stage_changes};
use bantam_engine::scores::LeadScore;
use bantam_engine::timeline::Timeline;
use bantam_lang::CheckedDefinition;
use bantam_lang::codes::{ALL, find_code};
use bantam_lang::convert::MICROS_PER_DAY;
use bantam_lang::nearest::did_you_mean;

/// How far ahead the next change is looked for.
const LOOK_AHEAD_DAYS: i64 = 366;

pub(crate) fn run(arguments: &ExplainArguments) -> Result<Done, Failure> {
    match &arguments.lead {
        Some(lead) => explain(arguments, lead),
        None => explain_code(&arguments.subject.to_string_lossy()),
    }
}

fn explain_code(text: &str) -> Result<Done, Failure> {
    let Some(entry) = find_code(text) else {
        let text = terminal::printable(text);
        let help = if text.ends_with(".yaml") || text.ends_with(".yml") {
            "name the lead too: `bantam explain DEFINITION LEAD --leads FILE --events FILE`".to_owned()
        } else {
            let nearest = did_you_mean(&text, ALL.iter().map(|entry| entry.code.0));
            nearest.unwrap_or_else(|| "codes stand in brackets behind `error` and `warning`, such as B0101".into())
        };
        return Err(Failure::bad_input(format!("there is no code `{text}`")).help(help));
    };
    terminal::print(&format!("{}\n", entry.page.trim_end()))?;
    Ok(Done::Well)
}

/// Everything there is to say about one lead.
pub(crate) struct LeadStory<'a> {
    pub(crate) definition: &'a CheckedDefinition,
    pub(crate) timeline: &'a Timeline,
    pub(crate) as_of: i64,
    pub(crate) explanation: Explanation,
    /// When time alone changes the result next, with the result from then on.
    pub(crate) next: Option<(i64, LeadScore)>,
    /// How the stage came about.
    pub(crate) history: Vec<StageChange>,
}

fn explain(arguments: &ExplainArguments, lead: &str) -> Result<Done, Failure> {
    let definition = definitions::read_usable(&arguments.subject)?;
    let as_of = super::as_of(&arguments.data)?;
    let data = files::read(&(&arguments.data).into(), &definition, as_of, |_| {})?;
    super::warn_if_stale(&arguments.data, &data.report, as_of);
    let timeline = data.timeline(lead.trim()).ok_or_else(|| unknown_lead(lead, &data))?;
    let story = tell_story(&definition, &timeline, as_of).ok_or_else(|| {
        let message =
            format!("lead `{}` has no row and no event at or before {}", terminal::printable(lead), clock::show(as_of));
        Failure::bad_input(message).help("choose a later `--as-of`")
    })?;
    let text = if arguments.json { format!("{:#}\n", json::to_json(&story)) } else { page::render(&story) };
    terminal::print(&text)?;
    Ok(if data.report.rejected() > 0 { Done::WithRejects } else { Done::Well })
}

/// Puts together what there is to say about a lead; `None` where nothing of it counts yet.
pub(crate) fn tell_story<'a>(
    definition: &'a CheckedDefinition,
    timeline: &'a Timeline,
    as_of: i64,
) -> Option<LeadStory<'a>> {
    let plan = compile(definition.meaning());
    let explanation = explain_lead(&plan, timeline, as_of)?;
    let horizon = as_of.saturating_add(LOOK_AHEAD_DAYS * MICROS_PER_DAY);
    let next = next_change(&plan, timeline, as_of, horizon)
        .and_then(|at| explain_lead(&plan, timeline, at).map(|explanation| (at, explanation.score)));
    let history = stage_changes(&plan, timeline, as_of);
    Some(LeadStory { definition, timeline, as_of, explanation, next, history })
}

/// Renders a lead's story as text.
pub(crate) fn render(story: &LeadStory<'_>) -> String {
    page::render(story)
}

fn unknown_lead(lead: &str, data: &Dataset) -> Failure {
    let lead = terminal::printable(lead);
    let known: Vec<_> = data.leads.ids.iter().take(100_000).collect();
    let help = did_you_mean(&lead, known.iter().map(|id| id.as_ref())).unwrap_or_else(|| {
        format!("there are {} in these files", terminal::counted(data.leads.ids.len() as u64, "lead"))
    });
    Failure::bad_input(format!("there is no lead `{lead}`")).help(help)
}
