//! Clustering: which eights of the section sound alike.

use eightcount_domain::{BlobHash, ClusterLabel, Eight, FeatureVector};
use serde::{Deserialize, Serialize};

/// The clusters of a section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clustered {
    /// One for each eight of the input.
    pub labels: Vec<ClusterLabel>,
    /// Mean silhouette of the clustering, -1 to 1; 0 for a single cluster.
    pub silhouette: f32,
    /// Blob of the [`AnalysedSection`].
    pub section: BlobHash,
}

/// What suggestion and planning need of a section and is too large to travel: stored as a JSON blob.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnalysedSection {
    /// The eights.
    pub eights: Vec<Eight>,
    /// What each sounds like.
    pub features: Vec<FeatureVector>,
}
