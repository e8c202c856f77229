//! Data folders: each test has its own, under the build's folder.

use crate::programs;
use anyhow::{Context, Result};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process, thread,
};
use tempfile::TempDir;

/// A data folder. It goes with the value, unless the test panics, or `EIGHTCOUNT_KEEP_DATA` is set: then its logs are
/// of use.
#[derive(Debug)]
pub struct Data {
    folder: Option<TempDir>,
    path: PathBuf,
}

impl Data {
    /// An empty one.
    pub fn empty() -> Result<Self> {
        let folder = TempDir::with_prefix_in("data-", here()?).context("making a data folder")?;
        // What is compared with command lines has to be written as they write it.
        let path = folder.path().canonicalize()?;
        Ok(Self { folder: Some(folder), path })
    }

    /// A copy of another.
    pub fn copy_of(other: &Path) -> Result<Self> {
        let data = Self::empty()?;
        copy(other, data.path()).with_context(|| format!("copying {}", other.display()))?;
        Ok(data)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        if let Some(folder) = self
            .folder
            .take()
            .filter(|_| thread::panicking() || env::var_os("EIGHTCOUNT_KEEP_DATA").is_some())
        {
            eprintln!("kept for its logs: {}", folder.keep().display());
        }
    }
}

/// The folder of this test program's data; those of test programs that are gone are removed.
pub(crate) fn here() -> Result<PathBuf> {
    let all = programs::build_folder()?.join("whole-system");
    let mine = all.join(process::id().to_string());
    if !mine.is_dir() {
        fs::create_dir_all(&mine).with_context(|| format!("making {}", mine.display()))?;
        for entry in fs::read_dir(&all)?.flatten() {
            if !Path::new("/proc").join(entry.file_name()).exists() {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
    Ok(mine)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

/// Files of a data folder that somebody should have finished or removed: scratch files, blobs that are being
/// written, uploads that wait.
pub fn half_made_files(data: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in ["scratch", "scratch-apart", "blobs/temporary", "blobs/incoming"] {
        list(&data.join(folder), &mut found)?;
    }
    Ok(found)
}

fn list(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            list(&entry.path(), found)?;
        } else if entry.file_name() != "lock" {
            // A lock file is empty and stays: removing it would break the lock.
            found.push(entry.path());
        }
    }
    Ok(())
}
