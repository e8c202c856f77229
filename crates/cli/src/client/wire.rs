//! What the REST API answers, as far as the commands use it. Unknown fields are passed over, so that a newer
//! instance can be used.

use eightcount_domain::{
    Beats, CameraWork, ChoreographyId, ChoreographyStatus, Confidence, FailureCode, MovementTier,
    PerformanceId, PerformanceStatus, PlanScore, ScoreTerm, Section, SongId, SongStatus, SubjectBox,
};
use serde::{Deserialize, Serialize};

/// A song and what was heard in it.
#[derive(Clone, Debug, Deserialize)]
pub struct SongDetail {
    /// Its id.
    pub id: SongId,
    /// Its title.
    pub title: String,
    /// How far its hearing has come.
    pub status: SongStatus,
    /// Why the hearing failed.
    pub failure: Option<FailureCode>,
    /// What was heard, once it is ready.
    #[serde(default)]
    pub heard: Option<HeardSong>,
    /// Where no beats were found: how sure that is, 0 to 1.
    #[serde(default)]
    pub no_beats_confidence: Option<f32>,
}

/// What was heard in a song.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HeardSong {
    /// Median tempo, beats per minute.
    pub tempo_bpm: f64,
    /// Tempo that aubio heard on its own.
    pub aubio_tempo_bpm: Option<f64>,
    /// Beats in a bar.
    pub metre: u8,
    /// How sure the beats are.
    pub confidence: Confidence,
    /// Loudness by EBU R 128.
    pub loudness_lufs: Option<f64>,
    /// Beat times in seconds.
    pub beats_s: Vec<f64>,
    /// Indices into `beats_s` of the first beat of each bar.
    pub downbeats: Vec<u32>,
    /// The eights of the whole song.
    pub eights: Vec<SongEight>,
}

/// An eight of a whole song.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct SongEight {
    /// Counts the eights of the song, from 0.
    pub index: u32,
    /// When it starts, seconds.
    pub start_s: f64,
    /// When it ends, seconds.
    pub end_s: f64,
}

/// One page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct Paged<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page starts.
    pub next: Option<String>,
}

/// A performance.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PerformanceItem {
    /// Its id.
    pub id: PerformanceId,
    /// Its title.
    pub title: String,
    /// Whose it is.
    pub credit: String,
    /// How far its ingest has come.
    pub status: PerformanceStatus,
    /// Why the ingest failed.
    pub failure: Option<FailureCode>,
    /// What became of it.
    pub video: Option<Video>,
    /// What its ingest is doing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<IngestProgress>,
}

/// The facts of an ingested video.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Video {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Frames per second.
    pub fps: u32,
    /// Number of frames.
    pub frames: u64,
    /// Tempo of its music.
    pub tempo_bpm: f64,
    /// Number of its steps.
    pub steps: u32,
    /// Where its beats come from.
    #[serde(default)]
    pub beats: Beats,
    /// Which release of the analysis made its steps.
    #[serde(default)]
    pub analysis: u32,
}

/// Which analysis made a performance's steps.
#[derive(Clone, Debug, Deserialize)]
pub struct Analysis {
    /// Which one.
    #[serde(rename = "analysis")]
    pub made_by: u32,
    /// The newest that the service has.
    pub latest: u32,
    /// Number of its steps.
    pub steps: u32,
    /// What the newest analysis is doing.
    pub progress: Option<IngestProgress>,
}

/// A performance with its steps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InspectedPerformance {
    /// It.
    #[serde(flatten)]
    pub item: PerformanceItem,
    /// Its steps; none until it is published.
    pub steps: Option<Vec<InspectedStep>>,
}

/// A step as it is inspected.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InspectedStep {
    /// Which eight of its performance, from 0.
    pub index: u32,
    /// The times of its eight beats and of the beat after them, seconds.
    pub beats_s: Vec<f64>,
    /// How its movement was measured.
    pub movement_tier: MovementTier,
    /// Amount of motion in each beat.
    pub movement: Vec<f32>,
    /// Where the subject is when it starts.
    pub start_box: Option<SubjectBox>,
    /// Where the subject is when it ends.
    pub end_box: Option<SubjectBox>,
    /// People in the picture.
    pub dancers: u32,
    /// How it is filmed.
    pub camera: CameraWork,
    /// The video cuts inside it.
    pub native_cut: bool,
    /// Share of its pictures with the dancer.
    pub seen: f32,
    /// Of those, the share with the dancer whole.
    pub whole: f32,
    /// Sharpness, 0 to 1.
    pub sharp: f32,
    /// Quality, 0 to 1.
    pub quality: f32,
    /// Left out of suggestions.
    pub hidden: bool,
    /// Where its joints are.
    pub skeleton_url: Option<String>,
}

