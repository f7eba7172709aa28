//! `bantam demo`: the whole of it on generated sample data.

mod company;
mod desk;
mod people;
#[cfg(test)]
mod tests;

use super::simulate::write_files;
use crate::cli::{Command, DemoArguments, Invocation};
use crate::commands::explain::{render, tell_story};
use crate::commands::score::{Summary, print_ranking};
use crate::failure::Failure;
use crate::sink::Sink;
use crate::{Done, clock, definitions, files, terminal};
use bantam_core::DefinitionText;
use bantam_engine::batch::{BatchOptions, score_batch};
use bantam_lang::convert::parse_time;
use bantam_simulate::{EventOrder, Format, Settings};
use clap::Parser;
use company::Company;
use people::Everybody;
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
const STORE: &str = "demo.db";
/// What it is called while it is filled, and what stands beside it then.
const UNFINISHED: [&str; 4] = ["unfinished", "unfinished.lock", "unfinished-wal", "unfinished-shm"];
/// How to sign in there.
const SIGN_IN: &str = "sign-in.txt";
const MICROS_PER_DAY: i64 = 24 * 3_600 * 1_000_000;
/// What marketing wrote down as a change: a demo alone is not enough any more where nothing else happens.
const AS_AGREED: &str = "Sales-ready: engagement >= 50 ";
const AS_WISHED: &str = "Sales-ready: engagement >= 60 ";
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
    let (store, definition, sign_in) = (folder.join(STORE), folder.join("acme.yaml"), folder.join(SIGN_IN));
    if !store.exists() {
        terminal::say("filling a store with the last 90 days of the company; this takes some seconds");
        fill(arguments, clock::now(), &store, &definition, &sign_in)?;
    }
    let address = arguments.listen;
    let host = if address.ip().is_loopback() { "localhost".to_owned() } else { address.ip().to_string() };
    let url = format!("http://{host}:{}", address.port());
    if let Ok(people) = std::fs::read_to_string(&sign_in) {
        terminal::say(&format!("\nOpen {url} and sign in as one of these:\n{}", people.trim_end()));
    }
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
    if address.ip().is_loopback() && address.port() != 0 {
        // There is no TLS on the machine itself; not all browsers keep a session without it unless they are told.
        service.extend(["--public-url".into(), url.into()]);
    }
    service.extend(KEYS.iter().flat_map(|&(option, key)| [option.into(), key.into()]));
    call(service)
}

/// Fills the store with the days before a moment; beside its place, so that one that was broken off is begun anew.
fn fill(arguments: &DemoArguments, until: i64, store: &Path, definition: &Path, sign_in: &Path) -> Result<(), Failure> {
    let live = arguments.folder.join(LIVE_FOLDER);
    let settings = Settings::new(arguments.seed, arguments.leads, DAYS, until);
    write_files(&settings, Format::Csv, EventOrder::ByTime, &live, true)?;
    let file = |name: &str| live.join(name).into_os_string();
    let files = [("--leads", "leads.csv"), ("--events", "events.csv"), ("--spend", "spend.csv")];
    let mut import: Vec<OsString> = vec!["bantam".into(), "import".into(), "--dry-run".into(), "--definition".into()];
    import.push(definition.into());
    import.extend(files.into_iter().flat_map(|(option, name)| [option.into(), file(name)]));
    // Some events were sent twice: they are the same event but for when they arrived.
    import.extend(["--map".into(), "received_at=".into()]);
    let called = Invocation::try_parse_from(import).map_err(|error| Failure::ours(error.to_string()))?;
    let Command::Import(import) = called.command else { return Err(Failure::ours("an import is another command")) };
    let text = read_text(definition)?;
    let company = Company {
        lines: super::import::lines(&import)?,
        draft: DefinitionText { text: text.text.replace(AS_AGREED, AS_WISHED), ..text.clone() },
        definition: text,
        from: until - i64::from(DAYS) * MICROS_PER_DAY,
        until,
    };
    let everybody = Everybody::new()?;
    let unfinished = store.with_extension(UNFINISHED[0]);
    let clear = || {
        for left in UNFINISHED {
            let _ = std::fs::remove_file(store.with_extension(left));
        }
    };
    clear();
    company::fill(&unfinished, company, &everybody)?;
    everybody.write(sign_in)?;
    std::fs::rename(&unfinished, store).map_err(|error| Failure::file(store, "write", &error))?;
    clear();
    Ok(())
}

fn read_text(path: &Path) -> Result<DefinitionText, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, "read", &error))?;
    Ok(DefinitionText { name: path.display().to_string(), text, lists: Vec::new() })
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
    let timeline = data.timeline(&best.lead_id());
    if let Some(story) = timeline.as_ref().and_then(|timeline| tell_story(&definition, timeline, as_of)) {
        terminal::print(&format!("\nWhy is {} first?\n\n{}", terminal::printable(&best.lead_id()), render(&story)))?;
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
