//! What the shared view holds, under which keys, and for how long.

use eightcount_domain::{
    BlobHash, ChoreographyId, ChoreographyState, ChoreographyStatus, ClusterLabel, FailureCode,
    GridCorrection, Section, Selection, SimilarStep, SongId, SongStatus,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long `prepro:{song}:{grid}` is kept: a section is chosen within a day of the upload, or read anew.
pub const PREPRO_TTL: Duration = Duration::from_hours(24);
/// How long `ampl:{song}:{hearing}:{section}:{eight}` is kept: as long as a choreography may idle.
pub const AMPL_TTL: Duration = Duration::from_hours(24);
/// How long `smlr:{song}:{hearing}:{section}:{eight}` is kept: short, for the library grows.
pub const SMLR_TTL: Duration = Duration::from_hours(1);
/// How long `user:{choreography}` is kept after the last change.
pub const USER_TTL: Duration = Duration::from_hours(24);
/// How long `selection:{choreography}` is kept after the last change.
pub const SELECTION_TTL: Duration = Duration::from_hours(24);

/// `prepro:{song}:{grid}`: how far the preparation of a song has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preparation {
    /// How far.
    pub status: SongStatus,
    /// Why it failed.
    pub failure: Option<FailureCode>,
    /// The blob of its hearing, once there is one.
    pub hearing: Option<BlobHash>,
}

/// One section of a song under one hearing: clusters, and the numbers of eights, belong to a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionKey {
    /// The song.
    pub song: SongId,
    /// The blob of the hearing: it names the corrected grid.
    pub hearing: BlobHash,
    /// The section, snapped to eights.
    pub section: Section,
}

impl SectionKey {
    /// One of its eights, counted from 0.
    pub fn eight(&self, eight: u32) -> EightKey {
        EightKey { section: self.clone(), eight }
    }

    /// Names in the audio records what was measured of the whole section.
    pub fn analysis(&self, kind: &str) -> String {
        let Self { hearing, section, .. } = self;
        format!("{kind}:{hearing}:{}-{}", section.start_ms.0, section.end_ms.0)
    }
}

/// One eight of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EightKey {
    /// The section.
    pub section: SectionKey,
    /// Which eight of it, from 0.
    pub eight: u32,
}

impl EightKey {
    pub(super) fn under(&self, view: &str) -> String {
        let SectionKey { song, hearing, section } = &self.section;
        format!("{view}:{song}:{hearing}:{}-{}:{}", section.start_ms.0, section.end_ms.0, self.eight)
    }
}

/// `smlr:…`: what an eight sounds like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Likeness {
    /// Its cluster within the section.
    pub cluster: ClusterLabel,
    /// The version of the library that was searched; with another one `similar` is old.
    pub library_version: u64,
    /// The steps whose music is most like it, nearest first.
    pub similar: Vec<SimilarStep>,
}

/// `user:{choreography}`: where the user is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whereabouts {
    /// Version of the state that this is taken from.
    pub version: u64,
    /// Revision that a change must name.
    pub revision: u32,
    /// What is happening.
    pub status: ChoreographyStatus,
    /// The first eight without a selection.
    pub open_eight: Option<u32>,
    /// Share of the eights that have a selection, whole percent.
    pub progress_percent: u8,
}

impl From<&ChoreographyState> for Whereabouts {
    fn from(state: &ChoreographyState) -> Self {
        Self {
            version: state.version,
            revision: state.revision,
            status: state.status,
            open_eight: state.open_eight,
            progress_percent: state.progress_percent,
        }
    }
}

/// `selection:{choreography}`: the selections in order of the eights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selections {
    /// Version of the state that this is taken from.
    pub version: u64,
    /// One for each eight; none where nothing is selected yet.
    pub selections: Vec<Option<Selection>>,
}

impl From<&ChoreographyState> for Selections {
    fn from(state: &ChoreographyState) -> Self {
        let selections = state.eights.iter().map(|eight| eight.selection.clone()).collect();
        Self { version: state.version, selections }
    }
}

pub(super) fn prepro_key(song: &SongId, grid: GridCorrection) -> String {
    let GridCorrection { tap, octave, shift_beats, shift_quarters, nudge_ms } = grid;
    let tap = tap.map_or_else(String::new, |tap| format!("{}@{}.", tap.beat_us, tap.one_ms));
    format!("prepro:{song}:{tap}{octave}.{shift_beats}.{shift_quarters}.{nudge_ms}")
}

pub(super) fn user_key(choreography: &ChoreographyId) -> String {
    format!("user:{choreography}")
}

pub(super) fn selection_key(choreography: &ChoreographyId) -> String {
    format!("selection:{choreography}")
}
