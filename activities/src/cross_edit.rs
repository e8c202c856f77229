//! Cross-edits: takes joined by copying bytes, under the section's audio, encoded once.

use crate::desk::{Desk, is_there};
use crate::failure::Failure;
use crate::take;
use eightcount_domain::{BlobHash, FrameRate, SongId, StageState};
use eightcount_edit::{AudioCut, JoinPart};
use eightcount_media::Watch;
use eightcount_workflows::contract::{CrossEditInput, CrossEdited, SoundInput};
use futures::{StreamExt, TryStreamExt};

/// Fades at both ends, so that a section from the middle of a song neither clicks in nor breaks off.
const FADE_IN_MS: u32 = 10;
const FADE_OUT_MS: u32 = 250;

/// Takes whose bytes are checked at the same time.
const CHECKED_AT_ONCE: usize = 4;

/// Joins a stage. A take that is gone or damaged by now is rendered again.
pub(crate) async fn cross_edit(desk: &Desk, input: CrossEditInput) -> Result<CrossEdited, Failure> {
    // Collected by a loop: a closure's future would not be general enough to move between threads.
    let mut checks = Vec::with_capacity(input.takes.len());
    for key in &input.takes {
        checks.push(async { take::ensure_intact(desk, key, &mut Watch::nobody()).await });
    }
    let takes: Vec<_> = futures::stream::iter(checks).buffered(CHECKED_AT_ONCE).try_collect().await?;
    let mut files = Vec::with_capacity(takes.len());
    for take in &takes {
        files.push((desk.storage.blobs.local(&take.blob).await?, take.frames));
    }
    let sound = match &input.sound {
        Some(sound) if is_there(&desk.storage, sound).await? => sound.clone(),
        _ => encode(desk, &input.song, input.section_start, input.frames, input.fps).await?,
    };
    let sound = desk.storage.blobs.local(&sound).await?;
    let scratch = desk.scratch()?;
    let parts: Vec<_> = files.iter().map(|(file, frames)| JoinPart { path: file, frames: *frames }).collect();
    let output = scratch.path().join("cross-edit.mp4");
    let joined = desk.media.join(&parts, input.fps, Some(&sound), &output, &mut Watch::nobody()).await?;
    if joined.frames != input.frames {
        return Err(Failure::internal(format!("{} frames joined, {} planned", joined.frames, input.frames)));
    }
    let blob = desk.keep(&output).await?;
    record(desk, &input, &blob, joined.frames).await?;
    desk.takes.used(&desk.storage, &input.takes).await?;
    // What was held for the join may be too much now.
    drop((files, takes));
    take::trim(desk).await;
    Ok(CrossEdited { blob, frames: joined.frames })
}

/// Encodes the sound of the whole section ahead of the last selection.
pub(crate) async fn encode_sound(desk: &Desk, input: SoundInput) -> Result<BlobHash, Failure> {
    encode(desk, &input.song, input.section_start, input.frames, input.fps).await
}

async fn encode(
    desk: &Desk,
    song: &SongId,
    start_s: f64,
    frames: u64,
    fps: FrameRate,
) -> Result<BlobHash, Failure> {
    let song = desk.storage.blobs.local(&BlobHash(song.0.clone())).await?;
    let scratch = desk.scratch()?;
    let sound = scratch.path().join("sound.m4a");
    let cut = AudioCut {
        start_s,
        frames,
        fps,
        fade_in_ms: FADE_IN_MS,
        fade_out_ms: FADE_OUT_MS,
        half_speed: false,
        repeats: 1,
    };
    desk.media.section_audio(&song, &cut, &sound, &mut Watch::nobody()).await?;
    desk.keep(&sound).await
}

async fn record(desk: &Desk, input: &CrossEditInput, blob: &BlobHash, frames: u64) -> Result<(), Failure> {
    let state = StageState {
        stage: input.stage,
        revision: input.revision,
        blob: blob.clone(),
        frames,
        eights: input.takes.len() as u32,
        outdated: false,
    };
    let report = serde_json::to_value(input)?;
    Ok(desk.storage.product.put_cross_edit(&input.choreography, &state, &report).await?)
}
