//! `/api/uploads`

mod append;
mod begin;
mod discard;
mod look;
mod spoken;

use crate::{app::App, tus};
use axum::middleware;
use utoipa_axum::{router::OpenApiRouter, routes};

/// All of them. The bytes take as long as they take.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(spoken::handle, begin::handle))
        .routes(routes!(look::handle, append::handle, discard::handle))
        .route_layer(middleware::from_fn(tus::speak))
}
