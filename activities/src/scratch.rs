//! Half-made files: a folder of its own for each worker process, held by a lock that dies with the process. Whoever
//! starts next removes the folders that nobody holds any more; nothing waits for them to grow old.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Held by a worker on its own folder, and by whoever looks for abandoned ones on the folder of all.
const LOCK: &str = "lock";

/// This process's folder. It goes with the value.
#[derive(Debug)]
pub(crate) struct Scratch {
    own: TempDir,
    _held: File,
}

impl Scratch {
    /// Removes what killed workers left in `folder`, and takes a folder in it.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        // One at a time: a folder that is made but not held yet must not look abandoned.
        let turn = lock_file(folder)?;
        turn.lock()?;
        sweep(folder)?;
        let own = TempDir::with_prefix_in("worker-", folder)?;
        let held = lock_file(own.path())?;
        held.lock()?;
        Ok(Self { own, _held: held })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> PathBuf {
        self.own.path().to_owned()
    }
}

fn lock_file(folder: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(false).write(true).open(folder.join(LOCK))
}

fn sweep(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if !path.is_dir() {
            continue;
        }
        match lock_file(&path)?.try_lock() {
            Ok(()) => {
                tracing::info!(leftover = %path.display(), "removing what a killed worker left");
                fs::remove_dir_all(&path)?;
            }
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_nobody_holds_is_removed_and_what_is_held_stays() {
        let folder = tempfile::tempdir().unwrap();
        let alive = Scratch::open(folder.path()).unwrap();
        fs::write(alive.path().join("take.mp4"), "half").unwrap();
        let dead = folder.path().join("worker-dead");
        fs::create_dir(&dead).unwrap();
        fs::write(dead.join("take.mp4"), "half").unwrap();
        let other = Scratch::open(folder.path()).unwrap();
        assert!(!dead.exists());
        assert!(alive.path().join("take.mp4").exists());
        assert_ne!(alive.path(), other.path());
        let gone = alive.path();
        drop(alive);
        assert!(!gone.exists());
    }
}
