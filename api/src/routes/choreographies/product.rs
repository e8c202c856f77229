//! `GET /api/choreographies/{choreography}/product`

use crate::{
    app::App,
    cross_edits,
    downloads::Download,
    extract::Id,
    names,
    problem::{Problem, ProblemBody},
    views::FileBody,
};
use axum::{extract::State, http::HeaderMap, response::Response};
use eightcount_domain::ChoreographyId;

/// Download the product
///
/// The finished cross-edit, named after the song. After a change: not before it shows that change.
#[utoipa::path(
    get,
    path = "/api/choreographies/{choreography}/product",
    operation_id = "get_product",
    tag = "choreographies",
    params(("choreography" = ChoreographyId, Path)),
    responses(
        (status = 200, description = "The video", body = FileBody, content_type = "video/mp4",
            headers(("content-disposition" = String, description = "The name to save it under"))),
        (status = 206, description = "The wanted range", body = FileBody, content_type = "video/mp4"),
        (status = 404, description = "`unknown_choreography`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`not_ready_yet`, `choreography_incomplete`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "choreographies.product", skip_all, fields(choreography = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<ChoreographyId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let state = app.state_of(&id).await?;
    let product = cross_edits::product(&state).map_err(Problem::new)?;
    let song = app.storage().audio.song(&state.song).await?;
    let name = song.map_or_else(|| "eightcount".to_owned(), |song| song.title);
    let disposition = names::attachment(&name, "mp4");
    Download::inline(product.blob.clone(), "video/mp4").attached(disposition).answer(&app, &headers).await
}
