//! Everything that is seen in a performance, before anybody knows its beats. The upload is decoded once: the same pictures
//! become the mezzanine, its small copy, and what is looked at; decoding waits while too many are not looked at yet.

use super::{frames, poses};
use crate::alive::Pulse;
use crate::desk::{Desk, compute};
use crate::failure::Failure;
use eightcount_choreo::watch;
use eightcount_domain::BlobHash;
use eightcount_media::{ConformOptions, Glimpse, Shown, Watch};
use eightcount_pose::Look;
use eightcount_workflows::contract::{Conformed, IngestInput, Watched};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use tokio::sync::mpsc;

/// Pictures that may wait to be looked at.
const WAITING: usize = 8;

/// What is stored of it.
#[derive(Serialize, Deserialize)]
pub(super) struct Sights {
    /// What every frame shows.
    pub(super) frames: watch::Watched,
    /// Everybody's joints about ten times a second; none where this machine has no pose models.
    pub(super) looks: Option<Vec<Look>>,
}

/// Makes the mezzanine, and finds the subject and its movement in each frame, and everybody's joints.
pub(crate) async fn watch(desk: &Desk, input: IngestInput, pulse: Pulse) -> Result<Watched, Failure> {
    let _turn = desk.ingest_turn().await?;
    let blob = BlobHash(input.performance.0);
    let original = desk.storage.blobs.local(&blob).await?;
    let facts = desk.screened(&blob, &original).await?;
    let scratch = desk.scratch()?;
    let [mezzanine, small, frames_file] =
        ["mezzanine.mp4", "small.mp4", "frames"].map(|name| scratch.path().join(name));
    let options = ConformOptions { fps: desk.mezzanine_fps, ..ConformOptions::default() };
    let frames = (facts.duration_s * f64::from(options.fps.get())) as u64;
    let (to, shown) = mpsc::channel(WAITING);
    let (shown_to, mut nobody) = (Some(Shown { small: &small, to }), Watch::nobody());
    let conforming = async {
        let made = desk.media.conform(&original, &facts, &mezzanine, &options, shown_to, &mut nobody).await?;
        // Meanwhile the last pictures are looked at.
        let hash = desk.storage.blobs.name_file(&mezzanine).await?;
        Ok::<_, Failure>((made, hash))
    };
    let looking = look(desk, shown, frames_file, (&pulse, frames));
    // In this order: where conforming fails there are no more pictures, and that is why.
    let ((made, hash), sights) = futures::try_join!(conforming, looking)?;
    // Kept when all is done: of an attempt that fails nothing stays.
    desk.storage.blobs.move_hashed(&mezzanine, &hash).await?;
    let conformed = Conformed {
        mezzanine: hash,
        width: made.width,
        height: made.height,
        fps: made.fps,
        frames: made.frames,
        has_audio: made.has_audio,
    };
    Ok(Watched { conformed, sights: desk.write_json(&sights).await?, small: desk.keep(&small).await? })
}

/// Looks at all pictures for movement and at some for joints, and tells how many of so many frames are done.
async fn look(
    desk: &Desk,
    shown: mpsc::Receiver<Glimpse>,
    file: PathBuf,
    (pulse, frames): (&Pulse, u64),
) -> Result<Sights, Failure> {
    let rate = desk.mezzanine_fps;
    let every = poses::every(rate);
    let told = pulse.clone();
    let tell = move |index: u64| told.set_percent(100 * (index + 1) / frames.max(1));
    let Some(models) = &desk.pose_models else {
        let frames = compute(move || frames::watch(shown, rate, &file, |index, _| tell(index))).await??;
        return Ok(Sights { frames, looks: None });
    };
    let seen = poses::resume(desk, pulse.left_by_the_attempt_before()).await?;
    let next = seen.looks() * every;
    let (to, pictures) = mpsc::channel(poses::WAITING);
    let pass_on = move |index: u64, glimpse: Glimpse| {
        tell(index);
        if index.is_multiple_of(every) && index >= next {
            // Nobody takes it when the models cannot be run.
            let _ = to.blocking_send(glimpse);
        }
    };
    let frames = async { compute(move || frames::watch(shown, rate, &file, pass_on)).await? };
    let looks = poses::looks(desk, models, seen, pictures, pulse);
    let (frames, looks) = futures::try_join!(frames, looks)?;
    Ok(Sights { frames, looks })
}
