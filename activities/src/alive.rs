//! Heartbeats: the server learns that the work goes on, and the work that it is no longer wanted.

use crate::failure::Failure;
use eightcount_media::{CancellationToken, Watch};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use temporalio_sdk::activities::{ActivityContext, ActivityError};

/// Time between heartbeats. The worker passes on at most one a second.
const BEAT: Duration = Duration::from_millis(500);

/// How far a long work is, for its heartbeats: frames of video done.
#[derive(Clone, Default)]
pub(crate) struct Pulse(Arc<AtomicU64>);

impl Pulse {
    /// Lets a tool report its frames, counted from those of the tools before it.
    pub(crate) fn watch(&self) -> Watch<'static> {
        let (pulse, before) = (Arc::clone(&self.0), self.0.load(Ordering::Relaxed));
        Watch::new(CancellationToken::new(), move |progress| {
            pulse.store(before + progress.frames, Ordering::Relaxed);
        })
    }
}

/// Does the work with a heartbeat. A cancelled activity drops its work, and with it the tools that it runs.
pub(crate) async fn alive<T>(
    context: &ActivityContext,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, ActivityError> {
    let work = Box::pin(work);
    alive_with(context, |_| work).await
}

/// The same for work that tells how far it is: operators see the number in the heartbeat's details.
pub(crate) async fn alive_with<T, W>(
    context: &ActivityContext,
    work: impl FnOnce(Pulse) -> W,
) -> Result<T, ActivityError>
where
    W: Future<Output = Result<T, Failure>>,
{
    let pulse = Pulse::default();
    let mut work = Box::pin(work(pulse.clone()));
    let mut beat = tokio::time::interval(BEAT);
    loop {
        tokio::select! {
            done = &mut work => return done.map_err(Failure::into_activity_error),
            () = context.cancelled() => return Err(ActivityError::cancelled()),
            _ = beat.tick() => context.record_heartbeat(pulse.0.load(Ordering::Relaxed)).await?,
        }
    }
}
