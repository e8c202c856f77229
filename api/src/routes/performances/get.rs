//! `GET /api/performances/{performance}`

use crate::{
    app::App,
    extract::Id,
    problem::{Problem, ProblemBody},
    views::PerformanceView,
};
use axum::{Json, extract::State};
use eightcount_domain::{FailureCode, PerformanceId, PerformanceStatus};

/// Show a performance
///
/// With its steps, or with the progress of its ingest.
#[utoipa::path(
    get,
    path = "/api/performances/{performance}",
    operation_id = "get_performance",
    tag = "performances",
    params(("performance" = PerformanceId, Path)),
    responses(
        (status = 200, description = "The performance", body = PerformanceView),
        (status = 404, description = "`unknown_performance`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "performances.get", skip_all, fields(performance = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<PerformanceId>,
) -> Result<Json<PerformanceView>, Problem> {
    let performance = app.storage().choreo.performance(&id).await?;
    let performance = performance.ok_or_else(|| Problem::new(FailureCode::UnknownPerformance))?;
    let progress = if performance.status == PerformanceStatus::Ingesting {
        // Only decoration: a workflow that does not answer takes nothing from the performance.
        app.gateway().ingest_progress(&id).await.ok()
    } else {
        None
    };
    let steps = app.storage().choreo.steps(&id).await?;
    Ok(Json(PerformanceView::from(performance).with_progress(progress).with_steps(steps)))
}
