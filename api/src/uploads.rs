//! Uploads: streamed to disk while hashed, screened by a worker, taken in or forgotten.
//!
//! Invariant: a refused upload leaves nothing. What a killed process leaves waiting is swept by age; a row whose
//! workflow could not be started is healed by sending the file again.

use crate::{app::App, names, problem::Problem, tus::Seated};
use axum::{
    body::{Body, BodyDataStream},
    http::{HeaderMap, header},
};
use eightcount_domain::{BlobHash, FailureCode, Millis};
use eightcount_storage::{ResumableId, ResumableWriter};
use futures::StreamExt;
use serde::Deserialize;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{
    sync::{Mutex as AsyncMutex, OwnedMutexGuard},
    time::timeout,
};
use tracing::Instrument;
use utoipa::IntoParams;

/// How long a refused upload is read on.
const LINGER: Duration = Duration::from_secs(30);
/// How long its client may fall silent meanwhile.
const LINGER_IDLE: Duration = Duration::from_secs(5);

/// What is told about an upload besides its bytes.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UploadQuery {
    /// Its title, at most 200 characters. Without one, the name of the file in `Content-Disposition` is taken.
    #[param(example = "Escape from chaosland")]
    pub title: Option<String>,
    /// Who made it, under which licence, at most 500 characters. Performances only.
    pub credit: Option<String>,
    /// Whose upload it is, at most 100 characters.
    pub owner: Option<String>,
    /// An upload whose bytes came before, by `/api/uploads`; then the body is empty.
    pub upload: Option<String>,
}

impl UploadQuery {
    /// The title to show.
    pub fn title(&self, headers: &HeaderMap) -> String {
        let disposition = headers.get(header::CONTENT_DISPOSITION);
        // Browsers and curl send UTF-8 here; what is not is no name.
        let text = disposition.and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
        let file_name = text.and_then(names::uploaded_file_name);
        names::title(self.title.as_deref(), file_name.as_deref())
    }
}

/// Why a file is not taken in.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// It is a form, not a file.
    #[error("a form instead of a file")]
    Form,
    /// It has no bytes.
    #[error("no bytes")]
    Empty,
    /// It has too many bytes.
    #[error("more than {max_bytes} bytes")]
    TooLarge {
        /// The limit.
        max_bytes: u64,
    },
    /// There is no upload to take the bytes from.
    #[error("no such upload")]
    Unknown,
    /// Bytes of the upload that is named are missing.
    #[error("bytes are missing")]
    Incomplete,
    /// The client fell silent or went away.
    #[error("the upload broke off")]
    BrokeOff,
    /// It could not be kept.
    #[error("keeping an upload")]
    Storage(#[from] eightcount_storage::StorageError),
}

impl From<UploadError> for Problem {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Form => {
                Self::new(FailureCode::BadRequest).with_hint("send the file itself as the body, not a form")
            }
            UploadError::Empty => Self::new(FailureCode::EmptyFile),
            UploadError::TooLarge { max_bytes } => {
                Self::new(FailureCode::TooLarge).with_limit(format!("{max_bytes} bytes"))
            }
            UploadError::Unknown => Self::new(FailureCode::UnknownUpload),
            UploadError::Incomplete => Self::new(FailureCode::UploadIncomplete),
            UploadError::BrokeOff => Self::new(FailureCode::BadRequest).with_hint("the upload broke off"),
            UploadError::Storage(error) => error.into(),
        }
    }
}

