//! Extras: the product's takes changed for learning the dance. The order is the blob that the extra's key names.

use eightcount_domain::{BlobHash, Extra, FrameRate, SongId, TakeKey};
use serde::{Deserialize, Serialize};

/// All that decides an extra: equal orders are made once for everybody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtraOrder {
    /// Which.
    pub extra: Extra,
    /// The song.
    pub song: SongId,
    /// Blob of the [`super::AnalysedSection`].
    pub analysis: BlobHash,
    /// Frames per second of the takes.
    pub fps: FrameRate,
    /// Frames of a transition.
    pub transition_frames: u32,
    /// The product's takes that it is made of, by eight, in order: all of them, or for a loop its own and the one after
    /// it.
    pub takes: Vec<(u32, TakeKey)>,
}

/// An extra to make, unless it is there already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MakeExtraInput {
    /// Names the order and the extra.
    pub key: TakeKey,
}
