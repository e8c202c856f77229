//! `GET /api/songs/{song}/waveform`

use crate::{
    app::App,
    extract::{Asked, Id},
    problem::{Problem, ProblemBody},
    views::WaveformView,
};
use axum::{Json, extract::State};
use eightcount_domain::{BlobHash, FailureCode, SongId, SongStatus, Waveform};
use eightcount_storage::StorageError;
use serde::Deserialize;

/// Points in a second when nobody says.
const POINTS_PER_SECOND: f64 = 20.0;
/// Most points in an answer: two for each dot of the widest screens, and about half a megabyte.
const MOST_POINTS: usize = 20_000;

/// Which part, how close.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WaveformQuery {
    /// Points in a second that are wanted at least; 20 when missing.
    pub points_per_second: Option<f64>,
    /// Where the part starts; the start of the song when missing.
    pub start_ms: Option<u64>,
    /// Where the part ends; the end of the song when missing.
    pub end_ms: Option<u64>,
}

/// Show the waveform of a song, near or far
///
/// The whole or a part at the coarsest zoom that has the wanted points in a second, or at the finest; an answer of more
/// than 20,000 points is given coarser. There before the song is heard to the end, and for songs in which no beat was
/// found: the user taps along with what is shown.
#[utoipa::path(
    get,
    path = "/api/songs/{song}/waveform",
    operation_id = "get_song_waveform",
    tag = "songs",
    params(("song" = SongId, Path), WaveformQuery),
    responses(
        (status = 200, description = "The waveform", body = WaveformView),
        (status = 404, description = "`unknown_song`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`song_not_ready`, `song_failed`: it has no waveform", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "songs.waveform", skip_all, fields(song = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<SongId>,
    Asked(query): Asked<WaveformQuery>,
) -> Result<Json<WaveformView>, Problem> {
    let Some(blob) = app.storage().audio.waveform(&id).await? else { return Err(missing(&app, &id).await) };
    let waveform = read(&app, &blob).await?;
    let seconds = |ms: u64| ms as f64 / 1000.0;
    let part = waveform.part(
        query.points_per_second.unwrap_or(POINTS_PER_SECOND),
        query.start_ms.map_or(0.0, seconds),
        query.end_ms.map(seconds),
        MOST_POINTS,
    );
    Ok(Json(WaveformView::of(&waveform, part)))
}

/// Why a song has no waveform.
async fn missing(app: &App, id: &SongId) -> Problem {
    match app.storage().audio.song(id).await {
        Ok(None) => Problem::new(FailureCode::UnknownSong),
        Ok(Some(song)) if song.status == SongStatus::Failed => Problem::new(FailureCode::SongFailed),
        Ok(Some(_)) => Problem::new(FailureCode::SongNotReady),
        Err(error) => error.into(),
    }
}

async fn read(app: &App, blob: &BlobHash) -> Result<Waveform, StorageError> {
    let bytes = app.storage().blobs.read(blob).await?;
    Waveform::from_bytes(&bytes)
        .ok_or_else(|| StorageError::Damaged { what: "waveform", source: "not of whole points".into() })
}
