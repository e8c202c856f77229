//! `GET /api/steps/{step}/thumbnail`

use crate::{
    app::App,
    downloads::Download,
    extract::Id,
    problem::{Problem, ProblemBody},
    views::FileBody,
};
use axum::{extract::State, http::HeaderMap, response::Response};
use eightcount_domain::{FailureCode, StepId};

/// See a step
#[utoipa::path(
    get,
    path = "/api/steps/{step}/thumbnail",
    operation_id = "get_step_thumbnail",
    tag = "performances",
    params(("step" = String, Path, description = "`{performance}.{index}`")),
    responses(
        (status = 200, description = "Its picture", body = FileBody, content_type = "image/jpeg"),
        (status = 404, description = "`unknown_step`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "steps.thumbnail", skip_all, fields(step = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<StepId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let step = app.storage().choreo.step(&id).await?;
    let step = step.ok_or_else(|| Problem::new(FailureCode::UnknownStep))?;
    Download::inline(step.thumbnail, "image/jpeg").answer(&app, &headers).await
}
