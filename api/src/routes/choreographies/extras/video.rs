//! `GET /api/choreographies/{choreography}/extras/{extra}/video`

use crate::{
    app::App,
    downloads::Download,
    extract::Id,
    extras,
    problem::{Problem, ProblemBody},
    views::FileBody,
};
use axum::{extract::State, http::HeaderMap, response::Response};
use eightcount_domain::{ChoreographyId, Extra, FailureCode};

/// Watch or download an extra
///
/// Named after the song and what it shows. `not_ready_yet` until it was asked for and made.
#[utoipa::path(
    get,
    path = "/api/choreographies/{choreography}/extras/{extra}/video",
    operation_id = "get_extra_video",
    tag = "choreographies",
    params(("choreography" = ChoreographyId, Path), ("extra" = String, Path)),
    responses(
        (status = 200, description = "The video", body = FileBody, content_type = "video/mp4",
            headers(("content-disposition" = String, description = "The name to save it under"))),
        (status = 206, description = "The wanted range", body = FileBody, content_type = "video/mp4"),
        (status = 404, description = "`unknown_choreography`, `unknown_eight`, `not_found`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`not_ready_yet`, `choreography_incomplete`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "extras.video", skip_all, fields(choreography = %id, %extra))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<ChoreographyId>,
    Id(extra): Id<Extra>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let state = app.state_of(&id).await?;
    let key = extras::order(&app, &state, extra).await?;
    let made = extras::file(&app, &key).await?.ok_or_else(|| Problem::new(FailureCode::NotReadyYet))?;
    let disposition = extras::disposition(&app, &state, extra).await?;
    Download::inline(made, "video/mp4").attached(disposition).answer(&app, &headers).await
}
