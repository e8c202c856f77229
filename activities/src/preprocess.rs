//! Preprocessing: decode, loudness, beat grid, snap the section, list the eights.

use crate::desk::{Desk, compute, is_there};
use crate::failure::Failure;
use eightcount_audio::{AudioError, SAMPLE_RATE, correct, hear, hear_tapped, outlined, snap_section};
use eightcount_domain::{BlobHash, GridCorrection, Hearing, Millis, NoBeats, SongId, SongStatus, Waveform};
use eightcount_storage::Preparation;
use eightcount_workflows::contract::{ConcludeHearingInput, PreprocessInput, Preprocessed};

/// Hears the song, or finds that it was heard, and snaps the section to eights.
pub(crate) async fn preprocess(desk: &Desk, input: PreprocessInput) -> Result<Preprocessed, Failure> {
    outline(desk, &input.song).await?;
    let (blob, hearing) = heard(desk, &input.song, input.correction).await?;
    let eights = match input.section {
        Some(section) => snap_section(&hearing.grid, section, hearing.duration_s)?,
        None => Vec::new(),
    };
    let ready = Preparation { status: SongStatus::Ready, failure: None, hearing: Some(blob.clone()) };
    desk.storage.shared.set_prepro(&input.song, input.correction, &ready).await;
    Ok(Preprocessed {
        hearing: blob,
        tempo: hearing.grid.tempo,
        duration_ms: Millis::rounded(hearing.duration_s),
        confidence: hearing.grid.confidence,
        eights,
    })
}

/// Keeps the waveform of the song at every zoom, or finds that it is kept. Before it is heard: where no beat is found,
/// the user taps along with what is shown.
async fn outline(desk: &Desk, song: &SongId) -> Result<(), Failure> {
    if let Some(blob) = desk.storage.audio.waveform(song).await?
        && is_there(&desk.storage, &blob).await?
    {
        return Ok(());
    }
    let sound = desk.sound(&BlobHash(song.0.clone())).await?;
    let finest = compute(move || outlined(&sound.pcm, Waveform::FINEST as usize)).await?;
    let bytes = Waveform::new(SAMPLE_RATE, finest).to_bytes();
    let blob = desk.storage.blobs.put_bytes(&bytes).await?;
    Ok(desk.storage.audio.put_waveform(song, &blob).await?)
}

/// Records how a hearing ended.
pub(crate) async fn conclude(desk: &Desk, input: ConcludeHearingInput) -> Result<(), Failure> {
    let status = if input.failure.is_some() { SongStatus::Failed } else { SongStatus::Ready };
    desk.storage.audio.set_song_status(&input.song, status, input.failure).await?;
    if input.failure.is_some() {
        let failed = Preparation { status, failure: input.failure, hearing: None };
        desk.storage.shared.set_prepro(&input.song, GridCorrection::default(), &failed).await;
    }
    Ok(())
}

/// The hearing of a song under a correction, from the store where it was heard before.
pub(crate) async fn heard(
    desk: &Desk,
    song: &SongId,
    correction: GridCorrection,
) -> Result<(BlobHash, Hearing), Failure> {
    if let Some(blob) = desk.storage.audio.hearing(song, correction).await?
        && is_there(&desk.storage, &blob).await?
    {
        let hearing = desk.read_json(&blob).await?;
        return Ok((blob, hearing));
    }
    let as_heard = GridCorrection { tap: correction.tap, ..GridCorrection::default() };
    let hearing = if correction == as_heard {
        let sound = desk.sound(&BlobHash(song.0.clone())).await?;
        let (tap, loudness_lufs) = (correction.tap, sound.loudness_lufs);
        let hearing =
            compute(move || tap.map_or_else(|| hear(&sound.pcm), |tap| hear_tapped(&sound.pcm, tap))).await?;
        if let (None, Err(AudioError::NoBeats { confidence })) = (tap, &hearing) {
            let answer = desk.write_json(&NoBeats { confidence: *confidence }).await?;
            desk.storage.audio.put_no_beats(song, &answer).await?;
        }
        Hearing { loudness_lufs, ..hearing? }
    } else {
        let (_, hearing) = Box::pin(heard(desk, song, as_heard)).await?;
        Hearing { grid: correct(&hearing.grid, correction), ..hearing }
    };
    let blob = desk.write_json(&hearing).await?;
    desk.storage.audio.put_hearing(song, correction, &blob).await?;
    Ok((blob, hearing))
}
