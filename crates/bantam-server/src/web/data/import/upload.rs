//! Reads the form with a file: the only form of ours that is not URL-encoded.

use crate::app::App;
use crate::people::Signed;
use crate::problem::Problem;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::StatusCode;

/// The largest file: what can be looked at and corrected by sight. `bantam import` takes any size.
pub(super) const FILE_BYTES_MAX: usize = 8 << 20;
/// The longest of the other fields.
const FIELD_BYTES_MAX: usize = 1 << 10;

/// What the form sent.
#[derive(Default)]
pub(crate) struct Sent {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

impl FromRequest<App> for Sent {
    type Rejection = Problem;

    async fn from_request(mut request: Request, app: &App) -> Result<Self, Problem> {
        let signed = request.extensions().get::<Signed>().cloned();
        // Each part has a limit of its own, and there may be a file and a text.
        DefaultBodyLimit::max(2 * FILE_BYTES_MAX + (64 << 10)).apply(&mut request);
        let mut parts = Multipart::from_request(request, app).await.map_err(|_| broken())?;
        let (mut sent, mut is_ours) = (Sent::default(), false);
        while let Some(field) = parts.next_field().await.map_err(|error| cut_off(&error))? {
            match field.name().unwrap_or_default() {
                "token" => {
                    let token = read(field, FIELD_BYTES_MAX).await?;
                    let token = String::from_utf8_lossy(&token).into_owned();
                    is_ours = signed.as_ref().is_some_and(|signed| signed.is_token(&token));
                }
                // Nothing is taken before it is known that the form is ours.
                _ if !is_ours => break,
                "kind" => sent.kind = String::from_utf8_lossy(&read(field, FIELD_BYTES_MAX).await?).into_owned(),
                "file" => {
                    let name = field.file_name().unwrap_or_default().to_owned();
                    let bytes = read(field, FILE_BYTES_MAX).await?;
                    if !bytes.is_empty() {
                        (sent.name, sent.bytes) = (name, bytes);
                    }
                }
                "text" => {
                    let bytes = read(field, FILE_BYTES_MAX).await?;
                    if sent.bytes.is_empty() {
                        sent.bytes = bytes;
                    }
                }
                _ => return Err(broken()),
            }
        }
        if !is_ours {
            let message = "the form is from another session, so nothing was changed; load the page again";
            return Err(Problem::new(StatusCode::FORBIDDEN, "forged", message));
        }
        Ok(sent)
    }
}

async fn read(mut field: Field<'_>, most: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|error| cut_off(&error))? {
        if bytes.len() + piece.len() > most {
            let message = "the file is larger than 8 MiB; `bantam import` takes files of any size";
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message).limit(most, None));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

fn broken() -> Problem {
    Problem::bad_request("invalid_value", "the form cannot be read")
}

fn cut_off(_: &MultipartError) -> Problem {
    Problem::bad_request("body_cut_off", "the form was cut off; send it again")
}
