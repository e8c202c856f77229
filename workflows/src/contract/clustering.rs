//! Clustering: which eights of the section sound alike.

use eightcount_domain::{BlobHash, ClusterLabel};
use serde::{Deserialize, Serialize};

/// The clusters of a section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clustered {
    /// One for each eight of the input.
    pub labels: Vec<ClusterLabel>,
    /// Mean silhouette of the clustering, -1 to 1; 0 for a single cluster.
    pub silhouette: f32,
    /// Blob of the eights' [`eightcount_domain::FeatureVector`]s, a JSON list in order.
    pub features: BlobHash,
}