/// How far an ingest has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IngestProgress {
    /// What it is doing.
    pub phase: String,
    /// Percent of the work that is done.
    pub percent: u8,
}

/// What a choreography is made of, eight by eight.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// The choreography.
    pub choreography: ChoreographyId,
    /// What is happening to it.
    pub status: ChoreographyStatus,
    /// The song.
    pub song: SongId,
    /// Its title.
    pub song_title: String,
    /// The section of the song.
    pub section: Section,
    /// How good the automatic choice is.
    #[serde(default)]
    pub plan: Option<PlanScore>,
    /// The eights that have a selection, in order.
    pub eights: Vec<ReportEight>,
    /// The cuts between them.
    #[serde(default)]
    pub cuts: Vec<ReportCut>,
}

/// How one selection passes into the next; jumps in fractions of the picture, as planned
/// and as seen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReportCut {
    /// The eight that is entered by it.
    pub eight: u32,
    /// The first frame after it, from the section's first.
    pub frame: u64,
    /// When that begins, seconds from the section's start.
    pub at_s: f64,
    /// How much later than its beat, milliseconds.
    pub beat_offset_ms: f64,
    /// `dissolve`, `cut`, `whip` or `flash`.
    pub transition: String,
    /// The eight's step is shown left to right reversed.
    pub mirrored: bool,
    /// How much its picture is enlarged at the cut.
    pub zoom: f64,
    /// How far it is turned, degrees.
    pub turn_degrees: f64,
    /// How long that takes to go back, milliseconds.
    pub ease_ms: f64,
    /// How far the dancer's centre jumps.
    pub jump_centre: Option<f64>,
    /// How much taller or smaller the dancer becomes.
    pub jump_height: Option<f64>,
    /// How far the centre would jump without alignment.
    pub unaligned_jump_centre: Option<f64>,
    /// How much the height would.
    pub unaligned_jump_height: Option<f64>,
    /// No black edge is seen.
    pub covered: bool,
    /// What the product's frames show, when that was asked for.
    #[serde(default)]
    pub seen: Option<SeenJump>,
}

/// How far the dancer jumps in the product's own frames.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeenJump {
    /// `shape` or `joints`.
    pub by: String,
    /// How far the centre jumps; none where nobody was found.
    pub jump_centre: Option<f64>,
    /// How much the height does.
    pub jump_height: Option<f64>,
    /// How far the centre would jump without alignment.
    pub unaligned_jump_centre: Option<f64>,
    /// How much the height would.
    pub unaligned_jump_height: Option<f64>,
}

/// One eight of a report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReportEight {
    /// Which, from 0.
    pub eight: u32,
    /// When it starts and ends on the song's clock.
    pub section: Section,
    /// Which eights it sounds like.
    pub cluster: Option<String>,
    /// The selected step.
    pub step: String,
    /// Shown left to right reversed.
    pub mirrored: bool,
    /// Title of the performance it is cut from.
    pub performance_title: String,
    /// Whose performance that is.
    pub performance_credit: String,
    /// The score with which it was offered.
    pub score: Option<f32>,
    /// The parts of the score.
    pub terms: Vec<ScoreTerm>,
    /// Why it was offered.
    pub reasons: Vec<String>,
    /// What the filters left out.
    #[serde(default)]
    pub filtered_text: Option<String>,
}

/// How far an extra is.
#[derive(Clone, Debug, Deserialize)]
pub struct MadeExtra {
    /// `missing`, `making`, `ready` or `failed`.
    pub status: String,
    /// Share of the work that is done.
    pub progress_percent: u8,
    /// Why it could not be made.
    pub failure: Option<FailureCode>,
}

/// The answer to an accepted change of a choreography.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Receipt {
    /// The user's accepted changes so far.
    pub revision: u32,
}
