//! Preprocessing: decode, loudness, beat grid, snap the section, list the eights.

use eightcount_domain::{
    BlobHash, Bpm, Confidence, Eight, FailureCode, GridChange, GridCorrection, Millis, Section, SongId,
};
use serde::{Deserialize, Serialize};

/// Input of the hearing workflow, which runs once when a song is uploaded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HearingInput {
    /// The song.
    pub song: SongId,
}

/// What to preprocess. Cached by song and correction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PreprocessInput {
    /// The song.
    pub song: SongId,
    /// What the user corrected of its beat grid.
    pub correction: GridCorrection,
    /// The section to snap to eights; none to hear the song only.
    pub section: Option<Section>,
}

/// What was heard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preprocessed {
    /// Blob of the [`eightcount_domain::Hearing`], as corrected.
    pub hearing: BlobHash,
    /// Median tempo.
    pub tempo: Bpm,
    /// Length of the song.
    pub duration_ms: Millis,
    /// How sure the beat grid is.
    pub confidence: Confidence,
    /// The eights of the section; empty without one.
    pub eights: Vec<Eight>,
}

/// How a hearing ended, to be recorded on the song.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConcludeHearingInput {
    /// The song.
    pub song: SongId,
    /// Why it failed; none when it is ready.
    pub failure: Option<FailureCode>,
}

/// A change of a song's beat grid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CorrectGridInput {
    /// The song.
    pub song: SongId,
    /// The revision of the grid that the wish is about.
    pub revision: u32,
    /// What to change of it.
    pub change: GridChange,
}
