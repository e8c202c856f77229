//! `GET /api/steps/{step}/skeleton`

use crate::{
    app::App,
    downloads::Download,
    extract::Id,
    problem::{Problem, ProblemBody},
};
use axum::{extract::State, http::HeaderMap, response::Response};
use eightcount_domain::{FailureCode, Skeleton, StepId};

/// Draw a step's dancer: the joints over time
#[utoipa::path(
    get,
    path = "/api/steps/{step}/skeleton",
    operation_id = "get_step_skeleton",
    tag = "performances",
    params(("step" = String, Path, description = "`{performance}.{index}`")),
    responses(
        (status = 200, description = "Its skeleton", body = Skeleton, content_type = "application/json"),
        (status = 404, description = "`unknown_step`: no such step, or none whose joints were seen", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "steps.skeleton", skip_all, fields(step = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<StepId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let step = app.storage().choreo.step(&id).await?;
    let skeleton = step.and_then(|step| step.sight.skeleton);
    let skeleton = skeleton.ok_or_else(|| Problem::new(FailureCode::UnknownStep))?;
    Download::inline(skeleton, "application/json").answer(&app, &headers).await
}
