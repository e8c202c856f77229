//! Refusals and faults as RFC 9457 problem details.
//!
//! A handler answers with a [`Problem`]: a code and what the code needs. The sentence in the reader's language and
//! the request id are added by [`crate::layers`], which knows both. Nothing else of a fault leaves the service: its
//! causes are logged here, once.

mod language;
mod texts;

pub use language::Language;
pub use texts::Text;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use eightcount_domain::FailureCode;
use eightcount_storage::StorageError;
use serde::Serialize;
use std::error::Error;
use utoipa::ToSchema;

/// The media type of problem details.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Longest hint in characters.
const HINT_MAX_CHARS: usize = 300;

/// Why a request was not fulfilled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    code: FailureCode,
    status: StatusCode,
    limit: Option<String>,
    hint: Option<String>,
}

impl Problem {
    /// With the status that belongs to the code.
    pub fn new(code: FailureCode) -> Self {
        Self { code, status: status_of(code), limit: None, hint: None }
    }

    /// Names the limit that was passed, with its unit.
    #[must_use]
    pub fn with_limit(mut self, limit: impl Into<String>) -> Self {
        self.limit = Some(limit.into());
        self
    }

    /// Adds what exactly could not be understood, for a programmer.
    #[must_use]
    pub fn with_hint(mut self, hint: &str) -> Self {
        let printable = hint.chars().filter(|c| !c.is_control());
        self.hint = Some(printable.take(HINT_MAX_CHARS).collect());
        self
    }

    /// Another status than the code's.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// A fault: logged with all its causes, told to the client as `code` alone.
    pub fn fault(code: FailureCode, error: &(dyn Error + 'static)) -> Self {
        let mut causes = String::new();
        let mut next = error.source();
        while let Some(cause) = next {
            causes.push_str(": ");
            causes.push_str(&cause.to_string());
            next = cause.source();
        }
        tracing::error!(code = code.as_str(), "{error}{causes}");
        Self::new(code)
    }

    /// Seconds after which the same request may succeed.
    pub(crate) fn retry_after_s(&self) -> Option<u32> {
        match self.code {
            FailureCode::NotReadyYet | FailureCode::Busy | FailureCode::SongNotReady => Some(1),
            FailureCode::Unavailable => Some(2),
            _ => None,
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// The body in a language.
    pub(crate) fn body(&self, language: Language, request_id: &str) -> ProblemBody {
        let text = Text::of(self.code);
        let (title, detail) = text.in_language(language);
        ProblemBody {
            kind: format!("/docs#{}", self.code),
            title: title.to_owned(),
            status: self.status.as_u16(),
            code: self.code,
            detail: detail.to_owned(),
            limit: self.limit.clone(),
            hint: self.hint.clone(),
            request_id: request_id.to_owned(),
        }
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        let code = if error.is_transient() { FailureCode::Unavailable } else { FailureCode::Internal };
        Self::fault(code, &error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status;
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Problem details (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(title = "Problem")]
pub struct ProblemBody {
    /// Address of what is written about this code.
    #[serde(rename = "type")]
    #[schema(example = "/docs#section_too_short")]
    pub kind: String,
    /// What happened, in the reader's language.
    #[schema(example = "Section too short")]
    pub title: String,
    /// The HTTP status.
    #[schema(example = 422)]
    pub status: u16,
    /// The stable code to branch on.
    #[schema(example = "section_too_short")]
    pub code: FailureCode,
    /// What to do about it, in the reader's language (English or Korean, by `Accept-Language`).
    #[schema(example = "Choose at least two eights (16 beats).")]
    pub detail: String,
    /// The limit that was passed, with its unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2 eights")]
    pub limit: Option<String>,
    /// For programmers: what of the request could not be understood, in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Names this request in the service's log.
    #[schema(example = "0198c0de-7e57-7abc-8def-0123456789ab")]
    pub request_id: String,
}

/// The status that belongs to a code.
pub fn status_of(code: FailureCode) -> StatusCode {
    use FailureCode as C;
    match code {
        C::BadRequest => StatusCode::BAD_REQUEST,
        C::UnknownSong
        | C::UnknownPerformance
        | C::UnknownStep
        | C::UnknownChoreography
        | C::UnknownEight
        | C::UnknownTake
        | C::UnknownUpload
        | C::NotFound => StatusCode::NOT_FOUND,
        C::SongNotReady
        | C::SongFailed
        | C::NotReadyYet
        | C::StepNotOffered
        | C::EightNotOpen
        | C::StaleRevision
        | C::StaleGrid
        | C::SamePerformance
        | C::ChoreographyFinished
        | C::ChoreographyIncomplete
        | C::EmptyLibrary
        | C::UploadIncomplete
        | C::Cancelled => StatusCode::CONFLICT,
        C::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        C::UnrecognisedFormat | C::PlaylistRefused => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        C::EmptyFile
        | C::DamagedMedia
        | C::NoAudioStream
        | C::NoVideoStream
        | C::TooShort
        | C::TooLong
        | C::TooComplex
        | C::NoBeats
        | C::GridChangeRefused
        | C::SectionOutsideSong
        | C::SectionTooShort
        | C::SectionTooLong => StatusCode::UNPROCESSABLE_ENTITY,
        C::Busy => StatusCode::TOO_MANY_REQUESTS,
        C::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        C::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_body_in_both_languages() {
        for (name, language) in [("en", Language::English), ("ko", Language::Korean)] {
            let bodies: Vec<_> =
                FailureCode::ALL.iter().map(|code| Problem::new(*code).body(language, "request")).collect();
            insta::assert_json_snapshot!(format!("problems_{name}"), bodies);
        }
    }

    #[test]
    fn a_hint_holds_no_control_characters_and_ends() {
        let hint = format!("a\r\nSet-Cookie: b{}", "x".repeat(1000));
        let body = Problem::new(FailureCode::BadRequest).with_hint(&hint).body(Language::English, "r");
        let hint = body.hint.unwrap();
        assert!(hint.starts_with("aSet-Cookie: b"));
        assert_eq!(hint.chars().count(), HINT_MAX_CHARS);
    }
}
