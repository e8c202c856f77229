//! `GET /api/steps/{step}/preview`

use crate::{
    app::App,
    downloads::Download,
    extract::Id,
    problem::{Problem, ProblemBody},
    views::FileBody,
};
use axum::{extract::State, http::HeaderMap, response::Response};
use eightcount_domain::{FailureCode, StepId};

/// Watch a step, small and over and over
#[utoipa::path(
    get,
    path = "/api/steps/{step}/preview",
    operation_id = "get_step_preview",
    tag = "performances",
    params(("step" = String, Path, description = "`{performance}.{index}`")),
    responses(
        (status = 200, description = "A small video without sound, to be played in a loop", body = FileBody,
            content_type = "video/mp4"),
        (status = 206, description = "A range of it", body = FileBody, content_type = "video/mp4"),
        (status = 404, description = "`unknown_step`: no such step, or one that an older release made without", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "steps.preview", skip_all, fields(step = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<StepId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let step = app.storage().choreo.step(&id).await?;
    let preview = step.and_then(|step| step.preview);
    let preview = preview.ok_or_else(|| Problem::new(FailureCode::UnknownStep))?;
    Download::inline(preview, "video/mp4").answer(&app, &headers).await
}
