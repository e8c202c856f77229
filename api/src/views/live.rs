//! The growing cross-edit, for a player that takes fragments.

use eightcount_domain::{ChoreographyId, TakeKey};
use serde::Serialize;
use utoipa::ToSchema;

/// What a player appends to its source buffers, and where.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct LiveView {
    /// The choreography.
    pub choreography: ChoreographyId,
    /// The version of the state that this shows.
    pub version: u64,
    /// Frames per second.
    pub fps: u32,
    /// Length of the whole section, seconds.
    pub duration_s: f64,
    /// The picture; none before the first take is rendered.
    pub video: Option<LiveVideo>,
    /// The sound; none until it is encoded.
    pub sound: Option<LiveSound>,
    /// The takes of the selections, in order. An eight without a selection is left out.
    pub fragments: Vec<LiveFragment>,
}

/// The picture.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct LiveVideo {
    /// For `addSourceBuffer`.
    #[schema(example = "video/mp4; codecs=\"avc1.64001f\"")]
    pub mime: String,
    /// To be appended first.
    pub init_url: String,
}

/// The sound of the whole section.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct LiveSound {
    /// For `addSourceBuffer`.
    pub mime: String,
    /// Header and sound, to be appended at once.
    pub url: String,
    /// For the source buffer's `timestampOffset`: the encoder's lead lies before time 0.
    pub timestamp_offset_s: f64,
}

/// One take.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct LiveFragment {
    /// Of which eight.
    pub eight: u32,
    /// What it shows: another key at the same place replaces it.
    pub take: TakeKey,
    /// Its first frame, counted from the section's first.
    pub start_frame: u64,
    /// Its frames.
    pub frames: u64,
    /// Where it starts, seconds.
    pub start_s: f64,
    /// How long it lasts, seconds.
    pub duration_s: f64,
    /// When its eight beats are, seconds from the section's start: for counting along.
    pub beats_s: Vec<f64>,
    /// It is rendered.
    pub ready: bool,
    /// To be appended once it is.
    pub url: String,
}
