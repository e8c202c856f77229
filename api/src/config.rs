//! Settings of the API. Every limit names its unit.

use std::time::Duration;
use temporalio_client::Url;

/// How the API answers.
#[derive(Clone, Debug, Default)]
pub struct ApiConfig {
    /// What it accepts.
    pub limits: Limits,
    /// Where the Temporal Web UI is, for the start page.
    pub temporal_ui: Option<Url>,
}

/// What the API accepts from one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest uploaded file in bytes.
    pub upload_max_bytes: u64,
    /// Longest silence inside an upload, in seconds.
    pub upload_idle_s: u64,
    /// Longest look at an uploaded file before it is taken in or refused, in seconds.
    pub screening_max_s: u64,
    /// Largest JSON body in bytes.
    pub json_max_bytes: usize,
    /// Longest time to answer anything but an upload, in seconds. Downloads and event streams may take longer:
    /// their first byte may not.
    pub answer_max_s: u64,
    /// Most event streams open at once.
    pub event_streams_max: usize,
    /// Most eights of a section.
    pub section_max_eights: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            upload_max_bytes: 2 * 1024 * 1024 * 1024,
            upload_idle_s: 30,
            screening_max_s: 60,
            json_max_bytes: 64 * 1024,
            answer_max_s: 30,
            event_streams_max: 1000,
            section_max_eights: 128,
        }
    }
}

impl Limits {
    pub(crate) fn upload_idle(&self) -> Duration {
        Duration::from_secs(self.upload_idle_s)
    }

    pub(crate) fn screening_max(&self) -> Duration {
        Duration::from_secs(self.screening_max_s)
    }

    pub(crate) fn answer_max(&self) -> Duration {
        Duration::from_secs(self.answer_max_s)
    }
}
