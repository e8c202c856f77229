//! `GET /api/choreographies/{choreography}/stages`

use crate::{
    app::App,
    extract::Id,
    problem::{Problem, ProblemBody},
};
use axum::{Json, extract::State};
use eightcount_domain::{ChoreographyId, StageState};
use serde::Serialize;
use utoipa::ToSchema;

/// A stage that is there.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct StageView {
    /// Its facts.
    #[serde(flatten)]
    pub stage: StageState,
    /// Where the video is.
    pub url: String,
}

/// List the stages
///
/// The cross-edits that are made so far: of the first quarter, of the first half, of the whole.
#[utoipa::path(
    get,
    path = "/api/choreographies/{choreography}/stages",
    operation_id = "list_stages",
    tag = "choreographies",
    params(("choreography" = ChoreographyId, Path)),
    responses(
        (status = 200, description = "The stages, in order", body = Vec<StageView>),
        (status = 404, description = "`unknown_choreography`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "choreographies.stages", skip_all, fields(choreography = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<ChoreographyId>,
) -> Result<Json<Vec<StageView>>, Problem> {
    let stages = app.state_of(&id).await?.stages;
    let view = |stage: StageState| StageView {
        url: format!("/api/choreographies/{id}/stages/{}", stage.stage.as_str()),
        stage,
    };
    Ok(Json(stages.into_iter().map(view).collect()))
}
