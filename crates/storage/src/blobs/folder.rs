//! Blobs in a local folder: `blobs/ab/abcdef…`, `incoming/abcdef…`, and `temporary/` for what is being written.

use super::{
    ByteStream, INCOMING_KEPT, LocalBlob,
    files::{blocking, copy_file, hash_bytes, hash_file, length, remove, rename, sync_file, write_file},
    temporary::{TemporaryFile, TemporaryFolder, sweep_folder},
};
use crate::StorageError;
use eightcount_domain::BlobHash;
use futures::{StreamExt, TryStreamExt};
use std::{
    fs, io,
    ops::Range,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

/// Bytes of a piece of a range.
const PIECE_BYTES: usize = 64 << 10;

#[derive(Clone, Debug)]
pub(super) struct Folder {
    root: PathBuf,
    pub(super) temporary: TemporaryFolder,
}

impl Folder {
    pub(super) async fn open(root: PathBuf) -> Result<Self, StorageError> {
        blocking("opening the blob folder", move || {
            fs::create_dir_all(root.join("blobs"))?;
            fs::create_dir_all(root.join("incoming"))?;
            let temporary = TemporaryFolder::open(root.join("temporary"))?;
            Ok(Self { root, temporary })
        })
        .await
    }

    fn path(&self, hash: &BlobHash) -> PathBuf {
        let name = hash.as_str();
        self.root.join("blobs").join(&name[..2]).join(name)
    }

    fn incoming_path(&self, hash: &BlobHash) -> PathBuf {
        self.root.join("incoming").join(hash.as_str())
    }

    pub(super) async fn put_file(&self, source: &Path) -> Result<BlobHash, StorageError> {
        let (folder, source) = (self.clone(), source.to_owned());
        blocking("storing a file as a blob", move || folder.put_copy(&source)).await
    }

    fn put_copy(&self, source: &Path) -> io::Result<BlobHash> {
        let copy = self.temporary.name();
        let hash = copy_file(source, copy.path())?;
        // Over an older file of that name: its bytes are the same, or were damaged and are not any more.
        rename(copy.path(), &self.path(&hash))?;
        Ok(hash)
    }

    pub(super) async fn move_file(&self, source: &Path) -> Result<BlobHash, StorageError> {
        let (folder, source) = (self.clone(), source.to_owned());
        blocking("moving a file into the blobs", move || {
            let hash = hash_file(&source)?;
            folder.place(&source, &hash)?;
            Ok(hash)
        })
        .await
    }

    pub(super) async fn move_hashed(&self, source: &Path, hash: &BlobHash) -> Result<(), StorageError> {
        let (folder, source, hash) = (self.clone(), source.to_owned(), hash.clone());
        blocking("moving a file into the blobs", move || folder.place(&source, &hash)).await
    }

    fn place(&self, source: &Path, hash: &BlobHash) -> io::Result<()> {
        sync_file(source)?;
        match rename(source, &self.path(hash)) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                if self.put_copy(source)? != *hash {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "other bytes than were hashed"));
                }
                remove(source)
            }
            moved => moved,
        }
    }

    pub(super) async fn put_bytes(&self, bytes: &[u8]) -> Result<BlobHash, StorageError> {
        let (folder, bytes) = (self.clone(), bytes.to_vec());
        blocking("storing bytes as a blob", move || {
            let hash = hash_bytes(&bytes);
            let target = folder.path(&hash);
            if length(&target)? != Some(bytes.len() as u64) {
                let file = folder.temporary.name();
                write_file(file.path(), &bytes)?;
                rename(file.path(), &target)?;
            }
            Ok(hash)
        })
        .await
    }

    pub(super) async fn local(&self, hash: &BlobHash) -> Result<LocalBlob, StorageError> {
        Self::existing(self.path(hash), hash).await
    }

    pub(super) async fn incoming(&self, hash: &BlobHash) -> Result<LocalBlob, StorageError> {
        Self::existing(self.incoming_path(hash), hash).await
    }

    async fn existing(path: PathBuf, hash: &BlobHash) -> Result<LocalBlob, StorageError> {
        let found = blocking("finding a blob", move || Ok(length(&path)?.map(|_| path))).await?;
        found.map(LocalBlob::itself).ok_or_else(|| StorageError::NoBlob(hash.clone()))
    }

    pub(super) async fn len(&self, hash: &BlobHash) -> Result<Option<u64>, StorageError> {
        let path = self.path(hash);
        blocking("finding a blob", move || length(&path)).await
    }

    pub(super) async fn read_range(
        &self,
        hash: &BlobHash,
        range: Range<u64>,
    ) -> Result<ByteStream, StorageError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => StorageError::NoBlob(hash.clone()),
            _ => StorageError::File { doing: "reading a blob", source },
        };
        let mut file = tokio::fs::File::open(self.path(hash)).await.map_err(failed)?;
        file.seek(io::SeekFrom::Start(range.start)).await.map_err(failed)?;
        let pieces = ReaderStream::with_capacity(file.take(range.end - range.start), PIECE_BYTES);
        Ok(pieces.map_err(StorageError::file("reading a blob")).boxed())
    }

    pub(super) async fn delete(&self, hash: &BlobHash) -> Result<(), StorageError> {
        let path = self.path(hash);
        blocking("deleting a blob", move || remove(&path)).await
    }

    pub(super) async fn accept_incoming(
        &self,
        file: TemporaryFile,
        hash: &BlobHash,
    ) -> Result<(), StorageError> {
        let target = self.incoming_path(hash);
        blocking("finishing an upload", move || rename(file.path(), &target)).await
    }

    pub(super) async fn promote(&self, hash: &BlobHash) -> Result<(), StorageError> {
        let (waiting, target) = (self.incoming_path(hash), self.path(hash));
        let found = blocking("promoting an upload", move || match rename(&waiting, &target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(length(&target)?.is_some()),
            moved => moved.map(|()| true),
        });
        if found.await? { Ok(()) } else { Err(StorageError::NoBlob(hash.clone())) }
    }

    pub(super) async fn discard_incoming(&self, hash: &BlobHash) -> Result<(), StorageError> {
        let path = self.incoming_path(hash);
        blocking("discarding an upload", move || remove(&path)).await
    }

    pub(super) async fn sweep(&self, older_than: Duration) -> Result<u64, StorageError> {
        let folder = self.clone();
        let swept = tokio::task::spawn_blocking(move || {
            let waiting = sweep_folder(&folder.root.join("incoming"), older_than.max(INCOMING_KEPT))?;
            Ok(waiting + folder.temporary.sweep(older_than)?)
        });
        swept.await.unwrap_or_else(|stopped| {
            Err(StorageError::file("sweeping temporary files")(io::Error::other(stopped)))
        })
    }

    /// Writes and removes a file: a full or read-only disk shows here.
    pub(super) async fn probe(&self) -> Result<String, StorageError> {
        let file = self.temporary.name();
        blocking("writing into the blob folder", move || write_file(file.path(), b"probe")).await?;
        Ok("local folder".to_owned())
    }
}
