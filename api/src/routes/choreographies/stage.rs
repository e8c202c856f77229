//! `GET /api/choreographies/{choreography}/stages/{stage}`

use crate::{
    app::App,
    cross_edits,
    downloads::Download,
    extract::{Id, Stage},
    problem::{Problem, ProblemBody},
    views::FileBody,
};
use axum::{extract::State, http::HeaderMap, response::Response};
use eightcount_domain::ChoreographyId;

/// Watch a stage
///
/// The newest one that is made, even if a selection inside it changed since: its state says `outdated` then.
#[utoipa::path(
    get,
    path = "/api/choreographies/{choreography}/stages/{stage}",
    operation_id = "get_stage",
    tag = "choreographies",
    params(
        ("choreography" = ChoreographyId, Path),
        ("stage" = String, Path, description = "`quarter`, `half` or `whole`"),
    ),
    responses(
        (status = 200, description = "The video", body = FileBody, content_type = "video/mp4"),
        (status = 206, description = "The wanted range", body = FileBody, content_type = "video/mp4"),
        (status = 404, description = "`unknown_choreography`, `not_found`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`not_ready_yet`, `choreography_incomplete`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "choreographies.stage", skip_all, fields(choreography = %id, stage = stage.as_str()))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<ChoreographyId>,
    Id(Stage(stage)): Id<Stage>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let state = app.state_of(&id).await?;
    let made = cross_edits::made(&state, stage).map_err(Problem::new)?;
    Download::inline(made.blob.clone(), "video/mp4").answer(&app, &headers).await
}
