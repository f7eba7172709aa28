//! `bantam check`: what is wrong with a definition, alone or beside real data.

use crate::cli::CheckArguments;
use crate::failure::Failure;
use crate::{Done, clock, definitions, files, terminal};
use bantam_engine::input::Dataset;
use bantam_lang::diagnostic::{Diagnostic, Severity, sort_diagnostics};
use bantam_lang::source::Source;
use bantam_lang::{CheckedDefinition, Loaded};
use serde_json::{Value, json};

pub(crate) fn run(arguments: &CheckArguments) -> Result<Done, Failure> {
    let Loaded { source, checked, mut diagnostics } = definitions::read(&arguments.definition)?;
    let with_data = !(arguments.data.leads.is_empty() && arguments.data.events.is_empty());
    let mut survey_text = None;
    let mut survey_json = Value::Null;
    let mut rejected = 0;
    if let (true, Some(definition)) = (with_data, &checked) {
        let as_of = super::as_of(&arguments.data)?;
        let data = read_data(arguments, definition, as_of)?;
        rejected = data.report.rejected();
        super::warn_if_stale(&arguments.data, &data.report, as_of);
        let survey = bantam_engine::survey::survey(definition, &data, as_of);
        diagnostics.extend(bantam_engine::survey::diagnostics(&survey, definition));
        sort_diagnostics(&mut diagnostics);
        survey_text = Some(bantam_engine::survey::render(&survey, terminal::width()));
        survey_json = bantam_engine::survey::to_json(&survey);
    }
    if arguments.json {
        let all = json!({
            "file": source.name,
            "fingerprint": checked.as_ref().map(|definition| definition.fingerprint().to_string()),
            "diagnostics": diagnostics.iter().map(|each| to_json(each, &source)).collect::<Vec<_>>(),
            "data": survey_json,
        });
        terminal::print(&format!("{all:#}\n"))?;
    } else {
        report(&source, checked.as_ref(), &diagnostics, survey_text)?;
    }
    Ok(outcome(&diagnostics, arguments.deny_warnings, rejected))
}

fn outcome(diagnostics: &[Diagnostic], deny_warnings: bool, rejected: u64) -> Done {
    let errors = diagnostics.iter().any(|each| each.severity == Severity::Error);
    if errors || (deny_warnings && !diagnostics.is_empty()) {
        Done::FoundErrors
    } else if rejected > 0 {
        Done::WithRejects
    } else {
        Done::Well
    }
}

fn read_data(arguments: &CheckArguments, definition: &CheckedDefinition, as_of: i64) -> Result<Dataset, Failure> {
    let mut shown = 0;
    let data = files::read(&(&arguments.data).into(), definition, as_of, |row| {
        shown += 1;
        if shown <= 5 {
            terminal::say(&format!("rejected: {} ({})", terminal::printable(&row.reason), row.place));
        }
    })?;
    if shown > 0 {
        terminal::say(&format!("warning: {} rejected", terminal::counted(shown, "row")));
    }
    Ok(data)
}

/// Findings go to standard error, what the definition does on the data to standard output.
fn report(
    source: &Source,
    checked: Option<&CheckedDefinition>,
    diagnostics: &[Diagnostic],
    survey: Option<String>,
) -> Result<(), Failure> {
    if let Some(survey) = survey {
        terminal::print(&format!("{}\n", survey.trim_end()))?;
    }
    if !diagnostics.is_empty() {
        terminal::say(&definitions::show(diagnostics, source));
    }
    let codes =
        if diagnostics.is_empty() { "nothing to complain about" } else { "`bantam explain CODE` says more about each" };
    let what = checked.map_or_else(|| "nothing can be scored until the errors are mended".to_owned(), summary);
    terminal::say(&format!("{}: {what}; {codes}", source.name));
    Ok(())
}

fn summary(definition: &CheckedDefinition) -> String {
    let counted = |count: usize, noun: &str| terminal::counted(count as u64, noun);
    let review =
        definition.review_every_seconds.map(|every| format!(", to be reviewed every {}", clock::show_seconds(every)));
    format!(
        "{}, {}, {}, fingerprint {}{}",
        counted(definition.fit.rules.len(), "fit rule"),
        counted(definition.engagement.rules.len(), "engagement rule"),
        counted(definition.stages.len(), "stage"),
        definition.fingerprint().short(),
        review.unwrap_or_default()
    )
}

fn to_json(diagnostic: &Diagnostic, source: &Source) -> Value {
    let place = |offset: usize| {
        let (line, column) = source.line_column(offset);
        json!({"line": line, "column": column})
    };
    json!({
        "code": diagnostic.code.0,
        "severity": diagnostic.severity.word(),
        "message": diagnostic.message,
        "label": diagnostic.label,
        "help": diagnostic.help,
        "start": place(diagnostic.span.start),
        "end": place(diagnostic.span.end),
        "related": diagnostic.related.iter().map(|(span, what)| json!({"start": place(span.start), "what": what})).collect::<Vec<_>>(),
    })
}
