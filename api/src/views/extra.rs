//! Extras and how far they are.

use crate::gateway::Making;
use eightcount_domain::{ChoreographyId, Extra, FailureCode};
use serde::Serialize;
use utoipa::ToSchema;

/// How far an extra is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExtraStatus {
    /// Nobody asked for it yet, or a selection changed since.
    Missing,
    /// It is being made.
    Making,
    /// It can be watched.
    Ready,
    /// It could not be made; `failure` says why. Asking again tries again.
    Failed,
}

/// An extra of a choreography.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ExtraView {
    /// Which, its ways in the usual order.
    #[schema(value_type = String, example = "mirrored.counted")]
    pub extra: Extra,
    /// How far it is.
    pub status: ExtraStatus,
    /// Share of the work that is done.
    pub progress_percent: u8,
    /// Where the video is, once it is ready.
    pub url: Option<String>,
    /// Why it could not be made.
    pub failure: Option<FailureCode>,
}

impl ExtraView {
    /// From what Temporal says of its making, and whether its file is there.
    pub fn of(id: &ChoreographyId, extra: Extra, making: Making, made: bool) -> Self {
        let (status, progress_percent, failure) = match making {
            _ if made => (ExtraStatus::Ready, 100, None),
            Making::Running(percent) => (ExtraStatus::Making, percent, None),
            Making::Failed(code) => (ExtraStatus::Failed, 0, Some(code)),
            // Made once and dropped since, or never asked for.
            Making::Done | Making::Never => (ExtraStatus::Missing, 0, None),
        };
        let url = made.then(|| format!("/api/choreographies/{id}/extras/{extra}/video"));
        Self { extra, status, progress_percent, url, failure }
    }
}
