//! Writing a large file so that its name and its safety cost no second reading: its bytes are hashed as they are
//! written, and go to the disk while more are written.

use crate::MediaError;
use eightcount_domain::ContentHash;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

/// So many bytes are sent to the disk at a time.
const SYNCED_BYTES: usize = 16 << 20;

/// Where to write.
pub(crate) struct Hashing<'a> {
    file: &'a File,
    digest: Sha256,
    unsynced: usize,
    disk: SyncSender<()>,
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.digest.update(&bytes[..written]);
        self.unsynced += written;
        // The disk may still be at the bytes before: then these go with the next.
        if self.unsynced >= SYNCED_BYTES && self.disk.try_send(()).is_ok() {
            self.unsynced = 0;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Has `write` fill an empty file; gives what it gave and the hash of all it wrote, which is on the disk then. `path`
/// names the file in errors. It blocks.
pub(crate) fn write_hashed<T>(
    file: &File,
    path: &Path,
    write: impl FnOnce(&mut Hashing<'_>) -> Result<T, MediaError>,
) -> Result<(T, ContentHash), MediaError> {
    thread::scope(|scope| {
        let (disk, wanted) = sync_channel(1);
        // What fails here fails again below, where it is told.
        scope.spawn(move || wanted.into_iter().all(|()| file.sync_data().is_ok()));
        let mut hashing = Hashing { file, digest: Sha256::new(), unsynced: 0, disk };
        let told = write(&mut hashing)?;
        let hash = ContentHash::from_digest(&hashing.digest.finalize().into());
        file.sync_data().map_err(MediaError::file("writing to the disk", path))?;
        Ok((told, hash))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::fs;

    #[test]
    fn what_is_written_is_what_is_hashed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let part: Vec<u8> = (0..SYNCED_BYTES / 3).map(|i| (i % 251) as u8).collect();
        let file = File::create(&path).unwrap();
        let (parts, hash) = write_hashed(&file, &path, |out| {
            for _ in 0..7 {
                out.write_all(&part).unwrap();
            }
            Ok(7)
        })
        .unwrap();
        let bytes = fs::read(&path).unwrap();
        assert_eq!((parts, bytes.len()), (7, 7 * part.len()));
        assert_eq!(hash, ContentHash::from_digest(&Sha256::digest(&bytes).into()));
    }
}
