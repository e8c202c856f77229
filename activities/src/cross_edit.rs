//! Cross-edits: takes joined by copying bytes, under the section's audio, encoded once.

use crate::desk::{Desk, is_there};
use crate::failure::Failure;
use crate::take::{self, TakeFile};
use eightcount_domain::{BlobHash, FrameRate, SongId, StageState};
use eightcount_edit::{AudioCut, JoinPart};
use eightcount_media::{Joined, Watch};
use eightcount_workflows::contract::{CrossEditInput, CrossEdited, SoundInput};
use futures::{StreamExt, TryStreamExt};
use std::path::Path;

/// Fades at both ends, so that a section from the middle of a song neither clicks in nor breaks off.
const FADE_IN_MS: u32 = 10;
const FADE_OUT_MS: u32 = 250;

/// Takes that are looked for at the same time.
const FOUND_AT_ONCE: usize = 8;

/// Joins a stage. A take that is gone by now is rendered again; so is one that is damaged. Whether one is, is looked at
/// while they are joined, and what was joined with it is not kept.
pub(crate) async fn cross_edit(desk: &Desk, input: CrossEditInput) -> Result<CrossEdited, Failure> {
    // Collected by a loop: a closure's future would not be general enough to move between threads.
    let mut finding = Vec::with_capacity(input.takes.len());
    for key in &input.takes {
        finding.push(async { take::ensure_there(desk, key).await });
    }
    let finding = futures::stream::iter(finding).buffered(FOUND_AT_ONCE);
    let mut takes: Vec<_> = finding.try_collect().await?;
    let scratch = desk.scratch()?;
    let output = scratch.path().join("cross-edit.mp4");
    let (joined, damaged) = futures::join!(join(desk, &input, &takes, &output), damaged(desk, &takes));
    let damaged = damaged?;
    let joined = if damaged.is_empty() {
        joined?
    } else {
        for place in damaged {
            takes[place] = take::ensure_intact(desk, &input.takes[place], &mut Watch::nobody()).await?;
        }
        join(desk, &input, &takes, &output).await?
    };
    let frames = joined.frames;
    let blob = desk.keep_joined(&output, joined).await?;
    record(desk, &input, &blob, frames).await?;
    desk.takes.used(&desk.storage, &input.takes).await?;
    // What was held for the join may be too much now.
    drop(takes);
    take::trim(desk).await;
    Ok(CrossEdited { blob, frames })
}

/// Joins takes into a file.
async fn join(
    desk: &Desk,
    input: &CrossEditInput,
    takes: &[TakeFile],
    output: &Path,
) -> Result<Joined, Failure> {
    let sound = match &input.sound {
        Some(sound) if is_there(&desk.storage, sound).await? => sound.clone(),
        _ => encode(desk, &input.song, input.section_start, input.frames, input.fps).await?,
    };
    let sound = desk.storage.blobs.local(&sound).await?;
    let mut files = Vec::with_capacity(takes.len());
    for take in takes {
        files.push((desk.storage.blobs.local(&take.blob).await?, take.frames));
    }
    let parts: Vec<_> = files.iter().map(|(file, frames)| JoinPart { path: file, frames: *frames }).collect();
    let joined = desk.media.join(&parts, input.fps, Some(&sound), output, &mut Watch::nobody()).await?;
    if joined.frames != input.frames {
        return Err(Failure::internal(format!("{} frames joined, {} planned", joined.frames, input.frames)));
    }
    Ok(joined)
}

/// Which takes have other bytes than their hashes say.
async fn damaged(desk: &Desk, takes: &[TakeFile]) -> Result<Vec<usize>, Failure> {
    let mut damaged = Vec::new();
    for (place, take) in takes.iter().enumerate() {
        if !desk.storage.blobs.intact(&take.blob).await? {
            damaged.push(place);
        }
    }
    Ok(damaged)
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
