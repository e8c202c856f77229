//! `GET /api/takes/{take}/init`

use crate::{
    app::App,
    downloads::{Content, Download},
    extract::Id,
    problem::{Problem, ProblemBody},
    takes,
    views::FileBody,
};
use axum::{extract::State, http::HeaderMap, response::Response};
use eightcount_domain::TakeKey;
use eightcount_mp4::{Assembly, Piece};

/// Begin a live cross-edit
///
/// The header that a player's `SourceBuffer` wants before fragments. All takes of one choreography have the same.
#[utoipa::path(
    get,
    path = "/api/takes/{take}/init",
    operation_id = "get_take_init",
    tag = "choreographies",
    params(("take" = TakeKey, Path)),
    responses(
        (status = 200, description = "`ftyp` and `moov`", body = FileBody, content_type = "video/mp4"),
        (status = 404, description = "`unknown_take`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`not_ready_yet`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "takes.init", skip_all, fields(take = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<TakeKey>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (blob, _) = takes::file(&app, &id).await?;
    let head = eightcount_mp4::init(&takes::track(&app, &blob).await?);
    let content = Content::Assembled {
        assembly: Assembly { pieces: vec![Piece::Own(head)] },
        inputs: Vec::new(),
        tag: format!("{id}-init"),
    };
    Download::of(content, "video/mp4").immutable().answer(&app, &headers).await
}
