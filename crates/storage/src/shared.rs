//! The shared view in Redis: what many read at once and anyone can rebuild.
//!
//! Nothing here fails. A key that is missing, a Redis that is dead, slow, flushed or full of garbage, or none
//! at all: each reads as a miss, after which the caller asks the record or the workflow and fills the view
//! again. Writing then does nothing.

mod changes;
mod link;
mod values;

pub use changes::ChoreographyChanges;
pub use values::{
    AMPL_TTL, EightKey, Likeness, PREPRO_TTL, Preparation, SELECTION_TTL, SMLR_TTL, SectionKey, Selections,
    USER_TTL, Whereabouts,
};

use crate::StorageError;
use changes::Changes;
use eightcount_domain::{Amplitude, ChoreographyId, GridCorrection, SongId};
use link::Link;
use serde::{Serialize, de::DeserializeOwned};
use std::{sync::Arc, time::Duration};

/// The shared view. Clones share one connection.
#[derive(Clone, Debug)]
pub struct SharedView {
    link: Option<Arc<Link>>,
    changes: Arc<Changes>,
}

impl SharedView {
    /// With the Redis at `redis://host:port/database` (`rediss://` for TLS). It need not be there: the
    /// connection is made when it is first needed, and again whenever it was lost. To be called on a runtime.
    pub fn connect(address: &str) -> Result<Self, StorageError> {
        crate::tls::install();
        let bad = |e: redis::RedisError| StorageError::BadAddress { what: "Redis", reason: e.to_string() };
        let client = redis::Client::open(address).map_err(bad)?;
        let link = Link::new(client.clone()).map_err(bad)?;
        Ok(Self { link: Some(Arc::new(link)), changes: Arc::new(Changes::new(Some(client))) })
    }

    /// Without Redis: every read is a miss. Changes still travel inside this process.
    pub fn none() -> Self {
        Self { link: None, changes: Arc::new(Changes::new(None)) }
    }

    /// How far the preparation of a song under a grid correction has come.
    pub async fn prepro(&self, song: &SongId, grid: GridCorrection) -> Option<Preparation> {
        self.get(&values::prepro_key(song, grid)).await
    }

    /// Writes [`Self::prepro`].
    pub async fn set_prepro(&self, song: &SongId, grid: GridCorrection, preparation: &Preparation) {
        self.set(&values::prepro_key(song, grid), preparation, PREPRO_TTL).await;
    }

    /// Loudness of an eight.
    pub async fn ampl(&self, eight: &EightKey) -> Option<Amplitude> {
        self.get(&eight.under("ampl")).await
    }

    /// Writes [`Self::ampl`].
    pub async fn set_ampl(&self, eight: &EightKey, amplitude: &Amplitude) {
        self.set(&eight.under("ampl"), amplitude, AMPL_TTL).await;
    }

    /// Cluster of an eight and the library steps whose music is most like it.
    pub async fn smlr(&self, eight: &EightKey) -> Option<Likeness> {
        self.get(&eight.under("smlr")).await
    }

    /// Writes [`Self::smlr`].
    pub async fn set_smlr(&self, eight: &EightKey, likeness: &Likeness) {
        self.set(&eight.under("smlr"), likeness, SMLR_TTL).await;
    }

    /// Where the user is in a choreography.
    pub async fn user(&self, choreography: &ChoreographyId) -> Option<Whereabouts> {
        self.get(&values::user_key(choreography)).await
    }

    /// Writes [`Self::user`] unless a newer version is there.
    pub async fn set_user(&self, choreography: &ChoreographyId, whereabouts: &Whereabouts) {
        self.set_newest(&values::user_key(choreography), whereabouts, whereabouts.version, USER_TTL).await;
    }

    /// The selections of a choreography in order.
    pub async fn selection(&self, choreography: &ChoreographyId) -> Option<Selections> {
        self.get(&values::selection_key(choreography)).await
    }

    /// Writes [`Self::selection`] unless a newer version is there.
    pub async fn set_selection(&self, choreography: &ChoreographyId, selections: &Selections) {
        let key = values::selection_key(choreography);
        self.set_newest(&key, selections, selections.version, SELECTION_TTL).await;
    }

    /// Tells whoever watches a choreography that it has a new version. It may not reach them.
    pub async fn publish(&self, choreography: &ChoreographyId, version: u64) {
        self.changes.tell_here(choreography, version);
        if let Some(link) = &self.link {
            link.publish(&changes::channel(choreography), version).await;
        }
    }

    /// Watches a choreography. News may be lost: they only hurry someone who also looks from time to time.
    pub fn subscribe(&self, choreography: &ChoreographyId) -> ChoreographyChanges {
        Changes::watch(&self.changes, choreography)
    }

    /// Version of the Redis server and how long it took to answer; none when there is no answer, or no Redis
    /// was named.
    pub async fn version(&self) -> Option<(String, Duration)> {
        self.link.as_ref()?.version().await
    }

    /// Whether a Redis was named, dead or alive.
    pub fn is_configured(&self) -> bool {
        self.link.is_some()
    }

    async fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let text = self.link.as_ref()?.get(key).await?;
        serde_json::from_slice(&text).ok()
    }

    async fn set(&self, key: &str, value: &impl Serialize, ttl: Duration) {
        let Some(link) = &self.link else { return };
        // A value that has no JSON form (a number that is not finite) is not shared.
        if let Ok(text) = serde_json::to_string(value) {
            link.set(key, &text, ttl).await;
        }
    }

    async fn set_newest(&self, key: &str, value: &impl Serialize, version: u64, ttl: Duration) {
        let Some(link) = &self.link else { return };
        if let Ok(text) = serde_json::to_string(value) {
            link.set_newest(key, &text, version, ttl).await;
        }
    }
}
