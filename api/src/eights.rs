//! What is known of the eights, from the shared view or else from the records, which fill the view again.

use eightcount_domain::{Amplitude, ChoreographyState, Clustering, EightState};
use eightcount_storage::{Likeness, SectionKey, Storage, StorageError};
use serde::de::DeserializeOwned;

/// Names the section of a choreography; none before it is cut into eights.
fn key_of(state: &ChoreographyState) -> Option<SectionKey> {
    let hearing = state.hearing.clone()?;
    Some(SectionKey { song: state.song.clone(), hearing, section: state.section })
}

/// How loud each beat of an eight is; none before it was measured.
pub async fn amplitude(
    storage: &Storage,
    state: &ChoreographyState,
    k: u32,
) -> Result<Option<Amplitude>, StorageError> {
    let Some(key) = key_of(state) else { return Ok(None) };
    if let Some(amplitude) = storage.shared.ampl(&key.eight(k)).await {
        return Ok(Some(amplitude));
    }
    let measured: Option<Vec<Amplitude>> = analysis(storage, &key, "amplitude").await?;
    let amplitude = measured.and_then(|measured| measured.get(k as usize).copied());
    if let Some(amplitude) = &amplitude {
        storage.shared.set_ampl(&key.eight(k), amplitude).await;
    }
    Ok(amplitude)
}

/// Which eights sound alike, and how much; none before they were clustered.
pub async fn clustering(
    storage: &Storage,
    state: &ChoreographyState,
) -> Result<Option<Clustering>, StorageError> {
    let Some(key) = key_of(state) else { return Ok(None) };
    analysis(storage, &key, "clusters").await
}

/// How alike any two eights of a section are; none before it was clustered.
pub async fn similarity(storage: &Storage, key: &SectionKey) -> Result<Option<Vec<Vec<f32>>>, StorageError> {
    let clustering: Option<Clustering> = analysis(storage, key, "clusters").await?;
    Ok(clustering.map(|clustering| clustering.similarity))
}

/// What was measured of a whole section.
async fn analysis<T: DeserializeOwned>(
    storage: &Storage,
    key: &SectionKey,
    what: &'static str,
) -> Result<Option<T>, StorageError> {
    let Some(blob) = storage.audio.section_analysis(&key.analysis(what)).await? else { return Ok(None) };
    let analysis = serde_json::from_slice(&storage.blobs.read(&blob).await?);
    analysis.map(Some).map_err(|source| StorageError::Damaged { what, source: source.into() })
}

/// Which steps' music is most like an eight's; none before steps were suggested for it.
pub async fn likeness(
    storage: &Storage,
    state: &ChoreographyState,
    eight: &EightState,
    k: u32,
) -> Result<Option<Likeness>, StorageError> {
    let (Some(key), Some(cluster), Some(asked)) = (key_of(state), eight.cluster, &eight.suggestion) else {
        return Ok(None);
    };
    if let Some(likeness) = storage.shared.smlr(&key.eight(k)).await {
        return Ok(Some(likeness));
    }
    let Some(suggestion) = storage.choreo.suggestion(asked).await? else { return Ok(None) };
    let likeness =
        Likeness { cluster, library_version: suggestion.library_version, similar: suggestion.similar };
    storage.shared.set_smlr(&key.eight(k), &likeness).await;
    Ok(Some(likeness))
}
