//! `GET /api/choreographies/{choreography}/selections`

use crate::{
    app::App,
    extract::Id,
    problem::{Problem, ProblemBody},
    views::SelectionsView,
};
use axum::{Json, extract::State};
use eightcount_domain::ChoreographyId;
use eightcount_storage::Selections;

/// List what is chosen
///
/// In order of the eights, and never older than what an earlier answer said. The cheapest way to look.
#[utoipa::path(
    get,
    path = "/api/choreographies/{choreography}/selections",
    operation_id = "get_selections",
    tag = "choreographies",
    params(("choreography" = ChoreographyId, Path)),
    responses(
        (status = 200, description = "The selections", body = SelectionsView),
        (status = 404, description = "`unknown_choreography`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "choreographies.selections", skip_all, fields(choreography = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<ChoreographyId>,
) -> Result<Json<SelectionsView>, Problem> {
    let Selections { version, selections } = app.selections_of(&id).await?;
    Ok(Json(SelectionsView { choreography: id, version, selections }))
}
