//! Ingest: a performance becomes steps.

use eightcount_domain::{Beats, BlobHash, Bpm, FailureCode, FrameRate, Millis, PerformanceId};
use serde::{Deserialize, Serialize};

/// Counts the analyses that came to different steps: raised whenever models or algorithms change what is found in a
/// performance. One whose steps an older analysis made can be analysed again.
pub const ANALYSIS: u32 = 4;

/// Percent of an ingest that are done when the performance was watched.
pub const WATCHED_PERCENT: u8 = 90;

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
    /// Its steps are in the library already: they are replaced when all is done, and stay when anything fails.
    #[serde(default)]
    pub again: bool,
}

/// What an ingest is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IngestPhase {
    /// Making the mezzanine, and meanwhile finding the subject, its movement and everybody's joints.
    Watching,
    /// Finding beats and eights, in its music or in the movement.
    Hearing,
    /// Describing the steps, and writing them into the library.
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
    /// It has sound.
    pub has_audio: bool,
}

/// A performance to hear.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HearPerformanceInput {
    /// Its picture.
    pub watched: Watched,
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
    /// Where the beats come from.
    pub beats: Beats,
}

/// What was made and seen of a performance's picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Watched {
    /// Its mezzanine.
    pub conformed: Conformed,
    /// Blob: JSON of what every frame shows, and of the joints of everybody in it.
    pub sights: BlobHash,
    /// Blob: a small copy of the mezzanine.
    pub small: BlobHash,
}

/// A performance whose eights are known and wait to be described.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DescribeInput {
    /// Its picture.
    pub watched: Watched,
    /// Its eights.
    pub heard: HeardPerformance,
}

/// The steps of a performance, described.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Described {
    /// Blob: JSON list of everything that is known of each step.
    pub steps: BlobHash,
    /// How many there are: eights before and after the dance are none.
    pub count: u32,
}

/// All facts of a performance, to become steps in one transaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublishPerformanceInput {
    /// The performance.
    pub performance: PerformanceId,
    /// Its mezzanine.
    pub conformed: Conformed,
    /// Its beats.
    pub heard: HeardPerformance,
    /// Its steps.
    pub described: Described,
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
    /// Blobs that were made.
    pub made: Vec<BlobHash>,
    /// Why: recorded on the performance; a cancelled one is forgotten.
    pub failure: FailureCode,
    /// Its earlier steps stay, with all that they need.
    #[serde(default)]
    pub again: bool,
}
