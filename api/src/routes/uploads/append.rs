//! `PATCH /api/uploads/{upload}`

use crate::{
    app::App,
    extract::Id,
    problem::{Problem, ProblemBody},
    tus::{self, Spoken, UPLOAD_OFFSET},
    uploads,
    views::FileBody,
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
};
use eightcount_domain::FailureCode;
use eightcount_storage::ResumableId;
use tracing::Instrument;

/// Append bytes to an upload
///
/// From the offset that is there. What came before a connection broke stays: ask for the offset, and go on from it.
#[utoipa::path(
    patch,
    path = "/api/uploads/{upload}",
    operation_id = "append_to_upload",
    tag = "uploads",
    params(
        ("upload" = String, Path, description = "As `location` named it"),
        ("tus-resumable" = String, Header, description = "`1.0.0`"),
        ("upload-offset" = u64, Header, description = "Bytes that are there"),
    ),
    request_body(content = FileBody, content_type = "application/offset+octet-stream",
        description = "The next bytes of the file"),
    responses(
        (status = 204, description = "Appended", headers(
            ("upload-offset" = u64, description = "Bytes that are there now"),
            ("upload-expires" = String, description = "Until when it is kept if no more come"),
        )),
        (status = 404, description = "`unknown_upload`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "Another offset", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 413, description = "`too_large`: more than was announced", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 415, description = "Another content type", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "uploads.append", skip_all, fields(upload = %id))]
pub async fn handle(
    State(app): State<App>,
    _: Spoken,
    Id(id): Id<ResumableId>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, HeaderMap), Problem> {
    let refused =
        |status, hint: String| Problem::new(FailureCode::BadRequest).with_status(status).with_hint(&hint);
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != tus::APPENDED) {
        let hint = format!("the header Content-Type must be {}", tus::APPENDED);
        return Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, hint));
    }
    let offset = tus::number(&headers, &UPLOAD_OFFSET)?;
    let appending = async move {
        let seat = app.seats().take(&id).await;
        let blobs = &app.storage().blobs;
        let unknown = || Problem::new(FailureCode::UnknownUpload);
        let there = blobs.resumable(&id).await?.ok_or_else(unknown)?.offset_bytes;
        if there != offset {
            return Err(refused(StatusCode::CONFLICT, format!("{there} bytes are there, not {offset}")));
        }
        let mut writer = blobs.resume(&id).await?.ok_or_else(unknown)?;
        let appended = uploads::append(&app, &seat, &mut writer, body).await;
        // Whatever ended it: what came is there before anybody asks.
        writer.settle().await?;
        appended?;
        Ok((StatusCode::NO_CONTENT, tus::told(&id, blobs.resumable(&id).await?.ok_or_else(unknown)?)))
    };
    // Goes on to its end when the client goes away: nothing may be written after the next one sits down.
    let done = tokio::spawn(appending.in_current_span()).await;
    done.unwrap_or_else(|died| Err(Problem::fault(FailureCode::Internal, &died)))
}
