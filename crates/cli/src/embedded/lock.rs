//! One running instance per data folder: an advisory lock on `DIR/lock` that dies with the process.

use anyhow::{Context, bail};
use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    path::Path,
};

/// Holds the data folder as long as it lives.
#[derive(Debug)]
pub struct DataLock {
    file: File,
}

impl Drop for DataLock {
    /// Closing is not enough: a child that is just being started holds a copy of the descriptor until it runs.
    fn drop(&mut self) {
        if let Err(error) = self.file.unlock() {
            tracing::warn!("giving the data folder back: {error}");
        }
    }
}

impl DataLock {
    /// Takes the folder, or says who has it.
    pub fn take(data: &Path) -> anyhow::Result<Self> {
        let mut file = open(data)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                let holder = holder.trim();
                let by = if holder.is_empty() { String::new() } else { format!(" (process {holder})") };
                bail!(
                    "{} is already in use by another eightcount{by}: stop that one, or give another --data folder",
                    data.display()
                );
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("locking {}", data.join("lock").display()));
            }
        }
        file.set_len(0).and_then(|()| file.rewind()).context("writing the lock file")?;
        writeln!(file, "{}", std::process::id()).context("writing the lock file")?;
        Ok(Self { file })
    }

    /// Is some process holding the folder now?
    pub fn is_taken(data: &Path) -> bool {
        let Ok(file) = File::open(data.join("lock")) else { return false };
        // A shared lock, given back at once: two clients that ask at the same time do not see each other.
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }
}

fn open(data: &Path) -> anyhow::Result<File> {
    let path = data.join("lock");
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .with_context(|| format!("opening {}", path.display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_folder_is_taken_once_and_free_again_after() {
        let data = tempfile::tempdir().unwrap();
        assert!(!DataLock::is_taken(data.path()));
        let lock = DataLock::take(data.path()).unwrap();
        assert!(DataLock::is_taken(data.path()));
        let refusal = DataLock::take(data.path()).unwrap_err().to_string();
        assert!(refusal.contains("already in use"), "{refusal}");
        assert!(refusal.contains(&std::process::id().to_string()), "{refusal}");
        drop(lock);
        assert!(!DataLock::is_taken(data.path()));
        DataLock::take(data.path()).unwrap();
    }
}
