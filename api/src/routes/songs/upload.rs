//! `POST /api/songs`

use crate::{
    app::App,
    extract::Asked,
    problem::{Problem, ProblemBody},
    uploads::{self, UploadQuery},
    views::{FileBody, SongView},
};
use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};
use eightcount_domain::{BlobHash, Song, SongId, SongStatus};

/// Upload a song
///
/// The body is the file itself. It is looked at before anything is kept of it; then it is heard, which takes
/// seconds: its status goes from `hearing` to `ready`. The same bytes again give the song that is there.
#[utoipa::path(
    post,
    path = "/api/songs",
    operation_id = "upload_song",
    tag = "songs",
    params(UploadQuery),
    request_body(content = FileBody, content_type = "application/octet-stream", description = "The audio file"),
    responses(
        (status = 201, description = "Taken in; it is being heard", body = SongView,
            headers(("location" = String, description = "Where the song is"))),
        (status = 200, description = "These bytes are a song already", body = SongView),
        (status = 404, description = "`unknown_upload`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`upload_incomplete`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 413, description = "`too_large`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "`unrecognised_format`, `playlist_refused`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 422, description = "`empty_file`, `damaged_media`, `no_audio_stream`, `too_short`, `too_long`, \
            `too_complex`", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "songs.upload", skip_all)]
pub async fn handle(
    State(app): State<App>,
    Asked(query): Asked<UploadQuery>,
    headers: HeaderMap,
    body: Body,
) -> Result<impl IntoResponse, Problem> {
    let hash = uploads::receive(&app, "song", &query, &headers, body).await?;
    let taking_in = take_in(app.clone(), hash.clone(), query.title(&headers));
    let (status, song) = uploads::in_turn(app, hash, taking_in).await?;
    let location = [(header::LOCATION, format!("/api/songs/{}", song.id))];
    Ok((status, location, Json(SongView::from(song))))
}

async fn take_in(app: App, hash: BlobHash, title: String) -> Result<(StatusCode, Song), Problem> {
    let id = SongId(hash.0.clone());
    let (audio, blobs) = (&app.storage().audio, &app.storage().blobs);
    let known = audio.song(&id).await?;
    if let Some(song) = known.as_ref().filter(|song| song.status == SongStatus::Ready) {
        return Ok((StatusCode::OK, song.clone()));
    }
    let (status, song) = if let Some(song) = known {
        // Being heard, or it failed: sending it again tries again, and starts what could not be started before.
        (StatusCode::OK, Song { status: SongStatus::Hearing, failure: None, ..song })
    } else {
        let max = app.config().limits.screening_max();
        let screened = app.gateway().screen_song(hash.clone(), max).await?;
        let song = Song {
            id: id.clone(),
            title,
            duration_ms: screened.duration_ms,
            uploaded_at_ms: uploads::now(),
            status: SongStatus::Hearing,
            failure: None,
        };
        (StatusCode::CREATED, song)
    };
    blobs.promote(&hash).await?;
    if !audio.insert_song(&song).await? {
        audio.set_song_status(&id, SongStatus::Hearing, None).await?;
    }
    app.gateway().start_hearing(&id).await?;
    Ok((status, song))
}
