//! Cross-edits: takes joined by copying bytes, under the section's audio, encoded once.

use crate::desk::Desk;
use crate::failure::Failure;
use crate::take;
use eightcount_domain::{BlobHash, StageState};
use eightcount_edit::{AudioCut, JoinPart};
use eightcount_media::Watch;
use eightcount_workflows::contract::{CrossEditInput, CrossEdited};

/// Fades at both ends, so that a section from the middle of a song neither clicks in nor breaks off.
const FADE_IN_MS: u32 = 10;
const FADE_OUT_MS: u32 = 250;

/// Joins a stage. A take that is gone by now is rendered again.
pub(crate) async fn cross_edit(desk: &Desk, input: CrossEditInput) -> Result<CrossEdited, Failure> {
    let mut files = Vec::with_capacity(input.takes.len());
    for key in &input.takes {
        let (blob, frames) = take::ensure(desk, key).await?;
        files.push((desk.storage.blobs.local(&blob).await?, frames));
    }
    let scratch = desk.scratch()?;
    let audio = scratch.path().join("audio.m4a");
    let song = desk.storage.blobs.local(&BlobHash(input.song.0.clone())).await?;
    let cut = AudioCut {
        start_s: input.section_start,
        frames: input.frames,
        fps: input.fps,
        fade_in_ms: FADE_IN_MS,
        fade_out_ms: FADE_OUT_MS,
    };
    desk.media.section_audio(&song, &cut, &audio, &mut Watch::nobody()).await?;
    let parts: Vec<_> = files.iter().map(|(file, frames)| JoinPart { path: file, frames: *frames }).collect();
    let output = scratch.path().join("cross-edit.mp4");
    let joined = desk.media.join(&parts, input.fps, Some(&audio), &output, &mut Watch::nobody()).await?;
    if joined.frames != input.frames {
        return Err(Failure::internal(format!("{} frames joined, {} planned", joined.frames, input.frames)));
    }
    let blob = desk.keep(&output).await?;
    record(desk, &input, &blob, joined.frames).await?;
    Ok(CrossEdited { blob, frames: joined.frames })
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
