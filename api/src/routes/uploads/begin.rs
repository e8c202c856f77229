//! `POST /api/uploads`

use crate::{
    app::App,
    problem::{Problem, ProblemBody},
    tus::{self, Spoken, UPLOAD_LENGTH},
};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
};
use eightcount_domain::FailureCode;

/// Begin an upload that may break off
///
/// By tus 1.0.0. Its bytes are appended at the `location` of the answer; once all are there, name it in
/// `POST /api/songs?upload=…` or `POST /api/performances?upload=…`. It is kept for a day after its last byte.
#[utoipa::path(
    post,
    path = "/api/uploads",
    operation_id = "begin_upload",
    tag = "uploads",
    params(
        ("tus-resumable" = String, Header, description = "`1.0.0`"),
        ("upload-length" = u64, Header, description = "Bytes of the file"),
    ),
    responses(
        (status = 201, description = "Begun", headers(
            ("location" = String, description = "Where its bytes are sent"),
            ("upload-expires" = String, description = "Until when it is kept if nothing comes"),
        )),
        (status = 412, description = "Another version of tus", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 413, description = "`too_large`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`empty_file`", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "uploads.begin", skip_all)]
pub async fn handle(
    State(app): State<App>,
    _: Spoken,
    headers: HeaderMap,
) -> Result<(StatusCode, HeaderMap), Problem> {
    let length = tus::number(&headers, &UPLOAD_LENGTH)?;
    let max_bytes = app.config().limits.upload_max_bytes;
    if length > max_bytes {
        return Err(Problem::new(FailureCode::TooLarge).with_limit(format!("{max_bytes} bytes")));
    }
    if length == 0 {
        return Err(Problem::new(FailureCode::EmptyFile));
    }
    let blobs = &app.storage().blobs;
    // Whoever brings something new takes out what nobody came back for.
    blobs.sweep_resumable().await?;
    let id = blobs.begin_resumable(length).await?;
    let state = blobs.resumable(&id).await?.ok_or_else(|| Problem::new(FailureCode::UnknownUpload))?;
    let mut told = tus::told(&id, state);
    let location = HeaderValue::try_from(format!("/api/uploads/{id}"));
    told.extend(location.map(|location| (header::LOCATION, location)));
    Ok((StatusCode::CREATED, told))
}
