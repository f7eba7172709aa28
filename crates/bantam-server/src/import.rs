//! Takes many facts at once, one JSON object a line: what happened before there was a service.
//!
//! Lines are taken in groups, a transaction each, while they arrive; so memory does not grow with their number, and what a
//! group brought stays when the connection breaks. Whoever sends all of it again finds it there already.

mod lines;

use crate::app::App;
use crate::intake::{LineProblem, LineReading, Reading, read_line};
use crate::keys::{Caller, Scope};
use crate::problem::Problem;
use crate::recorder::{Clock, Recorder, Unavailable};
use crate::tracking::unavailable;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::{Extension, Json};
use bantam_core::{Given, Refusal, Taken};
use bantam_lang::meaning::SalesAnswer;
use http_body_util::BodyExt;
use lines::Lines;
use serde::Serialize;
use serde_json::json;
use std::time::Duration;
use utoipa::ToSchema;

/// How many lines share a transaction at most.
pub const GROUP_LINES_MAX: usize = 4_000;
/// And how many bytes, so that a group of long lines takes no more memory than one of short ones.
const GROUP_BYTES_MAX: usize = 1 << 20;
/// What one import takes in memory: a group of lines, four times that for its facts, and a piece on its way.
const ROOM_BYTES: usize = 6 << 20;
/// How many rejected lines are named in an answer.
const NAMED_MAX: usize = 4_000;
/// How long the next piece of a body may take.
const PIECE_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a group waits for its turn when the recorder is busy.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(200);

/// Takes lines.
pub struct Importer {
    recorder: Recorder,
    clock: Clock,
    source: String,
    is_trusted: bool,
    answers: Vec<String>,
}

/// What became of lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Facts that were new.
    pub accepted: u64,
    /// Facts that were known.
    pub duplicate: u64,
    /// Lines that are no facts, or cannot be taken.
    pub rejected: u64,
    /// The first of the rejected lines.
    pub rejections: Vec<RejectedLine>,
}

/// A line that was rejected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RejectedLine {
    /// Its number, from 1.
    pub line: u64,
    /// The field that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<&'static str>,
    /// What is wrong.
    pub reason: String,
}

impl Imported {
    fn reject(&mut self, line: u64, problem: LineProblem) {
        self.rejected += 1;
        if self.rejections.len() < NAMED_MAX {
            self.rejections.push(RejectedLine { line, field: problem.field, reason: problem.reason });
        }
    }
}

impl Importer {
    /// Prepares an import. Only a trusted sender may tell what sales answered and what was spent.
    ///
    /// # Errors
    /// Returns why the recorder takes nothing.
    pub async fn new(
        recorder: Recorder,
        clock: Clock,
        source: &str,
        is_trusted: bool,
    ) -> Result<Importer, Unavailable> {
        let names = recorder.work(|desk, _, _| {
            let name = |answer: SalesAnswer| match desk.rules() {
                Some(rules) => rules.answer_event(answer).to_owned(),
                None => answer.default_event().to_owned(),
            };
            Ok(SalesAnswer::ALL.map(name).to_vec())
        });
        let answers = names.await?;
        Ok(Importer { recorder, clock, source: source.to_owned(), is_trusted, answers })
    }

    /// Takes lines, each with its number, in one transaction, and adds to `imported` what became of them.
    ///
    /// # Errors
    /// Returns why nothing of them was taken.
    pub async fn take(&self, lines: &[(u64, Vec<u8>)], imported: &mut Imported) -> Result<(), Unavailable> {
        let now = (self.clock)();
        let reading = Reading { source: &self.source, now, sent_at: None, kind: None };
        let with = LineReading { reading, is_trusted: self.is_trusted, answers: &self.answers };
        let (mut given, mut numbers) = (Vec::with_capacity(lines.len()), Vec::with_capacity(lines.len()));
        let mut rejected = Vec::new();
        for (number, line) in lines {
            match read_line(line, &with) {
                Ok(fact) => {
                    given.push(Given::new(fact));
                    numbers.push(*number);
                }
                Err(problem) => rejected.push((*number, problem)),
            }
        }
        let taken = if given.is_empty() { Vec::new() } else { self.record(given).await? };
        for (number, taken) in numbers.into_iter().zip(&taken) {
            let reason = match taken {
                Taken::Accepted { .. } => {
                    imported.accepted += 1;
                    continue;
                }
                Taken::Duplicate { .. } => {
                    imported.duplicate += 1;
                    continue;
                }
                Taken::Conflict { .. } => "another message has this messageId and says something else; that one stands",
                Taken::Refused(Refusal::Erased) => "this person was erased",
                Taken::Refused(_) => "it cannot be taken",
            };
            rejected.push((number, LineProblem { field: None, reason: reason.to_owned() }));
        }
        rejected.sort_by_key(|(number, _)| *number);
        rejected.into_iter().for_each(|(number, problem)| imported.reject(number, problem));
        Ok(())
    }

