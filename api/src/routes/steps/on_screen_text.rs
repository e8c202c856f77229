//! `PUT /api/steps/{step}/on-screen-text`

use crate::{
    app::App,
    extract::{Body, Id},
    problem::{Problem, ProblemBody},
};
use axum::{extract::State, http::StatusCode};
use eightcount_domain::{FailureCode, StepId};
use serde::Deserialize;
use utoipa::ToSchema;

/// Whether a step shows text.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// It does.
    pub on_screen_text: bool,
}

/// Tell whether a step shows text
///
/// A step that shows text is never offered mirrored; where its mirror image is selected, it stays.
#[utoipa::path(
    put,
    path = "/api/steps/{step}/on-screen-text",
    operation_id = "flag_on_screen_text",
    tag = "performances",
    params(("step" = String, Path, description = "`{performance}.{index}`")),
    request_body = Text,
    responses(
        (status = 204, description = "Done"),
        (status = 404, description = "`unknown_step`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "steps.on_screen_text", skip_all, fields(step = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<StepId>,
    Body(text): Body<Text>,
) -> Result<StatusCode, Problem> {
    let found = app.storage().choreo.set_step_on_screen_text(&id, text.on_screen_text).await?;
    if found { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::new(FailureCode::UnknownStep)) }
}
