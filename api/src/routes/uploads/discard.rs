//! `DELETE /api/uploads/{upload}`

use crate::{
    app::App,
    extract::Id,
    problem::{Problem, ProblemBody},
    tus::Spoken,
};
use axum::{extract::State, http::StatusCode};
use eightcount_domain::FailureCode;
use eightcount_storage::ResumableId;

/// Forget an upload
///
/// What became a song or a performance of it stays.
#[utoipa::path(
    delete,
    path = "/api/uploads/{upload}",
    operation_id = "discard_upload",
    tag = "uploads",
    params(
        ("upload" = String, Path, description = "As `location` named it"),
        ("tus-resumable" = String, Header, description = "`1.0.0`"),
    ),
    responses(
        (status = 204, description = "Forgotten"),
        (status = 404, description = "`unknown_upload`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "uploads.discard", skip_all, fields(upload = %id))]
pub async fn handle(
    State(app): State<App>,
    _: Spoken,
    Id(id): Id<ResumableId>,
) -> Result<StatusCode, Problem> {
    let _seat = app.seats().take(&id).await;
    let blobs = &app.storage().blobs;
    blobs.resumable(&id).await?.ok_or_else(|| Problem::new(FailureCode::UnknownUpload))?;
    blobs.discard_resumable(&id).await?;
    Ok(StatusCode::NO_CONTENT)
}
