//! `POST` and `GET /api/performances/{performance}/analysis`

use crate::{
    app::App,
    extract::{Asked, Id},
    gateway::GatewayError,
    names,
    problem::{Problem, ProblemBody},
    views::AnalysisView,
};
use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use eightcount_domain::{FailureCode, Performance, PerformanceId, PerformanceStatus};
use eightcount_storage::StorageError;
use eightcount_workflows::contract::{ANALYSIS, IngestInput, IngestProgress};
use serde::Deserialize;

/// Why a performance is not analysed again.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is no such performance.
    #[error("no such performance")]
    Unknown,
    /// It is not in the library: there is nothing to do again.
    #[error("the performance is not in the library")]
    NotPublished,
    /// Its record cannot be read.
    #[error("reading a performance")]
    Storage(#[from] StorageError),
    /// Its workflow cannot be reached.
    #[error("analysing a performance again")]
    Gateway(#[from] GatewayError),
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let problem = match self {
            Self::Unknown => Problem::new(FailureCode::UnknownPerformance),
            Self::NotPublished => {
                let conflict = Problem::new(FailureCode::BadRequest).with_status(StatusCode::CONFLICT);
                conflict.with_hint("the performance is not in the library")
            }
            Self::Storage(error) => error.into(),
            Self::Gateway(error) => error.into(),
        };
        problem.into_response()
    }
}

/// How to analyse again.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Again {
    /// Even when this release would find the same.
    pub force: bool,
    /// Whose wish it is.
    pub owner: Option<String>,
}

/// Analyse a performance again
///
/// From the file that was uploaded, when a newer release of the models or algorithms finds more in it. Its steps stay in
/// the library until the new ones replace them all at once, and stay for good when anything fails; what a curator said
/// of a step is kept with its number.
#[utoipa::path(
    post,
    path = "/api/performances/{performance}/analysis",
    operation_id = "analyse_performance",
    tag = "performances",
    params(("performance" = PerformanceId, Path), Again),
    responses(
        (status = 202, description = "It is being analysed", body = AnalysisView),
        (status = 200, description = "This release made its steps: there is nothing to do", body = AnalysisView),
        (status = 404, description = "`unknown_performance`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "The performance is not in the library", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "performances.analyse", skip_all, fields(performance = %id))]
pub async fn start(
    State(app): State<App>,
    Id(id): Id<PerformanceId>,
    Asked(again): Asked<Again>,
) -> Result<(StatusCode, Json<AnalysisView>), Refused> {
    let performance = published(&app, &id).await?;
    let view = AnalysisView::of(&performance, None);
    if view.analysis == ANALYSIS && !again.force {
        return Ok((StatusCode::OK, Json(view)));
    }
    let owner = names::owner(again.owner.as_deref());
    app.gateway().start_ingest(IngestInput { performance: id.clone(), owner, again: true }).await?;
    Ok((StatusCode::ACCEPTED, Json(AnalysisView::of(&performance, progress(&app, &id).await))))
}

/// Show which analysis made a performance's steps
///
/// And how far the newest one is.
#[utoipa::path(
    get,
    path = "/api/performances/{performance}/analysis",
    operation_id = "get_analysis",
    tag = "performances",
    params(("performance" = PerformanceId, Path)),
    responses(
        (status = 200, description = "Its analysis", body = AnalysisView),
        (status = 404, description = "`unknown_performance`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "The performance is not in the library", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "performances.analysis", skip_all, fields(performance = %id))]
pub async fn show(State(app): State<App>, Id(id): Id<PerformanceId>) -> Result<Json<AnalysisView>, Refused> {
    let progress = progress(&app, &id).await;
    // Read after it: whoever sees that the analysis has ended sees what it made.
    let performance = published(&app, &id).await?;
    Ok(Json(AnalysisView::of(&performance, progress)))
}

async fn published(app: &App, id: &PerformanceId) -> Result<Performance, Refused> {
    let performance = app.storage().choreo.performance(id).await?.ok_or(Refused::Unknown)?;
    if performance.status == PerformanceStatus::Published {
        Ok(performance)
    } else {
        Err(Refused::NotPublished)
    }
}

/// Only decoration: a workflow that does not answer takes nothing from the performance.
async fn progress(app: &App, id: &PerformanceId) -> Option<IngestProgress> {
    app.gateway().ingest_progress(id).await.ok()
}
