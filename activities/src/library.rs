//! The library in memory: built from the records, shared by all requests of a worker, built anew when the
//! library's version grows.

use crate::failure::Failure;
use eightcount_choreo::suggest::Library;
use eightcount_storage::ChoreoRecords;
use std::sync::Arc;
use tokio::sync::Mutex;

/// The index of one version of the library.
pub(crate) struct IndexedLibrary {
    pub(crate) version: u64,
    pub(crate) index: Library,
}

/// Holds the newest index.
#[derive(Default)]
pub(crate) struct LibraryDesk(Mutex<Option<Arc<IndexedLibrary>>>);

impl LibraryDesk {
    /// The library as it is now.
    pub(crate) async fn newest(&self, records: &ChoreoRecords) -> Result<Arc<IndexedLibrary>, Failure> {
        let mut held = self.0.lock().await;
        let version = records.library_version().await?;
        if let Some(indexed) = held.as_ref().filter(|indexed| indexed.version == version) {
            return Ok(Arc::clone(indexed));
        }
        let library = records.library().await?;
        let indexed =
            Arc::new(IndexedLibrary { version: library.version, index: Library::of(library.steps) });
        *held = Some(Arc::clone(&indexed));
        Ok(indexed)
    }
}
