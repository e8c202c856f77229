//! For operators and programs: health, metrics, the description of the API, the start page.

mod docs;
mod healthz;
mod metrics;
mod openapi;
mod readyz;
mod start;

use crate::app::App;
use axum::routing::get;
use utoipa_axum::{router::OpenApiRouter, routes};

/// All of them. Pages for people are not part of the description.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(healthz::handle))
        .routes(routes!(readyz::handle))
        .routes(routes!(metrics::handle))
        .routes(routes!(openapi::handle))
        .route("/service", get(start::handle))
        .route("/docs", get(docs::handle))
        .route("/docs.css", get(docs::style))
}
