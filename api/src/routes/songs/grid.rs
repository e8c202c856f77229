//! `PATCH /api/songs/{song}/grid`

use super::get::{DetailQuery, detail};
use crate::{
    app::App,
    extract::{Asked, Body, Id},
    problem::{Problem, ProblemBody},
    views::SongDetail,
};
use axum::{Json, extract::State};
use eightcount_domain::{GridChange, SongId};
use eightcount_workflows::contract::CorrectGridInput;
use serde::Deserialize;
use utoipa::ToSchema;

/// A change of the grid.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeGrid {
    /// The revision of the grid that the wish is about, as `grid.revision` of the song tells it.
    pub revision: u32,
    /// What to change.
    pub change: GridChange,
}

/// Correct a song's beats
///
/// Makes the next revision of the song's grid: twice or half as many beats, eights that start elsewhere, all beats a
/// little later, a tempo that was tapped, or the beats as they were heard. Choreographies keep the grid they
/// started with. A song that failed with `no_beats` becomes `ready` when its tempo is tapped. Takes milliseconds;
/// after a tap the song is heard anew, which takes seconds. The same request twice is one change.
#[utoipa::path(
    patch,
    path = "/api/songs/{song}/grid",
    operation_id = "change_song_grid",
    tag = "songs",
    params(("song" = SongId, Path), DetailQuery),
    request_body = ChangeGrid,
    responses(
        (status = 200, description = "The song under its new grid", body = SongDetail),
        (status = 404, description = "`unknown_song`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`stale_grid`, `song_not_ready`, `song_failed`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 422, description = "`grid_change_refused`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "songs.grid", skip_all, fields(song = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<SongId>,
    Asked(query): Asked<DetailQuery>,
    Body(wish): Body<ChangeGrid>,
) -> Result<Json<SongDetail>, Problem> {
    let input = CorrectGridInput { song: id.clone(), revision: wish.revision, change: wish.change };
    app.gateway().correct_grid(input, app.config().limits.screening_max()).await?;
    detail(&app, &id, &query).await.map(Json)
}
