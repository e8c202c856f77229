//! Looking for people and their joints, about ten times a second, in parts that are not done twice.
//!
//! A part is stored when it is done, with what the tracker knows then, and names the part before it. The heartbeat
//! names the last one: whoever takes the activity up after a kill goes on from there. Parts wait where uploads wait: those
//! of an ingest that was cancelled or killed for good are swept with abandoned uploads.

use crate::alive::Pulse;
use crate::desk::{Desk, compute};
use crate::failure::Failure;
use eightcount_domain::{BlobHash, FrameRate};
use eightcount_media::Glimpse;
use eightcount_pose::{Followed, Look, Models, Picture, Tracker};
use eightcount_storage::StorageError;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

/// Looks a second. Joints between two looks are interpolated.
const LOOKS_PER_S: u32 = 10;
/// Looks of a part, at least: what is lost when this ends in the middle of one.
const PART_LOOKS: usize = 32;
/// Pictures that may wait to be looked at.
pub(super) const WAITING: usize = 24;

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
pub(super) struct Seen {
    parts: Vec<BlobHash>,
    looks: Vec<Look>,
    followed: Followed,
}

impl Seen {
    /// Looks that need not be taken again.
    pub(super) fn looks(&self) -> u64 {
        self.looks.len() as u64
    }
}

/// Frames from one look to the next.
pub(super) fn every(rate: FrameRate) -> u64 {
    u64::from(rate.get() / LOOKS_PER_S).max(1)
}

/// Everybody in every picture that comes, beside what was seen before; nothing when the models cannot be run.
pub(super) async fn looks(
    desk: &Desk,
    models: &Models,
    seen: Seen,
    mut pictures: mpsc::Receiver<Glimpse>,
    pulse: &Pulse,
) -> Result<Option<Vec<Look>>, Failure> {
    let rate = desk.mezzanine_fps;
    let Seen { mut parts, mut looks, followed } = seen;
    let (mut tracker, mut stored) = (Tracker::new(models.seer(), followed), looks.len());
    loop {
        // As many as there are: who waits for more is late at the end.
        let mut glimpses = Vec::with_capacity(WAITING);
        if pictures.recv_many(&mut glimpses, WAITING).await == 0 {
            break;
        }
        let first = looks.len();
        let at_s = move |look: usize| ((first + look) as u64 * every(rate)) as f64 / f64::from(rate.get());
        let Some((seen, back)) = look(tracker, glimpses, at_s).await? else { return Ok(None) };
        looks.extend(seen);
        tracker = back;
        if looks.len() - stored >= PART_LOOKS {
            let (before, followed) = (parts.last().cloned(), tracker.state().clone());
            let blob = store(desk, &Part { before, looks: looks[stored..].to_vec(), followed }).await?;
            pulse.mark(looks.len() as u64 * every(rate), blob.clone());
            parts.push(blob);
            stored = looks.len();
        }
    }
    // Parts are of no use to anybody else; who takes this up without them starts over.
    for part in &parts {
        desk.storage.blobs.discard_incoming(part).await?;
    }
    Ok(Some(looks))
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

/// What an attempt before this one has seen.
pub(super) async fn resume(desk: &Desk, last: Option<BlobHash>) -> Result<Seen, Failure> {
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
    tracing::info!(looks = seen.looks.len(), "looking for people");
    Ok(seen)
}

/// None when the models cannot be run: a performance without joints is still a performance.
async fn look(
    mut tracker: Tracker,
    glimpses: Vec<Glimpse>,
    at_s: impl Fn(usize) -> f64 + Send + 'static,
) -> Result<Option<(Vec<Look>, Tracker)>, Failure> {
    let work = move || {
        let mut looks = Vec::with_capacity(glimpses.len());
        for (i, glimpse) in glimpses.iter().enumerate() {
            let (size, pixels) = (glimpse.dimensions(), glimpse.rgb());
            let picture = Picture::new(size.0, size.1, &pixels).map_err(Failure::internal)?;
            let sightings = match tracker.look(&picture) {
                Ok(sightings) => sightings,
                Err(error) => {
                    tracing::error!(%error, "the pose models cannot be run; the picture's change measures movement");
                    return Ok(None);
                }
            };
            looks.push(Look::of(at_s(i), size, &sightings));
        }
        Ok::<_, Failure>(Some((looks, tracker)))
    };
    compute(work).await?
}
