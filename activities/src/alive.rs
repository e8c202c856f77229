//! Heartbeats: the server learns that the work goes on, and the work that it is no longer wanted.

use crate::failure::Failure;
use std::future::Future;
use std::time::Duration;
use temporalio_sdk::activities::{ActivityContext, ActivityError};

/// Time between heartbeats. The worker passes on at most one a second.
const BEAT: Duration = Duration::from_millis(500);

/// Does the work with a heartbeat. A cancelled activity drops its work, and with it the tools that it runs.
pub(crate) async fn alive<T>(
    context: &ActivityContext,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, ActivityError> {
    let mut work = std::pin::pin!(work);
    let mut beat = tokio::time::interval(BEAT);
    loop {
        tokio::select! {
            done = &mut work => return done.map_err(Failure::into_activity_error),
            () = context.cancelled() => return Err(ActivityError::cancelled()),
            _ = beat.tick() => context.record_heartbeat(()).await?,
        }
    }
}
