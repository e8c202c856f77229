//! `POST /api/performances/{performance}/cancel`

use crate::{
    app::App,
    extract::Id,
    gateway::GatewayError,
    problem::{Problem, ProblemBody},
};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use eightcount_domain::{FailureCode, PerformanceId};
use eightcount_storage::StorageError;

/// Why an ingest is not cancelled.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is no such performance.
    #[error("no such performance")]
    Unknown,
    /// It is not being ingested.
    #[error("the ingest has ended")]
    Ended,
    /// Its record cannot be read.
    #[error("reading a performance")]
    Storage(#[from] StorageError),
    /// Its workflow cannot be reached.
    #[error("cancelling an ingest")]
    Gateway(#[source] GatewayError),
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let problem = match self {
            Self::Unknown => Problem::new(FailureCode::UnknownPerformance),
            Self::Ended => {
                let conflict = Problem::new(FailureCode::BadRequest).with_status(StatusCode::CONFLICT);
                conflict.with_hint("the ingest has ended")
            }
            Self::Storage(error) => error.into(),
            Self::Gateway(error) => error.into(),
        };
        problem.into_response()
    }
}

/// Cancel an ingest
///
/// What was made is removed, and the performance forgotten.
#[utoipa::path(
    post,
    path = "/api/performances/{performance}/cancel",
    operation_id = "cancel_ingest",
    tag = "performances",
    params(("performance" = PerformanceId, Path)),
    responses(
        (status = 202, description = "It will stop"),
        (status = 404, description = "`unknown_performance`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "The ingest has ended", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "performances.cancel", skip_all, fields(performance = %id))]
pub async fn handle(State(app): State<App>, Id(id): Id<PerformanceId>) -> Result<StatusCode, Refused> {
    app.storage().choreo.performance(&id).await?.ok_or(Refused::Unknown)?;
    match app.gateway().cancel_ingest(&id).await {
        Ok(()) => Ok(StatusCode::ACCEPTED),
        Err(GatewayError::NotRunning) => Err(Refused::Ended),
        Err(error) => Err(Refused::Gateway(error)),
    }
}
