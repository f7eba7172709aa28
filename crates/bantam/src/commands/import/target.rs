//! Where facts go: into a store that nobody else writes to, or to a running service.

use crate::cli::ImportArguments;
use crate::commands::serve::store_failure;
use crate::commands::service::Service;
use crate::failure::Failure;
use crate::{clock, terminal};
use bantam_lang::meaning::Meaning;
use bantam_server::{Clock, Imported, Importer, ReadLines, Recorder, Unavailable};
use bantam_store::{Location, Store};
use reqwest::StatusCode;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::runtime::Runtime;

/// How often a service is asked again that takes nothing now; with the pauses it is about two minutes.
const TRIES_MAX: u32 = 12;
/// The longest pause, in seconds.
const PAUSE_MAX: u64 = 15;

/// What became of a group: counts, and the rejected rows by their place in it, from 0.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) accepted: u64,
    pub(super) duplicate: u64,
    pub(super) rejected: Vec<(usize, String)>,
}

/// Where facts go.
pub(super) enum Target {
    /// Nowhere: rows are only counted.
    Nothing,
    /// Into memory, for a command that takes them in its own way.
    Memory(Vec<Vec<u8>>),
    Store(Box<StoreTarget>),
    Service(Box<Service>),
}

pub(super) struct StoreTarget {
    /// Where the store is.
    pub(super) path: PathBuf,
    runtime: Runtime,
    importer: Arc<Importer>,
    /// A group that is being recorded while the next one is read.
    recording: Option<tokio::task::JoinHandle<Result<Imported, Unavailable>>>,
    thread: JoinHandle<()>,
    meaning: Option<Arc<Meaning>>,
}

impl Target {
    pub(super) fn open(arguments: &ImportArguments) -> Result<Target, Failure> {
        match (&arguments.store, &arguments.to) {
            _ if arguments.dry_run => Ok(Target::Nothing),
            (_, Some(url)) => {
                let (key, file) = (arguments.key.as_deref(), arguments.key_file.as_deref());
                Ok(Target::Service(Box::new(Service::at(url, key, file)?)))
            }
            (Some(path), None) => Ok(Target::Store(Box::new(store(path, &arguments.source)?))),
            (None, None) => Err(Failure::bad_input("there is nowhere to import to")
                .help("name a store with `--store FILE`, or a service with `--to URL`")),
        }
    }

    /// Returns what the definition means that is active there.
    pub(super) fn meaning(&self) -> Option<Arc<Meaning>> {
        match self {
            Target::Store(target) => target.meaning.clone(),
            _ => None,
        }
    }

    /// Reads a group of lines for a store, which can be done while the one before is recorded.
    pub(super) fn read(&self, lines: &[(u64, Vec<u8>)]) -> Option<ReadLines> {
        if let Target::Store(target) = self { Some(target.importer.read(lines)) } else { None }
    }

    /// Begins to take a group of lines, after the one before was finished. What became of it tells [`Target::finish`], or
    /// this one where it is known at once.
    pub(super) fn begin(
        &mut self,
        lines: &[(u64, Vec<u8>)],
        read: Option<ReadLines>,
    ) -> Result<Option<Outcome>, Failure> {
        match self {
            Target::Nothing => Ok(Some(Outcome::default())),
            Target::Memory(kept) => {
                kept.extend(lines.iter().map(|(_, line)| line.clone()));
                Ok(Some(Outcome::default()))
            }
            Target::Store(target) => {
                let importer = target.importer.clone();
                let read = read.unwrap_or_else(|| importer.read(lines));
                target.recording = Some(target.runtime.spawn(async move {
                    let mut imported = Imported::default();
                    importer.record(read, &mut imported).await.map(|()| imported)
                }));
                Ok(None)
            }
            Target::Service(service) => service.runtime.block_on(send(service, lines)).map(Some),
        }
    }

    /// Waits for the group that was begun last; then it is on the disk.
    pub(super) fn finish(&mut self) -> Result<Outcome, Failure> {
        let Target::Store(target) = self else { return Ok(Outcome::default()) };
        let Some(recording) = target.recording.take() else { return Ok(Outcome::default()) };
        let ended = || Failure::device("the store takes nothing more").help("run it again to go on");
        let imported = target.runtime.block_on(recording).map_err(|_| ended())?.map_err(|_| ended())?;
        let rejected = imported.rejections.into_iter().map(|rejected| {
            let place = usize::try_from(rejected.line).unwrap_or(0).saturating_sub(1);
            let field = rejected.field.map_or(String::new(), |field| format!("`{field}` "));
            (place, field + &rejected.reason)
        });
        let rejected = rejected.collect();
        Ok(Outcome { accepted: imported.accepted, duplicate: imported.duplicate, rejected })
    }

