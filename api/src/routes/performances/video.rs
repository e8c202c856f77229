//! `GET /api/performances/{performance}/video`

use crate::{
    app::App,
    downloads::Download,
    extract::Id,
    problem::{Problem, ProblemBody},
    views::FileBody,
};
use axum::{extract::State, http::HeaderMap, response::Response};
use eightcount_domain::{FailureCode, PerformanceId, PerformanceStatus};

/// Watch a performance
///
/// The video as the service uses it, with ranges.
#[utoipa::path(
    get,
    path = "/api/performances/{performance}/video",
    operation_id = "get_performance_video",
    tag = "performances",
    params(("performance" = PerformanceId, Path)),
    responses(
        (status = 200, description = "The video", body = FileBody, content_type = "video/mp4"),
        (status = 206, description = "The wanted range", body = FileBody, content_type = "video/mp4"),
        (status = 404, description = "`unknown_performance`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`not_ready_yet`, or why the ingest failed", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "performances.video", skip_all, fields(performance = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<PerformanceId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let performance = app.storage().choreo.performance(&id).await?;
    let performance = performance.ok_or_else(|| Problem::new(FailureCode::UnknownPerformance))?;
    let Some(conformed) = performance.conformed else {
        let failed = performance.failure.filter(|_| performance.status == PerformanceStatus::Failed);
        return Err(Problem::new(failed.unwrap_or(FailureCode::NotReadyYet)));
    };
    Download::inline(conformed.mezzanine, "video/mp4").answer(&app, &headers).await
}
