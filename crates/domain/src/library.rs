//! The library: performances and the steps they were cut into.

use crate::{BEATS_PER_EIGHT, BlobHash, Bpm, FailureCode, FrameRate, Millis, PerformanceId, StepId};
use serde::{Deserialize, Serialize};

/// How far the ingest of a performance has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PerformanceStatus {
    /// Being ingested: not in the library yet.
    Ingesting,
    /// In the library.
    Published,
    /// The ingest failed; `failure` says why.
    Failed,
}

/// One dance video, with its own music.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Performance {
    /// Hash of the uploaded file.
    pub id: PerformanceId,
    /// Title as given at upload, or the file's name without its extension.
    pub title: String,
    /// Who dances, who made it, under which licence; empty when not told.
    pub credit: String,
    /// When it was uploaded, milliseconds since the Unix epoch.
    pub uploaded_at_ms: Millis,
    /// How far its ingest has come.
    pub status: PerformanceStatus,
    /// Why the ingest failed.
    pub failure: Option<FailureCode>,
    /// What became of it; none until published.
    pub conformed: Option<Conformed>,
}

/// The facts of a performance that has been ingested.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conformed {
    /// The mezzanine's blob.
    pub mezzanine: BlobHash,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Constant frame rate.
    pub fps: FrameRate,
    /// Number of frames.
    pub frames: u64,
    /// Tempo of its music.
    pub tempo: Bpm,
    /// Number of its steps.
    pub steps: u32,
    /// Where its beats come from.
    #[serde(default)]
    pub beats: Beats,
    /// Which release of the analysis made its steps: a newer one may make them again, from the same file. 0 before
    /// analyses were counted.
    #[serde(default)]
    pub analysis: u32,
}

/// Where the beats of a performance come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum BeatsFrom {
    /// Its music.
    #[default]
    Music,
    /// Where the dancer's movement stops: there is no music, or none with a clear pulse.
    Movement,
}

/// What was found out about the beats of a performance. How clear they are is how much more happens on them than
/// anywhere, 0 to 1: onsets of sounds, or stops of the movement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Beats {
    /// Which were used.
    pub from: BeatsFrom,
    /// How clear those of the music are; none where it has none.
    pub music_clarity: Option<f32>,
    /// How clear those of the movement are; none where it has none.
    pub movement_clarity: Option<f32>,
    /// How much more the movement stops on the beats used than anywhere, 0 to 1.
    pub danced: f32,
}

/// What an eight or a step is for in the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Role {
    /// The first of its performance or section.
    Intro,
    /// Neither first nor last.
    #[default]
    Body,
    /// The last.
    Outro,
}

impl Role {
    /// The role of the `index`-th of `count` eights. A single eight is an intro.
    pub fn at(index: usize, count: usize) -> Self {
        match index {
            0 => Self::Intro,
            _ if index + 1 == count => Self::Outro,
            _ => Self::Body,
        }
    }
}

/// How the movement of a step was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MovementTier {
    /// Displacement of joints, in torso lengths.
    Joints,
    /// Change of the picture where the subject is.
    Visual,
}

/// Per-beat amount of motion of a step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Movement {
    /// How it was measured; only movements of one tier compare in absolute terms.
    pub tier: MovementTier,
    /// One value a beat, 0 (still) and up.
    pub per_beat: [f32; BEATS_PER_EIGHT],
}

/// Where the subject is in the picture: fractions of its width and height, origin top left.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SubjectBox {
    /// Horizontal centre, 0 to 1.
    pub centre_x: f32,
    /// Upper edge, 0 to 1.
    pub top: f32,
    /// Lower edge, 0 to 1, below `top`.
    pub bottom: f32,
    /// Width, 0 to 1.
    pub width: f32,
}

/// How the subject travels across the picture: its centre's way in one beat, in fractions of the picture's width
/// (right is positive) and height (down is positive).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SubjectMotion {
    /// To the right.
    pub dx: f32,
    /// Downwards.
    pub dy: f32,
}

/// One joint in torso units: origin at the hip centre, unit the torso's length, y down.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PoseJoint {
    /// Horizontal place.
    pub x: f32,
    /// Vertical place.
    pub y: f32,
    /// 0 (invented) to 1 (certain).
    pub confidence: f32,
}

/// A pose: the 33 joints of the pose model in its order (nose, eyes, ears, mouth, then pairs of left and right from
/// the shoulders down).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pose {
    /// The joints.
    pub joints: Vec<PoseJoint>,
}

/// Where a dancer faces. Left and right are the picture's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Facing {
    /// Towards us.
    Front,
    /// Away from us.
    Back,
    /// To the left of the picture.
    Left,
    /// To the right of the picture.
    Right,
}

/// How high a dancer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum HeightClass {
    /// On stretched legs, or in the air.
    Standing,
    /// Crouching or kneeling.
    Low,
    /// Sitting or lying.
    Floor,
}

/// How a dancer stands at an end of a step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stance {
    /// Where the dancer faces.
    pub facing: Facing,
    /// How high the dancer stands.
    pub height: HeightClass,
    /// Where the body is moving, torso lengths a second: to the right and down.
    pub direction: [f32; 2],
}

