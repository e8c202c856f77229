//! Suggestion: six steps for an eight, given what was selected.

use eightcount_domain::{
    BlobHash, ChoreographyId, ClusterLabel, Flavour, PlanScore, RenderProfile, SongId, StepId, SuggestionId,
    TakeKey,
};
use serde::{Deserialize, Serialize};

/// A selection, as later suggestions see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chosen {
    /// For which eight.
    pub eight: u32,
    /// Its cluster.
    pub cluster: ClusterLabel,
    /// The step.
    pub step: StepId,
    /// Shown left to right reversed.
    pub mirrored: bool,
}

/// An eight as suggestion hears it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sound {
    /// Its loudness per beat, dB relative to full scale.
    pub rms_dbfs: [f32; 8],
    /// Its cluster.
    pub cluster: ClusterLabel,
}

/// The question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SuggestInput {
    /// Under which id the answer is recorded.
    pub id: SuggestionId,
    /// The song, and the hearing its eights come from: they name the eight in the shared view.
    pub song: SongId,
    /// Blob of the hearing.
    pub hearing: BlobHash,
    /// Blob of the [`super::AnalysedSection`].
    pub section: BlobHash,
    /// Index of the asked eight.
    pub eight: u32,
    /// Every eight of the section, in order: what comes later decides too.
    pub sounds: Vec<Sound>,
    /// All selections so far, in order of eight, without the asked one.
    pub chosen: Vec<Chosen>,
    /// Steps that were offered for this eight and re-rolled away.
    pub rerolled: Vec<StepId>,
    /// What the user favours.
    pub flavour: Flavour,
    /// How the takes will be rendered.
    pub profile: RenderProfile,
}

/// A step that may be selected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// The step.
    pub step: StepId,
    /// Shown left to right reversed.
    pub mirrored: bool,
    /// The take that shows it after the selection it was offered for.
    pub take: TakeKey,
}

/// The answer; scores and reasons are in the record that `id` names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suggested {
    /// Id of the recorded [`eightcount_domain::Suggestion`].
    pub id: SuggestionId,
    /// Best first.
    pub offers: Vec<Offer>,
    /// Every step was offered by now: the next re-roll starts over.
    pub exhausted: bool,
}

/// A dance to plan: a step for every eight that has none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanDanceInput {
    /// The choreography.
    pub choreography: ChoreographyId,
    /// Under which serial the choice for each eight is recorded.
    pub serial: u32,
    /// Blob of the [`super::AnalysedSection`].
    pub section: BlobHash,
    /// Every eight of the section, in order.
    pub sounds: Vec<Sound>,
    /// All selections so far, in order of eight: they stay.
    pub chosen: Vec<Chosen>,
    /// What the user favours.
    pub flavour: Flavour,
    /// How the takes will be rendered.
    pub profile: RenderProfile,
}

/// A planned dance; scores and reasons are in the records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedDance {
    /// A step for each eight that had none, in order of eight.
    pub eights: Vec<(u32, Offer)>,
    /// How good it is.
    pub score: PlanScore,
}

/// A selected step whose take is not planned, because an earlier selection changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanTakeInput {
    /// Blob of the [`super::AnalysedSection`].
    pub section: BlobHash,
    /// Index of the eight.
    pub eight: u32,
    /// Its step and whether it is mirrored.
    pub step: (StepId, bool),
    /// The same of the eight before; none for the first.
    pub previous: Option<(StepId, bool)>,
    /// How takes are rendered.
    pub profile: RenderProfile,
}
