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
use eightcount_storage::{Selections, Storage, StorageError, Whereabouts};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
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
    floors: Floors,
}

impl StateReader {
    /// Knows no floor yet.
    pub fn new(gateway: Gateway, storage: Arc<Storage>) -> Self {
        Self { gateway, storage, floors: Floors::default() }
    }

    /// A client was told this version: no later read may be older.
    pub fn acknowledge(&self, id: &ChoreographyId, version: u64) {
        self.floors.raise(id, version, None);
    }

    /// The state, at most `max_age` old unless there is an outage.
    pub async fn read(&self, id: &ChoreographyId, max_age: Duration) -> Result<ChoreographyState, ReadError> {
        let floor = self.floors.of(id);
        let recorded = self.storage.choreo.choreography(id).await?;
        if let Some(state) = &recorded
            && state.version >= floor.version
            && (state.status.is_closed() || floor.is_fresh(max_age))
        {
            self.floors.raise(id, state.version, None);
            return Ok(state.clone());
        }
        let asked_at = Instant::now();
        match (self.gateway.state(id).await, recorded) {
            (Ok(state), _) => {
                self.floors.raise(id, state.version, Some(asked_at));
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

    /// What is chosen, at most `max_age` old unless there is an outage. The shared view serves it while it has
    /// reached the floor and the workflow confirmed the floor lately.
    pub async fn selections(&self, id: &ChoreographyId, max_age: Duration) -> Result<Selections, ReadError> {
        let floor = self.floors.of(id);
        if floor.is_fresh(max_age)
            && let Some(shared) = self.storage.shared.selection(id).await
            && shared.version >= floor.version
        {
            self.floors.raise(id, shared.version, None);
            return Ok(shared);
        }
        let selections = Selections::from(&self.read(id, max_age).await?);
        self.storage.shared.set_selection(id, &selections).await;
        Ok(selections)
    }

    /// The state if it is newer than a version that was shown, at most `max_age` late.
    pub async fn newer(
        &self,
        id: &ChoreographyId,
        than: Option<u64>,
        max_age: Duration,
    ) -> Result<Option<ChoreographyState>, ReadError> {
        let floor = self.floors.of(id);
        if let Some(shown) = than
            && shown >= floor.version
            && floor.is_fresh(max_age)
            && self.storage.shared.user(id).await.is_some_and(|user| user.version <= shown)
        {
            return Ok(None);
        }
        let state = self.read(id, max_age).await?;
        self.storage.shared.set_user(id, &Whereabouts::from(&state)).await;
        Ok(Some(state).filter(|state| than.is_none_or(|shown| state.version > shown)))
    }
}

/// The floors that are remembered; never more than [`FLOORS_MAX`].
#[derive(Default)]
struct Floors(Mutex<HashMap<ChoreographyId, Floor>>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Floor {
    version: u64,
    /// When the workflow was asked last, if it was.
    confirmed: Option<Instant>,
}

impl Floor {
    fn is_fresh(self, max_age: Duration) -> bool {
        self.confirmed.is_some_and(|at| at.elapsed() <= max_age)
    }
}

impl Floors {
    fn of(&self, id: &ChoreographyId) -> Floor {
        self.known().get(id).copied().unwrap_or_default()
    }

    fn raise(&self, id: &ChoreographyId, version: u64, confirmed: Option<Instant>) {
        let mut known = self.known();
        if known.len() >= FLOORS_MAX && !known.contains_key(id) {
            thin(&mut known);
        }
        let floor = known.entry(id.clone()).or_default();
        floor.version = floor.version.max(version);
        floor.confirmed = floor.confirmed.max(confirmed);
    }

    fn known(&self) -> MutexGuard<'_, HashMap<ChoreographyId, Floor>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets the half that was confirmed longest ago.
fn thin(known: &mut HashMap<ChoreographyId, Floor>) {
    let mut confirmed: Vec<_> = known.values().map(|floor| floor.confirmed).collect();
    confirmed.sort_unstable();
    let median = confirmed.get(confirmed.len() / 2).copied().flatten();
    known.retain(|_, floor| floor.confirmed > median);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn id(n: usize) -> ChoreographyId {
        format!("00000000-0000-7000-8000-{n:012x}").parse().unwrap()
    }

    #[test]
    fn a_floor_only_rises_and_is_fresh_only_when_confirmed() {
        let floors = Floors::default();
        floors.raise(&id(0), 5, None);
        floors.raise(&id(0), 3, None);
        assert_eq!(floors.of(&id(0)), Floor { version: 5, confirmed: None });
        assert!(!floors.of(&id(0)).is_fresh(Duration::MAX));
        let now = Instant::now();
        floors.raise(&id(0), 4, Some(now));
        floors.raise(&id(0), 6, None);
        assert_eq!(floors.of(&id(0)), Floor { version: 6, confirmed: Some(now) });
        assert!(floors.of(&id(0)).is_fresh(Duration::from_hours(1)));
    }

    #[test]
    fn however_many_there_are_some_are_kept_and_the_newest_is() {
        let floors = Floors::default();
        let start = Instant::now();
        for n in 0..3 * FLOORS_MAX {
            // Half of them were never confirmed.
            let confirmed = (n % 2 == 0).then(|| start + Duration::from_millis(n as u64));
            floors.raise(&id(n), 1, confirmed);
            assert!(floors.known().len() <= FLOORS_MAX);
            assert_eq!(floors.of(&id(n)).version, 1);
        }
        assert!(floors.of(&id(3 * FLOORS_MAX - 2)).confirmed.is_some());
    }
}
