//! `GET /api/choreographies/{choreography}`

use crate::{
    app::App,
    extract::Id,
    problem::{Problem, ProblemBody},
};
use axum::{Json, extract::State};
use eightcount_domain::{ChoreographyId, ChoreographyState};

/// Show a choreography
///
/// Never older than what an earlier answer said.
#[utoipa::path(
    get,
    path = "/api/choreographies/{choreography}",
    operation_id = "get_choreography",
    tag = "choreographies",
    params(("choreography" = ChoreographyId, Path)),
    responses(
        (status = 200, description = "Its state", body = ChoreographyState),
        (status = 404, description = "`unknown_choreography`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "choreographies.get", skip_all, fields(choreography = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<ChoreographyId>,
) -> Result<Json<ChoreographyState>, Problem> {
    Ok(Json(app.state_of(&id).await?))
}
