//! The only mapping from errors to activity failures.
//!
//! A failure travels as its code (the failure's type) and a text (its message). For a refused input the text is
//! the limit that was passed, or the code again; for a fault it is the chain of causes, for operators to read.

use eightcount_audio::{AudioError, ChangeError, SectionError, TapError};
use eightcount_choreo::watch::WatchError;
use eightcount_domain::FailureCode;
use eightcount_edit::{BadPlan, PlanError};
use eightcount_media::{MediaError, Refusal};
use eightcount_storage::StorageError;
use std::error::Error;
use temporalio_common::error::ApplicationFailure;
use temporalio_sdk::activities::ActivityError;

/// Why an activity did not succeed.
///
/// Not a [`std::error::Error`] on purpose: every such error turns into an untyped failure that is tried again for
/// ever, and `?` would do that without a word.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The input cannot be worked with: trying again gives the same answer.
    Refused(Refusal),
    /// Something else went wrong; `retry` tells whether trying again may help.
    Fault { code: FailureCode, retry: bool, source: Box<dyn Error + Send + Sync> },
    /// The activity was cancelled.
    Cancelled,
}

impl Failure {
    /// The input cannot be worked with, for a reason without a limit.
    pub(crate) fn refused(code: FailureCode) -> Self {
        Self::Refused(Refusal::plain(code))
    }

    /// A fault of ours that trying again will not mend.
    pub(crate) fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Fault { code: FailureCode::Internal, retry: false, source: source.into() }
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        let retry = error.is_transient();
        let code = if retry { FailureCode::Unavailable } else { FailureCode::Internal };
        Self::Fault { code, retry, source: Box::new(error) }
    }
}

impl From<MediaError> for Failure {
    fn from(error: MediaError) -> Self {
        match error {
            MediaError::Refused(refusal) => Self::Refused(refusal),
            MediaError::Cancelled => Self::Cancelled,
            other => Self::Fault { code: other.code(), retry: other.retryable(), source: Box::new(other) },
        }
    }
}

impl From<AudioError> for Failure {
    fn from(error: AudioError) -> Self {
        match error {
            AudioError::TooShort { minimum, .. } => {
                Self::Refused(Refusal::over(FailureCode::TooShort, format!("{minimum} s")))
            }
            AudioError::NotFinite { .. } => Self::refused(FailureCode::DamagedMedia),
            AudioError::NoBeats { .. } => Self::refused(FailureCode::NoBeats),
        }
    }
}

impl From<SectionError> for Failure {
    fn from(error: SectionError) -> Self {
        let code = match error {
            SectionError::OutsideSong { .. } => FailureCode::SectionOutsideSong,
            SectionError::TooShort { .. } => FailureCode::SectionTooShort,
            SectionError::TooLong { .. } => FailureCode::SectionTooLong,
        };
        Self::refused(code)
    }
}

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Self {
        Self::Refused(Refusal::over(FailureCode::GridChangeRefused, error.to_string()))
    }
}

impl From<TapError> for Failure {
    fn from(error: TapError) -> Self {
        ChangeError::from(error).into()
    }
}

impl From<WatchError> for Failure {
    fn from(error: WatchError) -> Self {
        Self::internal(error)
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        Self::internal(error)
    }
}

impl From<BadPlan> for Failure {
    fn from(error: BadPlan) -> Self {
        Self::internal(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Fault { code: FailureCode::Unavailable, retry: true, source: Box::new(error) }
    }
}

impl From<tokio::task::JoinError> for Failure {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::internal(error)
    }
}

impl Failure {
    /// As the server gets it.
    pub(crate) fn into_activity_error(self) -> ActivityError {
        let (code, retry, text) = match self {
            Self::Cancelled => return ActivityError::cancelled(),
            Self::Refused(Refusal { code, limit }) => {
                (code, false, limit.unwrap_or_else(|| code.as_str().to_owned()))
            }
            Self::Fault { code, retry, source } => {
                let chain = causes(source.as_ref());
                tracing::warn!(code = code.as_str(), retry, "activity failed: {chain}");
                (code, retry, chain)
            }
        };
        let failure = ApplicationFailure::builder(text).type_name(code.as_str().to_owned());
        ActivityError::application(failure.non_retryable(!retry).build())
    }
}

fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    // The server cuts failures at 4 KiB.
    text.truncate(text.floor_char_boundary(3000));
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn sent(failure: Failure) -> (String, bool, String) {
        let ActivityError::Application(sent) = failure.into_activity_error() else {
            panic!("not an application failure")
        };
        (sent.type_name().unwrap().to_owned(), sent.is_non_retryable(), sent.source_error().to_string())
    }

    #[test]
    fn a_refusal_is_final_and_tells_its_limit() {
        let refusal = Failure::Refused(Refusal::over(FailureCode::TooLong, "20 min"));
        assert_eq!(sent(refusal), ("too_long".to_owned(), true, "20 min".to_owned()));
        assert_eq!(
            sent(AudioError::NoBeats { confidence: 1.0 }.into()),
            ("no_beats".to_owned(), true, "no_beats".to_owned())
        );
    }

    #[test]
    fn a_broken_disk_is_tried_again_and_its_cause_told() {
        let (code, is_final, text) = sent(std::io::Error::other("disk gone").into());
        assert_eq!((code.as_str(), is_final, text.as_str()), ("unavailable", false, "disk gone"));
    }

    #[test]
    fn a_long_chain_is_cut_between_characters() {
        let (_, _, text) = sent(Failure::internal("가".repeat(4000)));
        assert!(text.len() <= 3000 && text.chars().all(|c| c == '가'));
    }
}