/// Receives a file, or takes the one that came before; it waits under its hash. `kind` names the counter.
pub async fn receive(
    app: &App,
    kind: &'static str,
    query: &UploadQuery,
    headers: &HeaderMap,
    body: Body,
) -> Result<BlobHash, UploadError> {
    if let Some(upload) = &query.upload {
        return received(app, upload).await;
    }
    let limits = app.config().limits;
    let text = |name| headers.get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    if text(header::CONTENT_TYPE).is_some_and(|kind| kind.trim_start().starts_with("multipart/")) {
        return Err(UploadError::Form);
    }
    let too_large = UploadError::TooLarge { max_bytes: limits.upload_max_bytes };
    // Told in advance, it need not be sent.
    let announced = text(header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    let mut pieces = body.into_data_stream();
    if announced.is_some_and(|bytes| bytes > limits.upload_max_bytes) {
        linger(pieces);
        return Err(too_large);
    }
    let mut staged = app.storage().blobs.staging().await?;
    loop {
        let piece = timeout(limits.upload_idle(), pieces.next()).await;
        match piece.map_err(|_| UploadError::BrokeOff)? {
            None => break,
            Some(Err(_)) => return Err(UploadError::BrokeOff),
            Some(Ok(bytes)) => {
                app.metrics().uploaded(kind, bytes.len() as u64);
                if staged.len() + bytes.len() as u64 > limits.upload_max_bytes {
                    linger(pieces);
                    return Err(too_large);
                }
                staged.write(bytes).await?;
            }
        }
    }
    if staged.is_empty() {
        return Err(UploadError::Empty);
    }
    let (hash, _) = staged.finish().await?;
    Ok(hash)
}

/// Takes the file of a resumable upload.
async fn received(app: &App, upload: &str) -> Result<BlobHash, UploadError> {
    let id: ResumableId = upload.parse().map_err(|_| UploadError::Unknown)?;
    let _seat = app.seats().take(&id).await;
    let blobs = &app.storage().blobs;
    blobs.resumable(&id).await?.ok_or(UploadError::Unknown)?;
    blobs.finish_resumable(&id).await?.ok_or(UploadError::Incomplete)
}

/// Appends a body to a resumable upload, until it ends, breaks off, or somebody else wants the seat.
pub async fn append(
    app: &App,
    seat: &Seated,
    writer: &mut ResumableWriter,
    body: Body,
) -> Result<(), UploadError> {
    let limits = app.config().limits;
    let mut pieces = body.into_data_stream();
    loop {
        let piece = tokio::select! {
            piece = timeout(limits.upload_idle(), pieces.next()) => piece,
            () = seat.wanted() => return Err(UploadError::BrokeOff),
        };
        match piece.map_err(|_| UploadError::BrokeOff)? {
            None => return Ok(()),
            Some(Err(_)) => return Err(UploadError::BrokeOff),
            Some(Ok(bytes)) => {
                app.metrics().uploaded("resumable", bytes.len() as u64);
                if bytes.len() as u64 > writer.left_bytes() {
                    linger(pieces);
                    return Err(UploadError::TooLarge { max_bytes: writer.left_bytes() });
                }
                writer.write(bytes).await?;
            }
        }
    }
}

/// Reads on, and throws away, what a client still sends after it was refused: a connection that is closed on it may
/// lose the answer that is on its way.
fn linger(mut pieces: BodyDataStream) {
    let drained = async move { while let Ok(Some(Ok(_))) = timeout(LINGER_IDLE, pieces.next()).await {} };
    tokio::spawn(timeout(LINGER, drained));
}

/// Takes a received file in, or turns it away, and lets nothing wait afterwards. Goes on to its end when the client
/// goes away: a row without its workflow would stay behind.
pub async fn in_turn<T: Send + 'static>(
    app: App,
    hash: BlobHash,
    take_in: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    let turn = async move {
        let mut told = app.uploads().turn(&hash).await;
        let outcome = match told.clone() {
            Some(problem) => Err(problem),
            None => take_in.await,
        };
        *told = outcome.as_ref().err().cloned();
        if let Err(error) = app.storage().blobs.discard_incoming(&hash).await {
            tracing::warn!(blob = %hash, "an upload that waits in vain is left to the sweeper: {error}");
        }
        outcome
    };
    let done = tokio::spawn(turn.in_current_span()).await;
    done.unwrap_or_else(|died| Err(Problem::fault(FailureCode::Internal, &died)))
}

/// Milliseconds since the Unix epoch.
pub fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// One upload of the same bytes at a time. Who waited while the one before was turned away is told the same: the
/// file is gone by then.
#[derive(Default)]
pub struct UploadLocks(Mutex<HashMap<BlobHash, Weak<Turn>>>);

/// What the last one was told when it was turned away.
type Turn = AsyncMutex<Option<Problem>>;

impl UploadLocks {
    /// Waits for the turn of these bytes.
    pub async fn turn(&self, hash: &BlobHash) -> OwnedMutexGuard<Option<Problem>> {
        let turn = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            turns.retain(|_, turn| turn.strong_count() > 0);
            let waiting = turns.get(hash).and_then(Weak::upgrade);
            waiting.unwrap_or_else(|| {
                let turn = Arc::new(Turn::default());
                turns.insert(hash.clone(), Arc::downgrade(&turn));
                turn
            })
        };
        turn.lock_owned().await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn who_waits_hears_what_the_one_before_was_told() {
        let hash: BlobHash = "ab".repeat(32).parse().unwrap();
        let locks = Arc::new(UploadLocks::default());
        let mut first = locks.turn(&hash).await;
        let (waiting, same) = (Arc::clone(&locks), hash.clone());
        let second = tokio::spawn(async move { waiting.turn(&same).await.clone() });
        // Until the second one holds a handle on the turn.
        while locks.0.lock().unwrap().get(&hash).unwrap().strong_count() < 2 {
            tokio::task::yield_now().await;
        }
        *first = Some(Problem::new(FailureCode::NoAudioStream));
        drop(first);
        assert_eq!(second.await.unwrap(), Some(Problem::new(FailureCode::NoAudioStream)));
        assert_eq!(*locks.turn(&hash).await, None, "a later upload is looked at anew");
    }
}
