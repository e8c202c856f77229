//! Eights.

use eightcount_domain::{
    Amplitude, BEATS_PER_EIGHT, ChoreographyId, Clustering, EightState, Selection, SimilarStep,
};
use eightcount_storage::Likeness;
use serde::Serialize;
use utoipa::ToSchema;

/// One eight with all that was heard in it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct EightView {
    /// The choreography.
    pub choreography: ChoreographyId,
    /// Which eight, from 0.
    pub eight: u32,
    /// When it is, what it is for, what is chosen.
    #[serde(flatten)]
    pub state: EightState,
    /// Its loudness beat by beat, once measured.
    pub amplitude: Option<AmplitudeView>,
    /// The steps of the library whose music is most like it, once some were suggested.
    pub likeness: Option<LikenessView>,
}

/// Loudness of an eight, beat by beat.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct AmplitudeView {
    /// Root mean square, dB relative to full scale, floor -80.
    pub rms_dbfs: [f32; BEATS_PER_EIGHT],
    /// Largest absolute sample, 0 to 1.
    pub peak: [f32; BEATS_PER_EIGHT],
    /// Strongest onset, 0 (none) to 1 (the song's strongest).
    pub onset: [f32; BEATS_PER_EIGHT],
    /// 0 (silence) to 10 (the song's loudest).
    pub level: [u8; BEATS_PER_EIGHT],
}

impl From<Amplitude> for AmplitudeView {
    fn from(Amplitude { rms_dbfs, peak, onset, level }: Amplitude) -> Self {
        Self { rms_dbfs, peak, onset, level }
    }
}

/// The steps of the library whose music is most like an eight's.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct LikenessView {
    /// The version of the library that was searched.
    pub library_version: u64,
    /// The steps, nearest first.
    pub similar: Vec<SimilarStep>,
}

impl From<Likeness> for LikenessView {
    fn from(Likeness { library_version, similar, .. }: Likeness) -> Self {
        Self { library_version, similar }
    }
}

/// What is chosen, in order of the eights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SelectionsView {
    /// The choreography.
    pub choreography: ChoreographyId,
    /// Counts every visible change of the choreography: larger is newer.
    pub version: u64,
    /// One for each eight, none where nothing is chosen; empty before the section is cut into eights.
    pub selections: Vec<Option<Selection>>,
}

/// Which eights sound alike.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ClustersView {
    /// The choreography.
    pub choreography: ChoreographyId,
    /// The cluster of each eight, in order of appearance: A is that of the first eight.
    #[schema(example = json!(["A", "A", "B", "A"]))]
    pub clusters: Vec<String>,
    /// How clear the clusters are: mean silhouette, -1 to 1; 0 when there is only one cluster.
    pub silhouette: f32,
    /// How alike any two eights are: 0 (as far apart as any two of the section) to 1 (the same). A row for each eight.
    pub similarity: Vec<Vec<f32>>,
}

impl ClustersView {
    /// Of a choreography's section.
    pub fn of(choreography: ChoreographyId, clustering: Clustering) -> Self {
        let Clustering { labels, silhouette, similarity } = clustering;
        let clusters = labels.iter().map(ToString::to_string).collect();
        Self { choreography, clusters, silhouette, similarity }
    }
}