    /// Lets go of the store.
    pub(super) fn close(self) -> Result<(), Failure> {
        let Target::Store(target) = self else { return Ok(()) };
        let StoreTarget { runtime, importer, thread, .. } = *target;
        drop((runtime, importer));
        thread.join().map_err(|_| Failure::device("the store failed at the end"))
    }
}

fn new_runtime() -> Result<Runtime, Failure> {
    Runtime::new().map_err(|error| Failure::device(error.to_string()))
}

fn store(path: &Path, source: &str) -> Result<StoreTarget, Failure> {
    let holder = format!("bantam import, process {}", std::process::id());
    let store = Store::open(&Location::from(path.to_owned()), &holder).map_err(|error| {
        store_failure(error).help("while a service uses the store, import with `--to URL --key KEY`")
    })?;
    let now: Clock = Arc::new(clock::now);
    let failed = |problem: String| Failure::device(problem);
    let (recorder, thread) = Recorder::start(store, now.clone()).map_err(|error| failed(error.to_string()))?;
    let runtime = new_runtime()?;
    let meaning = recorder.work(|desk, _, _| Ok(desk.rules().map(|rules| rules.meaning.clone())));
    let meaning = runtime.block_on(meaning).map_err(|_| failed("the store takes nothing".into()))?;
    let importer = runtime.block_on(Importer::new(recorder, now, source, true));
    let importer = importer.map_err(|_| failed("the store takes nothing".into()))?;
    let importer = Arc::new(importer);
    Ok(StoreTarget { path: path.to_owned(), runtime, importer, recording: None, thread, meaning })
}

/// Sends a group, again where the service is busy or away: what came through is known there.
async fn send(service: &Service, lines: &[(u64, Vec<u8>)]) -> Result<Outcome, Failure> {
    let mut body = Vec::new();
    for (_, line) in lines {
        body.extend_from_slice(line);
        body.push(b'\n');
    }
    let url = format!("{}/v1/import", service.url);
    let mut problem = String::new();
    for attempt in 0..TRIES_MAX {
        let request = service.client.post(&url).bearer_auth(&service.key).body(body.clone());
        let mut pause = 1 << attempt.min(4);
        match request.send().await {
            Ok(response) if is_passing(response.status()) => {
                let asked = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
                pause = asked.unwrap_or(pause);
                problem = format!("it answered {}", response.status());
            }
            Ok(response) => return outcome(response).await,
            Err(error) => problem = error.without_url().to_string(),
        }
        tokio::time::sleep(Duration::from_secs(pause.min(PAUSE_MAX))).await;
    }
    Err(Failure::device(format!("the service takes nothing: {problem}")).help("run it again to go on"))
}
fn is_passing(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS
}

async fn outcome(response: reqwest::Response) -> Result<Outcome, Failure> {
    let status = response.status();
    let text = response.text().await.map_err(|error| Failure::device(error.without_url().to_string()))?;
    let answer: Value = serde_json::from_str(&text).unwrap_or_default();
    if !status.is_success() {
        let message = answer.pointer("/error/message").and_then(Value::as_str).unwrap_or("no reason was given");
        let message = terminal::printable(message);
        return Err(Failure::bad_input(format!("the service refused the import with {status}: {message}")));
    }
    let count = |name: &str| answer.get(name).and_then(Value::as_u64);
    let (Some(accepted), Some(duplicate)) = (count("accepted"), count("duplicate")) else {
        return Err(
            Failure::bad_input("what answers there is no service of bantam").help("check the address after `--to`")
        );
    };
    let rejections = answer.get("rejections").and_then(Value::as_array).into_iter().flatten();
    let rejected = rejections.filter_map(|told| {
        let place = usize::try_from(told.get("line")?.as_u64()?).ok()?.checked_sub(1)?;
        let field = told.get("field").and_then(Value::as_str).map_or(String::new(), |field| format!("`{field}` "));
        Some((place, field + told.get("reason")?.as_str()?))
    });
    Ok(Outcome { accepted, duplicate, rejected: rejected.collect() })
}
