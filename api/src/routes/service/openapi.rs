//! `GET /api/openapi.json`

use crate::app::App;
use axum::{Json, extract::State};
use utoipa::openapi::OpenApi;

/// The description of this API
///
/// Made from the code.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    operation_id = "openapi",
    tag = "service",
    responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value)),
)]
pub async fn handle(State(app): State<App>) -> Json<OpenApi> {
    Json(app.openapi().clone())
}
