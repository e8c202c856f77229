//! The present state of a choreography, cheaply and never behind.
//!
//! The record is written by the workflow after each change, so for a moment it may be older than what a client was
//! told; a lost write may keep it old. Asking the workflow itself is always right and costs a few milliseconds. So
//! this instance remembers, for each choreography, the largest version that it has acknowledged or shown (the floor)
//! and when the workflow last confirmed it:
//!
//! * the record is shown when it has reached the floor and the workflow confirmed the floor lately, or when it is
//!   closed: then nothing changes any more;
//! * otherwise the workflow is asked, and its answer is the new floor;
//! * when the workflow cannot be asked, the record is shown if it has reached the floor.
//!
//! Who only waits for news first looks into the shared view, which holds the version.
//!
//! Invariant: what is shown is never older than anything this instance acknowledged or showed before, and without
//! an outage never older than `max_age`. Forgetting a floor costs a question, never the invariant.

use crate::{
    gateway::{Gateway, GatewayError},
    problem::Problem,
};
use eightcount_domain::{ChoreographyId, ChoreographyState, FailureCode};
use eightcount_storage::{Storage, StorageError, Whereabouts};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Floors kept; the ones confirmed longest ago go first.
const FLOORS_MAX: usize = 10_000;

/// Why a state cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no such choreography.
    #[error("no such choreography")]
    Unknown,
    /// The workflow does not answer, and nothing new enough is recorded.
    #[error("the choreography does not answer")]
    Away(#[source] GatewayError),
    /// The record cannot be read.
    #[error("reading a choreography's record")]
    Storage(#[from] StorageError),
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Unknown => Self::new(FailureCode::UnknownChoreography),
            ReadError::Away(_) => Self::fault(FailureCode::Unavailable, &error),
            ReadError::Storage(error) => error.into(),
        }
    }
}

/// Reads states.
pub struct StateReader {
    gateway: Gateway,
    storage: Arc<Storage>,
    floors: Mutex<HashMap<ChoreographyId, Floor>>,
}

#[derive(Clone, Copy, Default)]
struct Floor {
    version: u64,
    confirmed: Option<Instant>,
}

impl Floor {
    fn is_fresh(self, max_age: Duration) -> bool {
        self.confirmed.is_some_and(|at| at.elapsed() <= max_age)
    }
}

impl StateReader {
    /// Knows no floor yet.
    pub fn new(gateway: Gateway, storage: Arc<Storage>) -> Self {
        Self { gateway, storage, floors: Mutex::default() }
    }

    /// A client was told this version: no later read may be older.
    pub fn acknowledge(&self, id: &ChoreographyId, version: u64) {
        self.raise(id, version, None);
    }

    /// The state, at most `max_age` old unless there is an outage.
    pub async fn read(&self, id: &ChoreographyId, max_age: Duration) -> Result<ChoreographyState, ReadError> {
        let floor = self.floor(id);
        let recorded = self.storage.choreo.choreography(id).await?;
        if let Some(state) = &recorded
            && state.version >= floor.version
            && (state.status.is_closed() || floor.is_fresh(max_age))
        {
            self.raise(id, state.version, None);
            return Ok(state.clone());
        }
        let asked_at = Instant::now();
        match (self.gateway.state(id).await, recorded) {
            (Ok(state), _) => {
                self.raise(id, state.version, Some(asked_at));
                self.storage.shared.set_user(id, &Whereabouts::from(&state)).await;
                Ok(state)
            }
            (Err(GatewayError::NotRunning), None) => Err(ReadError::Unknown),
            (Err(GatewayError::NotRunning), Some(state)) => Ok(state),
            (Err(error), Some(state)) if state.version >= floor.version => {
                tracing::warn!(choreography = %id, "showing what was last recorded: {error}");
                Ok(state)
            }
            (Err(error), _) => Err(ReadError::Away(error)),
        }
    }

    /// The state if it is newer than a version that was shown, at most `max_age` late.
    pub async fn newer(
        &self,
        id: &ChoreographyId,
        than: Option<u64>,
        max_age: Duration,
    ) -> Result<Option<ChoreographyState>, ReadError> {
        let floor = self.floor(id);
        if let Some(shown) = than
            && shown >= floor.version
            && floor.is_fresh(max_age)
            && self.storage.shared.user(id).await.is_some_and(|user| user.version <= shown)
        {
            return Ok(None);
        }
        let state = self.read(id, max_age).await?;
        Ok(Some(state).filter(|state| than.is_none_or(|shown| state.version > shown)))
    }

    fn floor(&self, id: &ChoreographyId) -> Floor {
        let floors = self.floors.lock().unwrap_or_else(PoisonError::into_inner);
        floors.get(id).copied().unwrap_or_default()
    }

    fn raise(&self, id: &ChoreographyId, version: u64, confirmed: Option<Instant>) {
        let mut floors = self.floors.lock().unwrap_or_else(PoisonError::into_inner);
        if floors.len() >= FLOORS_MAX && !floors.contains_key(id) {
            thin(&mut floors);
        }
        let floor = floors.entry(id.clone()).or_default();
        floor.version = floor.version.max(version);
        floor.confirmed = floor.confirmed.max(confirmed);
    }
}

/// Drops the half that was confirmed longest ago.
fn thin(floors: &mut HashMap<ChoreographyId, Floor>) {
    let mut confirmed: Vec<_> = floors.values().map(|floor| floor.confirmed).collect();
    confirmed.sort_unstable();
    let median = confirmed.get(confirmed.len() / 2).copied().flatten();
    floors.retain(|_, floor| floor.confirmed > median);
}
