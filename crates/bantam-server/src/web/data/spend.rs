//! Spend: what went into marketing, listed and entered.

use super::{Tab, frame, is_keeper, tabs};
use crate::api::extract::FromBody;
use crate::api::spend::{self as api, SpendRequest, spent_after};
use crate::api::values::{Moment as At, Name};
use crate::app::App;
use crate::people::{Origin, Signed};
use crate::problem::Problem;
use crate::web::access::{Visitor, redirect};
use crate::web::errors::Errors;
use crate::web::forms::{FromForm, FromSearch};
use crate::web::frame::{Frame, render};
use crate::web::lead::{caller, name};
use crate::web::marks::{Names, encoded};
use crate::web::words::{Calendar, Notice, amount};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bantam_core::fact::FactKind;
use bantam_lang::convert::{parse_number, parse_time};
use serde::Deserialize;

/// How many entries are read for the page: some years of them.
const READ_MAX: usize = 5_000;
/// How many are shown, the latest first.
const ROWS: usize = 200;
/// What the sentence above the list is about, in microseconds.
const LATELY: i64 = 30 * 86_400_000_000;

/// Something that was spent.
struct Row {
    day: String,
    amount: String,
    lead_source: String,
    campaign: String,
    by: String,
    /// Where it can be taken back; none where it was.
    take_back: Option<String>,
}

/// What was typed.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Typed {
    date: String,
    amount: String,
    lead_source: String,
    campaign: String,
}

#[derive(Template)]
#[template(path = "data_spend.html")]
struct Page {
    frame: Frame,
    tabs: [Tab; 6],
    heading: String,
    rows: Vec<Row>,
    /// How many older ones are not shown.
    has_more: bool,
    errors: Errors,
    typed: Typed,
    is_keeper: bool,
    is_marketing: bool,
}

/// What was just done.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shown {
    done: Option<Done>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Done {
    Entered,
    Known,
}

/// Shows what was spent.
pub(crate) async fn show(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromSearch(shown): FromSearch<Shown>,
) -> Result<Response, Problem> {
    let text = shown.done.map(|done| match done {
        Done::Entered => "It is entered.",
        Done::Known => "The same was entered before; it counts once.",
    });
    let notice = text.map(|text| Notice { text: text.to_owned(), undo: None, is_bad: false });
    page(&app, &signed, notice, Errors::default(), Typed::default()).await
}

async fn page(
    app: &App,
    signed: &Signed,
    notice: Option<Notice>,
    errors: Errors,
    typed: Typed,
) -> Result<Response, Problem> {
    let calendar = Calendar::new(app.now(), None);
    let (found, names) = app
        .read(|reader| {
            reader.read(|ledger| Ok::<_, Problem>((spent_after(ledger, 0, READ_MAX)?, Names::read(ledger)?)))
        })
        .await?;
    let mut lately = 0.0;
    let mut rows: Vec<(i64, Row)> = Vec::with_capacity(found.len());
    for (stored, fact) in &found {
        let FactKind::Spend { amount: spent, campaign, lead_source, by } = &fact.kind else { continue };
        let counts = stored.retracted_by.is_none();
        if counts && fact.happened_at > calendar.now().saturating_sub(LATELY) {
            lately += spent;
        }
        let row = Row {
            day: calendar.day(fact.happened_at),
            amount: amount(*spent),
            lead_source: lead_source.clone().unwrap_or_default(),
            campaign: campaign.clone().unwrap_or_default(),
            by: names.of(by),
            take_back: counts.then(|| format!("/facts/{}/retract", encoded(&fact.message_id))),
        };
        rows.push((fact.happened_at, row));
    }
    rows.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let has_more = rows.len() > ROWS || found.len() >= READ_MAX;
    let heading = match rows.is_empty() {
        true => "Nothing was spent yet, as far as is known here".to_owned(),
        false if lately == 0.0 => "Nothing was spent in the last 30 days".to_owned(),
        false => format!("{} was spent in the last 30 days", amount(lately)),
    };
    let is_wrong = !errors.is_empty();
    let mut response = render(&Page {
        frame: frame(signed, "Spend").with_notice(notice),
        tabs: tabs("/data/spend"),
        heading,
        rows: rows.into_iter().take(ROWS).map(|(_, row)| row).collect(),
        has_more,
        errors,
        typed,
        is_keeper: is_keeper(signed),
        is_marketing: crate::web::access::MARKETING.admits(Some(signed)),
    });
    if is_wrong {
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// Enters what was spent.
pub(crate) async fn enter(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromForm(typed): FromForm<Typed>,
) -> Result<Response, Problem> {
    let request = match read(&typed, name(&signed.person)) {
        Ok(request) => request,
        Err(errors) => return page(&app, &signed, None, errors, typed).await,
    };
    match api::enter(State(app.clone()), caller(&signed, &origin), FromBody(request)).await {
        Ok((_, entered)) if entered.0.status == "accepted" => Ok(redirect("/data/spend?done=entered")),
        Ok(_) => Ok(redirect("/data/spend?done=known")),
        Err(problem) if problem.status.is_client_error() => {
            let field = match problem.field.as_deref() {
                Some("date") => "date",
                Some("lead_source") => "lead_source",
                Some("campaign") => "campaign",
                _ => "amount",
            };
            page(&app, &signed, None, Errors::one(field, &problem.message), typed).await
        }
        Err(problem) => Err(problem),
    }
}

fn read(typed: &Typed, by: Name) -> Result<SpendRequest, Errors> {
    let date = parse_time(&typed.date).ok_or_else(|| Errors::one("date", "give the day it counts on"))?;
    // People write thousands with commas.
    let plain = typed.amount.replace(',', "");
    let amount = parse_number(plain.trim()).filter(|amount| amount.is_finite());
    let amount = amount.ok_or_else(|| Errors::one("amount", "give an amount, such as 1,200.50"))?;
    let text = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty()).map(Name);
    let (lead_source, campaign) = (text(&typed.lead_source), text(&typed.campaign));
    Ok(SpendRequest { date: At(date), amount, lead_source, campaign, by, message_id: None })
}
