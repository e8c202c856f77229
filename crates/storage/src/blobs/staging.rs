//! Uploads on their way in: written to a local temporary file and hashed as the bytes come.

use super::{Blobs, files::hash_of, temporary::TemporaryFile};
use crate::StorageError;
use bytes::Bytes;
use eightcount_domain::BlobHash;
use sha2::{Digest, Sha256};
use tokio::{fs::File, io::AsyncWriteExt};

/// An upload that is coming in. Dropped unfinished, it leaves nothing.
#[derive(Debug)]
pub struct StagedUpload {
    blobs: Blobs,
    // Declared before the name: closed first, then removed.
    file: File,
    name: TemporaryFile,
    digest: Sha256,
    length_bytes: u64,
}

impl StagedUpload {
    pub(super) async fn start(blobs: Blobs) -> Result<Self, StorageError> {
        let name = blobs.temporary().name();
        let file = File::create_new(name.path()).await.map_err(StorageError::file("starting an upload"))?;
        Ok(Self { blobs, file, name, digest: Sha256::new(), length_bytes: 0 })
    }

    /// Takes the next bytes.
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), StorageError> {
        self.digest.update(&bytes);
        self.length_bytes += bytes.len() as u64;
        self.file.write_all(&bytes).await.map_err(StorageError::file("writing an upload"))
    }

    /// Bytes taken so far.
    pub fn len(&self) -> u64 {
        self.length_bytes
    }

    /// No bytes so far.
    pub fn is_empty(&self) -> bool {
        self.length_bytes == 0
    }

    /// Makes the upload wait under `incoming/`; gives its name and length in bytes.
    pub async fn finish(mut self) -> Result<(BlobHash, u64), StorageError> {
        let failed = StorageError::file("finishing an upload");
        let written = async {
            self.file.flush().await?;
            self.file.sync_data().await
        };
        written.await.map_err(failed)?;
        let hash = hash_of(self.digest);
        self.blobs.accept_incoming(self.name, &hash).await?;
        Ok((hash, self.length_bytes))
    }
}
