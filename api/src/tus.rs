//! The tus protocol, version 1.0.0: uploads that go on where a lost connection left them.
//!
//! Its headers, and whose turn it is to write. Invariant: one request at a time touches an upload, and a later one
//! need not wait for an earlier whose connection died: that one leaves as soon as somebody else comes.

use crate::problem::Problem;
use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::Response,
};
use eightcount_domain::FailureCode;
use eightcount_storage::{ResumableId, ResumableState};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, watch};

/// The version that is spoken.
pub const VERSION: HeaderValue = HeaderValue::from_static("1.0.0");
/// What is spoken beyond the core.
pub const EXTENSIONS: HeaderValue = HeaderValue::from_static("creation,expiration,termination");
/// The media type of bytes that are appended.
pub const APPENDED: &str = "application/offset+octet-stream";

/// Says the version in every request and answer.
pub static TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
/// Says which versions are spoken.
pub static TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
/// Says what is spoken beyond the core.
pub static TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
/// Most bytes of an upload.
pub static TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
/// Bytes that an upload will have.
pub static UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
/// Bytes of it that are there.
pub static UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
/// Until when it is kept.
pub static UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");

/// The request speaks the version that is spoken here.
#[derive(Clone, Copy, Debug)]
pub struct Spoken;

impl<S: Send + Sync> FromRequestParts<S> for Spoken {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        if parts.headers.get(&TUS_RESUMABLE) == Some(&VERSION) {
            return Ok(Self);
        }
        let problem = Problem::new(FailureCode::BadRequest).with_status(StatusCode::PRECONDITION_FAILED);
        Err(problem.with_hint("the header Tus-Resumable must be 1.0.0"))
    }
}

/// The number in a header; a problem that names the header where there is none.
pub fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Problem> {
    let text = headers.get(name).and_then(|value| value.to_str().ok());
    let digits = text.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    digits.and_then(|text| text.parse().ok()).ok_or_else(|| {
        Problem::new(FailureCode::BadRequest)
            .with_hint(&format!("the header {name} must be a number of bytes"))
    })
}

/// How far an upload is, as every answer about it says.
pub fn told(id: &ResumableId, state: ResumableState) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(&UPLOAD_OFFSET, state.offset_bytes.into());
    headers.insert(&UPLOAD_LENGTH, id.length_bytes().into());
    if let Ok(date) = HeaderValue::try_from(httpdate::fmt_http_date(state.expires_at)) {
        headers.insert(&UPLOAD_EXPIRES, date);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers
}

/// Says the version in every answer, refusals too.
pub async fn speak(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let refused = response.status() == StatusCode::PRECONDITION_FAILED;
    let headers = response.headers_mut();
    headers.insert(&TUS_RESUMABLE, VERSION);
    if refused {
        headers.insert(&TUS_VERSION, VERSION);
    }
    response
}

/// One seat for each upload that is being worked on.
#[derive(Debug, Default)]
pub struct Seats(Mutex<HashMap<ResumableId, Weak<Seat>>>);

#[derive(Debug, Default)]
struct Seat {
    turn: Arc<AsyncMutex<()>>,
    /// Counts who came.
    arrivals: watch::Sender<u64>,
}

/// Whoever holds this works on the upload alone.
#[derive(Debug)]
pub struct Seated {
    seat: Arc<Seat>,
    number: u64,
    _turn: OwnedMutexGuard<()>,
}

impl Seats {
    /// Asks whoever sits there to leave, and sits down.
    pub async fn take(&self, id: &ResumableId) -> Seated {
        let seat = {
            let mut seats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            seats.retain(|_, seat| seat.strong_count() > 0);
            let taken = seats.get(id).and_then(Weak::upgrade);
            taken.unwrap_or_else(|| {
                let seat = Arc::new(Seat::default());
                seats.insert(*id, Arc::downgrade(&seat));
                seat
            })
        };
        let mut number = 0;
        seat.arrivals.send_modify(|arrivals| {
            *arrivals += 1;
            number = *arrivals;
        });
        let turn = Arc::clone(&seat.turn).lock_owned().await;
        Seated { seat, number, _turn: turn }
    }
}

impl Seated {
    /// Waits until somebody else wants the seat.
    pub async fn wanted(&self) {
        let mut arrivals = self.seat.arrivals.subscribe();
        // The sender lives in the seat, which lives as long as this.
        let _ = arrivals.wait_for(|latest| *latest > self.number).await;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn who_sits_hears_of_the_next_and_the_next_waits_until_the_seat_is_free() {
        let seats = Arc::new(Seats::default());
        let id: ResumableId = format!("{}-12", "ab".repeat(16)).parse().unwrap();
        let first = seats.take(&id).await;
        let next = tokio::spawn({
            let seats = Arc::clone(&seats);
            async move { seats.take(&id).await.number }
        });
        first.wanted().await;
        assert!(!next.is_finished());
        drop(first);
        assert_eq!(next.await.unwrap(), 2);
        let other = seats.take(&format!("{}-13", "ab".repeat(16)).parse().unwrap()).await;
        assert_eq!(other.number, 1);
    }

    #[test]
    fn lengths_and_offsets_are_plain_digits() {
        for (text, good) in
            [("0", true), ("12", true), ("+1", false), ("-1", false), ("", false), ("1e3", false)]
        {
            let headers = HeaderMap::from_iter([(UPLOAD_LENGTH.clone(), HeaderValue::from_static(text))]);
            assert_eq!(number(&headers, &UPLOAD_LENGTH).is_ok(), good, "{text}");
        }
        assert!(number(&HeaderMap::new(), &UPLOAD_LENGTH).is_err());
    }
}
