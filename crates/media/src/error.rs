//! What can go wrong with media, and what it is called outside.

use eightcount_domain::FailureCode;
use std::{io, path::PathBuf, time::Duration};

/// An upload that is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("refused: {code}{}", limit.as_ref().map(|l| format!(" (limit: {l})")).unwrap_or_default())]
pub struct Refusal {
    /// Why.
    pub code: FailureCode,
    /// The limit that was passed, with its unit, where there is one.
    pub limit: Option<String>,
}

impl Refusal {
    /// A refusal that passed no limit.
    pub fn plain(code: FailureCode) -> Self {
        Self { code, limit: None }
    }

    /// A refusal that passed a limit, written with its unit.
    pub fn over(code: FailureCode, limit: impl Into<String>) -> Self {
        Self { code, limit: Some(limit.into()) }
    }
}

/// An operation on media that did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The input is not accepted. Trying again gives the same answer.
    #[error("the input is not accepted")]
    Refused(#[from] Refusal),
    /// A tool could not be started.
    #[error("{tool} could not be started")]
    Start {
        /// Which.
        tool: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A tool ended with a failure of its own.
    #[error("{tool} failed while {doing} ({status})")]
    Tool {
        /// Which.
        tool: &'static str,
        /// What for.
        doing: &'static str,
        /// How it ended.
        status: String,
    },
    /// A tool said it succeeded but did not.
    #[error("{doing}: the output is wrong: {what}")]
    WrongOutput {
        /// What was being done.
        doing: &'static str,
        /// What was found.
        what: String,
    },
    /// A tool ran longer than it may.
    #[error("{tool} ran longer than {} s while {doing}", limit.as_secs())]
    TookTooLong {
        /// Which.
        tool: &'static str,
        /// What for.
        doing: &'static str,
        /// The limit.
        limit: Duration,
    },
    /// The caller cancelled.
    #[error("cancelled")]
    Cancelled,
    /// A file of ours could not be read or written.
    #[error("{doing}: {}", path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
    /// A tool's answer was not understood.
    #[error("{tool}'s answer was not understood")]
    Answer {
        /// Which.
        tool: &'static str,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The loudness meter refused what was decoded.
    #[error("measuring loudness")]
    Loudness(#[source] ebur128::Error),
    /// A file for others to see could not be drawn.
    #[error("drawing the contact sheet")]
    Drawing(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl MediaError {
    /// The stable code for the outside.
    pub fn code(&self) -> FailureCode {
        match self {
            Self::Refused(refusal) => refusal.code,
            Self::Cancelled => FailureCode::Cancelled,
            _ => FailureCode::Internal,
        }
    }

    /// Whether another attempt may succeed: not for what was refused or cancelled.
    pub fn retryable(&self) -> bool {
        !matches!(self, Self::Refused(_) | Self::Cancelled)
    }

    pub(crate) fn file(
        doing: &'static str,
        path: &std::path::Path,
    ) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::File { doing, path, source }
    }
}
