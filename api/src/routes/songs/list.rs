//! `GET /api/songs`

use crate::{
    app::App,
    extract::Asked,
    problem::Problem,
    views::{PageQuery, Paged, SongView},
};
use axum::{Json, extract::State};

/// List songs
///
/// Newest first.
#[utoipa::path(
    get,
    path = "/api/songs",
    operation_id = "list_songs",
    tag = "songs",
    params(PageQuery),
    responses((status = 200, description = "A page of songs", body = Paged<SongView>)),
)]
#[tracing::instrument(name = "songs.list", skip_all)]
pub async fn handle(
    State(app): State<App>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Paged<SongView>>, Problem> {
    let songs = app.storage().audio.songs(&page.try_into()?).await?;
    Ok(Json(Paged::of(songs, SongView::from)))
}
