//! Local copies of blobs that are kept elsewhere.
//!
//! A user of a copy holds a hard link of its own to it. So a copy can be dropped from the cache, by this or
//! another process, without taking it away from anyone.

use super::{
    files::remove,
    temporary::{TemporaryFile, TemporaryFolder, sweep_folder},
};
use crate::StorageError;
use eightcount_domain::BlobHash;
use std::{
    fs::{self, File},
    io,
    ops::Deref,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// A blob as a local file: read it, do not write or move it. It stays readable under its path for as long as
/// this lives.
#[derive(Debug)]
pub struct LocalBlob(Held);

#[derive(Debug)]
enum Held {
    Itself(PathBuf),
    Link(TemporaryFile),
}

impl LocalBlob {
    pub(super) fn itself(path: PathBuf) -> Self {
        Self(Held::Itself(path))
    }
}

impl Deref for LocalBlob {
    type Target = Path;

    fn deref(&self) -> &Path {
        match &self.0 {
            Held::Itself(path) => path,
            Held::Link(link) => link.path(),
        }
    }
}

impl AsRef<Path> for LocalBlob {
    fn as_ref(&self) -> &Path {
        self
    }
}

#[derive(Clone, Debug)]
pub(super) struct Cache {
    copies: PathBuf,
    links: TemporaryFolder,
    links_path: PathBuf,
    pub(super) temporary: TemporaryFolder,
    limit_bytes: u64,
}

impl Cache {
    pub(super) fn open(folder: &Path, limit_bytes: u64) -> io::Result<Self> {
        let (copies, links_path) = (folder.join("copies"), folder.join("in-use"));
        fs::create_dir_all(&copies)?;
        Ok(Self {
            copies,
            links: TemporaryFolder::open(links_path.clone())?,
            links_path,
            temporary: TemporaryFolder::open(folder.join("temporary"))?,
            limit_bytes,
        })
    }

    /// The copy of a blob, if there is one.
    pub(super) fn get(&self, hash: &BlobHash) -> io::Result<Option<LocalBlob>> {
        let copy = self.copies.join(hash.as_str());
        match self.link(&copy) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
            Ok(link) => {
                // The time of the last use decides which copy goes first; not to know it is no failure.
                let _ =
                    File::options().append(true).open(&copy).and_then(|f| f.set_modified(SystemTime::now()));
                Ok(Some(link))
            }
        }
    }

    /// Keeps a file whose bytes have been checked.
    pub(super) fn adopt(&self, file: &Path, hash: &BlobHash) -> io::Result<LocalBlob> {
        let link = self.link(file)?;
        fs::rename(file, self.copies.join(hash.as_str()))?;
        self.trim()?;
        Ok(link)
    }

    /// Forgets the copy of a blob that was deleted.
    pub(super) fn forget(&self, hash: &BlobHash) -> io::Result<()> {
        remove(&self.copies.join(hash.as_str()))
    }

    /// A file that belongs to its holder alone.
    pub(super) fn lend(file: TemporaryFile) -> LocalBlob {
        LocalBlob(Held::Link(file))
    }

    pub(super) fn sweep(&self, older_than: Duration) -> Result<u64, StorageError> {
        Ok(self.temporary.sweep(older_than)? + sweep_folder(&self.links_path, older_than)?)
    }

    fn link(&self, copy: &Path) -> io::Result<LocalBlob> {
        let link = self.links.name();
        fs::hard_link(copy, link.path())?;
        Ok(Self::lend(link))
    }

    fn trim(&self) -> io::Result<()> {
        let mut copies = Vec::new();
        for entry in fs::read_dir(&self.copies)? {
            let entry = entry?;
            // Gone already when another process trims too.
            let Ok(facts) = entry.metadata() else { continue };
            copies.push((facts.modified().unwrap_or(SystemTime::UNIX_EPOCH), facts.len(), entry.path()));
        }
        let mut held_bytes: u64 = copies.iter().map(|(_, length, _)| length).sum();
        copies.sort_unstable();
        for (_, length, path) in copies {
            if held_bytes <= self.limit_bytes {
                break;
            }
            remove(&path)?;
            held_bytes -= length;
        }
        Ok(())
    }
}
