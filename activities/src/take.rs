//! Takes: rendering what a plan says, once for everybody.

use crate::desk::{Desk, is_there};
use crate::failure::Failure;
use crate::keeping::Held;
use eightcount_domain::{BlobHash, TakeKey};
use eightcount_edit::TakePlan;
use eightcount_media::Watch;
use eightcount_workflows::contract::{RenderPreviewsInput, RenderTakeInput, Rendered};
use futures::{StreamExt, TryStreamExt};
use std::path::Path;

/// Renders a take unless it is there.
pub(crate) async fn render(desk: &Desk, input: RenderTakeInput) -> Result<Rendered, Failure> {
    let frames = ensure(desk, &input.take).await?;
    Ok(Rendered { frames })
}

/// Renders takes, best first: the most likely choice alone, so that it is ready first, then as many at once as there are
/// processors: one ffmpeg never keeps two of them busy all the time.
pub(crate) async fn render_previews(desk: &Desk, input: RenderPreviewsInput) -> Result<u32, Failure> {
    let Some((best, others)) = input.takes.split_first() else { return Ok(0) };
    ensure(desk, best).await?;
    // Collected by a loop: a closure's future would not be general enough to move between threads.
    let mut renderings = Vec::with_capacity(others.len());
    for take in others {
        renderings.push(async { ensure(desk, take).await });
    }
    let renderings = futures::stream::iter(renderings).buffered(desk.cores);
    let rendered: Vec<u64> = renderings.try_collect().await?;
    Ok(1 + rendered.len() as u32)
}

async fn ensure(desk: &Desk, key: &TakeKey) -> Result<u64, Failure> {
    let take = ensure_there(desk, key).await?;
    desk.takes.used(&desk.storage, std::slice::from_ref(key)).await?;
    Ok(take.frames)
}

/// A take's file. It stays for as long as this lives.
pub(crate) struct TakeFile {
    pub(crate) blob: BlobHash,
    pub(crate) frames: u64,
    _held: Held,
}

/// The file of a take, rendered from its plan when it is not there (any more). Whether its bytes are what they were,
/// nobody has looked.
pub(crate) async fn ensure_there(desk: &Desk, key: &TakeKey) -> Result<TakeFile, Failure> {
    let held = desk.takes.hold(key).await;
    if let Some((blob, frames)) = desk.storage.product.take(key).await?
        && is_there(&desk.storage, &blob).await?
    {
        return Ok(TakeFile { blob, frames, _held: held });
    }
    make(desk, key, held, &mut Watch::nobody()).await
}

/// The same with the bytes that its hash says: or it is made anew.
pub(crate) async fn ensure_intact(
    desk: &Desk,
    key: &TakeKey,
    watch: &mut Watch<'_>,
) -> Result<TakeFile, Failure> {
    let held = desk.takes.hold(key).await;
    if let Some((blob, frames)) = desk.storage.product.take(key).await? {
        if desk.storage.blobs.intact(&blob).await? {
            return Ok(TakeFile { blob, frames, _held: held });
        }
        tracing::warn!(take = %key, %blob, "a take is missing or damaged: it is made anew");
    }
    make(desk, key, held, watch).await
}

/// What a take shows, and how.
pub(crate) async fn plan(desk: &Desk, key: &TakeKey) -> Result<TakePlan, Failure> {
    let plan = desk.storage.blobs.read(&BlobHash(key.0.clone())).await?;
    Ok(TakePlan::from_json(&String::from_utf8_lossy(&plan))?)
}

/// Renders what a plan says into a file, from the mezzanines that it names.
pub(crate) async fn render_plan(
    desk: &Desk,
    plan: &TakePlan,
    output: &Path,
    watch: &mut Watch<'_>,
) -> Result<eightcount_media::Rendered, Failure> {
    let mut inputs = Vec::new();
    for blob in plan.sources() {
        inputs.push(desk.storage.blobs.local(blob).await?);
    }
    let inputs: Vec<&Path> = inputs.iter().map(|input| &**input).collect();
    let _turn = desk.rendering_turn().await?;
    Ok(desk.media.render(plan, &inputs, output, watch).await?)
}

async fn make(desk: &Desk, key: &TakeKey, held: Held, watch: &mut Watch<'_>) -> Result<TakeFile, Failure> {
    let plan = plan(desk, key).await?;
    let scratch = desk.scratch()?;
    let output = scratch.path().join("take.mp4");
    let rendered = render_plan(desk, &plan, &output, watch).await?;
    let blob = desk.keep(&output).await?;
    desk.storage.product.put_take(key, &blob, (rendered.frames, rendered.bytes)).await?;
    trim(desk).await;
    Ok(TakeFile { blob, frames: rendered.frames, _held: held })
}

/// Drops takes where there are too many. That it could not be done is no fault of the take just made.
pub(crate) async fn trim(desk: &Desk) {
    match desk.takes.trim(&desk.storage).await {
        Ok(0) => {}
        Ok(dropped) => tracing::info!(dropped, "dropped the takes used longest ago"),
        Err(error) => tracing::warn!(%error, "takes could not be dropped"),
    }
}
