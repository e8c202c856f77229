//! Amplitude: how loud each beat of the section is.

use eightcount_domain::{BlobHash, Eight, SongId};
use serde::{Deserialize, Serialize};

/// A section that was preprocessed; input of amplitude and of clustering.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SectionInput {
    /// The song.
    pub song: SongId,
    /// Blob of the hearing the eights come from: names the grid in caches.
    pub hearing: BlobHash,
    /// The eights.
    pub eights: Vec<Eight>,
}

/// What suggestion needs to know of an eight's loudness.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// Root mean square per beat, dB relative to full scale, to 0.01 dB.
    pub rms_dbfs: [f32; 8],
    /// Display level per beat, 0 to 10.
    pub level: [u8; 8],
}

/// The loudness of each eight, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeardSection {
    /// One for each eight of the input.
    pub eights: Vec<Heard>,
}
