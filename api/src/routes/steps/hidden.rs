//! `PUT /api/steps/{step}/hidden`

use crate::{
    app::App,
    extract::{Body, Id},
    problem::{Problem, ProblemBody},
};
use axum::{extract::State, http::StatusCode};
use eightcount_domain::{FailureCode, StepId};
use serde::Deserialize;
use utoipa::ToSchema;

/// Whether a step is left out of suggestions.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hide {
    /// Leave it out.
    pub hidden: bool,
}

/// Hide or show a step
///
/// A hidden step is suggested no more; where it is selected, it stays.
#[utoipa::path(
    put,
    path = "/api/steps/{step}/hidden",
    operation_id = "hide_step",
    tag = "performances",
    params(("step" = String, Path, description = "`{performance}.{index}`")),
    request_body = Hide,
    responses(
        (status = 204, description = "Done"),
        (status = 404, description = "`unknown_step`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "steps.hidden", skip_all, fields(step = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<StepId>,
    Body(hide): Body<Hide>,
) -> Result<StatusCode, Problem> {
    let found = app.storage().choreo.set_step_hidden(&id, hide.hidden).await?;
    if found { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::new(FailureCode::UnknownStep)) }
}
