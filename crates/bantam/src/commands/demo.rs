//! `bantam demo`: the whole of it on generated sample data.

use super::simulate::write_files;
use crate::cli::{DemoArguments, Invocation};
use crate::commands::explain::{render, tell_story};
use crate::commands::score::{Summary, print_ranking};
use crate::failure::Failure;
use crate::sink::Sink;
use crate::{Done, clock, definitions, files, terminal};
use bantam_engine::batch::{BatchOptions, score_batch};
use bantam_lang::convert::parse_time;
use bantam_simulate::{EventOrder, Format, Settings};
use clap::Parser;
use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

/// The definition of the sample company.
const DEFINITION: &str = include_str!("../../demo/acme.yaml");
/// Marks a folder whose sample files are the demo's own, so that running it again may replace them.
const MARKER: &str = ".bantam-demo";
/// Leads shown of the ranking.
const TOP: usize = 10;
/// History ends here: always the same moment, so that everybody sees the same figures.
const AS_OF: &str = "2026-01-01";
/// Days of history.
const DAYS: u32 = 90;
/// The days up to now, for the service, whose clock is the real one.
const LIVE_FOLDER: &str = "live";
/// What the service of the demo is asked with. It listens on this machine alone.
const KEYS: [(&str, &str); 3] =
    [("--write-key", "demo-write"), ("--read-key", "demo-read"), ("--manage-key", "demo-manage")];

pub(crate) fn run(arguments: &DemoArguments) -> Result<Done, Failure> {
    let folder = &arguments.folder;
    let as_of = parse_time(AS_OF).ok_or_else(|| Failure::ours("the demo's moment cannot be read"))?;
    let settings = Settings::new(arguments.seed, arguments.leads, DAYS, as_of);
    let summary = make_files(&settings, folder)?;
    terminal::print(&format!(
        "A sample company: {} with {} over {DAYS} days, in {}\n\n",
        terminal::counted(summary.leads, "lead"),
        terminal::counted(summary.events, "event"),
        folder.display()
    ))?;
    show(folder, as_of)?;
    terminal::print(&next_steps(folder))?;
    let wanted = arguments.serve || std::io::stdout().is_terminal() && !arguments.no_serve;
    if wanted { serve(arguments) } else { Ok(Done::Well) }
}

/// Fills a store with the same company, its last days being those before now, and starts the service on it.
fn serve(arguments: &DemoArguments) -> Result<Done, Failure> {
    let folder = &arguments.folder;
    let (store, definition) = (folder.join("demo.db"), folder.join("acme.yaml"));
    if !store.exists() {
        let live = folder.join(LIVE_FOLDER);
        write_files(
            &Settings::new(arguments.seed, arguments.leads, DAYS, clock::now()),
            Format::Csv,
            EventOrder::ByTime,
            &live,
            true,
        )?;
        let file = |name: &str| live.join(name).into_os_string();
        let files = [("--leads", "leads.csv"), ("--events", "events.csv"), ("--spend", "spend.csv")];
        let mut import: Vec<OsString> = vec!["import".into(), "--store".into(), store.clone().into()];
        import.extend(["--definition".into(), definition.clone().into()]);
        import.extend(files.into_iter().flat_map(|(option, name)| [option.into(), file(name)]));
        // Some events were sent twice: they are the same event but for when they arrived.
        import.extend(["--map".into(), "received_at=".into()]);
        call(import)?;
    }
    let address = arguments.listen;
    terminal::say(&format!(
        "\nThe service runs on {}; Ctrl-C ends it. In another terminal:\n\
         \x20 curl -H 'Authorization: Bearer demo-read' 'http://{address}/api/leads?limit=3'\n\
         \x20 curl -H 'Authorization: Bearer demo-read' http://{address}/api/hand-offs\n\
         \x20 curl -u demo-write: http://{address}/v1/track -d '{{\"userId\": \"ann\", \"event\": \"demo_requested\"}}'\n\
         \x20 curl -H 'Authorization: Bearer demo-read' http://{address}/api/leads/ann\n",
        store.display()
    ));
    let mut service: Vec<OsString> = vec!["serve".into(), "--store".into(), store.into()];
    service.extend(["--definition".into(), definition.into(), "--listen".into(), address.to_string().into()]);
    service.extend(KEYS.iter().flat_map(|&(option, key)| [option.into(), key.into()]));
    call(service)
}

/// Runs another command, as if it had been called by its arguments.
fn call(arguments: Vec<OsString>) -> Result<Done, Failure> {
    let arguments = std::iter::once("bantam".into()).chain(arguments);
    let called = Invocation::try_parse_from(arguments).map_err(|error| Failure::ours(error.to_string()))?;
    crate::run(called.command)
}

/// Writes the sample files and the definition; a definition that is there already is kept, somebody may have changed it.
fn make_files(settings: &Settings, folder: &Path) -> Result<bantam_simulate::Summary, Failure> {
    let again = folder.join(MARKER).is_file();
    let summary = write_files(settings, Format::Csv, EventOrder::ByTime, folder, again)?;
    let definition = folder.join("acme.yaml");
    if !definition.exists() {
        write_text(&definition, DEFINITION)?;
    }
    if !again {
        write_text(&folder.join(MARKER), "Files of `bantam demo`; running it again replaces the sample data.\n")?;
    }
    Ok(summary)
}

fn write_text(path: &Path, text: &str) -> Result<(), Failure> {
    let mut sink = Sink::open(path, false)?;
    sink.write_all(text.as_bytes()).map_err(|error| sink.failure(&error))?;
    sink.finish()
}

/// Scores the sample, prints the ranking and explains the best lead.
fn show(folder: &Path, as_of: i64) -> Result<(), Failure> {
    let definition = definitions::read_usable(&folder.join("acme.yaml"))?;
    let (leads, events): ([PathBuf; 1], [PathBuf; 1]) = ([folder.join("leads.csv")], [folder.join("events.csv")]);
    let request = files::Request { leads: &leads, events: &events, input_format: None };
    let data = files::read(&request, &definition, as_of, |_| {})?;
    let scores = score_batch(&definition, &data.leads, &data.events, as_of, BatchOptions::default());
    print_ranking(&scores, &Summary::new(&scores, &definition, &data.report, as_of), TOP)?;
    let Some(best) = scores.iter().next() else { return Ok(()) };
    let timeline = data.timeline(best.lead_id());
    if let Some(story) = timeline.as_ref().and_then(|timeline| tell_story(&definition, timeline, as_of)) {
        terminal::print(&format!("\nWhy is {} first?\n\n{}", terminal::printable(best.lead_id()), render(&story)))?;
    }
    Ok(())
}

fn next_steps(folder: &Path) -> String {
    let at = |file: &str| folder.join(file).display().to_string();
    let (definition, leads, events) = (at("acme.yaml"), at("leads.csv"), at("events.csv"));
    let as_of = parse_time(AS_OF).map_or_else(|| AS_OF.to_owned(), clock::show);
    let command = std::env::args().next().filter(|name| name.contains("target")).unwrap_or_else(|| "bantam".into());
    format!(
        "\nWhat to try next\n\
         \x20 Read the definition, {definition}: it is short, and all of the above follows from it.\n\
         \x20 Check it beside the data:   {command} check {definition} --leads {leads} --events {events} --as-of {as_of}\n\
         \x20 Change a point, then score: {command} score {definition} --leads {leads} --events {events} --as-of {as_of}\n\
         \x20 Explain any lead:           {command} explain {definition} L0000042 --leads {leads} --events {events} --as-of {as_of}\n\
         \x20 Start your own:             {command} init --template mql-sal-sql my-company.yaml\n"
    )
}
