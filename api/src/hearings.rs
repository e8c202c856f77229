//! What was heard in a song, as it was recorded, under the grid that it has.

use eightcount_domain::{BlobHash, GridCorrection, Hearing, NoBeats, SongId, SongStatus};
use eightcount_storage::{Preparation, Storage, StorageError};
use serde::de::DeserializeOwned;

/// The hearing of a song under a correction; none before it was heard so.
pub async fn of(
    storage: &Storage,
    song: &SongId,
    correction: GridCorrection,
) -> Result<Option<Hearing>, StorageError> {
    Ok(named(storage, song, correction).await?.map(|(_, hearing)| hearing))
}

/// The same with the blob that holds it.
pub async fn named(
    storage: &Storage,
    song: &SongId,
    correction: GridCorrection,
) -> Result<Option<(BlobHash, Hearing)>, StorageError> {
    let Some(blob) = blob_of(storage, song, correction).await? else { return Ok(None) };
    let hearing = read(storage, &blob).await?;
    Ok(Some((blob, hearing)))
}

/// How sure it is that a song has no beats, 0 to 1; none where that was not found.
pub async fn no_beats_confidence(storage: &Storage, song: &SongId) -> Result<Option<f32>, StorageError> {
    let Some(blob) = storage.audio.no_beats(song).await? else { return Ok(None) };
    Ok(Some(read::<NoBeats>(storage, &blob).await?.confidence))
}

async fn read<T: DeserializeOwned>(storage: &Storage, blob: &BlobHash) -> Result<T, StorageError> {
    let bytes = storage.blobs.read(blob).await?;
    serde_json::from_slice(&bytes)
        .map_err(|source| StorageError::Damaged { what: "hearing", source: source.into() })
}

/// From the shared view, else from the record: then the view is filled again.
async fn blob_of(
    storage: &Storage,
    song: &SongId,
    grid: GridCorrection,
) -> Result<Option<BlobHash>, StorageError> {
    if let Some(hearing) = storage.shared.prepro(song, grid).await.and_then(|shared| shared.hearing) {
        return Ok(Some(hearing));
    }
    let recorded = storage.audio.hearing(song, grid).await?;
    if let Some(hearing) = recorded.clone() {
        let preparation = Preparation { status: SongStatus::Ready, failure: None, hearing: Some(hearing) };
        storage.shared.set_prepro(song, grid, &preparation).await;
    }
    Ok(recorded)
}
