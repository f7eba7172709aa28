//! Turns a [`Report`] into a [`Document`]: figures with what they mean, what they say, and what was left out and why.

mod changes;
mod drawn;
mod journey;
mod key;
mod ladder;
mod quality;
mod words;

use super::Report;
use crate::document::{Document, Particular, Section};
use crate::history::History;
use words::{counted, dates};

/// What a report is about, for its title.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The definition's name, where it has one.
    pub definition: Option<String>,
    /// The definition's fingerprint.
    pub fingerprint: String,
    /// The end of the history, as people read it.
    pub as_of: String,
    /// Whether who reads it asked for it on the command line, and may be told options of it.
    pub is_command: bool,
}

/// Returns a report as a document.
pub fn report_document(report: &Report, history: &History, about: &About) -> Document {
    let mut sections = vec![key::key_metrics(report)];
    sections.extend(key::cuts(report, about));
    sections.push(ladder::waterfall(report, history));
    sections.push(quality::calibration(report));
    sections.push(quality::threshold(report));
    sections.push(quality::wasted(report));
    sections.push(quality::missed(report));
    sections.push(journey::journeys(report));
    if report.span.is_some() {
        sections.push(key::speed(report));
        sections.push(changes::drift(report));
        sections.push(changes::turned(report));
    }
    sections.push(left_out(report, history, about));
    let title =
        about.definition.as_ref().map_or_else(|| "Lead report".to_owned(), |name| format!("Lead report: {name}"));
    Document { title, subtitle: particulars(report, about), sections }
}

fn particulars(report: &Report, about: &About) -> Vec<Particular> {
    let time = report.span.map_or_else(|| "facts without times".to_owned(), dates);
    vec![
        Particular::new("Time", time),
        Particular::new("As of", about.as_of.clone()),
        Particular::new("Definition", about.definition.clone().unwrap_or_else(|| "without a name".to_owned())),
        Particular::new("Fingerprint", about.fingerprint.clone()),
    ]
}

/// What the data did not tell, so that nobody takes silence for a finding.
fn left_out(report: &Report, history: &History, about: &About) -> Section {
    let mut notes = Vec::new();
    let mut note = |applies: bool, text: String| {
        if applies {
            notes.push(text);
        }
    };
    note(
        report.span.is_none(),
        "No fact has a time: leads have neither events nor a column that says when they came. So nothing is said about when: \
         no periods, no time between stages, no speed, no drift, and a hand-off is a lead that stands on the hand-off stage or \
         above now."
            .into(),
    );
    note(
        report.span.is_some() && report.undated_leads > 0,
        format!(
            "{} have no fact with a time. They count where no period is asked for, and nowhere else.",
            counted(report.undated_leads, "lead")
        ),
    );
    note(
        report.has_outcome_column,
        "Outcomes come from a column, which does not say when: there are no sales cycles, and what a lead did after its end \
         cannot be told from what it did before."
            .into(),
    );
    note(
        report.timeless_rows > 0,
        format!(
            "The rows of {} have no `updated_at`: their attributes count from the beginning, although they may have been \
             written later. Where sales fills in attributes, figures about fit look better than they were.",
            counted(report.timeless_rows, "lead")
        ),
    );
    note(
        report.deals_without_opening > 0,
        format!(
            "{} were closed without having been opened: they count as opened on the day they were closed.",
            counted(report.deals_without_opening, "opportunity")
        ),
    );
    note(
        report.idle_answers > 0,
        format!("{} of sales met no hand-off in progress and count nowhere.", counted(report.idle_answers, "answer")),
    );
    note(report.total.money.spend.is_none(), "No spend was given, so there are no costs and no return on it.".into());
    note(
        history.deals.is_empty(),
        format!(
            "There is no outcome: no event that the definition's `sales` names{}. So whether the definition is right cannot be \
             told.",
            if about.is_command { ", and no column was named with `--outcome`" } else { "" }
        ),
    );
    note(
        true,
        "What would have become of leads that were never handed over is not known. Rates are of those that were."
            .into(),
    );
    drawn::section("left-out", "What is not in this report", "What the data do not tell, and why.", None, notes)
}
