//! Music as a user would bring it: decoded and heard by the same analysis.

use crate::Failed;
use eightcount_audio::{EightFeatures, all_eights, amplitude, cluster, features, hear};
use eightcount_choreo::suggest::{Upcoming, terms::intensities};
use eightcount_domain::{BlobHash, ClusterLabel, Eight, FeatureVector, PerformanceId, Role, Step, StepId};
use eightcount_media::{Media, Watch};
use eightcount_storage::{Page, Storage};
use std::path::Path;

/// Longest section that is danced.
const EIGHTS: usize = 16;

/// A piece of music.
pub struct Song {
    /// The performance whose music it is.
    performance: Option<PerformanceId>,
    pub eights: Vec<Eight>,
    pub loudness: Vec<[f32; 8]>,
    pub clusters: Vec<ClusterLabel>,
    features: Vec<FeatureVector>,
}

/// The music of every published performance, and the songs in the folder.
pub async fn all(storage: &Storage, media: &Media, folder: &Path) -> Result<Vec<Song>, Failed> {
    let mut songs = Vec::new();
    for performance in storage.choreo.performances(&Page::first(200)).await?.items {
        if performance.conformed.is_some() {
            let file = storage.blobs.local(&BlobHash(performance.id.0.clone())).await?;
            songs.push(Song::hear(media, &file, Some(performance.id)).await?);
        }
    }
    for song in std::fs::read_dir(folder.join("songs"))? {
        songs.push(Song::hear(media, &song?.path(), None).await?);
    }
    if songs.is_empty() {
        return Err(format!("{} has no published performance: make demo", folder.display()).into());
    }
    Ok(songs)
}

impl Song {
    async fn hear(media: &Media, file: &Path, performance: Option<PerformanceId>) -> Result<Self, Failed> {
        let pcm = media.decode_pcm(file, &mut Watch::nobody()).await?.pcm;
        let mut eights = all_eights(&hear(&pcm)?.grid);
        if performance.is_none() {
            eights.truncate(EIGHTS);
        }
        let heard = features(&pcm, &eights);
        Ok(Self {
            performance,
            loudness: amplitude(&pcm, &eights).iter().map(|a| a.rms_dbfs).collect(),
            clusters: cluster(&heard).labels,
            features: heard.iter().map(EightFeatures::vector).collect(),
            eights,
        })
    }

    /// The eights as they are asked about.
    pub fn upcoming(&self) -> Vec<Upcoming<'_>> {
        let intensities = intensities(&self.loudness);
        let eight = |k: usize| Upcoming {
            eight: k as u32,
            role: Role::at(k, self.eights.len()),
            tempo_bpm: self.eights[k].tempo_bpm(),
            amplitude: self.loudness[k],
            intensity: intensities[k],
            cluster: self.clusters[k],
            features: &self.features[k],
        };
        (0..self.eights.len()).map(eight).collect()
    }

    /// The step that was cut from an eight of this performance: it starts within half a beat of it.
    pub fn own_step(&self, steps: &[Step], eight: u32) -> Option<StepId> {
        let performance = self.performance.as_ref()?;
        let eight = self.eights.get(eight as usize)?;
        let half_beat = (eight.end() - eight.start()) / 16.0;
        let own = steps.iter().filter(|step| step.id.performance == *performance);
        let near = |step: &&Step| (step.beats[0] - eight.start()).abs() < half_beat;
        own.filter(near).map(|step| step.id.clone()).next()
    }
}
