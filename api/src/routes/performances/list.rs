//! `GET /api/performances`

use crate::{
    app::App,
    extract::Asked,
    problem::Problem,
    views::{PageQuery, Paged, PerformanceView},
};
use axum::{Json, extract::State};

/// List performances
///
/// Newest first, whatever their status.
#[utoipa::path(
    get,
    path = "/api/performances",
    operation_id = "list_performances",
    tag = "performances",
    params(PageQuery),
    responses((status = 200, description = "A page of performances", body = Paged<PerformanceView>)),
)]
#[tracing::instrument(name = "performances.list", skip_all)]
pub async fn handle(
    State(app): State<App>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Paged<PerformanceView>>, Problem> {
    let performances = app.storage().choreo.performances(&page.try_into()?).await?;
    Ok(Json(Paged::of(performances, PerformanceView::from)))
}
