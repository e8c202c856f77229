//! Ingests: how far one is, by its workflow and by the heartbeat of what takes longest.

use super::{
    Beat, Gateway, GatewayError, QUERY_MAX, UPDATE_MAX, in_time, of_interaction, of_query, of_start,
};
use super::{query_options, start_options};
use eightcount_domain::PerformanceId;
use eightcount_workflows::{
    IngestWorkflow,
    contract::{ChoreoActivities, IngestInput, IngestPhase, IngestProgress, WATCHED_PERCENT},
};
use temporalio_client::{Client, WorkflowDescribeOptions, WorkflowHandle, WorkflowSignalOptions};
use temporalio_common::ActivityDefinition;
use temporalio_common::protos::temporal::api::enums::v1::PendingActivityState;

impl Gateway {
    /// Starts the ingest of a performance, unless it is running.
    pub async fn start_ingest(&self, input: IngestInput) -> Result<(), GatewayError> {
        let options = start_options(format!("ingest:{}", input.performance));
        let started = self.client.start_workflow(IngestWorkflow::run, input, options).await;
        of_start("starting an ingest", started)
    }

    /// How far an ingest has come.
    pub async fn ingest_progress(&self, performance: &PerformanceId) -> Result<IngestProgress, GatewayError> {
        let handle = self.ingest(performance);
        // Nearly always it is watching, and then the heartbeat says all: the worker is left to its work.
        let watched = self.watched(&handle).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the phase of an ingest is told without its share");
            None
        });
        if let Some(Beat { percent }) = watched {
            let percent = (percent.min(100) * u64::from(WATCHED_PERCENT) / 100) as u8;
            return Ok(IngestProgress { phase: IngestPhase::Watching, percent, failure: None, steps: 0 });
        }
        let doing = "asking an ingest for its progress";
        let answer = handle.query(IngestWorkflow::progress, (), query_options());
        in_time(QUERY_MAX, doing, answer).await?.map_err(|error| of_query(doing, error))
    }

    /// Stops an ingest; its workflow removes what was made.
    pub async fn cancel_ingest(&self, performance: &PerformanceId) -> Result<(), GatewayError> {
        let doing = "cancelling an ingest";
        let handle = self.ingest(performance);
        let signal = handle.signal(IngestWorkflow::cancel, (), WorkflowSignalOptions::default());
        in_time(UPDATE_MAX, doing, signal).await?.map_err(|error| of_interaction(doing, error))
    }

    /// The last heartbeat of what watches a performance; none where it does not, or has not told anything yet.
    async fn watched(
        &self,
        handle: &WorkflowHandle<Client, IngestWorkflow>,
    ) -> Result<Option<Beat>, GatewayError> {
        let doing = "asking an ingest for its heartbeat";
        let described = handle.describe(WorkflowDescribeOptions::default());
        let described =
            in_time(QUERY_MAX, doing, described).await?.map_err(|error| of_interaction(doing, error))?;
        let watching = ChoreoActivities::watch;
        let pending = described.raw_description.pending_activities.into_iter().find(|activity| {
            // One that is being cancelled beats on until it hears of it.
            activity.state() == PendingActivityState::Started
                && activity.activity_type.as_ref().is_some_and(|kind| kind.name == watching.name())
        });
        let details = pending.and_then(|activity| activity.heartbeat_details);
        // Details of another shape are of another release.
        let beat = details.and_then(|details| serde_json::from_slice(&details.payloads.first()?.data).ok());
        Ok(beat)
    }

    fn ingest(&self, performance: &PerformanceId) -> WorkflowHandle<Client, IngestWorkflow> {
        self.client.get_workflow_handle::<IngestWorkflow>(format!("ingest:{performance}"))
    }
}