    /// Records facts; where the recorder is busy, waits for it.
    async fn record(&self, given: Vec<Given>) -> Result<Vec<Taken>, Unavailable> {
        let mut waited = Duration::ZERO;
        loop {
            match self.recorder.take(given.clone(), Vec::new()).await {
                Err(Unavailable::Busy) if waited < PATIENCE => {
                    tokio::time::sleep(PAUSE).await;
                    waited += PAUSE;
                }
                done => return done,
            }
        }
    }
}

/// What became of lines that were sent.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportTaking {
    /// Always true: programs look for it.
    success: bool,
    lines: u64,
    accepted: u64,
    duplicate: u64,
    rejected: u64,
    /// The first of the rejected lines.
    #[schema(value_type = Vec<RejectedImportLine>)]
    rejections: Vec<RejectedLine>,
    rejections_not_named: u64,
}

/// A line that was rejected.
#[derive(Serialize, ToSchema)]
struct RejectedImportLine {
    /// Its number, from 1.
    line: u64,
    /// The field that is wrong.
    field: Option<String>,
    /// What is wrong.
    reason: String,
}

/// Send many facts of before
///
/// One JSON object a line, packed with gzip or not at all, as many lines as there are. A managing key may also tell what
/// sales answered and what was spent. Sent once more nothing is taken twice.
#[utoipa::path(post, path = "/v1/import", tag = "tracking",
    request_body(content = String, content_type = "application/x-ndjson", description = "One JSON object a line"),
    responses((status = 200, description = "What became of the lines", body = ImportTaking)))]
pub(crate) async fn import(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Json<ImportTaking>, Problem> {
    let is_trusted = caller.scope == Scope::Manage;
    if !is_trusted {
        app.rate.count(&caller.source).map_err(Problem::too_often)?;
    }
    let encoding = request.headers().get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok());
    let mut lines = Lines::new(encoding).ok_or_else(|| {
        let message = "lines may be packed with gzip, or not at all";
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "encoding", message)
    })?;
    let _room = app.reserve(ROOM_BYTES).ok_or_else(Problem::busy)?;
    let importer = Importer::new(app.recorder.clone(), app.clock().clone(), &caller.source, is_trusted);
    let importer = importer.await.map_err(unavailable)?;
    let mut imported = Imported::default();
    let taken = take_lines(&importer, request.into_body(), &mut lines, &mut imported).await;
    imported.rejections.sort_by_key(|rejected| rejected.line);
    // How far it came is told also where it did not come to the end.
    taken.map_err(|problem| problem.with(json!({"lines": lines.count(), "imported": imported.clone()})))?;
    let rejections_not_named = imported.rejected - imported.rejections.len() as u64;
    let Imported { accepted, duplicate, rejected, rejections } = imported;
    let lines = lines.count();
    Ok(Json(ImportTaking { success: true, lines, accepted, duplicate, rejected, rejections, rejections_not_named }))
}

async fn take_lines(
    importer: &Importer,
    mut body: Body,
    lines: &mut Lines,
    imported: &mut Imported,
) -> Result<(), Problem> {
    let mut group = Group::default();
    loop {
        let next = tokio::time::timeout(PIECE_TIMEOUT, body.frame()).await.map_err(|_| {
            let message = "the next lines took longer than 30 seconds; send all of it again";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "body_too_slow", message)
        })?;
        let Some(frame) = next else { break };
        let frame = frame.map_err(|_| Problem::bad_request("body_cut_off", "the body was cut off"))?;
        for part in frame.into_data().unwrap_or_default().chunks(lines::PART_BYTES) {
            lines.add(part).map_err(damaged)?;
            group.gather(importer, lines, imported).await?;
        }
    }
    lines.finish().map_err(damaged)?;
    group.gather(importer, lines, imported).await?;
    importer.take(&group.lines, imported).await.map_err(unavailable)
}

/// Lines that will be taken together.
#[derive(Default)]
struct Group {
    lines: Vec<(u64, Vec<u8>)>,
    bytes: usize,
}

impl Group {
    /// Gathers the lines that are there, and lets them be taken when there are enough.
    async fn gather(&mut self, importer: &Importer, from: &mut Lines, imported: &mut Imported) -> Result<(), Problem> {
        while let Some((number, line)) = from.next() {
            match line {
                Some(line) => {
                    self.bytes += line.len();
                    self.lines.push((number, line));
                }
                None => imported.reject(number, LineProblem { field: None, reason: lines::TOO_LONG.into() }),
            }
            if self.lines.len() >= GROUP_LINES_MAX || self.bytes >= GROUP_BYTES_MAX {
                importer.take(&self.lines, imported).await.map_err(unavailable)?;
                *self = Group::default();
            }
        }
        Ok(())
    }
}

fn damaged(_: std::io::Error) -> Problem {
    Problem::bad_request("damaged", "the packed body is damaged")
}
