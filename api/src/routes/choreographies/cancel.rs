//! `POST /api/choreographies/{choreography}/cancel`

use super::not_taken;
use crate::{
    app::App,
    extract::Id,
    problem::{Problem, ProblemBody},
};
use axum::{extract::State, http::StatusCode};
use eightcount_domain::ChoreographyId;

/// Cancel a choreography
///
/// Its work stops at once; stages that were made stay.
#[utoipa::path(
    post,
    path = "/api/choreographies/{choreography}/cancel",
    operation_id = "cancel_choreography",
    tag = "choreographies",
    params(("choreography" = ChoreographyId, Path)),
    responses(
        (status = 202, description = "It will stop"),
        (status = 404, description = "`unknown_choreography`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`choreography_finished`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "choreographies.cancel", skip_all, fields(choreography = %id))]
pub async fn handle(State(app): State<App>, Id(id): Id<ChoreographyId>) -> Result<StatusCode, Problem> {
    match app.gateway().cancel(&id).await {
        Ok(()) => Ok(StatusCode::ACCEPTED),
        Err(error) => Err(not_taken(&app, &id, error).await),
    }
}
