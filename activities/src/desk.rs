//! What the activities of one worker share.

use crate::failure::Failure;
use crate::keeping::Keeping;
use crate::library::LibraryDesk;
use eightcount_audio::SAMPLE_RATE;
use eightcount_domain::{BlobHash, FrameRate};
use eightcount_media::{Decoded, Joined, Media, PerformanceFacts, Watch};
use eightcount_pose::Models;
use eightcount_storage::{Storage, StorageError};
use serde::{Serialize, de::DeserializeOwned};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, MutexGuard, PoisonError};
use tempfile::TempDir;
use tokio::sync::{Mutex, Semaphore, SemaphorePermit};

/// Mono samples at [`SAMPLE_RATE`], and how loud all channels are.
pub(crate) type Sound = Arc<Decoded>;

/// So many uploaded videos are remembered from screening to ingest.
const LATELY_SCREENED: usize = 64;

/// Storage, tools, and what is kept in memory between activities.
pub(crate) struct Desk {
    pub(crate) storage: Arc<Storage>,
    pub(crate) media: Media,
    pub(crate) library: LibraryDesk,
    pub(crate) takes: Keeping,
    /// None on a machine without them: then the picture's change measures movement.
    pub(crate) pose_models: Option<Models>,
    pub(crate) mezzanine_fps: FrameRate,
    scratch: PathBuf,
    /// The audio decoded last: preprocessing, amplitude and clustering want the same song within seconds.
    decoded: Mutex<Option<(BlobHash, Sound)>>,
    /// What videos were found to be, the latest first: an ingest begins when its upload has just been screened.
    screened: std::sync::Mutex<VecDeque<(BlobHash, PerformanceFacts)>>,
    /// Processor cores to use.
    pub(crate) cores: usize,
    /// So many takes are rendered at once, whoever asks for them.
    renderings: Semaphore,
    /// Ingests work on whole videos; more of them at once than cores only slow each other down.
    ingests: Semaphore,
}

impl Desk {
    pub(crate) fn new(
        storage: Arc<Storage>,
        media: Media,
        pose_models: Option<Models>,
        mezzanine_fps: FrameRate,
        scratch: PathBuf,
        (cores, takes_max_bytes): (usize, Option<u64>),
    ) -> Self {
        Self {
            scratch,
            takes: Keeping::new(takes_max_bytes),
            storage,
            media,
            pose_models,
            mezzanine_fps,
            library: LibraryDesk::default(),
            decoded: Mutex::new(None),
            screened: std::sync::Mutex::default(),
            cores: cores.max(1),
            renderings: Semaphore::new(cores.max(1)),
            ingests: Semaphore::new(cores.max(1)),
        }
    }

    /// The audio of a blob. Two who want the same at once decode it once.
    pub(crate) async fn sound(&self, blob: &BlobHash) -> Result<Sound, Failure> {
        let mut decoded = self.decoded.lock().await;
        if let Some((held, sound)) = decoded.as_ref().filter(|(held, _)| held == blob) {
            tracing::trace!(%held, "already decoded");
            return Ok(Arc::clone(sound));
        }
        let file = self.storage.blobs.local(blob).await?;
        let sound = Arc::new(self.media.decode_pcm(&file, &mut Watch::nobody()).await?);
        tracing::debug!(%blob, seconds = sound.pcm.len() as f64 / f64::from(SAMPLE_RATE), "decoded");
        *decoded = Some((blob.clone(), Arc::clone(&sound)));
        Ok(sound)
    }

    /// What is known of an uploaded video since it was screened; screened now if that was not here, or long ago.
    pub(crate) async fn screened(&self, blob: &BlobHash, file: &Path) -> Result<PerformanceFacts, Failure> {
        let known = |(of, facts): &(BlobHash, PerformanceFacts)| (of == blob).then(|| facts.clone());
        if let Some(facts) = self.lately_screened().iter().find_map(known) {
            return Ok(facts);
        }
        let facts = self.media.screen_performance(file).await?;
        let mut screened = self.lately_screened();
        screened.truncate(LATELY_SCREENED - 1);
        screened.push_front((blob.clone(), facts.clone()));
        Ok(facts)
    }

    fn lately_screened(&self) -> MutexGuard<'_, VecDeque<(BlobHash, PerformanceFacts)>> {
        self.screened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a turn to render a take.
    pub(crate) async fn rendering_turn(&self) -> Result<SemaphorePermit<'_>, Failure> {
        self.renderings.acquire().await.map_err(Failure::internal)
    }

    /// Waits for a turn to work on a whole video.
    pub(crate) async fn ingest_turn(&self) -> Result<SemaphorePermit<'_>, Failure> {
        self.ingests.acquire().await.map_err(Failure::internal)
    }

    /// A JSON blob.
    pub(crate) async fn read_json<T: DeserializeOwned>(&self, blob: &BlobHash) -> Result<T, Failure> {
        Ok(serde_json::from_slice(&self.storage.blobs.read(blob).await?)?)
    }

    /// Stores a value as a JSON blob.
    pub(crate) async fn write_json(&self, value: &impl Serialize) -> Result<BlobHash, Failure> {
        Ok(self.storage.blobs.put_bytes(&serde_json::to_vec(value)?).await?)
    }

    /// A folder for half-made files. It goes with the value; what a killed worker leaves is swept when the next
    /// one starts.
    pub(crate) fn scratch(&self) -> Result<TempDir, Failure> {
        Ok(TempDir::with_prefix_in("activity-", &self.scratch)?)
    }

    /// Moves a finished file into the store.
    pub(crate) async fn keep(&self, file: &Path) -> Result<BlobHash, Failure> {
        Ok(self.storage.blobs.move_file(file).await?)
    }

    /// Moves a joined file into the store.
    pub(crate) async fn keep_joined(&self, file: &Path, joined: Joined) -> Result<BlobHash, Failure> {
        self.storage.blobs.move_hashed(file, &joined.hash).await?;
        Ok(joined.hash)
    }
}

/// Runs processor work off the threads that keep the heartbeats going.
pub(crate) async fn compute<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    Ok(tokio::task::spawn_blocking(work).await?)
}

/// A missing record is a fault: the workflow named it.
pub(crate) fn found<T>(what: &'static str, record: Option<T>) -> Result<T, Failure> {
    record.ok_or_else(|| Failure::internal(format!("{what} is gone")))
}

/// Whether a blob is there; asking must not fail for its absence.
pub(crate) async fn is_there(storage: &Storage, blob: &BlobHash) -> Result<bool, StorageError> {
    storage.blobs.exists(blob).await
}
