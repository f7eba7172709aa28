//! When somebody works: what the definition says, which is the place to change it.

use crate::api::shown::active_rules;
use crate::app::App;
use crate::problem::Problem;
use crate::web::access::Visitor;
use crate::web::frame::{Frame, render};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bantam_lang::meaning::OfficeHours;

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

#[derive(Template)]
#[template(path = "hours.html")]
struct Page {
    frame: Frame,
    has_definition: bool,
    heading: String,
    zone: String,
    /// Each day with its hours.
    days: Vec<(&'static str, String)>,
    holidays: Vec<String>,
}

/// Shows the office hours.
pub(crate) async fn show(State(app): State<App>, Visitor(signed): Visitor) -> Result<Response, Problem> {
    let rules = app.read(|reader| reader.read(active_rules)).await?;
    let hours = rules.as_ref().and_then(|rules| rules.meaning.office_hours.as_ref());
    Ok(render(&Page {
        frame: Frame::of(Some(&signed), "/settings", "Office hours"),
        has_definition: rules.is_some(),
        heading: hours.map_or_else(|| "All hours count".to_owned(), heading),
        zone: hours.map(|hours| hours.time_zone.clone()).unwrap_or_default(),
        days: hours.map(days).unwrap_or_default(),
        holidays: hours.map(|hours| hours.holidays.clone()).unwrap_or_default(),
    }))
}

fn heading(hours: &OfficeHours) -> String {
    let minutes: u32 = hours.days.iter().flatten().map(|(from, to)| u32::from(to.saturating_sub(*from))).sum();
    let rest = if minutes % 60 == 0 { String::new() } else { format!(" {} min", minutes % 60) };
    format!("{} hours{rest} a week count for answers", minutes / 60)
}

fn days(hours: &OfficeHours) -> Vec<(&'static str, String)> {
    let range = |(from, to): &(u16, u16)| format!("{} to {}", clock(*from), clock(*to));
    let told = |ranges: &Vec<(u16, u16)>| match ranges.is_empty() {
        true => "closed".to_owned(),
        false => ranges.iter().map(range).collect::<Vec<_>>().join(", "),
    };
    DAYS.into_iter().zip(hours.days.iter().map(told)).collect()
}

fn clock(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}
