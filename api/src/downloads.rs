//! Blobs, and files put together of blobs, as downloads: with ranges, so that players can seek, and an entity tag, so
//! that nothing is sent twice.

use crate::{
    app::App,
    problem::Problem,
    range::{Wanted, wanted},
};
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use eightcount_domain::{BlobHash, FailureCode};
use eightcount_mp4::{Assembly, Piece};
use eightcount_storage::{ByteStream, StorageError};
use futures::{StreamExt, TryStreamExt};
use std::ops::Range;

/// The bytes of a download.
#[derive(Clone, Debug)]
pub enum Content {
    /// Those of a blob.
    Blob(BlobHash),
    /// Put together of blobs, without copying them first.
    Assembled {
        /// How.
        assembly: Assembly,
        /// The blobs that it takes its pieces from.
        inputs: Vec<BlobHash>,
        /// What names these bytes.
        tag: String,
    },
}

impl Content {
    fn tag(&self) -> String {
        match self {
            Self::Blob(hash) => format!("\"{hash}\""),
            Self::Assembled { tag, .. } => format!("\"{tag}\""),
        }
    }

    async fn len(&self, app: &App) -> Result<u64, StorageError> {
        match self {
            Self::Blob(hash) => app.storage().blobs.len(hash).await,
            Self::Assembled { assembly, .. } => Ok(assembly.len()),
        }
    }

    /// The bytes of a range that lies inside it.
    async fn read(&self, app: &App, range: Range<u64>) -> Result<ByteStream, StorageError> {
        let blobs = &app.storage().blobs;
        let (assembly, inputs) = match self {
            Self::Blob(hash) => return blobs.read_range(hash, range).await,
            Self::Assembled { assembly, inputs, .. } => (assembly, inputs),
        };
        let mut streams = Vec::new();
        let mut at = 0;
        for piece in &assembly.pieces {
            let (from, to) = (range.start.max(at) - at, range.end.clamp(at, at + piece.len()) - at);
            at += piece.len();
            if from >= to {
                continue;
            }
            streams.push(match piece {
                Piece::Own(bytes) => {
                    let part = Bytes::copy_from_slice(&bytes[from as usize..to as usize]);
                    Box::pin(futures::stream::once(async { Ok(part) }))
                }
                Piece::Of { input, bytes } => {
                    // Opened only when it is its turn.
                    let (blobs, hash) = (blobs.clone(), inputs.get(*input).cloned());
                    let part = bytes.start + from..bytes.start + to;
                    let opened = async move {
                        let hash = hash.ok_or_else(|| StorageError::Damaged {
                            what: "assembly",
                            source: "an input is missing".into(),
                        })?;
                        blobs.read_range(&hash, part).await
                    };
                    Box::pin(futures::stream::once(opened).try_flatten()) as ByteStream
                }
            });
        }
        Ok(Box::pin(futures::stream::iter(streams).flatten()))
    }
}

/// What is sent.
#[derive(Clone, Debug)]
pub struct Download {
    /// The bytes.
    pub content: Content,
    /// Their media type.
    pub media_type: &'static str,
    /// `Content-Disposition`, to save under a name.
    pub disposition: Option<String>,
    /// The address names these bytes for ever; otherwise clients ask again each time.
    pub immutable: bool,
}

impl Download {
    /// Bytes to show in place.
    pub fn inline(blob: BlobHash, media_type: &'static str) -> Self {
        Self::of(Content::Blob(blob), media_type)
    }

    /// The same for any content.
    pub fn of(content: Content, media_type: &'static str) -> Self {
        Self { content, media_type, disposition: None, immutable: false }
    }

    /// Under an address that will never name other bytes.
    #[must_use]
    pub fn immutable(mut self) -> Self {
        self.immutable = true;
        self
    }

    /// To be saved under a name.
    #[must_use]
    pub fn attached(mut self, disposition: String) -> Self {
        self.disposition = Some(disposition);
        self
    }

    /// The answer to a request with these headers.
    pub async fn answer(self, app: &App, headers: &HeaderMap) -> Result<Response, Problem> {
        let tag = self.content.tag();
        let asked = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        if asked(header::IF_NONE_MATCH).is_some_and(|tags| tags.contains(&tag) || tags.trim() == "*") {
            return Ok((StatusCode::NOT_MODIFIED, self.headers(&tag)).into_response());
        }
        let length = self.content.len(app).await?;
        // `If-Range` with another tag: the client has other bytes and wants all of these.
        let same = asked(header::IF_RANGE).is_none_or(|known| known.trim() == tag);
        let (status, range) = match wanted(asked(header::RANGE).filter(|_| same), length) {
            Wanted::Whole => (StatusCode::OK, 0..length),
            Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
            Wanted::Outside => return Ok(outside(length)),
        };
        let bytes = self.content.read(app, range.clone()).await?;
        let mut response = (status, self.headers(&tag), Body::from_stream(bytes)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
        if status == StatusCode::PARTIAL_CONTENT {
            let place = format!("bytes {}-{}/{length}", range.start, range.end - 1);
            headers.extend(HeaderValue::try_from(place).map(|place| (header::CONTENT_RANGE, place)));
        }
        Ok(response)
    }

    fn headers(&self, tag: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        let caching =
            if self.immutable { "private, max-age=31536000, immutable" } else { "private, no-cache" };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
        headers.extend(HeaderValue::try_from(tag).map(|tag| (header::ETAG, tag)));
        let disposition = self.disposition.as_deref().and_then(|text| HeaderValue::try_from(text).ok());
        headers.extend(disposition.map(|disposition| (header::CONTENT_DISPOSITION, disposition)));
        headers
    }
}

fn outside(length: u64) -> Response {
    let problem = Problem::new(FailureCode::BadRequest).with_status(StatusCode::RANGE_NOT_SATISFIABLE);
    let mut response = problem.with_limit(format!("{length} bytes")).into_response();
    let place = HeaderValue::try_from(format!("bytes */{length}"));
    response.headers_mut().extend(place.map(|place| (header::CONTENT_RANGE, place)));
    response
}
