//! `GET /api/choreographies/{choreography}/clusters`

use crate::{
    app::App,
    eights,
    extract::Id,
    problem::{Problem, ProblemBody},
    views::ClustersView,
};
use axum::{Json, extract::State};
use eightcount_domain::{ChoreographyId, FailureCode};

/// Show which eights sound alike
///
/// The cluster of each eight, how clear the clusters are, and how alike any two eights are.
#[utoipa::path(
    get,
    path = "/api/choreographies/{choreography}/clusters",
    operation_id = "get_clusters",
    tag = "choreographies",
    params(("choreography" = ChoreographyId, Path)),
    responses(
        (status = 200, description = "The clusters", body = ClustersView),
        (status = 404, description = "`unknown_choreography`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`not_ready_yet`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "choreographies.clusters", skip_all, fields(choreography = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<ChoreographyId>,
) -> Result<Json<ClustersView>, Problem> {
    let state = app.state_of(&id).await?;
    let clustering = eights::clustering(app.storage(), &state).await?;
    let clustering = clustering.ok_or_else(|| Problem::new(FailureCode::NotReadyYet))?;
    Ok(Json(ClustersView::of(id, clustering)))
}
