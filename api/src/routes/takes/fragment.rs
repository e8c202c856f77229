//! `GET /api/takes/{take}/fragment`

use crate::{
    app::App,
    downloads::{Content, Download},
    extract::{Asked, Id},
    problem::{Problem, ProblemBody},
    takes::{self, Unreadable},
    views::FileBody,
};
use axum::{extract::State, http::HeaderMap, response::Response};
use eightcount_domain::TakeKey;
use serde::Deserialize;

/// Where it lies.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FragmentQuery {
    /// The first frame of the take, counted from the section's first.
    pub start_frame: u32,
}

/// Append a take to a live cross-edit
///
/// The take's frames, unchanged, as one fragment at its place. The live cross-edit's list names all of them.
#[utoipa::path(
    get,
    path = "/api/takes/{take}/fragment",
    operation_id = "get_take_fragment",
    tag = "choreographies",
    params(("take" = TakeKey, Path), FragmentQuery),
    responses(
        (status = 200, description = "`moof` and `mdat`", body = FileBody, content_type = "video/mp4"),
        (status = 404, description = "`unknown_take`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`not_ready_yet`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "takes.fragment", skip_all, fields(take = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<TakeKey>,
    Asked(place): Asked<FragmentQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (blob, _) = takes::file(&app, &id).await?;
    let track = takes::track(&app, &blob).await?;
    let start = u64::from(place.start_frame) * u64::from(track.frame_ticks().unwrap_or(0));
    let assembly = eightcount_mp4::fragment(&track, 1, start)
        .map_err(|source| Unreadable::Tables { blob: blob.clone(), source })?;
    let content =
        Content::Assembled { assembly, inputs: vec![blob], tag: format!("{id}-{}", place.start_frame) };
    Download::of(content, "video/mp4").immutable().answer(&app, &headers).await
}
