//! Everything that is seen in a performance, before anybody knows its beats.

use super::{frames, poses};
use crate::alive::Pulse;
use crate::desk::Desk;
use crate::failure::Failure;
use eightcount_choreo::watch;
use eightcount_pose::Look;
use eightcount_workflows::contract::{WatchInput, Watched};
use serde::{Deserialize, Serialize};

/// What is stored of it.
#[derive(Serialize, Deserialize)]
pub(super) struct Sights {
    /// What every frame shows.
    pub(super) frames: watch::Watched,
    /// Everybody's joints about ten times a second; none where this machine has no pose models.
    pub(super) looks: Option<Vec<Look>>,
}

/// Finds the subject and its movement in each frame, and everybody's joints.
pub(crate) async fn watch(desk: &Desk, input: WatchInput, pulse: Pulse) -> Result<Watched, Failure> {
    let _turn = desk.ingest_turn().await?;
    let scratch = desk.scratch()?;
    let small = scratch.path().join("small.mp4");
    let seeing = frames::watch(desk, &input.conformed, &small, &pulse);
    let (frames, looks) = futures::try_join!(seeing, poses::looks(desk, &input.conformed, &pulse))?;
    let sights = desk.write_json(&Sights { frames, looks }).await?;
    Ok(Watched { sights, small: desk.keep(&small).await? })
}
