//! `GET /api/choreographies/{choreography}/live/sound`

use crate::{
    app::App,
    downloads::{Content, Download},
    extract::Id,
    problem::{Problem, ProblemBody},
    takes::{self, Unreadable},
    views::FileBody,
};
use axum::{extract::State, http::HeaderMap, response::Response};
use eightcount_domain::{ChoreographyId, FailureCode};
use eightcount_mp4::Piece;

/// Hear the live cross-edit
///
/// The section's sound as header and one fragment, for a player's source buffer.
#[utoipa::path(
    get,
    path = "/api/choreographies/{choreography}/live/sound",
    operation_id = "get_live_sound",
    tag = "choreographies",
    params(("choreography" = ChoreographyId, Path)),
    responses(
        (status = 200, description = "Fragmented MP4", body = FileBody, content_type = "audio/mp4"),
        (status = 404, description = "`unknown_choreography`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`not_ready_yet`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "choreographies.live_sound", skip_all, fields(choreography = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<ChoreographyId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let state = app.state_of(&id).await?;
    let blob = state.sound.ok_or_else(|| Problem::new(FailureCode::NotReadyYet))?;
    let track = takes::track(&app, &blob).await?;
    let mut assembly = eightcount_mp4::fragment(&track, 1, 0)
        .map_err(|source| Unreadable::Tables { blob: blob.clone(), source })?;
    assembly.pieces.insert(0, Piece::Own(eightcount_mp4::init(&track)));
    let content = Content::Assembled { assembly, tag: format!("{blob}-live"), inputs: vec![blob] };
    Download::of(content, "audio/mp4").answer(&app, &headers).await
}
