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
