//! Cross-edits: takes joined by copying bytes, under the section's audio.

use eightcount_domain::{BlobHash, ChoreographyId, FrameRate, SongId, StageName, TakeKey};
use serde::{Deserialize, Serialize};

/// What to join.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CrossEditInput {
    /// Whose.
    pub choreography: ChoreographyId,
    /// Which part.
    pub stage: StageName,
    /// Counts the versions of this stage, from 1.
    pub revision: u32,
    /// The song.
    pub song: SongId,
    /// When the section starts on the song's clock, seconds: what sounds at frame 0.
    pub section_start: f64,
    /// Frames per second of the takes.
    pub fps: FrameRate,
    /// The takes, in order; all are rendered.
    pub takes: Vec<TakeKey>,
    /// How many frames they have together.
    pub frames: u64,
    /// The sound that lies under the whole, if it is encoded already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sound: Option<BlobHash>,
}

/// The sound of a section, to be encoded once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SoundInput {
    /// The song.
    pub song: SongId,
    /// When the section starts on the song's clock, seconds.
    pub section_start: f64,
    /// Frames per second of the takes.
    pub fps: FrameRate,
    /// The section's frames.
    pub frames: u64,
}

/// A finished cross-edit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CrossEdited {
    /// The MP4 file.
    pub blob: BlobHash,
    /// Its frames, as counted in the file.
    pub frames: u64,
}
