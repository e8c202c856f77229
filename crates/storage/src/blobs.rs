//! Blobs: files named by the SHA-256 of their bytes, in a local folder or an S3 bucket.
//!
//! A blob is visible whole or not at all: bytes are written under a temporary name, hashed on the way and
//! renamed. Writing the same twice, or at once, is harmless. Uploads that nobody has looked into yet wait
//! under `incoming/` until they are promoted or discarded.

mod bucket;
mod cache;
mod files;
mod folder;
mod resumable;
mod staging;
mod temporary;

pub use bucket::S3Access;
pub use cache::LocalBlob;
pub use resumable::{NoResumableId, RESUMABLE_KEPT, ResumableId, ResumableState, ResumableWriter};
pub use staging::StagedUpload;

use crate::StorageError;
use bucket::Bucket;
use bytes::Bytes;
use eightcount_domain::BlobHash;
use files::{blocking, hash_file, sync_file};
use folder::Folder;
use futures::stream::BoxStream;
use std::{
    ops::Range,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// How long an upload may wait under `incoming/` before [`Blobs::sweep_temporary`] takes it for abandoned.
pub const INCOMING_KEPT: Duration = Duration::from_hours(24);

/// Bytes of local copies that are kept when nothing else is said: 10 GiB.
pub const CACHE_BYTES: u64 = 10 << 30;

/// Where blobs are.
#[derive(Clone, Debug)]
pub struct BlobsConfig {
    /// `file:///absolute/folder` (created when missing) or `s3://bucket/prefix`.
    pub address: String,
    /// With S3: the folder for local copies, which a process may share with others on the same machine.
    pub cache_folder: PathBuf,
    /// With S3: bytes of local copies that are kept; those in use come on top.
    pub cache_bytes: u64,
    /// With S3: how to reach it.
    pub s3: S3Access,
}

/// Bytes of a blob as they are read.
pub type ByteStream = BoxStream<'static, Result<Bytes, StorageError>>;

/// The blob store.
#[derive(Clone, Debug)]
pub struct Blobs(Store);

#[derive(Clone, Debug)]
enum Store {
    Folder(Folder),
    Bucket(Bucket),
}

impl Blobs {
    /// Opens the store.
    pub async fn open(config: &BlobsConfig) -> Result<Self, StorageError> {
        let bad = |reason: &str| StorageError::BadAddress { what: "blobs", reason: reason.to_owned() };
        let address = url::Url::parse(&config.address).map_err(|e| bad(&e.to_string()))?;
        match address.scheme() {
            "file" => {
                let root = address.to_file_path().map_err(|()| bad("file:/// needs an absolute path"))?;
                Ok(Self(Store::Folder(Folder::open(root).await?)))
            }
            "s3" => {
                let bucket = address.host_str().ok_or_else(|| bad("s3:// needs a bucket"))?;
                Ok(Self(Store::Bucket(Bucket::open(bucket, address.path(), config).await?)))
            }
            _ => Err(bad("it must start with file:/// or s3://")),
        }
    }

    /// Stores a copy of a file.
    pub async fn put_file(&self, source: &Path) -> Result<BlobHash, StorageError> {
        match &self.0 {
            Store::Folder(folder) => folder.put_file(source).await,
            Store::Bucket(bucket) => bucket.put_file(source).await,
        }
    }

    /// Stores a file that the caller made and needs no longer: it is gone afterwards. On one file system this
    /// copies nothing.
    pub async fn move_file(&self, source: &Path) -> Result<BlobHash, StorageError> {
        match &self.0 {
            Store::Folder(folder) => folder.move_file(source).await,
            Store::Bucket(bucket) => bucket.move_file(source).await,
        }
    }

    /// Names the bytes of a finished file and forces them to the disk: [`Blobs::move_hashed`] has little left to do then.
    pub async fn name_file(&self, file: &Path) -> Result<BlobHash, StorageError> {
        let file = file.to_owned();
        let name = move || {
            sync_file(&file)?;
            hash_file(&file)
        };
        blocking("naming a file", name).await
    }

    /// Moves a finished file into the store whose bytes the caller has named.
    pub async fn move_hashed(&self, source: &Path, hash: &BlobHash) -> Result<(), StorageError> {
        match &self.0 {
            Store::Folder(folder) => folder.move_hashed(source, hash).await,
            Store::Bucket(bucket) => bucket.move_hashed(source, hash).await,
        }
    }

    /// Stores some bytes.
    pub async fn put_bytes(&self, bytes: &[u8]) -> Result<BlobHash, StorageError> {
        match &self.0 {
            Store::Folder(folder) => folder.put_bytes(bytes).await,
            Store::Bucket(bucket) => bucket.put_bytes(bytes).await,
        }
    }

    /// A blob as a local file: the file itself, or a local copy that stays for as long as the answer lives.
    pub async fn local(&self, hash: &BlobHash) -> Result<LocalBlob, StorageError> {
        match &self.0 {
            Store::Folder(folder) => folder.local(hash).await,
            Store::Bucket(bucket) => bucket.local(hash).await,
        }
    }

    /// All bytes of a blob: for those known to be small.
    pub async fn read(&self, hash: &BlobHash) -> Result<Vec<u8>, StorageError> {
        let local = self.local(hash).await?;
        tokio::fs::read(&*local).await.map_err(StorageError::file("reading a blob"))
    }

    /// Length in bytes.
    pub async fn len(&self, hash: &BlobHash) -> Result<u64, StorageError> {
        let length = match &self.0 {
            Store::Folder(folder) => folder.len(hash).await?,
            Store::Bucket(bucket) => bucket.len(hash).await?,
        };
        length.ok_or_else(|| StorageError::NoBlob(hash.clone()))
    }

    /// Whether there is such a blob.
    pub async fn exists(&self, hash: &BlobHash) -> Result<bool, StorageError> {
        match self.len(hash).await {
            Ok(_) => Ok(true),
            Err(StorageError::NoBlob(_)) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// Whether there is such a blob with the bytes that its name says. Reads all of them.
    pub async fn intact(&self, hash: &BlobHash) -> Result<bool, StorageError> {
        let local = match self.local(hash).await {
            Ok(local) => local,
            Err(StorageError::NoBlob(_) | StorageError::DamagedBlob(_)) => return Ok(false),
            Err(other) => return Err(other),
        };
        let found = blocking("checking a blob", move || hash_file(&local)).await?;
        Ok(found == *hash)
    }

    /// The bytes of a half-open range that lies inside the blob.
    pub async fn read_range(&self, hash: &BlobHash, range: Range<u64>) -> Result<ByteStream, StorageError> {
        let length_bytes = self.len(hash).await?;
        if range.start > range.end || range.end > length_bytes {
            return Err(StorageError::BadRange { range, length_bytes });
        }
        if range.is_empty() {
            return Ok(Box::pin(futures::stream::empty()));
        }
        match &self.0 {
            Store::Folder(folder) => folder.read_range(hash, range).await,
            Store::Bucket(bucket) => bucket.read_range(hash, range).await,
        }
    }

    /// Deletes a blob; that there was none is no error.
    pub async fn delete(&self, hash: &BlobHash) -> Result<(), StorageError> {
        match &self.0 {
            Store::Folder(folder) => folder.delete(hash).await,
            Store::Bucket(bucket) => bucket.delete(hash).await,
        }
    }

    /// Starts an upload.
    pub async fn staging(&self) -> Result<StagedUpload, StorageError> {
        StagedUpload::start(self.clone()).await
    }

    /// An upload that waits, as a local file.
    pub async fn incoming(&self, hash: &BlobHash) -> Result<LocalBlob, StorageError> {
        match &self.0 {
            Store::Folder(folder) => folder.incoming(hash).await,
            Store::Bucket(bucket) => bucket.incoming(hash).await,
        }
    }

    /// Makes an upload that waits a blob. That it is one already is no error.
    pub async fn promote(&self, hash: &BlobHash) -> Result<(), StorageError> {
        match &self.0 {
            Store::Folder(folder) => folder.promote(hash).await,
            Store::Bucket(bucket) => bucket.promote(hash).await,
        }
    }

    /// Removes an upload that waits; that there was none is no error.
    pub async fn discard_incoming(&self, hash: &BlobHash) -> Result<(), StorageError> {
        match &self.0 {
            Store::Folder(folder) => folder.discard_incoming(hash).await,
            Store::Bucket(bucket) => bucket.discard_incoming(hash).await,
        }
    }

    /// Removes what killed writers left: temporary files older than `older_than`, which must be longer than
    /// any file is being written or used by another living process (zero when there is none), and uploads
    /// that have waited for longer than that and [`INCOMING_KEPT`]. Gives how many there were.
    pub async fn sweep_temporary(&self, older_than: Duration) -> Result<u64, StorageError> {
        match &self.0 {
            Store::Folder(folder) => folder.sweep(older_than).await,
            Store::Bucket(bucket) => bucket.sweep(older_than).await,
        }
    }

    /// What the store is, and how long it took to answer.
    pub async fn version(&self) -> Result<(String, Duration), StorageError> {
        let asked = Instant::now();
        let name = match &self.0 {
            Store::Folder(folder) => folder.probe().await?,
            Store::Bucket(bucket) => bucket.probe().await?,
        };
        Ok((name, asked.elapsed()))
    }

    fn temporary(&self) -> &temporary::TemporaryFolder {
        match &self.0 {
            Store::Folder(folder) => &folder.temporary,
            Store::Bucket(bucket) => bucket.temporary(),
        }
    }

    async fn accept_incoming(
        &self,
        file: temporary::TemporaryFile,
        hash: &BlobHash,
    ) -> Result<(), StorageError> {
        match &self.0 {
            Store::Folder(folder) => folder.accept_incoming(file, hash).await,
            Store::Bucket(bucket) => bucket.accept_incoming(file, hash).await,
        }
    }
}
