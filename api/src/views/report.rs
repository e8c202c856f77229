//! What a choreography is made of.

use eightcount_domain::{ChoreographyId, ChoreographyStatus, PlanScore, ScoreTerm, Section, SongId};
use serde::Serialize;
use utoipa::ToSchema;

/// What a choreography is made of, eight by eight.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ReportView {
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
    /// How good the newest automatic choice is, once one was made.
    pub plan: Option<PlanScore>,
    /// The eights that have a selection, in order.
    pub eights: Vec<ReportEight>,
    /// The cuts between two selections whose takes are planned, in order: one less than there are eights when
    /// everything is selected.
    pub cuts: Vec<ReportCut>,
}

/// How one selection passes into the next. Jumps are in fractions of the picture: of where the dancer's centre is (its
/// width and height), and of how tall the dancer is seen. Those of the cut itself are of the plan: of where the boxes
/// measured around both dancers at the beat are put. Those in `seen` are of the rendered pictures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct ReportCut {
    /// The eight that is entered by it, 1 and up.
    pub eight: u32,
    /// The first frame after the cut, from the section's first: the middle of the transition is where it begins.
    pub frame: u64,
    /// When that is, seconds from the section's start.
    pub at_s: f64,
    /// How much later than its beat that is, milliseconds; negative: earlier.
    #[schema(example = -3.2)]
    pub beat_offset_ms: f64,
    /// What is seen of the transition: `auto`, and a dissolve between dancers who are apart, come to one of these.
    pub transition: ReportTransition,
    /// The eight's step is shown left to right reversed.
    pub mirrored: bool,
    /// How much its picture is enlarged at the cut for the dancers to meet, 1 and up.
    #[schema(example = 1.08)]
    pub zoom: f64,
    /// How far it is turned for that, degrees clockwise.
    pub turn_degrees: f64,
    /// How long that takes to go back, milliseconds; 0: there is no alignment.
    pub ease_ms: f64,
    /// How far the dancer's centre jumps; none where a box is not known.
    #[schema(example = 0.01)]
    pub jump_centre: Option<f64>,
    /// How much taller or smaller the dancer becomes.
    pub jump_height: Option<f64>,
    /// `jump_centre` as it would be without alignment.
    pub unaligned_jump_centre: Option<f64>,
    /// `jump_height` as it would be without alignment.
    pub unaligned_jump_height: Option<f64>,
    /// The aligned picture covers the whole canvas in every frame: no black edge is seen.
    pub covered: bool,
    /// What the product's own frames show, when that was asked for.
    pub seen: Option<SeenJump>,
}

/// How far the dancer jumps in the rendered pictures on both sides of the cut, found there without believing the plan; where
/// a transition mixes the two, in those that it mixes. None where nobody is found on one side.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct SeenJump {
    /// By what the dancers were found.
    pub by: JumpSeenBy,
    /// How far the dancer's centre jumps.
    #[schema(example = 0.02)]
    pub jump_centre: Option<f64>,
    /// How much taller or smaller the dancer becomes.
    pub jump_height: Option<f64>,
    /// `jump_centre` as it would be without alignment.
    pub unaligned_jump_centre: Option<f64>,
    /// `jump_height` as it would be without alignment.
    pub unaligned_jump_height: Option<f64>,
}

/// By what a dancer was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JumpSeenBy {
    /// By what differs from the stage.
    Shape,
    /// By the joints, where the shape was not found on both sides.
    Joints,
}

/// What is seen of a transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportTransition {
    /// One picture fades into the other.
    Dissolve,
    /// From one frame to the next.
    Cut,
    /// Both pictures are swept aside.
    Whip,
    /// A cut that flashes up and fades.
    Flash,
}

/// One eight of a report.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ReportEight {
    /// Which, from 0.
    pub eight: u32,
    /// When it starts and ends on the song's clock.
    pub section: Section,
    /// Which eights it sounds like: A, B, C…
    pub cluster: Option<String>,
    /// The selected step.
    pub step: String,
    /// Shown left to right reversed.
    pub mirrored: bool,
    /// Title of the performance it is cut from.
    pub performance_title: String,
    /// Whose performance that is, under which licence.
    pub performance_credit: String,
    /// The score with which it was offered.
    pub score: Option<f32>,
    /// The parts of the score.
    pub terms: Vec<ScoreTerm>,
    /// Why it was offered, in the reader's language.
    pub reasons: Vec<String>,
    /// What the filters left out when it was offered, in the reader's language.
    #[schema(example = "41 steps: 3 hidden, 12 too slow or too fast; 26 left")]
    pub filtered_text: Option<String>,
}
