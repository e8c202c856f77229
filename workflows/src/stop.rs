//! Why a workflow's work ends before its time.

use eightcount_domain::FailureCode;
use temporalio_common::error::{ActivityExecutionError, ApplicationFailure, IncomingError};
use temporalio_workflow::{WorkflowCancellationError, WorkflowTermination};

/// The work cannot or shall not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The user or an operator cancelled it.
    Cancelled,
    /// An activity failed for good.
    Failed(FailureCode),
}

impl Stop {
    /// The code that tells why.
    pub(crate) fn code(self) -> FailureCode {
        match self {
            Self::Cancelled => FailureCode::Cancelled,
            Self::Failed(code) => code,
        }
    }

    /// How the run ends on the server.
    pub(crate) fn termination(self) -> WorkflowTermination {
        match self {
            Self::Cancelled => WorkflowTermination::cancelled(),
            Self::Failed(code) => {
                let failure = ApplicationFailure::builder(code.as_str()).type_name(code.as_str().to_owned());
                failure.non_retryable(true).build().into()
            }
        }
    }
}

impl From<WorkflowCancellationError> for Stop {
    fn from(_: WorkflowCancellationError) -> Self {
        Self::Cancelled
    }
}

impl From<ActivityExecutionError> for Stop {
    fn from(error: ActivityExecutionError) -> Self {
        if let ActivityExecutionError::Cancelled(_) = error {
            return Self::Cancelled;
        }
        let code = match error.reason() {
            Some(IncomingError::Application(failure)) => {
                failure.type_name().and_then(|name| name.parse().ok())
            }
            _ => None,
        };
        Self::Failed(code.unwrap_or(FailureCode::Internal))
    }
}
