//! Reads what marketing spent.
//!
//! Rows of spend are read by the reader of events: an event of which lead does not matter, whose time is the date. So all
//! formats, compressed files and folders work, and rows that cannot count are told with their place.

use crate::cli::ReportArguments;
use crate::failure::Failure;
use crate::files::{self, Request};
use crate::terminal;
use bantam_engine::columns::Column;
use bantam_engine::input::{Dataset, Format, Rejected};
use bantam_insight::report::Spend;
use bantam_lang::meaning::{Attribute, EventShape, Meaning, Type};

/// How many rejected rows are told on standard error.
const REJECTS_SHOWN: u64 = 5;

/// What was read.
pub(super) struct SpendRows {
    pub(super) rows: Vec<Spend>,
    pub(super) rejected: u64,
}

/// Returns what was spent; `None` where no file was named.
pub(super) fn read(arguments: &ReportArguments, as_of: i64) -> Result<Option<SpendRows>, Failure> {
    if arguments.spend.is_empty() {
        return Ok(None);
    }
    let mut rejected = 0;
    let input_format = arguments.data.input_format.map(Format::from);
    let request = Request { leads: &[], events: &arguments.spend, input_format };
    let data = files::read(&request, &shape(), as_of, |row| tell(&row, &mut rejected))?;
    let rows = rows(&data);
    // An amount that is text is one that does not convert: it counts as missing, and is told by the reader's report.
    files::tell(&data.report);
    let without = data.events.len() - rows.len();
    if without > 0 {
        let rows = terminal::counted(without as u64, "row");
        terminal::say(&format!("note: {rows} of spend have no amount that is a number and do not count"));
    }
    Ok(Some(SpendRows { rows, rejected: rejected + without as u64 }))
}

fn tell(row: &Rejected, rejected: &mut u64) {
    *rejected += 1;
    if *rejected <= REJECTS_SHOWN {
        terminal::say(&format!("rejected: {}: a row of spend needs a `date` and an `amount`", row.place));
    }
}

/// The columns of a file of spend. Its amount stands for the lead and the name that an event has to have.
fn shape() -> Meaning {
    let column = |name: &str, kind: Type| Attribute {
        name: name.to_owned(),
        kind,
        column: name.to_owned(),
        missing: Vec::new(),
        default: None,
    };
    let properties = vec![
        column("amount", Type::Number),
        column("lead_source", Type::Text),
        column("source", Type::Text),
        column("campaign", Type::Text),
    ];
    let event = EventShape {
        lead_column: "amount".into(),
        name_column: "amount".into(),
        time_column: "date".into(),
        properties,
        ..EventShape::default()
    };
    Meaning { event, ..Meaning::default() }
}

fn rows(data: &Dataset) -> Vec<Spend> {
    let [amounts, lead_source, source, campaign] = data.events.properties.as_slice() else { return Vec::new() };
    let Column::Number(amounts) = amounts else { return Vec::new() };
    let text = |column: &Column, row: usize| match column {
        Column::Text(texts) => texts.get(row).map(str::to_owned),
        _ => None,
    };
    let dated = data.events.time.iter().zip(amounts).enumerate().filter(|(_, (_, amount))| !amount.is_nan());
    dated
        .map(|(row, (&date, &amount))| Spend {
            date,
            amount,
            source: text(lead_source, row).or_else(|| text(source, row)),
            campaign: text(campaign, row),
        })
        .collect()
}
