//! The two models, loaded and held against their hashes.

use crate::detector::{Detection, detect};
use crate::landmarks::{Body, Region, landmarks};
use crate::model::{Memory, ModelError, Network};
use crate::picture::{Picture, Square};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;

/// The files as `scripts/pose-models.sha256` lists them: the one list says what is fetched and what is believed.
const SUMS: &str = include_str!("../../../scripts/pose-models.sha256");
const DETECTOR: &str = "pose_detection.tflite";
const LANDMARKS: &str = "pose_landmark_lite.tflite";

/// Why the models cannot be used.
#[derive(Debug, Error)]
pub enum ModelsError {
    /// A file cannot be read: `scripts/setup` brings it.
    #[error("the pose model {} cannot be read", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file is another one than this release was made for.
    #[error("the pose model {} is not the one of scripts/pose-models.sha256", path.display())]
    Hash {
        /// Which.
        path: PathBuf,
    },
    /// A file cannot be understood.
    #[error("loading the pose model {name}")]
    Model {
        /// Which.
        name: &'static str,
        /// Why.
        #[source]
        source: ModelError,
    },
}

/// The models, shared by all who look.
#[derive(Clone, Debug)]
pub struct Models {
    detector: Arc<Network>,
    landmarks: Arc<Network>,
}

/// One who looks: the models, and memory to run them in.
#[derive(Debug)]
pub struct Seer {
    models: Models,
    detector: Memory,
    landmarks: Memory,
    input: Vec<f32>,
}

impl Models {
    /// Loads both from a folder.
    pub fn load(folder: &Path) -> Result<Self, ModelsError> {
        Ok(Self { detector: network(folder, DETECTOR)?, landmarks: network(folder, LANDMARKS)? })
    }

    /// Somebody who looks at pictures.
    pub fn seer(&self) -> Seer {
        Seer {
            detector: self.detector.memory(),
            landmarks: self.landmarks.memory(),
            models: self.clone(),
            input: Vec::new(),
        }
    }
}

impl Seer {
    /// People whose score is at least `least` (0 to 1), best first, at most `most`.
    pub fn detect(
        &mut self,
        picture: &Picture<'_>,
        least: f32,
        most: usize,
    ) -> Result<Vec<Detection>, ModelError> {
        self.detect_in(picture, &picture.whole(), least, most)
    }

    /// The same in a part of the picture, where small people are larger.
    pub(crate) fn detect_in(
        &mut self,
        picture: &Picture<'_>,
        part: &Square,
        least: f32,
        most: usize,
    ) -> Result<Vec<Detection>, ModelError> {
        let wanted = (least, most);
        detect(&self.models.detector, &mut self.detector, (picture, part), wanted, &mut self.input)
    }

    /// The body in a region, if what the model says makes sense; look at its presence.
    pub fn landmarks(&mut self, picture: &Picture<'_>, region: Region) -> Result<Option<Body>, ModelError> {
        landmarks(&self.models.landmarks, &mut self.landmarks, picture, region, &mut self.input)
    }
}

/// Of both models the first two outputs are wanted: boxes and scores, or points and presence.
fn network(folder: &Path, name: &'static str) -> Result<Arc<Network>, ModelsError> {
    let path = folder.join(name);
    let file = std::fs::read(&path).map_err(|source| ModelsError::File { path: path.clone(), source })?;
    let sum = hex::encode(Sha256::digest(&file));
    if !SUMS.lines().any(|line| line.split_whitespace().eq([sum.as_str(), name])) {
        return Err(ModelsError::Hash { path });
    }
    Network::load(&file, &[0, 1]).map(Arc::new).map_err(|source| ModelsError::Model { name, source })
}
