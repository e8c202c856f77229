//! The takes of a choreography: where their files are, where they lie in the section, what sounds under them.

use crate::{app::App, problem::Problem};
use eightcount_domain::{BlobHash, ChoreographyState, FailureCode, FrameGrid, TakeKey};
use eightcount_edit::{BadPlan, TakePlan};
use eightcount_mp4::{Mp4Error, Track};
use eightcount_storage::StorageError;
use eightcount_workflows::contract::AnalysedSection;
use std::{fs::File, time::Duration};

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

/// Longest making of a take anew, behind what the workers are at.
const REMADE_WITHIN: Duration = Duration::from_mins(2);

/// The file of a take, and how many frames it has. One that was dropped to save disk is made anew meanwhile.
/// `not_ready_yet` when that takes longer than somebody should wait, and when it is planned but was never rendered.
pub async fn file(app: &App, key: &TakeKey) -> Result<(BlobHash, u64), Problem> {
    let takes = &app.storage().product;
    if let Some(rendered) = takes.take(key).await? {
        return Ok(rendered);
    }
    if takes.was_take_dropped(key).await? {
        // It goes on being made after that: whoever asks again finds it.
        let making = app.gateway().render_take(key, REMADE_WITHIN);
        match tokio::time::timeout(app.config().limits.answer_max() / 2, making).await {
            Ok(made) => made.map(drop)?,
            Err(_) => return Err(Problem::new(FailureCode::NotReadyYet)),
        }
        if let Some(rendered) = takes.take(key).await? {
            return Ok(rendered);
        }
    }
    // The key is the hash of the plan: a take whose plan is stored is on its way.
    let planned = app.storage().blobs.exists(&BlobHash(key.0.clone())).await?;
    Err(Problem::new(if planned { FailureCode::NotReadyYet } else { FailureCode::UnknownTake }))
}

/// Whether the file of a take can be had, at once or after it was made anew.
pub async fn is_ready(app: &App, key: &TakeKey) -> Result<bool, StorageError> {
    let takes = &app.storage().product;
    Ok(takes.take(key).await?.is_some() || takes.was_take_dropped(key).await?)
}

/// What a take shows, and how; none of a take that another release rendered.
pub async fn plan(app: &App, key: &TakeKey) -> Result<Option<TakePlan>, Problem> {
    let bytes = app.storage().blobs.read(&BlobHash(key.0.clone())).await?;
    match TakePlan::from_json(&String::from_utf8_lossy(&bytes)) {
        Ok(plan) => Ok(Some(plan)),
        Err(BadPlan::OtherRenderer { .. }) => Ok(None),
        Err(error) => Err(StorageError::Damaged { what: "take plan", source: error.into() }.into()),
    }
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
