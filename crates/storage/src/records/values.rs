//! Between domain values and columns.

use crate::StorageError;
use eightcount_domain::{BlobHash, FailureCode, Millis};
use serde::{Serialize, de::DeserializeOwned};
use std::time::{SystemTime, UNIX_EPOCH};

/// A value as JSON text.
pub(super) fn to_json(what: &'static str, value: &impl Serialize) -> Result<String, StorageError> {
    serde_json::to_string(value).map_err(|source| StorageError::Unstorable { what, source })
}

/// A value from its JSON text.
pub(super) fn from_json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StorageError> {
    serde_json::from_str(text).map_err(|source| StorageError::damaged(what, source))
}

/// A status as the word that it is in JSON, for a column that queries look at.
pub(super) fn to_word(what: &'static str, status: &impl Serialize) -> Result<String, StorageError> {
    from_json(what, &to_json(what, status)?)
}

/// A status from its word.
pub(super) fn from_word<T: DeserializeOwned>(what: &'static str, word: &str) -> Result<T, StorageError> {
    from_json(what, &to_json(what, &word)?)
}

pub(super) fn failure(word: Option<&str>) -> Result<Option<FailureCode>, StorageError> {
    word.map(|word| word.parse().map_err(|e| StorageError::damaged("failure code", e))).transpose()
}

pub(super) fn blob(text: &str) -> Result<BlobHash, StorageError> {
    text.parse().map_err(|e| StorageError::damaged("blob hash", e))
}

/// Milliseconds since the Unix epoch, for the times that are the records' own.
pub(super) fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
