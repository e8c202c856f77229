//! `GET /healthz`

/// Is the process alive?
///
/// Says nothing about what it stands on.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "healthz",
    tag = "service",
    responses((status = 200, description = "It is", body = String, content_type = "text/plain")),
)]
pub async fn handle() -> &'static str {
    "ok\n"
}
