//! `HEAD /api/uploads/{upload}`

use crate::{
    app::App,
    extract::Id,
    problem::{Problem, ProblemBody},
    tus::{self, Spoken},
};
use axum::{extract::State, http::HeaderMap};
use eightcount_domain::FailureCode;
use eightcount_storage::ResumableId;

/// Ask how far an upload is
///
/// A request that is still appending to it, on a connection that died perhaps, ends by this.
#[utoipa::path(
    head,
    path = "/api/uploads/{upload}",
    operation_id = "look_at_upload",
    tag = "uploads",
    params(
        ("upload" = String, Path, description = "As `location` named it"),
        ("tus-resumable" = String, Header, description = "`1.0.0`"),
    ),
    responses(
        (status = 200, description = "In the headers", headers(
            ("upload-offset" = u64, description = "Bytes that are there"),
            ("upload-length" = u64, description = "Bytes that it will have"),
            ("upload-expires" = String, description = "Until when it is kept if no more come"),
        )),
        (status = 404, description = "`unknown_upload`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "uploads.look", skip_all, fields(upload = %id))]
pub async fn handle(
    State(app): State<App>,
    _: Spoken,
    Id(id): Id<ResumableId>,
) -> Result<HeaderMap, Problem> {
    let _seat = app.seats().take(&id).await;
    let state = app.storage().blobs.resumable(&id).await?;
    Ok(tus::told(&id, state.ok_or_else(|| Problem::new(FailureCode::UnknownUpload))?))
}
