//! Ingest: a performance becomes steps.

use eightcount_domain::{BlobHash, Bpm, FailureCode, FrameRate, Millis, PerformanceId};
use serde::{Deserialize, Serialize};

/// An uploaded file to look at before anything is recorded of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScreenInput {
    /// Hash of the incoming file.
    pub incoming: BlobHash,
}

/// A file that may come in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Screened {
    /// Length of its audio or video.
    pub duration_ms: Millis,
}

/// Input of the ingest workflow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IngestInput {
    /// The performance; its file is the blob of the same hash.
    pub performance: PerformanceId,
    /// Whose upload it is.
    pub owner: String,
}

/// What an ingest is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IngestPhase {
    /// Making the mezzanine.
    Conforming,
    /// Finding beats and eights in its music.
    Hearing,
    /// Finding the subject and its movement.
    Watching,
    /// Writing the steps into the library.
    Publishing,
    /// In the library.
    Published,
    /// Ended without steps.
    Failed,
}

impl IngestPhase {
    /// As written in search attributes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conforming => "conforming",
            Self::Hearing => "hearing",
            Self::Watching => "watching",
            Self::Publishing => "publishing",
            Self::Published => "published",
            Self::Failed => "failed",
        }
    }
}

/// Answer of the ingest's `progress` query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IngestProgress {
    /// What it is doing.
    pub phase: IngestPhase,
    /// Percent of the phases that are done.
    pub percent: u8,
    /// Why it failed.
    pub failure: Option<FailureCode>,
    /// Steps published.
    pub steps: u32,
}

/// The mezzanine: the performance conformed once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conformed {
    /// The file.
    pub mezzanine: BlobHash,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Constant frame rate.
    pub fps: FrameRate,
    /// Number of frames.
    pub frames: u64,
}

/// A mezzanine to hear.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HearPerformanceInput {
    /// The mezzanine.
    pub mezzanine: BlobHash,
}

/// What was heard in a performance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeardPerformance {
    /// Blob: JSON list of each eight with its feature vector.
    pub eights: BlobHash,
    /// How many there are.
    pub count: u32,
    /// Median tempo.
    pub tempo: Bpm,
}

/// A mezzanine to watch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WatchInput {
    /// The mezzanine.
    pub conformed: Conformed,
    /// Blob of its eights.
    pub eights: BlobHash,
}

/// What was seen in a performance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Watched {
    /// Blob: JSON list of movement, boxes, quality and thumbnail for each eight.
    pub sights: BlobHash,
}

/// All facts of a performance, to become steps in one transaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublishPerformanceInput {
    /// The performance.
    pub performance: PerformanceId,
    /// Its mezzanine.
    pub conformed: Conformed,
    /// Its music.
    pub heard: HeardPerformance,
    /// Its picture.
    pub watched: Watched,
}

/// A performance that is in the library.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// How many steps it has.
    pub steps: u32,
}

/// An ingest that ended without steps: what it made goes away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DiscardInput {
    /// The performance.
    pub performance: PerformanceId,
    /// Its mezzanine, if it was made.
    pub mezzanine: Option<BlobHash>,
    /// Why: recorded on the performance; a cancelled one is forgotten.
    pub failure: FailureCode,
}
