//! `GET /api/songs/{song}/clusters`

use crate::{
    app::App,
    eights,
    extract::{Asked, Id},
    hearings,
    problem::{Problem, ProblemBody},
    views::SongClusters,
};
use axum::{Json, extract::State};
use eightcount_domain::{FailureCode, Section, SongId, SongStatus};
use eightcount_storage::SectionKey;
use eightcount_workflows::contract::{Clustered, SectionInput};
use serde::Deserialize;

/// Most eights that are clustered: more would not fit a message. Longer songs are clustered as far as that.
const MAX_EIGHTS: usize = 256;
/// Fewest eights that can be told apart.
const MIN_EIGHTS: usize = 2;

/// How much to show.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ClustersQuery {
    /// Whether to tell how alike any two eights are, too: up to 256 rows of 256 numbers.
    #[serde(default)]
    pub matrix: bool,
}

/// Which eights of a song sound alike
///
/// Under the grid that the song has now. Computed when it is asked for the first time, which takes a second or two,
/// and kept. A choreography clusters its own section anew: there letters may differ.
#[utoipa::path(
    get,
    path = "/api/songs/{song}/clusters",
    operation_id = "get_song_clusters",
    tag = "songs",
    params(("song" = SongId, Path), ClustersQuery),
    responses(
        (status = 200, description = "The clusters", body = SongClusters),
        (status = 404, description = "`unknown_song`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`song_not_ready`, `song_failed`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "songs.clusters", skip_all, fields(song = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<SongId>,
    Asked(query): Asked<ClustersQuery>,
) -> Result<Json<SongClusters>, Problem> {
    let storage = app.storage();
    let song = storage.audio.song(&id).await?.ok_or_else(|| Problem::new(FailureCode::UnknownSong))?;
    match song.status {
        SongStatus::Hearing => return Err(Problem::new(FailureCode::SongNotReady)),
        SongStatus::Failed => return Err(Problem::new(FailureCode::SongFailed)),
        SongStatus::Ready => {}
    }
    let grid = storage.audio.grid(&id).await?;
    let (blob, hearing) = hearings::named(storage, &id, grid.correction)
        .await?
        .ok_or_else(|| Problem::new(FailureCode::SongNotReady))?;
    let mut of_song = hearing.grid.eights();
    of_song.truncate(MAX_EIGHTS);
    let section = Section::covering(&of_song).filter(|_| of_song.len() >= MIN_EIGHTS);
    let Some(section) = section else {
        let similarity = query.matrix.then(Vec::new);
        let (labels, silhouette) = (Vec::new(), 0.0);
        return Ok(Json(SongClusters { grid_revision: grid.revision, labels, silhouette, similarity }));
    };
    let key = SectionKey { song: id.clone(), hearing: blob.clone(), section };
    let input = SectionInput { song: id, hearing: blob, eights: of_song };
    let Clustered { labels, silhouette, .. } =
        app.gateway().clusters(input, app.config().limits.screening_max()).await?;
    let similarity = if query.matrix { eights::similarity(storage, &key).await? } else { None };
    Ok(Json(SongClusters { grid_revision: grid.revision, labels, silhouette, similarity }))
}
