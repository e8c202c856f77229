//! `OPTIONS /api/uploads`

use crate::{
    app::App,
    problem::ProblemBody,
    tus::{EXTENSIONS, TUS_EXTENSION, TUS_MAX_SIZE, TUS_VERSION, VERSION},
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};

/// Ask what is spoken
///
/// Which version of tus, which extensions, and how large an upload may be.
#[utoipa::path(
    options,
    path = "/api/uploads",
    operation_id = "describe_uploads",
    tag = "uploads",
    responses(
        (status = 204, description = "In the headers", headers(
            ("tus-version" = String, description = "`1.0.0`"),
            ("tus-extension" = String, description = "`creation,expiration,termination`"),
            ("tus-max-size" = u64, description = "Most bytes of an upload"),
        )),
        (status = "default", description = "Any problem", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
pub async fn handle(State(app): State<App>) -> (StatusCode, HeaderMap) {
    let headers = [
        (TUS_VERSION.clone(), VERSION),
        (TUS_EXTENSION.clone(), EXTENSIONS),
        (TUS_MAX_SIZE.clone(), app.config().limits.upload_max_bytes.into()),
    ];
    (StatusCode::NO_CONTENT, HeaderMap::from_iter(headers))
}
