//! `GET /readyz`

use crate::{app::App, layers::AsIs};
use axum::{Extension, Json, extract::State, http::StatusCode, response::IntoResponse};
use eightcount_storage::PartHealth;
use serde::Serialize;
use utoipa::ToSchema;

/// How the service is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Readiness {
    /// It can do its work.
    pub ready: bool,
    /// What it stands on.
    pub parts: Vec<PartReadiness>,
}

/// How one part is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PartReadiness {
    /// `temporal`; `audio`, `choreo`, `product` (databases); `blobs`; `shared` (Redis, which may be missing).
    #[schema(example = "shared")]
    pub name: String,
    /// `up`, `down`, or `absent` on purpose.
    #[schema(example = "up")]
    pub status: String,
    /// How long the answer took.
    pub latency_ms: Option<u64>,
}

impl PartReadiness {
    fn of(name: &str, part: &PartHealth) -> Self {
        let (status, latency) = match part {
            PartHealth::Up { latency, .. } => ("up", Some(*latency)),
            PartHealth::Down { reason } => {
                // Why is for the log: it may name hosts.
                tracing::warn!(part = name, "not well: {reason}");
                ("down", None)
            }
            PartHealth::Absent => ("absent", None),
        };
        let latency_ms = latency.map(|latency| u64::try_from(latency.as_millis()).unwrap_or(u64::MAX));
        Self { name: name.to_owned(), status: status.to_owned(), latency_ms }
    }
}

/// Can the service do its work?
///
/// Temporal, the databases and the blobs must answer. Redis need not.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "readyz",
    tag = "service",
    responses(
        (status = 200, description = "It can", body = Readiness),
        (status = 503, description = "It cannot", body = Readiness),
    ),
)]
#[tracing::instrument(name = "service.readyz", skip_all)]
pub async fn handle(State(app): State<App>) -> impl IntoResponse {
    let (temporal, stores) = tokio::join!(app.gateway().ping(), app.storage().health());
    let mut parts = vec![PartReadiness {
        name: "temporal".to_owned(),
        status: if temporal.is_ok() { "up" } else { "down" }.to_owned(),
        latency_ms: temporal.as_ref().ok().map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
    }];
    if let Err(error) = &temporal {
        tracing::warn!(part = "temporal", "not well: {error}");
    }
    parts.extend(stores.parts().map(|(name, part)| PartReadiness::of(name, part)));
    let ready = temporal.is_ok() && stores.is_ready();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Extension(AsIs), Json(Readiness { ready, parts }))
}
