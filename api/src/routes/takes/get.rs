//! `GET /api/takes/{take}`

use crate::{
    app::App,
    downloads::Download,
    extract::Id,
    problem::{Problem, ProblemBody},
    takes,
    views::FileBody,
};
use axum::{extract::State, http::HeaderMap, response::Response};
use eightcount_domain::TakeKey;

/// Watch a take
///
/// A preview is the take itself: the frames that the product will hold, without sound.
#[utoipa::path(
    get,
    path = "/api/takes/{take}",
    operation_id = "get_take",
    tag = "choreographies",
    params(("take" = TakeKey, Path)),
    responses(
        (status = 200, description = "The video", body = FileBody, content_type = "video/mp4"),
        (status = 206, description = "The wanted range", body = FileBody, content_type = "video/mp4"),
        (status = 404, description = "`unknown_take`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`not_ready_yet`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "takes.get", skip_all, fields(take = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<TakeKey>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (blob, _) = takes::file(&app, &id).await?;
    Download::inline(blob, "video/mp4").immutable().answer(&app, &headers).await
}
