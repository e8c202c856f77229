//! The library in memory: built from the records, shared by all requests of a worker, built anew when the
//! library's version grows.

use crate::failure::Failure;
use eightcount_choreo::suggest::{Library, Outlook};
use eightcount_domain::{BlobHash, Flavour};
use eightcount_storage::ChoreoRecords;
use std::sync::{Arc, Mutex as ShortMutex, PoisonError};
use tokio::sync::Mutex;

/// Sections whose outlook is kept: those danced last.
const OUTLOOKS: usize = 64;

/// The index of one version of the library.
pub(crate) struct IndexedLibrary {
    pub(crate) version: u64,
    pub(crate) index: Library,
    /// What may come in the sections that are being danced, the last one first.
    outlooks: ShortMutex<Vec<(Danced, Arc<Outlook>)>>,
}

/// An analysed section, and whom it is danced for.
pub(crate) type Danced = (BlobHash, Flavour);

impl IndexedLibrary {
    fn of(version: u64, index: Library) -> Self {
        Self { version, index, outlooks: ShortMutex::default() }
    }

    /// The outlook of a section of so many eights.
    pub(crate) fn outlook(&self, danced: &Danced, eights: usize) -> Arc<Outlook> {
        let mut kept = self.outlooks.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.iter().position(|(each, _)| each == danced).map(|i| kept.remove(i));
        let (danced, outlook) = known.unwrap_or_else(|| (danced.clone(), Arc::new(Outlook::new(eights))));
        kept.insert(0, (danced, Arc::clone(&outlook)));
        kept.truncate(OUTLOOKS);
        outlook
    }
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
        let indexed = Arc::new(IndexedLibrary::of(library.version, Library::of(library.steps)));
        *held = Some(Arc::clone(&indexed));
        Ok(indexed)
    }
}
