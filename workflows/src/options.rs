//! One table: for each activity its queue, timeouts, heartbeat, retry and priority.
//!
//! Heartbeat timeouts are short because heartbeats are sent at 0.8 of them, and cancellation travels with them.

use crate::contract::{AUDIO, CHOREO, PRODUCT};
use std::time::Duration;
use temporalio_common::Priority;
use temporalio_workflow::{ActivityOptions, LocalActivityOptions, RetryPolicy, WorkflowCancellationToken};

/// How an activity is run.
pub(crate) struct Activity {
    queue: &'static str,
    start_to_close_s: u64,
    heartbeat_s: Option<u64>,
    attempts: u32,
    /// 1 is served first, 5 last.
    priority: u32,
}

const UNLIMITED: u32 = 0;

const fn short(queue: &'static str, priority: u32) -> Activity {
    Activity { queue, start_to_close_s: 60, heartbeat_s: None, attempts: UNLIMITED, priority }
}

const fn long(queue: &'static str, start_to_close_s: u64, priority: u32) -> Activity {
    Activity { queue, start_to_close_s, heartbeat_s: Some(10), attempts: UNLIMITED, priority }
}

pub(crate) const PREPROCESS: Activity = long(AUDIO, 600, 2);
pub(crate) const CONCLUDE_HEARING: Activity = short(AUDIO, 2);
pub(crate) const AMPLITUDE: Activity = long(AUDIO, 300, 2);
pub(crate) const CLUSTERING: Activity = long(AUDIO, 300, 2);
pub(crate) const SUGGEST: Activity = short(CHOREO, 1);
pub(crate) const PLAN_DANCE: Activity = long(CHOREO, 120, 1);
pub(crate) const PLAN_TAKE: Activity = short(CHOREO, 1);
pub(crate) const RENDER_TAKE: Activity = long(PRODUCT, 300, 1);
pub(crate) const RENDER_PREVIEWS: Activity =
    Activity { queue: PRODUCT, start_to_close_s: 600, heartbeat_s: Some(5), attempts: 2, priority: 4 };
/// Thinking ahead of the next selection comes after everything that somebody waits for.
pub(crate) const GUESS: Activity =
    Activity { queue: CHOREO, start_to_close_s: 60, heartbeat_s: None, attempts: 2, priority: 5 };
pub(crate) const GUESSED_PREVIEWS: Activity =
    Activity { queue: PRODUCT, start_to_close_s: 600, heartbeat_s: Some(5), attempts: 2, priority: 5 };
pub(crate) const ENCODE_SOUND: Activity = long(PRODUCT, 300, 2);
pub(crate) const CROSS_EDIT: Activity = long(PRODUCT, 300, 1);
pub(crate) const HEAR_PERFORMANCE: Activity = long(AUDIO, 600, 4);
pub(crate) const WATCH: Activity = long(CHOREO, 7200, 5);
pub(crate) const DESCRIBE: Activity = long(CHOREO, 1200, 4);
pub(crate) const PUBLISH_PERFORMANCE: Activity = short(CHOREO, 3);
pub(crate) const DISCARD_PERFORMANCE: Activity = short(CHOREO, 3);

impl Activity {
    /// Options with a line for the operator, cancelled by `token`.
    pub(crate) fn options(&self, summary: String, token: &WorkflowCancellationToken) -> ActivityOptions {
        let retry = RetryPolicy::builder()
            .initial_interval(Duration::from_millis(500))
            .backoff_coefficient(2.0)
            .maximum_interval(Duration::from_secs(20))
            .maximum_attempts(self.attempts)
            .build();
        ActivityOptions::with_start_to_close_timeout(Duration::from_secs(self.start_to_close_s))
            .task_queue(self.queue)
            .maybe_heartbeat_timeout(self.heartbeat_s.map(Duration::from_secs))
            .retry_policy(retry)
            .priority(Priority::builder().priority_key(self.priority).build())
            .cancellation_token(token.clone())
            .summary(summary)
            .build()
    }
}

/// Publishing runs inside the workflow task and must not hold it up: three tries, then the next change publishes.
pub(crate) fn publish(token: &WorkflowCancellationToken) -> LocalActivityOptions {
    let retry = RetryPolicy::builder()
        .initial_interval(Duration::from_millis(100))
        .maximum_interval(Duration::from_secs(1))
        .maximum_attempts(3)
        .build();
    LocalActivityOptions::builder()
        .start_to_close_timeout(Duration::from_secs(5))
        .retry_policy(retry)
        .cancellation_token(token.clone())
        .summary("publish the state".to_owned())
        .build()
}
