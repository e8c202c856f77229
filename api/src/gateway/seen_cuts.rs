//! Looking at the cuts of a product: an activity of its own, named by the product and the way of looking, whose answer
//! Temporal keeps.

use super::{Gateway, GatewayError, QUERY_MAX, in_time, of_activity, of_status};
use eightcount_workflows::contract::{LOOKING, PRODUCT, ProductActivities, SeeCutsInput, SeenCut};
use std::time::Duration;
use temporalio_client::{
    ActivityIdConflictPolicy, ActivityIdReusePolicy, ActivityStartOptions, RetryPolicy,
    errors::StartActivityError,
};
use temporalio_common::Priority;

/// Longest looking: 128 eights on one slow core.
const LOOKING_MAX: Duration = Duration::from_mins(30);
/// A worker that is silent for longer is dead.
const HEARTBEAT_MAX: Duration = Duration::from_secs(10);
/// Takes that somebody waits for come first.
const PRIORITY: u32 = 4;
const ATTEMPTS: u32 = 3;

impl Gateway {
    /// Where the dancers are at the cuts of a product; none when nobody knows yet after `max`: ask again. It is looked
    /// for once.
    pub async fn see_cuts(
        &self,
        input: SeeCutsInput,
        max: Duration,
    ) -> Result<Option<Vec<SeenCut>>, GatewayError> {
        let doing = "looking at cuts";
        let id = format!("cuts:{LOOKING}:{}", input.product);
        let options = ActivityStartOptions::with_start_to_close_timeout(PRODUCT, id.clone(), LOOKING_MAX)
            .id_conflict_policy(ActivityIdConflictPolicy::UseExisting)
            .id_reuse_policy(ActivityIdReusePolicy::AllowDuplicateFailedOnly)
            .heartbeat_timeout(HEARTBEAT_MAX)
            .retry_policy(RetryPolicy::builder().maximum_attempts(ATTEMPTS).build())
            .priority(Priority::builder().priority_key(PRIORITY).build())
            .summary("the cuts of a product".to_owned())
            .build();
        let starting = self.client.start_activity(ProductActivities::see_cuts, input, options);
        match in_time(QUERY_MAX, doing, starting).await? {
            Ok(_) | Err(StartActivityError::AlreadyStarted { .. }) => {}
            Err(StartActivityError::Rpc(status)) => return Err(of_status(doing, status)),
            Err(other) => return Err(GatewayError::outage(doing, other)),
        }
        let handle = self.client.get_activity_handle(ProductActivities::see_cuts, id, None);
        match tokio::time::timeout(max, handle.result()).await {
            Ok(seen) => seen.map(Some).map_err(|error| of_activity(doing, error)),
            Err(_) => Ok(None),
        }
    }
}
