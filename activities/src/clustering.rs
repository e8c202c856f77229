//! Clustering: which eights of the section sound alike.
//!
//! Labels travel on; the similarity of any two eights, which grows with the square of their number, is kept for the API.

use crate::amplitude::section_key;
use crate::desk::{Desk, compute, is_there};
use crate::failure::Failure;
use eightcount_audio::{EightFeatures, cluster, features};
use eightcount_domain::BlobHash;
use eightcount_workflows::contract::{AnalysedSection, Clustered, SectionInput};

/// Clusters the section, or finds that it was clustered.
pub(crate) async fn clusters(desk: &Desk, input: SectionInput) -> Result<Clustered, Failure> {
    let section_key = section_key(&input)?;
    let (key, shown) = (section_key.analysis("clustering"), section_key.analysis("clusters"));
    if let Some(blob) = desk.storage.audio.section_analysis(&key).await?
        && is_there(&desk.storage, &blob).await?
    {
        let clustered: Clustered = desk.read_json(&blob).await?;
        if is_there(&desk.storage, &clustered.section).await? {
            return Ok(clustered);
        }
    }
    let sound = desk.sound(&BlobHash(input.song.0.clone())).await?;
    let eights = input.eights.clone();
    let (clustering, vectors) = compute(move || {
        let features = features(&sound.pcm, &eights);
        (cluster(&features), features.iter().map(EightFeatures::vector).collect())
    })
    .await?;
    let section = desk.write_json(&AnalysedSection { eights: input.eights, features: vectors }).await?;
    // What the API shows goes first: who finds the clustering finds this as well.
    let clusters = desk.write_json(&clustering).await?;
    desk.storage.audio.put_section_analysis(&shown, &clusters).await?;
    let clustered = Clustered { labels: clustering.labels, silhouette: clustering.silhouette, section };
    let blob = desk.write_json(&clustered).await?;
    desk.storage.audio.put_section_analysis(&key, &blob).await?;
    Ok(clustered)
}
