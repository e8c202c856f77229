//! `GET /metrics`

use crate::{app::App, problem::Problem};
use axum::{
    extract::State,
    http::{HeaderName, header},
};
use eightcount_domain::FailureCode;

/// Media type of Prometheus' text format.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Metrics of this API
///
/// Requests by route and status, latencies, uploaded bytes, open event streams.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "metrics",
    tag = "service",
    responses((status = 200, description = "Prometheus' text format", body = String, content_type = "text/plain")),
)]
pub async fn handle(State(app): State<App>) -> Result<([(HeaderName, &'static str); 1], String), Problem> {
    let text = app.metrics().text().map_err(|error| Problem::fault(FailureCode::Internal, &error))?;
    Ok(([(header::CONTENT_TYPE, TEXT_FORMAT)], text))
}
