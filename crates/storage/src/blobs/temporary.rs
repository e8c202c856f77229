//! Files that are not finished: each has a name of its own and goes away with its owner. What a killed
//! process leaves is swept by age.

use crate::StorageError;
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// The folder of unfinished files.
#[derive(Clone, Debug)]
pub(super) struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    /// Creates the folder when it is missing.
    pub(super) fn open(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// A name that nobody else uses. Nothing is there yet; what will be there is removed when this is dropped.
    pub(super) fn name(&self) -> TemporaryFile {
        TemporaryFile(self.0.join(uuid::Uuid::new_v4().simple().to_string()))
    }

    /// Removes files older than that; gives how many there were.
    pub(super) fn sweep(&self, older_than: Duration) -> Result<u64, StorageError> {
        sweep_folder(&self.0, older_than)
    }
}

/// An unfinished file.
#[derive(Debug)]
pub(super) struct TemporaryFile(PathBuf);

impl TemporaryFile {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        // Renamed away when all went well; otherwise nothing more can be done here than to try.
        let _ = fs::remove_file(&self.0);
    }
}

/// Removes the files of one folder that were last changed longer ago than that; gives how many there were.
pub(super) fn sweep_folder(folder: &Path, older_than: Duration) -> Result<u64, StorageError> {
    let failed = |source| StorageError::File { doing: "sweeping temporary files", source };
    let now = SystemTime::now();
    let mut swept = 0;
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        // Another sweeper or the owner may have been faster: a file that is gone is no failure.
        let Ok(facts) = entry.metadata() else { continue };
        let age = facts.modified().ok().and_then(|at| now.duration_since(at).ok()).unwrap_or_default();
        if facts.is_file() && age >= older_than && fs::remove_file(entry.path()).is_ok() {
            swept += 1;
        }
    }
    Ok(swept)
}
