//! Ingest: a performance becomes steps.

mod frames;
mod hearing;
mod poses;
mod sights;
mod steps;

pub(crate) use hearing::hear_performance as hear;
pub(crate) use sights::watch;
pub(crate) use steps::describe;

use crate::desk::{Desk, found};
use crate::failure::Failure;
use eightcount_domain::{
    self as domain, BlobHash, Eight, FailureCode, FeatureVector, Performance, PerformanceStatus, Role, Step,
    StepId,
};
use eightcount_workflows::contract::{ANALYSIS, Conformed, DiscardInput, PublishPerformanceInput, Published};
use serde::{Deserialize, Serialize};

/// Fewest steps that make a performance.
const MIN_STEPS: usize = 2;

/// An eight of a performance and what it sounds like.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct HeardEight {
    eight: Eight,
    features: FeatureVector,
}

/// Puts all steps into the library in one transaction.
pub(crate) async fn publish(desk: &Desk, input: PublishPerformanceInput) -> Result<Published, Failure> {
    let seen: Vec<steps::SeenEight> = desk.read_json(&input.described.steps).await?;
    let known = desk.storage.choreo.performance(&input.performance).await?;
    let known = found("the performance", known)?;
    let last = seen.len().saturating_sub(1);
    let step = |(index, seen): (usize, steps::SeenEight)| Step {
        id: StepId { performance: input.performance.clone(), index: index as u32 },
        role: role(index, last),
        beats: seen.beats,
        movement: seen.movement,
        start_box: seen.start_box,
        end_box: seen.end_box,
        start_motion: seen.start_motion,
        end_motion: seen.end_motion,
        start_outline: seen.start_outline,
        end_outline: seen.end_outline,
        start_pose: seen.start_pose,
        end_pose: seen.end_pose,
        sight: seen.sight,
        features: seen.features,
        quality: seen.quality,
        native_cut: seen.native_cut,
        thumbnail: seen.thumbnail,
        preview: Some(seen.preview),
        hidden: false,
        on_screen_text: false,
    };
    let steps: Vec<_> = seen.into_iter().enumerate().map(step).collect();
    let Conformed { mezzanine, width, height, fps, frames, .. } = input.conformed;
    let count = steps.len() as u32;
    let conformed = domain::Conformed {
        mezzanine,
        width,
        height,
        fps,
        frames,
        tempo: input.heard.tempo,
        steps: count,
        beats: input.heard.beats,
        analysis: ANALYSIS,
    };
    let performance = Performance {
        status: PerformanceStatus::Published,
        failure: None,
        conformed: Some(conformed),
        ..known
    };
    desk.storage.choreo.publish_performance(&performance, &steps).await?;
    Ok(Published { steps: count })
}

/// Removes what a failed ingest made; of a cancelled one not even its record stays. Of a performance that was analysed
/// again everything stays as it was before.
pub(crate) async fn discard(desk: &Desk, input: DiscardInput) -> Result<(), Failure> {
    let choreo = &desk.storage.choreo;
    let known = choreo.performance(&input.performance).await?;
    let mut unwanted = input.made;
    if input.again {
        // Made of the same file, it may be the same mezzanine.
        let kept = known.and_then(|known| known.conformed).map(|conformed| conformed.mezzanine);
        unwanted.retain(|blob| Some(blob) != kept.as_ref());
    } else {
        unwanted.push(BlobHash(input.performance.0.clone()));
    }
    for blob in &unwanted {
        desk.storage.blobs.delete(blob).await?;
    }
    // Told last: who hears that it failed may send the file again, and nothing of it is removed any more.
    if !input.again {
        if input.failure == FailureCode::Cancelled {
            choreo.delete_performance(&input.performance).await?;
        } else {
            let failed = PerformanceStatus::Failed;
            choreo.set_performance_status(&input.performance, failed, Some(input.failure)).await?;
        }
    }
    Ok(())
}

fn role(index: usize, last: usize) -> Role {
    match index {
        0 => Role::Intro,
        _ if index == last => Role::Outro,
        _ => Role::Body,
    }
}
