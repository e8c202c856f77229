//! Extras: each is made by an activity of its own, whose id is the extra's key; whoever asks for the same at once waits
//! for the same.

use super::{Beat, Gateway, GatewayError, QUERY_MAX, in_time, of_status};
use eightcount_domain::{Extra, FailureCode, TakeKey};
use eightcount_workflows::contract::{MakeExtraInput, PRODUCT, ProductActivities};
use std::time::Duration;
use temporalio_client::{
    ActivityDescribeOptions, ActivityExecutionInfoLike, ActivityExecutionStatus, ActivityIdConflictPolicy,
    ActivityStartOptions, RetryPolicy,
    errors::{ActivityInteractionError, StartActivityError},
};
use temporalio_common::{Priority, error::IncomingError};

/// Longest making of an extra: 128 takes on one slow core.
const MAKING_MAX: Duration = Duration::from_hours(1);
/// A worker that is silent for longer is dead.
const HEARTBEAT_MAX: Duration = Duration::from_secs(10);
/// Somebody waits for it, but not as for the take of a selection.
const PRIORITY: u32 = 3;
const ATTEMPTS: u32 = 5;

/// How far the making of an extra is, as Temporal knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Making {
    /// Nobody asked for it, or so long ago that it is forgotten.
    Never,
    /// It goes on; so many percent are done.
    Running(u8),
    /// It ended well.
    Done,
    /// It was given up.
    Failed(FailureCode),
}

impl Gateway {
    /// Has an extra made, unless it is being made.
    pub async fn start_extra(&self, key: &TakeKey, extra: Extra) -> Result<(), GatewayError> {
        let doing = "starting an extra";
        let retries = RetryPolicy::builder()
            .initial_interval(Duration::from_millis(500))
            .maximum_interval(Duration::from_secs(20))
            .maximum_attempts(ATTEMPTS)
            .build();
        let options =
            ActivityStartOptions::with_start_to_close_timeout(PRODUCT, activity_id(key), MAKING_MAX)
                .id_conflict_policy(ActivityIdConflictPolicy::UseExisting)
                .heartbeat_timeout(HEARTBEAT_MAX)
                .retry_policy(retries)
                .priority(Priority::builder().priority_key(PRIORITY).build())
                .summary(format!("extra: {extra}"))
                .build();
        let input = MakeExtraInput { key: key.clone() };
        let starting = self.client.start_activity(ProductActivities::make_extra, input, options);
        in_time(QUERY_MAX, doing, starting).await?.map(drop).map_err(|error| match error {
            StartActivityError::Rpc(status) => of_status(doing, status),
            other => GatewayError::outage(doing, other),
        })
    }

    /// How far an extra is.
    pub async fn extra_progress(&self, key: &TakeKey) -> Result<Making, GatewayError> {
        let doing = "asking how far an extra is";
        let handle = self.client.get_activity_handle(ProductActivities::make_extra, activity_id(key), None);
        let options = ActivityDescribeOptions::builder()
            .include_heartbeat_details(true)
            .include_last_failure(true)
            .build();
        let told = match in_time(QUERY_MAX, doing, handle.describe(options)).await? {
            Ok(told) => told,
            Err(ActivityInteractionError::NotFound(_)) => return Ok(Making::Never),
            Err(ActivityInteractionError::Rpc(status)) => return Err(of_status(doing, status)),
            Err(other) => return Err(GatewayError::outage(doing, other)),
        };
        Ok(match told.status() {
            ActivityExecutionStatus::Running | ActivityExecutionStatus::Paused => {
                let beat = told.heartbeat_details::<Beat>().await.ok().flatten();
                Making::Running(beat.map_or(0, |beat| beat.percent.min(99)) as u8)
            }
            ActivityExecutionStatus::Completed => Making::Done,
            _ => Making::Failed(match told.last_failure() {
                Ok(Some(IncomingError::Application(failure))) => {
                    failure.type_name().and_then(|name| name.parse().ok()).unwrap_or(FailureCode::Internal)
                }
                _ => FailureCode::Internal,
            }),
        })
    }
}

fn activity_id(key: &TakeKey) -> String {
    format!("extra:{key}")
}