/// What else was seen of a step. The default says that the pose model saw nobody long enough.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sight {
    /// How it is filmed.
    pub camera: CameraWork,
    /// Share of its pictures in which the dancer was found, 0 to 1.
    pub seen: f32,
    /// Of those, the share in which head, hands and feet are inside the picture and visible, 0 to 1.
    pub whole: f32,
    /// Sharpness against the sharpest pictures of the performance: 0 (blurred) to 1.
    pub sharp: f32,
    /// People in the picture, the main dancer among them; 0 where the pose model saw nobody long enough.
    pub dancers: u32,
    /// How the main dancer stands at the first beat.
    pub start: Option<Stance>,
    /// How the main dancer stands at the end.
    pub end: Option<Stance>,
    /// Blob of the joints, picture by picture: JSON of a [`Skeleton`].
    pub skeleton: Option<BlobHash>,
}

/// The joints of a step's main dancer over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Skeleton {
    /// The main dancer's number; others keep theirs from step to step as long as they are followed.
    pub person: u32,
    /// Picture by picture, about ten a second.
    pub looks: Vec<SkeletonLook>,
}

/// One picture of a skeleton.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SkeletonLook {
    /// When, seconds in the video.
    pub at_s: f64,
    /// For each of the 33 joints: fraction of the picture's width, of its height, and confidence 0 to 1. Empty where
    /// the main dancer is lost for longer than 0.3 s.
    pub joints: Vec<[f32; 3]>,
    /// Where the others are.
    pub others: Vec<OtherDancer>,
}

/// Somebody beside the main dancer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OtherDancer {
    /// Who.
    pub person: u32,
    /// Where.
    #[serde(flatten)]
    pub place: SubjectBox,
}

/// The shape of a subject within its box: 16 rows from the top, of 8 columns each, a bit set where the subject covers
/// most of the cell; the highest bit is the leftmost column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Outline(pub [u8; 16]);

impl Outline {
    /// As its mirror image.
    #[must_use]
    pub fn mirrored(self) -> Self {
        Self(self.0.map(u8::reverse_bits))
    }

    /// Share of the cells covered by either that both cover, 0 to 1; none when neither covers any. Symmetric. After
    /// Jaccard (1901).
    pub fn overlap(self, other: Self) -> Option<f32> {
        let bits = u128::from_be_bytes;
        let (one, two) = (bits(self.0), bits(other.0));
        let either = (one | two).count_ones();
        (either > 0).then(|| (one & two).count_ones() as f32 / either as f32)
    }
}

/// The music of a step or eight as one vector for comparison, made by one algorithm for both.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FeatureVector(pub Vec<f32>);

/// How a step is filmed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum CameraWork {
    /// The camera stands still.
    #[default]
    Still,
    /// It pans, or is held in a hand.
    Moving,
    /// It moves, and what it shows grows or shrinks.
    Zooming,
}

/// One eight of a performance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its performance and index.
    pub id: StepId,
    /// What it is for.
    pub role: Role,
    /// The times of its beats and of the beat after them, seconds on the mezzanine.
    pub beats: [f64; BEATS_PER_EIGHT + 1],
    /// How much it moves.
    pub movement: Movement,
    /// Where the subject is at its first beat.
    pub start_box: Option<SubjectBox>,
    /// Where the subject is at its end.
    pub end_box: Option<SubjectBox>,
    /// How the subject travels in its first beat.
    #[serde(default)]
    pub start_motion: Option<SubjectMotion>,
    /// How the subject travels in its last beat.
    #[serde(default)]
    pub end_motion: Option<SubjectMotion>,
    /// The subject's shape at its first beat.
    #[serde(default)]
    pub start_outline: Option<Outline>,
    /// The subject's shape at its end.
    #[serde(default)]
    pub end_outline: Option<Outline>,
    /// The subject's pose at its first beat.
    pub start_pose: Option<Pose>,
    /// The subject's pose at its end.
    pub end_pose: Option<Pose>,
    /// What else the pose model saw.
    #[serde(default)]
    pub sight: Sight,
    /// Its music.
    pub features: FeatureVector,
    /// 0 (unusable) to 1: share of its frames in which the subject was found whole.
    pub quality: f32,
    /// The video itself cuts inside it: it is not one piece of dance.
    #[serde(default)]
    pub native_cut: bool,
    /// A picture of it (JPEG).
    pub thumbnail: BlobHash,
    /// It, small and without sound, to be shown over and over (MP4).
    #[serde(default)]
    pub preview: Option<BlobHash>,
    /// Left out of suggestions by a curator.
    pub hidden: bool,
    /// A curator says that it shows text: it is never shown left to right reversed.
    #[serde(default)]
    pub on_screen_text: bool,
}

impl Step {
    /// Mean tempo in beats per minute.
    pub fn tempo_bpm(&self) -> f64 {
        60.0 * BEATS_PER_EIGHT as f64 / (self.beats[BEATS_PER_EIGHT] - self.beats[0])
    }
}
