//! How much disk takes may use: those used longest ago are dropped, and made again from their plans when they are
//! wanted. What an activity of this process holds stays; products and plans are no takes and stay always.
//!
//! A worker of another process may drop what is held here. Then a join does not find a file, fails, and its next
//! attempt makes the take anew.

use eightcount_domain::TakeKey;
use eightcount_storage::{DroppableTake, Storage, StorageError};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is held, and how much may be kept.
#[derive(Default)]
pub(crate) struct Keeping {
    /// None: everything is kept.
    max_bytes: Option<u64>,
    held: Arc<Mutex<BTreeMap<TakeKey, u32>>>,
    /// Nobody begins to hold a take while one is being dropped.
    turn: tokio::sync::Mutex<()>,
    /// One at a time decides what to drop: two that count the same excess would drop it twice.
    trimming: tokio::sync::Mutex<()>,
}

/// Keeps a take from being dropped, for as long as it lives.
pub(crate) struct Held {
    key: TakeKey,
    held: Arc<Mutex<BTreeMap<TakeKey, u32>>>,
}

impl Keeping {
    pub(crate) fn new(max_bytes: Option<u64>) -> Self {
        Self { max_bytes, ..Self::default() }
    }

    /// Holds a take, whether it is there or not: look after this.
    pub(crate) async fn hold(&self, key: &TakeKey) -> Held {
        let _turn = self.turn.lock().await;
        *locked(&self.held).entry(key.clone()).or_default() += 1;
        Held { key: key.clone(), held: Arc::clone(&self.held) }
    }

    /// Notes that takes were used.
    pub(crate) async fn used(&self, storage: &Storage, keys: &[TakeKey]) -> Result<(), StorageError> {
        if self.max_bytes.is_none() { Ok(()) } else { storage.product.use_takes(keys).await }
    }

    /// Drops takes that nobody holds until the rest is small enough, or all that is left is held. Gives how many.
    pub(crate) async fn trim(&self, storage: &Storage) -> Result<u64, StorageError> {
        let Some(max_bytes) = self.max_bytes else { return Ok(0) };
        let _trimming = self.trimming.lock().await;
        let (mut bytes, mut dropped) = (storage.product.take_bytes().await?, 0);
        while bytes > max_bytes {
            let before = dropped;
            for take in storage.product.least_used_takes().await? {
                if bytes > max_bytes && self.drop_take(storage, &take).await? {
                    bytes = bytes.saturating_sub(take.bytes);
                    dropped += 1;
                }
            }
            if dropped == before {
                break;
            }
        }
        Ok(dropped)
    }

    async fn drop_take(&self, storage: &Storage, take: &DroppableTake) -> Result<bool, StorageError> {
        let _turn = self.turn.lock().await;
        if locked(&self.held).contains_key(&take.key) {
            return Ok(false);
        }
        if storage.product.begin_dropping(take).await? {
            storage.blobs.delete(&take.blob).await?;
        }
        storage.product.end_dropping(&take.key).await?;
        Ok(true)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut held = locked(&self.held);
        let left = held.get(&self.key).copied().unwrap_or(0).saturating_sub(1);
        if left == 0 {
            held.remove(&self.key);
        } else {
            held.insert(self.key.clone(), left);
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
