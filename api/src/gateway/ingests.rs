//! Ingests: how far one is, by its workflow and by the heartbeat of what takes longest.

use super::{
    Beat, Gateway, GatewayError, QUERY_MAX, UPDATE_MAX, in_time, of_interaction, of_query, of_start,
};
use super::{query_options, start_options};
use eightcount_domain::PerformanceId;
use eightcount_workflows::{
    IngestWorkflow,
    contract::{IngestInput, IngestPhase, IngestProgress, WATCHED_PERCENT},
};
use temporalio_client::{Client, WorkflowDescribeOptions, WorkflowHandle, WorkflowSignalOptions};

impl Gateway {
    /// Starts the ingest of a performance, unless it is running.
    pub async fn start_ingest(&self, input: IngestInput) -> Result<(), GatewayError> {
        let options = start_options(format!("ingest:{}", input.performance));
        let started = self.client.start_workflow(IngestWorkflow::run, input, options).await;
        of_start("starting an ingest", started)
    }

    /// How far an ingest has come.
    pub async fn ingest_progress(&self, performance: &PerformanceId) -> Result<IngestProgress, GatewayError> {
        let doing = "asking an ingest for its progress";
        let handle = self.ingest(performance);
        let answer = handle.query(IngestWorkflow::progress, (), query_options());
        let told = in_time(QUERY_MAX, doing, answer).await?.map_err(|error| of_query(doing, error))?;
        if told.phase != IngestPhase::Watching {
            return Ok(told);
        }
        let beat = self.heartbeat(&handle).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the phase of an ingest is told without its share");
            None
        });
        let watched = beat.map_or(0, |beat| beat.percent.min(100));
        Ok(IngestProgress { percent: (watched * u64::from(WATCHED_PERCENT) / 100) as u8, ..told })
    }

    /// Stops an ingest; its workflow removes what was made.
    pub async fn cancel_ingest(&self, performance: &PerformanceId) -> Result<(), GatewayError> {
        let doing = "cancelling an ingest";
        let handle = self.ingest(performance);
        let signal = handle.signal(IngestWorkflow::cancel, (), WorkflowSignalOptions::default());
        in_time(UPDATE_MAX, doing, signal).await?.map_err(|error| of_interaction(doing, error))
    }

    /// The last heartbeat of the activity that an ingest waits for; none where it has not told anything yet.
    async fn heartbeat(
        &self,
        handle: &WorkflowHandle<Client, IngestWorkflow>,
    ) -> Result<Option<Beat>, GatewayError> {
        let doing = "asking an ingest for its heartbeat";
        let described = handle.describe(WorkflowDescribeOptions::default());
        let described =
            in_time(QUERY_MAX, doing, described).await?.map_err(|error| of_interaction(doing, error))?;
        let pending = described.raw_description.pending_activities.into_iter().next();
        let details = pending.and_then(|activity| activity.heartbeat_details);
        // Details of another shape are of another release.
        let beat = details.and_then(|details| serde_json::from_slice(&details.payloads.first()?.data).ok());
        Ok(beat)
    }

    fn ingest(&self, performance: &PerformanceId) -> WorkflowHandle<Client, IngestWorkflow> {
        self.client.get_workflow_handle::<IngestWorkflow>(format!("ingest:{performance}"))
    }
}
