//! `GET /api/songs/{song}`

use crate::{
    app::App,
    extract::{Asked, Id},
    hearings,
    problem::{Problem, ProblemBody},
    views::{HeardSong, SongDetail, SongView},
};
use axum::{Json, extract::State};
use eightcount_domain::{FailureCode, SongId, SongStatus};
use serde::Deserialize;

/// Parts of the waveform when nobody says.
const PEAKS: usize = 1000;

/// How much to show.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DetailQuery {
    /// Most parts of the waveform; 1000 when missing.
    #[param(minimum = 1, maximum = 100_000)]
    pub peaks: Option<u32>,
}

/// Show a song
///
/// Once it is `ready`: with its tempo, beats, eights and waveform, under the grid that it has now.
#[utoipa::path(
    get,
    path = "/api/songs/{song}",
    operation_id = "get_song",
    tag = "songs",
    params(("song" = SongId, Path), DetailQuery),
    responses(
        (status = 200, description = "The song", body = SongDetail),
        (status = 404, description = "`unknown_song`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "songs.get", skip_all, fields(song = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<SongId>,
    Asked(query): Asked<DetailQuery>,
) -> Result<Json<SongDetail>, Problem> {
    detail(&app, &id, &query).await.map(Json)
}

/// The song as it is now.
pub async fn detail(app: &App, id: &SongId, query: &DetailQuery) -> Result<SongDetail, Problem> {
    let song = app.storage().audio.song(id).await?;
    let song = song.ok_or_else(|| Problem::new(FailureCode::UnknownSong))?;
    let grid = app.storage().audio.grid(id).await?;
    let hearing = match song.status {
        SongStatus::Ready => hearings::of(app.storage(), id, grid.correction).await?,
        SongStatus::Hearing | SongStatus::Failed => None,
    };
    let peaks = query.peaks.map_or(PEAKS, |peaks| peaks.max(1) as usize);
    let heard = hearing.map(|hearing| HeardSong::of(&hearing, peaks));
    let no_beats_confidence = match song.failure {
        Some(FailureCode::NoBeats) => hearings::no_beats_confidence(app.storage(), id).await?,
        _ => None,
    };
    Ok(SongDetail { song: SongView::from(song), grid, heard, no_beats_confidence })
}
