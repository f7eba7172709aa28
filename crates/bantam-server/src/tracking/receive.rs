//! Receives a body within the limits on its size, on its time, and on what all bodies take together.

use crate::app::App;
use crate::intake::{DECODED_BYTES_MAX, ENCODED_BYTES_MAX, UnpackError, unpack};
use crate::problem::Problem;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// How many bytes facts take for each byte of the body they were made of, where messages are small: ids, maps, and the
/// record that will be written.
const FACTS_PER_BYTE: usize = 4;

/// A body on its way, with the room that is kept for it.
pub(super) struct Received {
    /// As they came: to put them together while more is to come would take twice the room.
    pieces: Vec<Bytes>,
    length: usize,
    room: Vec<OwnedSemaphorePermit>,
}

/// Receives a body. A sender that is too slow is asked to try again: a refusal would make SDKs throw the facts away.
pub(super) async fn receive(app: &App, request: Request) -> Result<Received, Problem> {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: usize| length > ENCODED_BYTES_MAX) {
        return Err(too_large(length));
    }
    let receive = async {
        let mut received = Received { pieces: Vec::new(), length: 0, room: Vec::new() };
        let mut body = request.into_body();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Problem::bad_request("body_cut_off", "the body was cut off"))?;
            let Ok(data) = frame.into_data() else { continue };
            received.length += data.len();
            if received.length > ENCODED_BYTES_MAX {
                return Err(too_large(None));
            }
            received.room.push(app.reserve(data.len()).ok_or_else(Problem::busy)?);
            received.pieces.push(data);
        }
        Ok(received)
    };
    let late = || {
        let message = "the body took longer than 30 seconds; send it again";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "body_too_slow", message)
    };
    tokio::time::timeout(BODY_TIMEOUT, receive).await.map_err(|_| late())?
}

fn too_large(got: Option<usize>) -> Problem {
    let message = "the body is too large; send fewer messages at once";
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message).limit(ENCODED_BYTES_MAX, got)
}

/// Unpacks a body and reads it, a few at a time and on threads of their own. What was read comes with the room it takes.
pub(super) async fn unpack_and_read<T: Send + 'static>(
    app: &App,
    received: Received,
    encoding: Option<String>,
    read: impl FnOnce(&[u8]) -> Result<T, Problem> + Send + 'static,
) -> Result<(T, OwnedSemaphorePermit), Problem> {
    let turn = app.turn_to_read().await.ok_or_else(Problem::busy)?;
    let app = app.clone();
    let done = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let Received { pieces, room, .. } = received;
        let packed = pieces.concat();
        drop(pieces);
        let body = unpack(packed, encoding.as_deref()).map_err(unpack_problem)?;
        // What was packed is gone.
        drop(room);
        let room = app.reserve(FACTS_PER_BYTE * body.len()).ok_or_else(Problem::busy)?;
        Ok((read(&body)?, room))
    });
    done.await.map_err(|_| Problem::busy())?
}

/// Returns how a body is packed.
pub(super) fn one_encoding(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(header::CONTENT_ENCODING).iter();
    let first = values.next().map(|value| value.to_str().unwrap_or("?").to_owned());
    if values.next().is_some() {
        return Err(unpack_problem(UnpackError::Encoding));
    }
    Ok(first)
}

fn unpack_problem(error: UnpackError) -> Problem {
    match error {
        UnpackError::Encoding => {
            let message = "bodies may be packed once, with gzip, deflate, br or zstd";
            Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "encoding", message)
        }
        UnpackError::TooLarge => {
            let message = "the unpacked body is too large; send fewer messages at once";
            let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message);
            problem.limit(DECODED_BYTES_MAX, None)
        }
        UnpackError::Damaged => Problem::bad_request("damaged", "the packed body is damaged"),
    }
}
