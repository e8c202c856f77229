//! Extras: the product mirrored, at half speed, counted, or one eight of it in a loop.
//!
//! Takes whose picture changes are planned from the product's plans and rendered like any take; half speed and
//! repeats change no picture and are a matter of joining.

use crate::alive::Pulse;
use crate::desk::{Desk, found, is_there};
use crate::failure::Failure;
use crate::take;
use eightcount_domain::{BlobHash, FrameGrid, SongId, TakeKey};
use eightcount_edit::{AudioCut, Finish, JoinPart, LOOP_REPEATS, TakePlan, counts, looped};
use eightcount_media::Watch;
use eightcount_workflows::contract::{AnalysedSection, ExtraOrder, MakeExtraInput, Rendered};
use std::ops::Range;

/// Fades of the sound, at both ends of each repeat.
const FADE_IN_MS: u32 = 10;
const FADE_OUT_MS: u32 = 250;
/// A loop is to go round: its sound only must not click.
const LOOP_FADE_MS: u32 = 10;
/// Percent of the work that is rendering; the rest is sound and joining.
const RENDERING_PERCENT: u64 = 95;

/// Makes an extra unless it is there. It is recorded as a take is: by the hash of what it was made from.
pub(crate) async fn make(desk: &Desk, input: MakeExtraInput, pulse: Pulse) -> Result<Rendered, Failure> {
    if let Some((blob, frames)) = desk.storage.product.take(&input.key).await?
        && is_there(&desk.storage, &blob).await?
    {
        return Ok(Rendered { frames });
    }
    // What has just been made is not what makes room for it.
    let _held = desk.takes.hold(&input.key).await;
    let order: ExtraOrder = desk.read_json(&BlobHash(input.key.0.clone())).await?;
    let section: AnalysedSection = desk.read_json(&order.analysis).await?;
    let plans = plans(desk, &order, &section).await?;
    let (mut parts, mut takes) = (Vec::with_capacity(plans.len()), Vec::with_capacity(plans.len()));
    let total = plans.len().max(1) as u64;
    for (done, plan) in (0..).zip(&plans) {
        let share = (done * RENDERING_PERCENT / total, (done + 1) * RENDERING_PERCENT / total);
        let BlobHash(key) = desk.storage.blobs.put_bytes(plan.to_json().as_bytes()).await?;
        let mut watch = pulse.share(share, plan.frames);
        let take = take::ensure_intact(desk, &TakeKey(key), &mut watch).await?;
        pulse.set_percent(share.1);
        parts.push((desk.storage.blobs.local(&take.blob).await?, take.frames));
        takes.push(take);
    }
    let repeats = if order.extra.looped.is_some() { LOOP_REPEATS } else { 1 };
    let scratch = desk.scratch()?;
    let (sound, output) = (scratch.path().join("sound.m4a"), scratch.path().join("extra.mp4"));
    let song = desk.storage.blobs.local(&BlobHash(SongId::clone(&order.song).0)).await?;
    let cut = sound_of(&order, &section, repeats)?;
    desk.media.section_audio(&song, &cut, &sound, &mut Watch::nobody()).await?;
    let parts: Vec<_> = (0..repeats)
        .flat_map(|_| &parts)
        .map(|(file, frames)| JoinPart { path: file, frames: *frames })
        .collect();
    let mut watch = Watch::nobody();
    let joined = if order.extra.half_speed {
        desk.media.join_half_speed(&parts, order.fps, Some(&sound), &output, &mut watch).await?
    } else {
        desk.media.join(&parts, order.fps, Some(&sound), &output, &mut watch).await?
    };
    let (frames, bytes) = (joined.frames, joined.bytes);
    let blob = desk.keep_joined(&output, joined).await?;
    desk.storage.product.put_take(&input.key, &blob, (frames, bytes)).await?;
    drop(takes);
    take::trim(desk).await;
    Ok(Rendered { frames })
}

/// The takes as the extra shows them.
async fn plans(desk: &Desk, order: &ExtraOrder, section: &AnalysedSection) -> Result<Vec<TakePlan>, Failure> {
    let mut plans = Vec::with_capacity(order.takes.len());
    for (eight, key) in &order.takes {
        plans.push((*eight, take::plan(desk, key).await?));
    }
    if let Some(eight) = order.extra.looped {
        let of = |eight: u32| plans.iter().find(|(of, _)| *of == eight).map(|(_, plan)| plan);
        let take = found("the looped take", of(eight))?;
        let place = (section.eights.as_slice(), eight as usize);
        let alone = looped(take, of(eight + 1), place, u64::from(order.transition_frames / 2));
        plans = vec![(eight, found("the frames of the loop", alone)?)];
    }
    for (eight, plan) in &mut plans {
        let range = frames_of(order, section, *eight)?;
        let counts = if order.extra.counted { counts(&section.eights, order.fps, range) } else { Vec::new() };
        let finish = Finish { mirrored: order.extra.mirrored, counts };
        plan.finish = Some(finish).filter(|finish| *finish != Finish::default());
    }
    Ok(plans.into_iter().map(|(_, plan)| plan).collect())
}

/// The frames of the section that the extra's take of an eight shows.
fn frames_of(order: &ExtraOrder, section: &AnalysedSection, eight: u32) -> Result<Range<u64>, Failure> {
    let (grid, k) = (FrameGrid::of(&section.eights, order.fps), eight as usize);
    let half = u64::from(order.transition_frames / 2);
    let range = if order.extra.looped.is_some() { grid.take_range(k, 0) } else { grid.take_range(k, half) };
    let (start, end) = found("the eight", range)?;
    Ok(start..end)
}

fn sound_of(order: &ExtraOrder, section: &AnalysedSection, repeats: u32) -> Result<AudioCut, Failure> {
    let fps = order.fps;
    let section_start = found("the section", section.eights.first())?.start();
    let frames = match order.extra.looped {
        Some(eight) => frames_of(order, section, eight)?,
        None => 0..FrameGrid::of(&section.eights, fps).total(),
    };
    let (fade_in_ms, fade_out_ms) =
        if repeats > 1 { (LOOP_FADE_MS, LOOP_FADE_MS) } else { (FADE_IN_MS, FADE_OUT_MS) };
    Ok(AudioCut {
        start_s: section_start + frames.start as f64 / f64::from(fps.get()),
        frames: frames.end - frames.start,
        fps,
        fade_in_ms,
        fade_out_ms,
        half_speed: order.extra.half_speed,
        repeats,
    })
}
