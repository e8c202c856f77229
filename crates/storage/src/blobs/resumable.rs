//! Uploads that may break off and go on: each grows in a local file until all announced bytes are there.
//!
//! Invariant: a file never holds more bytes than its name announces, and those that were told are there stay there. One
//! writer at a time is the caller's duty.

use super::{
    Blobs,
    files::{blocking, hash_file, length, remove, sync_file},
    temporary::sweep_folder,
};
use crate::StorageError;
use bytes::Bytes;
use eightcount_domain::BlobHash;
use std::{
    fmt, fs, io,
    path::PathBuf,
    str::FromStr,
    time::{Duration, SystemTime},
};
use tokio::{fs::File, io::AsyncWriteExt};
use uuid::Uuid;

/// How long an upload that broke off may be gone on with, counted from its last byte.
pub const RESUMABLE_KEPT: Duration = Duration::from_hours(24);

/// Names a resumable upload: 32 random hexadecimal digits, a dash, its announced length in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ResumableId {
    name: Uuid,
    length_bytes: u64,
}

impl ResumableId {
    /// Bytes that it will have.
    pub fn length_bytes(&self) -> u64 {
        self.length_bytes
    }
}

impl fmt::Display for ResumableId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.name.simple(), self.length_bytes)
    }
}

/// A text that names no resumable upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoResumableId;

impl FromStr for ResumableId {
    type Err = NoResumableId;

    fn from_str(text: &str) -> Result<Self, NoResumableId> {
        let (name, length) = text.split_once('-').ok_or(NoResumableId)?;
        let name = Uuid::try_parse(name).map_err(|_| NoResumableId)?;
        let id = Self { name, length_bytes: length.parse().map_err(|_| NoResumableId)? };
        // One upload has one name.
        if id.to_string() == text { Ok(id) } else { Err(NoResumableId) }
    }
}

/// How far a resumable upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResumableState {
    /// Bytes that are there.
    pub offset_bytes: u64,
    /// Until when it is kept if no more come.
    pub expires_at: SystemTime,
}

/// A resumable upload that is being written.
#[derive(Debug)]
pub struct ResumableWriter {
    file: File,
    left_bytes: u64,
}

impl ResumableWriter {
    /// Bytes that are still to come.
    pub fn left_bytes(&self) -> u64 {
        self.left_bytes
    }

    /// Takes the next bytes; what is more than was announced is not taken.
    pub async fn write(&mut self, mut bytes: Bytes) -> Result<(), StorageError> {
        bytes.truncate(usize::try_from(self.left_bytes).unwrap_or(usize::MAX));
        self.left_bytes -= bytes.len() as u64;
        self.file.write_all(&bytes).await.map_err(StorageError::file("writing an upload"))
    }

    /// Waits until everything that was taken is in the file.
    pub async fn settle(mut self) -> Result<(), StorageError> {
        self.file.flush().await.map_err(StorageError::file("writing an upload"))
    }
}

impl Blobs {
    /// Begins an upload of so many bytes.
    pub async fn begin_resumable(&self, length_bytes: u64) -> Result<ResumableId, StorageError> {
        let id = ResumableId { name: Uuid::new_v4(), length_bytes };
        let (folder, path) = (self.resumable_folder(), self.resumable_path(&id));
        blocking("beginning an upload", move || {
            fs::create_dir_all(folder)?;
            fs::File::create_new(path).map(|_| ())
        })
        .await?;
        Ok(id)
    }

    /// How far an upload is; none when there is no such upload, or it has expired.
    pub async fn resumable(&self, id: &ResumableId) -> Result<Option<ResumableState>, StorageError> {
        let path = self.resumable_path(id);
        blocking("looking at an upload", move || {
            let facts = match fs::symlink_metadata(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                facts => facts?,
            };
            let expires_at = facts.modified()? + RESUMABLE_KEPT;
            let state = ResumableState { offset_bytes: facts.len(), expires_at };
            Ok((expires_at > SystemTime::now()).then_some(state))
        })
        .await
    }

    /// Goes on with an upload after the bytes that are there; none when there is no such upload.
    pub async fn resume(&self, id: &ResumableId) -> Result<Option<ResumableWriter>, StorageError> {
        let Some(state) = self.resumable(id).await? else { return Ok(None) };
        let opened = File::options().append(true).open(self.resumable_path(id)).await;
        let file = match opened {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(StorageError::file("going on with an upload"))?,
        };
        Ok(Some(ResumableWriter {
            file,
            left_bytes: id.length_bytes - state.offset_bytes.min(id.length_bytes),
        }))
    }

    /// Makes an upload whose bytes are all there wait under `incoming/`, like one that came at once; none while bytes
    /// are missing. It stays, so that the same may be asked again, until it is discarded or expires.
    pub async fn finish_resumable(&self, id: &ResumableId) -> Result<Option<BlobHash>, StorageError> {
        let (path, expected) = (self.resumable_path(id), id.length_bytes);
        let copy = self.temporary().name();
        let link = copy.path().to_owned();
        let hash = blocking("finishing an upload", move || {
            if length(&path)? != Some(expected) {
                return Ok(None);
            }
            sync_file(&path)?;
            fs::hard_link(&path, &link)?;
            hash_file(&link).map(Some)
        });
        let Some(hash) = hash.await? else { return Ok(None) };
        self.accept_incoming(copy, &hash).await?;
        Ok(Some(hash))
    }

    /// Forgets an upload; that there was none is no error.
    pub async fn discard_resumable(&self, id: &ResumableId) -> Result<(), StorageError> {
        let path = self.resumable_path(id);
        blocking("discarding an upload", move || remove(&path)).await
    }

    /// Removes uploads that have expired; gives how many there were.
    pub async fn sweep_resumable(&self) -> Result<u64, StorageError> {
        let folder = self.resumable_folder();
        let swept = tokio::task::spawn_blocking(move || {
            if folder.is_dir() { sweep_folder(&folder, RESUMABLE_KEPT) } else { Ok(0) }
        });
        swept
            .await
            .unwrap_or_else(|stopped| Err(StorageError::file("sweeping uploads")(io::Error::other(stopped))))
    }

    fn resumable_folder(&self) -> PathBuf {
        self.temporary().path().join("resumable")
    }

    fn resumable_path(&self, id: &ResumableId) -> PathBuf {
        self.resumable_folder().join(id.to_string())
    }
}
