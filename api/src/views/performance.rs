//! Performances and their steps.

use eightcount_domain::{
    Beats, CameraWork, FailureCode, Millis, MovementTier, Performance, PerformanceId, PerformanceStatus,
    Role, Stance, Step, SubjectBox,
};
use eightcount_workflows::contract::{ANALYSIS, IngestProgress};
use serde::Serialize;
use utoipa::ToSchema;

/// A performance.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PerformanceView {
    /// SHA-256 of the uploaded file.
    pub id: PerformanceId,
    /// Its title.
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
    pub video: Option<VideoView>,
    /// What its ingest is doing, while it is being ingested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<ProgressView>,
    /// Its steps, in order; left out of lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<StepView>>,
}

/// The facts of an ingested video.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct VideoView {
    /// Where the video is.
    pub url: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Frames per second, constant.
    pub fps: u32,
    /// Number of frames.
    pub frames: u64,
    /// Tempo of its music.
    pub tempo_bpm: f64,
    /// Number of its steps.
    pub steps: u32,
    /// Where its beats come from, and how clear they are.
    pub beats: Beats,
    /// Which release of the analysis made its steps.
    pub analysis: u32,
}

/// Which analysis made a performance's steps, and how far the newest is.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct AnalysisView {
    /// Which release of the analysis made its steps.
    pub analysis: u32,
    /// Which one this service has: when it is higher, analysing again may find more.
    pub latest: u32,
    /// Number of its steps.
    pub steps: u32,
    /// What the newest analysis is doing, or how it ended.
    pub progress: Option<ProgressView>,
}

impl AnalysisView {
    /// Of a performance that is in the library.
    pub fn of(performance: &Performance, progress: Option<IngestProgress>) -> Self {
        let made = performance.conformed.as_ref();
        Self {
            analysis: made.map_or(0, |made| made.analysis),
            latest: ANALYSIS,
            steps: made.map_or(0, |made| made.steps),
            progress: progress.map(ProgressView::from),
        }
    }
}

impl From<IngestProgress> for ProgressView {
    fn from(progress: IngestProgress) -> Self {
        Self { phase: progress.phase.as_str().to_owned(), percent: progress.percent }
    }
}

/// How far an ingest has come.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ProgressView {
    /// What it is doing: `watching`, `hearing`, `publishing`, `published` or `failed`.
    #[schema(example = "watching")]
    pub phase: String,
    /// Percent of the work that is done.
    pub percent: u8,
}

/// A step: one eight of a performance.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct StepView {
    /// Its id.
    pub id: String,
    /// Which eight of its performance, from 0.
    pub index: u32,
    /// What it is for.
    pub role: Role,
    /// When it starts in the video, seconds.
    pub start_s: f64,
    /// When it ends, seconds.
    pub end_s: f64,
    /// Its tempo.
    pub tempo_bpm: f64,
    /// How its movement was measured.
    pub movement_tier: MovementTier,
    /// Amount of motion in each of its beats, 0 (still) and up.
    pub movement: Vec<f32>,
    /// Where the subject is when it starts.
    pub start_box: Option<SubjectBox>,
    /// Where the subject is when it ends.
    pub end_box: Option<SubjectBox>,
    /// People in the picture; 0 where no joints were seen.
    pub dancers: u32,
    /// How the dancer stands when it starts; none where no joints were seen.
    pub start_stance: Option<Stance>,
    /// How the dancer stands when it ends.
    pub end_stance: Option<Stance>,
    /// Where the joints are, to draw them; none where none were seen.
    pub skeleton_url: Option<String>,
    /// The times of its eight beats and of the beat after them, seconds in the video.
    pub beats_s: Vec<f64>,
    /// How it is filmed.
    pub camera: CameraWork,
    /// The video itself cuts, fades or dissolves inside it: it is ranked down.
    pub native_cut: bool,
    /// Share of its pictures in which the dancer was found, 0 to 1.
    pub seen: f32,
    /// Of those, the share in which no limb is cut off or hidden, 0 to 1.
    pub whole: f32,
    /// Sharpness against the sharpest pictures of the performance, 0 to 1.
    pub sharp: f32,
    /// 0 (unusable) to 1: by how much of it is seen, whole and sharp; at most 0.2 with a cut inside.
    pub quality: f32,
    /// Left out of suggestions by a curator.
    pub hidden: bool,
    /// A curator says that it shows text: it is never mirrored.
    pub on_screen_text: bool,
    /// Where its picture is.
    pub thumbnail_url: String,
    /// A small video of it without sound, to be played in a loop; none where an older release made it.
    pub preview_url: Option<String>,
}

impl PerformanceView {
    /// With the progress of its ingest.
    #[must_use]
    pub fn with_progress(mut self, progress: Option<IngestProgress>) -> Self {
        self.progress = progress.map(ProgressView::from);
        self
    }

    /// With its steps.
    #[must_use]
    pub fn with_steps(mut self, steps: Vec<Step>) -> Self {
        self.steps = Some(steps.into_iter().map(StepView::from).collect());
        self
    }
}

impl From<Performance> for PerformanceView {
    fn from(performance: Performance) -> Self {
        let url = format!("/api/performances/{}/video", performance.id);
        Self {
            id: performance.id,
            title: performance.title,
            credit: performance.credit,
            uploaded_at_ms: performance.uploaded_at_ms,
            status: performance.status,
            failure: performance.failure,
            video: performance.conformed.map(|conformed| VideoView {
                url,
                width: conformed.width,
                height: conformed.height,
                fps: conformed.fps.get(),
                frames: conformed.frames,
                tempo_bpm: conformed.tempo.get(),
                steps: conformed.steps,
                beats: conformed.beats,
                analysis: conformed.analysis,
            }),
            progress: None,
            steps: None,
        }
    }
}

impl From<Step> for StepView {
    fn from(step: Step) -> Self {
        let [start_s, .., end_s] = step.beats;
        let skeleton_url = step.sight.skeleton.as_ref().map(|_| format!("/api/steps/{}/skeleton", step.id));
        Self {
            thumbnail_url: format!("/api/steps/{}/thumbnail", step.id),
            preview_url: step.preview.as_ref().map(|_| format!("/api/steps/{}/preview", step.id)),
            id: step.id.to_string(),
            index: step.id.index,
            role: step.role,
            start_s,
            end_s,
            tempo_bpm: step.tempo_bpm(),
            movement_tier: step.movement.tier,
            movement: step.movement.per_beat.to_vec(),
            start_box: step.start_box,
            end_box: step.end_box,
            dancers: step.sight.dancers,
            start_stance: step.sight.start,
            end_stance: step.sight.end,
            skeleton_url,
            beats_s: step.beats.to_vec(),
            camera: step.sight.camera,
            native_cut: step.native_cut,
            seen: step.sight.seen,
            whole: step.sight.whole,
            sharp: step.sight.sharp,
            quality: step.quality,
            hidden: step.hidden,
            on_screen_text: step.on_screen_text,
        }
    }
}
