//! The state of one user's work, as everyone but the workflow sees it.

use crate::{
    Aspect, BlobHash, ChoreographyId, ClusterLabel, FailureCode, Flavour, FrameRate, GridCorrection,
    InBetweens, PlanScore, RenderProfile, Role, Section, SongId, StepId, SuggestionId, TakeKey, Transition,
};
use serde::{Deserialize, Serialize};

/// What the user may choose about the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ChoreographyOptions {
    /// Shape of the picture.
    pub aspect: Aspect,
    /// Height of the picture (width for portrait) in pixels: 720 or 1080, smaller even numbers for drafts.
    pub resolution: u32,
    /// Frames per second.
    #[cfg_attr(feature = "openapi", schema(value_type = u32))]
    pub fps: FrameRate,
    /// Frames of a transition, even, 0 (always a hard cut) to 20.
    pub transition_frames: u32,
    /// What the suggestion favours.
    pub flavour: Flavour,
    /// How takes are entered where a selection does not say otherwise, and in previews.
    pub transition: Transition,
    /// What is shown between the frames of a step that is danced in half time.
    pub in_betweens: InBetweens,
    /// Correction of the song's beat grid; the one the song has now when none is wished. What a choreography
    /// started with it keeps.
    pub grid: Option<GridCorrection>,
    /// Seconds without any message after which the choreography finishes itself.
    pub idle_seconds: u64,
    /// Render the candidates' previews ahead of the choice.
    pub previews: bool,
}

impl Default for ChoreographyOptions {
    fn default() -> Self {
        Self {
            aspect: Aspect::Landscape,
            resolution: 720,
            fps: FrameRate::Fps30,
            transition_frames: 12,
            flavour: Flavour::default(),
            transition: Transition::Dissolve,
            in_betweens: InBetweens::default(),
            grid: None,
            idle_seconds: 24 * 60 * 60,
            previews: true,
        }
    }
}

impl ChoreographyOptions {
    /// How takes are rendered.
    pub fn profile(&self) -> RenderProfile {
        let short = self.resolution;
        let long = short * 16 / 9 / 2 * 2;
        let (width, height) = match self.aspect {
            Aspect::Landscape => (long, short),
            Aspect::Portrait => (short, long),
            Aspect::Square => (short, short),
        };
        RenderProfile {
            width,
            height,
            fps: self.fps,
            transition_frames: self.transition_frames,
            transition: self.transition,
            in_betweens: self.in_betweens,
            ..RenderProfile::default()
        }
    }
}

/// What is happening to a choreography.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ChoreographyStatus {
    /// The song is being heard and the section cut into eights.
    Preprocessing,
    /// Amplitude and clusters are being found.
    Analysing,
    /// Steps are being selected.
    Selecting,
    /// Every eight has a step; the product is ready, or being joined.
    Complete,
    /// Finished by the user or by the idle deadline: nothing changes any more.
    Finished,
    /// Cancelled by the user.
    Cancelled,
    /// Could not go on; `failure` says why.
    Failed,
}

impl ChoreographyStatus {
    /// Nothing will change any more.
    pub fn is_closed(self) -> bool {
        matches!(self, Self::Finished | Self::Cancelled | Self::Failed)
    }
}

/// The user's choice for one eight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Selection {
    /// The step.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub step: StepId,
    /// Shown left to right reversed.
    pub mirrored: bool,
    /// How it is entered from the selection before; none: as the options say.
    #[serde(default)]
    pub transition: Option<Transition>,
    /// The take that shows it, once planned.
    pub take: Option<TakeKey>,
    /// The take is rendered.
    pub rendered: bool,
}

/// One eight of a choreography.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EightState {
    /// When it starts and ends on the song's clock.
    pub section: Section,
    /// Which eights it sounds like.
    pub cluster: Option<ClusterLabel>,
    /// Loudness of its beats, 0 to 10.
    pub levels: Option<[u8; 8]>,
    /// What it is for.
    pub role: Role,
    /// The newest answer of the suggestion, once there is one.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub suggestion: Option<SuggestionId>,
    /// The user's choice.
    pub selection: Option<Selection>,
}

/// Which part of the section a cross-edit covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum StageName {
    /// The first 25 %, due at half of the selections.
    Quarter,
    /// The first 50 %, due at three quarters of the selections.
    Half,
    /// Everything, due at the last selection: the product.
    Whole,
}

impl StageName {
    /// All, in order.
    pub const ALL: [Self; 3] = [Self::Quarter, Self::Half, Self::Whole];

    /// The name used in addresses and search attributes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quarter => "quarter",
            Self::Half => "half",
            Self::Whole => "whole",
        }
    }

    /// How many of `eights` it covers: at least one.
    pub fn covers(self, eights: usize) -> usize {
        match self {
            Self::Quarter => eights.div_ceil(4),
            Self::Half => eights.div_ceil(2),
            Self::Whole => eights,
        }
    }

    /// How many selections of `eights` make it due: 50 %, 75 %, 100 %, rounded up.
    pub fn due_at(self, eights: usize) -> usize {
        match self {
            Self::Quarter => eights.div_ceil(2),
            Self::Half => (3 * eights).div_ceil(4),
            Self::Whole => eights,
        }
    }
}

/// A finished cross-edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StageState {
    /// Which.
    pub stage: StageName,
    /// Counts the versions of this stage, from 1.
    pub revision: u32,
    /// The MP4 file.
    pub blob: BlobHash,
    /// Its frames.
    pub frames: u64,
    /// How many eights it covers.
    pub eights: u32,
    /// A newer version is being made: a selection inside it changed.
    pub outdated: bool,
}

/// All a client needs to show a choreography.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChoreographyState {
    /// Its id.
    pub id: ChoreographyId,
    /// The song.
    pub song: SongId,
    /// Counts the user's accepted changes, from 0. A change names the revision it was made on.
    pub revision: u32,
    /// Counts every visible change, from 0: larger is newer.
    pub version: u64,
    /// What is happening.
    pub status: ChoreographyStatus,
    /// Why it failed.
    pub failure: Option<FailureCode>,
    /// The section, snapped to eights once known.
    pub section: Section,
    /// The hearing that its beats come from, once known: later corrections of the song do not change it.
    pub hearing: Option<BlobHash>,
    /// What the user chose about the product.
    pub options: ChoreographyOptions,
    /// Share of the eights that have a selection, whole percent.
    pub progress_percent: u8,
    /// The first eight without a selection.
    pub open_eight: Option<u32>,
    /// The last fire-and-forget selection that was refused, if any.
    pub refused_signal: Option<FailureCode>,
    /// How good the newest automatic choice is, once one was made.
    #[serde(default)]
    pub plan: Option<PlanScore>,
    /// The eights, once known.
    pub eights: Vec<EightState>,
    /// The finished cross-edits, in order of stage.
    pub stages: Vec<StageState>,
    /// The analysed section: its eights to the microsecond.
    #[serde(default)]
    pub analysis: Option<BlobHash>,
    /// The section's sound, encoded.
    #[serde(default)]
    pub sound: Option<BlobHash>,
}
