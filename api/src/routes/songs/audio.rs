//! `GET /api/songs/{song}/audio`

use crate::{
    app::App,
    downloads::Download,
    extract::Id,
    problem::{Problem, ProblemBody},
    views::FileBody,
};
use axum::{extract::State, http::HeaderMap, response::Response};
use eightcount_domain::{BlobHash, FailureCode, SongId};
use eightcount_storage::StorageError;
use futures::TryStreamExt;

/// Bytes that tell a format.
const MAGIC_BYTES: u64 = 12;

/// Play a song
///
/// The uploaded file, with ranges.
#[utoipa::path(
    get,
    path = "/api/songs/{song}/audio",
    operation_id = "get_song_audio",
    tag = "songs",
    params(("song" = SongId, Path)),
    responses(
        (status = 200, description = "The file", body = FileBody, content_type = "audio/*"),
        (status = 206, description = "The wanted range", body = FileBody, content_type = "audio/*"),
        (status = 404, description = "`unknown_song`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "songs.audio", skip_all, fields(song = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<SongId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let song = app.storage().audio.song(&id).await?;
    let song = song.ok_or_else(|| Problem::new(FailureCode::UnknownSong))?;
    let blob = BlobHash(song.id.0);
    let media_type = media_type(&head(&app, &blob).await?);
    Download::inline(blob, media_type).immutable().answer(&app, &headers).await
}

async fn head(app: &App, blob: &BlobHash) -> Result<Vec<u8>, StorageError> {
    let blobs = &app.storage().blobs;
    let length = blobs.len(blob).await?.min(MAGIC_BYTES);
    let pieces: Vec<_> = blobs.read_range(blob, 0..length).await?.try_collect().await?;
    Ok(pieces.concat())
}

/// By the first bytes (the signatures of RFC 3533, 3003, 9639, RIFF, ISO 14496-12 and Matroska).
fn media_type(head: &[u8]) -> &'static str {
    match head {
        [b'O', b'g', b'g', b'S', ..] => "audio/ogg",
        [b'f', b'L', b'a', b'C', ..] => "audio/flac",
        [b'I', b'D', b'3', ..] => "audio/mpeg",
        [0xff, second, ..] if second & 0xf6 == 0xf0 => "audio/aac",
        [0xff, second, ..] if second & 0xe0 == 0xe0 => "audio/mpeg",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E'] => "audio/wav",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "audio/mp4",
        [0x1a, 0x45, 0xdf, 0xa3, ..] => "audio/webm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        for (head, told) in [
            (&b"OggS\0\x02\0\0\0\0\0\0"[..], "audio/ogg"),
            (b"RIFF\x24\0\0\0WAVE", "audio/wav"),
            (b"\xff\xfb\x90\x64", "audio/mpeg"),
            (b"\xff\xf1\x50\x80", "audio/aac"),
            (b"\0\0\0\x20ftypM4A ", "audio/mp4"),
            (b"<script>aler", "application/octet-stream"),
            (b"", "application/octet-stream"),
        ] {
            assert_eq!(media_type(head), told, "{head:?}");
        }
    }
}
