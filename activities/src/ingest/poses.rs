//! Looking for people and their joints, about ten times a second, in parts that are not done twice.
//!
//! A part is stored when it is done, with what the tracker knows then, and names the part before it. The heartbeat
//! names the last one: whoever takes the activity up after a kill goes on from there. Parts wait where uploads wait: those
//! of an ingest that was cancelled or killed for good are swept with abandoned uploads.

use crate::alive::Pulse;
use crate::desk::{Desk, compute};
use crate::failure::Failure;
use eightcount_domain::{BlobHash, FrameRate};
use eightcount_media::{ColourFrames, Watch};
use eightcount_pose::{Followed, Look, Models, Picture, Tracker};
use eightcount_storage::StorageError;
use eightcount_workflows::contract::Conformed;
use serde::{Deserialize, Serialize};

/// Looks a second. Joints between two looks are interpolated.
const LOOKS_PER_S: u32 = 10;
/// Looks of a part: the pictures of two are in memory, one being read while the other is looked at.
const PART_LOOKS: u64 = 32;
/// Longer side of the pictures that are looked at.
const SIDE_PX: u32 = 640;

/// A part that is done.
#[derive(Serialize, Deserialize)]
struct Part {
    /// The part before it.
    before: Option<BlobHash>,
    looks: Vec<Look>,
    followed: Followed,
}

/// What has been seen so far.
#[derive(Default)]
struct Seen {
    parts: Vec<BlobHash>,
    looks: Vec<Look>,
    followed: Followed,
}

/// Which pictures are looked at, and how large they are.
#[derive(Clone, Copy)]
struct Plan {
    width: u32,
    height: u32,
    every: u64,
    looks: u64,
    rate: FrameRate,
}

impl Plan {
    fn of(conformed: &Conformed) -> Self {
        let (w, h) = (conformed.width.max(1), conformed.height.max(1));
        let even = |side: u32| (side * SIDE_PX / w.max(h) / 2 * 2).max(16);
        let every = u64::from(conformed.fps.get() / LOOKS_PER_S);
        let looks = conformed.frames.div_ceil(every);
        Self { width: even(w), height: even(h), every, looks, rate: conformed.fps }
    }

    fn picture_bytes(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height) * 3
    }

    fn pictures(&self, first_look: u64) -> ColourFrames {
        let most = PART_LOOKS.min(self.looks.saturating_sub(first_look));
        ColourFrames {
            size: (self.width, self.height),
            rate: self.rate,
            first: first_look * self.every,
            every: self.every,
            most,
        }
    }
}

/// Everybody in every look at a mezzanine; none where this machine has no pose models.
pub(super) async fn looks(
    desk: &Desk,
    conformed: &Conformed,
    pulse: &Pulse,
) -> Result<Option<Vec<Look>>, Failure> {
    let Some(models) = desk.pose_models.clone() else { return Ok(None) };
    let plan = Plan::of(conformed);
    let mezzanine = desk.storage.blobs.local(&conformed.mezzanine).await?;
    let mut seen = resume(desk, pulse.left_by_the_attempt_before(), plan).await?;
    let mut pictures = read(desk, &mezzanine, plan.pictures(seen.looks.len() as u64)).await?;
    while !pictures.is_empty() {
        let first = seen.looks.len() as u64;
        let next = plan.pictures(first + pictures.len() as u64 / plan.picture_bytes());
        let followed = std::mem::take(&mut seen.followed);
        let looking = look(models.clone(), followed, pictures, first, plan);
        let (looked, read_next) = futures::join!(looking, read(desk, &mezzanine, next));
        let Some((looks, followed)) = looked? else { return Ok(None) };
        pictures = read_next?;
        let part = Part { before: seen.parts.last().cloned(), looks, followed };
        let blob = store(desk, &part).await?;
        seen.looks.extend(part.looks);
        seen.followed = part.followed;
        seen.parts.push(blob.clone());
        pulse.mark(seen.looks.len() as u64 * plan.every, blob);
    }
    // Parts are of no use to anybody else; who takes this up without them starts over.
    for part in &seen.parts {
        desk.storage.blobs.discard_incoming(part).await?;
    }
    Ok(Some(seen.looks))
}

async fn store(desk: &Desk, part: &Part) -> Result<BlobHash, Failure> {
    let mut staged = desk.storage.blobs.staging().await?;
    staged.write(serde_json::to_vec(part)?.into()).await?;
    Ok(staged.finish().await?.0)
}

/// A part, unless it is gone or of another release: then it is as if it had not been.
async fn stored(desk: &Desk, part: &BlobHash) -> Result<Option<Part>, Failure> {
    let file = match desk.storage.blobs.incoming(part).await {
        Ok(file) => file,
        Err(StorageError::NoBlob(_)) => return Ok(None),
        Err(other) => return Err(other.into()),
    };
    Ok(serde_json::from_slice(&tokio::fs::read(&*file).await?).ok())
}

/// What an attempt before this one has done.
async fn resume(desk: &Desk, last: Option<BlobHash>, plan: Plan) -> Result<Seen, Failure> {
    let (mut parts, mut next) = (Vec::new(), last);
    while let Some(blob) = next {
        let Some(Part { before, looks, followed }) = stored(desk, &blob).await? else {
            return Ok(Seen::default());
        };
        next = before;
        parts.push((blob, looks, followed));
    }
    let mut seen = Seen::default();
    for (blob, looks, followed) in parts.into_iter().rev() {
        seen.parts.push(blob);
        seen.looks.extend(looks);
        seen.followed = followed;
    }
    if seen.looks.len() as u64 > plan.looks {
        return Ok(Seen::default());
    }
    tracing::info!(looks = seen.looks.len(), of = plan.looks, "looking for people");
    Ok(seen)
}

/// Pictures one after the other, as bytes.
async fn read(desk: &Desk, mezzanine: &std::path::Path, frames: ColourFrames) -> Result<Vec<u8>, Failure> {
    if frames.most == 0 {
        return Ok(Vec::new());
    }
    Ok(desk.media.colour_frames(mezzanine, frames, &mut Watch::nobody()).await?)
}

/// None when the models cannot be run: a performance without joints is still a performance.
async fn look(
    models: Models,
    followed: Followed,
    pictures: Vec<u8>,
    first: u64,
    plan: Plan,
) -> Result<Option<(Vec<Look>, Followed)>, Failure> {
    let work = move || {
        let size = (plan.width as usize, plan.height as usize);
        let mut tracker = Tracker::new(models.seer(), followed);
        let mut looks = Vec::new();
        for (i, pixels) in pictures.chunks_exact(plan.picture_bytes() as usize).enumerate() {
            let picture = Picture::new(size.0, size.1, pixels).map_err(Failure::internal)?;
            let sightings = match tracker.look(&picture) {
                Ok(sightings) => sightings,
                Err(error) => {
                    tracing::error!(%error, "the pose models cannot be run; the picture's change measures movement");
                    return Ok(None);
                }
            };
            let at_s = ((first + i as u64) * plan.every) as f64 / f64::from(plan.rate.get());
            looks.push(Look::of(at_s, size, &sightings));
        }
        Ok::<_, Failure>(Some((looks, tracker.state().clone())))
    };
    compute(work).await?
}
