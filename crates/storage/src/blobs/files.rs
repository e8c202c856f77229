//! Hashing, copying and renaming files. All of it blocks and belongs on the blocking pool: [`blocking`].

use crate::StorageError;
use eightcount_domain::{BlobHash, ContentHash};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::Path,
};

/// Bytes read at once.
pub(super) const CHUNK_BYTES: usize = 1 << 20;

/// Runs file work where it may block.
pub(super) async fn blocking<T: Send + 'static>(
    doing: &'static str,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, StorageError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|stopped| Err(io::Error::other(stopped))).map_err(StorageError::file(doing))
}

/// The name of bytes whose digest is complete.
pub(super) fn hash_of(digest: Sha256) -> BlobHash {
    BlobHash(ContentHash::from_digest(&digest.finalize().into()))
}

/// The name of some bytes.
pub(super) fn hash_bytes(bytes: &[u8]) -> BlobHash {
    hash_of(Sha256::new_with_prefix(bytes))
}

/// The name of a regular file's bytes.
pub(super) fn hash_file(source: &Path) -> io::Result<BlobHash> {
    hash_while(&mut open_regular(source)?, |_| Ok(()))
}

/// Sees to it that a file's bytes are on disk, not only in memory.
pub(super) fn sync_file(file: &Path) -> io::Result<()> {
    File::open(file)?.sync_data()
}

/// Copies a regular file to a new one and names its bytes. The copy is on disk afterwards.
pub(super) fn copy_file(source: &Path, target: &Path) -> io::Result<BlobHash> {
    let mut copy = File::create_new(target)?;
    let hash = hash_while(&mut open_regular(source)?, |chunk| copy.write_all(chunk))?;
    copy.sync_data()?;
    Ok(hash)
}

/// Writes a new file that is on disk afterwards.
pub(super) fn write_file(target: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(target)?;
    file.write_all(bytes)?;
    file.sync_data()
}

/// Moves a file to its final name, creating the folder, so that a power cut loses neither.
pub(super) fn rename(source: &Path, target: &Path) -> io::Result<()> {
    let folder = target.parent().ok_or(io::ErrorKind::InvalidInput)?;
    if let Err(error) = fs::rename(source, target) {
        if error.kind() != io::ErrorKind::NotFound || folder.is_dir() {
            return Err(error);
        }
        fs::create_dir_all(folder)?;
        fs::rename(source, target)?;
    }
    File::open(folder)?.sync_all()
}

/// Removes a file; that there was none is no error.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Length of a regular file; none when there is none.
pub(super) fn length(path: &Path) -> io::Result<Option<u64>> {
    match fs::symlink_metadata(path) {
        Ok(facts) if facts.is_file() => Ok(Some(facts.len())),
        Ok(_) => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Opens a regular file: a pipe or device under that name would block or never end.
fn open_regular(path: &Path) -> io::Result<File> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    File::open(path)
}

fn hash_while(source: &mut File, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<BlobHash> {
    let mut digest = Sha256::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let read = match source.read(&mut chunk) {
            Ok(0) => return Ok(hash_of(digest)),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        digest.update(&chunk[..read]);
        each(&chunk[..read])?;
    }
}
