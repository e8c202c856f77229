//! The takes of a choreography: where their files are, where they lie in the section, what sounds under them.

use crate::{app::App, problem::Problem};
use eightcount_domain::{BlobHash, ChoreographyState, FailureCode, FrameGrid, TakeKey};
use eightcount_edit::TakePlan;
use eightcount_mp4::{Mp4Error, Track};
use eightcount_storage::StorageError;
use eightcount_workflows::contract::AnalysedSection;
use std::fs::File;

/// A file of our own making that cannot be read as one.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Its tables make no sense.
    #[error("reading the tables of {blob}")]
    Tables {
        /// Which file.
        blob: BlobHash,
        /// What is wrong with them.
        source: Mp4Error,
    },
    /// Reading was given up.
    #[error("reading the tables of a file was given up")]
    GivenUp,
}

impl From<Unreadable> for Problem {
    fn from(error: Unreadable) -> Self {
        Self::fault(FailureCode::Internal, &error)
    }
}

/// The file of a take, and how many frames it has. `not_ready_yet` when it is planned but not rendered.
pub async fn file(app: &App, key: &TakeKey) -> Result<(BlobHash, u64), Problem> {
    if let Some(rendered) = app.storage().product.take(key).await? {
        return Ok(rendered);
    }
    // The key is the hash of the plan: a take whose plan is stored is on its way.
    let planned = app.storage().blobs.exists(&BlobHash(key.0.clone())).await?;
    Err(Problem::new(if planned { FailureCode::NotReadyYet } else { FailureCode::UnknownTake }))
}

/// What a take shows, and how.
pub async fn plan(app: &App, key: &TakeKey) -> Result<TakePlan, Problem> {
    let bytes = app.storage().blobs.read(&BlobHash(key.0.clone())).await?;
    let plan = TakePlan::from_json(&String::from_utf8_lossy(&bytes));
    Ok(plan.map_err(|error| StorageError::Damaged { what: "take plan", source: error.into() })?)
}

/// The tables of a take or a sound.
pub async fn track(app: &App, blob: &BlobHash) -> Result<Track, Problem> {
    let local = app.storage().blobs.local(blob).await?;
    let blob = blob.clone();
    let read = tokio::task::spawn_blocking(move || {
        let tables = |source| Unreadable::Tables { blob: blob.clone(), source };
        let mut file = File::open(&*local).map_err(|error| tables(error.into()))?;
        Track::read(&mut file).map_err(tables)
    });
    Ok(read.await.unwrap_or(Err(Unreadable::GivenUp))?)
}

/// The section's eights, to the microsecond; `not_ready_yet` before the analysis.
pub async fn section(app: &App, state: &ChoreographyState) -> Result<AnalysedSection, Problem> {
    let not_yet =
        if state.status.is_closed() { FailureCode::ChoreographyIncomplete } else { FailureCode::NotReadyYet };
    let analysis = state.analysis.as_ref().ok_or_else(|| Problem::new(not_yet))?;
    let bytes = app.storage().blobs.read(analysis).await?;
    let section = serde_json::from_slice(&bytes);
    Ok(section.map_err(|error| StorageError::Damaged { what: "section", source: error.into() })?)
}

/// First frame and end of the take of eight `k`, in frames of the section; none when there is no such eight.
pub fn frames(state: &ChoreographyState, section: &AnalysedSection, k: u32) -> Option<(u64, u64)> {
    let half = u64::from(state.options.transition_frames / 2);
    FrameGrid::of(&section.eights, state.options.fps).take_range(k as usize, half)
}
